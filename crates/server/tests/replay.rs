//! `audit-replay`: the tables are what the log says, and each kind of contradiction is named.

use std::collections::BTreeSet;

use quarterdeck_api::operation::Effect;
use quarterdeck_api::operations::SPECS;
use serde_json::{Value, json};

use crate::harness::process::{Finished, bare_command, finished, run};
use crate::harness::{Backend, TestDatabase, TestServer, on_both};

mod doctored;
mod operations;

/// What the command found: the differences, and what sums them up.
struct Found {
    code: Option<i32>,
    differences: Vec<Value>,
    summary: Value,
}

impl Found {
    fn of(finished: &Finished) -> Self {
        let mut lines: Vec<Value> = finished
            .stdout
            .lines()
            .map(|line| {
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
            })
            .collect();
        let summary = lines.pop().unwrap_or_else(|| panic!("{finished:?}"));
        Self {
            code: finished.code,
            differences: lines,
            summary,
        }
    }

    /// Everything agrees.
    #[track_caller]
    fn agrees(&self) {
        assert_eq!((self.code, &self.differences), (Some(0), &vec![]));
        assert_eq!(self.summary["status"], "agrees");
    }

    /// What is wrong with which part of which object.
    fn named(&self) -> Vec<String> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        self.differences
            .iter()
            .map(|found| {
                format!(
                    "{} {} {}",
                    text(&found["object"]),
                    text(&found["wrong"]),
                    text(&found["field"])
                )
            })
            .collect()
    }
}

fn replay(database: &TestDatabase) -> Found {
    Found::of(&run(database, &["audit-replay", "--assert"]))
}

on_both! {
    async fn log_and_tables_agree_after_every_write_operation(server: TestServer) {
        let called = operations::call_all(&server).await;
        let declared: BTreeSet<_> = SPECS
            .iter()
            .filter(|spec| matches!(spec.effect, Effect::Write(_)))
            .map(|spec| spec.id)
            .collect();
        assert_eq!(called, declared, "a write operation is missing in replay/operations.rs");
        let found = replay(&server.database);
        found.agrees();
        let rows = server.database.count("admin_audit_log").await;
        let passed_over = "SELECT count(*) FROM admin_audit_log WHERE target_id = '' OR target_type = 'filter'";
        let passed_over = server.database.number(passed_over).await;
        assert_eq!(found.summary["rows"], rows - passed_over, "summaries and filters decide nothing");
    }

    async fn an_empty_log_agrees_with_empty_tables(server: TestServer) {
        let found = replay(&server.database);
        found.agrees();
        assert_eq!(found.summary["objects"], 0);
    }

    async fn the_demo_profile_agrees_but_for_the_rights_of_its_accounts(database: TestDatabase) {
        run(&database, &["migrate"]).succeeded();
        run(&database, &["seed", "--profile", "demo"]).succeeded();
        let found = replay(&database);
        found.agrees();
        let staff = database.number("SELECT count(*) FROM users WHERE is_platform_admin").await;
        assert_eq!(found.summary["unexplained_staff"], staff);
    }

    async fn it_takes_no_key_and_changes_nothing(server: TestServer) {
        operations::call_all(&server).await;
        let database = server.stop().await;
        let before = database.snapshot().await;
        let mut command = bare_command(&["audit-replay", "--assert", "--database", database.url()]);
        Found::of(&finished(&mut command)).agrees();
        assert_eq!(before.changed(&database.snapshot().await), Vec::<String>::new());
    }

    async fn without_assert_it_tells_and_leaves_the_verdict_to_the_reader(server: TestServer) {
        let ids = server.applications(1).await;
        server.database.execute(&format!("UPDATE applications SET status = 'ACTIVE' WHERE id = {}", ids[0])).await;
        let told = Found::of(&run(&server.database, &["audit-replay"]));
        assert_eq!((told.code, told.differences.len()), (Some(0), 1));
        assert_eq!(replay(&server.database).code, Some(1));
    }

    async fn more_objects_than_one_batch_are_compared_each_once(server: TestServer) {
        let root = server.super_admin().await;
        let session = server.session(&root).await;
        let ids = server.applications(1_300).await;
        for part in ids.chunks(500) {
            let body = json!({ "action": "approve", "ids": part });
            let reply = server.post("/api/v1/admin/bulk-applications").session(&session).json(body).send().await;
            assert_eq!(reply.status, 200, "{}", reply.text);
        }
        let found = replay(&server.database);
        found.agrees();
        // The super-admin is the one beside the log.
        assert_eq!(found.summary["objects"], 1_301);
        server.database.execute("UPDATE applications SET status = 'REJECTED'").await;
        assert_eq!(replay(&server.database).summary["differences"], 1_300);
    }
}

#[test]
fn a_database_that_cannot_be_read_says_nothing_about_the_log() {
    let mut command = bare_command(&[
        "audit-replay",
        "--assert",
        "--database",
        "postgres://nobody@127.0.0.1:1/none",
    ]);
    assert_eq!(finished(&mut command).code, Some(2));
}
