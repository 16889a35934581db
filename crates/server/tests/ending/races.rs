//! Endings beside each other and beside other acts: one order or the other, never half.

use quarterdeck_api::permission::Permission::{UserBan, UserVerify};
use serde_json::json;
use tokio::task::JoinSet;

use super::{end, endings, operator, order, path};
use crate::harness::{TestServer, on_both};

const ROUNDS: usize = 12;

/// The audit rows about an account, oldest first.
async fn codes(server: &TestServer, id: i64) -> Vec<String> {
    let query = format!(
        "SELECT action_code FROM admin_audit_log WHERE target_type = 'user' AND target_id = '{id}' ORDER BY seq"
    );
    server.database.texts(&query).await
}

on_both! {
    async fn ten_deletions_at_once_are_one(server: TestServer) {
        let user = server.plain().await;
        let mut posts = JoinSet::new();
        for _ in 0..10 {
            let (_, session) = operator(&server).await;
            posts.spawn(end(&server, &session, "delete", user.id).send());
        }
        let replies = posts.join_all().await;
        assert!(replies.iter().all(|reply| reply.status == 200), "{replies:?}");
        let changed = replies.iter().filter(|reply| reply.json()["noop"] == false).count();
        assert_eq!((changed, endings(&server).await.len()), (1, 1));
    }

    async fn deletion_beside_anonymization_ends_anonymized_and_audited(server: TestServer) {
        for _ in 0..8 {
            let user = server.plain().await;
            let before = endings(&server).await.len();
            let mut posts = JoinSet::new();
            for verb in ["delete", "anonymize"] {
                let (_, session) = operator(&server).await;
                posts.spawn(end(&server, &session, verb, user.id).send());
            }
            let replies = posts.join_all().await;
            assert!(replies.iter().all(|reply| reply.status == 200), "{replies:?}");
            let changes = replies.iter().filter(|reply| reply.json().get("noop") != Some(&json!(true))).count();
            assert_eq!(endings(&server).await.len() - before, changes);
            let row = format!("SELECT email FROM users WHERE id = {} AND anonymized_at IS NOT NULL", user.id);
            let nobody = format!("anon-{}@anonymized.invalid", user.id);
            assert_eq!(server.database.texts(&row).await, [nobody]);
        }
    }

    async fn s000_16_of_two_super_admins_who_end_each_other_one_stays(server: TestServer) {
        for verb in ["delete", "anonymize"] {
            server.database.execute("UPDATE users SET deleted_at = created_at WHERE is_platform_admin").await;
            let pair = [server.super_admin().await, server.super_admin().await];
            let mut posts = JoinSet::new();
            for (actor, target) in [(&pair[0], &pair[1]), (&pair[1], &pair[0])] {
                let session = server.session(actor).await;
                let code = actor.code(server.now());
                posts.spawn(end(&server, &session, verb, target.id).header("x-otp", &code).send());
            }
            let replies = posts.join_all().await;
            let won = replies.iter().filter(|reply| reply.status == 200).count();
            assert!(won <= 1, "{replies:?}");
            let (first, second) = (pair[0].id, pair[1].id);
            let left = format!("SELECT count(*) FROM users WHERE deleted_at IS NULL AND id IN ({first}, {second})");
            assert_eq!(server.database.number(&left).await, 2 - i64::try_from(won).unwrap(), "{replies:?}");
        }
    }

    async fn an_ending_that_waited_sees_what_was_done_meanwhile(server: TestServer) {
        let (_, session) = operator(&server).await;
        let user = server.plain().await;
        let mut other = server.hold_writes().await;
        let mut seen = order();
        seen["expectedVersion"] = json!(1);
        let request = server.post(&path("anonymize", user.id)).session(&session).json(seen);
        let request = tokio::spawn(request.send());
        server.until_a_write_waits().await;
        other.execute(&format!("UPDATE users SET version = 2 WHERE id = {}", user.id)).await;
        other.commit().await;
        other.close().await;
        request.await.unwrap().refused(409, "stale_version");
        let row = format!("SELECT email FROM users WHERE id = {}", user.id);
        assert_eq!(server.database.texts(&row).await, [user.email]);
    }

    async fn an_ending_beside_a_verification_is_one_order_or_the_other(server: TestServer) {
        let omar = server.admin(&[UserVerify]).await;
        let (_, ending) = operator(&server).await;
        let verifying = server.session(&omar).await;
        for (verb, code) in [("delete", "user_deleted"), ("anonymize", "user_anonymized")] {
            for round in 0..ROUNDS {
                let user = server.plain().await;
                let end = tokio::spawn(end(&server, &ending, verb, user.id).send());
                let verify = server.post(&path("verify", user.id)).session(&verifying).json(json!({})).send().await;
                let end = end.await.unwrap();
                assert_eq!(end.status, 200, "{verb}, round {round}: {}", end.text);
                let verified = if verify.status == 200 {
                    assert_eq!(codes(&server, user.id).await, ["user_verified", code], "{verb}, round {round}");
                    1
                } else {
                    verify.refused(409, "stale_version");
                    assert_eq!(codes(&server, user.id).await, [code], "{verb}, round {round}");
                    0
                };
                // Anonymization keeps that somebody verified the account: it tells nothing of the person.
                let marked = format!(
                    "SELECT count(*) FROM profiles WHERE user_id = {} AND verified_at IS NOT NULL", user.id);
                assert_eq!(server.database.number(&marked).await, verified, "{verb}, round {round}");
                let version = format!("SELECT version FROM users WHERE id = {}", user.id);
                assert_eq!(server.database.number(&version).await, 2 + verified, "{verb}, round {round}");
            }
        }
    }

    async fn anonymization_beside_a_ban_is_one_order_or_the_other(server: TestServer) {
        let omar = server.admin(&[UserBan]).await;
        let (_, ending) = operator(&server).await;
        let banning = server.session(&omar).await;
        for round in 0..ROUNDS {
            let user = server.plain().await;
            let end = tokio::spawn(end(&server, &ending, "anonymize", user.id).send());
            let ban = server.request("PATCH", &path("ban", user.id)).session(&banning);
            let ban = ban.json(json!({ "banReason": "spam" })).send().await;
            let end = end.await.unwrap();
            assert_eq!(end.status, 200, "round {round}: {}", end.text);
            assert_eq!(end.json()["status"], "anonymized", "round {round}");
            let banned = if ban.status == 200 {
                assert_eq!(codes(&server, user.id).await, ["user_banned", "user_anonymized"], "round {round}");
                1
            } else {
                ban.refused(409, "stale_version");
                assert_eq!(codes(&server, user.id).await, ["user_anonymized"], "round {round}");
                0
            };
            let history = format!("SELECT count(*) FROM ban_history WHERE user_id = {}", user.id);
            assert_eq!(server.database.number(&history).await, banned, "round {round}");
            let version = format!("SELECT version FROM users WHERE id = {}", user.id);
            assert_eq!(server.database.number(&version).await, 2 + banned, "round {round}");
        }
    }
}
