//! Toasts: one line, newest wins, nothing lost (console.md §4.7).

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};
use quarterdeck_api::text::Line;

use super::message::Severity;
use super::options::{Motion, Options};
use super::undo::UndoWindow;

/// How many messages are kept for `:messages`.
pub const KEPT: usize = 200;
/// Nothing is dismissed by a key that was on its way already.
const STANDS_AT_LEAST: TimeDelta = TimeDelta::seconds(1);

/// A toast that is alive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toast {
    /// How it is shown.
    pub severity: Severity,
    /// What it says.
    pub text: Line,
    /// How many identical ones it stands for.
    pub count: u32,
    since: DateTime<Utc>,
    until: Option<DateTime<Utc>>,
}

impl Toast {
    fn is_seen(&self, now: DateTime<Utc>) -> bool {
        let stands_until_a_key = match self.severity {
            Severity::Info | Severity::Warn | Severity::Error => self.until.is_none(),
            Severity::Undoable => false,
        };
        stands_until_a_key && now - self.since >= STANDS_AT_LEAST
    }

    /// Whole seconds left, for those that count down.
    pub fn seconds_left(&self, now: DateTime<Utc>) -> Option<i64> {
        match self.severity {
            Severity::Undoable => self.until.map(|until| ceil_seconds(until - now)),
            Severity::Info | Severity::Warn | Severity::Error => None,
        }
    }
}

/// A toast as `:messages` remembers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// When it came.
    pub at: DateTime<Utc>,
    /// How it was shown.
    pub severity: Severity,
    /// What it said.
    pub text: Line,
}

/// The toasts of a run.
#[derive(Clone, Debug)]
pub struct Toasts {
    alive: Vec<Toast>,
    messages: VecDeque<Message>,
    lifetimes: Lifetimes,
}

/// How long toasts stand.
#[derive(Clone, Copy, Debug)]
pub struct Lifetimes {
    undo: UndoWindow,
    /// Of one that only tells; `None` is until a key.
    told: Option<TimeDelta>,
}

impl Lifetimes {
    /// As the options have it: those that can be undone stand as long as that is so.
    pub fn of(options: &Options) -> Self {
        Self::seconds(options.undo_seconds, options.toast_seconds)
    }

    fn seconds(undo: u32, told: u32) -> Self {
        Self {
            undo: UndoWindow::of(undo),
            told: (told > 0).then(|| TimeDelta::seconds(i64::from(told))),
        }
    }

    fn end_of(self, severity: Severity, since: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match severity {
            Severity::Info => Some(since + self.told?),
            Severity::Warn => Some(since + self.told? * 2),
            Severity::Undoable => self.undo.end_of(since),
            Severity::Error => None,
        }
    }
}

impl Toasts {
    /// No toast yet.
    pub const fn new(lifetimes: Lifetimes) -> Self {
        Self {
            alive: Vec::new(),
            messages: VecDeque::new(),
            lifetimes,
        }
    }

    /// Shows a toast and remembers it.
    pub fn push(&mut self, now: DateTime<Utc>, severity: Severity, text: &str) {
        let text = Line::new(text);
        self.remember(now, severity, text.clone());
        let same = |toast: &Toast| toast.severity == severity && toast.text == text;
        let count = self
            .alive
            .iter()
            .find(|toast| same(toast))
            .map_or(1, |toast| toast.count + 1);
        self.alive.retain(|toast| !same(toast));
        let until = self.lifetimes.end_of(severity, now);
        self.alive.push(Toast {
            severity,
            text,
            count,
            since: now,
            until,
        });
    }

    /// Remembers a line without showing it.
    pub fn remember(&mut self, at: DateTime<Utc>, severity: Severity, text: Line) {
        if self.messages.len() == KEPT {
            self.messages.pop_front();
        }
        self.messages.push_back(Message { at, severity, text });
    }

    /// The toast that is shown, and how many more are alive.
    pub fn current(&self) -> Option<(&Toast, usize)> {
        self.alive.last().map(|toast| (toast, self.alive.len() - 1))
    }

    /// Everything that was said, oldest first.
    pub fn messages(&self) -> impl DoubleEndedIterator<Item = &Message> + ExactSizeIterator {
        self.messages.iter()
    }

    /// Drops what has stood long enough.
    pub fn expire(&mut self, now: DateTime<Utc>) {
        self.alive
            .retain(|toast| toast.until.is_none_or(|until| now < until));
    }

    /// A key was pressed: what stands until one has been seen.
    pub fn dismiss(&mut self, now: DateTime<Utc>) {
        if self.alive.last().is_some_and(|toast| toast.is_seen(now)) {
            self.alive.pop();
        }
    }

    /// Drops the toast that is shown.
    pub fn drop_shown(&mut self) {
        self.alive.pop();
    }

    /// Drops the toasts that offer to take back what was taken back.
    pub fn drop_undoable(&mut self) {
        self.alive
            .retain(|toast| toast.severity != Severity::Undoable);
    }

    /// When a toast ends or counts down next.
    pub fn next_change(&self, now: DateTime<Utc>, motion: Motion) -> Option<DateTime<Utc>> {
        let ends = self.alive.iter().filter_map(|toast| toast.until);
        let counting = self.current().filter(|_| motion == Motion::Full);
        let counts_down = counting.and_then(|(toast, _)| {
            let left = toast.seconds_left(now)?;
            Some(toast.until? - TimeDelta::seconds(left - 1))
        });
        ends.chain(counts_down).min()
    }
}

fn ceil_seconds(left: TimeDelta) -> i64 {
    let whole = left.num_seconds();
    whole + i64::from(left > TimeDelta::seconds(whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    fn shown(toasts: &Toasts) -> Option<(String, u32, usize)> {
        toasts
            .current()
            .map(|(toast, more)| (toast.text.to_string(), toast.count, more))
    }

    #[test]
    fn s003_20_toasts_go_by_their_kind_and_errors_stay_until_a_key() {
        let lifetimes = [
            (Severity::Info, 3),
            (Severity::Warn, 6),
            (Severity::Undoable, 8),
        ];
        for (severity, seconds) in lifetimes {
            let mut toasts = Toasts::new(Lifetimes::seconds(8, 3));
            toasts.push(at(0), severity, "said");
            toasts.expire(at(seconds - 1));
            assert!(toasts.current().is_some(), "{severity:?}");
            toasts.expire(at(seconds));
            assert!(toasts.current().is_none(), "{severity:?}");
        }
        let mut toasts = Toasts::new(Lifetimes::seconds(8, 3));
        toasts.push(at(0), Severity::Error, "failed");
        toasts.expire(at(3_600));
        assert!(toasts.current().is_some());
        toasts.dismiss(at(3_600));
        assert!(toasts.current().is_none());
        assert_eq!(toasts.messages().len(), 1);
    }

    #[test]
    fn toasts_that_stand_until_a_key_go_by_it() {
        for severity in [Severity::Info, Severity::Warn] {
            let mut toasts = Toasts::new(Lifetimes::seconds(8, 0));
            toasts.push(at(0), severity, "said");
            toasts.expire(at(86_400));
            toasts.dismiss(at(0));
            assert!(toasts.current().is_some(), "{severity:?}");
            toasts.dismiss(at(1));
            assert!(toasts.current().is_none(), "{severity:?}");
        }
    }

    #[test]
    fn an_error_is_not_dismissed_by_a_key_that_was_on_its_way() {
        let mut toasts = Toasts::new(Lifetimes::seconds(8, 3));
        toasts.push(at(0), Severity::Error, "failed");
        toasts.dismiss(at(0));
        assert!(toasts.current().is_some());
    }

    #[test]
    fn the_newest_wins_and_identical_ones_merge() {
        let mut toasts = Toasts::new(Lifetimes::seconds(8, 3));
        toasts.push(at(0), Severity::Warn, "one");
        toasts.push(at(1), Severity::Warn, "two");
        toasts.push(at(2), Severity::Warn, "one");
        assert_eq!(shown(&toasts), Some(("one".to_owned(), 2, 1)));
        toasts.expire(at(7));
        assert_eq!(shown(&toasts), Some(("one".to_owned(), 2, 0)));
    }

    #[test]
    fn what_can_be_undone_counts_down_in_whole_seconds() {
        let mut toasts = Toasts::new(Lifetimes::seconds(8, 3));
        toasts.push(at(0), Severity::Undoable, "approved");
        let left = |toasts: &Toasts, now| toasts.current().unwrap().0.seconds_left(now);
        assert_eq!(left(&toasts, at(0)), Some(8));
        assert_eq!(left(&toasts, at(0) + TimeDelta::milliseconds(1)), Some(8));
        assert_eq!(left(&toasts, at(1)), Some(7));
        assert_eq!(toasts.next_change(at(0), Motion::Full), Some(at(1)));
        assert_eq!(toasts.next_change(at(7), Motion::Full), Some(at(8)));
        assert_eq!(toasts.next_change(at(0), Motion::Reduced), Some(at(8)));
    }

    #[test]
    fn without_a_window_what_can_be_undone_stands_without_a_countdown() {
        let mut toasts = Toasts::new(Lifetimes::seconds(0, 3));
        toasts.push(at(0), Severity::Undoable, "approved");
        toasts.expire(at(86_400));
        assert_eq!(shown(&toasts), Some(("approved".to_owned(), 1, 0)));
        assert_eq!(toasts.current().unwrap().0.seconds_left(at(9)), None);
        assert_eq!(toasts.next_change(at(9), Motion::Full), None);
        toasts.drop_undoable();
        assert_eq!(shown(&toasts), None);
    }

    #[test]
    fn the_last_two_hundred_messages_are_kept() {
        let mut toasts = Toasts::new(Lifetimes::seconds(8, 3));
        for index in 0..250 {
            toasts.push(at(index), Severity::Info, &format!("message {index}"));
        }
        assert_eq!(toasts.messages().len(), KEPT);
        assert_eq!(
            toasts.messages().next().unwrap().text.as_str(),
            "message 50"
        );
    }
}
