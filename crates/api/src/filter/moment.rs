//! Times as filters write them, and the times that they mean now.

use std::ops::Bound;

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};

/// A time, told from now or by itself. Days are those of UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// This time.
    At(DateTime<Utc>),
    /// So long before now.
    Ago(TimeDelta),
    /// So long after now.
    Ahead(TimeDelta),
    /// The first moment of a day.
    StartOf(Day),
    /// The first moment behind a day.
    After(Day),
}

/// A day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Day {
    /// This one.
    Date(NaiveDate),
    /// So many days from today.
    FromToday(i64),
}

/// Times between two moments, either of which may be absent.
pub type Period = (Bound<Moment>, Bound<Moment>);

impl Moment {
    /// The time that it means now. One that no database keeps, of a year before 0 or after 9999, becomes
    /// the nearest that they all do.
    pub fn at(self, now: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::At(time) => time,
            Self::Ago(span) => now
                .checked_sub_signed(span)
                .unwrap_or(DateTime::<Utc>::MIN_UTC),
            Self::Ahead(span) => now
                .checked_add_signed(span)
                .unwrap_or(DateTime::<Utc>::MAX_UTC),
            Self::StartOf(day) => start(day.date(now)),
            Self::After(day) => day
                .date(now)
                .checked_add_days(Days::new(1))
                .map_or(DateTime::<Utc>::MAX_UTC, start),
        }
        .clamp(first(), last())
    }
}

impl Day {
    fn date(self, now: DateTime<Utc>) -> NaiveDate {
        match self {
            Self::Date(date) => date,
            Self::FromToday(days) => {
                let today = now.date_naive();
                TimeDelta::try_days(days)
                    .and_then(|span| today.checked_add_signed(span))
                    .unwrap_or(today)
            }
        }
    }
}

fn start(date: NaiveDate) -> DateTime<Utc> {
    date.and_time(NaiveTime::MIN).and_utc()
}

fn first() -> DateTime<Utc> {
    NaiveDate::from_ymd_opt(0, 1, 1).map_or(DateTime::<Utc>::MIN_UTC, start)
}

/// A microsecond, the finest that databases keep, before year 10000.
fn last() -> DateTime<Utc> {
    let beyond = NaiveDate::from_ymd_opt(10_000, 1, 1).map(start);
    beyond.map_or(DateTime::<Utc>::MAX_UTC, |beyond| {
        beyond - TimeDelta::microseconds(1)
    })
}

/// The times that a period means now.
pub fn between(
    (from, to): Period,
    now: DateTime<Utc>,
) -> (Bound<DateTime<Utc>>, Bound<DateTime<Utc>>) {
    let at = |bound: Bound<Moment>| bound.map(|moment| moment.at(now));
    (at(from), at(to))
}

/// A time as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Time {
    Day(Day),
    Instant(DateTime<Utc>),
    Span(TimeDelta),
}

impl Time {
    /// `today`, `2026-09-01`, `2026-09-01T10:00`, `2h`.
    pub(super) fn read(text: &str) -> Option<Self> {
        let day = match text {
            "yesterday" => Some(Day::FromToday(-1)),
            "today" => Some(Day::FromToday(0)),
            "tomorrow" => Some(Day::FromToday(1)),
            text => text.parse().ok().map(Day::Date),
        };
        let day = day.map(Self::Day);
        day.or_else(|| instant(text).map(Self::Instant))
            .or_else(|| span(text).map(Self::Span))
            .filter(|time| time.is_storable())
    }

    fn is_storable(self) -> bool {
        match self {
            Self::Day(Day::Date(date)) => (0..=9999).contains(&date.year()),
            Self::Instant(time) => (0..=9999).contains(&time.year()),
            Self::Day(Day::FromToday(_)) | Self::Span(_) => true,
        }
    }
}

fn instant(text: &str) -> Option<DateTime<Utc>> {
    let local = |format: &str| NaiveDateTime::parse_from_str(text, format).ok();
    let zoned = DateTime::parse_from_rfc3339(text).ok();
    zoned.map(|time| time.to_utc()).or_else(|| {
        let time = local("%Y-%m-%dT%H:%M").or_else(|| local("%Y-%m-%dT%H:%M:%S"));
        time.map(|time| time.and_utc())
    })
}

/// `30m`, `2h`, `3d`, `1w`.
pub(super) fn span(text: &str) -> Option<TimeDelta> {
    let unit = text.chars().last()?;
    let count: u32 = text[..text.len() - unit.len_utf8()].parse().ok()?;
    let count = i64::from(count);
    match unit {
        'm' => TimeDelta::try_minutes(count),
        'h' => TimeDelta::try_hours(count),
        'd' => TimeDelta::try_days(count),
        'w' => TimeDelta::try_weeks(count),
        _ => None,
    }
}
