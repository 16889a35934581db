//! What must be true after any fault.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::Duration;

use data_encoding::HEXLOWER;
use quarterdeck_api::audit::ChainStatus;
use quarterdeck_server::chain::{self, Expectation, PLATFORM, verify::stored_head};
use quarterdeck_server::db::Database;
use quarterdeck_server::replay::{self, Status};

use crate::harness::database::Connection;
use crate::harness::{Backend, TestDatabase, until};
use crate::load::{Attempt, Call};

/// The head of the log, as somebody outside remembers it.
#[derive(Clone, Debug)]
pub struct Watermark(Expectation);

/// Remembers the head of the log.
pub async fn watermark(database: &TestDatabase) -> Watermark {
    let opened = Database::open(database.url()).await.unwrap();
    let head = stored_head(opened.reads(), PLATFORM).await.unwrap();
    opened.close().await;
    Watermark(Expectation {
        min_seq: Some(head.seq),
        seq_and_hash: Some((head.seq, HEXLOWER.encode(&head.link))),
    })
}

/// The log is whole and holds what was remembered; the tables are what it says.
pub async fn log_is_whole(database: &TestDatabase, remembered: &Watermark) {
    let opened = Database::open(database.url()).await.unwrap();
    let snapshot = opened.snapshot().await.unwrap();
    let report = chain::verify(&snapshot, PLATFORM, &remembered.0)
        .await
        .unwrap();
    assert_eq!(
        report.status.known(),
        Some(ChainStatus::Intact),
        "{report:?}"
    );
    let mut differences = Vec::new();
    let summary = replay::replay(&snapshot, |found| differences.push(found))
        .await
        .unwrap();
    assert_eq!(summary.status, Status::Agrees, "{differences:#?}");
    snapshot.rollback().await.unwrap();
    opened.close().await;
}

/// What is true of the database whatever happened.
pub async fn database_is_sound(database: &TestDatabase) {
    let admins = "SELECT count(*) FROM user_roles r JOIN users u ON u.id = r.user_id \
        WHERE r.role = 'SuperAdmin' AND u.deleted_at IS NULL AND u.suspended_at IS NULL AND NOT u.is_banned";
    assert!(
        database.number(admins).await > 0,
        "nobody is left to let others in"
    );
    match database.backend {
        Backend::Sqlite => {
            // FTS5 checks what a connection remembers of its index, which may be of before what others wrote.
            let mut fresh = database.connect().await;
            assert_eq!(fresh.texts("PRAGMA integrity_check").await, ["ok"]);
        }
        Backend::Postgres => {
            let open = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%'";
            until("no connection is left in a transaction", async || {
                (database.number(open).await == 0).then_some(())
            })
            .await;
        }
    }
}

/// How much of a call is in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Presence {
    Whole,
    Absent,
}

/// Everything that calls may have left, read at once.
struct Found {
    states: HashMap<&'static str, HashMap<i64, String>>,
    audit: HashMap<String, i64>,
    logged: HashMap<String, i64>,
    answered: HashMap<String, i64>,
}

impl Found {
    /// All of one moment: a call that its client left may still be at work.
    async fn read(database: &TestDatabase, calls: &[&Call]) -> Self {
        let mut snapshot = database.connect().await;
        snapshot
            .execute(match database.backend {
                Backend::Sqlite => "BEGIN",
                Backend::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ",
            })
            .await;
        let found = Self::read_from(&mut snapshot, calls).await;
        snapshot.commit().await;
        snapshot.close().await;
        found
    }

    async fn read_from(database: &mut Connection, calls: &[&Call]) -> Self {
        let first = calls.iter().map(|call| call.change.first).min();
        let last = calls
            .iter()
            .map(|call| call.change.first + call.change.count)
            .max();
        let (first, last) = (first.unwrap_or_default(), last.unwrap_or_default());
        let mut states = HashMap::new();
        for call in calls {
            let traces = call.change.act.traces();
            if states.contains_key(traces.code) {
                continue;
            }
            let query = format!(
                "SELECT CAST(id AS TEXT) || ' ' || {} FROM {} WHERE id BETWEEN {first} AND {last}",
                traces.state, traces.table
            );
            let of_code = database.texts(&query).await;
            let parsed = of_code.iter().map(|line| {
                let (id, state) = line.split_once(' ').unwrap();
                (id.parse().unwrap(), state.to_owned())
            });
            states.insert(traces.code, parsed.collect());
        }
        let audit = counts(
            database,
            "SELECT action_code || '/' || target_id || ' ' || CAST(count(*) AS TEXT) FROM admin_audit_log \
             WHERE target_id <> '' GROUP BY action_code, target_id",
        )
        .await;
        let logged = counts(
            database,
            "SELECT client_request_id || ' ' || CAST(count(*) AS TEXT) FROM admin_action_log \
             WHERE status = 200 AND client_request_id IS NOT NULL GROUP BY client_request_id",
        )
        .await;
        let answered = counts(
            database,
            "SELECT key || ' ' || CAST(count(*) AS TEXT) FROM idempotency_keys \
             WHERE status = 200 AND response IS NOT NULL GROUP BY key",
        )
        .await;
        Self {
            states,
            audit,
            logged,
            answered,
        }
    }

    /// Whether a call is wholly there or wholly absent; anything between fails.
    #[track_caller]
    fn presence(&self, call: &Call) -> Presence {
        let traces = call.change.act.traces();
        let of_key = |counted: &HashMap<String, i64>| counted.get(&call.key).copied().unwrap_or(0);
        let mut seen = vec![of_key(&self.logged), of_key(&self.answered)];
        for id in call.change.first..call.change.first + call.change.count {
            let state = &self.states[traces.code][&id];
            assert!(
                state == traces.before || state == traces.after,
                "{call:?}: {id} is {state}"
            );
            seen.push(i64::from(state == traces.after));
            let row = format!("{}/{id}", traces.code);
            seen.push(self.audit.get(&row).copied().unwrap_or(0));
        }
        match seen.as_slice() {
            seen if seen.iter().all(|count| *count == 1) => Presence::Whole,
            seen if seen.iter().all(|count| *count == 0) => Presence::Absent,
            seen => panic!(
                "{call:?} is there in part: action-log rows, stored answers, then change and audit row \
                 of each object: {seen:?}"
            ),
        }
    }
}

async fn counts(database: &mut Connection, query: &str) -> HashMap<String, i64> {
    let lines = database.texts(query).await;
    let parsed = lines.iter().map(|line| {
        let (key, count) = line.rsplit_once(' ').unwrap();
        (key.to_owned(), count.parse().unwrap())
    });
    parsed.collect()
}

/// How many calls were acknowledged, and how many of the rest turned out done and not done.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    /// Acknowledged, and all there.
    pub acknowledged: usize,
    /// Not acknowledged, and all there.
    pub done_unheard: usize,
    /// Not acknowledged, and absent.
    pub not_done: usize,
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.acknowledged += other.acknowledged;
        self.done_unheard += other.done_unheard;
        self.not_done += other.not_done;
    }
}

/// Every acknowledged call is wholly there, every other wholly there or absent.
pub async fn nothing_is_lost_or_halved(database: &TestDatabase, attempts: &[Attempt]) -> Tally {
    let calls: Vec<_> = attempts.iter().map(|attempt| &attempt.call).collect();
    let found = Found::read(database, &calls).await;
    let mut tally = Tally::default();
    for attempt in attempts {
        attempt.check_reply();
        match (attempt.is_acknowledged(), found.presence(&attempt.call)) {
            (true, Presence::Whole) => tally.acknowledged += 1,
            (true, Presence::Absent) => panic!("acknowledged and lost: {attempt:?}"),
            (false, Presence::Whole) => tally.done_unheard += 1,
            (false, Presence::Absent) => tally.not_done += 1,
        }
    }
    tally
}

/// Every one of these calls is wholly there, once.
pub async fn all_are_there_once(database: &TestDatabase, calls: &[Call]) {
    let calls: Vec<_> = calls.iter().collect();
    let found = Found::read(database, &calls).await;
    for call in calls {
        assert_eq!(found.presence(call), Presence::Whole, "{call:?}");
    }
}

/// Repeats every call that was not acknowledged under its key: it is done then, once.
pub async fn repeats_do_it_once(
    database: &TestDatabase,
    address: SocketAddr,
    attempts: &[Attempt],
) {
    let mut calls = Vec::new();
    for attempt in attempts.iter().filter(|attempt| !attempt.is_acknowledged()) {
        let call = &attempt.call;
        let reply = until("the repeat is answered", async || {
            let told = call.request(address).try_send().await;
            let reply = told.ok().filter(|reply| reply.status == 200);
            if reply.is_none() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            reply
        })
        .await;
        assert_ne!(reply.json()["noop"], true, "{}", reply.text);
        calls.push(call);
    }
    let found = Found::read(database, &calls).await;
    for call in calls {
        assert_eq!(found.presence(call), Presence::Whole, "{call:?}");
    }
}
