//! `seed --profile bench`: as many rows as were asked for, and a log that is intact.

use serde_json::json;

use super::seeds::verify;
use super::{AT, failed};
use crate::harness::process::{Finished, ServerProcess, command, finished, run};
use crate::harness::{Backend, TestDatabase, on_both};

const SIZES: &[&str] = &[
    "--users",
    "500",
    "--applications",
    "40",
    "--reports",
    "60",
    "--data-requests",
    "30",
    "--requests",
    "70",
    "--audit",
    "5200",
    "--operators",
    "2",
];

fn bench(database: &TestDatabase, more: &[&str]) -> Finished {
    finished(command(database, &["seed", "--profile", "bench", "--at", AT]).args(more))
}

fn seeded(database: &TestDatabase) {
    let said = bench(database, &[SIZES, &["--allow-demo-accounts"]].concat()).succeeded();
    assert_eq!(said, "the bench profile is in place\n");
}

on_both! {
    async fn as_many_rows_are_made_as_were_asked_for(database: TestDatabase) {
        seeded(&database);
        for (table, rows) in [
            ("users", 502), ("profiles", 500), ("user_roles", 502), ("applications", 40),
            ("user_reports", 60), ("data_requests", 30), ("admin_action_log", 70), ("admin_audit_log", 5200),
        ] {
            assert_eq!(database.count(table).await, rows, "{table}");
        }
        let count = async |filter: &str| database.number(&format!("SELECT count(*) FROM {filter}")).await;
        assert_eq!(count("users WHERE is_platform_admin AND password_hash IS NOT NULL AND mfa_secret_enc IS NOT NULL").await, 2);
        assert_eq!(count("users WHERE is_banned AND banned_at IS NOT NULL AND banned_by IS NOT NULL").await, 3);
        assert_eq!(count("users WHERE created_at >= last_login_at").await, 0);
        assert_eq!(count("applications WHERE (status = 'PENDING') <> (decided_at IS NULL)").await, 0);
        assert_eq!(count("user_reports r JOIN users u ON u.id IN (r.reporter_id, r.reported_user_id) WHERE u.is_platform_admin").await, 0);
        assert_eq!(database.number("SELECT sum(reports) FROM report_subjects").await, 60);
        assert_eq!(count("admin_audit_log WHERE admin_user_id IS NULL").await, 0);
        assert_eq!(count("admin_action_log l JOIN users u ON CAST(u.id AS TEXT) = l.targets WHERE l.words LIKE '% case7 %'").await, 1);
    }

    async fn its_log_is_intact_and_a_change_in_it_is_found(database: TestDatabase) {
        seeded(&database);
        let (code, report) = verify(&database, &["--expected-min-seq", "5200"]);
        assert_eq!((code, &report["status"], &report["rows"]), (Some(0), &json!("intact"), &json!(5200)));
        database.allow_tampering().await;
        database.execute("UPDATE admin_audit_log SET target_id = '0' WHERE seq = 5100").await;
        let (code, report) = verify(&database, &[]);
        assert_eq!((code, &report["first_bad"]["seq"]), (Some(1), &json!(5100)));
    }

    async fn only_a_fresh_database_is_filled(database: TestDatabase) {
        bench(&database, &["--users", "3"]).succeeded();
        let before = database.snapshot().await;
        failed(&bench(&database, &["--users", "3"]), 2, "this database is not empty");
        assert_eq!(before.changed(&database.snapshot().await), Vec::<String>::new());
    }

    async fn operators_are_made_and_served_only_where_their_public_password_is_allowed(database: TestDatabase) {
        failed(&bench(&database, &["--operators", "1"]), 2, "give --allow-demo-accounts");
        assert_eq!(database.count("users").await, 0);
        bench(&database, &["--operators", "1", "--allow-demo-accounts"]).succeeded();
        let refused = run(&database, &["serve", "--listen", "127.0.0.1:0"]);
        failed(&refused, 2, "give --allow-demo-accounts to serve it all the same");
        ServerProcess::start(&database, &["--allow-demo-accounts"]);
    }

    async fn sizes_that_make_no_sense_are_refused(database: TestDatabase) {
        failed(&bench(&database, &["--reports", "1"]), 2, "give --users too");
        let demo = run(&database, &["seed", "--profile", "demo", "--users", "5"]);
        failed(&demo, 2, "sizes go with --profile bench");
        assert_eq!(database.count("users").await, 0);
    }
}

#[tokio::test]
async fn the_same_time_gives_the_same_rows_on_both_databases() {
    let users = "SELECT email || CASE WHEN is_banned THEN ' banned ' ELSE ' ' END || display_name_key FROM users ORDER BY id";
    let reports = "SELECT status || ' ' || reason || ' ' || body FROM user_reports ORDER BY id";
    let made = async |backend: Backend| {
        let database = TestDatabase::create(backend).await?;
        bench(&database, &["--users", "250", "--reports", "20"]).succeeded();
        Some((database.texts(users).await, database.texts(reports).await))
    };
    let sqlite = made(Backend::Sqlite).await.unwrap();
    assert_eq!((sqlite.0.len(), sqlite.1.len()), (250, 20));
    if let Some(postgres) = made(Backend::Postgres).await {
        assert_eq!(postgres, sqlite);
    }
}
