//! The JSON of the realtime connection.

use quarterdeck_api::realtime::{
    Bye, Changed, ConnectQuery, Event, Farewell, Frame, Freed, Health, Hello, New, Newest, Part,
    Resource,
};

use super::*;

#[test]
fn s004_24_the_frames() {
    let hello = Frame {
        v: 1,
        event: Event::Hello(Hello {
            seq: 12,
            missed: false,
            newest: vec![Newest {
                resource: Resource::Applications.into(),
                id: 40,
            }],
        }),
    };
    golden(
        &hello,
        json!({
            "v": 1, "type": "hello", "seq": 12, "missed": false,
            "newest": [{ "resource": "applications", "id": 40 }],
        }),
    );
    let changed = Event::Changed(Changed {
        seq: 13,
        resource: Resource::DataRequests.into(),
        ids: vec![7, 8],
        code: AuditCode::DataRequestUpdated.into(),
        by: Some(5),
        at: time(),
    });
    golden(
        &Frame::from(changed),
        json!({
            "v": 1, "type": "changed", "seq": 13, "resource": "data_requests", "ids": [7, 8],
            "code": "data_request_updated", "by": 5, "at": "2026-11-20T09:30:00.000250Z",
        }),
    );
    let new = Event::New(New {
        resource: Resource::Audit.into(),
        count: 3,
        newest: 13,
    });
    golden(
        &Frame::from(new),
        json!({ "v": 1, "type": "new", "resource": "audit", "count": 3, "newest": 13 }),
    );
    let freed = Event::Freed(Freed {
        resource: Resource::Reports.into(),
        ids: vec![3],
    });
    golden(
        &Frame::from(freed),
        json!({ "v": 1, "type": "freed", "resource": "reports", "ids": [3] }),
    );
    let health = Event::Health(Health {
        degraded: vec![Part::Redis.into()],
    });
    golden(
        &Frame::from(health),
        json!({ "v": 1, "type": "health", "degraded": ["redis"] }),
    );
    let bye = Event::Bye(Bye {
        code: Farewell::Restarting.into(),
    });
    golden(
        &Frame::from(bye),
        json!({ "v": 1, "type": "bye", "code": "restarting" }),
    );
    golden(&ConnectQuery { after: Some(12) }, json!({ "after": 12 }));
}

#[test]
fn p20_a_frame_of_a_newer_server_is_unknown_and_no_failure() {
    let frame: Frame =
        serde_json::from_value(json!({ "v": 2, "type": "viewing", "who": [1] })).unwrap();
    assert_eq!(frame.event, Event::Unknown);
}
