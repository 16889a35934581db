//! Whether bans and suspensions can be lifted now; reads alone.

use chrono::{DateTime, Utc};
use quarterdeck_api::ids::UserId;
use quarterdeck_api::journal::WayBack;
use quarterdeck_api::permission::Permission;
use sea_orm::{ConnectionTrait, DbErr};

use super::rules::{self, Account, Attempt, Objection, Verdict};
use super::target;
use crate::gate::Caller;

/// What keeps an account out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sanction {
    /// A ban.
    Ban,
    /// A suspension.
    Suspension,
}

impl Sanction {
    const fn permission(self) -> Permission {
        match self {
            Self::Ban => Permission::UserBan,
            Self::Suspension => Permission::UserSuspend,
        }
    }
}

/// What would become of accounts if the sanction were lifted now.
///
/// # Errors
/// The database's.
pub async fn ways_back(
    connection: &impl ConnectionTrait,
    caller: &Caller,
    sanction: Sanction,
    ids: &[i64],
    now: DateTime<Utc>,
) -> Result<Vec<WayBack>, DbErr> {
    let ids: Vec<_> = ids.iter().copied().map(UserId).collect();
    let accounts = target::read(connection, &ids, now).await?;
    let way = |id: &UserId| {
        // By ascending id, as they were read.
        let place = accounts.binary_search_by_key(id, |account| account.id);
        let account = place.ok().and_then(|place| accounts.get(place));
        account.map_or(WayBack::NotFound, |account| {
            of_account(caller, sanction, account)
        })
    };
    Ok(ids.iter().map(way).collect())
}

fn of_account(caller: &Caller, sanction: Sanction, account: &Account) -> WayBack {
    if !caller.may(sanction.permission()) {
        return WayBack::Forbidden;
    }
    if account.is_staff() && !caller.is_super_admin() {
        return WayBack::SuperAdminOnly;
    }
    let attempt = Attempt {
        actor: UserId(caller.user_id),
        expected_version: None,
    };
    let verdict = match sanction {
        Sanction::Ban => rules::unban(attempt, account),
        Sanction::Suspension => rules::unsuspend(attempt, account),
    };
    match verdict {
        Ok(Verdict::Change) => WayBack::Possible,
        Ok(Verdict::Noop) => WayBack::AsBefore,
        Err(Objection::Gone) => WayBack::NotFound,
        Err(Objection::LastAdmin | Objection::CannotTargetSelf | Objection::StaleVersion) => {
            WayBack::Forbidden
        }
    }
}
