//! What the screen says of the model beside its rows: arrangement, banner, toast, what is wrong with a
//! prompt, and when any of that changes by time alone.

use chrono::{DateTime, TimeDelta, Utc};
use quarterdeck_api::filter::FilterError;
use quarterdeck_api::text::Line;

use super::keymap;
use super::layout::{Layout, Mode};
use super::message::Severity;
use super::model::{Connection, Model, Session};
use super::overlay::Overlay;
use super::time::Times;
use super::wrap::{Measure, wrap};

/// Most lines of a toast.
const TOAST_LINES: usize = 4;
/// Most lines of what is wrong with what is being typed.
const PROMPT_ERROR_LINES: usize = 3;
/// Columns that a toast leaves to the word before it and the counters behind it.
const TOAST_MARGIN: u16 = 12;
/// From how many failed refreshes in a row on a banner says so.
const BANNER_AFTER: u32 = 2;

/// What is wrong with a filter, and where: `Column 7: ...`.
pub fn at_column(error: &FilterError) -> String {
    format!("Column {}: {}", error.span.start + 1, error.message)
}

impl Model {
    /// Where things stand on the screen.
    pub fn layout(&self) -> Layout {
        let toast = u16::try_from(self.toast_lines().len())
            .unwrap_or(1)
            .saturating_sub(1);
        let banner = u16::from(self.banner().is_some());
        let error = u16::try_from(self.prompt_error_lines().len()).unwrap_or(1);
        Layout::of(self.size, self.chrome, banner + toast + error)
    }

    /// What is wrong with what is being typed, in as many lines as it takes; they stand above the prompt.
    pub fn prompt_error_lines(&self) -> Vec<Line> {
        let error = self.prompt_error();
        let measure = Measure::new(self.size.columns, self.options.charset);
        let mut lines = error.map_or_else(Vec::new, |error| wrap(error.as_str(), measure));
        lines.truncate(PROMPT_ERROR_LINES);
        lines
    }

    fn prompt_error(&self) -> Option<Line> {
        match &self.overlay {
            Some(Overlay::Filter(prompt)) => prompt
                .error
                .as_ref()
                .map(|error| Line::new(&at_column(error))),
            Some(Overlay::Palette(prompt)) => prompt.error.clone(),
            Some(
                Overlay::Confirm(_)
                | Overlay::Menu(_)
                | Overlay::Copy(_)
                | Overlay::Sort
                | Overlay::Messages { .. }
                | Overlay::Journal(_)
                | Overlay::Doctor(_)
                | Overlay::Report { .. }
                | Overlay::Leave { .. }
                | Overlay::Search(_)
                | Overlay::Columns(_),
            )
            | None => None,
        }
    }

    /// The toast, in as many lines as it takes: errors are said in full, and the body makes room.
    pub fn toast_lines(&self) -> Vec<Line> {
        let Some((toast, _)) = self.toasts.current().filter(|_| !self.is_prompting()) else {
            return Vec::new();
        };
        let is_long = toast.severity == Severity::Error && Mode::of(self.size) > Mode::Summary;
        if !is_long {
            return vec![toast.text.clone()];
        }
        let mut lines = wrap(
            toast.text.as_str(),
            Measure::new(self.size.columns - TOAST_MARGIN, self.options.charset),
        );
        lines.truncate(TOAST_LINES);
        lines
    }

    /// How far a write of several calls is.
    pub fn progress(&self) -> Option<Line> {
        let run = self.writes.run.as_ref()?;
        let (verb, progress) = (run.whole.verb(), run.progress());
        let rest = if run.is_stopped() {
            "the rest is not sent".to_owned()
        } else {
            let key = self.keymap.shown(keymap::Action::Escape);
            format!("{key} stops the rest")
        };
        Some(Line::new(&format!("{verb}: {progress}; {rest}")))
    }

    /// Whether the last row is taken by a prompt.
    const fn is_prompting(&self) -> bool {
        matches!(
            self.overlay,
            Some(Overlay::Filter(_) | Overlay::Palette(_) | Overlay::Search(_))
        )
    }

    /// All that is needed to write a time.
    pub const fn times(&self) -> Times {
        Times {
            now: self.now,
            style: self.time_style,
            offset: self.options.utc_offset,
        }
    }

    /// What stays at the top until it is mended.
    pub fn banner(&self) -> Option<Line> {
        if let Some(problem) = &self.signed_out {
            let text = format!(
                "SIGNED OUT ({}). What you see stays; :login signs in again.",
                problem.code
            );
            return Some(Line::new(&text));
        }
        if self.failed_refreshes < BANNER_AFTER {
            return self.keys_banner();
        }
        let age = self.here().state().freshness.age_text(self.now);
        let age = age.map_or_else(|| "not loaded".to_owned(), |age| format!("{age} old"));
        let (count, key) = (
            self.failed_refreshes,
            self.keymap.shown(keymap::Action::Refresh),
        );
        Some(Line::new(&format!(
            "Refresh failed {count} times: what you see is {age}. {key} tries again."
        )))
    }

    fn keys_banner(&self) -> Option<Line> {
        let text = match self.keymap_problems.len() {
            0 => return None,
            1 => "KEYS 1 is wrong: the default stands. :messages names it.".to_owned(),
            count => {
                format!("KEYS {count} are wrong: the defaults stand. :messages names them.")
            }
        };
        Some(Line::new(&text))
    }

    /// What the header says where the server does not answer.
    pub fn offline_label(&self) -> Option<String> {
        match self.connection {
            Connection::Online => None,
            Connection::Offline { since } => {
                let age = super::time::coarse_age(self.now - since);
                Some(format!(
                    "OFFLINE {age}, {} retries",
                    self.keymap.shown(keymap::Action::Refresh)
                ))
            }
        }
    }

    /// When the screen changes next by time alone, or something falls due: at most once a second in
    /// the first minute after a load and while a one-time code is asked for, else once a minute.
    pub fn next_deadline(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let motion = self.options.motion;
        let freshness = match self.session {
            Session::Active => self.here().state().freshness.next_change(now, motion),
            Session::Connecting
            | Session::Unreachable { .. }
            | Session::SigningIn(_)
            | Session::NotAdmin { .. } => None,
        };
        let offline = match self.connection {
            Connection::Online => None,
            Connection::Offline { since } => {
                Some(since + TimeDelta::minutes((now - since).num_minutes().max(0) + 1))
            }
        };
        let due = [
            freshness,
            offline,
            self.toasts.next_change(now, motion),
            self.quit_armed_until,
            self.throttled_until,
            self.next_code_change(now),
            self.preview_due,
            self.filter_due,
            self.held_preview.map(|held| held.until),
            self.writes.last_act_ends(),
            self.auto_refresh.and_then(|auto| auto.due()),
            self.second_key.map(|awaited| awaited.listed_from),
        ];
        due.into_iter()
            .flatten()
            .filter(|at| *at > now || [self.preview_due, self.filter_due].contains(&Some(*at)))
            .min()
    }
}
