//! What a decision needs of all rows that a filter finds: paged without gaps while rows are decided.

use quarterdeck_api::permission::Permission;
use serde_json::{Value, json};

use crate::harness::{Reply, Session, TestServer, on_both};

/// A queue: its lists, and how some of it is settled.
struct Queue {
    path: &'static str,
    /// The filter of what waits.
    waiting: &'static str,
    decide: &'static str,
    decision: fn(&[i64]) -> Value,
}

const APPLICATIONS: Queue = Queue {
    path: "/api/v1/admin/applications",
    waiting: "status=PENDING",
    decide: "/api/v1/admin/bulk-applications",
    decision: |ids| json!({"action": "approve", "ids": ids}),
};
const REPORTS: Queue = Queue {
    path: "/api/v1/admin/reports",
    waiting: "status=pending",
    decide: "/api/v1/admin/bulk-reports",
    decision: |ids| json!({"status": "resolved", "ids": ids}),
};
const DATA_REQUESTS: Queue = Queue {
    path: "/api/v1/admin/data-requests",
    waiting: "status=pending",
    decide: "/api/v1/admin/bulk-data-requests",
    decision: |ids| json!({"status": "completed", "ids": ids, "confirm": true}),
};

/// Of ten, three a page: the middle one of each full page.
const STILL_OPEN: usize = 3;

async fn operator(server: &TestServer) -> Session {
    let root = server.super_admin().await;
    server.session(&root).await
}

async fn get(server: &TestServer, session: &Session, path: &str) -> Reply {
    server.get(path).session(session).send().await
}

fn ids(page: &Value) -> Vec<i64> {
    let rows = page["data"].as_array().unwrap();
    rows.iter().map(|row| row["id"].as_i64().unwrap()).collect()
}

impl Queue {
    /// Every id, three a page; of each page the first row and the last are settled before the next is
    /// asked for.
    async fn walk(&self, server: &TestServer, session: &Session, order: &str) -> Vec<i64> {
        let mut all = Vec::new();
        let mut cursor = String::new();
        loop {
            let query = format!("{}&take=3{order}{cursor}", self.waiting);
            let page = get(server, session, &format!("{}/ids?{query}", self.path)).await;
            let page = page.json();
            let here = ids(&page);
            let settled = [here[0], here[here.len() - 1]];
            let decided = server
                .post(self.decide)
                .session(session)
                .key(&format!("{}-{}", self.path, here[0]))
                .json((self.decision)(&settled));
            assert_eq!(decided.send().await.status, 200);
            all.extend(here);
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return all,
            }
        }
    }
}

on_both! {
    async fn ids_page_without_gaps_while_rows_are_decided(server: TestServer) {
        let session = operator(&server).await;
        let applications = server.applications(10).await;
        assert_eq!(APPLICATIONS.walk(&server, &session, "").await, applications);
        let requests = server.data_requests(10).await;
        assert_eq!(DATA_REQUESTS.walk(&server, &session, "").await, requests);
        let reports = server.reports(10).await;
        assert_eq!(REPORTS.walk(&server, &session, "").await, reports);
        let waiting = server.reports_about(&["many", "few", "many", "many", "few", "one", "many"]).await;
        let mut walked = REPORTS.walk(&server, &session, "&sort=-report_count&min_reports=1").await;
        assert_ne!(walked, waiting, "ordered by person");
        walked.sort_unstable();
        assert!(waiting.iter().all(|id| walked.contains(id)), "{walked:?}");
        walked.dedup();
        assert_eq!(walked.len(), waiting.len() + STILL_OPEN);
    }

    async fn each_row_is_told_as_a_decision_needs_it(server: TestServer) {
        let session = operator(&server).await;
        server.applications(2).await;
        get(&server, &session, "/api/v1/admin/applications/ids").await.is(200, json!({
            "data": [
                {"id": 1, "status": "PENDING", "version": 1},
                {"id": 2, "status": "PENDING", "version": 1},
            ],
            "total": 2,
            "total_exact": true,
            "next_cursor": null,
        }));
        for queue in [REPORTS, DATA_REQUESTS] {
            let none = get(&server, &session, &format!("{}/ids?q=nobody@", queue.path)).await;
            none.is(200, json!({"data": [], "total": 0, "total_exact": true, "next_cursor": null}));
        }
    }

    async fn a_page_of_ids_holds_a_thousand_and_one_of_rows_a_hundred(server: TestServer) {
        let ana = server.admin(&[Permission::ApplicationsView]).await;
        let session = server.session(&ana).await;
        server.applications(120).await;
        for (path, most) in [("applications/ids", 1_000), ("applications", 100)] {
            let ask = |take: u32| format!("/api/v1/admin/{path}?take={take}");
            assert_eq!(get(&server, &session, &ask(most)).await.status, 200, "{path}");
            get(&server, &session, &ask(most + 1)).await.names_fields(&["take"]);
        }
        let page = get(&server, &session, "/api/v1/admin/applications/ids").await.json();
        assert_eq!(ids(&page).len(), 120, "as many as there can be, unless asked otherwise");
    }
}
