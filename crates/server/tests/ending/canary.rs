//! Anonymization leaves no byte of the person: not in the database's file, its WAL, a dump, the planner's
//! samples, or the log. Everything that the person brings in, and everything that is written about the
//! person, carries one word that is nowhere else.

use std::path::Path;

use serde_json::json;

use crate::harness::process::{self, ServerProcess};
use crate::harness::{
    Account, Backend, PASSWORD, Request, Session, TestDatabase, TestServer, limit, on_both,
    postgres, until,
};

const CANARY: &str = "zqxcanary";
const DECIDE: &str = "/api/v1/admin/bulk-applications";
const OPERATIONS: &str = include_str!("../../../../docs/OPERATIONS.md");

struct Scene {
    person: Account,
    own: Session,
    root: Session,
    bare: Session,
    applications: Vec<i64>,
}

async fn arrange(server: &TestServer) -> Scene {
    let root = server.super_admin().await;
    let bare = server.admin(&[]).await;
    let person = server.plain().await;
    let scene = Scene {
        own: server.session(&person).await,
        root: server.session(&root).await,
        bare: server.session(&bare).await,
        applications: server.applications(2).await,
        person,
    };
    let (id, by, now) = (scene.person.id, bare.id, "'2026-09-01 07:00:00+00:00'");
    let (sent, mailed) = (scene.applications[0], scene.applications[1]);
    // So long that what is written over it later does not cover it.
    let long = ", and said zqxcanary again".repeat(60);
    let email = "'ZqxCanary.Mail@people.example', 'zqxcanary.mail@people.example'";
    for statement in [
        format!(
            "UPDATE users SET (email, email_key) = ({email}), display_name = 'ZqxCanary Ñandú', \
            display_name_key = 'zqxcanary ñandú', username = 'ZqxCanary_1', username_key = 'zqxcanary_1', \
            twitch_username = 'ZqxCanaryTV', twitch_key = 'zqxcanarytv', ban_reason = 'a ZqxCanary ban', \
            suspend_reason = 'a zqxcanary hold', oidc_issuer = 'https://id.zqxcanary.example', \
            oidc_subject = 'zqxcanary-subject' WHERE id = {id}"
        ),
        format!(
            "INSERT INTO profiles (user_id, avatar, bio, phone, country) VALUES ({id}, \
            'https://img.example/zqxcanary.png', 'I, ZQXCANARY, write', '+1 zqxcanary', 'Zqxcanaria zqxcanary')"
        ),
        format!(
            "INSERT INTO ban_history (user_id, action, reason, actor_id, request_id, created_at) \
            VALUES ({id}, 'ban', 'for zqxcanary reasons', {by}, 'r1', {now})"
        ),
        format!(
            "UPDATE sessions SET ip_address = 'zqxcanary', user_agent = 'zqxcanary/1.0' WHERE user_id = {id}"
        ),
        format!(
            "UPDATE applications SET user_id = {id}, name = 'Zqxcanary Applying', \
            email = 'other@zqxcanary.example', \
            answers = 'I am zqxcanary {}', reason = 'zqxcanary fits' WHERE id = {sent}",
            "and more ".repeat(600)
        ),
        format!(
            "UPDATE application_search SET name_key = 'zqxcanary applying', email_key = 'other@zqxcanary.example' \
            WHERE application_id = {sent}"
        ),
        format!(
            "UPDATE applications SET email = 'ZqxCanary.Mail@people.example', answers = 'zqxcanary' \
            WHERE id = {mailed}"
        ),
        format!(
            "UPDATE application_search SET email_key = 'zqxcanary.mail@people.example' \
            WHERE application_id = {mailed}"
        ),
        format!(
            "INSERT INTO user_reports (reporter_id, reported_user_id, reason, reason_key, body, status, \
            created_at, notes) VALUES ({id}, {by}, 'zqxcanary rude', 'zqxcanary rude', 'by zqxcanary', 'pending', {now}, \
            'zqxcanary seems right'), ({by}, {id}, 'zqxcanary spam', 'zqxcanary spam', 'about zqxcanary', 'resolved', \
            {now}, 'zqxcanary again')"
        ),
        format!(
            "INSERT INTO user_notes (user_id, note, note_key, risk_level, created_by, created_at, updated_at) \
            VALUES ({id}, 'ZqxCanary called{long}', 'zqxcanary called{long}', 'high', {by}, {now}, {now}), \
            ({by}, 'Knows ZqxCanary_1 well', 'knows zqxcanary_1 well', 'low', {by}, {now}, {now})"
        ),
        format!(
            "INSERT INTO former_names (user_id, field, name, replaced_at, replaced_by) \
            VALUES ({id}, 'username', 'ZqxCanary_0', {now}, {by})"
        ),
        format!(
            "INSERT INTO transactions (user_id, kind, amount, ref, reason, created_at) \
            VALUES ({id}, 'adjust', 5, 'zqxcanary-1', 'zqxcanary asked{long}', {now})"
        ),
        format!(
            "INSERT INTO mail_outbox (to_addr, user_id, template, body, created_at, next_attempt_at, useless_at, \
            last_error) VALUES ('ZqxCanary.Mail@people.example', {id}, 'first_login', '', {now}, {now}, {now}, \
            'no mailbox zqxcanary')"
        ),
        format!(
            "INSERT INTO data_requests (user_id, kind, status, created_at, deadline, updated_at, error) \
            VALUES ({id}, 'deletion', 'failed', {now}, {now}, {now}, 'zqxcanary could not be told apart')"
        ),
        format!(
            "INSERT INTO withdrawals (user_id, amount, currency, status, requested_at, updated_at, decided_at, reason) \
            VALUES ({id}, 500, 'EUR', 'rejected', {now}, {now}, {now}, 'zqxcanary is not the payee{long}')"
        ),
        format!(
            "INSERT INTO withdrawals (user_id, amount, currency, status, requested_at, updated_at) \
            VALUES ({id}, 500, 'EUR', 'pending', {now}, {now})"
        ),
    ] {
        server.database.execute(&statement).await;
    }
    scene
}

/// Everything that the person, strangers and operators do about the person.
async fn exercise(server: &ServerProcess, scene: &Scene) {
    let mut calls = by_outsiders(server, scene);
    calls.extend(on_applications(server, scene));
    calls.extend(in_notes_and_lists(server, scene));
    calls.extend(on_the_account(server, scene));
    for (request, status) in calls {
        let reply = request.clone().send().await;
        assert_eq!(reply.status, status, "{request:?}: {}", reply.text);
    }
}

fn by_outsiders(server: &ServerProcess, scene: &Scene) -> Vec<(Request, u16)> {
    let sign_in = |email: &str, password: &str| {
        let body = json!({ "email": email, "password": password });
        server.request("POST", "/api/v1/auth/sign-in").json(body)
    };
    let body = json!({ "action": "approve", "ids": [4_711], "reason": "I am allowed" });
    let own = server
        .request("POST", DECIDE)
        .session(&scene.own)
        .json(body);
    let guess = sign_in("ZqxCanary.Mail@people.example", "zqxcanary is my password");
    vec![
        (
            sign_in("ZqxCanary.Mail@people.example", "wrong wrong wrong"),
            401,
        ),
        (sign_in("zqxcanary.MAIL@people.example", PASSWORD), 200),
        (guess.header("user-agent", CANARY), 401),
        (
            own.header("user-agent", "ZqxCanary/2")
                .header("x-request-id", "zqxcanary-7"),
            403,
        ),
    ]
}

fn on_applications(server: &ServerProcess, scene: &Scene) -> Vec<(Request, u16)> {
    let list = |query: &str| server.request("GET", &format!("/api/v1/admin/applications?{query}"));
    let decide = |ids: &[i64], reason: &str| {
        let body = json!({ "action": "approve", "ids": ids, "reason": reason });
        server.request("POST", DECIDE).json(body)
    };
    let (root, bare) = (&scene.root, &scene.bare);
    let [sent, mailed] = scene.applications[..] else {
        panic!("two applications");
    };
    vec![
        (list("q=zqxcanary").session(bare), 403),
        (
            list("take=5&q=%5Aqx%43anary+%C3%B1and%C3%BA").session(bare),
            403,
        ),
        (list("q=zqxcanary").session(root), 200),
        (
            decide(&[sent, mailed], "zqxcanary is welcome")
                .session(root)
                .key("k1"),
            200,
        ),
        (
            decide(&[sent], &"zqxcanary ".repeat(2_000)).session(root),
            400,
        ),
        (decide(&[mailed], "zqxcanary").session(bare), 403),
        (decide(&[4_711], "ask zqxcanary_1").session(bare), 403),
    ]
}

/// What operators write about the person, hand out, keep and look for.
fn in_notes_and_lists(server: &ServerProcess, scene: &Scene) -> Vec<(Request, u16)> {
    let (id, root, bare) = (scene.person.id, &scene.root, &scene.bare);
    let call = |method: &str, tail: &str| server.request(method, &format!("/api/v1/admin/{tail}"));
    let note =
        json!({ "userId": id, "note": "ZqxCanary phoned; zqxcanary it was", "riskLevel": "low" });
    let filter =
        json!({ "resource": "users", "name": "ZqxCanary_1 again", "filter": "ZqxCanary_1" });
    let role = json!({ "twitchUsername": "ZqxCanaryTV", "role": "Risk" });
    let list = json!({ "search": "zqxcanary" });
    let refused =
        json!({ "withdrawal_id": 2, "confirm": true, "reason": "zqxcanary is not the payee" });
    let reject = call("POST", "payments/withdraw/reject").json(refused);
    vec![
        (reject.clone().session(root).key("k8"), 200),
        (reject.session(bare), 403),
        (
            call("POST", "user-notes")
                .session(root)
                .key("k5")
                .json(note.clone()),
            201,
        ),
        (call("POST", "user-notes").session(bare).json(note), 403),
        (call("GET", "user-notes?text=zqxcanary").session(root), 200),
        (
            call("GET", "user-notes?username=zqxcanary").session(bare),
            403,
        ),
        (
            call("PUT", "filters").session(root).key("k6").json(filter),
            200,
        ),
        (
            call("PUT", "users/add-single-role")
                .session(bare)
                .json(role),
            403,
        ),
        (call("GET", "users?q=zqxcanary").session(root), 200),
        (call("GET", "users?q=zqxcanary").session(bare), 403),
        (call("GET", "users?filter=!(zqxcanary*)").session(bare), 403),
        (call("POST", "users/all").session(bare).json(list), 403),
        (call("GET", &format!("users/{id}/full")).session(root), 200),
        (
            call("POST", &format!("users/{id}/export"))
                .session(root)
                .key("k7"),
            200,
        ),
        (
            call("GET", "users/admin-audit?q=zqxcanary").session(root),
            200,
        ),
        (
            call("GET", "users/admin-audit?q=zqxcanary").session(bare),
            403,
        ),
    ]
}

fn on_the_account(server: &ServerProcess, scene: &Scene) -> Vec<(Request, u16)> {
    let id = scene.person.id;
    let call = |method: &str, tail: &str, body: serde_json::Value| {
        let path = format!("/api/v1/admin/{tail}");
        server
            .request(method, &path)
            .session(&scene.root)
            .json(body)
    };
    let unconfirmed = || json!({ "reason": "ZqxCanary asked for it" });
    let by_body = json!({ "user_id": id, "reason": "zqxcanary left" });
    let both = json!({ "userIds": [4_711, id], "banReason": "both zqxcanary" });
    let query = format!("/admin/user/{id}?reason=zqxcanary+did");
    let ban = |reason: &str| json!({ "banReason": reason });
    let hold = server.request("POST", &format!("/api/v1/admin/users/{id}/suspend"));
    vec![
        (
            call("POST", &format!("users/{id}/delete"), unconfirmed()),
            400,
        ),
        (call("POST", "users/ZqxCanary_1/delete", unconfirmed()), 400),
        (
            call(
                "POST",
                "users/zqxcanary%2Email@people.example/anonymize",
                unconfirmed(),
            ),
            400,
        ),
        (server.request("DELETE", &query).session(&scene.root), 400),
        (call("POST", "delete-user", by_body), 400),
        (
            call("PATCH", &format!("users/{id}/ban"), ban("ZqxCanary spams")).key("k3"),
            200,
        ),
        (
            call(
                "PATCH",
                &format!("users/{id}/ban"),
                ban(&"zqxcanary ".repeat(60)),
            ),
            400,
        ),
        (call("POST", "users/bulk-ban", both), 400),
        (hold.session(&scene.bare).json(unconfirmed()), 403),
    ]
}

fn anonymize(server: &ServerProcess, scene: &Scene) -> Request {
    let body =
        json!({ "user_id": scene.person.id, "confirm": true, "reason": "ZqxCanary asked for it" });
    let request = server.request("POST", "/api/admin/anonymize-user");
    request.session(&scene.root).key("k2").json(body)
}

/// The forms in which the word could lie somewhere: as bytes, and as UTF-16 of both orders.
fn forms() -> [Vec<u8>; 3] {
    let wide = |bytes: fn(u16) -> [u8; 2]| CANARY.encode_utf16().flat_map(bytes).collect();
    [
        CANARY.as_bytes().to_vec(),
        wide(u16::to_le_bytes),
        wide(u16::to_be_bytes),
    ]
}

/// The files of a directory that hold the word, whatever its case.
fn holding(directory: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let entry = entry.unwrap();
        let bytes = std::fs::read(entry.path()).unwrap().to_ascii_lowercase();
        let is_in = |form: &Vec<u8>| bytes.windows(form.len()).any(|window| window == form);
        if forms().iter().any(is_in) {
            found.push(entry.file_name().into_string().unwrap());
        }
    }
    found
}

/// The tables whose rows hold the word in any column, bytes as text or in hexadecimal.
async fn tables_holding(database: &TestDatabase) -> Vec<String> {
    let tables = match database.backend {
        Backend::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name",
        Backend::Postgres => {
            "SELECT CAST(table_name AS TEXT) FROM information_schema.tables \
             WHERE table_schema = 'public' ORDER BY table_name"
        }
    };
    let hexadecimal = data_encoding::HEXLOWER.encode(CANARY.as_bytes());
    let mut found = Vec::new();
    for table in database.texts(tables).await {
        let row = match database.backend {
            Backend::Sqlite => {
                let columns = format!(
                    "SELECT group_concat('quote(\"' || name || '\")', ' || ') FROM pragma_table_info('{table}')"
                );
                database.texts(&columns).await.remove(0)
            }
            Backend::Postgres => format!("CAST({table} AS TEXT)"),
        };
        let holding = format!(
            "SELECT count(*) FROM {table} WHERE lower({row}) LIKE '%{CANARY}%' OR lower({row}) LIKE '%{hexadecimal}%'"
        );
        if database.number(&holding).await > 0 {
            found.push(table);
        }
    }
    found
}

/// The relations whose files hold the word, and the columns whose samples do.
async fn pages_holding(database: &TestDatabase) -> Vec<String> {
    database.execute("CHECKPOINT").await;
    let files = format!(
        "SELECT CAST(relname AS TEXT) FROM pg_class WHERE pg_relation_filepath(oid) IS NOT NULL AND relkind <> 'S' \
         AND lower(encode(pg_read_binary_file(pg_relation_filepath(oid)), 'escape')) LIKE '%{CANARY}%' ORDER BY 1"
    );
    database.texts(&files).await
}

async fn samples_holding(database: &TestDatabase) -> Vec<String> {
    let samples = format!(
        "SELECT tablename || '.' || attname FROM pg_stats WHERE lower(CAST(pg_stats AS TEXT)) LIKE '%{CANARY}%' ORDER BY 1"
    );
    database.texts(&samples).await
}

/// A dump as text, in small letters.
fn dump(database: &TestDatabase) -> String {
    let mut dump = postgres::program("pg_dump");
    let dumped = limit::output(dump.arg(database.url()));
    assert!(dumped.status.success(), "{dumped:?}");
    String::from_utf8_lossy(&dumped.stdout).to_lowercase()
}

/// What docs/OPERATIONS.md says to run to have the files of PostgreSQL rewritten.
fn documented() -> &'static str {
    let start = OPERATIONS
        .find("VACUUM (FULL")
        .expect("the command in docs/OPERATIONS.md");
    OPERATIONS[start..].split(';').next().unwrap()
}

on_both! {
    async fn s003_75_no_byte_of_the_person_is_left(database: TestDatabase) {
        let server = TestServer::start(database).await;
        let scene = arrange(&server).await;
        let database = server.stop().await;
        let clock = database.directory().join("clock");
        std::fs::write(&clock, crate::harness::server::START).unwrap();
        let mut command = process::command(&database, &["serve", "--listen", "127.0.0.1:0", "--allow-demo-accounts"]);
        command.args(["--test-clock", clock.to_str().unwrap()]).env("QUARTERDECK_SERVER_LOG_LEVEL", "trace")
            .env("QUARTERDECK_SERVER_JOBS_POLL_SECONDS", "1");
        let mut server = ServerProcess::spawn(&mut command);
        exercise(&server, &scene).await;

        // What is looked for can be found.
        let before = tables_holding(&database).await;
        for table in ["admin_action_log", "applications", "ban_history", "data_requests", "idempotency_keys",
            "mail_outbox", "profiles", "saved_filters", "sessions", "transactions", "user_notes", "user_reports",
            "user_search", "users", "withdrawals"] {
            assert!(before.iter().any(|found| found == table), "{table} is not in {before:?}");
        }
        match database.backend {
            Backend::Sqlite => {
                assert!(!holding(database.directory()).is_empty());
                assert!(before.iter().any(|table| table == "admin_action_words_data"), "{before:?}");
            }
            Backend::Postgres => {
                database.execute("ANALYZE").await;
                assert!(!samples_holding(&database).await.is_empty());
                let pages = pages_holding(&database).await;
                for table in ["users", "user_notes", "transactions", "saved_filters"] {
                    assert!(pages.contains(&table.to_owned()), "{table} is not in {pages:?}");
                }
                assert!(dump(&database).contains(CANARY));
            }
        }

        let reply = anonymize(&server, &scene).send().await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        let again = anonymize(&server, &scene).send().await;
        assert_eq!((again.status, &again.text), (200, &reply.text));
        assert!(!reply.text.to_lowercase().contains(CANARY), "{}", reply.text);
        until("the remains are cleared away", async || {
            let marks = "SELECT count(*) FROM settings WHERE key = 'remains_since'";
            (database.number(marks).await == 0).then_some(())
        }).await;

        assert_eq!(tables_holding(&database).await, Vec::<String>::new());
        match database.backend {
            Backend::Sqlite => {
                // The index of parts has every three letters of it.
                database.execute("CREATE VIRTUAL TABLE test_parts USING fts5vocab (user_search, row)").await;
                let of_name = "SELECT count(*) FROM test_parts WHERE term IN ('zqx', 'qxc', 'ñan')";
                assert_eq!(database.number(of_name).await, 0);
                database.execute("DROP TABLE test_parts").await;
                // While it runs, with the WAL in its place.
                assert_eq!(holding(database.directory()), Vec::<String>::new());
            }
            Backend::Postgres => {
                assert_eq!(samples_holding(&database).await, Vec::<String>::new());
                assert!(!dump(&database).contains(CANARY));
                database.execute(documented()).await;
                assert_eq!(pages_holding(&database).await, Vec::<String>::new());
            }
        }
        let verified = server.request("GET", "/api/v1/admin/audit/verify").session(&scene.root).send().await;
        assert_eq!(verified.json()["status"], "intact", "{}", verified.text);
        server.terminate();
        assert!(server.wait().await.success());
        assert_eq!(holding(database.directory()), Vec::<String>::new());
        assert!(!server.log().to_lowercase().contains(CANARY), "{}", server.log());
    }
}
