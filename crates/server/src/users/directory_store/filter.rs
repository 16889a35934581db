//! Which users a list shows, as a condition on their table.

use chrono::{DateTime, Utc};
use quarterdeck_api::filter::{About, Asked, Pattern, Test};
use quarterdeck_api::permission::Permission;
use quarterdeck_api::role::Role;
use quarterdeck_api::users::{UserField, UserStatus};
use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{ColumnTrait, Condition};

use super::entities::{Column, Entity};
use super::parts::Parts;
use crate::db::Dialect;
use crate::db::filter::{self, Narrowing};
use crate::db::search::{self, Lead, Prefix, Search};

const SEARCHED: [Column; 4] = [
    Column::EmailKey,
    Column::DisplayNameKey,
    Column::UsernameKey,
    Column::TwitchKey,
];

/// What a list was asked for; what is absent or empty narrows nothing.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// A part of e-mail, name or handle, of a short one the beginning; or an id.
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
    /// What a filter asks besides.
    pub narrowing: Option<Narrowing<UserField>>,
}

impl Filter {
    /// As a condition.
    pub fn condition(&self, lead: Lead, dialect: Dialect, now: DateTime<Utc>) -> Condition {
        let found = match (self.part(), Search::of(self.q.as_deref())) {
            (Some(part), _) => has_part(&SEARCHED, &part, dialect),
            (None, Search::All) => Condition::all(),
            (None, search) => search::found_by(lead, dialect, &search, Column::Id, &SEARCHED),
        };
        let narrowed = self
            .narrowing
            .as_ref()
            .map(|narrowing| asked(narrowing, lead, dialect));
        let either = |wanted: Option<bool>, holds: Condition| {
            wanted.map(|wanted| if wanted { holds } else { holds.not() })
        };
        Condition::all()
            .add(self.parts().found(lead, dialect))
            .add(found)
            .add(self.standing(now))
            .add_option(either(self.is_banned, is_banned(now)))
            .add_option((self.is_banned == Some(true)).then(is_shut_out))
            .add_option(either(self.staff, is_staff()))
            .add_option((!self.roles.is_empty()).then(|| holds_role(&self.roles)))
            .add_option((!self.permissions.is_empty()).then(|| holds_key(&self.permissions)))
            .add_option(either(self.verified, is_verified()))
            .add_option(self.from.map(|from| Column::CreatedAt.gte(from)))
            .add_option(self.to.map(|to| Column::CreatedAt.lt(to)))
            .add_option(narrowed)
    }

    /// Those who are gone are left out, unless somebody speaks of where accounts stand.
    fn standing(&self, now: DateTime<Utc>) -> Condition {
        let speaks = |narrowing: &Narrowing<UserField>| narrowing.filter.names(UserField::Status);
        if self.statuses.is_empty() && self.narrowing.as_ref().is_some_and(speaks) {
            return Condition::all();
        }
        any_status(&self.statuses, now)
    }

    /// What `q` looks for anywhere in a text, where it is long enough.
    fn part(&self) -> Option<Test> {
        match Search::of(self.q.as_deref()) {
            Search::Prefix(prefix) => {
                let pattern = Pattern::Contains(prefix.as_str().to_owned());
                pattern.part().is_some().then_some(Test::Text(pattern))
            }
            Search::All | Search::Id(_) => None,
        }
    }

    /// The parts that every match has, by which the index of parts finds it; none where it is found better
    /// by another.
    pub fn parts(&self) -> Parts {
        let narrowing = self.narrowing.as_ref();
        let asked = narrowing.and_then(|narrowing| narrowing.filter.asked().ok());
        let own = self.part();
        let own = own.iter().map(|test| vec![test]);
        let asked = asked.unwrap_or_default().into_iter();
        let named = asked.filter(is_of_searched).map(|one| one.any);
        Parts::of(own.chain(named))
    }

    /// The accounts that have the parts, as their own texts tell.
    pub fn has_parts(&self, dialect: Dialect) -> Condition {
        self.parts().within(&SEARCHED, dialect)
    }

    /// Whether the index of parts finds rows, and no better one.
    pub fn is_by_part(&self) -> bool {
        !self.parts().is_empty() && !self.is_led_by_few()
    }

    /// Whether those that can match are so few that no search needs to find them.
    pub fn is_led_by_few(&self) -> bool {
        self.is_of_few() || (self.is_of_staff() && !self.parts().is_empty())
    }

    /// Whether staff alone can match, who are found by their roles.
    fn is_of_staff(&self) -> bool {
        let are_staff =
            |roles: &[Role]| !roles.is_empty() && roles.iter().all(|role| role.is_staff());
        let asks = |one: &Asked<'_, UserField>| {
            let is_staff = |test: &&Test| **test == Test::Flag(true);
            let roles: Vec<Role> = one.any.iter().flat_map(|test| named(test)).collect();
            let is_about = |field| one.about == About::Field(field) && !one.is_negated;
            (is_about(UserField::Staff) && one.any.iter().all(is_staff))
                || (is_about(UserField::Role) && are_staff(&roles))
        };
        let narrowing = self.narrowing.as_ref();
        let asked = narrowing.and_then(|narrowing| narrowing.filter.asked().ok());
        self.staff == Some(true)
            || are_staff(&self.roles)
            || asked.is_some_and(|asked| asked.iter().any(asks))
    }

    /// Whether an index of its own holds the few accounts that can match.
    fn is_of_few(&self) -> bool {
        let all = |few: [UserStatus; 2]| {
            !self.statuses.is_empty() && self.statuses.iter().all(|status| few.contains(status))
        };
        self.is_banned == Some(true)
            || self.narrowing.as_ref().is_some_and(asks_for_few)
            || all([UserStatus::Banned, UserStatus::Suspended])
            || all([UserStatus::Deleted, UserStatus::Anonymized])
    }
}

/// Whether it asks for what the index of parts holds.
fn is_of_searched(asked: &Asked<'_, UserField>) -> bool {
    let of = [UserField::Email, UserField::Name, UserField::Handle].map(About::Field);
    !asked.is_negated && (asked.about == About::Searched || of.contains(&asked.about))
}

/// The rows of which any of these keys is as asked.
fn has_part(keys: &[Column], test: &Test, dialect: Dialect) -> Condition {
    let holds = |key: &Column| filter::text_or_part(dialect, &Expr::col(*key), test);
    keys.iter()
        .map(holds)
        .fold(Condition::any(), Condition::add)
}

/// Where accounts stand that an index of its own holds.
const FEW: [[UserStatus; 2]; 2] = [
    [UserStatus::Banned, UserStatus::Suspended],
    [UserStatus::Deleted, UserStatus::Anonymized],
];

/// The same of what a filter asks.
fn asks_for_few(narrowing: &Narrowing<UserField>) -> bool {
    let asked = narrowing.filter.asked().unwrap_or_default();
    asked.iter().any(|one| {
        let is_about = one.about == About::Field(UserField::Status) && !one.is_negated;
        let named: Vec<_> = one.any.iter().flat_map(|test| named(test)).collect();
        let are_few = |few: &[UserStatus; 2]| named.iter().all(|status| few.contains(status));
        is_about && !named.is_empty() && FEW.iter().any(are_few)
    })
}

/// The values that a test names; none where it lets everything through.
fn named<T: std::str::FromStr>(test: &Test) -> Vec<T> {
    match test {
        Test::Words(words) => words.iter().filter_map(|word| word.parse().ok()).collect(),
        Test::Anything
        | Test::Missing
        | Test::Present
        | Test::Number(_)
        | Test::Flag(_)
        | Test::Text(_)
        | Test::Me
        | Test::Account(_)
        | Test::Time(_)
        | Test::Target { .. } => Vec::new(),
    }
}

/// Everything that a filter asks.
fn asked(narrowing: &Narrowing<UserField>, lead: Lead, dialect: Dialect) -> Condition {
    let now = narrowing.context.now;
    let keys = [
        Column::EmailKey,
        Column::DisplayNameKey,
        Column::UsernameKey,
    ];
    narrowing.condition(|about, test| match (about, test) {
        (About::Searched, Test::Text(Pattern::Begins(text))) => {
            let search = Search::Prefix(Prefix::of(text));
            search::found_by(lead, dialect, &search, Column::Id, &keys)
        }
        (About::Searched, test) => has_part(&keys, test, dialect),
        (About::Visible, _) => filter::nothing(),
        (About::Field(field), test) => of_field(field, test, dialect, now),
    })
}

fn of_field(field: UserField, test: &Test, dialect: Dialect, now: DateTime<Utc>) -> Condition {
    let key = |column: Column| filter::text_or_part(dialect, &Expr::col(column), test);
    let either =
        |holds: Condition| filter::flag(|wanted| if wanted { holds } else { holds.not() }, test);
    if *test == Test::Anything {
        return filter::anything();
    }
    match field {
        UserField::Id => filter::number(&Expr::col(Column::Id), test),
        UserField::Status => any_status(&named(test), now),
        UserField::Role => holds_role(&named(test)),
        UserField::Staff => either(is_staff()),
        UserField::Verified => either(is_verified()),
        UserField::Email => key(Column::EmailKey),
        UserField::Name => key(Column::DisplayNameKey),
        UserField::Handle => key(Column::UsernameKey),
        UserField::Code => key(Column::BanReasonCode),
        UserField::Age | UserField::Created => {
            filter::time(&Expr::col(Column::CreatedAt), test, now)
        }
        UserField::Reports
        | UserField::Risk
        | UserField::Reason
        | UserField::Seen
        | UserField::Updated => filter::nothing(),
    }
}

fn is_staff() -> Condition {
    let staff = Role::ALL.iter().copied().filter(|role| role.is_staff());
    holds_role(&staff.collect::<Vec<_>>())
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
