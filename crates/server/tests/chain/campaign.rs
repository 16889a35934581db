//! Thousands of random logs, each verified clean and then damaged once (security.md P3).
//!
//! A log, its damage and its verification share a transaction that is rolled back, so that every round begins
//! with an empty log. Some rounds are committed for the second verifier, which reads an export.

use chrono::TimeDelta;
use data_encoding::HEXLOWER;
use quarterdeck_api::audit::AuditCode;
use quarterdeck_server::chain::{self, Actor, Entry, Expectation, PLATFORM, link, rows};
use quarterdeck_server::db::sql;
use quarterdeck_server::gate::write::SystemTx;
use sea_orm::ConnectionTrait;
use serde_json::json;

use super::edits::{EVERY_KIND, Edit, OTHER, Recorded, Sql};
use super::tampering::{remembers, start};
use super::{Verdict, export, offline};
use crate::harness::effort::{self, Random};
use crate::harness::{TestServer, on_both};

/// Every so many rounds the second verifier is asked too. Not a multiple of nine, so that it is asked about
/// every kind.
const SAMPLE: usize = 50;

/// Texts as they come: none, JSON's own signs, other scripts, signs that have no width.
const TEXTS: [&str; 6] = [
    "",
    "4711",
    "\"quoted\"\n",
    "Ünïcødé 界",
    "a\u{200b}\u{301}",
    "'; --",
];

async fn begin(server: &TestServer) -> SystemTx {
    server.services.system_write("test").await.unwrap()
}

async fn run(tx: &SystemTx, (text, values): Sql) {
    let statement = sql(tx.connection(), &text, values);
    let done = tx.connection().execute_raw(statement).await;
    done.unwrap_or_else(|error| panic!("{text}: {error}"));
}

async fn verified(tx: &SystemTx, expectation: &Expectation) -> Verdict {
    let report = chain::verify(tx.connection(), PLATFORM, expectation).await;
    Verdict::of(&serde_json::to_value(report.unwrap()).unwrap())
}

/// Calls of one row and of several, by all kinds of actors, on a clock that also goes back.
async fn write(tx: &SystemTx, scope: &str, length: usize, random: &mut Random) {
    let mut left = length;
    let mut now = start();
    while left > 0 {
        let count = (1 + random.index(4)).min(left);
        left -= count;
        now += TimeDelta::microseconds(random.between(-5_000_000, 60_000_000));
        let actor = match random.index(4) {
            0 => Actor::SYSTEM,
            1 => Actor::COMMAND_LINE,
            _ => Actor::human(random.between(1, 9), "ana@quarterdeck.example".to_owned()),
        };
        let entries: Vec<_> = (0..count).map(|_| entry(random)).collect();
        let request = format!("{scope}-{left}");
        chain::append(tx.connection(), scope, &actor, &entries, &request, now)
            .await
            .unwrap();
    }
}

fn entry(random: &mut Random) -> Entry {
    let code = *random.one_of(AuditCode::ALL);
    let target = *random.one_of(&["application", "user", "report", ""]);
    let details = json!({ "from": random.one_of(&TEXTS), "n": random.number() });
    // A request writes of one object once.
    let target_id = format!("{}{:x}", random.one_of(&TEXTS), random.number());
    let entry = Entry::new(code, target, target_id).details(details);
    Entry {
        action: format!("{}{}", entry.action, random.one_of(&TEXTS)),
        ..entry
    }
}

/// A random log and, in another scope, one to take rows from.
async fn record(tx: &SystemTx, random: &mut Random) -> Recorded {
    let genesis = chain::verify::stored_head(tx.connection(), PLATFORM)
        .await
        .unwrap()
        .link;
    let other = link::genesis("another instance", OTHER).to_vec();
    let head = "INSERT INTO audit_heads (scope, seq, prev, link, recorded_at_us) VALUES ($1, 0, $2, $2, 0)";
    run(tx, (head.to_owned(), vec![OTHER.into(), other.into()])).await;
    let (length, others) = (4 + random.index(37), 1 + random.index(12));
    write(tx, PLATFORM, length, random).await;
    write(tx, OTHER, others, random).await;
    let rows = rows::after(tx.connection(), PLATFORM, 0, 100)
        .await
        .unwrap();
    assert_eq!(rows.len(), length);
    let others = rows::after(tx.connection(), OTHER, 0, 100).await.unwrap();
    Recorded {
        genesis,
        rows,
        others,
    }
}

/// No alarm before anything was done, whichever row is remembered.
async fn verify_clean(tx: &SystemTx, log: &Recorded, random: &mut Random, case: &str) {
    let row = random.one_of(&log.rows);
    let found = verified(tx, &remembers(row.seq, &row.link)).await;
    assert_eq!(found.summary(), ("intact", None), "clean, {case}");
    let last = log.rows.last().unwrap();
    assert_eq!(
        found.head,
        (last.seq, HEXLOWER.encode(&last.link)),
        "{case}"
    );
}

/// Puts the log back to what a new database has.
async fn empty(server: &TestServer, genesis: &[u8]) {
    let tx = begin(server).await;
    for table in ["admin_audit_log", "audit_heads"] {
        run(&tx, (format!("DELETE FROM {table}"), vec![])).await;
    }
    let head = "INSERT INTO audit_heads (scope, seq, prev, link, recorded_at_us) VALUES ($1, 0, $2, $2, 0)";
    run(
        &tx,
        (head.to_owned(), vec![PLATFORM.into(), genesis.into()]),
    )
    .await;
    tx.commit().await.unwrap();
}

/// The second verifier says the same of what is committed, where the edit shows in an export.
fn ask_the_other(server: &TestServer, edit: &Edit, online: &Verdict, case: &str) -> usize {
    if !edit.is_exported {
        return 0;
    }
    let Some(offline) = offline(&export(server), &edit.watermark) else {
        return 0;
    };
    assert_eq!(&offline, online, "offline, {case}");
    1
}

on_both! {
    async fn p3_every_random_edit_is_named_with_its_first_bad_row_and_no_clean_log_is(server: TestServer) {
        server.database.allow_tampering().await;
        let rounds = effort::rounds(1_000, 10_000);
        let mut random = Random(effort::seed());
        let mut asked = 0;
        for round in 0..rounds {
            let seed = random.0;
            let kind = EVERY_KIND[round % EVERY_KIND.len()];
            let tx = begin(&server).await;
            let log = record(&tx, &mut random).await;
            let case = format!("round {round}, seed {seed:#x}, {} rows", log.rows.len());
            verify_clean(&tx, &log, &mut random, &case).await;
            let edit = log.edit(kind, &mut random);
            let case = format!("{case}, {kind:?}: {}", edit.what);
            for statement in &edit.statements {
                run(&tx, statement.clone()).await;
            }
            let online = verified(&tx, &edit.watermark).await;
            let expected = ("broken", Some((edit.seq, edit.damage.as_str())));
            assert_eq!(online.summary(), expected, "{case}");
            if round % SAMPLE == 0 {
                tx.commit().await.unwrap();
                asked += ask_the_other(&server, &edit, &online, &case);
                empty(&server, &log.genesis).await;
            }
        }
        eprintln!("{rounds} logs clean, {rounds} edits named, {asked} of them by both verifiers");
    }
}
