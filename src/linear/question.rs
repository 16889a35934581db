//! What lies over the screen, in words: one arm for each of them, so that a new one does not compile without.

use super::prompt::Prompt;
use super::{confirm, help, place};
use crate::app::copies::Copyable;
use crate::app::field::Display;
use crate::app::journal::{Journal, JournalLoad, way_back, what};
use crate::app::message::Severity;
use crate::app::model::Model;
use crate::app::overlay::Overlay;
use crate::app::status::at_column;
use crate::app::time::ago;
use crate::screens::screen::Order;

/// What becomes of something that lies over the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// It is said, and closed.
    Told,
    /// It waits for an answer.
    Asked,
}

pub(super) const fn standing(overlay: &Overlay) -> Standing {
    match overlay {
        // Both are typed and submitted at once: one that is left open was refused.
        Overlay::Filter(_) | Overlay::Palette(_) => Standing::Told,
        Overlay::Menu(_) | Overlay::Messages { .. } | Overlay::Report { .. } => Standing::Told,
        Overlay::Confirm(_)
        | Overlay::Copy(_)
        | Overlay::Sort
        | Overlay::Journal(_)
        | Overlay::Leave { .. } => Standing::Asked,
    }
}

/// Its words; what is wrong with an answer aside, where one is waited for.
pub(super) fn words(model: &Model, overlay: &Overlay) -> Vec<String> {
    match overlay {
        Overlay::Confirm(asked) => confirm::words(model, asked),
        Overlay::Filter(prompt) => {
            let error = prompt.error.as_ref().map(at_column);
            error
                .map(|error| format!("error: {error}"))
                .into_iter()
                .collect()
        }
        Overlay::Palette(prompt) => {
            let error = prompt.error.as_ref();
            error
                .map(|error| format!("error: {error}"))
                .into_iter()
                .collect()
        }
        Overlay::Menu(_) => help::lines(model),
        Overlay::Copy(all) => copies(all),
        Overlay::Sort => orders(model),
        Overlay::Messages { .. } => messages(model),
        Overlay::Journal(acts) => journal(model, acts),
        Overlay::Report { title, facts, .. } => {
            let title = std::iter::once(format!("{title}:"));
            title.chain(place::facts(facts)).collect()
        }
        Overlay::Leave { why } => vec![format!("Quit? {why} `y` quits, `n` stays.")],
    }
}

/// What is wrong with the last answer.
pub(super) fn wrong(overlay: &Overlay) -> Option<String> {
    match overlay {
        Overlay::Confirm(asked) => asked.error.as_ref().map(ToString::to_string),
        Overlay::Filter(_)
        | Overlay::Palette(_)
        | Overlay::Menu(_)
        | Overlay::Copy(_)
        | Overlay::Sort
        | Overlay::Messages { .. }
        | Overlay::Journal(_)
        | Overlay::Report { .. }
        | Overlay::Leave { .. } => None,
    }
}

pub(super) fn prompt(overlay: &Overlay) -> Prompt {
    match overlay {
        Overlay::Confirm(asked) => confirm::prompt(asked),
        Overlay::Copy(_) | Overlay::Sort => plain("letter>"),
        Overlay::Journal(_) => plain("number>"),
        Overlay::Leave { .. } => plain("y or n>"),
        Overlay::Filter(_)
        | Overlay::Palette(_)
        | Overlay::Menu(_)
        | Overlay::Messages { .. }
        | Overlay::Report { .. } => plain(">"),
    }
}

fn plain(text: &str) -> Prompt {
    Prompt {
        text: text.to_owned(),
        typed: Display::Plain,
    }
}

fn copies(all: &[Copyable]) -> Vec<String> {
    let lines = all
        .iter()
        .map(|one| format!("{}: {}, {}", one.letter, one.label, one.text));
    std::iter::once("Which is to be said on a line of its own? `cancel` for none.".to_owned())
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
    std::iter::once(
        "Sort by which letter? The same one again turns it round; `cancel` for none.".to_owned(),
    )
    .chain(lines)
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
