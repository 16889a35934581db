//! The one place that reads the wall clock.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Datelike, SubsecRound, TimeDelta, Utc};
use quarterdeck_api::problem::FieldProblem;

/// Where the time comes from. Times are UTC, cut to microseconds, which is what both databases keep.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// Microseconds since the epoch, set by a test.
    Set(Arc<AtomicI64>),
    /// A file that holds an RFC 3339 time, read at every call; for tests of real processes.
    File(PathBuf),
}

impl Clock {
    /// A clock that stands still until it is moved with the returned handle.
    pub fn set_to(now: DateTime<Utc>) -> (Self, Arc<AtomicI64>) {
        let handle = Arc::new(AtomicI64::new(now.timestamp_micros()));
        (Self::Set(Arc::clone(&handle)), handle)
    }

    /// The time now.
    pub fn now(&self) -> DateTime<Utc> {
        match self {
            Self::System => system_now(),
            Self::Set(micros) => from_micros(micros.load(Ordering::SeqCst)),
            Self::File(path) => std::fs::read_to_string(path)
                .ok()
                .and_then(|text| text.trim().parse::<DateTime<Utc>>().ok())
                .map_or_else(system_now, |now| now.trunc_subsecs(6)),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the clock's one home")]
fn system_now() -> DateTime<Utc> {
    Utc::now().trunc_subsecs(6)
}

/// How far the clocks of two processes may be apart.
pub const SKEW: TimeDelta = TimeDelta::minutes(30);

/// Whether what was given out to last for a time was dated by a clock that was ahead: further than clocks
/// may be apart, and than it was to last.
pub fn is_from_ahead(given_at: DateTime<Utc>, ends_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    given_at - now > SKEW.max(ends_at - given_at)
}

/// Whether both databases hold the time and put it in order: SQLite keeps text, whose years have four
/// digits, and PostgreSQL begins in 4714 BC.
pub fn is_storable(time: DateTime<Utc>) -> bool {
    (0..=9999).contains(&time.year())
}

/// Refuses a filter's `from` or `to` that the databases cannot compare with.
pub fn check_range(
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
) -> Result<(), FieldProblem> {
    for (name, time) in [("from", from), ("to", to)] {
        if !time.is_none_or(is_storable) {
            return Err(FieldProblem::new(
                name,
                "must be in a year from 0000 to 9999",
            ));
        }
    }
    Ok(())
}

/// A time from microseconds since the epoch.
pub fn from_micros(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap_or(DateTime::UNIX_EPOCH)
}
