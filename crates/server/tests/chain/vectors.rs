//! The vectors: both ways of appending give, on both databases, the bytes that docs/AUDIT.md describes.

use chrono::{DateTime, Utc};
use data_encoding::HEXLOWER;
use quarterdeck_server::chain::verify::stored_head;
use quarterdeck_server::chain::{self, Actor, Entry, Expectation, PLATFORM, Record, link};
use serde::Deserialize;

use super::{append, offline, run, stored, verdict};
use crate::harness::{TestServer, on_both};

#[derive(Deserialize)]
pub(super) struct Vectors {
    pub(super) instance: String,
    pub(super) scope: String,
    pub(super) genesis: String,
    head_seq: i64,
    head_link: String,
    pub(super) records: Vec<Vector>,
}

/// A row, and the server's clock when it was appended.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Vector {
    name: String,
    now_us: i64,
    pub(super) seq: i64,
    recorded_at_us: i64,
    actor_type: String,
    actor_id: Option<i64>,
    actor_email: Option<String>,
    action_code: String,
    action: String,
    target_type: String,
    target_id: String,
    details: String,
    request_id: String,
    pub(super) canon: String,
    pub(super) leaf: String,
    pub(super) link: String,
}

const TEXT: &str = include_str!("../audit_vectors.json");

pub(super) fn vectors() -> Vectors {
    serde_json::from_str(TEXT).unwrap()
}

impl Vector {
    pub(super) fn record(&self) -> Record {
        Record {
            recorded_at_us: self.recorded_at_us,
            actor_type: self.actor_type.clone(),
            actor_id: self.actor_id,
            actor_email: self.actor_email.clone(),
            action_code: self.action_code.clone(),
            action: self.action.clone(),
            target_type: self.target_type.clone(),
            target_id: self.target_id.clone(),
            details: self.details.clone(),
            request_id: self.request_id.clone(),
        }
    }

    fn actor(&self) -> Actor {
        Actor {
            kind: self.actor_type.parse().unwrap(),
            id: self.actor_id,
            email: self.actor_email.clone(),
        }
    }

    fn entry(&self) -> Entry {
        Entry {
            code: self.action_code.parse().unwrap(),
            action: self.action.clone(),
            target_type: self.target_type.clone().leak(),
            target_id: self.target_id.clone(),
            details: serde_json::from_str(&self.details).unwrap(),
        }
    }

    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.now_us).unwrap()
    }

    fn same_call(&self, other: &Self) -> bool {
        (self.actor(), &self.request_id, self.now_us)
            == (other.actor(), &other.request_id, other.now_us)
    }
}

#[test]
fn records_leaves_and_links_are_those_of_the_vectors() {
    let vectors = vectors();
    let genesis = link::genesis(&vectors.instance, &vectors.scope);
    assert_eq!(HEXLOWER.encode(&genesis), vectors.genesis);
    let mut previous = genesis;
    for vector in &vectors.records {
        let canonical = vector.record().canonical();
        let leaf = link::leaf(&canonical);
        previous = link::link(&vectors.scope, vector.seq, &previous, &leaf);
        let computed = [&canonical[..], &leaf, &previous].map(|bytes| HEXLOWER.encode(bytes));
        let expected = [&vector.canon, &vector.leaf, &vector.link].map(String::clone);
        assert_eq!(computed, expected, "{}", vector.name);
    }
    assert_eq!(HEXLOWER.encode(&previous), vectors.head_link);
}

#[test]
fn the_second_verifier_accepts_the_vectors() {
    let vectors: serde_json::Value = serde_json::from_str(TEXT).unwrap();
    let mut lines = vec![vectors.to_string()];
    lines.extend(
        vectors["records"]
            .as_array()
            .unwrap()
            .iter()
            .map(ToString::to_string),
    );
    let remembered = Expectation {
        min_seq: None,
        seq_and_hash: Some((0, vectors["genesis"].as_str().unwrap().to_owned())),
    };
    let found = offline(&(lines.join("\n") + "\n"), &remembered);
    assert!(found.is_none_or(|found| found.summary() == ("intact", None)));
}

/// Gives the empty log the instance of the vectors.
async fn be_born_again(server: &TestServer, instance: &str) {
    run(
        server,
        "DELETE FROM settings WHERE key = 'instance_id'",
        vec![],
    )
    .await;
    run(server, "DELETE FROM audit_heads", vec![]).await;
    let tx = server.services.system_write("test").await.unwrap();
    chain::birth::ensure(tx.connection(), instance)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

async fn assert_log_is(server: &TestServer, vectors: &Vectors) {
    let rows = stored(server).await;
    assert_eq!(rows.len(), vectors.records.len());
    for (row, vector) in rows.iter().zip(&vectors.records) {
        assert_eq!(
            (row.seq, &row.record),
            (vector.seq, &vector.record()),
            "{}",
            vector.name
        );
        let stored = [&row.canonical, &row.leaf, &row.link].map(|bytes| HEXLOWER.encode(bytes));
        let expected = [&vector.canon, &vector.leaf, &vector.link].map(String::clone);
        assert_eq!(stored, expected, "{}", vector.name);
    }
    let head = stored_head(server.services.database.reads(), PLATFORM)
        .await
        .unwrap();
    assert_eq!(
        (head.seq, HEXLOWER.encode(&head.link)),
        (vectors.head_seq, vectors.head_link.clone())
    );
    let verdict = verdict(server, &Expectation::default()).await;
    assert_eq!(verdict.summary(), ("intact", None));
}

on_both! {
    async fn rows_appended_one_by_one_are_those_of_the_vectors(server: TestServer) {
        let vectors = vectors();
        be_born_again(&server, &vectors.instance).await;
        for vector in &vectors.records {
            let seq = append(
                &server,
                PLATFORM,
                &vector.actor(),
                &[vector.entry()],
                &vector.request_id,
                vector.now(),
            )
            .await;
            assert_eq!(seq, vector.seq, "{}", vector.name);
        }
        assert_log_is(&server, &vectors).await;
    }

    async fn rows_appended_in_bulk_are_those_of_the_vectors(server: TestServer) {
        let vectors = vectors();
        be_born_again(&server, &vectors.instance).await;
        let calls: Vec<_> = vectors.records.chunk_by(Vector::same_call).collect();
        assert!(calls.iter().any(|call| call.len() > 5));
        for call in calls {
            let entries: Vec<_> = call.iter().map(Vector::entry).collect();
            let first = &call[0];
            append(&server, PLATFORM, &first.actor(), &entries, &first.request_id, first.now()).await;
        }
        assert_log_is(&server, &vectors).await;
    }
}
