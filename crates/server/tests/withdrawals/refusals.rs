//! What is refused: who was first, what is not held, and who is not paid.

use quarterdeck_api::permission::Permission::{WithdrawalsApprove, WithdrawalsReject};
use serde_json::json;

use super::{APPROVE, QUEUE, REJECT, approve, audit_rows, moved, payee, reject, wallet};
use crate::harness::{Account, Session, TestServer, on_both};

async fn rita(server: &TestServer) -> (Account, Session) {
    let rita = server.admin(&[WithdrawalsApprove, WithdrawalsReject]).await;
    let session = server.session(&rita).await;
    (rita, session)
}

on_both! {
    async fn s001_28_what_is_not_there_is_not_found(server: TestServer) {
        let (_, session) = rita(&server).await;
        for id in [1, 0, -1, i64::MAX] {
            approve(&server, &session, id).await.refused(404, "not_found");
            reject(&server, &session, id, "too much").await.refused(404, "not_found");
        }
        let root = server.session(&server.super_admin().await).await;
        server.get(&format!("{QUEUE}/1")).session(&root).send().await.refused(404, "not_found");
        server.get(&format!("{QUEUE}/x")).session(&root).send().await.names_fields(&["id"]);
    }

    async fn s001_28_who_comes_second_learns_who_was_first(server: TestServer) {
        let ((rita, first), (_, second)) = (rita(&server).await, rita(&server).await);
        let ids = server.withdrawals(2).await;
        approve(&server, &first, ids[0]).await;
        reject(&server, &first, ids[1], "too much").await;
        let conflict = |status: &str| json!({
            "status": status, "decided_by": rita.email, "decided_at": "2026-09-01T08:00:00Z", "version": 2,
        });
        let seen = |id: i64, expected: &str| json!({ "withdrawal_id": id, "confirm": true, "expected_status": expected });
        let with_reason = |id: i64| json!({ "withdrawal_id": id, "confirm": true, "reason": "no way", "expected_status": "pending" });
        for (path, body, status) in [
            (APPROVE, seen(ids[0], "pending"), "approved"),
            (REJECT, with_reason(ids[0]), "approved"),
            (APPROVE, seen(ids[1], "pending"), "rejected"),
            (APPROVE, json!({ "withdrawal_id": ids[1], "confirm": true }), "rejected"),
            (REJECT, with_reason(ids[1]), "rejected"),
        ] {
            let refused = server.post(path).session(&second).json(body).send().await;
            let problem = refused.refused(409, "already_reviewed");
            assert_eq!(problem["conflict"], conflict(status));
            let detail = problem["detail"].as_str().unwrap();
            assert!(detail.contains(&format!("was already {status} by {}", rita.email)), "{detail}");
        }
        let open = server.withdrawals(1).await[0];
        let refused = server.post(APPROVE).session(&second).json(seen(open, "approved")).send().await;
        assert_eq!(refused.refused(409, "stale_version")["conflict"]["status"], "pending");
        assert_eq!((moved(&server).await.len(), audit_rows(&server).await.len()), (1, 2));
    }

    async fn s001_28_more_than_the_wallet_holds_is_not_paid(server: TestServer) {
        let (_, session) = rita(&server).await;
        let [poor, bare, foreign] = [server.plain().await.id, server.plain().await.id, server.plain().await.id];
        server.wallet(poor, 1_999).await;
        server.wallet(foreign, 9_000).await;
        server.database.execute(&format!("UPDATE wallets SET currency = 'USD' WHERE user_id = {foreign}")).await;
        let mut ids = Vec::new();
        for person in [poor, bare, foreign] {
            ids.push(server.withdrawal(person, 2_000, server.now()).await);
        }
        let before = server.database.snapshot().await;
        for (id, told) in ids.iter().zip([
            format!("#{poor} holds 19.99 EUR, and 20.00 EUR are asked for; nothing was changed"),
            format!("#{bare} holds nothing, and 20.00 EUR are asked for; nothing was changed"),
            format!("#{foreign} holds 90.00 USD, another currency, and 20.00 EUR are asked for; nothing was changed"),
        ]) {
            let problem = approve(&server, &session, *id).await.refused(409, "insufficient_balance");
            assert_eq!((&problem["detail"], &problem["class"]), (&json!(told), &json!("conflict")));
            assert!(problem.get("conflict").is_none(), "nobody was first: {problem}");
        }
        let changed = before.changed(&server.database.snapshot().await);
        assert_eq!(changed, Vec::<String>::new());
        // To the last cent, and no further.
        let id = server.withdrawal(poor, 1_999, server.now()).await;
        assert_eq!(approve(&server, &session, id).await.status, 200);
        assert_eq!(wallet(&server, poor).await, ["0 EUR v2"]);
        assert_eq!(reject(&server, &session, ids[0], "more than is held").await.status, 200);
    }

    async fn s001_28_nobody_approves_their_own(server: TestServer) {
        let (rita, session) = rita(&server).await;
        server.wallet(rita.id, 5_000).await;
        let id = server.withdrawal(rita.id, 2_000, server.now()).await;
        approve(&server, &session, id).await.refused(400, "cannot_target_self");
        assert_eq!((moved(&server).await, wallet(&server, rita.id).await), (vec![], vec!["5000 EUR v1".to_owned()]));
        let root = server.session(&server.super_admin().await).await;
        assert_eq!(approve(&server, &root, id).await.status, 200, "somebody else does");
        let other = server.withdrawal(rita.id, 1_000, server.now()).await;
        assert_eq!(reject(&server, &session, other, "changed my mind").await.status, 200, "nothing is gained by that");
    }

    async fn s001_28_who_is_shut_out_or_gone_is_not_paid_and_can_be_refused(server: TestServer) {
        let (_, session) = rita(&server).await;
        let by = somebody(&server).await;
        let cases = [
            (format!("is_banned = TRUE, banned_at = created_at, banned_by = {by}"), "banned", "reject it, or lift the ban first"),
            (format!("suspended_at = created_at, suspended_by = {by}"), "suspended", "reject it, or lift the suspension first"),
            (format!("deleted_at = created_at, deleted_by = {by}"), "deleted", "reject it"),
            ("anonymized_at = created_at".to_owned(), "anonymized", "reject it"),
        ];
        for (columns, status, next) in cases {
            let id = server.withdrawals(1).await[0];
            let (user, _) = payee(&server, id).await;
            server.database.execute(&format!("UPDATE users SET {columns} WHERE id = {user}")).await;
            let problem = approve(&server, &session, id).await.refused(409, "account_not_in_use");
            assert_eq!(problem["detail"], format!("#{user} is {status}, so withdrawal #{id} is not paid out; {next}"));
            assert_eq!(wallet(&server, user).await, ["5000 EUR v1"]);
            let rejected = reject(&server, &session, id, "the account is closed").await;
            assert_eq!(rejected.json()["status"], "rejected", "{}", rejected.text);
        }
        // A ban whose time is up shuts nobody out, though no job has ended it yet.
        let id = server.withdrawals(1).await[0];
        let (user, _) = payee(&server, id).await;
        let timed_out = format!("UPDATE users SET is_banned = TRUE, ban_expires_at = created_at WHERE id = {user}");
        server.database.execute(&timed_out).await;
        assert_eq!(approve(&server, &session, id).await.status, 200);
    }

    async fn r67_a_bad_body_is_400_with_its_field(server: TestServer) {
        let (_, session) = rita(&server).await;
        for (path, body) in [
            (APPROVE, json!({ "confirm": true })),
            (APPROVE, json!({ "withdrawal_id": "x", "confirm": true })),
            (APPROVE, json!({ "withdrawal_id": 1, "confirm": "yes" })),
            (APPROVE, json!({ "withdrawal_id": 1, "confirm": true, "reason": "because" })),
            (APPROVE, json!({ "withdrawal_id": 1, "confirm": true, "expected_status": "PENDING" })),
            (REJECT, json!({ "confirm": true, "reason": "because" })),
        ] {
            let reply = server.post(path).session(&session).json(body.clone()).send().await;
            reply.refused(400, "validation_failed");
        }
    }
}

/// The id of somebody who may have shut others out.
async fn somebody(server: &TestServer) -> i64 {
    server.admin(&[]).await.id
}
