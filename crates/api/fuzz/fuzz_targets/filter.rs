//! No text makes the filter panic; what is read is printed, read back, and means the same, whole or split.
#![no_main]

use chrono::DateTime;
use libfuzzer_sys::fuzz_target;
use quarterdeck_api::applications::{ApplicationField, ApplicationRow, ApplicationStatus};
use quarterdeck_api::filter::{Context, Filter, Me};
use quarterdeck_api::ids::{ApplicationId, UserId};
use quarterdeck_api::text::Line;

fn row() -> ApplicationRow {
    ApplicationRow {
        id: ApplicationId(12),
        user_id: Some(UserId(7)),
        name: Line::new("Ana Sørensen"),
        email: Line::new("ana@example.org"),
        status: ApplicationStatus::Pending.into(),
        submitted_at: DateTime::from_timestamp_nanos(1_790_000_000_000_000_000),
        decided_at: None,
        decided_by: None,
        reason: None,
        reason_code: None,
        version: 1,
        claim: None,
    }
}

fuzz_target!(|text: &str| {
    let Ok(filter) = Filter::<ApplicationField>::parse(text) else {
        return;
    };
    let context = Context {
        now: DateTime::from_timestamp_nanos(1_790_000_600_000_000_000),
        me: Some(Me {
            id: UserId(7),
            email: "kim@example.org".to_owned(),
        }),
    };
    let printed = filter.to_string();
    let again = Filter::<ApplicationField>::parse(&printed).expect("what is printed is read back");
    assert_eq!(again.to_string(), printed);
    assert_eq!(
        again.passes(&row(), &context),
        filter.passes(&row(), &context)
    );
    let passes = filter.passes(&row(), &context);
    let (server, local) = filter.split();
    assert!(server.asked().is_ok());
    assert_eq!(
        server.passes(&row(), &context) && local.passes(&row(), &context),
        passes
    );
});
