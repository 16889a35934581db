//! Many operators, one application.

use std::collections::BTreeMap;

use quarterdeck_api::permission::Permission::{ApplicationsApprove, ApplicationsReject};
use serde_json::json;
use tokio::task::JoinSet;

use super::{DECIDE, audit_rows, decide, outcomes};
use crate::harness::on_both;

on_both! {
    async fn s003_65_of_fifty_decisions_at_once_one_wins_and_49_learn_who_did(server: TestServer) {
        server.applications(1).await;
        let mut posts = JoinSet::new();
        let mut emails = BTreeMap::new();
        for number in 0..50 {
            let operator = server.admin(&[ApplicationsApprove, ApplicationsReject]).await;
            let session = server.session(&operator).await;
            emails.insert(number, operator.email);
            let action = if number % 2 == 0 { "approve" } else { "reject" };
            let request = server
                .post(DECIDE)
                .session(&session)
                .key(&format!("decision-{number}"))
                .json(json!({ "action": action, "ids": [1], "expected_status": "PENDING" }));
            posts.spawn(async move { (number, request.send().await) });
        }
        let replies = posts.join_all().await;
        let winners: Vec<_> = replies.iter().filter(|(_, reply)| outcomes(reply) == ["1 changed"]).collect();
        assert_eq!(winners.len(), 1);
        let (winner, _) = winners[0];
        let status = if winner % 2 == 0 { "ACTIVE" } else { "REJECTED" };
        let now = json!({
            "id": 1, "user_id": null, "name": "Applicant 0", "email": "applicant-0@people.example",
            "status": status, "submitted_at": "2026-09-01T07:59:00Z",
            "decided_at": "2026-09-01T08:00:00Z", "decided_by": emails[winner],
            "reason": null, "reason_code": null, "version": 2, "claim": null,
        });
        for (number, reply) in &replies {
            if number == winner {
                reply.is(200, json!({
                    "results": [{ "id": 1, "outcome": "changed", "application": now }],
                    "changed": 1,
                    "noop": false,
                }));
            } else {
                reply.is(200, json!({
                    "results": [{
                        "id": 1,
                        "outcome": "conflict",
                        "application": now,
                        "conflict": {
                            "status": status,
                            "decided_by": emails[winner],
                            "decided_at": "2026-09-01T08:00:00Z",
                            "version": 2,
                        },
                    }],
                    "changed": 0,
                    "noop": false,
                }));
            }
        }
        assert_eq!(audit_rows(&server).await.len(), 1);
    }

    async fn bulks_that_overlap_do_not_lock_each_other_out(server: TestServer) {
        let ids = server.applications(40).await;
        let mut posts = JoinSet::new();
        for number in 0..12 {
            let operator = server.admin(&[ApplicationsApprove]).await;
            let session = server.session(&operator).await;
            // Every second one names them the other way round.
            let mut ids = ids.clone();
            if number % 2 == 1 {
                ids.reverse();
            }
            let body = json!({ "action": "approve", "ids": ids, "expected_status": "PENDING" });
            posts.spawn(server.post(DECIDE).session(&session).json(body).send());
        }
        let replies = posts.join_all().await;
        let mut changed: Vec<_> = replies.iter().map(|reply| (reply.status, reply.json()["changed"].as_u64())).collect();
        changed.sort_unstable();
        assert_eq!(changed[..11], [(200, Some(0)); 11]);
        assert_eq!(changed[11], (200, Some(40)));
        assert_eq!(server.database.count("admin_audit_log").await, 41);
    }

    async fn the_chain_of_many_operators_has_no_gap(server: TestServer) {
        let operator = server.admin(&[ApplicationsApprove]).await;
        let session = server.session(&operator).await;
        let ids = server.applications(60).await;
        let mut posts = JoinSet::new();
        for id in ids {
            let body = json!({ "action": "approve", "ids": [id] });
            posts.spawn(server.post(DECIDE).session(&session).json(body).send());
        }
        for reply in posts.join_all().await {
            assert_eq!(reply.status, 200, "{}", reply.text);
        }
        let root = server.super_admin().await;
        let root = server.session(&root).await;
        let report = server.get("/api/v1/admin/audit/verify?expected_min_seq=60").session(&root).send().await.json();
        assert_eq!((&report["status"], &report["rows"]), (&json!("intact"), &json!(60)), "{report}");
        decide(&server, &session, json!({ "action": "approve", "ids": [1] })).await;
    }
}
