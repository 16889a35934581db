//! Banned, suspended and deleted accounts (S004-58).

use serde_json::json;

use crate::harness::{PASSWORD, on_both};

const STATES: &[(&str, &str)] = &[
    ("is_banned = TRUE", "account_banned"),
    ("suspended_at = created_at", "account_suspended"),
    ("deleted_at = created_at", "account_deleted"),
];

on_both! {
    async fn s004_58_such_an_account_cannot_sign_in(server: TestServer) {
        for (change, code) in STATES {
            let ana = server.admin(&[]).await;
            let challenge = server.challenge(&ana).await;
            server.database.execute(&format!("UPDATE users SET {change} WHERE id = {}", ana.id)).await;
            let sign_in = |password: &str| {
                server.post("/api/v1/auth/sign-in").json(json!({ "email": ana.email, "password": password }))
            };
            sign_in(PASSWORD).send().await.refused(403, code);
            // Only who knows the password learns of the state.
            sign_in("wrong horse battery").send().await.refused(401, "invalid_credentials");
            let code_reply = server
                .post("/api/v1/auth/verify-2fa")
                .json(json!({ "token": challenge, "mfaCode": ana.code(server.now()) }))
                .send()
                .await;
            code_reply.refused(403, code);
        }
        assert_eq!(server.database.count("sessions").await, 0);
    }

    async fn s004_58_its_live_sessions_end(server: TestServer) {
        for (change, _) in STATES {
            let ana = server.admin(&[]).await;
            let session = server.session(&ana).await;
            server.database.execute(&format!("UPDATE users SET {change} WHERE id = {}", ana.id)).await;
            server.get("/api/v1/auth/me").session(&session).send().await.refused(401, "session_revoked");
            let body = json!({ "refresh_token": session.refresh });
            let reply = server.post("/api/v1/auth/refresh").json(body).send().await;
            reply.refused(401, "session_revoked");
        }
    }
}
