//! Approving and rejecting (S001-27, S001-28, R67).

use quarterdeck_api::permission::Permission::{
    AdminUsersViewAdminAudit, UserView, WithdrawalsApprove, WithdrawalsReject, WithdrawalsView,
};
use serde_json::{Value, json};

use super::{APPROVE, QUEUE, REJECT, approve, audit_rows, list, moved, payee, reject, wallet};
use crate::harness::on_both;

on_both! {
    async fn s001_28_an_approval_names_the_admin_and_pays_out_of_the_wallet(server: TestServer) {
        let rita = server.admin(&[WithdrawalsView, WithdrawalsApprove, UserView]).await;
        let session = server.session(&rita).await;
        let id = server.withdrawals(1).await[0];
        let (user, email) = payee(&server, id).await;
        let reply = approve(&server, &session, id).await;
        let row = json!({
            "id": id, "user_id": user, "user": email, "amount": 2_000, "currency": "EUR",
            "balance": { "amount": 3_000, "currency": "EUR", "version": 2 },
            "status": "approved", "requested_at": "2026-09-01T07:59:00Z", "approved_by": rita.id,
            "decided_by_id": rita.id, "decided_by": rita.email, "decided_at": "2026-09-01T08:00:00Z",
            "reason": null, "reason_code": null, "version": 2,
        });
        reply.is(200, row.clone());
        let page = list(&server, &session, "?status=approved").await.json();
        assert_eq!(page["data"], json!([row]));
        server.get(&format!("{QUEUE}/{id}")).session(&session).send().await.is(200, row);

        assert_eq!(wallet(&server, user).await, ["3000 EUR v2"]);
        assert_eq!(moved(&server).await, [format!("withdraw 2000 by {}", rita.id)]);
        let stats = server.get(&format!("/admin/user/{user}/full/stats")).session(&session).send().await.json();
        assert_eq!((&stats["totalWithdraws"], &stats["balance"]), (&json!(2_000), &json!(3_000)));

        let transaction = server.database.number("SELECT id FROM transactions").await;
        let balance = json!({ "currency": "EUR", "before": 5_000, "after": 3_000, "transaction": transaction });
        assert_eq!(audit_rows(&server).await, [(
            format!("withdrawal_approved withdrawal {id}"),
            json!({ "from": "pending", "to": "approved", "balance": balance }),
        )]);
        let tied = "SELECT count(*) FROM transactions t JOIN admin_audit_log l ON l.request_id = t.ref \
            JOIN admin_action_log a ON a.request_id = t.ref JOIN withdrawals w ON w.transaction_id = t.id";
        assert_eq!(server.database.number(tied).await, 1);
    }

    async fn s001_27_who_approved_is_found_by_actor_and_url_in_both_spellings(server: TestServer) {
        let rita = server.admin(&[WithdrawalsApprove, WithdrawalsReject]).await;
        let auditor = server.admin(&[AdminUsersViewAdminAudit]).await;
        let (session, reader) = (server.session(&rita).await, server.session(&auditor).await);
        let ids = server.withdrawals(3).await;
        approve(&server, &session, ids[0]).await;
        reject(&server, &session, ids[1], "bank details are somebody else's").await;
        // As the seed spells it.
        let body = json!({ "withdrawal_id": ids[2], "confirm": true });
        let seeds = server.post("/admin/payments/withdraw/approve").session(&session).json(body).send().await;
        assert_eq!(seeds.status, 200, "{}", seeds.text);

        let found = async |query: &str| {
            let request = server.get(&format!("/api/v1/admin/users/admin-audit?{query}"));
            let body = request.session(&reader).send().await.json();
            let rows = body["data"].as_array().unwrap_or_else(|| panic!("{body}")).clone();
            let tell = |row: &Value| format!("{} {}", row["url"].as_str().unwrap(), row["status"]);
            let mut rows: Vec<_> = rows.iter().map(tell).collect();
            rows.reverse();
            rows
        };
        let approvals = [format!("{APPROVE} 200"), format!("{APPROVE} 200")];
        let by = rita.id;
        assert_eq!(found(&format!("userId={by}&url_contains=/admin/payments/withdraw/approve")).await, approvals);
        let filter = |route: &str| format!("filter=by:%23{by}%20route%3Dadmin/payments/withdraw/{route}");
        assert_eq!(found(&filter("approve")).await, approvals);
        assert_eq!(found(&filter("reject")).await, [format!("{REJECT} 200")]);
        assert_eq!(found(&format!("filter=by:%23{}%20route%3Dadmin/payments/withdraw/approve", auditor.id)).await, [""; 0]);
    }

    async fn s001_28_a_rejection_takes_a_reason_and_moves_nothing(server: TestServer) {
        let rita = server.admin(&[WithdrawalsReject]).await;
        let session = server.session(&rita).await;
        let id = server.withdrawals(1).await[0];
        let (user, _) = payee(&server, id).await;
        let post = async |body: Value| server.post(REJECT).session(&session).json(body).send().await;
        for (more, field) in [
            (json!({}), "reason"),
            (json!({ "reason": "no" }), "reason"),
            (json!({ "reason": " ".repeat(9) }), "reason"),
            (json!({ "reason": "x".repeat(501) }), "reason"),
            (json!({ "reason_code": "spam" }), "reason_code"),
        ] {
            let mut body = json!({ "withdrawal_id": id, "confirm": true });
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            post(body).await.names_fields(&[field]);
        }
        let body = json!({ "withdrawal_id": id, "confirm": true, "reason_code": "details", "reason": "  his brother's account " });
        let row = post(body).await.json();
        assert_eq!((&row["status"], &row["approved_by"], &row["decided_by_id"]), (&json!("rejected"), &Value::Null, &json!(rita.id)));
        assert_eq!((&row["reason"], &row["reason_code"]), (&json!("his brother's account"), &json!("details")));
        assert_eq!((wallet(&server, user).await, moved(&server).await), (vec!["5000 EUR v1".to_owned()], vec![]));
        // The words are about a person and stay with the withdrawal.
        assert_eq!(audit_rows(&server).await, [(
            format!("withdrawal_rejected withdrawal {id}"),
            json!({ "from": "pending", "to": "rejected", "reason_code": "details" }),
        )]);
        let other = server.withdrawals(1).await[0];
        let by_code = post(json!({ "withdrawal_id": other, "confirm": true, "reason_code": "terms" })).await.json();
        assert_eq!(by_code["reason"], "Terms of a bonus are not met");
    }

    async fn s001_28_each_decision_takes_its_own_permission(server: TestServer) {
        let ids = server.withdrawals(2).await;
        let before = server.database.snapshot().await;
        for (held, path, needed) in [
            (WithdrawalsReject, APPROVE, "withdrawals.approve"),
            (WithdrawalsApprove, REJECT, "withdrawals.reject"),
            (WithdrawalsView, APPROVE, "withdrawals.approve"),
            (WithdrawalsView, REJECT, "withdrawals.reject"),
        ] {
            let session = server.session(&server.admin(&[held]).await).await;
            let body = json!({ "withdrawal_id": ids[0], "confirm": true });
            let body = if path == REJECT { json!({ "withdrawal_id": ids[0], "confirm": true, "reason": "too much" }) } else { body };
            let refused = server.post(path).session(&session).json(body).send().await;
            assert_eq!(refused.refused(403, "permission_denied")["permission"], needed);
        }
        let changed = before.changed(&server.database.snapshot().await);
        assert!(!changed.iter().any(|table| ["withdrawals", "wallets", "transactions", "admin_audit_log"].contains(&table.as_str())), "{changed:?}");
        let session = server.session(&server.admin(&[WithdrawalsApprove]).await).await;
        list(&server, &session, "").await.refused(403, "permission_denied");
    }

    async fn c_45_both_need_a_confirmation(server: TestServer) {
        let session = server.session(&server.admin(&[WithdrawalsApprove, WithdrawalsReject]).await).await;
        let id = server.withdrawals(1).await[0];
        let before = server.database.snapshot().await;
        for path in [APPROVE, REJECT] {
            for confirm in [json!({}), json!({ "confirm": false }), json!({ "confirm": null })] {
                let mut body = json!({ "withdrawal_id": id });
                if path == REJECT {
                    body["reason"] = json!("too much");
                }
                body.as_object_mut().unwrap().extend(confirm.as_object().unwrap().clone());
                server.post(path).session(&session).json(body).send().await.refused(400, "confirm_required");
            }
        }
        assert_eq!(before.changed(&server.database.snapshot().await), Vec::<String>::new());
    }

    async fn c_16_what_is_so_already_leaves_no_trace_and_a_repeat_under_its_key_is_answered_again(server: TestServer) {
        let session = server.session(&server.admin(&[WithdrawalsApprove, WithdrawalsReject]).await).await;
        let ids = server.withdrawals(2).await;
        let send = || {
            let body = json!({ "withdrawal_id": ids[0], "confirm": true });
            server.post(APPROVE).session(&session).key("once").json(body).send()
        };
        let first = send().await;
        assert_eq!(first.status, 200, "{}", first.text);
        reject(&server, &session, ids[1], "too much").await;
        let before = server.database.snapshot().await;
        assert_eq!(send().await.text, first.text);
        assert_eq!(approve(&server, &session, ids[0]).await.text, first.text);
        // Whatever is said the second time, the first reason stands.
        let again = reject(&server, &session, ids[1], "for another reason").await.json();
        assert_eq!(again["reason"], "too much");
        assert_eq!(before.changed(&server.database.snapshot().await), Vec::<String>::new());
        assert_eq!(moved(&server).await.len(), 1);
    }
}
