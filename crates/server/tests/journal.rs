//! The journal: whose acts, in which order, and what of each can still be taken back.

use quarterdeck_api::permission::Permission::{
    self, ApplicationsApprove, ApplicationsReject, DataRequestsUpdate, ReportsDismiss,
    ReportsResolve, UserBan, UserSuspend,
};
use serde_json::{Value, json};

use crate::harness::{Account, Reply, Session, TestServer, on_both};

const ALL: &[Permission] = &[
    ApplicationsApprove,
    ApplicationsReject,
    ReportsResolve,
    ReportsDismiss,
    DataRequestsUpdate,
    UserBan,
    UserSuspend,
];

async fn operator(server: &TestServer, permissions: &[Permission]) -> Session {
    let account = server.admin(permissions).await;
    server.session(&account).await
}

async fn send(server: &TestServer, session: &Session, call: (&str, &str), body: Value) -> Reply {
    let path = format!("/api/v1/admin/{}", call.1);
    let request = server.request(call.0, &path).session(session);
    let reply = request.json(body).send().await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply
}

async fn decide(server: &TestServer, session: &Session, action: &str, ids: &[i64]) {
    let body = json!({ "action": action, "ids": ids, "confirm": true });
    send(server, session, ("POST", "bulk-applications"), body).await;
}

async fn act(server: &TestServer, session: &Session, user: &Account, verb: &str, method: &str) {
    let body = match verb {
        "suspend" => json!({ "reason": "spam links" }),
        "unsuspend" => json!({}),
        _ => json!({ "banReason": "spam links" }),
    };
    let path = format!("users/{}/{verb}", user.id);
    send(server, session, (method, &path), body).await;
}

async fn page(server: &TestServer, session: &Session, query: &str) -> Value {
    let path = format!("/api/v1/admin/journal{query}");
    let reply = server.get(&path).session(session).send().await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.json()
}

/// `bulk_approve application 1 possible, 2 overtaken`, the newest act first.
async fn journal(server: &TestServer, session: &Session) -> Vec<String> {
    told(&page(server, session, "").await)
}

fn told(page: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let act = |act: &Value| {
        let targets = act["targets"].as_array().unwrap().iter();
        let targets: Vec<_> = targets
            .map(|target| format!("{} {}", target["id"], text(&target["way_back"])))
            .collect();
        let (code, kind) = (text(&act["action_code"]), text(&act["target_type"]));
        format!("{code} {kind} {}", targets.join(", "))
    };
    page["data"].as_array().unwrap().iter().map(act).collect()
}

on_both! {
    async fn own_acts_only(server: TestServer) {
        let (ana, bob) = (operator(&server, ALL).await, operator(&server, ALL).await);
        let ids = server.applications(2).await;
        decide(&server, &ana, "approve", &ids[..1]).await;
        decide(&server, &bob, "reject", &ids[1..]).await;
        assert_eq!(journal(&server, &ana).await, ["application_approved application 1 possible"]);
        assert_eq!(journal(&server, &bob).await, ["application_rejected application 2 possible"]);
        let nobody = operator(&server, &[]).await;
        assert_eq!(page(&server, &nobody, "").await, json!({ "data": [], "next_cursor": null }));
    }

    async fn a_batch_is_one_act_and_says_what_takes_it_back(server: TestServer) {
        let ana = operator(&server, ALL).await;
        let ids = server.applications(3).await;
        decide(&server, &ana, "approve", &ids).await;
        let page = page(&server, &ana, "").await;
        let act = &page["data"][0];
        assert_eq!(told(&page), ["bulk_approve application 1 possible, 2 possible, 3 possible"]);
        assert_eq!((&act["possible"], &act["inverse"]), (&json!(3), &json!("applications.decide")));
        assert_eq!(act["created_at"], "2026-09-01T08:00:00Z");
        let names = "SELECT name || email FROM applications";
        for name in server.database.texts(names).await {
            assert!(!page.to_string().contains(&name), "{page}");
        }
    }

    async fn what_is_no_longer_legal_says_why(server: TestServer) {
        let (ana, bob) = (operator(&server, ALL).await, operator(&server, ALL).await);
        let ids = server.applications(4).await;
        decide(&server, &ana, "approve", &ids).await;
        decide(&server, &bob, "reopen", &ids[1..]).await;
        decide(&server, &bob, "reject", &ids[2..3]).await;
        // To the same end, but it is bob's decision now.
        decide(&server, &bob, "approve", &ids[3..]).await;
        assert_eq!(
            journal(&server, &ana).await,
            ["bulk_approve application 1 possible, 2 as_before, 3 overtaken, 4 overtaken"]
        );
        server.database.execute("DELETE FROM user_permissions WHERE permission_key = 'applications.approve'").await;
        assert_eq!(
            journal(&server, &ana).await,
            ["bulk_approve application 1 forbidden, 2 as_before, 3 overtaken, 4 forbidden"]
        );
    }

    async fn what_the_journal_calls_possible_the_inverse_does(server: TestServer) {
        let ana = operator(&server, ALL).await;
        let ids = server.applications(2).await;
        decide(&server, &ana, "approve", &ids).await;
        decide(&server, &ana, "reopen", &ids).await;
        assert_eq!(
            journal(&server, &ana).await,
            [
                "bulk_reopen application 1 none, 2 none",
                "bulk_approve application 1 as_before, 2 as_before",
            ]
        );
    }

    async fn reports_and_data_requests_are_judged_by_their_own_rules(server: TestServer) {
        let (ana, bob) = (operator(&server, ALL).await, operator(&server, ALL).await);
        let reports = server.reports(2).await;
        for (id, status) in reports.iter().zip(["resolved", "dismissed"]) {
            let body = json!({ "ids": [id], "status": status });
            send(&server, &ana, ("POST", "bulk-reports"), body).await;
        }
        let body = json!({ "ids": [reports[1]], "status": "pending" });
        send(&server, &bob, ("POST", "bulk-reports"), body).await;
        assert_eq!(
            journal(&server, &ana).await,
            ["report_dismissed report 2 as_before", "report_resolved report 1 possible"]
        );
        let ids = server.data_requests(3).await;
        let update = async |session, ids: &[i64], status| {
            let error = (status == "failed").then_some("kept by law");
            let body = json!({ "ids": ids, "status": status, "confirm": true, "error": error });
            send(&server, session, ("POST", "bulk-data-requests"), body).await;
        };
        update(&ana, &ids[..2], "failed").await;
        update(&ana, &ids[2..], "completed").await;
        update(&bob, &ids[1..2], "pending").await;
        update(&bob, &ids[1..2], "completed").await;
        assert_eq!(
            journal(&server, &ana).await[..2],
            [
                "data_request_updated data_request 3 final",
                "bulk_data_request_update data_request 1 possible, 2 final",
            ]
        );
    }

    async fn bans_and_suspensions_are_judged_by_the_account(server: TestServer) {
        let (ana, bob) = (operator(&server, ALL).await, operator(&server, ALL).await);
        let (one, two, three) = (server.plain().await, server.plain().await, server.plain().await);
        for user in [&one, &two, &three] {
            act(&server, &ana, user, "ban", "PATCH").await;
        }
        act(&server, &bob, &two, "unban", "PATCH").await;
        act(&server, &bob, &three, "unban", "PATCH").await;
        act(&server, &bob, &three, "ban", "PATCH").await;
        let banned = |id: i64, way: &str| format!("user_banned user {id} {way}");
        assert_eq!(
            journal(&server, &ana).await,
            [banned(three.id, "overtaken"), banned(two.id, "as_before"), banned(one.id, "possible")]
        );
        act(&server, &ana, &one, "unban", "PATCH").await;
        act(&server, &ana, &one, "suspend", "POST").await;
        let promote = format!("UPDATE users SET is_platform_admin = TRUE WHERE id = {}", one.id);
        server.database.execute(&promote).await;
        assert_eq!(
            journal(&server, &ana).await[..3],
            [
                format!("user_suspended user {} super_admin_only", one.id),
                format!("user_unbanned user {} none", one.id),
                banned(three.id, "overtaken"),
            ]
        );
    }

    async fn bans_of_one_call_are_judged_each_by_its_account(server: TestServer) {
        let (ana, bob) = (operator(&server, ALL).await, operator(&server, ALL).await);
        let people = [server.plain().await, server.plain().await];
        let ids = people.each_ref().map(|person| person.id);
        let wave = json!({ "userIds": ids, "banReason": "spam wave", "confirm": true });
        send(&server, &ana, ("POST", "users/bulk-ban"), wave).await;
        act(&server, &bob, &people[0], "unban", "PATCH").await;
        let entry = |ways: [&str; 2]| {
            format!("bulk_ban user {} {}, {} {}", ids[0], ways[0], ids[1], ways[1])
        };
        assert_eq!(journal(&server, &ana).await, [entry(["as_before", "possible"])]);
        act(&server, &bob, &people[1], "unban", "PATCH").await;
        act(&server, &bob, &people[1], "ban", "PATCH").await;
        assert_eq!(journal(&server, &ana).await, [entry(["as_before", "overtaken"])]);
    }

    async fn pages_follow_each_other_whatever_happens_meanwhile(server: TestServer) {
        let ana = operator(&server, ALL).await;
        let ids = server.applications(6).await;
        decide(&server, &ana, "approve", &ids[..1]).await;
        decide(&server, &ana, "approve", &ids[1..4]).await;
        decide(&server, &ana, "approve", &ids[4..5]).await;
        let first = page(&server, &ana, "?take=1").await;
        assert_eq!(told(&first), ["application_approved application 5 possible"]);
        decide(&server, &ana, "approve", &ids[5..]).await;
        let cursor = first["next_cursor"].as_str().unwrap();
        let second = page(&server, &ana, &format!("?take=1&cursor={cursor}")).await;
        assert_eq!(told(&second), ["bulk_approve application 2 possible, 3 possible, 4 possible"]);
        let cursor = second["next_cursor"].as_str().unwrap();
        let third = page(&server, &ana, &format!("?take=1&cursor={cursor}")).await;
        assert_eq!(told(&third), ["application_approved application 1 possible"]);
        assert_eq!(third["next_cursor"], json!(null));
    }

    async fn a_page_of_batches_of_a_thousand_holds_what_fits(server: TestServer) {
        let ana = operator(&server, ALL).await;
        let ids = server.applications(1_000).await;
        for action in ["approve", "reopen", "approve"] {
            decide(&server, &ana, action, &ids).await;
        }
        let first = page(&server, &ana, "").await;
        let counts = |page: &Value| {
            let acts = page["data"].as_array().unwrap().iter();
            acts.map(|act| (act["targets"].as_array().unwrap().len(), act["possible"].clone()))
                .collect::<Vec<_>>()
        };
        assert_eq!(counts(&first), [(1_000, json!(1_000)), (1_000, json!(0))]);
        let cursor = first["next_cursor"].as_str().unwrap();
        let rest = page(&server, &ana, &format!("?cursor={cursor}")).await;
        assert_eq!(counts(&rest), [(1_000, json!(0))]);
        assert_eq!(rest["data"][0]["targets"][0]["way_back"], "overtaken");
        assert_eq!(rest["next_cursor"], json!(null));
    }

    async fn what_is_no_page_is_refused(server: TestServer) {
        let ana = operator(&server, ALL).await;
        for (query, field) in [("?take=0", "take"), ("?take=51", "take"), ("?cursor=x", "cursor")] {
            let path = format!("/api/v1/admin/journal{query}");
            let reply = server.get(&path).session(&ana).send().await;
            assert_eq!(reply.status, 400, "{query}: {}", reply.text);
            reply.names_fields(&[field]);
        }
    }
}
