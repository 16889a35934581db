//! `seed` and `verify-audit`.

use std::collections::BTreeSet;

use quarterdeck_api::role::{Preset, Role};
use serde_json::{Value, json};

use super::{AT, audit, failed, migrate, seed};
use crate::harness::process::{Finished, run};
use crate::harness::{Backend, TestDatabase, on_both};

const ACCOUNTS: &[(&str, Role)] = &[
    ("root@quarterdeck.example", Role::SuperAdmin),
    ("ana@quarterdeck.example", Role::Admin),
    ("omar@quarterdeck.example", Role::Operations),
    ("lea@quarterdeck.example", Role::Legal),
    ("rita@quarterdeck.example", Role::Risk),
    ("sam@quarterdeck.example", Role::Support),
    ("iris@quarterdeck.example", Role::Auditor),
    ("plain@quarterdeck.example", Role::User),
];

async fn applications(database: &TestDatabase) -> Vec<String> {
    let times = match database.backend {
        Backend::Sqlite => ["substr(submitted_at, 1, 19)", "substr(decided_at, 1, 19)"],
        Backend::Postgres => ["submitted_at", "decided_at"].map(|column| match column {
            "submitted_at" => {
                "to_char(submitted_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS')"
            }
            _ => "to_char(decided_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS')",
        }),
    };
    let [submitted, decided] = times;
    database
        .texts(&format!(
            "SELECT CAST(id AS TEXT) || '|' || name || '|' || email || '|' || answers || '|' || status || '|' || {submitted} \
             || '|' || COALESCE({decided}, '') || '|' || COALESCE(CAST(decided_by AS TEXT), '') || '|' || COALESCE(reason, '') \
             FROM applications ORDER BY id"
        ))
        .await
}

async fn seeded(backend: Backend, more: &[&str]) -> Option<Vec<String>> {
    let database = TestDatabase::create(backend).await?;
    seed(&database, more).succeeded();
    Some(applications(&database).await)
}

pub(super) fn verify(database: &TestDatabase, more: &[&str]) -> (Option<i32>, Value) {
    let arguments: Vec<_> = ["verify-audit"].iter().chain(more).copied().collect();
    let finished = run(database, &arguments);
    let report = serde_json::from_str(&finished.stdout)
        .unwrap_or_else(|error| panic!("{error}: {finished:?}"));
    (finished.code, report)
}

on_both! {
    async fn seeding_twice_is_one_seed(database: TestDatabase) {
        seed(&database, &[]).succeeded();
        let before = database.snapshot().await;
        for more in [&[][..], &["--random-seed", "2"]] {
            let said = seed(&database, more).succeeded();
            assert!(said.starts_with("the demo profile is in place"), "{said}");
        }
        assert_eq!(before.changed(&database.snapshot().await), Vec::<String>::new());
        let statuses = database.texts("SELECT DISTINCT status FROM applications ORDER BY status").await;
        assert_eq!(statuses, ["ACTIVE", "PENDING", "REJECTED", "WAITLISTED"]);
        assert_eq!(database.number("SELECT count(*) FROM applications WHERE decided_at > submitted_at").await,
            database.number("SELECT count(*) FROM applications WHERE status <> 'PENDING'").await);
    }

    async fn the_demo_accounts_have_their_roles_and_their_presets_rows(database: TestDatabase) {
        seed(&database, &[]).succeeded();
        let emails: BTreeSet<_> = database.texts("SELECT email FROM users").await.into_iter().collect();
        let accounts: BTreeSet<_> = ACCOUNTS.iter().map(|(email, _)| (*email).to_owned()).collect();
        assert!(emails.is_superset(&accounts), "{emails:?}");
        for (email, role) in ACCOUNTS {
            let of = |column: &str, table: &str| {
                format!("SELECT {column} FROM {table} WHERE user_id = (SELECT id FROM users WHERE email = '{email}')")
            };
            assert_eq!(database.texts(&of("role", "user_roles")).await, [role.as_str()], "{email}");
            let held: BTreeSet<_> = database.texts(&of("permission_key", "user_permissions")).await.into_iter().collect();
            let preset = role.preset().map_or(Vec::new(), Preset::permissions);
            assert_eq!(held, preset.iter().map(|key| key.as_str().to_owned()).collect(), "{email}");
            let flag = format!("SELECT count(*) FROM users WHERE email = '{email}' AND is_platform_admin");
            assert_eq!(database.number(&flag).await, i64::from(role.is_staff()), "{email}");
        }
        let house = "email LIKE '%@quarterdeck.example'";
        let ready = "mfa_enrolled_at IS NOT NULL AND password_hash IS NOT NULL";
        let count = async |filter: &str| database.number(&format!("SELECT count(*) FROM users WHERE {filter}")).await;
        assert_eq!(count(&format!("{house} AND {ready}")).await, 8);
        assert_eq!(count(&format!("NOT ({house}) AND (is_platform_admin OR {ready})")).await, 0);
    }

    async fn s003_84_the_demo_has_reports_in_every_state_with_their_audit_rows(database: TestDatabase) {
        seed(&database, &[]).succeeded();
        let statuses = "SELECT status || ' ' || count(*) FROM user_reports GROUP BY status ORDER BY status";
        assert_eq!(database.texts(statuses).await, ["dismissed 9", "pending 18", "resolved 5"]);
        let most = "SELECT CAST(reports AS TEXT) FROM report_subjects ORDER BY reports DESC LIMIT 4";
        assert_eq!(database.texts(most).await, ["6", "4", "3", "2"]);
        let codes = "SELECT action_code || ' ' || count(*) FROM admin_audit_log WHERE target_type = 'report' \
            GROUP BY action_code ORDER BY action_code";
        assert_eq!(
            database.texts(codes).await,
            ["bulk_dismiss 1", "report_dismissed 10", "report_reopened 1", "report_resolved 5"]
        );
        // The log tells of each when it happened, whatever else happened then.
        let told = "SELECT count(*) FROM user_reports r JOIN admin_audit_log l ON l.target_type = 'report' \
            AND l.target_id = CAST(r.id AS TEXT) AND l.created_at = r.reviewed_at AND l.admin_user_id = r.reviewed_by";
        assert_eq!(database.number(told).await, 14);
        let by_staff = "SELECT count(*) FROM user_reports r JOIN users u ON u.id IN (r.reporter_id, r.reported_user_id) \
            WHERE u.is_platform_admin";
        assert_eq!(database.number(by_staff).await, 0);
    }

    async fn data_requests_are_in_every_state_and_each_change_left_its_row(database: TestDatabase) {
        seed(&database, &[]).succeeded();
        let states = "SELECT DISTINCT kind || ' ' || status FROM data_requests ORDER BY 1";
        assert_eq!(database.texts(states).await, [
            "deletion completed", "deletion failed", "deletion pending",
            "export completed", "export failed", "export pending",
        ]);
        let log = "SELECT count(*) FROM admin_audit_log WHERE action_code = 'data_request_updated'";
        let changes = "SELECT sum(version) - count(*) FROM data_requests";
        assert_eq!(database.number(log).await, database.number(changes).await);
        let last = "SELECT count(*) FROM data_requests d WHERE d.status <> 'pending' AND NOT EXISTS (SELECT 1 \
            FROM admin_audit_log l WHERE l.target_type = 'data_request' AND l.target_id = CAST(d.id AS TEXT) \
            AND l.created_at = d.updated_at AND l.admin_user_id = d.handled_by)";
        assert_eq!(database.number(last).await, 0);
        let backwards = "SELECT count(*) FROM admin_audit_log a JOIN admin_audit_log b ON b.seq = a.seq + 1 \
            WHERE b.created_at < a.created_at";
        assert_eq!(database.number(backwards).await, 0, "the log's times only go forward");
    }

    async fn s001_28_the_demo_has_withdrawals_in_every_state_and_each_payment_is_in_ledger_and_log(database: TestDatabase) {
        seed(&database, &[]).succeeded();
        let statuses = "SELECT status || ' ' || count(*) FROM withdrawals GROUP BY status ORDER BY status";
        assert_eq!(database.texts(statuses).await, ["approved 3", "pending 8", "rejected 2"]);
        let count = async |filter: &str| database.number(&format!("SELECT count(*) FROM {filter}")).await;
        let told = "withdrawals w JOIN admin_audit_log l ON l.target_type = 'withdrawal' \
            AND l.target_id = CAST(w.id AS TEXT) AND l.created_at = w.decided_at AND l.admin_user_id = w.decided_by";
        assert_eq!(count(told).await, 5);
        let paid = "withdrawals w JOIN transactions t ON t.id = w.transaction_id AND t.amount = w.amount \
            AND t.user_id = w.user_id AND t.kind = 'withdraw'";
        assert_eq!(count(paid).await, 3);
        let open = "withdrawals w LEFT JOIN wallets p ON p.user_id = w.user_id JOIN users u ON u.id = w.user_id \
            WHERE w.status = 'pending'";
        assert_eq!(count(&format!("{open} AND (p.balance IS NULL OR p.balance < w.amount)")).await, 2);
        assert_eq!(count(&format!("{open} AND u.is_banned")).await, 1);
        // Nothing of the log that was there before has another place for it.
        let last = "SELECT CAST(max(seq) AS TEXT) FROM admin_audit_log WHERE target_type <> 'withdrawal'";
        let first = "SELECT CAST(min(seq) AS TEXT) FROM admin_audit_log WHERE target_type = 'withdrawal'";
        let [last, first] = [database.texts(last).await, database.texts(first).await].map(|seq| seq[0].parse::<i64>().unwrap());
        assert_eq!(first, last + 1);
    }

    async fn the_demo_has_every_state_of_a_user_with_its_history(database: TestDatabase) {
        seed(&database, &[]).succeeded();
        let count = async |filter: &str| database.number(&format!("SELECT count(*) FROM {filter}")).await;
        assert_eq!(count("users WHERE is_banned AND ban_expires_at IS NULL").await, 3);
        assert_eq!(count("users WHERE is_banned AND ban_expires_at IS NOT NULL").await, 1);
        assert_eq!(count("users WHERE suspended_at IS NOT NULL AND suspended_by IS NOT NULL").await, 3);
        assert_eq!(count("ban_history WHERE action = 'auto_unban' AND actor_id IS NULL").await, 2);
        let tied = "ban_history h JOIN admin_audit_log l ON l.request_id = h.request_id \
            AND l.target_id = CAST(h.user_id AS TEXT) AND l.created_at = h.created_at";
        assert_eq!(count(tied).await, count("ban_history").await);
        assert_eq!(count("admin_audit_log WHERE action_code LIKE 'user_%suspended'").await, 5);
    }

    async fn an_intact_log_exits_0_and_a_damaged_one_1(database: TestDatabase) {
        seed(&database, &[]).succeeded();
        let rows = database.count("admin_audit_log").await;
        assert!(rows > 10, "{rows}");
        let (code, report) = verify(&database, &[]);
        assert_eq!((code, &report["status"], &report["rows"]), (Some(0), &json!("intact"), &json!(rows)));
        let head = report["head"]["hash"].as_str().unwrap().to_owned();
        let last = rows.to_string();
        let (code, _) = verify(&database, &["--expected-seq", &last, "--expected-hash", &head]);
        assert_eq!(code, Some(0));
        let (code, report) = verify(&database, &["--expected-min-seq", &(rows + 1).to_string()]);
        assert_eq!((code, &report["first_bad"]["kind"]), (Some(1), &json!("tail_truncated")));
        let (code, report) = verify(&database, &["--expected-seq", &last, "--expected-hash", &"0".repeat(64)]);
        assert_eq!((code, &report["first_bad"]["kind"]), (Some(1), &json!("watermark_mismatch")));
        database.allow_tampering().await;
        database.execute("UPDATE admin_audit_log SET admin_email = 'else@b.example' WHERE seq = 5").await;
        let (code, report) = verify(&database, &[]);
        assert_eq!((code, &report["status"]), (Some(1), &json!("broken")));
        assert_eq!((&report["first_bad"]["seq"], &report["first_bad"]["kind"]), (&json!(5), &json!("column_mismatch")));
    }

    async fn nothing_but_a_profile_is_seeded(database: TestDatabase) {
        migrate(&database);
        let refused = run(&database, &["seed", "--profile", "real"]);
        failed(&refused, 2, "invalid value 'real' for '--profile <PROFILE>'");
        failed(&run(&database, &["seed"]), 2, "--profile <PROFILE>");
        failed(&run(&database, &["seed", "--profile", "demo", "--at", "yesterday"]), 2, "invalid value 'yesterday' for '--at <TIME>'");
        assert_eq!((database.count("users").await, audit(&database).await.len()), (0, 0));
    }
}

#[tokio::test]
async fn the_same_number_and_time_give_the_same_applications_on_both_databases() {
    let sqlite = seeded(Backend::Sqlite, &["--random-seed", "7"])
        .await
        .unwrap();
    assert!(sqlite.len() > 50, "{}", sqlite.len());
    assert_eq!(
        seeded(Backend::Sqlite, &["--random-seed", "7"])
            .await
            .unwrap(),
        sqlite
    );
    assert_ne!(
        seeded(Backend::Sqlite, &["--random-seed", "8"])
            .await
            .unwrap(),
        sqlite
    );
    if let Some(postgres) = seeded(Backend::Postgres, &["--random-seed", "7"]).await {
        assert_eq!(postgres, sqlite);
    }
}

#[tokio::test]
async fn the_time_it_is_made_for_moves_all_its_times() {
    let database = TestDatabase::create(Backend::Sqlite).await.unwrap();
    let finished: Finished = seed(&database, &[]);
    finished.succeeded();
    let newest = database
        .texts("SELECT max(submitted_at) FROM applications")
        .await;
    assert!(
        newest[0].as_str() <= AT && newest[0].starts_with("2026-01-1"),
        "{newest:?}"
    );
    let audited = database
        .texts("SELECT max(created_at) FROM admin_audit_log")
        .await;
    assert!(audited[0].as_str() <= AT, "{audited:?}");
}
