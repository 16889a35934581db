//! Which users a list shows, as a condition on their table.

use chrono::{DateTime, Utc};
use quarterdeck_api::permission::Permission;
use quarterdeck_api::role::Role;
use quarterdeck_api::users::UserStatus;
use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{ColumnTrait, Condition};

use super::entities::{Column, Entity};
use crate::db::Dialect;
use crate::db::search::{self, Lead};

const SEARCHED: [Column; 4] = [
    Column::EmailKey,
    Column::DisplayNameKey,
    Column::UsernameKey,
    Column::TwitchKey,
];

/// What a list was asked for; what is absent or empty narrows nothing.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Prefix of e-mail, name or handle, or an id.
    pub q: Option<String>,
    /// Any of these; all but the deleted and the anonymized where empty.
    pub statuses: Vec<UserStatus>,
    /// Any of these.
    pub roles: Vec<Role>,
    /// Any of these.
    pub permissions: Vec<Permission>,
    /// Only staff, or only others.
    pub staff: Option<bool>,
    /// Only verified persons, or only others.
    pub verified: Option<bool>,
    /// Only those whose ban is in force, or only others.
    pub is_banned: Option<bool>,
    /// Made at this time or later.
    pub from: Option<DateTime<Utc>>,
    /// Made before this time.
    pub to: Option<DateTime<Utc>>,
}

impl Filter {
    /// As a condition.
    pub fn condition(&self, lead: Lead, dialect: Dialect, now: DateTime<Utc>) -> Condition {
        let found = match self.q.as_deref().map(str::trim) {
            None | Some("") => Condition::all(),
            q => search::prefix_or_id_by(lead, dialect, q, Column::Id, &SEARCHED),
        };
        let staff = || Role::ALL.iter().copied().filter(|role| role.is_staff());
        let either = |wanted: Option<bool>, holds: Condition| {
            wanted.map(|wanted| if wanted { holds } else { holds.not() })
        };
        Condition::all()
            .add(found)
            .add(any_status(&self.statuses, now))
            .add_option(either(self.is_banned, is_banned(now)))
            .add_option((self.is_banned == Some(true)).then(is_shut_out))
            .add_option(either(self.staff, holds_role(&staff().collect::<Vec<_>>())))
            .add_option((!self.roles.is_empty()).then(|| holds_role(&self.roles)))
            .add_option((!self.permissions.is_empty()).then(|| holds_key(&self.permissions)))
            .add_option(either(self.verified, is_verified()))
            .add_option(self.from.map(|from| Column::CreatedAt.gte(from)))
            .add_option(self.to.map(|to| Column::CreatedAt.lt(to)))
    }

    /// Whether an index of its own holds the few accounts that can match.
    pub fn is_of_few(&self) -> bool {
        let all = |few: [UserStatus; 2]| {
            !self.statuses.is_empty() && self.statuses.iter().all(|status| few.contains(status))
        };
        self.is_banned == Some(true)
            || all([UserStatus::Banned, UserStatus::Suspended])
            || all([UserStatus::Deleted, UserStatus::Anonymized])
    }
}

/// In any of these states.
pub fn any_status(statuses: &[UserStatus], now: DateTime<Utc>) -> Condition {
    if statuses.is_empty() {
        return is_there();
    }
    let all = |few: [UserStatus; 2]| statuses.iter().all(|status| few.contains(status));
    // These say nothing new, but they are what the partial indexes are declared with.
    let shut_out = all([UserStatus::Banned, UserStatus::Suspended]).then(is_shut_out);
    let gone = all([UserStatus::Deleted, UserStatus::Anonymized]).then(is_gone);
    let any = statuses
        .iter()
        .map(|status| in_status(*status, now))
        .fold(Condition::any(), Condition::add);
    Condition::all()
        .add(any)
        .add_option(shut_out)
        .add_option(gone)
}

/// As `Standing::status` tells it.
fn in_status(status: UserStatus, now: DateTime<Utc>) -> Condition {
    let is_suspended = || Column::SuspendedAt.is_not_null();
    match status {
        UserStatus::Anonymized => Condition::all().add(Column::AnonymizedAt.is_not_null()),
        UserStatus::Deleted => Condition::all()
            .add(Column::AnonymizedAt.is_null())
            .add(Column::DeletedAt.is_not_null()),
        UserStatus::Banned => is_there().add(is_banned(now)),
        UserStatus::Suspended => is_there().add(is_banned(now).not()).add(is_suspended()),
        UserStatus::Active => is_there()
            .add(is_banned(now).not())
            .add(is_suspended().not()),
    }
}

fn is_there() -> Condition {
    Condition::all()
        .add(Column::DeletedAt.is_null())
        .add(Column::AnonymizedAt.is_null())
}

fn is_gone() -> Condition {
    Condition::any()
        .add(Column::DeletedAt.is_not_null())
        .add(Column::AnonymizedAt.is_not_null())
}

fn is_shut_out() -> Condition {
    Condition::any()
        .add(Expr::col(Column::IsBanned))
        .add(Column::SuspendedAt.is_not_null())
}

fn is_banned(now: DateTime<Utc>) -> Condition {
    let lasts = Condition::any()
        .add(Column::BanExpiresAt.is_null())
        .add(Column::BanExpiresAt.gt(now));
    Condition::all().add(Expr::col(Column::IsBanned)).add(lasts)
}

/// Staff are few and looked up by their roles; other roles are checked row by row.
fn holds_role(roles: &[Role]) -> Condition {
    let keys = roles.iter().map(|role| role.as_str());
    let holders = grants("user_roles", "role", keys);
    Condition::all().add(if roles.iter().all(|role| role.is_staff()) {
        Column::Id.in_subquery(holders)
    } else {
        Expr::exists(of_this_user(holders, "user_roles"))
    })
}

fn holds_key(permissions: &[Permission]) -> Condition {
    let keys = permissions.iter().map(|permission| permission.as_str());
    Condition::all().add(Column::Id.in_subquery(grants("user_permissions", "permission_key", keys)))
}

fn is_verified() -> Condition {
    let verified = Query::select()
        .column("user_id")
        .from("profiles")
        .and_where(Expr::col("verified_at").is_not_null())
        .to_owned();
    Condition::all().add(Expr::exists(of_this_user(verified, "profiles")))
}

fn grants(
    table: &'static str,
    column: &'static str,
    keys: impl Iterator<Item = &'static str>,
) -> SelectStatement {
    Query::select()
        .column("user_id")
        .from(table)
        .and_where(Expr::col(column).is_in(keys))
        .to_owned()
}

fn of_this_user(mut statement: SelectStatement, table: &'static str) -> SelectStatement {
    statement
        .and_where(Expr::col((table, "user_id")).equals((Entity, Column::Id)))
        .to_owned()
}
