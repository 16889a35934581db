//! How times are written: as ages, in local time or in UTC. Pure: `now` is always an argument.

use chrono::{DateTime, FixedOffset, TimeDelta, Utc};

/// How times are written; `t` goes round.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TimeStyle {
    /// As an age: `3h`.
    #[default]
    Relative,
    /// In local time.
    Local,
    /// In UTC.
    Utc,
}

impl TimeStyle {
    /// The style after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Self::Relative => Self::Local,
            Self::Local => Self::Utc,
            Self::Utc => Self::Relative,
        }
    }

    /// Its name in a toast.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Relative => "ages",
            Self::Local => "local time",
            Self::Utc => "UTC",
        }
    }

    /// Columns that [`Times::stamp`] needs at most.
    pub const fn width(self) -> u16 {
        match self {
            Self::Relative => 4,
            Self::Local => 16,
            Self::Utc => 17,
        }
    }
}

/// All that is needed to write a time.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    /// The present.
    pub now: DateTime<Utc>,
    /// How to write.
    pub style: TimeStyle,
    /// Offset of local time.
    pub offset: FixedOffset,
}

impl Times {
    /// A time as a cell of a table.
    pub fn stamp(&self, at: DateTime<Utc>) -> String {
        match self.style {
            TimeStyle::Relative => coarse_age(self.now - at),
            TimeStyle::Local => at
                .with_timezone(&self.offset)
                .format("%Y-%m-%d %H:%M")
                .to_string(),
            TimeStyle::Utc => at.format("%Y-%m-%d %H:%MZ").to_string(),
        }
    }

    /// A time that lies ahead, in full, and in how long it comes.
    pub fn ahead(&self, at: DateTime<Utc>) -> String {
        let full = self.in_full(at);
        let moment = full.split(" (").next().unwrap_or_default();
        format!("{moment} (in {})", age(at - self.now))
    }

    /// A time in full, with its age.
    pub fn in_full(&self, at: DateTime<Utc>) -> String {
        format!("{} ({})", self.at(at), ago(self.now - at))
    }

    /// The same without its age: what lies ahead has none.
    pub fn at(&self, at: DateTime<Utc>) -> String {
        match self.style {
            TimeStyle::Relative | TimeStyle::Utc => at.format("%Y-%m-%d %H:%M:%S UTC").to_string(),
            TimeStyle::Local => {
                let local = at.with_timezone(&self.offset);
                local.format("%Y-%m-%d %H:%M:%S %:z").to_string()
            }
        }
    }
}

/// An age in its largest whole unit: `42s`, `3m`, `7h`, `12d`. A time that lies ahead, by a clock that
/// differs, counts as now.
pub fn age(elapsed: TimeDelta) -> String {
    let seconds = elapsed.num_seconds().max(0);
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3_600 => format!("{}m", seconds / 60),
        3_600..86_400 => format!("{}h", seconds / 3_600),
        _ => format!("{}d", seconds / 86_400),
    }
}

/// The same with "ago".
pub fn ago(elapsed: TimeDelta) -> String {
    format!("{} ago", age(elapsed))
}

/// As [`age`], but still for the whole first minute, so that a list does not redraw every second.
pub fn coarse_age(elapsed: TimeDelta) -> String {
    if elapsed.num_seconds() < 60 {
        "<1m".to_owned()
    } else {
        age(elapsed)
    }
}

/// What is left until a deadline: `in 3d`, or in words that no color has to carry, `OVERDUE 5d`.
pub fn time_left(left: TimeDelta) -> String {
    if left < TimeDelta::zero() {
        format!("OVERDUE {}", coarse_age(-left))
    } else {
        format!("in {}", coarse_age(left))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn ages_are_written_in_their_largest_whole_unit() {
        let cases = [
            (-5, "0s", "<1m"),
            (0, "0s", "<1m"),
            (59, "59s", "<1m"),
            (60, "1m", "1m"),
            (3_599, "59m", "59m"),
            (3_600, "1h", "1h"),
            (86_399, "23h", "23h"),
            (86_400, "1d", "1d"),
            (864_000, "10d", "10d"),
        ];
        for (seconds, exact, coarse) in cases {
            assert_eq!(age(TimeDelta::seconds(seconds)), exact);
            assert_eq!(coarse_age(TimeDelta::seconds(seconds)), coarse);
        }
    }

    #[test]
    fn a_deadline_is_ahead_or_overdue() {
        let cases = [
            (TimeDelta::days(3), "in 3d"),
            (TimeDelta::seconds(59), "in <1m"),
            (TimeDelta::zero(), "in <1m"),
            (TimeDelta::milliseconds(-1), "OVERDUE <1m"),
            (TimeDelta::hours(-5), "OVERDUE 5h"),
            (TimeDelta::days(-120), "OVERDUE 120d"),
        ];
        for (left, text) in cases {
            assert_eq!(time_left(left), text);
        }
    }

    #[test]
    fn u_12_a_time_is_written_as_an_age_in_local_time_or_in_utc() {
        let times = |style| Times {
            now: at("2026-11-20T14:00:00Z"),
            style,
            offset: FixedOffset::east_opt(3_600).unwrap(),
        };
        let then = at("2026-11-20T12:30:15Z");
        assert_eq!(times(TimeStyle::Relative).stamp(then), "1h");
        assert_eq!(times(TimeStyle::Local).stamp(then), "2026-11-20 13:30");
        assert_eq!(times(TimeStyle::Utc).stamp(then), "2026-11-20 12:30Z");
        assert_eq!(
            times(TimeStyle::Local).in_full(then),
            "2026-11-20 13:30:15 +01:00 (1h ago)"
        );
        assert_eq!(
            times(TimeStyle::Utc).in_full(then),
            "2026-11-20 12:30:15 UTC (1h ago)"
        );
    }
}
