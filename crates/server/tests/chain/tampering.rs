//! What an intruder with the database does to the log, and what a verifier must find.

use chrono::{DateTime, TimeDelta, Utc};
use data_encoding::HEXLOWER;
use quarterdeck_api::audit::{AuditCode, ChainStatus, Damage};
use quarterdeck_server::chain::rows::StoredRow;
use quarterdeck_server::chain::{Actor, Entry, Expectation, PLATFORM, link};
use quarterdeck_server::db::clock::from_micros;
use sea_orm::Value;
use serde_json::json;

use super::{append, run, stored};
use crate::harness::TestServer;
use crate::harness::effort::Random;
use crate::harness::server::START;

const ROWS: usize = 24;
const OTHER_SCOPE: &str = "other";

/// A log to be damaged, and the rows that it had.
pub(super) struct Log {
    pub(super) server: TestServer,
    pub(super) rows: Vec<StoredRow>,
}

/// What is done to the log.
#[derive(Clone, Copy, Debug)]
pub(super) enum Tampering {
    ColumnEdit,
    CanonEdit,
    LeafEdit,
    LinkEdit,
    MiddleDelete,
    TailDelete,
    Insert,
    Swap,
    ScopeTransplant,
    RelinkedSuffix,
    RelinkedTime,
    HeadEdit,
    HeadDelete,
    VersionEdit,
    NewerVersion,
}

pub(super) const EVERY_TAMPERING: [Tampering; 15] = [
    Tampering::ColumnEdit,
    Tampering::CanonEdit,
    Tampering::LeafEdit,
    Tampering::LinkEdit,
    Tampering::MiddleDelete,
    Tampering::TailDelete,
    Tampering::Insert,
    Tampering::Swap,
    Tampering::ScopeTransplant,
    Tampering::RelinkedSuffix,
    Tampering::RelinkedTime,
    Tampering::HeadEdit,
    Tampering::HeadDelete,
    Tampering::VersionEdit,
    Tampering::NewerVersion,
];

/// What a verifier must find, given what it remembers.
pub(super) struct Finding {
    pub(super) expectation: Expectation,
    pub(super) status: ChainStatus,
    pub(super) seq: i64,
    pub(super) kind: Damage,
}

impl Finding {
    fn broken(seq: i64, kind: Damage) -> Self {
        Self {
            expectation: Expectation::default(),
            status: ChainStatus::Broken,
            seq,
            kind,
        }
    }
}

pub(super) fn remembers(seq: i64, link: &[u8]) -> Expectation {
    Expectation {
        min_seq: None,
        seq_and_hash: Some((seq, HEXLOWER.encode(link))),
    }
}

pub(super) fn reaches(seq: i64) -> Expectation {
    Expectation {
        min_seq: Some(seq),
        seq_and_hash: None,
    }
}

pub(super) fn start() -> DateTime<Utc> {
    START.parse().unwrap()
}

/// Calls of one row and calls of three, a minute apart.
async fn fill(server: &TestServer, scope: &str) {
    let actor = Actor::human(7, "ana@quarterdeck.example".to_owned());
    let targets: Vec<_> = (0..ROWS).collect();
    for (call, targets) in targets.chunk_by(|left, _| left % 6 > 3).enumerate() {
        let entry = |target: &usize| {
            let details = json!({ "from": "PENDING", "to": "REJECTED" });
            Entry::new(AuditCode::ApplicationRejected, "application", target).details(details)
        };
        let entries: Vec<_> = targets.iter().map(entry).collect();
        let now = start() + TimeDelta::minutes(i64::try_from(call).unwrap());
        append(
            server,
            scope,
            &actor,
            &entries,
            &format!("{scope}-{call}"),
            now,
        )
        .await;
    }
}

impl Log {
    pub(super) async fn write(server: TestServer) -> Self {
        fill(&server, PLATFORM).await;
        let head = "INSERT INTO audit_heads (scope, seq, prev, link, recorded_at_us) VALUES ($1, 0, $2, $2, 0)";
        let genesis = link::genesis("another instance", OTHER_SCOPE).to_vec();
        run(&server, head, vec![OTHER_SCOPE.into(), genesis.into()]).await;
        fill(&server, OTHER_SCOPE).await;
        server.database.allow_tampering().await;
        server
            .database
            .execute(
                "CREATE TABLE kept_rows AS SELECT * FROM admin_audit_log; \
                 CREATE TABLE kept_heads AS SELECT * FROM audit_heads",
            )
            .await;
        let rows = stored(&server).await;
        assert_eq!(rows.len(), ROWS);
        Self { server, rows }
    }

    pub(super) async fn restore(&self) {
        self.server
            .database
            .execute(
                "DELETE FROM admin_audit_log; DELETE FROM audit_heads; \
                 INSERT INTO admin_audit_log SELECT * FROM kept_rows; \
                 INSERT INTO audit_heads SELECT * FROM kept_heads",
            )
            .await;
    }

    pub(super) async fn run(&self, text: &str, values: Vec<Value>) {
        run(&self.server, text, values).await;
    }

    pub(super) fn row(&self, seq: i64) -> &StoredRow {
        &self.rows[usize::try_from(seq - 1).unwrap()]
    }

    pub(super) fn last(&self) -> &StoredRow {
        &self.rows[ROWS - 1]
    }

    async fn set(&self, seq: i64, column: &str, value: Value) {
        let text = format!(
            "UPDATE admin_audit_log SET {column} = $2 WHERE scope = 'platform' AND seq = $1"
        );
        self.run(&text, vec![seq.into(), value]).await;
    }

    pub(super) async fn delete_from(&self, seq: i64) {
        let text = "DELETE FROM admin_audit_log WHERE scope = 'platform' AND seq >= $1";
        self.run(text, vec![seq.into()]).await;
    }

    async fn move_row(&self, from: i64, to: i64) {
        self.set(from, "seq", to.into()).await;
    }

    pub(super) async fn set_head(&self, row: &StoredRow) {
        let text = "UPDATE audit_heads SET seq = $1, link = $2, recorded_at_us = $3 WHERE scope = 'platform'";
        let values: [Value; 3] = [
            row.seq.into(),
            row.link.clone().into(),
            row.record.recorded_at_us.into(),
        ];
        self.run(text, values.into()).await;
    }

    pub(super) async fn insert(&self, row: &StoredRow) {
        let record = &row.record;
        let text = "INSERT INTO admin_audit_log (scope, seq, created_at, actor_type, admin_user_id, admin_email, \
            action_code, action, target_type, target_id, details, request_id, canon, leaf, link) \
            VALUES ('platform', $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
        let values: [Value; 14] = [
            row.seq.into(),
            from_micros(record.recorded_at_us).into(),
            record.actor_type.clone().into(),
            record.actor_id.into(),
            record.actor_email.clone().into(),
            record.action_code.clone().into(),
            record.action.clone().into(),
            record.target_type.clone().into(),
            record.target_id.clone().into(),
            record.details.clone().into(),
            record.request_id.clone().into(),
            row.canonical.clone().into(),
            row.leaf.clone().into(),
            row.link.clone().into(),
        ];
        self.run(text, values.into()).await;
    }

    /// A row like the one at a place, with another request, linked to the one before.
    pub(super) fn forged(&self, seq: i64) -> StoredRow {
        let mut row = self.row(seq - 1).clone();
        row.seq = seq;
        "forged".clone_into(&mut row.record.request_id);
        row.canonical = row.record.canonical();
        link_to(&mut row, &self.row(seq - 1).link);
        row
    }

    /// Rewrites a row and, as the server would have, every link behind it and the head.
    async fn rewrite(&self, seq: i64, change: impl FnOnce(&mut StoredRow)) {
        let index = usize::try_from(seq - 1).unwrap();
        let mut rows = self.rows[index..].to_vec();
        change(&mut rows[0]);
        let before = self.rows[..index].last();
        let mut previous = match before {
            Some(before) => before.link.clone(),
            None => link::genesis(&self.instance().await, PLATFORM).to_vec(),
        };
        for row in &mut rows {
            link_to(row, &previous);
            previous.clone_from(&row.link);
        }
        self.delete_from(seq).await;
        for row in &rows {
            self.insert(row).await;
        }
        self.set_head(rows.last().unwrap()).await;
    }

    async fn instance(&self) -> String {
        let query = "SELECT value FROM settings WHERE key = 'instance_id'";
        self.server.database.texts(query).await.remove(0)
    }

    pub(super) async fn inflict(&self, tampering: Tampering, random: &mut Random) -> Finding {
        match tampering {
            Tampering::ColumnEdit => self.edit_column(random).await,
            Tampering::CanonEdit => self.edit_canon(random).await,
            Tampering::LeafEdit => self.edit_hash("leaf", Damage::LeafMismatch, random).await,
            Tampering::LinkEdit => self.edit_hash("link", Damage::LinkMismatch, random).await,
            Tampering::MiddleDelete => self.delete_in_the_middle(random).await,
            Tampering::TailDelete => self.delete_the_tail(random).await,
            Tampering::Insert => self.insert_a_forgery(random).await,
            Tampering::Swap => self.swap(random).await,
            Tampering::ScopeTransplant => self.transplant(random).await,
            Tampering::RelinkedSuffix => self.relink_the_suffix(random).await,
            Tampering::RelinkedTime => self.relink_an_earlier_time(random).await,
            Tampering::HeadEdit => self.edit_the_head(random).await,
            Tampering::HeadDelete => self.delete_the_head().await,
            Tampering::VersionEdit => self.edit_the_version(random).await,
            Tampering::NewerVersion => self.write_a_newer_version(random).await,
        }
    }

    async fn edit_column(&self, random: &mut Random) -> Finding {
        let seq = random.place(1, ROWS);
        let columns: [(&str, Value); 10] = [
            ("created_at", from_micros(1).into()),
            ("actor_type", "system".into()),
            ("admin_user_id", 8.into()),
            ("admin_email", None::<String>.into()),
            ("action_code", "application_approved".into()),
            ("action", "application rejected".into()),
            ("target_type", "".into()),
            ("target_id", "4712".into()),
            // The same JSON, in other bytes.
            ("details", r#"{"from": "PENDING", "to": "REJECTED"}"#.into()),
            ("request_id", "another".into()),
        ];
        let (column, value) = columns[random.index(columns.len())].clone();
        self.set(seq, column, value).await;
        Finding::broken(seq, Damage::ColumnMismatch)
    }

    async fn edit_canon(&self, random: &mut Random) -> Finding {
        let seq = random.place(1, ROWS);
        let mut canonical = self.row(seq).canonical.clone();
        let index = 1 + random.index(canonical.len() - 1);
        canonical[index] ^= 0x20;
        self.set(seq, "canon", canonical.into()).await;
        Finding::broken(seq, Damage::ColumnMismatch)
    }

    async fn edit_hash(&self, column: &str, kind: Damage, random: &mut Random) -> Finding {
        let seq = random.place(1, ROWS);
        self.set(seq, column, link::leaf(b"anything").to_vec().into())
            .await;
        Finding::broken(seq, kind)
    }

    async fn delete_in_the_middle(&self, random: &mut Random) -> Finding {
        let seq = random.place(1, ROWS - 1);
        let text = "DELETE FROM admin_audit_log WHERE scope = 'platform' AND seq = $1";
        self.run(text, vec![seq.into()]).await;
        Finding::broken(seq, Damage::Gap)
    }

    pub(super) async fn delete_the_tail(&self, random: &mut Random) -> Finding {
        let seq = random.place(1, ROWS);
        self.delete_from(seq).await;
        Finding::broken(seq, Damage::TailTruncated)
    }

    async fn insert_a_forgery(&self, random: &mut Random) -> Finding {
        let seq = random.place(2, ROWS);
        for from in (seq..=self.last().seq).rev() {
            self.move_row(from, from + 1).await;
        }
        self.insert(&self.forged(seq)).await;
        let text = "UPDATE audit_heads SET seq = seq + 1 WHERE scope = 'platform'";
        self.run(text, vec![]).await;
        // The forgery itself fits; what it was put before does not any more.
        Finding::broken(seq + 1, Damage::LinkMismatch)
    }

    async fn swap(&self, random: &mut Random) -> Finding {
        let first = random.place(1, ROWS - 1);
        let second = random.place(usize::try_from(first).unwrap() + 1, ROWS);
        self.move_row(first, -1).await;
        self.move_row(second, first).await;
        self.move_row(-1, second).await;
        Finding::broken(first, Damage::LinkMismatch)
    }

    async fn transplant(&self, random: &mut Random) -> Finding {
        let seq = random.place(1, ROWS);
        let text = "DELETE FROM admin_audit_log WHERE scope = 'platform' AND seq = $1";
        self.run(text, vec![seq.into()]).await;
        let text =
            "UPDATE admin_audit_log SET scope = 'platform' WHERE scope = 'other' AND seq = $1";
        self.run(text, vec![seq.into()]).await;
        Finding::broken(seq, Damage::LinkMismatch)
    }

    pub(super) async fn relink_the_suffix(&self, random: &mut Random) -> Finding {
        let seq = random.place(1, ROWS);
        let remembered = random.place(usize::try_from(seq).unwrap(), ROWS);
        self.rewrite(seq, |row| {
            "4712".clone_into(&mut row.record.target_id);
            row.canonical = row.record.canonical();
        })
        .await;
        Finding {
            expectation: remembers(remembered, &self.row(remembered).link),
            ..Finding::broken(remembered, Damage::WatermarkMismatch)
        }
    }

    async fn relink_an_earlier_time(&self, random: &mut Random) -> Finding {
        let seq = random.place(2, ROWS);
        let earlier = self.row(seq - 1).record.recorded_at_us - 1;
        self.rewrite(seq, |row| {
            row.record.recorded_at_us = earlier;
            row.canonical = row.record.canonical();
        })
        .await;
        Finding::broken(seq, Damage::TimeRegression)
    }

    async fn edit_the_head(&self, random: &mut Random) -> Finding {
        let last = self.last().seq;
        let mut head = self.last().clone();
        let finding = match random.index(3) {
            0 => {
                head.seq += 1;
                Finding::broken(last + 1, Damage::TailTruncated)
            }
            1 => {
                head.seq -= 1;
                Finding::broken(last, Damage::HeadMismatch)
            }
            _ => {
                head.link = link::leaf(b"anything").to_vec();
                Finding::broken(last, Damage::HeadMismatch)
            }
        };
        self.set_head(&head).await;
        finding
    }

    async fn delete_the_head(&self) -> Finding {
        self.run("DELETE FROM audit_heads WHERE scope = 'platform'", vec![])
            .await;
        Finding::broken(self.last().seq, Damage::HeadMismatch)
    }

    async fn edit_the_version(&self, random: &mut Random) -> Finding {
        let seq = random.place(1, ROWS);
        let mut canonical = self.row(seq).canonical.clone();
        canonical[0] = 2;
        self.set(seq, "canon", canonical.into()).await;
        Finding::broken(seq, Damage::UnknownVersion)
    }

    pub(super) async fn write_a_newer_version(&self, random: &mut Random) -> Finding {
        let seq = random.place(1, ROWS);
        self.rewrite(seq, |row| {
            row.canonical = b"\x02the fields of another day".to_vec();
        })
        .await;
        Finding {
            status: ChainStatus::Unverifiable,
            ..Finding::broken(seq, Damage::UnknownVersion)
        }
    }
}

/// Hashes a row anew behind this link.
pub(super) fn link_to(row: &mut StoredRow, previous: &[u8]) {
    row.leaf = link::leaf(&row.canonical).to_vec();
    row.link = link::link(PLATFORM, row.seq, previous, &row.leaf).to_vec();
}
