//! How often a person was reported: told in each row, and an order of the list (S003-84).

use quarterdeck_api::permission::Permission::{ReportsResolve, ReportsView};
use serde_json::{Value, json};

use super::{decide_bulk, ids, list};
use crate::harness::{Reply, Session, TestServer, on_both};

const BY_COUNT: &str = "?sort=-report_count";

async fn viewer(server: &TestServer) -> Session {
    let rita = server.admin(&[ReportsView, ReportsResolve]).await;
    server.session(&rita).await
}

/// `id ×count name` of each row.
fn rows(reply: &Reply) -> Vec<String> {
    let body = reply.json();
    let rows = body["data"].as_array().unwrap();
    rows.iter()
        .map(|row| {
            let (name, _) = row["reported"].as_str().unwrap().split_once('@').unwrap();
            format!("{} ×{} {name}", row["id"], row["report_count"])
        })
        .collect()
}

/// Every page, one after the other.
async fn walk(server: &TestServer, session: &Session, query: &str) -> Vec<i64> {
    let mut seen = Vec::new();
    let mut next = String::new();
    loop {
        let page = list(server, session, &format!("{query}{next}")).await;
        assert_eq!(page.status, 200, "{}", page.text);
        seen.extend(ids(&page));
        let Some(cursor) = page.json()["next_cursor"].as_str().map(str::to_owned) else {
            return seen;
        };
        next = format!("&cursor={cursor}");
    }
}

on_both! {
    async fn s003_84_who_was_reported_most_comes_first_with_all_reports_together(server: TestServer) {
        let session = viewer(&server).await;
        server.reports_about(&["once", "thrice", "twice", "thrice", "twice", "thrice"]).await;
        let page = list(&server, &session, BY_COUNT).await;
        assert_eq!(rows(&page), ["2 ×3 thrice", "4 ×3 thrice", "6 ×3 thrice", "3 ×2 twice", "5 ×2 twice", "1 ×1 once"]);
        assert_eq!(page.json()["total"], 6);
        assert_eq!(rows(&list(&server, &session, "?take=1").await), ["1 ×1 once"], "in every order the count is told");
        let few = list(&server, &session, "?sort=-report_count&min_reports=2&take=4").await;
        assert_eq!((ids(&few), &few.json()["total"]), (vec![2, 4, 6, 3], &json!(5)));
        assert_eq!(ids(&list(&server, &session, "?sort=-report_count&q=twice").await), [3, 5]);
        assert_eq!(ids(&list(&server, &session, "?sort=-report_count&take=2&page=2").await), [6, 3]);
    }

    async fn s003_84_settled_reports_count_too_and_may_be_left_out(server: TestServer) {
        let session = viewer(&server).await;
        server.reports_about(&["thrice", "twice", "thrice", "twice", "thrice"]).await;
        decide_bulk(&server, &session, json!({ "ids": [1, 3], "status": "resolved" })).await;
        let open = list(&server, &session, "?sort=-report_count&status=pending").await;
        assert_eq!(rows(&open), ["5 ×3 thrice", "2 ×2 twice", "4 ×2 twice"]);
    }

    async fn s003_84_pages_of_any_length_make_the_same_list(server: TestServer) {
        let session = viewer(&server).await;
        let names: Vec<_> = (0..60).map(|number| format!("person-{}", number * number % 17)).collect();
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        server.reports_about(&names).await;
        let whole = ids(&list(&server, &session, "?sort=-report_count&take=100").await);
        assert_eq!(whole.len(), 60);
        for take in [1, 2, 3, 7, 59, 60] {
            assert_eq!(walk(&server, &session, &format!("{BY_COUNT}&take={take}")).await, whole, "take {take}");
        }
        let every_third: Vec<_> = whole.iter().copied().filter(|id| id % 3 == 0).collect();
        server.database.execute("UPDATE user_reports SET status = 'dismissed' WHERE id % 3 = 0").await;
        assert_eq!(walk(&server, &session, "?sort=-report_count&status=dismissed&take=4").await, every_third);
    }

    async fn a_cursor_of_another_order_is_refused(server: TestServer) {
        let session = viewer(&server).await;
        server.reports(3).await;
        for (of, for_) in [("created_at", "-report_count"), ("-report_count", "created_at"), ("-report_count", "-created_at")] {
            let cursor = list(&server, &session, &format!("?take=1&sort={of}")).await.text_at("/next_cursor");
            let reply = list(&server, &session, &format!("?take=1&sort={for_}&cursor={cursor}")).await;
            reply.names_fields(&["cursor"]);
        }
    }

    async fn c_20_twenty_thousand_reports_are_paged_without_a_gap(server: TestServer) {
        let session = viewer(&server).await;
        server.reports(1).await;
        // 20,000 reports about 4,000 persons, five about each.
        server.database.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000) \
             INSERT INTO users (email, email_key, created_at, updated_at) \
             SELECT 'n' || i, 'n' || i, u.created_at, u.created_at FROM n, users AS u WHERE u.email LIKE 'subject@%'; \
             INSERT INTO report_subjects (user_id, reports) SELECT id, 5 FROM users WHERE email LIKE 'n%'; \
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) \
             INSERT INTO user_reports (reporter_id, reported_user_id, reason, reason_key, body, status, created_at) \
             SELECT r.reporter_id, s.user_id, 'Spam', 'spam', '', 'pending', r.created_at \
             FROM report_subjects AS s, n, user_reports AS r WHERE s.reports = 5"
        ).await;
        let page = list(&server, &session, "?sort=-report_count&take=100").await;
        assert_eq!((&page.json()["total"], &page.json()["total_exact"]), (&json!(10_000), &json!(false)));
        let exact = list(&server, &session, "?sort=-report_count&take=1&count=exact").await;
        assert_eq!((&exact.json()["total"], &exact.json()["total_exact"]), (&json!(20_001), &json!(true)));
        let mut seen = walk(&server, &session, "?sort=-report_count&take=100").await;
        assert_eq!((seen.len(), seen.last()), (20_001, Some(&1)));
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 20_001);
    }

    async fn the_count_is_kept_with_every_report_that_comes_in(server: TestServer) {
        server.reports_about(&["a", "b", "a"]).await;
        server.reports_about(&["a", "c"]).await;
        let kept = "SELECT u.email || ' ' || s.reports FROM report_subjects s JOIN users u ON u.id = s.user_id ORDER BY u.email";
        let counted = "SELECT u.email || ' ' || count(*) FROM user_reports r JOIN users u ON u.id = r.reported_user_id \
            GROUP BY u.email ORDER BY u.email";
        let expected = ["a@people.example 3", "b@people.example 1", "c@people.example 1"];
        assert_eq!(server.database.texts(kept).await, expected);
        assert_eq!(server.database.texts(counted).await, expected);
        let nobody: Vec<Value> = Vec::new();
        let session = viewer(&server).await;
        assert_eq!(list(&server, &session, "?min_reports=4").await.json()["data"], json!(nobody));
    }
}
