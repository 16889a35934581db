//! The clock of one-time codes: when the code that an authenticator shows makes room for the next.

use chrono::{DateTime, TimeDelta, Utc};

use super::confirm::{Confirm, Step};
use super::model::{Model, Session};
use super::options::Motion;
use super::overlay::Overlay;

/// How long an authenticator shows a code.
const PERIOD: TimeDelta = TimeDelta::seconds(30);

/// The next full half minute, when every one-time code changes.
pub fn next_code(now: DateTime<Utc>) -> DateTime<Utc> {
    let into_period = now.timestamp().rem_euclid(PERIOD.num_seconds());
    second(now, -into_period) + PERIOD
}

/// A full second, so many from the one of now.
fn second(now: DateTime<Utc>, by: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(now.timestamp() + by, 0).unwrap_or(now)
}

impl Model {
    /// How long the code of now is still shown, where one is typed: `Next code in 17 s`.
    pub fn code_countdown(&self) -> Option<String> {
        let left = next_code(self.now).timestamp() - self.now.timestamp();
        self.counts_codes()
            .then(|| format!("Next code in {left} s"))
    }

    /// When the countdown goes on, or the wait for another code ends.
    pub(super) fn next_code_change(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let counted = self.counts_codes().then(|| second(now, 1));
        let awaited = self.confirming().and_then(Confirm::next_code_at);
        counted.into_iter().chain(awaited).min()
    }

    /// The next code is there: nobody is told to wait for it.
    pub(super) fn end_wait_for_code(&mut self) {
        if let Some(Overlay::Confirm(confirm)) = &mut self.overlay {
            confirm.end_wait(self.now);
        }
    }

    fn counts_codes(&self) -> bool {
        self.options.motion == Motion::Full && self.takes_code()
    }

    fn takes_code(&self) -> bool {
        let in_dialog = self
            .confirming()
            .is_some_and(|confirm| matches!(confirm.step, Step::Code(_)));
        let in_form =
            matches!(&self.session, Session::SigningIn(form) if form.step.takes_one_time_code());
        in_dialog || in_form
    }

    fn confirming(&self) -> Option<&Confirm> {
        let Some(Overlay::Confirm(confirm)) = &self.overlay else {
            return None;
        };
        Some(confirm)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_holds_until_the_next_half_minute() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        for (now, next) in [
            ("2026-11-20T10:00:00Z", "2026-11-20T10:00:30Z"),
            ("2026-11-20T10:00:29.9Z", "2026-11-20T10:00:30Z"),
            ("2026-11-20T10:00:30Z", "2026-11-20T10:01:00Z"),
            ("1969-12-31T23:59:59Z", "1970-01-01T00:00:00Z"),
        ] {
            assert_eq!(next_code(at(now)), at(next), "{now}");
        }
    }
}
