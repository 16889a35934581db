//! What tools of others say: schemathesis, which sends what our OpenAPI document allows and what it forbids
//! (P20), and promtool, which reads our metrics.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Duration;

use quarterdeck_api::permission::Permission;
use quarterdeck_api::problem::Code;

use crate::harness::tools::is_installed;
use crate::harness::{Backend, Session, TestDatabase, TestServer, effort, limit, on_both, process};

const SCHEMATHESIS: &str = "schemathesis";
const HOOKS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/schemathesis_hooks.py");

/// It ends the session that everything else is sent with, so it has a run of its own.
const SIGN_OUT: &str = "sessions.sign_out";

/// Which operations a run is about.
enum About {
    SignOut,
    EverythingElse,
}

/// Lets schemathesis loose on the server with somebody's session. Left out of its checks is that whatever
/// fits the schema is accepted: that a cursor is one that was given out, or that two fields go together, is
/// more than a schema says.
async fn attack(server: &TestServer, session: &Session, about: About) {
    let codes: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
    let examples = effort::rounds(5, 300);
    let phases = if examples > 5 {
        "examples,coverage,fuzzing,stateful"
    } else {
        "examples,coverage,fuzzing"
    };
    let mut command = Command::new(SCHEMATHESIS);
    command
        .arg("run")
        .arg(format!("http://{}/api/v1/openapi.json", server.address()))
        .arg(format!("--header=Authorization: Bearer {}", session.access))
        .arg(match about {
            About::SignOut => format!("--include-operation-id={SIGN_OUT}"),
            About::EverythingElse => format!("--exclude-operation-id={SIGN_OUT}"),
        })
        .args(["--checks=all", "--exclude-checks=positive_data_acceptance"])
        .arg(format!("--phases={phases}"))
        .arg(format!("--max-examples={examples}"))
        .arg(format!("--seed={}", effort::seed() >> 32))
        .args(["--continue-on-failure", "--warnings=off", "--no-color"])
        .current_dir(server.database.directory())
        .env("SCHEMATHESIS_HOOKS", HOOKS)
        .env("QUARTERDECK_PROBLEM_CODES", codes.join(","));
    let patience = Duration::from_mins(if examples > 5 { 120 } else { 8 });
    let run = move || limit::output_within(patience, &mut command);
    let output = tokio::task::spawn_blocking(run).await.unwrap();
    let said = process::Finished::of(&output);
    assert_eq!(said.code, Some(0), "{}\n{}", said.stdout, said.stderr);
    // The end of its report: how much it tried.
    let tried = said
        .stdout
        .lines()
        .filter(|line| line.contains("generated"));
    eprintln!("schemathesis: {}", tried.collect::<String>().trim());
}

/// A server with something in every queue, which the small ids of the examples find.
async fn furnished(backend: Backend) -> Option<TestServer> {
    let server = TestServer::start(TestDatabase::create(backend).await?).await;
    for _ in 0..5 {
        server.plain().await;
    }
    server.applications(5).await;
    server.reports(5).await;
    server.data_requests(5).await;
    server.withdrawals(5).await;
    Some(server)
}

async fn attack_as_super_admin(server: &TestServer) {
    let root = server.super_admin().await;
    attack(server, &server.session(&root).await, About::EverythingElse).await;
    attack(server, &server.session(&root).await, About::SignOut).await;
}

async fn attack_as_operator(server: &TestServer) {
    let held = [
        Permission::ApplicationsView,
        Permission::ApplicationsApprove,
        Permission::ReportsView,
        Permission::UserView,
    ];
    let ana = server.admin(&held).await;
    attack(server, &server.session(&ana).await, About::EverythingElse).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p20_schemathesis_finds_nothing_as_a_super_admin_on_postgres() {
    if !is_installed(SCHEMATHESIS) {
        return;
    }
    if let Some(server) = furnished(Backend::Postgres).await {
        attack_as_super_admin(&server).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p20_schemathesis_finds_nothing_as_an_operator_on_sqlite() {
    if !is_installed(SCHEMATHESIS) {
        return;
    }
    if let Some(server) = furnished(Backend::Sqlite).await {
        attack_as_operator(&server).await;
    }
}

on_both! {
    async fn promtool_has_nothing_to_say_about_the_metrics(server: TestServer) {
        if !is_installed("promtool") {
            return;
        }
        server.get("/api/v1/admin/audit").send().await.refused(401, "missing_authorization");
        let metrics = server.get("/metrics").send().await.text;
        let mut promtool = Command::new("promtool")
            .args(["check", "metrics"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        promtool.stdin.take().unwrap().write_all(metrics.as_bytes()).unwrap();
        let said = process::Finished::of(&limit::wait(promtool));
        assert_eq!((said.code, said.stdout.as_str(), said.stderr.as_str()), (Some(0), "", ""), "{metrics}");
    }
}
