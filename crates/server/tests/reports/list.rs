//! Listing, filtering, paging by age (S003-30, C-03, C-20).

use std::collections::BTreeSet;

use quarterdeck_api::permission::Permission::{ReportsDismiss, ReportsResolve, ReportsView};
use serde_json::{Value, json};

use super::{REPORTS, decide, decide_bulk, ids, list, pending_row};
use crate::harness::{Backend, Session, TestServer, on_both};

async fn viewer(server: &TestServer) -> Session {
    let rita = server
        .admin(&[ReportsView, ReportsResolve, ReportsDismiss])
        .await;
    server.session(&rita).await
}

on_both! {
    async fn s003_30_a_page_is_bare_json_oldest_first(server: TestServer) {
        let session = viewer(&server).await;
        server.reports_about(&["subject", "other", "third"]).await;
        let page = list(&server, &session, "?take=2").await;
        let mut first = pending_row(&server).await;
        first["created_at"] = json!("2026-09-01T07:57:00Z");
        let mut second = first.clone();
        second["id"] = json!(2);
        second["created_at"] = json!("2026-09-01T07:58:00Z");
        second["reported"] = json!("other@people.example");
        second["reported_user_id"] = json!(server.person("other").await);
        page.is(200, json!({
            "data": [first, second],
            "total": 3,
            "total_exact": true,
            "next_cursor": page.text_at("/next_cursor"),
        }));
        let last = list(&server, &session, &format!("?take=2&cursor={}", page.text_at("/next_cursor"))).await;
        assert_eq!((ids(&last), &last.json()["next_cursor"]), (vec![3], &Value::Null));
        list(&server, &session, "?status=dismissed").await.is(200, json!({
            "data": [], "total": 0, "total_exact": true, "next_cursor": null,
        }));
    }

    async fn one_report_is_read_with_what_the_reporter_wrote(server: TestServer) {
        let session = viewer(&server).await;
        server.reports(1).await;
        let get = |id: &str| server.get(&format!("{REPORTS}/{id}")).session(&session).send();
        let mut view = pending_row(&server).await;
        view["body"] = json!("Report 0.");
        view["context"] = json!({
            "upheld_reports": 0, "bans": 0, "rejected_applications": 0, "notes": null, "likely_same": null,
        });
        get("1").await.is(200, view);
        for missing in ["2", "0", "-1", "9223372036854775807"] {
            get(missing).await.refused(404, "not_found");
        }
        for nonsense in ["x", "1.5", "9223372036854775808", "1%00", "%23"] {
            get(nonsense).await.names_fields(&["id"]);
        }
    }

    async fn s003_30_filters_narrow_the_list(server: TestServer) {
        let session = viewer(&server).await;
        let all = server.reports_about(&["zoe", "anna", "zoe", "bob", "zoe", "anna"]).await;
        server.database.execute(
            "UPDATE user_reports SET status = 'resolved' WHERE id = 1;
             UPDATE user_reports SET status = 'dismissed' WHERE id = 2;
             UPDATE user_reports SET reason = 'Äußerst o_%', reason_key = 'äußerst o_%' WHERE id = 4;
             UPDATE user_reports SET reason = 'Zoophobia', reason_key = 'zoophobia' WHERE id = 6"
        ).await;
        let (zoe, anna) = (server.person("zoe").await, server.person("anna").await);
        server.database.execute(&format!("UPDATE user_reports SET reporter_id = {zoe} WHERE id IN (2, 6)")).await;
        let found = async |query: &str| ids(&list(&server, &session, query).await);
        assert_eq!(found("?status=resolved").await, [1]);
        assert_eq!(found("?status=resolved,dismissed").await, [1, 2]);
        assert_eq!(found("?status=").await, all);
        assert_eq!(found(&format!("?reporter_id={zoe}")).await, [2, 6]);
        assert_eq!(found(&format!("?reported_user_id={zoe}")).await, [1, 3, 5]);
        assert_eq!(found(&format!("?reported_user_id={anna}&reporter_id={zoe}")).await, [2, 6]);
        assert_eq!(found(&format!("?reported_user_id={zoe}&status=pending")).await, [3, 5]);
        assert_eq!(found("?reported_user_id=0").await, [0; 0]);
        assert_eq!(found("?min_reports=0").await, all);
        assert_eq!(found("?min_reports=2").await, [1, 2, 3, 5, 6]);
        assert_eq!(found("?min_reports=3").await, [1, 3, 5]);
        assert_eq!(found("?min_reports=4294967295").await, [0; 0]);
        assert_eq!(found("?q=").await, all);
        assert_eq!(found("?q=ZOE@people").await, [1, 3, 5]);
        assert_eq!(found("?q=zo").await, [1, 3, 5, 6], "the person's e-mail, or the reason");
        assert_eq!(found("?q=reporter").await, [0; 0], "the reported person's, not the reporter's");
        assert_eq!(found("?q=%C3%84u%C3%9FER").await, [4]);
        assert_eq!(found("?q=_").await, [0; 0], "no wildcard but the end");
        assert_eq!(found("?q=oe@").await, [0; 0], "a prefix, not any part");
        assert_eq!(found("?q=%236").await, [6]);
        assert_eq!(found("?q=%23").await, [0; 0]);
        assert_eq!(found("?q=zo&status=pending&min_reports=3").await, [3, 5]);
        assert_eq!(found("?from=2026-09-01T07:56:00Z&to=2026-09-01T07:58:00Z").await, [3, 4]);
        assert_eq!(found("?from=2026-09-01T09:56:00%2B02:00").await, [3, 4, 5, 6]);
    }

    async fn s003_30_pages_by_number_and_the_other_way(server: TestServer) {
        let session = viewer(&server).await;
        let mut all = server.reports(25).await;
        let second = list(&server, &session, "?page=2&take=10&status=pending").await;
        assert_eq!((ids(&second), &second.json()["total"]), (all[10..20].to_vec(), &json!(25)));
        all.reverse();
        let first = list(&server, &session, "?sort=-created_at&take=20").await;
        assert_eq!(ids(&first), all[..20]);
        let cursor = first.text_at("/next_cursor");
        let second = list(&server, &session, &format!("?sort=-created_at&take=20&cursor={cursor}")).await;
        assert_eq!((ids(&second), &second.json()["next_cursor"]), (all[20..].to_vec(), &Value::Null));
    }

    async fn c_20_a_cursor_never_skips_or_repeats_while_reports_are_settled(server: TestServer) {
        let session = viewer(&server).await;
        let all = server.reports(40).await;
        // Five of the same moment: only the id tells their order.
        server.database.execute(
            "UPDATE user_reports SET created_at = (SELECT min(created_at) FROM user_reports WHERE id = 18) \
             WHERE id BETWEEN 18 AND 22"
        ).await;
        let mut seen = Vec::new();
        let mut settled: BTreeSet<i64> = BTreeSet::new();
        let mut query = "?status=pending&take=7".to_owned();
        loop {
            let page = list(&server, &session, &query).await;
            seen.extend(ids(&page));
            // One behind the reader and one before it are settled between two pages.
            let behind = seen[seen.len() - 1];
            let ahead = all.iter().find(|id| !seen.contains(id) && !settled.contains(*id) && **id > behind + 3);
            let now: Vec<i64> = [Some(behind), ahead.copied()].into_iter().flatten().collect();
            settled.extend(&now);
            assert_eq!(decide_bulk(&server, &session, json!({ "ids": now, "status": "resolved" })).await.status, 200);
            let Some(cursor) = page.json()["next_cursor"].as_str().map(str::to_owned) else { break };
            query = format!("?status=pending&take=7&cursor={cursor}");
        }
        let unique: BTreeSet<_> = seen.iter().copied().collect();
        assert_eq!(unique.len(), seen.len(), "a row came twice: {seen:?}");
        let missed: Vec<_> = all.iter().filter(|id| !unique.contains(id) && !settled.contains(*id)).collect();
        assert!(missed.is_empty(), "rows were skipped: {missed:?}");
    }

    async fn s003_09_a_settled_report_leaves_the_pending_ones(server: TestServer) {
        let session = viewer(&server).await;
        let all = server.reports(3).await;
        let before = list(&server, &session, "?status=pending").await;
        assert_eq!((ids(&before), before.header("cache-control")), (all.clone(), "no-store"));
        decide(&server, &session, json!({ "report_id": all[0], "status": "resolved" })).await;
        decide(&server, &session, json!({ "report_id": all[2], "status": "dismissed" })).await;
        assert_eq!(ids(&list(&server, &session, "?status=pending").await), [all[1]]);
    }

    async fn a_bad_value_is_400_with_its_field(server: TestServer) {
        let session = viewer(&server).await;
        for (query, field) in [
            ("?status=DONE", "status"),
            ("?status=PENDING", "status"),
            ("?sort=report_count", "sort"),
            ("?take=0", "take"),
            ("?take=101", "take"),
            ("?page=0", "page"),
            ("?cursor=!!", "cursor"),
            ("?cursor=", "cursor"),
            ("?from=yesterday", "from"),
            ("?to=%2B20000-01-01T00:00:00Z", "to"),
            ("?reporter_id=me", "reporter_id"),
            ("?reported_user_id=1.5", "reported_user_id"),
            ("?min_reports=-1", "min_reports"),
            ("?min_reports=many", "min_reports"),
            ("?count=some", "count"),
            ("?q=%00", "q"),
            ("?user_id=1", "user_id"),
        ] {
            let reply = list(&server, &session, query).await;
            assert_eq!(reply.status, 400, "{query}: {}", reply.text);
            reply.names_fields(&[field]);
        }
    }

    async fn p20_no_query_makes_the_list_fail_inside(server: TestServer) {
        let session = viewer(&server).await;
        server.reports(3).await;
        for query in [
            "?q=%F0%9F%92%A9%E2%80%AE%07%1b[31m",
            "?q=%23-1",
            "?q=%2399999999999999999999",
            "?q=%FF%FE",
            "?reporter_id=-9223372036854775808",
            "?reported_user_id=9223372036854775807",
            // report_count.-9223372036854775808.9223372036854775807.-1
            "?sort=-report_count&cursor=cmVwb3J0X2NvdW50Li05MjIzMzcyMDM2ODU0Nzc1ODA4LjkyMjMzNzIwMzY4NTQ3NzU4MDcuLTE",
            "?status=,,,",
            "?&&=&",
            &format!("?q={}", "x".repeat(8_000)),
        ] {
            let reply = list(&server, &session, query).await;
            assert!([200, 400].contains(&reply.status), "{query}: {} {}", reply.status, reply.text);
        }
    }

    async fn hostile_text_comes_back_as_it_was_stored(server: TestServer) {
        let session = viewer(&server).await;
        server.reports(1).await;
        let escape = match server.database.backend {
            Backend::Sqlite => "char(27) || '[31m' || char(8238)",
            Backend::Postgres => "chr(27) || '[31m' || chr(8238)",
        };
        server.database.execute(&format!("UPDATE user_reports SET reason = 'a' || {escape} || 'b'")).await;
        assert_eq!(list(&server, &session, "").await.text_at("/data/0/reason"), "a\u{1b}[31m\u{202e}b");
    }
}
