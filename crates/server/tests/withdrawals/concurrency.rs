//! Many operators, one withdrawal; and one wallet.

use chrono::TimeDelta;
use quarterdeck_api::permission::Permission::{WithdrawalsApprove, WithdrawalsReject};
use serde_json::json;
use tokio::task::JoinSet;

use super::{APPROVE, REJECT, audit_rows, moved, payee, wallet};
use crate::harness::on_both;

on_both! {
    async fn s001_28_of_twenty_who_decide_at_once_one_wins_and_the_money_moves_once(server: TestServer) {
        let id = server.withdrawals(1).await[0];
        let (user, _) = payee(&server, id).await;
        let mut calls = JoinSet::new();
        for number in 0..20 {
            let operator = server.admin(&[WithdrawalsApprove, WithdrawalsReject]).await;
            let session = server.session(&operator).await;
            let mut body = json!({ "withdrawal_id": id, "confirm": true, "expected_status": "pending" });
            let path = if number % 4 == 3 { REJECT } else { APPROVE };
            if path == REJECT {
                body["reason"] = json!("too much");
            }
            let request = server.post(path).session(&session).json(body);
            calls.spawn(async move { (operator.email, request.send().await) });
        }
        let replies = calls.join_all().await;
        let winners: Vec<_> = replies.iter().filter(|(_, reply)| reply.status == 200).collect();
        assert_eq!(winners.len(), 1);
        let (winner, reply) = winners[0];
        let status = reply.text_at("/status");
        assert_eq!(reply.text_at("/decided_by"), *winner);
        for (_, reply) in replies.iter().filter(|(_, reply)| reply.status != 200) {
            let problem = reply.refused(409, "already_reviewed");
            assert_eq!(problem["conflict"], json!({
                "status": status, "decided_by": winner, "decided_at": "2026-09-01T08:00:00Z", "version": 2,
            }));
        }
        let (paid, held) = if status == "approved" { (1, "3000 EUR v2") } else { (0, "5000 EUR v1") };
        assert_eq!((moved(&server).await.len(), wallet(&server, user).await), (paid, vec![held.to_owned()]));
        assert_eq!(audit_rows(&server).await.len(), 1);
    }

    async fn s001_28_two_withdrawals_of_one_wallet_are_not_both_paid_where_it_holds_one(server: TestServer) {
        let person = server.plain().await.id;
        server.wallet(person, 3_000).await;
        let mut calls = JoinSet::new();
        for _ in 0..6 {
            let id = server.withdrawal(person, 2_000, server.now()).await;
            let session = server.session(&server.admin(&[WithdrawalsApprove]).await).await;
            let body = json!({ "withdrawal_id": id, "confirm": true });
            calls.spawn(server.post(APPROVE).session(&session).json(body).send());
        }
        let replies = calls.join_all().await;
        let paid = replies.iter().filter(|reply| reply.status == 200).count();
        for reply in replies.iter().filter(|reply| reply.status != 200) {
            reply.refused(409, "insufficient_balance");
        }
        assert_eq!((paid, wallet(&server, person).await), (1, vec!["1000 EUR v2".to_owned()]));
    }

    async fn s001_28_balances_set_and_persons_erased_meanwhile_lock_nobody_out(server: TestServer) {
        // Two admins who approve each other's withdrawals, a super-admin who sets the balances of both, and one who
        // anonymizes a person that is just being paid.
        let [one, two] = [server.admin(&[WithdrawalsApprove]).await, server.admin(&[WithdrawalsApprove]).await];
        let (root, eraser, person) = (server.super_admin().await, server.super_admin().await, server.plain().await.id);
        for id in [one.id, two.id, person] {
            server.wallet(id, 90_000).await;
        }
        let mut calls = JoinSet::new();
        let sessions = [server.session(&one).await, server.session(&two).await];
        let (roots, erasers) = (server.session(&root).await, server.session(&eraser).await);
        for (payee, session) in [(two.id, &sessions[0]), (one.id, &sessions[1]), (person, &sessions[0]), (person, &sessions[1])] {
            for _ in 0..4 {
                let id = server.withdrawal(payee, 1_000, server.now()).await;
                let body = json!({ "withdrawal_id": id, "confirm": true });
                calls.spawn(server.post(APPROVE).session(session).json(body).send());
            }
        }
        let body = json!({ "reason": "asked for it", "confirm": true });
        let erasing = server.post(&format!("/api/v1/admin/users/{person}/anonymize")).session(&erasers);
        calls.spawn(erasing.json(body).send());
        for id in [one.id, two.id, person] {
            server.advance(TimeDelta::seconds(30));
            let request = server.request("PUT", &format!("/api/v1/admin/users/{id}/balance")).session(&roots);
            let body = json!({ "amount": 70_000, "currency": "EUR", "reason": "goodwill" });
            calls.spawn(request.header("x-otp", &root.code(server.now())).json(body).send());
        }
        for reply in calls.join_all().await {
            assert!(matches!(reply.status, 200 | 403 | 409), "{} {}", reply.status, reply.text);
        }
        let paid = "SELECT count(*) FROM withdrawals WHERE status = 'approved'";
        let written = "SELECT count(*) FROM transactions WHERE kind = 'withdraw'";
        assert_eq!(server.database.number(paid).await, server.database.number(written).await);
        assert!(server.database.number(paid).await >= 8);
    }
}
