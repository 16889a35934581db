//! What other rooms ask of this one: of a person.

use quarterdeck_api::permission::Permission::{UserAnonymize, UserExport, WithdrawalsReject};
use serde_json::{Value, json};

use super::{payee, reject};
use crate::harness::on_both;

on_both! {
    async fn the_export_of_a_person_holds_its_withdrawals_and_no_operator(server: TestServer) {
        let rita = server.admin(&[WithdrawalsReject, UserExport]).await;
        let session = server.session(&rita).await;
        let ids = server.withdrawals(2).await;
        let (person, _) = payee(&server, ids[0]).await;
        let later = server.withdrawal(person, 100, server.now()).await;
        reject(&server, &session, ids[0], "bank details are not his").await;
        let export = server.post(&format!("/api/v1/admin/users/{person}/export")).session(&session).send().await.json();
        let row = |id: i64, amount: i64, status: &str, requested: &str, decided: Value, reason: Value| json!({
            "id": id, "amount": amount, "currency": "EUR", "status": status, "requested_at": requested,
            "decided_at": decided, "reason": reason, "reason_code": null, "transaction_id": null,
        });
        let now = "2026-09-01T08:00:00Z";
        assert_eq!(export["withdrawals"], json!([
            row(ids[0], 2_000, "rejected", "2026-09-01T07:58:00Z", json!(now), json!("bank details are not his")),
            row(later, 100, "pending", now, Value::Null, Value::Null),
        ]));
    }

    async fn anonymizing_blanks_why_a_person_was_refused_and_nobody_else(server: TestServer) {
        let rita = server.admin(&[WithdrawalsReject, UserAnonymize]).await;
        let session = server.session(&rita).await;
        let ids = server.withdrawals(3).await;
        let (person, _) = payee(&server, ids[0]).await;
        server.withdrawal(person, 100, server.now()).await;
        for id in &ids[..2] {
            reject(&server, &session, *id, "Zoe's bank says no").await;
        }
        let body = json!({ "reason": "asked for it", "confirm": true });
        let path = format!("/api/v1/admin/users/{person}/anonymize");
        let erased = server.post(&path).session(&session).json(body).send().await;
        assert_eq!(erased.status, 200, "{}", erased.text);
        let rows = "SELECT status || ' ' || coalesce(reason, '-') || ' ' || version FROM withdrawals ORDER BY id";
        assert_eq!(
            server.database.texts(rows).await,
            ["rejected - 3", "rejected Zoe's bank says no 2", "pending - 1", "pending - 1"]
        );
        // Nor is anything kept of what is said of them later.
        reject(&server, &session, 4, "Zoe is gone").await;
        let later = "SELECT status || ' ' || coalesce(reason, '-') FROM withdrawals WHERE id = 4";
        assert_eq!(server.database.texts(later).await, ["rejected -"]);
        // What was sent then is out of the log of requests too; that of the other stays.
        let kept = "SELECT count(*) FROM admin_action_log WHERE request_body LIKE '%bank says no%'";
        assert_eq!(server.database.number(kept).await, 1);
    }
}
