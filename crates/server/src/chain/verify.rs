//! Verifying a chain: every link, every leaf, every visible column, the head and the watermark.

use chrono::{DateTime, Utc};
use data_encoding::HEXLOWER;
use quarterdeck_api::audit::{ChainHead, ChainStatus, Damage, FirstBad, VerifyReport, Watermark};
use quarterdeck_api::text::Line;
use sea_orm::{ConnectionTrait, DbErr};

use super::link;
use super::record::VERSION;
use super::rows::{self, StoredRow, Unreadable};
use crate::db::clock::from_micros;
use crate::db::sql;

const BATCH: u64 = 1_000;
const VERIFIER_VERSION: &str = "1";

/// What the caller remembers of the chain.
#[derive(Clone, Debug, Default)]
pub struct Expectation {
    /// The chain must reach this row.
    pub min_seq: Option<i64>,
    /// This row must have this link, hexadecimal.
    pub seq_and_hash: Option<(i64, String)>,
}

impl Expectation {
    fn remembers(&self, seq: i64) -> bool {
        matches!(self.seq_and_hash, Some((known, _)) if known == seq)
    }

    fn highest(&self) -> Option<i64> {
        self.min_seq
            .max(self.seq_and_hash.as_ref().map(|(seq, _)| *seq))
    }
}

/// The head as it is stored; the default, which has no link, stands for one that is missing.
#[derive(Clone, Debug, Default)]
pub struct StoredHead {
    /// Place of the last row.
    pub seq: i64,
    /// Its link.
    pub link: Vec<u8>,
    recorded_at_us: i64,
}

/// What verification carries from row to row: constant memory, however long the log.
struct Walk<'a> {
    scope: &'a str,
    expectation: &'a Expectation,
    previous_seq: i64,
    previous_link: Vec<u8>,
    previous_time: i64,
    first_seq: Option<i64>,
    rows: u64,
    remembered_link: Option<Vec<u8>>,
    first_bad: Option<FirstBad>,
    bad_count: u64,
    unknown_versions: u64,
}

impl<'a> Walk<'a> {
    fn new(scope: &'a str, expectation: &'a Expectation, genesis: Vec<u8>) -> Self {
        Self {
            scope,
            expectation,
            previous_seq: 0,
            // The head of an empty log is worth remembering too: it names the instance.
            remembered_link: expectation.remembers(0).then(|| genesis.clone()),
            previous_link: genesis,
            previous_time: i64::MIN,
            first_seq: None,
            rows: 0,
            first_bad: None,
            bad_count: 0,
            unknown_versions: 0,
        }
    }

    fn report(&mut self, seq: i64, kind: Damage, expected: String, found: String) {
        self.bad_count += 1;
        self.first_bad.get_or_insert_with(|| FirstBad {
            seq,
            kind: kind.into(),
            expected: Line::verbatim(expected),
            found: Line::verbatim(found),
        });
    }

    fn report_bytes(&mut self, seq: i64, kind: Damage, expected: &[u8], found: &[u8]) {
        self.report(seq, kind, HEXLOWER.encode(expected), HEXLOWER.encode(found));
    }

    /// No link can lead to a place below the first.
    fn check_before_first(&mut self, lowest: Option<i64>) {
        if let Some(seq) = lowest {
            self.report(
                seq,
                Damage::LinkMismatch,
                "no row below 1".to_owned(),
                seq.to_string(),
            );
        }
    }

    fn check_place(&mut self, seq: i64) {
        self.first_seq.get_or_insert(seq);
        let expected = self.previous_seq + 1;
        if seq != expected {
            self.report(expected, Damage::Gap, expected.to_string(), seq.to_string());
        }
    }

    /// What the server wrote can be read; so this is not what was hashed, and nothing follows from it.
    fn step_over(&mut self, row: &Unreadable) {
        self.check_place(row.seq);
        self.report(
            row.seq,
            Damage::ColumnMismatch,
            "columns that can be read".to_owned(),
            row.reason.clone(),
        );
        self.previous_seq = row.seq;
        self.previous_link.clear();
        self.rows += 1;
    }

    fn step(&mut self, row: &StoredRow) {
        self.check_place(row.seq);
        self.check_columns(row);
        let leaf = link::leaf(&row.canonical);
        if leaf[..] != row.leaf[..] {
            self.report_bytes(row.seq, Damage::LeafMismatch, &leaf, &row.leaf);
        }
        self.check_time(row);
        let expected = link::link(self.scope, row.seq, &self.previous_link, &row.leaf);
        if expected[..] != row.link[..] {
            self.report_bytes(row.seq, Damage::LinkMismatch, &expected, &row.link);
        }
        if self.expectation.remembers(row.seq) {
            self.remembered_link = Some(row.link.clone());
        }
        self.previous_seq = row.seq;
        // Going on from the stored link keeps one bad row from condemning all that follow it.
        self.previous_link.clone_from(&row.link);
        self.previous_time = row.record.recorded_at_us;
        self.rows += 1;
    }

    /// A newer format hides what its columns should be, but not its leaf, its link and its time.
    fn check_columns(&mut self, row: &StoredRow) {
        let version = row.canonical.first().copied();
        if version != Some(VERSION) {
            self.unknown_versions += 1;
            let found = version.map_or_else(String::new, |version| version.to_string());
            self.report(row.seq, Damage::UnknownVersion, VERSION.to_string(), found);
            return;
        }
        let canonical = row.record.canonical();
        if canonical != row.canonical {
            self.report_bytes(
                row.seq,
                Damage::ColumnMismatch,
                &link::leaf(&row.canonical),
                &link::leaf(&canonical),
            );
        }
    }

    fn check_time(&mut self, row: &StoredRow) {
        if row.record.recorded_at_us < self.previous_time {
            let (expected, found) = (
                from_micros(self.previous_time),
                from_micros(row.record.recorded_at_us),
            );
            self.report(
                row.seq,
                Damage::TimeRegression,
                expected.to_rfc3339(),
                found.to_rfc3339(),
            );
        }
    }

    fn check_head(&mut self, head: &StoredHead) {
        if head.seq > self.previous_seq {
            let expected = head.seq;
            let found = self.previous_seq;
            self.report(
                found + 1,
                Damage::TailTruncated,
                expected.to_string(),
                found.to_string(),
            );
        } else if head.seq != self.previous_seq
            || head.link != self.previous_link
            || (self.rows > 0 && head.recorded_at_us != self.previous_time)
        {
            let link = self.previous_link.clone();
            self.report_bytes(self.previous_seq, Damage::HeadMismatch, &link, &head.link);
        }
    }

    fn check_watermark(&mut self) -> Option<Watermark> {
        let expected = self.expectation.highest()?;
        let reached = self.previous_seq >= expected;
        if !reached {
            let found = self.previous_seq;
            self.report(
                found + 1,
                Damage::TailTruncated,
                expected.to_string(),
                found.to_string(),
            );
        }
        let agrees = self.check_remembered_hash();
        Some(Watermark {
            expected,
            satisfied: reached && agrees,
        })
    }

    fn check_remembered_hash(&mut self) -> bool {
        let Some((seq, hash)) = &self.expectation.seq_and_hash else {
            return true;
        };
        if *seq > self.previous_seq {
            return false;
        }
        let found = self.remembered_link.as_deref().unwrap_or_default();
        let found = HEXLOWER.encode(found);
        let agrees = found.eq_ignore_ascii_case(hash);
        if !agrees {
            self.report(*seq, Damage::WatermarkMismatch, hash.clone(), found);
        }
        agrees
    }

    fn status(&self) -> ChainStatus {
        if self.bad_count == 0 {
            ChainStatus::Intact
        } else if self.bad_count == self.unknown_versions {
            ChainStatus::Unverifiable
        } else {
            ChainStatus::Broken
        }
    }
}

/// Verifies a scope on the snapshot of the connection, which should be a transaction.
pub async fn verify(
    connection: &impl ConnectionTrait,
    scope: &str,
    expectation: &Expectation,
) -> Result<VerifyReport, DbErr> {
    let instance = instance_id(connection).await?;
    let head = stored_head(connection, scope).await?;
    let genesis = link::genesis(&instance, scope).to_vec();
    let mut walk = Walk::new(scope, expectation, genesis);
    walk.check_before_first(rows::before_first(connection, scope).await?);
    loop {
        let batch = rows::scan(connection, scope, walk.previous_seq, BATCH).await?;
        if batch.is_empty() {
            break;
        }
        for row in &batch {
            match row {
                Ok(row) => walk.step(row),
                Err(row) => walk.step_over(row),
            }
        }
    }
    walk.check_head(&head);
    let watermark = walk.check_watermark();
    Ok(VerifyReport {
        status: walk.status().into(),
        scope: Line::verbatim(scope.to_owned()),
        from: walk.first_seq.unwrap_or(0),
        to: walk.previous_seq,
        rows: walk.rows,
        head: ChainHead {
            seq: head.seq,
            hash: Line::verbatim(HEXLOWER.encode(&head.link)),
            recorded_at: recorded_at(&head),
        },
        watermark,
        first_bad: walk.first_bad,
        bad_count: walk.bad_count,
        verifier_version: Line::verbatim(VERIFIER_VERSION.to_owned()),
        took_ms: 0,
    })
}

fn recorded_at(head: &StoredHead) -> Option<DateTime<Utc>> {
    (head.seq > 0).then(|| from_micros(head.recorded_at_us))
}

/// Reads the head of a scope; a missing one is the default, so that damage is reported and no error.
pub async fn stored_head(
    connection: &impl ConnectionTrait,
    scope: &str,
) -> Result<StoredHead, DbErr> {
    let text = "SELECT seq, link, recorded_at_us FROM audit_heads WHERE scope = $1";
    let row = connection
        .query_one_raw(sql(connection, text, [scope.into()]))
        .await?;
    let Some(row) = row else {
        return Ok(StoredHead::default());
    };
    Ok(StoredHead {
        seq: row.try_get("", "seq")?,
        link: row.try_get("", "link")?,
        recorded_at_us: row.try_get("", "recorded_at_us")?,
    })
}

/// The id that this database was born with; it is part of every chain's genesis.
pub async fn instance_id(connection: &impl ConnectionTrait) -> Result<String, DbErr> {
    let text = "SELECT value FROM settings WHERE key = 'instance_id'";
    let row = connection.query_one_raw(sql(connection, text, [])).await?;
    row.ok_or_else(|| DbErr::RecordNotFound("settings has no instance_id".to_owned()))?
        .try_get("", "value")
}
