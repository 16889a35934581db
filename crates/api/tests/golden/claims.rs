//! The JSON of claims.

use quarterdeck_api::bulk::{BulkReply, BulkResult};
use quarterdeck_api::claim::Claim;
use quarterdeck_api::claims::{ClaimRequest, Claimed, Queue};

use super::*;

#[test]
fn claiming_and_what_became_of_it() {
    golden(
        &ClaimRequest {
            queue: Queue::DataRequests,
            ids: vec![3, 4],
        },
        json!({ "queue": "data_requests", "ids": [3, 4] }),
    );
    let claim = Claim {
        by: line("ana@quarterdeck.example"),
        mine: false,
        since: time(),
        until: time(),
    };
    let reply = BulkReply {
        results: vec![BulkResult {
            id: 3,
            outcome: Outcome::Conflict.into(),
            row: Some(Claimed {
                id: 3,
                claim: Some(claim),
            }),
            conflict: Some(conflict()),
        }],
        changed: 0,
        noop: false,
    };
    let at = "2026-11-20T09:30:00.000250Z";
    golden(
        &reply,
        json!({
            "results": [{
                "id": 3, "outcome": "conflict", "conflict": conflict_json(),
                "row": { "id": 3, "claim": { "by": "ana@quarterdeck.example", "mine": false, "since": at, "until": at } },
            }],
            "changed": 0, "noop": false,
        }),
    );
}

#[test]
fn a_row_of_an_older_server_is_nobodys() {
    let row: ApplicationRow = serde_json::from_value({
        let mut row = row_json();
        row.as_object_mut().unwrap().remove("claim");
        row
    })
    .unwrap();
    assert_eq!(row.claim, None);
}
