//! The JSON of the journal.

use quarterdeck_api::audit::AuditCode;
use quarterdeck_api::journal::{JournalEntry, JournalPage, JournalQuery, JournalTarget, WayBack};
use serde_json::json;

use super::{golden, line, time};

#[test]
fn journal_pages() {
    let target = |id, way_back: WayBack| JournalTarget {
        id,
        way_back: way_back.into(),
    };
    golden(
        &JournalPage {
            data: vec![JournalEntry {
                seq: 41,
                request_id: line("0199c0de-0001"),
                created_at: time(),
                action_code: AuditCode::BulkApprove.into(),
                target_type: line("application"),
                targets: vec![
                    target(11, WayBack::Possible),
                    target(12, WayBack::Overtaken),
                ],
                possible: 1,
                inverse: Some(line("applications.decide")),
            }],
            next_cursor: Some("39".to_owned()),
        },
        json!({
            "data": [{
                "seq": 41,
                "request_id": "0199c0de-0001",
                "created_at": "2026-11-20T09:30:00.000250Z",
                "action_code": "bulk_approve",
                "target_type": "application",
                "targets": [
                    { "id": 11, "way_back": "possible" },
                    { "id": 12, "way_back": "overtaken" },
                ],
                "possible": 1,
                "inverse": "applications.decide",
            }],
            "next_cursor": "39",
        }),
    );
    golden(
        &JournalQuery {
            take: Some(50),
            cursor: Some("39".to_owned()),
        },
        json!({ "take": 50, "cursor": "39" }),
    );
}
