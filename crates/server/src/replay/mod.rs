//! The replay oracle: builds decisions, the state of accounts and their rights again from the audit log
//! alone, and compares them with the tables.
//!
//! It reads one snapshot, object by object in the order of an index, so that it holds one object's state
//! at a time however long the log is. Whether the log itself is genuine is `chain::verify`'s to say.

mod accounts;
mod decisions;
mod money;
mod payouts;
mod rules;
mod store;

use std::fmt::{self, Display};

use quarterdeck_api::audit::AuditCode;
use sea_orm::{ConnectionTrait, DbErr};
use serde::Serialize;

use crate::chain::PLATFORM;
use crate::chain::rows::{self, StoredRow, TargetRow};
use crate::db::clock::from_micros;
use rules::{AccountEffect, Details, Effect, Finding, Step};

pub use rules::{Kind, Wrong};

const BATCH: u64 = 1_000;
/// Objects compared by one statement.
const COMPARED_AT_ONCE: usize = 500;
/// Most accounts that a summary names.
const MAX_NAMED: usize = 20;

/// A contradiction between the log and the tables.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The object, as `application #4711`.
    pub object: String,
    /// What is wrong.
    pub wrong: Wrong,
    /// About what of the object.
    pub field: &'static str,
    /// The row of the log, where one is at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<i64>,
    /// What the log says.
    pub log: String,
    /// What the table says; for a row at fault, what the log said before it.
    pub table: String,
}

/// What a replay came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Every object that the log tells of is what the log says, and no table claims more.
    Agrees,
    /// At least one difference was found.
    Differs,
    /// None was found, but some objects have rows of codes that this version does not know.
    Unverifiable,
}

/// What was compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// What it came to.
    pub status: Status,
    /// Rows that were replayed.
    pub rows: u64,
    /// Objects that were compared.
    pub objects: u64,
    /// Differences in all.
    pub differences: u64,
    /// Objects that cannot be judged, because a newer server wrote rows about them.
    pub unverifiable: u64,
    /// Accounts that hold staff rights which no row gave them, nor names the table who did: a seed brings
    /// them in, and an intruder may.
    pub unexplained_staff: u64,
    /// The first of those accounts.
    pub unexplained_accounts: Vec<i64>,
}

/// Replays the log of the platform on one snapshot, and hands each difference to `tell` as it is found.
///
/// # Errors
/// The database's: nothing is known then.
pub async fn replay(
    snapshot: &impl ConnectionTrait,
    tell: impl FnMut(Difference),
) -> Result<Summary, DbErr> {
    let mut replay = Replay::new(tell);
    for kind in Kind::ALL {
        replay.objects_in_the_log(snapshot, kind).await?;
        replay.objects_beside_the_log(snapshot, kind).await?;
    }
    Ok(replay.summary())
}

/// An object whose rows were all read.
struct Ended {
    id: i64,
    told: Told,
}

/// What the log told of an object.
#[derive(Clone, Debug)]
enum Told {
    Decisions(decisions::Decisions),
    Account(Box<accounts::Account>),
    /// A row could not be understood, which was told already; nothing follows from it.
    Lost,
    /// A row of a newer server.
    Unknown,
}

impl Told {
    fn nothing(kind: Kind) -> Self {
        match kind {
            Kind::Application | Kind::Report | Kind::DataRequest | Kind::Withdrawal => {
                Self::Decisions(decisions::Decisions::default())
            }
            Kind::User => Self::Account(Box::default()),
        }
    }
}

/// What is carried from object to object.
struct Replay<F> {
    tell: F,
    rows: u64,
    objects: u64,
    differences: u64,
    unverifiable: u64,
    unexplained_staff: u64,
    unexplained_accounts: Vec<i64>,
}

impl<F: FnMut(Difference)> Replay<F> {
    const fn new(tell: F) -> Self {
        Self {
            tell,
            rows: 0,
            objects: 0,
            differences: 0,
            unverifiable: 0,
            unexplained_staff: 0,
            unexplained_accounts: Vec::new(),
        }
    }

    fn summary(self) -> Summary {
        let status = if self.differences > 0 {
            Status::Differs
        } else if self.unverifiable > 0 {
            Status::Unverifiable
        } else {
            Status::Agrees
        };
        Summary {
            status,
            rows: self.rows,
            objects: self.objects,
            differences: self.differences,
            unverifiable: self.unverifiable,
            unexplained_staff: self.unexplained_staff,
            unexplained_accounts: self.unexplained_accounts,
        }
    }

    fn report(&mut self, object: impl Display, finding: Finding) {
        let Finding {
            wrong,
            field,
            row,
            log,
            table,
        } = finding;
        self.differences += 1;
        (self.tell)(Difference {
            object: object.to_string(),
            wrong,
            field,
            row,
            log,
            table,
        });
    }

    async fn objects_in_the_log(
        &mut self,
        snapshot: &impl ConnectionTrait,
        kind: Kind,
    ) -> Result<(), DbErr> {
        // Rows about none in particular have an empty id, and come first.
        let mut last = (String::new(), i64::MAX);
        let mut current: Option<(String, Told)> = None;
        let mut ended = Vec::new();
        loop {
            let after = (last.0.as_str(), last.1);
            let batch =
                rows::by_target(snapshot, PLATFORM, kind.target_type(), after, BATCH).await?;
            let Some(newest) = batch.last() else { break };
            last = (newest.target_id.clone(), newest.seq);
            for row in &batch {
                if current.as_ref().is_none_or(|(id, _)| *id != row.target_id) {
                    ended.extend(current.take().and_then(end));
                    if ended.len() >= COMPARED_AT_ONCE {
                        self.compare(snapshot, kind, &std::mem::take(&mut ended))
                            .await?;
                    }
                }
                let (_, told) =
                    current.get_or_insert_with(|| (row.target_id.clone(), Told::nothing(kind)));
                self.take_row(kind, told, row);
            }
        }
        ended.extend(current.take().and_then(end));
        self.compare(snapshot, kind, &ended).await
    }

    fn take_row(&mut self, kind: Kind, told: &mut Told, row: &TargetRow) {
        self.rows += 1;
        let findings = match meaning(kind, row) {
            Meaning::Nothing => Vec::new(),
            Meaning::Unknown => {
                *told = Told::Unknown;
                Vec::new()
            }
            Meaning::Unreadable(why) => {
                let is_told = matches!(told, Told::Lost | Told::Unknown);
                *told = Told::Lost;
                if is_told {
                    return;
                }
                vec![Finding::unreadable(row.seq, why)]
            }
            Meaning::Decision(step) => match told {
                Told::Decisions(decisions) => decisions.step(&step),
                Told::Account(_) | Told::Lost | Told::Unknown => Vec::new(),
            },
            Meaning::Account(step) => match told {
                Told::Account(account) => account.step(&step),
                Told::Decisions(_) | Told::Lost | Told::Unknown => Vec::new(),
            },
        };
        for finding in findings {
            self.report(Object(kind, &row.target_id), finding);
        }
    }

    /// Objects that the log has no row of claim nothing, or are told.
    async fn objects_beside_the_log(
        &mut self,
        snapshot: &impl ConnectionTrait,
        kind: Kind,
    ) -> Result<(), DbErr> {
        let mut after = 0;
        while let Some(window) = store::claims(snapshot, kind, after).await? {
            after = window.last;
            let nothing = |id: &i64| Ended {
                id: *id,
                told: Told::nothing(kind),
            };
            for ids in window.ids.chunks(COMPARED_AT_ONCE) {
                let ended: Vec<_> = ids.iter().map(nothing).collect();
                self.compare(snapshot, kind, &ended).await?;
            }
        }
        Ok(())
    }

    async fn compare(
        &mut self,
        snapshot: &impl ConnectionTrait,
        kind: Kind,
        ended: &[Ended],
    ) -> Result<(), DbErr> {
        self.objects += ended.len() as u64;
        let ids: Vec<_> = ended.iter().map(|ended| ended.id).collect();
        match kind {
            Kind::Application | Kind::Report | Kind::DataRequest | Kind::Withdrawal => {
                let stored = store::decided(snapshot, kind, &ids).await?;
                for Ended { id, told } in ended {
                    self.compare_decided(kind, *id, told, stored.get(id));
                }
            }
            Kind::User => {
                let stored = store::accounts(snapshot, &ids).await?;
                for Ended { id, told } in ended {
                    self.compare_account(*id, told, stored.get(id));
                }
            }
        }
        Ok(())
    }

    fn compare_decided(
        &mut self,
        kind: Kind,
        id: i64,
        told: &Told,
        stored: Option<&decisions::Stored>,
    ) {
        let findings = match (told, stored) {
            (Told::Decisions(decisions), Some(stored)) => decisions.compare(kind, stored),
            (Told::Decisions(decisions), None) => decisions.missing(),
            (Told::Unknown, _) => {
                self.unverifiable += 1;
                return;
            }
            (Told::Account(_) | Told::Lost, _) => return,
        };
        for finding in findings {
            self.report(Object(kind, id), finding);
        }
    }

    fn compare_account(&mut self, id: i64, told: &Told, stored: Option<&accounts::Stored>) {
        let findings = match (told, stored) {
            (Told::Account(account), Some(stored)) => {
                let findings = account.compare(stored);
                if findings.is_empty() && account.leaves_rights_unexplained(stored) {
                    self.unexplained_staff += 1;
                    if self.unexplained_accounts.len() < MAX_NAMED {
                        self.unexplained_accounts.push(id);
                    }
                }
                findings
            }
            (Told::Account(account), None) => account.missing(),
            (Told::Unknown, _) => {
                self.unverifiable += 1;
                return;
            }
            (Told::Decisions(_) | Told::Lost, _) => return,
        };
        for finding in findings {
            self.report(Object(Kind::User, id), finding);
        }
    }
}

/// An object as differences name it.
struct Object<I>(Kind, I);

impl<I: Display> Display for Object<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} #{}", self.0.target_type(), self.1)
    }
}

/// An object's key, as only the server writes it; what a client named otherwise changes no object.
fn key(target_id: &str) -> Option<i64> {
    let id: i64 = target_id.parse().ok()?;
    (id.to_string() == target_id).then_some(id)
}

fn end((target_id, told): (String, Told)) -> Option<Ended> {
    key(&target_id).map(|id| Ended { id, told })
}

/// What a row means to the oracle.
enum Meaning {
    Nothing,
    Unknown,
    Unreadable(String),
    Decision(Step<Option<&'static str>>),
    Account(Step<AccountEffect>),
}

fn meaning(kind: Kind, row: &TargetRow) -> Meaning {
    let stored = match &row.row {
        Ok(stored) => stored,
        Err(unreadable) => return Meaning::Unreadable(unreadable.reason.clone()),
    };
    let Ok(code) = stored.record.action_code.parse::<AuditCode>() else {
        return Meaning::Unknown;
    };
    let effect = rules::effect(code);
    if effect == Effect::Nothing {
        return Meaning::Nothing;
    }
    if key(&row.target_id).is_none() {
        return Meaning::Unreadable(format!("{code} names no object"));
    }
    let details: Details = match serde_json::from_str(&stored.record.details) {
        Ok(details) => details,
        Err(error) => return Meaning::Unreadable(error.to_string()),
    };
    match (effect, kind) {
        (Effect::Decides(of, to), _) if of == kind => Meaning::Decision(step(stored, to, details)),
        (Effect::Account(effect), Kind::User) => Meaning::Account(step(stored, effect, details)),
        (Effect::Decides(..) | Effect::Account(_) | Effect::Nothing, _) => {
            Meaning::Unreadable(format!("{code} is not about this kind of object"))
        }
    }
}

fn step<E>(stored: &StoredRow, effect: E, details: Details) -> Step<E> {
    Step {
        seq: stored.seq,
        at: from_micros(stored.record.recorded_at_us),
        actor: stored.record.actor_id,
        effect,
        details,
    }
}
