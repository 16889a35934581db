//! Whether there is an account is told by neither the bytes of an answer nor the work behind it
//! (security.md, threat 31).

use quarterdeck_api::permission::Permission;
use serde_json::json;

use crate::harness::{Account, Reply, TestServer, on_both};

/// A reply as it came, but for the two ids of the request.
fn bytes(reply: &Reply) -> String {
    let id = reply.header("x-request-id");
    let headers = reply
        .headers
        .iter()
        .map(|(name, value)| format!("{name}: {}\n", value.to_str().unwrap()));
    let whole = format!(
        "{}\n{}\n{}",
        reply.status,
        headers.collect::<String>(),
        reply.text
    );
    let dated = reply.header("date");
    let whole = if dated.is_empty() {
        whole
    } else {
        whole.replace(dated, "…")
    };
    whole.replace(id, "…")
}

/// E-mails of accounts in every state, and of nobody.
async fn emails(server: &TestServer) -> Vec<String> {
    let mut emails = vec![
        "nobody@quarterdeck.example".to_owned(),
        "no e-mail at all".to_owned(),
    ];
    for state in [
        "epoch = epoch",
        "password_hash = NULL",
        "is_banned = TRUE",
        "suspended_at = created_at",
        "deleted_at = created_at",
        "mfa_secret_enc = NULL, mfa_enrolled_at = NULL",
    ] {
        let account = server.admin(&[Permission::UserView]).await;
        let change = format!("UPDATE users SET {state} WHERE id = {}", account.id);
        server.database.execute(&change).await;
        emails.push(account.email);
    }
    emails
}

/// The hash of an account, up to its salt: algorithm and cost.
async fn cost(server: &TestServer, account: &Account) -> String {
    let hash = format!("SELECT password_hash FROM users WHERE id = {}", account.id);
    let hash = server.database.texts(&hash).await.remove(0);
    let parts: Vec<_> = hash.split('$').take(4).collect();
    parts.join("$")
}

on_both! {
    async fn p7_a_hash_of_another_cost_is_replaced_at_the_next_sign_in(server: TestServer) {
        let ana = server.admin(&[]).await;
        assert_eq!(cost(&server, &ana).await, "$argon2id$v=19$m=8,t=1,p=1");
        let database = server.stop().await;
        // While an old hash is checked, and the new cost for who has no account, time tells who has one.
        let server = TestServer::start_with(database, |config| config.passwords.iterations = 2).await;
        let reply = server.post("/api/v1/auth/sign-in").json(json!({ "email": ana.email, "password": "wrong" }));
        reply.send().await.refused(401, "invalid_credentials");
        assert_eq!(cost(&server, &ana).await, "$argon2id$v=19$m=8,t=1,p=1", "only the right one is known");
        server.sign_in(&ana).await;
        assert_eq!(cost(&server, &ana).await, "$argon2id$v=19$m=8,t=2,p=1");
        let before = server.services.passwords.computed();
        server.challenge(&ana).await;
        assert_eq!(server.services.passwords.computed(), before + 1, "once is enough");
    }

    async fn p7_a_wrong_password_costs_the_same_hash_and_the_same_bytes_whoever_is_named(server: TestServer) {
        let mut heard = Vec::new();
        for email in emails(&server).await {
            let before = server.services.passwords.computed();
            let body = json!({ "email": email, "password": "wrong horse battery" });
            let reply = server.post("/api/v1/auth/sign-in").json(body).send().await;
            assert_eq!(reply.status, 401, "{email}");
            heard.push((email, server.services.passwords.computed() - before, bytes(&reply)));
        }
        for (email, computed, reply) in &heard {
            assert_eq!(*computed, 1, "hashes computed for {email}");
            assert_eq!(reply, &heard[0].2, "{email}");
        }
    }
}
