//! Recovery codes: given out once, good once each, and for nothing but signing in (S001-20, security.md threat 28).

use std::collections::BTreeSet;

use chrono::TimeDelta;
use quarterdeck_api::role::Role;
use quarterdeck_server::gate::totp;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::harness::{Account, Reply, Request, Session, TestServer, on_both, process};

/// New codes of an account, with its one-time code of now.
async fn renew(server: &TestServer, account: &Account) -> Vec<String> {
    let session = server.session(account).await;
    let reply = renewal(server, account, &session).send().await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    server.advance(TimeDelta::seconds(30));
    codes(&reply)
}

fn renewal(server: &TestServer, account: &Account, session: &Session) -> Request {
    let request = server.post("/api/v1/auth/mfa/recovery-codes");
    let code = account.code(server.now());
    request.session(session).header("x-otp", &code)
}

fn codes(reply: &Reply) -> Vec<String> {
    let codes = reply.json()["recovery_codes"].clone();
    serde_json::from_value(codes).unwrap()
}

fn answer(server: &TestServer, challenge: &str, code: &str) -> Request {
    let request = server.post("/api/v1/auth/verify-2fa");
    request.json(json!({ "token": challenge, "recoveryCode": code }))
}

async fn sign_in(server: &TestServer, account: &Account, code: &str) -> Reply {
    let challenge = server.challenge(account).await;
    answer(server, &challenge, code).send().await
}

async fn left(server: &TestServer, session: &Session) -> Value {
    let me = server.get("/api/v1/auth/me").session(session).send().await;
    me.json()["recovery_codes_left"].clone()
}

/// What the audit log says of codes, oldest first.
async fn told(server: &TestServer) -> Vec<String> {
    let text = "SELECT action_code || ' ' || target_type || '#' || target_id || ' by ' || admin_email || ' ' || details \
        FROM admin_audit_log WHERE action_code LIKE 'recovery_%' ORDER BY seq";
    server.database.texts(text).await
}

on_both! {
    async fn s001_20_enrolling_gives_out_ten_codes_of_which_only_hashes_are_kept(server: TestServer) {
        let ana = server.without_mfa(Role::Admin, &[]).await;
        let session = server.session(&ana).await;
        assert_eq!(left(&server, &session).await, json!(null), "there is nothing that they could stand in for");
        let enroll = server.post("/api/v1/auth/mfa/enroll").session(&session).send().await;
        let secret = totp::decode_secret(&enroll.text_at("/secret")).unwrap();
        let body = json!({ "code": totp::code_at(&secret, totp::step_at(server.now())) });
        let confirm = || server.post("/api/v1/auth/mfa/confirm").session(&session).json(body.clone());
        let reply = confirm().header("idempotency-key", "enroll-once").send().await;
        let given = codes(&reply);
        let different: BTreeSet<_> = given.iter().collect();
        assert_eq!((given.len(), different.len()), (10, 10));
        for code in &given {
            assert!(code.len() == 19 && code.split('-').all(|group| group.len() == 4), "{code}");
        }
        assert_eq!(left(&server, &session).await, json!(10));
        // Shown once: a repeat of the call is told that it was done, and no more.
        confirm().header("idempotency-key", "enroll-once").send().await.refused(409, "already_done");
        let kept = format!("{:?}", server.database.snapshot().await);
        for code in &given {
            assert!(!kept.contains(code.as_str()) && !kept.contains(&code.replace('-', "")), "{code}");
        }
    }

    async fn a_recovery_code_signs_in_once_however_it_is_typed(server: TestServer) {
        let ana = server.admin(&[]).await;
        let codes = renew(&server, &ana).await;
        let typed = [codes[0].clone(), codes[1].to_uppercase(), codes[2].replace('-', " ")];
        for (used, code) in typed.iter().enumerate() {
            let reply = sign_in(&server, &ana, code).await;
            assert_eq!(reply.status, 200, "{}", reply.text);
            assert_eq!(reply.cookies().len(), 3);
            assert_eq!(left(&server, &reply.session()).await, json!(9 - used));
            let check = server.get("/api/v1/admin/check").session(&reply.session());
            assert_eq!(check.send().await.status, 200, "it is past the second factor");
        }
        for code in &typed {
            sign_in(&server, &ana, code).await.refused(401, "mfa_code_invalid");
        }
        let mut rows = vec![format!("recovery_codes_renewed user#{id} by {email} {{}}", id = ana.id, email = ana.email)];
        for left in [9, 8, 7] {
            rows.push(format!("recovery_code_used user#{} by {} {{\"left\":{left}}}", ana.id, ana.email));
        }
        assert_eq!(told(&server).await, rows);
        // The codes of others are nobody's here.
        let omar = server.admin(&[]).await;
        sign_in(&server, &omar, &codes[3]).await.refused(401, "mfa_code_invalid");
        assert_eq!(sign_in(&server, &ana, &codes[3]).await.status, 200);
    }

    async fn one_of_two_codes_is_sent_and_each_is_read_as_what_it_is(server: TestServer) {
        let ana = server.admin(&[]).await;
        let codes = renew(&server, &ana).await;
        let challenge = server.challenge(&ana).await;
        let both = json!({ "token": challenge, "recoveryCode": codes[0], "mfaCode": ana.code(server.now()) });
        server.post("/api/v1/auth/verify-2fa").json(both).send().await.names_fields(&["recoveryCode"]);
        let exchanged = json!({ "token": challenge, "mfaCode": codes[0] });
        server.post("/api/v1/auth/verify-2fa").json(exchanged).send().await.refused(401, "mfa_code_invalid");
        answer(&server, &challenge, &ana.code(server.now())).send().await.refused(401, "mfa_code_invalid");
        assert_eq!(answer(&server, &challenge, &codes[0]).send().await.status, 200);
    }

    async fn wrong_recovery_codes_count_as_wrong_codes_do(database: TestDatabase) {
        let server = TestServer::start_with(database, |config| config.limits.account_failures = 3).await;
        let ana = server.admin(&[]).await;
        let codes = renew(&server, &ana).await;
        let challenge = server.challenge(&ana).await;
        for wrong in ["", "aaaa-aaaa-aaaa-aaaa", "x"] {
            answer(&server, &challenge, wrong).send().await.refused(401, "mfa_code_invalid");
        }
        answer(&server, &challenge, &codes[0]).send().await.refused(429, "rate_limited");
        server.advance(TimeDelta::seconds(300));
        assert_eq!(sign_in(&server, &ana, &codes[0]).await.status, 200, "none was used up");
    }

    async fn five_wrong_recovery_codes_end_a_challenge(server: TestServer) {
        let ana = server.admin(&[]).await;
        let codes = renew(&server, &ana).await;
        let challenge = server.challenge(&ana).await;
        for _ in 0..5 {
            answer(&server, &challenge, "aaaa-aaaa-aaaa-aaaa").send().await.refused(401, "mfa_code_invalid");
        }
        answer(&server, &challenge, &codes[0]).send().await.refused(401, "token_invalid");
        assert_eq!(sign_in(&server, &ana, &codes[0]).await.status, 200);
    }

    async fn p6_a_recovery_code_posted_32_times_at_once_opens_one_session(server: TestServer) {
        let ana = server.admin(&[]).await;
        let code = renew(&server, &ana).await.remove(0);
        let before = server.database.count("sessions").await;
        let mut posts = JoinSet::new();
        for _ in 0..32 {
            let challenge = server.challenge(&ana).await;
            posts.spawn(answer(&server, &challenge, &code).send());
        }
        let replies = posts.join_all().await;
        let opened = replies.iter().filter(|reply| reply.status == 200).count();
        assert_eq!(opened, 1, "{replies:?}");
        assert_eq!(server.database.count("sessions").await, before + 1);
        assert_eq!(told(&server).await.len(), 2);
    }

    async fn nobody_gets_in_by_a_recovery_code_that_the_log_cannot_tell_of(server: TestServer) {
        let ana = server.admin(&[]).await;
        let codes = renew(&server, &ana).await;
        let challenge = server.challenge(&ana).await;
        let before = server.database.count("sessions").await;
        server.database.break_audit().await;
        answer(&server, &challenge, &codes[0]).send().await.refused(503, "audit_unavailable");
        server.database.mend_audit().await;
        assert_eq!(server.database.count("sessions").await, before);
        assert_eq!(answer(&server, &challenge, &codes[0]).send().await.status, 200);
    }

    async fn a_recovery_code_is_no_code_of_a_write(server: TestServer) {
        let ana = server.admin(&[]).await;
        let codes = renew(&server, &ana).await;
        let session = sign_in(&server, &ana, &codes[0]).await.session();
        let request = server.post("/api/v1/auth/mfa/recovery-codes").session(&session);
        request.header("x-otp", &codes[1]).send().await.refused(403, "otp_invalid");
        assert_eq!(left(&server, &session).await, json!(9), "it is not used up by that");
        assert_eq!(sign_in(&server, &ana, &codes[1]).await.status, 200);
    }

    async fn new_recovery_codes_make_the_old_ones_void(server: TestServer) {
        let ana = server.admin(&[]).await;
        let old = renew(&server, &ana).await;
        let new = renew(&server, &ana).await;
        sign_in(&server, &ana, &old[0]).await.refused(401, "mfa_code_invalid");
        let session = sign_in(&server, &ana, &new[0]).await.session();
        assert_eq!(left(&server, &session).await, json!(9));
    }

    async fn offboarding_and_anonymizing_make_recovery_codes_void(server: TestServer) {
        let root = server.super_admin().await;
        let session = server.session(&root).await;
        let ana = server.admin(&[]).await;
        renew(&server, &ana).await;
        let count = |id: i64| format!("SELECT count(*) FROM recovery_codes WHERE user_id = {id}");
        assert_eq!(server.database.number(&count(ana.id)).await, 10);
        let offboard = server.post(&format!("/api/v1/admin/users/{}/offboard", ana.id)).session(&session);
        let offboard = offboard.header("x-otp", &root.code(server.now()));
        let reply = offboard.json(json!({ "reason": "left the company" })).send().await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        assert_eq!(server.database.number(&count(ana.id)).await, 0);

        let person = server.plain().await;
        renew(&server, &person).await;
        let anonymize = server.post(&format!("/api/v1/admin/users/{}/anonymize", person.id));
        let reply = anonymize.session(&session).json(json!({ "confirm": true, "reason": "asked for it" })).send().await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        assert_eq!(server.database.number(&count(person.id)).await, 0);
    }

    async fn a_reset_second_factor_takes_its_recovery_codes_with_it(server: TestServer) {
        let ana = server.admin(&[]).await;
        let codes = renew(&server, &ana).await;
        process::run(&server.database, &["reset-mfa", &ana.email]).succeeded();
        assert_eq!(server.database.count("recovery_codes").await, 0);
        // The password alone leads to enrollment, with or without one of them.
        let session = sign_in(&server, &ana, &codes[0]).await.session();
        let check = server.get("/api/v1/admin/check").session(&session).send().await;
        check.refused(403, "mfa_enrollment_required");
    }

    async fn no_log_tells_a_recovery_code(server: TestServer) {
        let ana = server.admin(&[]).await;
        let codes = renew(&server, &ana).await;
        assert_eq!(sign_in(&server, &ana, &codes[0]).await.status, 200);
        sign_in(&server, &ana, "none-such-code-here").await.refused(401, "mfa_code_invalid");
        let kept = server.database.texts("SELECT request_body || response FROM admin_action_log").await;
        let kept = kept.concat();
        assert!(kept.contains(r#""recoveryCode":"[redacted]""#), "{kept}");
        for secret in codes.iter().map(String::as_str).chain(["none-such-code-here"]) {
            assert!(!kept.contains(secret), "{kept}");
        }
    }
}
