//! The first admin and the ways back in, each audited (architecture.md §10.21).

use serde_json::{Value, json};

use super::{audit, failed, migrate, post};
use crate::harness::process::{ServerProcess, command, finished, run};
use crate::harness::{Provider, TestDatabase, TestServer, on_both};
use quarterdeck_server::gate::totp;

const EMAIL: &str = "Ana@Quarterdeck.example";

fn account(database: &TestDatabase, command: &str, email: &str) -> String {
    run(database, &[command, email]).succeeded()
}

/// From a first-login token to a session past its second factor.
async fn enroll(server: &ServerProcess, token: &str, password: &str) -> String {
    let call = async |path: &str, token: &str, body: Value| {
        let request = server.request("POST", &format!("/api/v1/auth/{path}"));
        let request = if token.is_empty() {
            request
        } else {
            request.bearer(token)
        };
        let reply = post(request, body).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.text);
        reply
    };
    let body = json!({ "token": token, "newPassword": password });
    let access = call("first-login", "", body).await.text_at("/access_token");
    let secret = call("mfa/enroll", &access, json!({}))
        .await
        .text_at("/secret");
    let step = totp::step_at(quarterdeck_server::db::Clock::System.now());
    let code = totp::code_at(&totp::decode_secret(&secret).unwrap(), step);
    call("mfa/confirm", &access, json!({ "code": code })).await;
    access
}

on_both! {
    async fn the_printed_token_leads_a_first_admin_in(database: TestDatabase) {
        migrate(&database);
        let printed = account(&database, "create-admin", EMAIL);
        let token = printed.strip_suffix('\n').unwrap();
        assert!(token.len() >= 40 && !token.contains(char::is_whitespace), "{printed:?}");
        assert_eq!(audit(&database).await, ["admin_created by command_line on user 1"]);
        let server = ServerProcess::start(&database, &[]);
        let access = enroll(&server, token, "a few plain words").await;
        let check = server.request("GET", "/api/v1/admin/check").bearer(&access).send().await;
        check.is(200, json!({ "isAdmin": true }));
        let me = server.request("GET", "/api/v1/auth/me").bearer(&access).send().await.json();
        assert_eq!((&me["email"], &me["roles"]), (&json!(EMAIL), &json!(["SuperAdmin"])));
        let body = json!({ "token": token, "newPassword": "another few words" });
        post(server.request("POST", "/api/v1/auth/first-login"), body).await.refused(401, "token_invalid");
        assert!(!server.log().contains(token), "{}", server.log());
    }

    async fn an_admin_is_made_once_whatever_the_case(database: TestDatabase) {
        migrate(&database);
        account(&database, "create-admin", EMAIL);
        let before = database.snapshot().await;
        let again = run(&database, &["create-admin", "ana@quarterdeck.EXAMPLE"]);
        failed(&again, 2, "ana@quarterdeck.EXAMPLE exists already; `reset-password` gives it a new first-login token");
        for email in ["", "ana", "ana@", "@b.example", "ana@localhost", "a b@c.example", "a@b@c.example", "ana@b.example\u{1b}[2J"] {
            failed(&run(&database, &["create-admin", email]), 2, "is not an e-mail address");
        }
        assert_eq!(before.changed(&database.snapshot().await), Vec::<String>::new());
    }

    async fn who_is_not_there_is_named(database: TestDatabase) {
        migrate(&database);
        for command in ["unlock", "reset-mfa", "reset-password"] {
            let refused = run(&database, &[command, "nobody@b.example"]);
            failed(&refused, 2, "there is no account nobody@b.example");
        }
        assert_eq!(audit(&database).await, Vec::<String>::new());
    }

    async fn a_reset_password_ends_sessions_and_leads_to_a_new_one(server: TestServer) {
        let ana = server.super_admin().await;
        let session = server.session(&ana).await;
        let database = server.stop().await;
        let first = account(&database, "reset-password", &ana.email);
        let token = account(&database, "reset-password", &ana.email.to_uppercase());
        let row = format!("password_reset by command_line on user {}", ana.id);
        assert_eq!(audit(&database).await, [row.clone(), row]);
        let server = ServerProcess::start(&database, &[]);
        let me = server.request("GET", "/api/v1/auth/me").bearer(&session.access).send().await;
        me.refused(401, "session_revoked");
        let sign_in = json!({ "email": ana.email, "password": crate::harness::PASSWORD });
        post(server.request("POST", "/api/v1/auth/sign-in"), sign_in).await.refused(401, "invalid_credentials");
        let first_login = |token: &str| json!({ "token": token.trim(), "newPassword": "a few plain words" });
        let request = || server.request("POST", "/api/v1/auth/first-login");
        post(request(), first_login(&first)).await.refused(401, "token_invalid");
        let reply = post(request(), first_login(&token)).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        // The second factor stays: a new password alone opens nothing.
        let check = server.request("GET", "/api/v1/admin/check").bearer(&reply.text_at("/access_token")).send().await;
        check.refused(403, "mfa_enrollment_required");
        let sign_in = json!({ "email": ana.email, "password": "a few plain words" });
        let challenge = post(server.request("POST", "/api/v1/auth/sign-in"), sign_in).await;
        assert_eq!(challenge.json()["requireMfa"], true);
    }

    async fn a_reset_second_factor_is_enrolled_anew(server: TestServer) {
        let ana = server.super_admin().await;
        let session = server.session(&ana).await;
        let database = server.stop().await;
        let said = account(&database, "reset-mfa", &ana.email);
        assert_eq!(said, format!("{} enrolls a new second factor at the next sign-in; its sessions have ended\n", ana.email));
        assert_eq!(audit(&database).await, [format!("mfa_reset by command_line on user {}", ana.id)]);
        let server = ServerProcess::start(&database, &[]);
        let me = server.request("GET", "/api/v1/auth/me").bearer(&session.access).send().await;
        me.refused(401, "session_revoked");
        let sign_in = json!({ "email": ana.email, "password": crate::harness::PASSWORD });
        let challenge = post(server.request("POST", "/api/v1/auth/sign-in"), sign_in).await.json();
        assert_eq!((&challenge["requireMfa"], &challenge["mfaEnrollmentRequired"]), (&json!(false), &json!(true)));
    }

    async fn an_account_that_is_there_is_linked_by_hand_to_one_identity(database: TestDatabase) {
        let provider = Provider::shared();
        let server = TestServer::start_with(database, |config| provider.of(config)).await;
        let (ana, ben) = (server.super_admin().await, server.plain().await);
        let database = server.stop().await;
        failed(&run(&database, &["link-identity", &ana.email, "ana"]), 2, "there is no provider");
        let link = |email: &str| {
            let mut command = command(&database, &["link-identity", email, "ana"]);
            command.env("QUARTERDECK_SERVER_OIDC_ISSUER", &provider.issuer);
            finished(command.env("QUARTERDECK_SERVER_OIDC_CLIENT_ID", "quarterdeck"))
        };
        failed(&link("nobody@b.example"), 2, "there is no account nobody@b.example");
        let said = link(&ana.email.to_uppercase()).succeeded();
        assert!(said.ends_with(&format!("may sign in by {}\n", provider.issuer)), "{said}");
        link(&ana.email).succeeded();
        failed(&link(&ben.email), 2, "another account is linked");
        assert_eq!(audit(&database).await, [format!("identity_linked by command_line on user {}", ana.id)]);
        let server = TestServer::start_with(database, |config| provider.of(config)).await;
        let token = provider.strong_token_of("ana", &ana.email, server.now());
        let reply = server.get("/api/v1/admin/check").bearer(&token).send().await;
        reply.is(200, json!({ "isAdmin": true }));
    }

    async fn who_was_linked_before_is_signed_out(database: TestDatabase) {
        let provider = Provider::shared();
        let server = TestServer::start_with(database, |config| provider.of(config)).await;
        let token = provider.token_of("the wrong one", "ana@acme.example", server.now());
        assert_eq!(server.get("/api/v1/auth/me").bearer(&token).send().await.status, 200);
        let link = |subject: &str| {
            let mut command = command(&server.database, &["link-identity", "ana@acme.example", subject]);
            command.env("QUARTERDECK_SERVER_OIDC_ISSUER", &provider.issuer);
            finished(command.env("QUARTERDECK_SERVER_OIDC_CLIENT_ID", "quarterdeck"))
        };
        // The command goes by the system's clock.
        server.database.execute("UPDATE sessions SET expires_at = '2199-01-01 00:00:00+00:00'").await;
        for subject in ["", "ä", "a\nb"] {
            failed(&link(subject), 2, "names nobody");
        }
        link("ana").succeeded();
        server.get("/api/v1/auth/me").bearer(&token).send().await.refused(401, "session_revoked");
        let details = "SELECT details FROM admin_audit_log WHERE action_code = 'identity_linked'";
        let told = format!(r#"{{"issuer":"{}","replaced":true}}"#, provider.issuer);
        assert_eq!(server.database.texts(details).await, [told]);
    }

    async fn unlocking_forgets_the_failures(database: TestDatabase) {
        let server = TestServer::start_with(database, |config| config.limits.account_failures = 2).await;
        let ana = server.super_admin().await;
        let wrong = json!({ "email": ana.email, "password": "wrong" });
        for _ in 0..2 {
            post(server.post("/api/v1/auth/sign-in"), wrong.clone()).await.refused(401, "invalid_credentials");
        }
        post(server.post("/api/v1/auth/sign-in"), wrong).await.refused(429, "rate_limited");
        let said = account(&server.database, "unlock", &ana.email);
        assert_eq!(said, format!("{} may sign in again\n", ana.email));
        server.sign_in(&ana).await;
        assert_eq!(audit(&server.database).await, [format!("account_unlocked by command_line on user {}", ana.id)]);
    }
}
