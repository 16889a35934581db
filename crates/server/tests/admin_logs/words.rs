//! Words and accounts in a log of thousands: the pages are the same whether the index leads or the rows are read.

use serde_json::Value;

use super::Desk;
use crate::harness::{TestServer, on_both};

const ROWS: i64 = 6_000;
/// The oldest rows have a word of their own, beyond those that are read first.
const OLD: i64 = 500;
/// What lies between two ids of a log that looks longer than the index is asked about common words of.
const APART: i64 = 1_000;

/// Fills the log with numbered rows.
async fn fill(server: &TestServer, apart: i64) {
    let filling = format!(
        "INSERT INTO admin_action_log (id, request_id, method, url, route, user_id, ip_address, user_agent, \
         request_body, response, status, duration_ms, created_at, targets, words) \
         SELECT 1000 + n * {apart}, 'made-' || n, 'PATCH', '/x', '/x', 1, '127.0.0.1', 'test', '', '', 200, 1, \
         (SELECT min(created_at) FROM users), (n % 7) || ' ' || (100 + n % 7), \
         'ban banreason banreason=case_' || n || ' case' || n || CASE (n % 3) WHEN 0 THEN ' spam' WHEN 1 THEN ' note' \
         ELSE '' END || CASE WHEN n <= {OLD} THEN ' żółw' ELSE '' END \
         FROM (WITH RECURSIVE series (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < {ROWS}) \
         SELECT n FROM series) AS numbers"
    );
    server.database.execute(&filling).await;
}

/// The numbers of all rows that a query finds, over all pages, and what the first page says of how many they are.
async fn found(desk: &Desk<'_>, query: &str) -> (Vec<i64>, Value) {
    let first = desk.page(&format!("?take=100&{query}")).await;
    let said = first["total"].clone();
    let is_exact = first["total_exact"].clone();
    let mut numbers = Vec::new();
    let mut page = first;
    loop {
        let rows = page["data"].as_array().unwrap();
        let ids = rows.iter().map(|row| row["request_id"].as_str().unwrap());
        numbers.extend(ids.map(|id| id.trim_start_matches("made-").parse::<i64>().unwrap()));
        let Some(cursor) = page["next_cursor"].as_str() else {
            break;
        };
        page = desk
            .page(&format!("?take=100&cursor={cursor}&{query}"))
            .await;
    }
    let is_counted = is_exact == true;
    let said_rightly = if is_counted {
        said == numbers.len()
    } else {
        said.as_u64().unwrap() <= numbers.len() as u64
    };
    assert!(
        said_rightly,
        "{query}: {said}, {is_exact}, and there are {}",
        numbers.len()
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
        assert!(
            apart > 1 || is_exact == true,
            "{query}: few enough to be counted"
        );
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
        assert_eq!((&common["total"], &common["total_exact"]), (&Value::from(5_000), &Value::from(false)));
    }
}
