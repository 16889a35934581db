//! Dates in filters: a day, a span of days, or how far back.

use chrono::{DateTime, Days, NaiveDate, Utc};

use super::filter::{FilterError, Relation, Term};

/// What a date may look like, for the prompt.
pub const EXAMPLE: &str = "date:today, date:2h, date:2026-11-01..2026-11-20 (UTC)";

/// From when, and until before when.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Period {
    /// At this time or later.
    pub from: Option<DateTime<Utc>>,
    /// Before this time.
    pub to: Option<DateTime<Utc>>,
}

impl Period {
    /// Whether a time lies in it.
    pub fn holds(self, at: DateTime<Utc>) -> bool {
        self.from.is_none_or(|from| at >= from) && self.to.is_none_or(|to| at < to)
    }
}

/// The period that a term means. Days are those of UTC, as the audit log has them.
///
/// # Errors
/// Its value is no date.
pub fn period(term: &Term, now: DateTime<Utc>) -> Result<Period, FilterError> {
    let text = term.value.as_str();
    let problem = || term.error(&format!("`{text}` is no date; write {EXAMPLE}"));
    if let Some((first, last)) = text.split_once("..") {
        let end = |text: &str| match text {
            "" => Ok(None),
            text => day(text, now).map(Some).ok_or_else(problem),
        };
        let (first, last) = (end(first)?, end(last)?);
        return Ok(Period {
            from: first.map(start),
            to: last.and_then(after),
        });
    }
    if let Some(span) = super::filter::parse_span(text) {
        let from = now.checked_sub_signed(span);
        return Ok(Period { from, to: None });
    }
    let day = day(text, now).ok_or_else(problem)?;
    Ok(match term.relation {
        Relation::Is => Period {
            from: Some(start(day)),
            to: after(day),
        },
        Relation::Above => Period {
            from: after(day),
            to: None,
        },
        Relation::Below => Period {
            from: None,
            to: Some(start(day)),
        },
    })
}

fn day(text: &str, now: DateTime<Utc>) -> Option<NaiveDate> {
    match text {
        "today" => Some(now.date_naive()),
        "yesterday" => now.date_naive().pred_opt(),
        text => text.parse().ok(),
    }
}

fn start(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(chrono::NaiveTime::MIN).and_utc()
}

/// The start of the day after.
fn after(day: NaiveDate) -> Option<DateTime<Utc>> {
    day.checked_add_days(Days::new(1)).map(start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::filter::{FilterField, parse};

    const FIELDS: &[FilterField] = &[FilterField {
        name: "date",
        example: EXAMPLE,
    }];

    fn read(text: &str) -> Result<(String, String), String> {
        let now = "2026-11-20T14:00:00Z".parse().unwrap();
        let terms = parse(text, FIELDS).unwrap();
        let text = |at: Option<DateTime<Utc>>| {
            at.map_or_else(String::new, |at| at.format("%m-%d %H:%M").to_string())
        };
        period(&terms[0], now)
            .map(|period| (text(period.from), text(period.to)))
            .map_err(|error| error.message.to_string())
    }

    #[test]
    fn a_date_is_a_day_a_span_of_days_or_how_far_back() {
        let cases = [
            ("date:today", "11-20 00:00", "11-21 00:00"),
            ("date:yesterday", "11-19 00:00", "11-20 00:00"),
            ("date:2026-11-01", "11-01 00:00", "11-02 00:00"),
            ("date:2026-11-01..2026-11-03", "11-01 00:00", "11-04 00:00"),
            ("date:2026-11-01..", "11-01 00:00", ""),
            ("date:..yesterday", "", "11-20 00:00"),
            ("date:2h", "11-20 12:00", ""),
            ("date>2026-11-01", "11-02 00:00", ""),
            ("date<2026-11-01", "", "11-01 00:00"),
        ];
        for (text, from, to) in cases {
            assert_eq!(read(text), Ok((from.to_owned(), to.to_owned())), "{text}");
        }
        for text in [
            "date:soon",
            "date:2026-13-01",
            "date:a..b",
            "date:2026-11-01..x",
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains("is no date; write date:today"), "{error}");
        }
    }
}
