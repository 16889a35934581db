//! What is measured: the requests of each case.

use clap::ValueEnum;
use serde::Serialize;
use serde_json::json;

use crate::material::Material;

/// Applications that one call decides.
const DECIDED: usize = 1_000;

/// A case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum CaseName {
    /// One user in full
    ReadUser,
    /// One user with bans, money, sessions and roles, as the drawer shows one
    ReadDrawer,
    /// 100 active users from a place in the list
    ListUsers,
    /// The same in the small database
    ListUsersSmall,
    /// Users whose e-mail begins so
    SearchPrefix,
    /// The one user who has a part in the e-mail
    SearchPart,
    /// 100 of the thousandth of all users who have one
    SearchPartOfSome,
    /// 100 users of a part that all have
    SearchPartOfAll,
    /// 100 reports that wait, by age
    ReportsByAge,
    /// A user is banned
    Ban,
    /// The same by two processes, each on half of the connections
    BanByTwo,
    /// The same where they share a Redis
    BanByTwoRedis,
    /// 1,000 applications in one call
    Decide1000,
    /// 100 audit rows by actor and action
    AuditPage,
    /// The same in the small database
    AuditPageSmall,
    /// Requests whose path and body have both words
    SearchRequests,
    /// What waits in each queue
    Dashboard,
}

/// Which database a case is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Size {
    Large,
    Small,
}

/// Which servers of the large database answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fleet {
    /// One, which knows that it is alone.
    One,
    /// Two, which agree by PostgreSQL.
    Two,
    /// Two, which agree by Redis.
    TwoWithRedis,
}

/// What a request does to the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Nothing: its statements can be driven as they are.
    Reads,
    /// It changes what it is about.
    Writes,
}

/// A request without its token and key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sketch {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    /// Of a write.
    pub(crate) body: Option<String>,
}

impl Sketch {
    const fn get(path: String) -> Self {
        Self {
            method: "GET",
            path,
            body: None,
        }
    }
}

impl CaseName {
    /// Every case.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        Self::value_variants().iter().copied()
    }

    /// Its database.
    pub(crate) const fn size(self) -> Size {
        match self {
            Self::ListUsersSmall | Self::AuditPageSmall => Size::Small,
            Self::ReadUser
            | Self::ReadDrawer
            | Self::ListUsers
            | Self::SearchPrefix
            | Self::SearchPart
            | Self::SearchPartOfSome
            | Self::SearchPartOfAll
            | Self::ReportsByAge
            | Self::Ban
            | Self::BanByTwo
            | Self::BanByTwoRedis
            | Self::Decide1000
            | Self::AuditPage
            | Self::SearchRequests
            | Self::Dashboard => Size::Large,
        }
    }

    /// Who answers it.
    pub(crate) const fn fleet(self) -> Fleet {
        match self {
            Self::BanByTwo => Fleet::Two,
            Self::BanByTwoRedis => Fleet::TwoWithRedis,
            Self::ReadUser
            | Self::ReadDrawer
            | Self::ListUsers
            | Self::ListUsersSmall
            | Self::SearchPrefix
            | Self::SearchPart
            | Self::SearchPartOfSome
            | Self::SearchPartOfAll
            | Self::ReportsByAge
            | Self::Ban
            | Self::Decide1000
            | Self::AuditPage
            | Self::AuditPageSmall
            | Self::SearchRequests
            | Self::Dashboard => Fleet::One,
        }
    }

    /// The case whose requests it makes, by the same numbers: what one has changed another must not meet again.
    pub(crate) const fn requests(self) -> Self {
        match self.fleet() {
            Fleet::One => self,
            Fleet::Two | Fleet::TwoWithRedis => Self::Ban,
        }
    }

    /// What it does.
    pub(crate) const fn effect(self) -> Effect {
        match self {
            Self::Ban | Self::BanByTwo | Self::BanByTwoRedis | Self::Decide1000 => Effect::Writes,
            Self::ReadUser
            | Self::ReadDrawer
            | Self::ListUsers
            | Self::ListUsersSmall
            | Self::SearchPrefix
            | Self::SearchPart
            | Self::SearchPartOfSome
            | Self::SearchPartOfAll
            | Self::ReportsByAge
            | Self::AuditPage
            | Self::AuditPageSmall
            | Self::SearchRequests
            | Self::Dashboard => Effect::Reads,
        }
    }

    /// The case that asks the same of the small database.
    pub(crate) const fn small(self) -> Option<Self> {
        match self {
            Self::ListUsers => Some(Self::ListUsersSmall),
            Self::AuditPage => Some(Self::AuditPageSmall),
            Self::ReadUser
            | Self::ReadDrawer
            | Self::ListUsersSmall
            | Self::SearchPrefix
            | Self::SearchPart
            | Self::SearchPartOfSome
            | Self::SearchPartOfAll
            | Self::ReportsByAge
            | Self::Ban
            | Self::BanByTwo
            | Self::BanByTwoRedis
            | Self::Decide1000
            | Self::AuditPageSmall
            | Self::SearchRequests
            | Self::Dashboard => None,
        }
    }

    /// The request of this number; neighbors are about different rows.
    pub(crate) fn sketch(self, material: &Material, number: usize) -> Sketch {
        let users = "/api/v1/admin/users";
        match self {
            Self::ReadUser => {
                let user = spread(&material.users, number).unwrap_or(&1);
                Sketch::get(format!("{users}/{user}"))
            }
            Self::ReadDrawer => {
                let user = spread(&material.users, number).unwrap_or(&1);
                Sketch::get(format!("{users}/{user}/full"))
            }
            Self::ListUsers | Self::ListUsersSmall => {
                let place = cursor(&material.user_cursors, number);
                Sketch::get(format!("{users}?status=active&take=100{place}"))
            }
            Self::SearchPrefix => {
                Sketch::get(format!("{users}?filter=user{}*", 1_000 + number % 9_000))
            }
            Self::SearchPart => Sketch::get(format!(
                "{users}?take=100&q=er{}@people",
                100_000 + number.wrapping_mul(7_919) % 900_000
            )),
            Self::SearchPartOfSome => {
                Sketch::get(format!("{users}?take=100&q={}@people", 100 + number % 900))
            }
            Self::SearchPartOfAll => {
                let place = cursor(&material.user_cursors, number);
                Sketch::get(format!("{users}?status=active&take=100&q=people{place}"))
            }
            Self::ReportsByAge => {
                let place = cursor(&material.report_cursors, number);
                Sketch::get(format!(
                    "/api/v1/admin/reports?status=pending&take=100{place}"
                ))
            }
            Self::Ban | Self::BanByTwo | Self::BanByTwoRedis => ban(material, number),
            Self::Decide1000 => decision(material, number),
            Self::AuditPage | Self::AuditPageSmall => {
                let operator = spread(&material.operators, number).unwrap_or(&1);
                Sketch::get(format!(
                    "/api/v1/admin/audit?actor=%23{operator}&action_code=user_banned&take=100"
                ))
            }
            Self::SearchRequests => Sketch::get(format!(
                "{users}/admin-audit?q=ban%20case{}",
                1_000 + number % 9_000
            )),
            Self::Dashboard => Sketch::get("/api/v1/admin/dashboard".to_owned()),
        }
    }
}

/// Something else for every number, and not in order.
fn spread<T>(choices: &[T], number: usize) -> Option<&T> {
    choices.get(number.wrapping_mul(7_919) % choices.len().max(1))
}

fn cursor(cursors: &[String], number: usize) -> String {
    spread(cursors, number).map_or(String::new(), |cursor| format!("&cursor={cursor}"))
}

/// Each user is banned once, the first ones first: a second ban would change nothing.
fn ban(material: &Material, number: usize) -> Sketch {
    let user = material.users.get(number).copied().unwrap_or_default();
    Sketch {
        method: "PATCH",
        path: format!("/api/v1/admin/users/{user}/ban"),
        body: Some(json!({ "banReason": "measured", "durationHours": 24 }).to_string()),
    }
}

/// The applications are approved in blocks, then all of them reopened, and so on.
fn decision(material: &Material, number: usize) -> Sketch {
    let blocks: Vec<_> = material.applications.chunks(DECIDED).collect();
    let action = if (number / blocks.len().max(1)).is_multiple_of(2) {
        "approve"
    } else {
        "reopen"
    };
    let ids = blocks
        .get(number % blocks.len().max(1))
        .copied()
        .unwrap_or_default();
    Sketch {
        method: "POST",
        path: "/api/v1/admin/bulk-applications".to_owned(),
        body: Some(json!({ "action": action, "ids": ids, "confirm": true }).to_string()),
    }
}
