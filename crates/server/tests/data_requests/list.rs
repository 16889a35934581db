//! Listing, filtering, paging, and the time left (S003-32, S003-41, S003-48, C-20).

use std::collections::BTreeSet;

use chrono::TimeDelta;
use quarterdeck_api::permission::Permission::{self, DataRequestsUpdate, DataRequestsView};
use serde_json::{Value, json};

use super::{QUEUE, fresh_row, ids, list, update};
use crate::harness::{Session, TestServer, on_both};

async fn viewer(server: &TestServer, more: &[Permission]) -> Session {
    let sam = server.admin(&[&[DataRequestsView], more].concat()).await;
    server.session(&sam).await
}

on_both! {
    async fn s003_32_a_page_is_bare_json_with_the_time_left(server: TestServer) {
        let session = viewer(&server, &[]).await;
        server.data_requests(1).await;
        let row = fresh_row(&server).await;
        list(&server, &session, "").await.is(200, json!({
            "data": [row], "total": 1, "total_exact": true, "next_cursor": null,
        }));
        server.get(&format!("{QUEUE}/1")).session(&session).send().await.is(200, row);
        for missing in ["2", "0", "-1", "9223372036854775807"] {
            let get = server.get(&format!("{QUEUE}/{missing}")).session(&session);
            get.send().await.refused(404, "not_found");
        }
        server.get(&format!("{QUEUE}/x")).session(&session).send().await.names_fields(&["id"]);
    }

    async fn s003_32_thirty_one_days_old_is_overdue(server: TestServer) {
        let session = viewer(&server, &[]).await;
        server.data_request(0, server.now() - TimeDelta::days(31), None).await;
        let row = &list(&server, &session, "").await.json()["data"][0];
        assert_eq!((&row["overdue"], &row["seconds_left"]), (&json!(true), &json!(-86_400)));
    }

    async fn s003_48_the_clock_alone_makes_a_request_overdue(server: TestServer) {
        let age = TimeDelta::days(29) + TimeDelta::hours(23);
        let old = server.data_request(0, server.now() - age, None).await;
        let long = server.data_request(1, server.now() - TimeDelta::days(90), Some(server.now() + TimeDelta::days(9))).await;
        let short = server.data_request(2, server.now(), Some(server.now() - TimeDelta::minutes(1))).await;
        // A session is shorter than the hours that pass here.
        let found = async |query: &str| ids(&list(&server, &viewer(&server, &[]).await, query).await);
        let overdue = async || found("?overdue=true").await;
        let in_time = async || found("?overdue=false").await;
        assert_eq!((overdue().await, in_time().await), (vec![short], vec![old, long]));
        // 30 days to the microsecond are still in time.
        server.advance(TimeDelta::hours(1));
        assert_eq!((overdue().await, in_time().await), (vec![short], vec![old, long]));
        server.advance(TimeDelta::minutes(1));
        assert_eq!((overdue().await, in_time().await), (vec![short, old], vec![long]));
        let session = viewer(&server, &[DataRequestsUpdate]).await;
        for row in list(&server, &session, "").await.json()["data"].as_array().unwrap() {
            assert_eq!(row["overdue"] == json!(true), row["id"] != json!(long), "{row}");
        }
        // What was answered, however late, is not overdue.
        update(&server, &session, json!({ "request_id": short, "status": "completed" })).await;
        update(&server, &session, json!({ "request_id": old, "status": "failed" })).await;
        assert_eq!((overdue().await, in_time().await), (vec![], vec![short, old, long]));
    }

    async fn s003_41_the_table_holds_what_the_seed_names_and_nothing_else(server: TestServer) {
        server.data_requests(1).await;
        let columns = "SELECT count(*) FROM (SELECT user_id, kind, status, created_at, due_at FROM data_requests) AS seed_columns";
        assert_eq!(server.database.number(columns).await, 1);
        let mut connection = server.database.connect().await;
        for (column, values, refused) in [
            ("status", &["pending", "completed", "failed"][..], "done"),
            ("kind", &["export", "deletion"], "correction"),
        ] {
            for value in values {
                connection.execute(&format!("UPDATE data_requests SET {column} = '{value}'")).await;
            }
            let said = connection.refusal(&format!("UPDATE data_requests SET {column} = '{refused}'")).await;
            assert!(said.to_lowercase().contains("check"), "{said}");
        }
        connection.execute("UPDATE data_requests SET due_at = NULL").await;
        connection.close().await;
    }

    async fn the_next_deadline_comes_first_and_both_orders_page_by_cursor(server: TestServer) {
        let session = viewer(&server, &[]).await;
        let mut all = server.data_requests(7).await;
        // The last one sent in is due first; two have the same deadline.
        let due = server.now() + TimeDelta::days(1);
        let urgent = server.data_request(9, server.now(), Some(due)).await;
        let twin = server.data_request(8, server.now(), Some(due)).await;
        all.splice(0..0, [urgent, twin]);
        for (sort, all) in [("deadline", all.clone()), ("-deadline", all.into_iter().rev().collect())] {
            assert_eq!(ids(&list(&server, &session, &format!("?sort={sort}")).await), all);
            let mut seen = Vec::new();
            let mut query = format!("?sort={sort}&take=4");
            loop {
                let page = list(&server, &session, &query).await;
                assert_eq!(page.json()["total"], 9);
                seen.extend(ids(&page));
                let Some(cursor) = page.json()["next_cursor"].as_str().map(str::to_owned) else { break };
                query = format!("?sort={sort}&take=4&cursor={cursor}");
            }
            assert_eq!(seen, all, "{sort}");
            assert_eq!(ids(&list(&server, &session, &format!("?sort={sort}&take=4&page=2")).await), all[4..8]);
        }
    }

    async fn c_20_a_cursor_never_skips_or_repeats_while_requests_are_answered(server: TestServer) {
        let session = viewer(&server, &[DataRequestsUpdate]).await;
        let all = server.data_requests(30).await;
        // Five with the same deadline: only the id tells their order.
        server.database.execute(
            "UPDATE data_requests SET deadline = (SELECT d.deadline FROM data_requests AS d WHERE d.id = 13) \
             WHERE id BETWEEN 13 AND 17"
        ).await;
        let mut seen = Vec::new();
        let mut answered: BTreeSet<i64> = BTreeSet::new();
        let mut query = "?status=pending&take=7".to_owned();
        loop {
            let page = list(&server, &session, &query).await;
            seen.extend(ids(&page));
            let behind = seen[seen.len() - 1];
            let ahead = all.iter().copied().find(|id| *id > behind + 3);
            for id in [Some(behind), ahead].into_iter().flatten() {
                answered.insert(id);
                let body = json!({ "request_id": id, "status": "completed" });
                assert_eq!(update(&server, &session, body).await.status, 200);
            }
            let Some(cursor) = page.json()["next_cursor"].as_str().map(str::to_owned) else { break };
            query = format!("?status=pending&take=7&cursor={cursor}");
        }
        let unique: BTreeSet<_> = seen.iter().copied().collect();
        assert_eq!(unique.len(), seen.len(), "a row came twice: {seen:?}");
        let missed: Vec<_> = all.iter().filter(|id| !unique.contains(id) && !answered.contains(*id)).collect();
        assert!(missed.is_empty(), "rows were skipped: {missed:?}");
    }

    async fn filters_narrow_the_list(server: TestServer) {
        let session = viewer(&server, &[]).await;
        let all = server.data_requests(5).await;
        server.database.execute(
            "UPDATE data_requests SET status = 'completed' WHERE id = 1;
             UPDATE data_requests SET status = 'failed', kind = 'deletion' WHERE id = 2;
             UPDATE data_requests SET kind = 'deletion' WHERE id = 3;
             UPDATE users SET email = 'Zoe%@X.example', email_key = 'zoe%@x.example' WHERE email LIKE 'asker-4%'"
        ).await;
        let asker = server.database.number("SELECT user_id FROM data_requests WHERE id = 4").await;
        let found = async |query: &str| ids(&list(&server, &session, query).await);
        assert_eq!(found("?status=completed").await, [1]);
        assert_eq!(found("?status=completed,failed").await, [1, 2]);
        assert_eq!(found("?status=").await, all);
        assert_eq!(found("?kind=deletion").await, [2, 3]);
        assert_eq!(found("?kind=deletion,export&status=pending").await, [3, 4, 5]);
        assert_eq!(found(&format!("?user_id={asker}")).await, [4]);
        assert_eq!(found("?user_id=0").await, [0; 0]);
        assert_eq!(found("?q=").await, all);
        assert_eq!(found("?q=ASKER-").await, [1, 2, 3, 4]);
        assert_eq!(found("?q=zoe%25").await, [5]);
        assert_eq!(found("?q=_").await, [0; 0], "no wildcard but the end");
        assert_eq!(found("?q=oe").await, [0; 0], "a prefix, not any part");
        assert_eq!(found("?q=%233").await, [3]);
        assert_eq!(found("?from=2026-10-01T07:56:00Z&to=2026-10-01T07:58:00Z").await, [2, 3]);
        assert_eq!(found("?overdue=false&q=asker").await, [1, 2, 3, 4]);
    }

    async fn a_bad_value_is_400_with_its_field(server: TestServer) {
        let session = viewer(&server, &[]).await;
        for (query, field) in [
            ("?status=PENDING", "status"),
            ("?kind=erasure", "kind"),
            ("?overdue=maybe", "overdue"),
            ("?user_id=x", "user_id"),
            ("?sort=created_at", "sort"),
            ("?take=0", "take"),
            ("?take=101", "take"),
            ("?page=0", "page"),
            ("?cursor=!!", "cursor"),
            ("?from=yesterday", "from"),
            ("?from=-9999-01-01T00:00:00Z", "from"),
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
        server.data_requests(1).await;
        server.database.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) \
             INSERT INTO data_requests (user_id, kind, status, created_at, deadline, updated_at) \
             SELECT user_id, kind, status, created_at, deadline, updated_at FROM n, data_requests AS d"
        ).await;
        let total = async |query: &str| {
            let body = list(&server, &session, query).await.json();
            (body["total"].clone(), body["total_exact"].clone())
        };
        assert_eq!(total("").await, (json!(10_000), Value::Bool(false)));
        assert_eq!(total("?count=exact").await, (json!(10_001), Value::Bool(true)));
    }
}
