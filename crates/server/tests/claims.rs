//! Claims: who holds what, how long, and that nobody is kept from deciding.

use chrono::{DateTime, TimeDelta, Utc};
use quarterdeck_api::applications::{ApplicationField, ApplicationRow};
use quarterdeck_api::claim::LEASE;
use quarterdeck_api::filter::{Context, Filter, Me};
use quarterdeck_api::ids::UserId;
use quarterdeck_api::permission::Permission::{
    self, ApplicationsApprove, ApplicationsView, DataRequestsUpdate, DataRequestsView,
    ReportsResolve, ReportsView, UserBan,
};
use serde_json::{Value, json};

use crate::harness::{Account, Reply, Session, TestServer, on_both, until};

const ALL: &[Permission] = &[
    ApplicationsApprove,
    ApplicationsView,
    DataRequestsUpdate,
    DataRequestsView,
    ReportsResolve,
    ReportsView,
];
const QUEUES: [(&str, &str); 3] = [
    ("applications", "applications"),
    ("reports", "reports"),
    ("data_requests", "data-requests"),
];

async fn operator(server: &TestServer) -> (Account, Session) {
    let account = server.admin(ALL).await;
    let session = server.session(&account).await;
    (account, session)
}

async fn items(server: &TestServer, queue: &str) -> Vec<i64> {
    match queue {
        "applications" => server.applications(2).await,
        "reports" => server.reports(2).await,
        _ => server.data_requests(2).await,
    }
}

async fn claim(
    server: &TestServer,
    session: &Session,
    act: &str,
    queue: &str,
    ids: &[i64],
) -> Reply {
    let request = server.post(&format!("/api/v1/admin/claims{act}"));
    let body = json!({ "queue": queue, "ids": ids });
    request.session(session).json(body).send().await
}

async fn take(server: &TestServer, session: &Session, queue: &str, ids: &[i64]) -> Value {
    let reply = claim(server, session, "", queue, ids).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.json()
}

async fn release(server: &TestServer, session: &Session, queue: &str, ids: &[i64]) -> Value {
    let reply = claim(server, session, "/release", queue, ids).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.json()
}

/// `7 changed` for each id.
fn outcomes(reply: &Value) -> Vec<String> {
    let results = reply["results"].as_array().unwrap().iter();
    let told =
        results.map(|result| format!("{} {}", result["id"], result["outcome"].as_str().unwrap()));
    told.collect()
}

async fn rows(server: &TestServer, session: &Session, path: &str) -> Vec<Value> {
    let request = server.get(&format!("/api/v1/admin/{path}"));
    let reply = request.session(session).send().await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.json()["data"].as_array().unwrap().clone()
}

/// The ids of the items that a filter selects.
async fn filtered(server: &TestServer, session: &Session, path: &str, filter: &str) -> Vec<i64> {
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("filter", filter)
        .finish();
    let rows = rows(server, session, &format!("{path}?{query}")).await;
    let mut ids: Vec<_> = rows.iter().map(|row| row["id"].as_i64().unwrap()).collect();
    ids.sort_unstable();
    ids
}

/// Who holds each application of the list, by id; empty where nobody does.
async fn holders(server: &TestServer, session: &Session) -> Vec<String> {
    let rows = rows(server, session, "applications").await;
    let holder = |row: &Value| row["claim"]["by"].as_str().unwrap_or_default().to_owned();
    rows.iter().map(holder).collect()
}

async fn decide(server: &TestServer, session: &Session, action: &str, ids: &[i64]) {
    let request = server
        .post("/api/v1/admin/bulk-applications")
        .session(session);
    let body = json!({ "action": action, "ids": ids });
    let reply = request.json(body).send().await;
    assert_eq!(reply.json()["changed"], ids.len(), "{}", reply.text);
}

/// Waits until the claims of a database end so many seconds after its test began.
async fn until_claims_end_at(server: &TestServer, seconds: i64) {
    let start: DateTime<Utc> = "2026-09-01T08:00:00Z".parse().unwrap();
    let end = start + TimeDelta::seconds(seconds);
    until("the claims end then", async || {
        let ends = quarterdeck_server::claims::live(
            server.services.database.reads(),
            end - TimeDelta::microseconds(1),
        );
        let later = quarterdeck_server::claims::live(server.services.database.reads(), end);
        (!ends.await.unwrap().is_empty() && later.await.unwrap().is_empty()).then_some(())
    })
    .await;
}

on_both! {
    async fn the_rows_of_every_queue_say_who_holds_them_and_since_when(server: TestServer) {
        let ((ana, of_ana), (_, of_bob)) = (operator(&server).await, operator(&server).await);
        for (queue, path) in QUEUES {
            let ids = items(&server, queue).await;
            let reply = take(&server, &of_ana, queue, &[ids[0], ids[0], 4_711]).await;
            assert_eq!(outcomes(&reply), [format!("{} changed", ids[0]), "4711 not_found".to_owned()]);
            let claim = |mine: bool| json!({
                "by": ana.email, "mine": mine, "since": "2026-09-01T08:00:00Z", "until": "2026-09-01T08:05:00Z",
            });
            assert_eq!(reply["results"][0]["row"], json!({ "id": ids[0], "claim": claim(true) }));
            for (session, mine) in [(&of_ana, true), (&of_bob, false)] {
                let rows = rows(&server, session, path).await;
                let claims: Vec<_> = rows.iter().map(|row| row["claim"].clone()).collect();
                assert_eq!(claims, [claim(mine), Value::Null], "{queue}");
                let one = server.get(&format!("/api/v1/admin/{path}/{}", ids[0])).session(session).send().await;
                assert_eq!(one.json()["claim"], claim(mine), "{queue}");
            }
        }
        let log = "SELECT action_code || ' ' || target_type || ' ' || details FROM admin_audit_log ORDER BY seq";
        assert_eq!(server.database.texts(log).await, ["application", "report", "data_request"].map(|kind| format!("claim_taken {kind} {{}}")));
    }

    async fn two_at_once_one_holds_and_the_other_is_told_who(server: TestServer) {
        let ((ana, of_ana), (bob, of_bob)) = (operator(&server).await, operator(&server).await);
        for _ in 0..5 {
            let ids = server.reports(3).await;
            let backward: Vec<_> = ids.iter().rev().copied().collect();
            let (one, two) = tokio::join!(
                take(&server, &of_ana, "reports", &ids),
                take(&server, &of_bob, "reports", &backward),
            );
            let (winner, loser, lost) = if one["changed"] == 3 { (&ana, two, 0) } else { (&bob, one, 0) };
            assert_eq!(loser["changed"], lost, "{loser}");
            for result in loser["results"].as_array().unwrap() {
                let told = (&result["outcome"], &result["conflict"]["decided_by"], &result["conflict"]["decided_at"]);
                assert_eq!(told, (&json!("conflict"), &json!(winner.email), &json!("2026-09-01T08:00:00Z")));
                assert_eq!(result["row"]["claim"]["by"], winner.email);
            }
        }
    }

    async fn what_another_holds_is_neither_taken_nor_released_and_ones_own_is_once(server: TestServer) {
        let ((_, of_ana), (_, of_bob)) = (operator(&server).await, operator(&server).await);
        let ids = server.applications(2).await;
        take(&server, &of_ana, "applications", &ids[..1]).await;
        let told = |outcome: &str| vec![format!("{} {outcome}", ids[0])];
        assert_eq!(outcomes(&take(&server, &of_ana, "applications", &ids[..1]).await), told("noop"));
        assert_eq!(outcomes(&take(&server, &of_bob, "applications", &ids[..1]).await), told("conflict"));
        assert_eq!(outcomes(&release(&server, &of_bob, "applications", &ids[..1]).await), told("conflict"));
        assert_eq!(outcomes(&release(&server, &of_ana, "applications", &ids[..1]).await), told("changed"));
        assert_eq!(outcomes(&release(&server, &of_ana, "applications", &ids[..1]).await), told("noop"));
        assert_eq!(outcomes(&take(&server, &of_bob, "applications", &ids[..1]).await), told("changed"));
        decide(&server, &of_ana, "approve", &ids[1..]).await;
        let decided = take(&server, &of_bob, "applications", &ids[1..]).await;
        assert_eq!(decided["results"][0]["conflict"]["status"], "ACTIVE", "nothing is left to do");
    }

    async fn another_session_of_the_same_operator_takes_over(server: TestServer) {
        let (ana, first) = operator(&server).await;
        let second = server.session(&ana).await;
        let ids = server.applications(1).await;
        take(&server, &first, "applications", &ids).await;
        assert_eq!(take(&server, &second, "applications", &ids).await["changed"], 1);
        server.post("/api/v1/auth/sign-out").session(&first).send().await;
        assert_eq!(holders(&server, &second).await, [ana.email]);
    }

    async fn a_lease_ends_after_five_minutes_without_a_sign_of_life(server: TestServer) {
        let ((ana, of_ana), (_, of_bob)) = (operator(&server).await, operator(&server).await);
        let ids = server.applications(1).await;
        take(&server, &of_ana, "applications", &ids).await;
        server.advance(TimeDelta::seconds(240));
        assert_eq!(holders(&server, &of_ana).await, [ana.email.as_str()]);
        until_claims_end_at(&server, 540).await;
        server.advance(TimeDelta::seconds(299));
        assert_eq!(holders(&server, &of_bob).await, [ana.email.as_str()]);
        server.advance(TimeDelta::seconds(1));
        assert_eq!(holders(&server, &of_bob).await, [""]);
        assert_eq!(take(&server, &of_bob, "applications", &ids).await["changed"], 1);
        let log = "SELECT action_code FROM admin_audit_log ORDER BY seq";
        assert_eq!(server.database.texts(log).await, ["claim_taken", "claim_taken"], "bookkeeping leaves no rows");
    }

    async fn signing_out_a_revocation_and_a_ban_free(server: TestServer) {
        let admin = server.super_admin().await;
        let root = server.session(&admin).await;
        for how in ["sign-out", "ban", "suspend"] {
            let (ana, session) = operator(&server).await;
            let ids = server.reports(1).await;
            take(&server, &session, "reports", &ids).await;
            let request = match how {
                "sign-out" => server.post("/api/v1/auth/sign-out").session(&session),
                verb => {
                    server.advance(TimeDelta::seconds(30));
                    let (method, words) = if verb == "ban" { ("PATCH", "banReason") } else { ("POST", "reason") };
                    let request = server.request(method, &format!("/api/v1/admin/users/{}/{verb}", ana.id));
                    let code = admin.code(server.now());
                    request.session(&root).header("x-otp", &code).json(json!({ words: "spam" }))
                }
            };
            let reply = request.send().await;
            assert!(matches!(reply.status, 200 | 204), "{how}: {}", reply.text);
            let row = server.get(&format!("/api/v1/admin/reports/{}", ids[0])).session(&root).send().await.json();
            assert_eq!(row["claim"], Value::Null, "{how}");
        }
    }

    async fn a_lost_connection_frees_after_a_grace_and_a_resumed_one_keeps(server: TestServer) {
        let ((_, of_ana), (_, of_bob)) = (operator(&server).await, operator(&server).await);
        let ids = server.applications(1).await;
        take(&server, &of_ana, "applications", &ids).await;
        let (first, _) = server.live(&of_ana).await;
        let (second, _) = server.live(&of_ana).await;
        drop(first);
        until("one connection is left", async || (*server.services.sockets.count().borrow() == 1).then_some(())).await;
        drop(second);
        until_claims_end_at(&server, 30).await;
        server.advance(TimeDelta::seconds(29));
        let (resumed, _) = server.live(&of_ana).await;
        until_claims_end_at(&server, 329).await;
        drop(resumed);
        until_claims_end_at(&server, 59).await;
        server.advance(TimeDelta::seconds(30));
        assert_eq!(holders(&server, &of_bob).await, [""]);
    }

    async fn a_decision_by_another_goes_through_and_ends_the_claim(server: TestServer) {
        let ((_, of_ana), (_, of_bob)) = (operator(&server).await, operator(&server).await);
        let ids = server.applications(2).await;
        take(&server, &of_ana, "applications", &ids).await;
        decide(&server, &of_bob, "approve", &ids[..1]).await;
        decide(&server, &of_bob, "reopen", &ids[..1]).await;
        assert_eq!(holders(&server, &of_bob).await[0], "", "reopened, it is free");
        assert_ne!(holders(&server, &of_bob).await[1], "");
        for (queue, path, method, body) in [
            ("reports", "reports", "PATCH", json!({ "report_id": 0, "status": "resolved" })),
            ("reports", "bulk-reports", "POST", json!({ "ids": [0], "status": "resolved" })),
            ("data_requests", "data-requests", "PATCH", json!({ "request_id": 0, "status": "completed" })),
            ("data_requests", "bulk-data-requests", "POST", json!({ "ids": [0], "status": "completed" })),
        ] {
            let ids = items(&server, queue).await;
            take(&server, &of_ana, queue, &ids[..1]).await;
            let body = body.to_string().replace('0', &ids[0].to_string());
            let request = server.request(method, &format!("/api/v1/admin/{path}")).session(&of_bob);
            let reply = request.json(serde_json::from_str(&body).unwrap()).send().await;
            assert_eq!(reply.status, 200, "{}", reply.text);
            let held = format!("SELECT count(*) FROM claims WHERE queue = '{queue}' AND object_id = {}", ids[0]);
            assert_eq!(server.database.number(&held).await, 0, "{path}");
        }
    }

    async fn no_list_hides_a_claimed_item(server: TestServer) {
        for (queue, path) in QUEUES {
            let ((_, of_ana), (_, of_bob)) = (operator(&server).await, operator(&server).await);
            let ids = items(&server, queue).await;
            let listed = async |path: &str| -> Vec<Value> {
                rows(&server, &of_bob, path).await.iter().map(|row| row["id"].clone()).collect()
            };
            let before = (listed(path).await, listed(&format!("{path}/ids")).await);
            assert_eq!(before.0.len(), 2, "{queue}");
            take(&server, &of_ana, queue, &ids).await;
            assert_eq!((listed(path).await, listed(&format!("{path}/ids")).await), before, "{queue}");
            server.advance(TimeDelta::minutes(6));
            assert_eq!((listed(path).await, listed(&format!("{path}/ids")).await), before, "{queue}: abandoned");
        }
    }

    async fn a_queue_is_filtered_by_who_holds_its_items(server: TestServer) {
        for (queue, path) in QUEUES {
            let ((ana, of_ana), (_, of_bob)) = (operator(&server).await, operator(&server).await);
            let ids = items(&server, queue).await;
            let (held, free) = (vec![ids[0]], vec![ids[1]]);
            take(&server, &of_ana, queue, &held).await;
            let start: String = ana.email.chars().take(5).collect();
            let (by, begins) = (format!("claim={}", ana.email.to_uppercase()), format!("claim:{start}*"));
            let cases: &[(&Session, &str, &[i64])] = &[
                (&of_ana, "claim:me", &held),
                (&of_ana, "!claim:me", &free),
                (&of_ana, "claim:me,none", &ids),
                (&of_ana, "claim:any,none", &ids),
                (&of_bob, "claim:me", &[]),
                (&of_bob, "claim:any", &held),
                (&of_bob, "claim!=any", &free),
                (&of_bob, "claim:none", &free),
                (&of_bob, &by, &held),
                (&of_bob, &begins, &held),
                (&of_bob, "claim:nobody*", &[]),
                (&of_bob, "claim:none status:pending", &free),
            ];
            for (session, filter, expected) in cases {
                assert_eq!(filtered(&server, session, path, filter).await, *expected, "{queue}: {filter}");
            }
            server.advance(LEASE);
            assert_eq!(filtered(&server, &of_bob, path, "claim:any").await, Vec::<i64>::new(), "{queue}");
            assert_eq!(filtered(&server, &of_bob, path, "claim:none").await, ids, "{queue}");
        }
    }

    async fn what_a_filter_says_of_claims_holds_of_loaded_rows_as_well(server: TestServer) {
        let (account, session) = operator(&server).await;
        let ids = items(&server, "applications").await;
        take(&server, &session, "applications", &ids[..1]).await;
        let rows = rows(&server, &session, "applications").await;
        let context = Context {
            now: server.now(),
            me: Some(Me { id: UserId(account.id), email: account.email.clone() }),
        };
        for filter in ["claim:me", "!claim:me", "claim:any", "claim:none", "claim!=none", "claim:me,none"] {
            let parsed = Filter::<ApplicationField>::parse(filter).unwrap();
            let passing = rows.iter().filter(|row| {
                let row: ApplicationRow = serde_json::from_value((*row).clone()).unwrap();
                parsed.passes(&row, &context)
            });
            let local: Vec<_> = passing.map(|row| row["id"].as_i64().unwrap()).collect();
            assert_eq!(filtered(&server, &session, "applications", filter).await, local, "{filter}");
        }
    }

    async fn who_may_not_decide_in_a_queue_may_not_claim_there(server: TestServer) {
        let session = server.session(&server.admin(&[ReportsResolve, ReportsView, UserBan]).await).await;
        let ids = server.applications(1).await;
        for act in ["", "/release"] {
            let refused = claim(&server, &session, act, "applications", &ids).await.refused(403, "permission_denied");
            assert_eq!(refused["permission"], "applications.approve or applications.reject or applications.waitlist");
        }
        assert_eq!(take(&server, &session, "reports", &server.reports(1).await).await["changed"], 1);
        claim(&server, &session, "", "reports", &[]).await.names_fields(&["ids"]);
        claim(&server, &session, "", "users", &ids).await.refused(400, "validation_failed");
    }

    async fn others_are_told_who_takes_an_item_and_that_it_is_free_again(server: TestServer) {
        let ((ana, of_ana), (_, of_bob)) = (operator(&server).await, operator(&server).await);
        let (mut live, _) = server.live(&of_bob).await;
        let ids = server.reports(2).await;
        take(&server, &of_ana, "reports", &ids).await;
        let told = live.frame_of("changed").await;
        assert_eq!((&told["code"], &told["ids"], &told["by"]), (&json!("claim_taken"), &json!(ids), &json!(ana.id)));
        release(&server, &of_ana, "reports", &ids[..1]).await;
        assert_eq!(live.frame_of("changed").await["code"], "claim_released");
        let freed = live.frame_of("freed").await;
        assert_eq!((&freed["resource"], &freed["ids"]), (&json!("reports"), &json!(ids[..1])));
        server.post("/api/v1/auth/sign-out").session(&of_ana).send().await;
        assert_eq!(live.frame_of("freed").await["ids"], json!(ids[1..]), "nobody said so but the session ended");
    }

    async fn the_journal_says_what_of_a_claim_can_be_taken_back(server: TestServer) {
        let ((_, of_ana), (_, of_bob)) = (operator(&server).await, operator(&server).await);
        let ids = server.applications(2).await;
        let newest = async || -> Vec<String> {
            let reply = server.get("/api/v1/admin/journal").session(&of_ana).send().await.json();
            let targets = reply["data"][0]["targets"].as_array().unwrap().clone();
            targets.iter().map(|target| target["way_back"].as_str().unwrap().to_owned()).collect()
        };
        take(&server, &of_ana, "applications", &ids).await;
        assert_eq!(newest().await, ["possible", "possible"]);
        decide(&server, &of_bob, "approve", &ids[..1]).await;
        assert_eq!(newest().await, ["as_before", "possible"]);
        release(&server, &of_ana, "applications", &ids[1..]).await;
        assert_eq!(newest().await, ["possible"], "it can be claimed again");
        take(&server, &of_bob, "applications", &ids[1..]).await;
        assert_eq!(newest().await, ["overtaken"]);
    }

    async fn what_has_ended_is_purged(server: TestServer) {
        let (_, of_ana) = operator(&server).await;
        take(&server, &of_ana, "applications", &server.applications(1).await).await;
        server.advance(TimeDelta::minutes(5));
        quarterdeck_server::jobs::run_due(&server.services).await;
        assert_eq!(server.database.count("claims").await, 0);
    }
}
