//! Words and accounts in a log of thousands: the pages are the same whether the index leads or the rows are read.

use serde_json::json;

use super::Desk;
use crate::harness::{TestServer, on_both};

const ROWS: i64 = 6_000;
/// The oldest rows have a word of their own, beyond those that are read first.
const OLD: i64 = 500;
/// The oldest of these are of somebody else.
const RARE: i64 = 20;
/// What lies between two ids of a log that looks longer than the index is asked about common words of.
const APART: i64 = 1_000;

/// Fills the log with numbered rows.
async fn fill(server: &TestServer, apart: i64) {
    let filling = format!(
        "INSERT INTO admin_action_log (id, request_id, method, url, route, user_id, ip_address, user_agent, \
         request_body, response, status, duration_ms, created_at, targets, words) \
         SELECT 1000 + n * {apart}, 'made-' || n, 'PATCH', '/x', '/x', CASE WHEN n <= {RARE} THEN 2 ELSE 1 END, '127.0.0.1', 'test', '', '', 200, 1, \
         (SELECT min(created_at) FROM users), (n % 7) || ' ' || (100 + n % 7), \
         'ban banreason banreason=case_' || n || ' case' || n || CASE (n % 3) WHEN 0 THEN ' spam' WHEN 1 THEN ' note' \
         ELSE '' END || CASE WHEN n <= {OLD} THEN ' żółw' ELSE '' END \
         FROM (WITH RECURSIVE series (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < {ROWS}) \
         SELECT n FROM series) AS numbers"
    );
    server.database.execute(&filling).await;
}

/// The numbers of all rows that a query finds, over all pages, and whether the first page counted them.
async fn found(desk: &Desk<'_>, query: &str) -> (Vec<i64>, bool) {
    let mut page = desk.page(&format!("?take=100&{query}")).await;
    let is_exact = page["total_exact"] == true;
    let mut numbers = Vec::new();
    let mut totals = Vec::new();
    loop {
        let rows = page["data"].as_array().unwrap();
        let ids = rows.iter().map(|row| row["request_id"].as_str().unwrap());
        numbers.extend(ids.map(|id| id.trim_start_matches("made-").parse::<i64>().unwrap()));
        totals.push((page["total"].as_u64().unwrap(), page["total_exact"] == true));
        let Some(cursor) = page["next_cursor"].as_str() else {
            break;
        };
        page = desk
            .page(&format!("?take=100&cursor={cursor}&{query}"))
            .await;
    }
    let all = numbers.len() as u64;
    for (total, is_exact) in &totals {
        let is_right = if *is_exact {
            *total == all
        } else {
            *total <= all
        };
        assert!(is_right, "{query}: {totals:?}, and there are {all}");
    }
    assert!(
        totals.iter().all(|(_, exact)| *exact == is_exact),
        "{query}: {totals:?}"
    );
    (numbers, is_exact)
}

type Rule = fn(i64) -> bool;

fn is_case(n: i64, beginning: &str) -> bool {
    n.to_string().starts_with(beginning)
}

const QUERIES: &[(&str, Rule)] = &[
    ("q=ban", |_| true),
    ("q=ban%20case17", |n| is_case(n, "17")),
    ("q=case5999%20ban", |n| n == 5_999),
    ("q=ban&userId=2", |n| n <= RARE),
    ("q=spam", |n| n % 3 == 0),
    ("q=spam%20note", |_| false),
    ("q=spa%20%C5%BC%C3%B3%C5%82", |n| n % 3 == 0 && n <= OLD),
    ("q=pam", |_| false),
    ("bodyField=banReason:case_17", |n| n == 17),
    ("targetId=103", |n| n % 7 == 3),
    ("targetId=10", |_| false),
    ("targetId=3&q=ban%20note", |n| n % 7 == 3 && n % 3 == 1),
    ("filter=text:case17,case18", |n| {
        is_case(n, "17") || is_case(n, "18")
    }),
    ("filter=text:%22ban%20case59%22%20!text:spam", |n| {
        is_case(n, "59") && n % 3 != 0
    }),
    ("filter=!text:ban", |_| false),
    ("filter=on:user%23105%20text:note", |n| {
        n % 7 == 5 && n % 3 == 1
    }),
];

async fn are_the_same(server: &TestServer, apart: i64) {
    let desk = Desk::of(server).await;
    fill(server, apart).await;
    for (query, rule) in QUERIES {
        let (numbers, is_exact) = found(&desk, query).await;
        let expected: Vec<_> = (1..=ROWS).rev().filter(|n| rule(*n)).collect();
        let counts = (numbers.len(), expected.len());
        assert!(
            numbers == expected,
            "{query}: found and expected {counts:?}"
        );
        assert!(apart > 1 || is_exact, "{query}: few enough to be counted");
    }
}

on_both! {
    async fn s001_36_a_search_finds_the_same_rows_by_the_index(server: TestServer) {
        are_the_same(&server, 1).await;
    }

    async fn s001_36_a_search_finds_the_same_rows_by_reading_them(server: TestServer) {
        are_the_same(&server, APART).await;
        let desk = Desk::of(&server).await;
        let common = desk.page("?q=ban").await;
        assert_eq!((&common["total"], &common["total_exact"]), (&json!(5_000), &json!(false)));
        let whole = desk.page("?q=ban&userId=2").await;
        assert_eq!((&whole["total"], &whole["total_exact"]), (&json!(RARE), &json!(true)));
        let second = desk.page("?q=ban%20case17&take=100&page=2").await;
        assert_eq!(second["total"], 111);
        let ids: Vec<_> = second["data"].as_array().unwrap().iter().map(|row| row["request_id"].clone()).collect();
        assert_eq!((ids.len(), &ids[10]), (11, &json!("made-17")));
    }

    async fn s001_36_more_words_than_can_be_looked_for_are_refused(server: TestServer) {
        let desk = Desk::of(&server).await;
        let words = |count: usize| (0..count).map(|number| format!("w{number}")).collect::<Vec<_>>().join("%20");
        assert_eq!(desk.ask(&format!("?q={}", words(32))).await.status, 200);
        for query in [
            format!("?q={}", words(33)),
            format!("?url_contains={}", words(5_000)),
            format!("?q={}&filter=text:x", words(32)),
            "?q=-".to_owned(),
        ] {
            assert_eq!(desk.ask(&query).await.status, 400, "{query}");
        }
        assert_eq!(desk.ask(&format!("?q={}", "ban%20".repeat(5_000))).await.status, 200);
        let long = "x".repeat(10_000);
        assert_eq!(desk.ask(&format!("?bodyField={long}:1")).await.status, 200);
    }
}
