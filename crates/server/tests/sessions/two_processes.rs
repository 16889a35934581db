//! One code, two server processes, one PostgreSQL: it opens one session (P6), be it of an authenticator or of paper.

use std::fs;

use serde_json::json;
use tokio::task::JoinSet;

use crate::harness::process::{self, ServerProcess};
use crate::harness::{Account, Backend, PASSWORD, Reply, TestDatabase, TestServer, effort};

/// Posts of each code.
const POSTS: usize = 64;
/// Challenges that they answer, so that neither one challenge nor one process keeps the others out.
const CHALLENGES: usize = 8;

/// A process on this database, whose limits are out of the way and whose clock stands still.
fn start(database: &TestDatabase) -> ServerProcess {
    let clock = database.directory().join("clock");
    fs::write(&clock, crate::harness::server::START).unwrap();
    let mut command = process::command(database, &["serve", "--listen", "127.0.0.1:0"]);
    command.arg("--test-clock").arg(clock);
    for (name, value) in [
        ("ALL_PER_MINUTE", "100000"),
        ("SIGN_IN_PER_MINUTE", "1000"),
        ("ACCOUNT_FAILURES", "1000"),
    ] {
        command.env(format!("QUARTERDECK_SERVER_LIMITS_{name}"), value);
    }
    ServerProcess::spawn(&mut command)
}

async fn challenge(process: &ServerProcess, account: &Account) -> String {
    let body = json!({ "email": account.email, "password": PASSWORD });
    let reply = process
        .request("POST", "/api/v1/auth/sign-in")
        .json(body)
        .send()
        .await;
    reply.text_at("/token")
}

/// Posts one code, as the field that it is of, to one process as often as to the other.
async fn post_at_once(
    processes: &[ServerProcess; 2],
    account: &Account,
    (field, code): (&str, &str),
) -> Vec<Reply> {
    let mut challenges = Vec::new();
    for number in 0..CHALLENGES {
        challenges.push(challenge(&processes[number % 2], account).await);
    }
    let mut posts = JoinSet::new();
    for number in 0..POSTS {
        let body = json!({ "token": challenges[number / 2 % CHALLENGES], field: code });
        let process = &processes[number % 2];
        posts.spawn(
            process
                .request("POST", "/api/v1/auth/verify-2fa")
                .json(body)
                .send(),
        );
    }
    posts.join_all().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p6_one_code_over_two_processes_opens_one_session_for_every_user() {
    let Some(database) = TestDatabase::create(Backend::Postgres).await else {
        return;
    };
    let server = TestServer::start(database).await;
    let processes = [start(&server.database), start(&server.database)];
    let users = effort::rounds(12, 1_000);
    for user in 0..users {
        let account = server.admin(&[]).await;
        let code = account.code(server.now());
        let replies = post_at_once(&processes, &account, ("mfaCode", &code)).await;
        let opened = replies.iter().filter(|reply| reply.status == 200).count();
        let refused = replies.iter().filter(|reply| {
            reply.status == 401
                && ["mfa_code_invalid", "token_invalid"].contains(&reply.text_at("/code").as_str())
        });
        assert_eq!(
            (opened, refused.count()),
            (1, POSTS - 1),
            "user {user}: {replies:?}"
        );
        let sessions = format!(
            "SELECT count(*) FROM sessions WHERE user_id = {}",
            account.id
        );
        assert_eq!(server.database.number(&sessions).await, 1, "user {user}");
    }
    eprintln!("{users} users, {POSTS} posts each over two processes: one session each");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p6_one_recovery_code_over_two_processes_opens_one_session() {
    let Some(database) = TestDatabase::create(Backend::Postgres).await else {
        return;
    };
    let server = TestServer::start(database).await;
    let processes = [start(&server.database), start(&server.database)];
    let account = server.admin(&[]).await;
    let session = server.session(&account).await;
    let request = server.post("/api/v1/auth/mfa/recovery-codes");
    let request = request.header("x-otp", &account.code(server.now()));
    let renewed = request.session(&session).send().await.json();
    let codes: Vec<String> = serde_json::from_value(renewed["recovery_codes"].clone()).unwrap();
    for (number, code) in codes.iter().take(3).enumerate() {
        let replies = post_at_once(&processes, &account, ("recoveryCode", code)).await;
        let opened = replies.iter().filter(|reply| reply.status == 200).count();
        assert_eq!(opened, 1, "code {number}: {replies:?}");
    }
    assert_eq!(server.database.count("recovery_codes").await, 7);
    let used = "SELECT count(*) FROM admin_audit_log WHERE action_code = 'recovery_code_used'";
    assert_eq!(server.database.number(used).await, 3);
}
