//! What the two verifiers say to a log that was tampered with, and to one that was not.

use data_encoding::HEXLOWER;
use quarterdeck_api::audit::AuditCode;
use quarterdeck_server::chain::{Actor, Entry, Expectation, PLATFORM, link};
use serde_json::json;

use super::tampering::{EVERY_TAMPERING, Log, reaches, remembers, start};
use super::{append, exit_code, export, offline, online, verdict};
use crate::harness::effort::Random;
use crate::harness::{Backend, on_both, process};

const ROUNDS: usize = 2;
/// Another seed tries other positions.
const SEED: u64 = 0x5eed_a0d1_7000_0001;

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
