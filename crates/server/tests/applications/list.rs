//! Listing, filtering, paging (S003-28, S003-82, C-03, C-20).

use std::collections::BTreeSet;

use quarterdeck_api::permission::Permission::{self, ApplicationsApprove, ApplicationsView};
use serde_json::{Value, json};

use super::{LIST, decide};
use crate::harness::{Reply, Session, TestServer, on_both};

async fn list(server: &TestServer, session: &Session, query: &str) -> Reply {
    server
        .get(&format!("{LIST}{query}"))
        .session(session)
        .send()
        .await
}

async fn viewer(server: &TestServer, more: &[Permission]) -> Session {
    let ana = server.admin(&[&[ApplicationsView], more].concat()).await;
    server.session(&ana).await
}

fn ids(reply: &Reply) -> Vec<i64> {
    let body = reply.json();
    let rows = body["data"].as_array().unwrap_or_else(|| panic!("{body}"));
    rows.iter().map(|row| row["id"].as_i64().unwrap()).collect()
}

on_both! {
    async fn c_03_a_page_is_bare_json_oldest_first(server: TestServer) {
        let session = viewer(&server, &[]).await;
        server.applications(3).await;
        list(&server, &session, "?take=2").await.is(200, json!({
            "data": [
                {
                    "id": 1, "user_id": null, "name": "Applicant 0", "email": "applicant-0@people.example",
                    "status": "PENDING", "submitted_at": "2026-09-01T07:57:00Z",
                    "decided_at": null, "decided_by": null, "reason": null, "reason_code": null, "version": 1, "claim": null,
                },
                {
                    "id": 2, "user_id": null, "name": "Applicant 1", "email": "applicant-1@people.example",
                    "status": "PENDING", "submitted_at": "2026-09-01T07:58:00Z",
                    "decided_at": null, "decided_by": null, "reason": null, "reason_code": null, "version": 1, "claim": null,
                },
            ],
            "total": 3,
            "total_exact": true,
            "next_cursor": list(&server, &session, "?take=2").await.text_at("/next_cursor"),
        }));
        list(&server, &session, "?status=REJECTED").await.is(200, json!({
            "data": [], "total": 0, "total_exact": true, "next_cursor": null,
        }));
    }

    async fn one_application_is_read_with_its_answers(server: TestServer) {
        let session = viewer(&server, &[]).await;
        server.applications(1).await;
        let get = |id: &str| server.get(&format!("{LIST}/{id}")).session(&session).send();
        get("1").await.is(200, json!({
            "id": 1, "user_id": null, "name": "Applicant 0", "email": "applicant-0@people.example",
            "status": "PENDING", "submitted_at": "2026-09-01T07:59:00Z",
            "decided_at": null, "decided_by": null, "reason": null, "reason_code": null, "version": 1, "claim": null,
            "answers": "Because.",
            "context": {
                "upheld_reports": 0, "bans": 0, "rejected_applications": 0, "notes": null, "likely_same": null,
            },
        }));
        for missing in ["2", "0", "-1", "9223372036854775807"] {
            get(missing).await.refused(404, "not_found");
        }
        for nonsense in ["x", "1.5", "9223372036854775808", "1%00", "%23"] {
            get(nonsense).await.names_fields(&["id"]);
        }
    }

    async fn s003_28_pages_by_number(server: TestServer) {
        let session = viewer(&server, &[]).await;
        let all = server.applications(25).await;
        let second = list(&server, &session, "?page=2&take=10&status=PENDING").await;
        assert_eq!(ids(&second), all[10..20]);
        assert_eq!(second.json()["total"], 25);
        let last = list(&server, &session, "?page=3&take=10").await;
        assert_eq!(ids(&last), all[20..]);
        assert_eq!(last.json()["next_cursor"], Value::Null);
        assert_eq!(ids(&list(&server, &session, "?page=4&take=10").await), Vec::<i64>::new());
        assert_eq!(ids(&list(&server, &session, "?page=4294967295&take=100").await), Vec::<i64>::new());
        assert_eq!(ids(&list(&server, &session, "").await).len(), 25);
    }

    async fn c_20_newest_first_pages_the_other_way(server: TestServer) {
        let session = viewer(&server, &[]).await;
        let mut all = server.applications(7).await;
        all.reverse();
        let first = list(&server, &session, "?sort=-submitted_at&take=4").await;
        assert_eq!(ids(&first), all[..4]);
        let cursor = first.text_at("/next_cursor");
        let second = list(&server, &session, &format!("?sort=-submitted_at&take=4&cursor={cursor}")).await;
        assert_eq!(ids(&second), all[4..]);
    }

    async fn c_20_a_cursor_never_skips_or_repeats_while_rows_are_decided(server: TestServer) {
        let session = viewer(&server, &[ApplicationsApprove]).await;
        let all = server.applications(60).await;
        // Five of the same moment: only the id tells their order.
        server.database.execute(
            "UPDATE applications SET submitted_at = (SELECT min(submitted_at) FROM applications WHERE id = 28) \
             WHERE id BETWEEN 28 AND 32"
        ).await;
        let mut seen = Vec::new();
        let mut decided: BTreeSet<i64> = BTreeSet::new();
        let mut query = "?status=PENDING&take=7".to_owned();
        loop {
            let page = list(&server, &session, &query).await;
            seen.extend(ids(&page));
            // One behind the reader and one before it are decided between two pages.
            let behind = seen[seen.len() - 1];
            let ahead = all.iter().find(|id| !seen.contains(id) && !decided.contains(*id) && **id > behind + 3);
            let now: Vec<i64> = [Some(behind), ahead.copied()].into_iter().flatten().collect();
            decided.extend(&now);
            assert_eq!(decide(&server, &session, json!({ "action": "approve", "ids": now })).await.status, 200);
            let Some(cursor) = page.json()["next_cursor"].as_str().map(str::to_owned) else { break };
            query = format!("?status=PENDING&take=7&cursor={cursor}");
        }
        let unique: BTreeSet<_> = seen.iter().copied().collect();
        assert_eq!(unique.len(), seen.len(), "a row came twice: {seen:?}");
        let missed: Vec<_> = all.iter().filter(|id| !unique.contains(id) && !decided.contains(*id)).collect();
        assert!(missed.is_empty(), "rows were skipped: {missed:?}");
    }

    async fn c_20_beyond_ten_thousand_the_total_is_a_floor(server: TestServer) {
        let session = viewer(&server, &[]).await;
        let total = async |query: &str| {
            let body = list(&server, &session, query).await.json();
            (body["total"].as_u64().unwrap(), body["total_exact"].as_bool().unwrap())
        };
        server.applications(1).await;
        server.database.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9999) \
             INSERT INTO applications (name, email, answers, status, submitted_at) \
             SELECT 'N' || i, 'e' || i, '', 'PENDING', a.submitted_at FROM n, applications AS a"
        ).await;
        assert_eq!(total("").await, (10_000, true));
        server.applications(2).await;
        assert_eq!(total("").await, (10_000, false));
        assert_eq!(total("?count=capped").await, (10_000, false));
        assert_eq!(total("?count=exact").await, (10_002, true));
        assert_eq!(total("?q=Applicant").await, (3, true));
    }

    async fn filters_narrow_the_list(server: TestServer) {
        let session = viewer(&server, &[]).await;
        let all = server.applications(6).await;
        server.database.execute(
            "UPDATE applications SET status = 'ACTIVE' WHERE id = 1;
             UPDATE applications SET status = 'WAITLISTED' WHERE id = 2;
             UPDATE applications SET name = 'Zoë Äpfel' WHERE id = 3; \
             UPDATE application_search SET name_key = 'zoë äpfel' WHERE application_id = 3;
             UPDATE applications SET name = 'o_%''; --' WHERE id = 4; \
             UPDATE application_search SET name_key = 'o_%''; --' WHERE application_id = 4;
             UPDATE applications SET email = 'Anna@PEOPLE.example' WHERE id = 5; \
             UPDATE application_search SET email_key = 'anna@people.example' WHERE application_id = 5"
        ).await;
        let found = async |query: &str| ids(&list(&server, &session, query).await);
        assert_eq!(found("?status=ACTIVE").await, [1]);
        assert_eq!(found("?status=ACTIVE,WAITLISTED").await, [1, 2]);
        assert_eq!(found("?status=ACTIVE%2C%20WAITLISTED").await, [1, 2]);
        assert_eq!(found("?status=").await, all);
        assert_eq!(found("?q=").await, all);
        assert_eq!(found("?q=ZO%C3%8B%20%C3%84p").await, [3]);
        assert_eq!(found("?q=o_%25").await, [4]);
        assert_eq!(found("?q=_").await, [0; 0], "no wildcard but the end");
        assert_eq!(found("?q=pfel").await, [0; 0], "a prefix, not any part");
        assert_eq!(found("?q=anna@").await, [5]);
        assert_eq!(found("?q=%236").await, [6]);
        assert_eq!(found("?q=%23").await, [0; 0]);
        assert_eq!(found("?from=2026-09-01T07:56:00Z&to=2026-09-01T07:58:00Z").await, [3, 4]);
        assert_eq!(found("?from=2026-09-01T09:56:00%2B02:00").await, [3, 4, 5, 6]);
        assert_eq!(found("?status=PENDING&q=applicant").await, [3, 4, 5, 6]);
    }

    async fn a_bad_value_is_400_with_its_field(server: TestServer) {
        let session = viewer(&server, &[]).await;
        for (query, field) in [
            ("?status=DONE", "status"),
            ("?status=PENDING,DONE", "status"),
            ("?sort=name", "sort"),
            ("?take=0", "take"),
            ("?take=101", "take"),
            ("?take=-1", "take"),
            ("?take=ten", "take"),
            ("?page=0", "page"),
            ("?page=1.5", "page"),
            ("?cursor=!!", "cursor"),
            ("?cursor=", "cursor"),
            ("?from=yesterday", "from"),
            ("?to=2026-13-01T00:00:00Z", "to"),
            ("?count=some", "count"),
            ("?limit=10", "limit"),
            ("?q=%00", "q"),
            ("?q=1&q=2", "q"),
        ] {
            let reply = list(&server, &session, query).await;
            assert_eq!(reply.status, 400, "{query}: {}", reply.text);
            reply.names_fields(&[field]);
        }
        list(&server, &session, "?status=DONE").await.is(400, json!({
            "type": "urn:quarterdeck:problem:validation_failed",
            "title": "the request is not valid",
            "status": 400,
            "detail": "status: `DONE` is not one of PENDING, ACTIVE, REJECTED, WAITLISTED",
            "instance": LIST,
            "code": "validation_failed",
            "class": "invalid",
            "surface": "admin",
            "request_id": "…",
            "fields": [{
                "name": "status",
                "problem": "`DONE` is not one of PENDING, ACTIVE, REJECTED, WAITLISTED",
            }],
        }));
    }

    async fn p20_no_query_makes_the_list_fail_inside(server: TestServer) {
        let session = viewer(&server, &[]).await;
        server.applications(3).await;
        for query in [
            "?from=-9999-01-01T00:00:00Z",
            "?to=-4800-01-01T00:00:00Z",
            "?from=%2B262000-01-01T00:00:00Z",
            "?q=%F0%9F%92%A9%E2%80%AE%07%1b[31m",
            "?q=%23-1",
            "?q=%2399999999999999999999",
            "?q=%FF%FE",
            "?cursor=LTkyMjMzNzIwMzY4NTQ3NzU4MDguLTkyMjMzNzIwMzY4NTQ3NzU4MDg",
            "?cursor=OTIyMzM3MjAzNjg1NDc3NTgwNy45MjIzMzcyMDM2ODU0Nzc1ODA3",
            "?status=,,,",
            "?&&=&",
            &format!("?q={}", "x".repeat(8_000)),
        ] {
            let reply = list(&server, &session, query).await;
            assert!([200, 400].contains(&reply.status), "{query}: {} {}", reply.status, reply.text);
        }
    }

    async fn times_beyond_the_years_that_are_written_with_four_digits_still_order(server: TestServer) {
        let session = viewer(&server, &[]).await;
        let all = server.applications(3).await;
        for (query, expected) in [
            ("?from=9999-12-31T00:00:00Z", vec![]),
            ("?to=9999-12-31T00:00:00Z", all.clone()),
            ("?from=0001-01-01T00:00:00Z", all.clone()),
            ("?to=0001-01-01T00:00:00Z", vec![]),
        ] {
            assert_eq!(ids(&list(&server, &session, query).await), expected, "{query}");
        }
    }

    async fn s003_82_a_list_shows_what_is_and_no_cache_keeps_it(server: TestServer) {
        let session = viewer(&server, &[ApplicationsApprove]).await;
        let all = server.applications(2).await;
        let before = list(&server, &session, "?status=PENDING").await;
        assert_eq!(ids(&before), all);
        assert_eq!(before.header("cache-control"), "no-store");
        decide(&server, &session, json!({ "action": "approve", "ids": [all[0]] })).await;
        let after = list(&server, &session, "?status=PENDING").await;
        assert_eq!(ids(&after), all[1..]);
        let refused = server.get(LIST).send().await;
        assert_eq!(refused.header("cache-control"), "no-store");
    }

    async fn hostile_text_comes_back_as_it_was_stored(server: TestServer) {
        let session = viewer(&server, &[]).await;
        server.applications(1).await;
        server.database.execute(
            "UPDATE applications SET name = 'a' || X || 'b' WHERE id = 1"
                .replace('X', match server.database.backend {
                    crate::harness::Backend::Sqlite => "char(27) || '[31m' || char(8238)",
                    crate::harness::Backend::Postgres => "chr(27) || '[31m' || chr(8238)",
                })
                .as_str(),
        ).await;
        let name = list(&server, &session, "").await.text_at("/data/0/name");
        assert_eq!(name, "a\u{1b}[31m\u{202e}b");
    }
}
