//! Listing, filtering and paging.

use std::collections::BTreeSet;

use quarterdeck_api::permission::Permission::{self, WithdrawalsApprove, WithdrawalsView};
use serde_json::{Value, json};

use super::{approve, ids, list, payee};
use crate::harness::{Session, TestServer, on_both};

async fn viewer(server: &TestServer, more: &[Permission]) -> Session {
    let rita = server.admin(&[&[WithdrawalsView], more].concat()).await;
    server.session(&rita).await
}

on_both! {
    async fn s001_28_a_page_is_bare_json_with_what_the_person_holds(server: TestServer) {
        let session = viewer(&server, &[]).await;
        let id = server.withdrawals(1).await[0];
        let (user, email) = payee(&server, id).await;
        let row = json!({
            "id": id, "user_id": user, "user": email, "amount": 2_000, "currency": "EUR",
            "balance": { "amount": 5_000, "currency": "EUR", "version": 1 },
            "status": "pending", "requested_at": "2026-09-01T07:59:00Z", "approved_by": null,
            "decided_by_id": null, "decided_by": null, "decided_at": null, "reason": null, "reason_code": null, "version": 1,
        });
        list(&server, &session, "").await.is(200, json!({
            "data": [row], "total": 1, "total_exact": true, "next_cursor": null,
        }));
    }

    async fn the_table_takes_no_other_status_and_nothing_below_a_cent(server: TestServer) {
        let id = server.withdrawals(1).await[0];
        let mut connection = server.database.connect().await;
        for refused in [
            "status = 'done'",
            "amount = 0",
            "amount = -5",
            "status = 'approved'",
            "status = 'approved', decided_at = requested_at",
            "status = 'rejected'",
            "decided_at = requested_at",
        ] {
            let said = connection.refusal(&format!("UPDATE withdrawals SET {refused} WHERE id = {id}")).await;
            assert!(said.to_lowercase().contains("check"), "{refused}: {said}");
        }
        connection.execute("UPDATE withdrawals SET status = 'rejected', decided_at = requested_at").await;
        connection.close().await;
    }

    async fn the_oldest_comes_first_and_both_orders_page_by_cursor(server: TestServer) {
        let session = viewer(&server, &[]).await;
        let mut all = server.withdrawals(7).await;
        // Two at the same time: only the id tells their order.
        server.database.execute(
            "UPDATE withdrawals SET requested_at = (SELECT w.requested_at FROM withdrawals AS w WHERE w.id = 3) WHERE id = 4"
        ).await;
        for (sort, all) in [("requested_at", all.clone()), ("-requested_at", { all.reverse(); all })] {
            assert_eq!(ids(&list(&server, &session, &format!("?sort={sort}")).await), all);
            let mut seen = Vec::new();
            let mut query = format!("?sort={sort}&take=3");
            loop {
                let page = list(&server, &session, &query).await;
                assert_eq!(page.json()["total"], 7);
                seen.extend(ids(&page));
                let Some(cursor) = page.json()["next_cursor"].as_str().map(str::to_owned) else { break };
                query = format!("?sort={sort}&take=3&cursor={cursor}");
            }
            assert_eq!(seen, all, "{sort}");
            assert_eq!(ids(&list(&server, &session, &format!("?sort={sort}&take=3&page=2")).await), all[3..6]);
        }
    }

    async fn c_20_a_cursor_never_skips_or_repeats_while_withdrawals_are_decided(server: TestServer) {
        let session = viewer(&server, &[WithdrawalsApprove]).await;
        let all = server.withdrawals(20).await;
        let mut seen = Vec::new();
        let mut decided = BTreeSet::new();
        let mut query = "?status=pending&take=5".to_owned();
        loop {
            let page = list(&server, &session, &query).await;
            seen.extend(ids(&page));
            let behind = seen[seen.len() - 1];
            let ahead = all.iter().copied().find(|id| *id > behind + 2);
            for id in [Some(behind), ahead].into_iter().flatten() {
                decided.insert(id);
                assert_eq!(approve(&server, &session, id).await.status, 200);
            }
            let Some(cursor) = page.json()["next_cursor"].as_str().map(str::to_owned) else { break };
            query = format!("?status=pending&take=5&cursor={cursor}");
        }
        let unique: BTreeSet<_> = seen.iter().copied().collect();
        assert_eq!(unique.len(), seen.len(), "a row came twice: {seen:?}");
        let missed: Vec<_> = all.iter().filter(|id| !unique.contains(id) && !decided.contains(*id)).collect();
        assert!(missed.is_empty(), "rows were skipped: {missed:?}");
    }

    async fn parameters_narrow_the_list(server: TestServer) {
        let session = viewer(&server, &[]).await;
        let all = server.withdrawals(5).await;
        server.database.execute(
            "UPDATE withdrawals SET status = 'rejected', decided_at = requested_at WHERE id = 1;
             UPDATE users SET email = 'Zoe%@X.example', email_key = 'zoe%@x.example' \
             WHERE id = (SELECT user_id FROM withdrawals WHERE id = 5)"
        ).await;
        let (asker, _) = payee(&server, 4).await;
        let found = async |query: &str| ids(&list(&server, &session, query).await);
        assert_eq!(found("?status=rejected").await, [1]);
        assert_eq!(found("?status=rejected,approved").await, [1]);
        assert_eq!(found("?status=").await, all);
        assert_eq!(found(&format!("?user_id={asker}")).await, [4]);
        assert_eq!(found("?user_id=0").await, [0; 0]);
        assert_eq!(found("?q=zoe%25").await, [5]);
        assert_eq!(found("?q=oe").await, [0; 0], "a prefix, not any part");
        assert_eq!(found("?q=%233").await, [3]);
        assert_eq!(found("?from=2026-09-01T07:56:00Z&to=2026-09-01T07:58:00Z").await, [2, 3]);
    }

    async fn a_bad_value_is_400_with_its_field(server: TestServer) {
        let session = viewer(&server, &[]).await;
        for (query, field) in [
            ("?status=PENDING", "status"),
            ("?user_id=x", "user_id"),
            ("?sort=amount", "sort"),
            ("?take=0", "take"),
            ("?take=101", "take"),
            ("?page=0", "page"),
            ("?cursor=!!", "cursor"),
            ("?from=yesterday", "from"),
            ("?limit=10", "limit"),
            ("?q=%00", "q"),
        ] {
            let reply = list(&server, &session, query).await;
            assert_eq!(reply.status, 400, "{query}: {}", reply.text);
            reply.names_fields(&[field]);
        }
    }

    async fn c_20_beyond_ten_thousand_the_total_is_a_floor(server: TestServer) {
        let session = viewer(&server, &[]).await;
        server.withdrawals(1).await;
        server.database.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) \
             INSERT INTO withdrawals (user_id, amount, currency, status, requested_at, updated_at) \
             SELECT user_id, amount, currency, status, requested_at, updated_at FROM n, withdrawals AS w"
        ).await;
        let total = async |query: &str| {
            let body = list(&server, &session, query).await.json();
            (body["total"].clone(), body["total_exact"].clone())
        };
        assert_eq!(total("").await, (json!(10_000), Value::Bool(false)));
        assert_eq!(total("?count=exact").await, (json!(10_001), Value::Bool(true)));
    }
}
