//! Endings beside each other and beside other acts: one order or the other, never half.

use serde_json::json;
use tokio::task::JoinSet;

use super::{end, endings, operator, order, path};
use crate::harness::on_both;

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
        let mut other = server.database.connect().await;
        other.hold_writes().await;
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
}
