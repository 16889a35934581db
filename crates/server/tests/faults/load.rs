//! Operators who write without a pause, and a ledger of what each was told.
//!
//! Every call has a key of its own and objects of its own, so that its effect can be told from all others.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::counts::Random;
use crate::harness::{Reply, Request, Session};
use crate::world::World;

/// A write, as it can be repeated.
#[derive(Clone, Debug)]
pub struct Call {
    /// Its idempotency key, which is its `X-Request-Id` too.
    pub key: String,
    /// Of which object it changes which.
    pub change: Change,
    session: Session,
}

/// What a call does to its objects, whose keys follow each other.
#[derive(Clone, Copy, Debug)]
pub struct Change {
    /// What is done.
    pub act: Act,
    /// The first object.
    pub first: i64,
    /// How many objects.
    pub count: i64,
}

/// A kind of write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Applications are approved in one call.
    Approve,
    /// A report is resolved.
    Resolve,
    /// A data request is completed.
    Complete,
    /// A user is banned.
    Ban,
    /// A user is suspended.
    Suspend,
}

/// What the oracle asks of an act: where its objects are, and what they are before and after.
#[derive(Clone, Copy, Debug)]
pub struct Traces {
    /// The table.
    pub table: &'static str,
    /// An expression of the state.
    pub state: &'static str,
    /// The state before.
    pub before: &'static str,
    /// The state after.
    pub after: &'static str,
    /// The code in the audit log.
    pub code: &'static str,
}

impl Act {
    /// Every act; approving is what operators do most.
    const MIX: [Self; 8] = [
        Self::Approve,
        Self::Approve,
        Self::Approve,
        Self::Resolve,
        Self::Resolve,
        Self::Complete,
        Self::Ban,
        Self::Suspend,
    ];

    /// What it leaves.
    pub const fn traces(self) -> Traces {
        match self {
            Self::Approve => Traces {
                table: "applications",
                state: "status",
                before: "PENDING",
                after: "ACTIVE",
                code: "application_approved",
            },
            Self::Resolve => Traces {
                table: "user_reports",
                state: "status",
                before: "pending",
                after: "resolved",
                code: "report_resolved",
            },
            Self::Complete => Traces {
                table: "data_requests",
                state: "status",
                before: "pending",
                after: "completed",
                code: "data_request_updated",
            },
            Self::Ban => Traces {
                table: "users",
                state: "CASE WHEN is_banned THEN 'banned' ELSE 'free' END",
                before: "free",
                after: "banned",
                code: "user_banned",
            },
            Self::Suspend => Traces {
                table: "users",
                state: "CASE WHEN suspended_at IS NULL THEN 'free' ELSE 'suspended' END",
                before: "free",
                after: "suspended",
                code: "user_suspended",
            },
        }
    }
}

impl Call {
    /// A call of an operator.
    pub fn new(key: String, change: Change, session: &Session) -> Self {
        Self {
            key,
            change,
            session: session.clone(),
        }
    }

    /// The request, the same bytes each time.
    pub fn request(&self, address: SocketAddr) -> Request {
        let id = self.change.first;
        let (method, path, body): (_, _, Value) = match self.change.act {
            Act::Approve => {
                let ids: Vec<_> = (id..id + self.change.count).collect();
                let body = json!({ "action": "approve", "ids": ids, "expected_status": "PENDING" });
                ("POST", "bulk-applications".to_owned(), body)
            }
            Act::Resolve => {
                let body =
                    json!({ "report_id": id, "status": "resolved", "expected_status": "pending" });
                ("PATCH", "reports".to_owned(), body)
            }
            Act::Complete => {
                let body = json!({ "request_id": id, "status": "completed", "expected_status": "pending" });
                ("PATCH", "data-requests".to_owned(), body)
            }
            Act::Ban => {
                let body = json!({ "banReason": "spam", "expectedVersion": 1 });
                ("PATCH", format!("users/{id}/ban"), body)
            }
            Act::Suspend => {
                let body = json!({ "reason": "spam", "expectedVersion": 1 });
                ("POST", format!("users/{id}/suspend"), body)
            }
        };
        Request::new(address, method, &format!("/api/v1/admin/{path}"))
            .session(&self.session)
            .key(&self.key)
            .header("x-request-id", &self.key)
            .json(body)
    }
}

/// A call and what its caller was told.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// The call.
    pub call: Call,
    /// The whole reply; the error where none came.
    pub told: Result<Reply, String>,
    /// How long the caller waited.
    pub took: Duration,
}

impl Attempt {
    /// Whether the caller was told that it is done.
    pub fn is_acknowledged(&self) -> bool {
        self.told.as_ref().is_ok_and(|reply| reply.status == 200)
    }

    /// A caller is told that it is done, that the server is away, or nothing.
    #[track_caller]
    pub fn check_reply(&self) {
        let Ok(reply) = &self.told else { return };
        if reply.status != 200 {
            assert_eq!(reply.status, 503, "{:?}: {}", self.call, reply.text);
            assert_eq!(
                reply.header("content-type"),
                quarterdeck_api::problem::CONTENT_TYPE
            );
            assert_ne!(reply.header("retry-after"), "", "{}", reply.text);
        }
    }
}

/// Operators at work.
pub struct Load {
    workers: JoinSet<Vec<Attempt>>,
    stop: Arc<AtomicBool>,
}

/// How long a worker waits after it was not answered, or told that the server is away.
const PAUSE: Duration = Duration::from_millis(20);

/// What each operator is going to do; its objects are there.
pub struct Prepared(Vec<Vec<Call>>);

impl Prepared {
    /// Makes the objects of `calls` calls of every operator of the world.
    pub async fn of(world: &World, random: &mut Random, calls: usize) -> Self {
        let mut plans = Vec::new();
        for session in &world.sessions {
            // Bulk calls take up to five objects each.
            let first = world.bring_in(calls * 5).await;
            plans.push(plan(session, first, calls, &mut random.fork()));
        }
        Self(plans)
    }

    /// Every operator begins to write.
    pub fn start(self, address: SocketAddr) -> Load {
        let stop = Arc::new(AtomicBool::new(false));
        let mut workers = JoinSet::new();
        for plan in self.0 {
            workers.spawn(work(plan, address, Arc::clone(&stop)));
        }
        Load { workers, stop }
    }
}

impl Load {
    /// Every operator of the world begins to write, `calls` at most each.
    pub async fn start(
        world: &World,
        address: SocketAddr,
        random: &mut Random,
        calls: usize,
    ) -> Self {
        Prepared::of(world, random, calls).await.start(address)
    }

    /// Lets them finish the call they are in; tells what each call came to.
    pub async fn stop(self) -> Vec<Attempt> {
        self.stop.store(true, Ordering::Relaxed);
        self.workers
            .join_all()
            .await
            .into_iter()
            .flatten()
            .collect()
    }

    /// Waits until every planned call was made.
    pub async fn finish(self) -> Vec<Attempt> {
        self.workers
            .join_all()
            .await
            .into_iter()
            .flatten()
            .collect()
    }
}

fn plan(session: &Session, first: i64, calls: usize, random: &mut Random) -> Vec<Call> {
    let mut key = first;
    let mut planned = Vec::new();
    for _ in 0..calls {
        let place = usize::try_from(random.below(Act::MIX.len() as u64)).unwrap();
        let act = Act::MIX[place];
        let count = match act {
            Act::Approve => 1 + i64::try_from(random.below(5)).unwrap(),
            Act::Resolve | Act::Complete | Act::Ban | Act::Suspend => 1,
        };
        let change = Change {
            act,
            first: key,
            count,
        };
        planned.push(Call::new(format!("key-{key}"), change, session));
        key += count;
    }
    planned
}

async fn work(plan: Vec<Call>, address: SocketAddr, stop: Arc<AtomicBool>) -> Vec<Attempt> {
    let mut attempts = Vec::new();
    for call in plan {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let asked = Instant::now();
        let told = call.request(address).try_send().await;
        let took = asked.elapsed();
        let is_away = told.as_ref().map_or(true, |reply| reply.status == 503);
        attempts.push(Attempt { call, told, took });
        if is_away {
            tokio::time::sleep(PAUSE).await;
        }
    }
    attempts
}
