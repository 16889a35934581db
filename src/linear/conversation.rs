//! What was said, as far as it matters for what is said next.

use quarterdeck_api::text::Line;

use super::news::News;
use super::place::Place;
use super::reading::Reading;
use crate::app::message::Severity;

/// What has been said so far, as far as it matters for what is said next.
#[derive(Debug, Default)]
pub struct Conversation {
    /// What came since the last prompt.
    pub(super) said: Vec<String>,
    /// What is read out, part by part.
    pub(super) reading: Reading,
    /// What of the doings of others was said.
    pub(super) news: News,
    /// Where the operator was told to be.
    pub(super) place: Option<Place>,
    /// What was asked last, to be asked in full but once.
    pub(super) question: Vec<String>,
    /// What was typed behind a command, for the questions that it asks.
    pub(super) answers: Option<String>,
    /// What is to be found in the row that is opened.
    pub(super) sought: Option<String>,
    /// Whether rows are to be listed.
    pub(super) lists: bool,
    /// How long the detail was when its end was last asked for.
    pub(super) detail_lines: Option<usize>,
}

impl Conversation {
    /// A toast, or a line for the messages: it is said at the next prompt.
    pub fn note(&mut self, severity: Severity, text: &str) {
        let text = Line::new(text);
        self.said.push(match severity {
            Severity::Info | Severity::Undoable => text.to_string(),
            Severity::Warn => format!("warning: {text}"),
            Severity::Error => format!("error: {text}"),
        });
    }

    /// Text to be copied: there is no clipboard here, but a line can be copied.
    pub fn copy(&mut self, text: &str) {
        self.said.push(format!("copy: {text}"));
    }

    pub(super) fn fault(&mut self, why: &str) {
        self.note(Severity::Error, why);
    }

    /// What is left to be said where no prompt follows.
    pub fn parting(&mut self) -> Vec<String> {
        std::mem::take(&mut self.said)
    }

    /// Whatever was said before is said again.
    pub fn forget(&mut self) {
        self.place = None;
        self.question.clear();
    }
}
