//! Many operators, one data request.

use std::collections::BTreeMap;

use quarterdeck_api::permission::Permission::DataRequestsUpdate;
use serde_json::json;
use tokio::task::JoinSet;

use super::{BULK, QUEUE, audit_rows};
use crate::harness::on_both;

on_both! {
    async fn of_fifty_updates_at_once_one_wins_and_49_learn_who_did(server: TestServer) {
        server.data_requests(1).await;
        let mut calls = JoinSet::new();
        let mut emails = BTreeMap::new();
        for number in 0..50 {
            let operator = server.admin(&[DataRequestsUpdate]).await;
            let session = server.session(&operator).await;
            emails.insert(number, operator.email);
            let request = server.request("PATCH", QUEUE).session(&session).key(&format!("update-{number}"));
            let body = json!({ "request_id": 1, "status": "completed", "expected_status": "pending" });
            calls.spawn(async move { (number, request.json(body).send().await) });
        }
        let replies = calls.join_all().await;
        let winners: Vec<_> = replies.iter().filter(|(_, reply)| reply.status == 200).collect();
        assert_eq!(winners.len(), 1);
        let winner = &emails[&winners[0].0];
        assert_eq!(winners[0].1.text_at("/handled_by"), *winner);
        for (_, reply) in replies.iter().filter(|(_, reply)| reply.status != 200) {
            let problem = reply.refused(409, "already_completed");
            assert_eq!(problem["conflict"], json!({
                "status": "completed", "decided_by": winner, "decided_at": "2026-09-01T08:00:00Z", "version": 2,
            }));
        }
        assert_eq!(audit_rows(&server).await.len(), 1);
    }

    async fn bulks_that_overlap_do_not_lock_each_other_out(server: TestServer) {
        let ids = server.data_requests(20).await;
        let mut calls = JoinSet::new();
        for number in 0..8 {
            let operator = server.admin(&[DataRequestsUpdate]).await;
            let session = server.session(&operator).await;
            // Every second one names them the other way round.
            let mut ids = ids.clone();
            if number % 2 == 1 {
                ids.reverse();
            }
            let body = json!({ "ids": ids, "status": "completed", "confirm": true, "expected_status": "pending" });
            calls.spawn(server.post(BULK).session(&session).json(body).send());
        }
        let replies = calls.join_all().await;
        let mut changed: Vec<_> = replies.iter().map(|reply| (reply.status, reply.json()["changed"].as_u64())).collect();
        changed.sort_unstable();
        assert_eq!(changed[..7], [(200, Some(0)); 7]);
        assert_eq!(changed[7], (200, Some(20)));
        assert_eq!(server.database.count("admin_audit_log").await, 21);
    }
}
