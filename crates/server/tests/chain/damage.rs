//! What an intruder with the database does to the log, and what the two verifiers say to it.

use chrono::{DateTime, TimeDelta, Utc};
use data_encoding::HEXLOWER;
use quarterdeck_api::audit::{AuditCode, ChainStatus, Damage};
use quarterdeck_server::chain::rows::StoredRow;
use quarterdeck_server::chain::{Actor, Entry, Expectation, PLATFORM, link};
use quarterdeck_server::db::clock::from_micros;
use sea_orm::Value;
use serde_json::json;

use super::{append, exit_code, export, offline, online, run, stored, verdict};
use crate::harness::server::START;
use crate::harness::{Backend, TestServer, on_both, process};

const ROWS: usize = 24;
const ROUNDS: usize = 2;
/// Another seed tries other positions.
const SEED: u64 = 0x5eed_a0d1_7000_0001;
const OTHER_SCOPE: &str = "other";

/// A log to be damaged, and the rows that it had.
struct Log {
    server: TestServer,
    rows: Vec<StoredRow>,
}

/// What is done to the log.
#[derive(Clone, Copy, Debug)]
enum Tampering {
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

const EVERY_TAMPERING: [Tampering; 15] = [
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
struct Finding {
    expectation: Expectation,
    status: ChainStatus,
    seq: i64,
    kind: Damage,
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

/// `SplitMix64`: the same positions on every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(length).unwrap()).unwrap()
    }

    /// A place from `first` to `last`.
    fn place(&mut self, first: usize, last: usize) -> i64 {
        i64::try_from(first + self.index(last - first + 1)).unwrap()
    }
}

fn remembers(seq: i64, link: &[u8]) -> Expectation {
    Expectation {
        min_seq: None,
        seq_and_hash: Some((seq, HEXLOWER.encode(link))),
    }
}

fn reaches(seq: i64) -> Expectation {
    Expectation {
        min_seq: Some(seq),
        seq_and_hash: None,
    }
}

fn start() -> DateTime<Utc> {
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
    async fn write(server: TestServer) -> Self {
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

    async fn restore(&self) {
        self.server
            .database
            .execute(
                "DELETE FROM admin_audit_log; DELETE FROM audit_heads; \
                 INSERT INTO admin_audit_log SELECT * FROM kept_rows; \
                 INSERT INTO audit_heads SELECT * FROM kept_heads",
            )
            .await;
    }

    async fn run(&self, text: &str, values: Vec<Value>) {
        run(&self.server, text, values).await;
    }

    fn row(&self, seq: i64) -> &StoredRow {
        &self.rows[usize::try_from(seq - 1).unwrap()]
    }

    fn last(&self) -> &StoredRow {
        &self.rows[ROWS - 1]
    }

    async fn set(&self, seq: i64, column: &str, value: Value) {
        let text = format!(
            "UPDATE admin_audit_log SET {column} = $2 WHERE scope = 'platform' AND seq = $1"
        );
        self.run(&text, vec![seq.into(), value]).await;
    }

    async fn delete_from(&self, seq: i64) {
        let text = "DELETE FROM admin_audit_log WHERE scope = 'platform' AND seq >= $1";
        self.run(text, vec![seq.into()]).await;
    }

    async fn move_row(&self, from: i64, to: i64) {
        self.set(from, "seq", to.into()).await;
    }

    async fn set_head(&self, row: &StoredRow) {
        let text = "UPDATE audit_heads SET seq = $1, link = $2, recorded_at_us = $3 WHERE scope = 'platform'";
        let values: [Value; 3] = [
            row.seq.into(),
            row.link.clone().into(),
            row.record.recorded_at_us.into(),
        ];
        self.run(text, values.into()).await;
    }

    async fn insert(&self, row: &StoredRow) {
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
    fn forged(&self, seq: i64) -> StoredRow {
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

    async fn inflict(&self, tampering: Tampering, random: &mut Random) -> Finding {
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

    async fn delete_the_tail(&self, random: &mut Random) -> Finding {
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

    async fn relink_the_suffix(&self, random: &mut Random) -> Finding {
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

    async fn write_a_newer_version(&self, random: &mut Random) -> Finding {
        let seq = random.place(1, ROWS);
        self.rewrite(seq, |row| {
            row.canonical = b"\x02the fields of another day".to_vec()
        })
        .await;
        Finding {
            status: ChainStatus::Unverifiable,
            ..Finding::broken(seq, Damage::UnknownVersion)
        }
    }
}

fn link_to(row: &mut StoredRow, previous: &[u8]) {
    row.leaf = link::leaf(&row.canonical).to_vec();
    row.link = link::link(PLATFORM, row.seq, previous, &row.leaf).to_vec();
}

on_both! {
    async fn both_verifiers_name_the_same_first_bad_row(server: TestServer) {
        let log = Log::write(server).await;
        let mut random = Random(SEED);
        for tampering in EVERY_TAMPERING {
            for round in 1..=ROUNDS {
                let finding = log.inflict(tampering, &mut random).await;
                let case = format!("{tampering:?}, round {round}, seed {SEED:#x}");
                let online = online(&log.server, &finding.expectation).await;
                let expected = (
                    finding.status.as_str(),
                    Some((finding.seq, finding.kind.as_str())),
                );
                assert_eq!(online.summary(), expected, "{case}");
                if let Some(offline) = offline(&export(&log.server), &finding.expectation) {
                    assert_eq!(offline.summary(), expected, "{case}, offline");
                    assert_eq!(offline.rows, online.rows, "{case}");
                }
                log.restore().await;
            }
        }
        let verdict = verdict(&log.server, &Expectation::default()).await;
        assert_eq!(verdict.summary(), ("intact", None), "restored");
    }

    async fn a_clean_log_raises_no_alarm_whatever_of_it_is_remembered(server: TestServer) {
        let log = Log::write(server).await;
        for row in &log.rows {
            let found = online(&log.server, &remembers(row.seq, &row.link)).await;
            assert_eq!(found.summary(), ("intact", None), "{}", row.seq);
        }
        let last = log.last();
        let both = Expectation {
            min_seq: Some(last.seq),
            seq_and_hash: Some((last.seq, HEXLOWER.encode(&last.link).to_uppercase())),
        };
        let found = verdict(&log.server, &both).await;
        assert_eq!(found.summary(), ("intact", None));
        assert_eq!(found.head, (last.seq, HEXLOWER.encode(&last.link)));
    }

    async fn the_head_of_an_empty_log_can_be_remembered(server: TestServer) {
        let empty = verdict(&server, &Expectation::default()).await;
        assert_eq!((empty.summary(), empty.rows), (("intact", None), 0));
        let log = Log::write(server).await;
        let head = |hash: String| Expectation { min_seq: None, seq_and_hash: Some((0, hash)) };
        let found = verdict(&log.server, &head(empty.head.1)).await;
        assert_eq!(found.summary(), ("intact", None));
        let elsewhere = HEXLOWER.encode(&link::genesis("another instance", PLATFORM));
        let found = verdict(&log.server, &head(elsewhere)).await;
        assert_eq!(found.summary(), ("broken", Some((0, "watermark_mismatch"))));
    }

    async fn a_place_that_no_row_can_have_satisfies_no_watermark(server: TestServer) {
        let log = Log::write(server).await;
        let found = verdict(&log.server, &remembers(-1, &log.last().link)).await;
        assert_eq!(found.summary(), ("broken", Some((-1, "watermark_mismatch"))));
    }

    /// docs/AUDIT.md, "What it does not promise": why a watermark is a pair.
    async fn a_tail_removed_with_its_head_is_seen_by_its_watermark_alone(server: TestServer) {
        let log = Log::write(server).await;
        let last = log.last();
        let (kept, removed) = (log.row(last.seq - 3), last.seq - 2);
        log.delete_from(removed).await;
        log.set_head(kept).await;
        let found = verdict(&log.server, &Expectation::default()).await;
        assert_eq!(found.summary(), ("intact", None));
        let truncated = ("broken", Some((removed, "tail_truncated")));
        let found = verdict(&log.server, &reaches(last.seq)).await;
        assert_eq!(found.summary(), truncated);
        let found = verdict(&log.server, &remembers(last.seq, &last.link)).await;
        assert_eq!(found.summary(), truncated);

        // Grown past the place, the log meets it again; but not with the same link.
        let entry = Entry::new(AuditCode::AdminRefresh, "", "");
        for number in 0..4 {
            let id = format!("later-{number}");
            append(&log.server, PLATFORM, &Actor::SYSTEM, std::slice::from_ref(&entry), &id, start()).await;
        }
        let found = verdict(&log.server, &reaches(last.seq)).await;
        assert_eq!(found.summary(), ("intact", None));
        let found = verdict(&log.server, &remembers(last.seq, &last.link)).await;
        assert_eq!(found.summary(), ("broken", Some((last.seq, "watermark_mismatch"))));
    }

    async fn a_log_rewritten_from_a_row_on_is_seen_by_its_watermark_alone(server: TestServer) {
        let log = Log::write(server).await;
        log.relink_the_suffix(&mut Random(SEED)).await;
        let found = verdict(&log.server, &Expectation::default()).await;
        assert_eq!(found.summary(), ("intact", None));
        let found = verdict(&log.server, &reaches(log.last().seq)).await;
        assert_eq!(found.summary(), ("intact", None));
        let found = verdict(&log.server, &remembers(log.last().seq, &log.last().link)).await;
        assert_eq!(found.summary(), ("broken", Some((log.last().seq, "watermark_mismatch"))));
    }

    async fn a_row_below_the_first_place_is_in_no_chain(server: TestServer) {
        let log = Log::write(server).await;
        for seq in [0, i64::MIN] {
            let mut row = log.forged(2);
            row.seq = seq;
            log.insert(&row).await;
            let found = online(&log.server, &Expectation::default()).await;
            assert_eq!(found.summary(), ("broken", Some((seq, "link_mismatch"))));
            log.restore().await;
        }
    }

    async fn a_column_that_cannot_be_read_is_named(server: TestServer) {
        let log = Log::write(server).await;
        let statement = match log.server.database.backend {
            Backend::Sqlite => "UPDATE admin_audit_log SET created_at = 'yesterday' WHERE seq = 5",
            Backend::Postgres => "UPDATE admin_audit_log SET created_at = 'infinity' WHERE seq = 5",
        };
        log.server.database.execute(statement).await;
        let found = online(&log.server, &Expectation::default()).await;
        assert_eq!(found.summary(), ("broken", Some((5, "column_mismatch"))));
        // Nothing is exported in the place of what cannot be read.
        let exported = process::run(&log.server.database, &["export-audit"]);
        assert_eq!(exported.code, Some(2));
        assert!(exported.stderr.contains("audit row 5 cannot be read"), "{exported:?}");
    }

    async fn the_time_of_the_head_is_verified(server: TestServer) {
        let log = Log::write(server).await;
        let mut head = log.last().clone();
        head.record.recorded_at_us += 1;
        log.set_head(&head).await;
        let found = online(&log.server, &Expectation::default()).await;
        assert_eq!(found.summary(), ("broken", Some((head.seq, "head_mismatch"))));
    }

    async fn the_command_ends_with_the_code_of_what_it_found(server: TestServer) {
        let log = Log::write(server).await;
        let verified = |arguments: &[&str]| {
            let found = process::run(&log.server.database, &[&["verify-audit"], arguments].concat());
            let report: serde_json::Value = serde_json::from_str(&found.stdout).unwrap_or_default();
            let status = report["status"].as_str().unwrap_or("incomplete").to_owned();
            assert_eq!(found.code, Some(exit_code(&status)), "{found:?}");
            status
        };
        let last = log.last();
        let (seq, hash) = (last.seq.to_string(), HEXLOWER.encode(&last.link));
        let pair = ["--expected-seq", &seq, "--expected-hash", &hash];
        assert_eq!(verified(&[]), "intact");
        assert_eq!(verified(&pair), "intact");
        assert_eq!(verified(&pair[..2]), "incomplete", "the pair is needed");
        assert_eq!(verified(&["--expected-min-seq", "4711"]), "broken");
        log.write_a_newer_version(&mut Random(SEED)).await;
        assert_eq!(verified(&[]), "unverifiable");
        log.delete_the_tail(&mut Random(SEED)).await;
        assert_eq!(verified(&[]), "broken");
        log.run("ALTER TABLE admin_audit_log RENAME TO elsewhere", vec![]).await;
        assert_eq!(verified(&[]), "incomplete");
    }
}

#[test]
fn an_export_that_cannot_be_read_to_its_end_is_incomplete() {
    let header = json!({ "instance": "i", "scope": "s", "head_seq": 1, "head_link": "00" });
    for second in ["{\"seq\": 1, \"recor", "[]", "{\"seq\": true}", "\u{0}"] {
        let export = format!("{header}\n{second}");
        let Some(found) = offline(&export, &Expectation::default()) else {
            return;
        };
        assert_eq!(found.summary(), ("incomplete", None), "{second}");
    }
}
