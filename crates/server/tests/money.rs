//! What people hold and moved.

use quarterdeck_api::permission::Permission::{UserExport, UserView};
use serde_json::json;

use crate::harness::on_both;

on_both! {
    async fn s004_11_the_eleven_figures_of_a_person_by_the_seeds_own_route(server: TestServer) {
        let session = server.session(&server.admin(&[UserView, UserExport]).await).await;
        let (person, idle) = (server.plain().await.id, server.plain().await.id);
        let at = "'2026-09-01 07:00:00+00:00'";
        for statement in [
            format!("INSERT INTO wallets (user_id, balance, currency) VALUES ({person}, 1500, 'EUR')"),
            format!(
                "INSERT INTO transactions (user_id, kind, amount, won, reason, created_at) VALUES \
                 ({person}, 'deposit', 20000, FALSE, NULL, {at}), ({person}, 'bet', 5000, TRUE, NULL, {at}), \
                 ({person}, 'bet', 3001, FALSE, NULL, {at}), ({person}, 'bet', 2000, FALSE, NULL, {at}), \
                 ({person}, 'payout', 6000, FALSE, NULL, {at}), ({person}, 'withdraw', 4000, FALSE, NULL, {at}), \
                 ({person}, 'adjust', 77, FALSE, 'goodwill', {at}), ({idle}, 'adjust', 1, FALSE, NULL, {at})"
            ),
        ] {
            server.database.execute(&statement).await;
        }
        let stats = async |id: i64| server.get(&format!("/admin/user/{id}/full/stats")).session(&session).send().await;
        let expected = json!({
            "currency": "EUR", "balance": 1_500, "totalWagered": 10_001, "totalPayouts": 6_000, "totalDeposits": 20_000,
            "totalWithdraws": 4_000, "ltv": 14_500, "ggr": 4_001, "rtp": 0.5999, "avgBet": 3_334, "winRate": 0.3333,
            "netDeposit": 16_000, "totalLoss": 4_001,
        });
        stats(person).await.is(200, expected.clone());
        let drawer = server.get(&format!("/api/v1/admin/users/{person}/full")).session(&session).send().await.json();
        assert_eq!(drawer["stats"], expected);
        stats(idle).await.is(200, json!({
            "currency": "", "balance": 0, "totalWagered": 0, "totalPayouts": 0, "totalDeposits": 0, "totalWithdraws": 0,
            "ltv": 0, "ggr": 0, "rtp": 0.0, "avgBet": 0, "winRate": 0.0, "netDeposit": 0, "totalLoss": 0,
        }));
        stats(9_999).await.refused(404, "not_found");
        let bare = server.session(&server.admin(&[UserExport]).await).await;
        let denied = server.get(&format!("/admin/user/{person}/full/stats")).session(&bare).send().await;
        denied.refused(403, "permission_denied");
        let export = server.post(&format!("/api/v1/admin/users/{person}/export")).session(&session).send().await.json();
        let moved = export["transactions"].as_array().unwrap();
        assert_eq!((moved.len(), &moved[6]["reason"]), (7, &json!("goodwill")));
    }
}
