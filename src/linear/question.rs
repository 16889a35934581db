//! What lies over the screen, in words: one arm for each of them, so that a new one does not compile without.

use std::fmt;
use std::iter;

use super::prompt::Prompt;
use super::{confirm, help, place};
use crate::app::columns::{Choice, ColumnPicker, name, stays};
use crate::app::copies::Copyable;
use crate::app::doctor;
use crate::app::field::Display;
use crate::app::journal::{Journal, JournalLoad, way_back, what};
use crate::app::message::Severity;
use crate::app::model::Model;
use crate::app::overlay::Overlay;
use crate::app::status::at_column;
use crate::app::time::ago;
use crate::screens::screen::Order;

/// What lies over the screen, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Question {
    /// What is said.
    pub(super) lines: Vec<String>,
    /// What is wrong with the last answer.
    pub(super) wrong: Option<String>,
    /// What stands before the answer; nothing where it is said and closed.
    pub(super) prompt: Option<Prompt>,
}

impl Question {
    fn told(lines: Vec<String>) -> Self {
        Self {
            lines,
            wrong: None,
            prompt: None,
        }
    }

    fn asked(prompt: &str, lines: Vec<String>) -> Self {
        let prompt = Prompt {
            text: prompt.to_owned(),
            typed: Display::Plain,
        };
        Self {
            prompt: Some(prompt),
            ..Self::told(lines)
        }
    }
}

/// The words of what lies over the screen.
pub(super) fn of(model: &Model, overlay: &Overlay) -> Question {
    match overlay {
        Overlay::Confirm(asked) => Question {
            lines: confirm::words(model, asked),
            wrong: asked.error.as_ref().map(ToString::to_string),
            prompt: Some(confirm::prompt(asked)),
        },
        // These two are typed and submitted at once: one that is left open was refused.
        Overlay::Filter(prompt) => Question::told(error(prompt.error.as_ref().map(at_column))),
        Overlay::Palette(prompt) => Question::told(error(prompt.error.as_ref())),
        Overlay::Menu(_) => Question::told(help::lines(model)),
        Overlay::Copy(all) => Question::asked("letter>", copies(all)),
        Overlay::Sort => Question::asked("letter>", orders(model)),
        Overlay::Messages { .. } => Question::told(messages(model)),
        Overlay::Journal(acts) => Question::asked("number>", journal(model, acts)),
        Overlay::Doctor(examination) => {
            let findings = doctor::findings(model, examination);
            Question::told(place::facts(&doctor::facts(findings)))
        }
        Overlay::Search(_) => Question::told(vec![
            "error: `find` and a text says the lines of the row that hold it".to_owned(),
        ]),
        Overlay::Columns(picker) => Question::asked("columns>", columns(model, picker)),
        Overlay::Report { title, facts, .. } => {
            let title = iter::once(format!("{title}:"));
            Question::told(title.chain(place::facts(facts)).collect())
        }
        Overlay::Leave { why } => {
            let question = format!("Quit? {why} `y` quits, `n` stays.");
            Question::asked("y or n>", vec![question])
        }
    }
}

fn error(error: Option<impl fmt::Display>) -> Vec<String> {
    let said = error.map(|error| format!("error: {error}"));
    said.into_iter().collect()
}

fn copies(all: &[Copyable]) -> Vec<String> {
    let lines = all.iter().map(|one| {
        let text = one.text.as_deref().unwrap_or("as the server sent it");
        format!("{}: {}, {text}", one.letter, one.label)
    });
    iter::once("Which is to be said on a line of its own? `cancel` for none.".to_owned())
        .chain(lines)
        .collect()
}

fn orders(model: &Model) -> Vec<String> {
    let now = model.here().state().order_shown();
    let line = |(place, order): (usize, &Order)| {
        let now = if place == now { ", now" } else { "" };
        format!("{}: {}{now}", order.letter, order.name)
    };
    let lines = model.here().orders().iter().enumerate().map(line);
    iter::once(
        "Sort by which letter? The same one again turns it round; `cancel` for none.".to_owned(),
    )
    .chain(lines)
    .collect()
}

/// All columns, those that are said in their order.
fn columns(model: &Model, picker: &ColumnPicker) -> Vec<String> {
    let heads = model.here().heads();
    let line = |choice: &Choice| {
        let head = heads.get(choice.column).copied()?;
        let note = match (stays(head), choice.is_shown) {
            (true, _) => ", stays",
            (false, true) => "",
            (false, false) => ", not said now",
        };
        Some(format!("{}{note}", name(head)))
    };
    let question = "Which columns are said, and in which order? Names with commas between, `default` for all; \
                    `cancel` changes nothing.";
    iter::once(question.to_owned())
        .chain(picker.choices.iter().filter_map(line))
        .collect()
}

/// The messages, newest first.
fn messages(model: &Model) -> Vec<String> {
    let messages = model.toasts.messages().rev().map(|message| {
        let severity = match message.severity {
            Severity::Info | Severity::Undoable => "",
            Severity::Warn => "warning: ",
            Severity::Error => "error: ",
        };
        format!(
            "{severity}{} ({})",
            message.text,
            ago(model.now - message.at)
        )
    });
    let lines: Vec<_> = messages.collect();
    if lines.is_empty() {
        return vec!["Nothing was said yet.".to_owned()];
    }
    lines
}

fn journal(model: &Model, journal: &Journal) -> Vec<String> {
    let mut lines = vec![
        "What you did, newest first. A number takes that act back, Enter loads older ones, `cancel` closes."
            .to_owned(),
    ];
    let acts = journal.entries.iter().zip(1..);
    lines.extend(acts.map(|(entry, number)| {
        let age = ago(model.now - entry.created_at);
        format!("{number}: {}, {age}, {}", what(entry), way_back(entry))
    }));
    match &journal.load {
        JournalLoad::Loading => lines.push("Loading.".to_owned()),
        JournalLoad::Failed(why) => lines.push(format!("error: {why}")),
        JournalLoad::Idle if journal.entries.is_empty() => {
            lines.push("You have done nothing here yet.".to_owned());
        }
        JournalLoad::Idle => {}
    }
    lines
}
