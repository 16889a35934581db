//! Only declared routes reach an operation: not by another method, spelling or prefix.

use std::collections::{BTreeMap, BTreeSet};

use quarterdeck_api::operations::SPECS;
use quarterdeck_api::permission::Permission;
use serde_json::{Value, json};

use crate::harness::{Session, TestServer, on_both};

const METHODS: &[&str] = &[
    "GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS", "TRACE",
];

/// Methods by path, with an id where the path has a placeholder.
fn declared() -> BTreeMap<String, BTreeSet<&'static str>> {
    let mut paths: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for spec in &SPECS {
        let methods = paths.entry(spec.path.replace("{id}", "1")).or_default();
        methods.insert(spec.method.as_str());
        if spec.method.as_str() == "GET" {
            methods.insert("HEAD");
        }
    }
    paths
}

async fn root(server: &TestServer) -> Session {
    let root = server.super_admin().await;
    server.applications(1).await;
    server.data_requests(1).await;
    server.withdrawals(1).await;
    server.session(&root).await
}

/// What reading and deciding under a path are answered with.
async fn answers(
    server: &TestServer,
    session: &Session,
    path: &str,
) -> Vec<(&'static str, u16, Value)> {
    let mut answers = Vec::new();
    for method in ["GET", "POST"] {
        let request = server.request(method, path).session(session);
        let reply = request
            .json(json!({ "action": "approve", "ids": [1] }))
            .send()
            .await;
        answers.push((method, reply.status, reply.json()["code"].clone()));
    }
    answers
}

on_both! {
    async fn a_method_that_is_not_declared_is_refused_whoever_asks(server: TestServer) {
        let (root, plain) = (root(&server).await, server.plain().await);
        let callers = [None, Some(server.session(&plain).await), Some(root)];
        let before = server.database.snapshot().await;
        for (path, methods) in declared() {
            for (method, caller) in METHODS.iter().flat_map(|method| callers.iter().map(move |caller| (method, caller))) {
                if methods.contains(method) {
                    continue;
                }
                let request = server.request(method, &path);
                let request = match caller {
                    Some(session) => request.session(session),
                    None => request,
                };
                let reply = request.send().await;
                assert_eq!(reply.status, 405, "{method} {path}: {}", reply.text);
                let allowed: BTreeSet<_> = reply.header("allow").split(',').map(str::trim).collect();
                assert_eq!(allowed, methods, "{method} {path}");
                if *method != "HEAD" {
                    let problem = reply.refused(405, "method_not_allowed");
                    assert_eq!(problem["instance"], path);
                }
            }
        }
        assert_eq!(before.changed(&server.database.snapshot().await), Vec::<String>::new());
    }

    async fn a_head_is_let_in_like_its_get_and_answers_without_a_body(server: TestServer) {
        let session = root(&server).await;
        for (path, methods) in declared() {
            if methods.contains("GET") {
                let get = server.get(&path).session(&session).send().await;
                let head = server.request("HEAD", &path).session(&session).send().await;
                assert_eq!((head.status, head.text.as_str()), (get.status, ""), "{path}");
                let get = server.get(&path).send().await;
                let head = server.request("HEAD", &path).send().await;
                assert_eq!(head.status, get.status, "{path} without a credential");
            }
        }
    }

    async fn what_is_no_route_is_not_found(server: TestServer) {
        let session = root(&server).await;
        for path in ["/", "/api", "/api/v1", "/api/v1/admin", "/api/v1/admin/", "/api/v1/admin/nothing",
            "/api/v1/orgs", "/orgs", "/orgs/1/audit", "/admin/persons/1", "/favicon.ico", "/api/v2/admin/audit",
            "/api/v1/admin/applications/1/answers", "/actuator", "/openapi.json"] {
            for method in METHODS.iter().filter(|method| **method != "HEAD") {
                let reply = server.request(method, path).session(&session).send().await;
                reply.refused(404, "not_found");
            }
        }
    }

    async fn no_other_spelling_reaches_an_operation(server: TestServer) {
        let session = root(&server).await;
        let before = server.database.snapshot().await;
        let spellings: &[fn(&str) -> String] = &[
            |path| format!("/{path}"),
            |path| format!("{path}/"),
            |path| format!("{path}//"),
            |path| format!("/.{path}"),
            |path| format!("/%2e{path}"),
            |path| format!("/x/..{path}"),
            |path| format!("/x/%2e%2e{path}"),
            |path| format!("{path}/."),
            |path| format!("{path}%2f"),
            |path| format!("{path}%00"),
            |path| format!("{path};x=1"),
            |path| path.to_uppercase(),
            |path| path.replacen("/api/", "/Api/", 1),
            |path| path.replacen("/actuator/", "/Actuator/", 1),
            |path| path.replace("/v1/", "//v1/"),
            |path| path.replace("/v1/", "/v1/./"),
            |path| path.replace("/v1/", "/v1%2f"),
            |path| path.replace("/admin/", "/%61dmin/"),
            |path| path.replace("/admin/", "/admin/../admin/"),
        ];
        for path in declared().into_keys() {
            for spelled in spellings.iter().map(|spell| spell(&path)).filter(|spelled| *spelled != path) {
                for (method, status, code) in answers(&server, &session, &spelled).await {
                    // A placeholder takes any text, which then is no number.
                    let filled = ["/api/v1/admin/active-sessions/", "/api/v1/admin/applications/", "/api/v1/admin/data-requests/", "/api/v1/admin/filters/", "/api/v1/admin/payments/withdrawals/", "/api/v1/admin/reports/", "/api/v1/admin/user-notes/", "/api/v1/admin/users/"].into_iter().find(|prefix| {
                        let rest = spelled.strip_prefix(prefix);
                        rest.is_some_and(|rest| !rest.is_empty() && !rest.contains('/'))
                    });
                    let methods = filled.and_then(|prefix| declared().remove(&format!("{prefix}1")));
                    let expected = match methods {
                        None => (404, json!("not_found")),
                        Some(methods) if methods.contains(method) => (400, json!("validation_failed")),
                        Some(_) => (405, json!("method_not_allowed")),
                    };
                    assert_eq!((status, code), expected, "{method} {spelled}");
                }
            }
        }
        assert_eq!(before.changed(&server.database.snapshot().await), Vec::<String>::new());
    }

    async fn the_seeds_spellings_reach_the_same_operations(server: TestServer) {
        let session = root(&server).await;
        let mut aliases = 0;
        for (path, methods) in declared() {
            let spelled = [
                path.strip_prefix("/api/v1/admin/").map(|rest| format!("/api/admin/{rest}")),
                path.strip_prefix("/api/v1/admin/").map(|rest| format!("/admin/{rest}")),
                path.strip_prefix("/api/v1/auth/").map(|rest| format!("/auth/{rest}")),
            ];
            for (spelled, method) in spelled.iter().flatten().flat_map(|path| methods.iter().map(move |method| (path, method))) {
                let ask = async |path: &str| {
                    let reply = server.request(method, path).send().await;
                    let code = reply.text.starts_with('{').then(|| reply.json()["code"].clone());
                    (reply.status, code, reply.header("content-type").to_owned())
                };
                let (direct, alias) = (ask(&path).await, ask(spelled).await);
                assert_eq!(alias, direct, "{method} {spelled}");
                assert!(!matches!(alias.0, 404 | 405), "{method} {spelled}");
                aliases += 1;
            }
        }
        assert!(aliases > 30, "{aliases}");
        let body = json!({ "action": "approve", "ids": [1] });
        let reply = server.post("/admin/bulk-applications?").session(&session).json(body).send().await;
        assert_eq!((reply.status, &reply.json()["changed"]), (200, &json!(1)));
    }

    async fn a_seeds_spelling_is_guarded_and_keeps_its_query(server: TestServer) {
        let sam = server.admin(&[Permission::ApplicationsView]).await;
        let session = server.session(&sam).await;
        server.applications(3).await;
        let page = server.get("/api/admin/applications?take=1&sort=-submitted_at").session(&session).send().await;
        assert_eq!((page.status, &page.json()["data"][0]["id"]), (200, &json!(3)));
        let refused = server.get("/admin/audit").session(&session).send().await;
        let problem = refused.refused(403, "permission_denied");
        assert_eq!((&problem["surface"], &problem["permission"]), (&json!("admin"), &json!("audit.view")));
    }
}
