//! The JSON of saved filters.

use quarterdeck_api::filters::{DroppedFilter, SaveFilterRequest, SavedFilter, SavedFilters};
use quarterdeck_api::ids::FilterId;
use quarterdeck_api::realtime::Resource;
use serde_json::json;

use super::{golden, line, time};

#[test]
fn saved_filters() {
    let filter = SavedFilter {
        id: FilterId(7),
        resource: Resource::Applications.into(),
        name: line("old"),
        filter: line("age>30d"),
        shared: true,
        mine: false,
        owner: line("ana@ops.example"),
        updated_at: time(),
        version: 2,
    };
    let text = json!({
        "id": 7,
        "resource": "applications",
        "name": "old",
        "filter": "age>30d",
        "shared": true,
        "mine": false,
        "owner": "ana@ops.example",
        "updated_at": "2026-11-20T09:30:00.000250Z",
        "version": 2,
    });
    golden(&filter, text.clone());
    golden(
        &SavedFilters {
            filters: vec![filter],
        },
        json!({ "filters": [text] }),
    );
}

#[test]
fn keeping_and_dropping_a_filter() {
    golden(
        &SaveFilterRequest {
            resource: Resource::DataRequests,
            name: "late".to_owned(),
            filter: "is:overdue".to_owned(),
            shared: false,
        },
        json!({ "resource": "data_requests", "name": "late", "filter": "is:overdue", "shared": false }),
    );
    golden(&DroppedFilter { id: FilterId(7) }, json!({ "id": 7 }));
}
