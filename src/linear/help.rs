//! What can be done now, and why the rest cannot.

use super::vocabulary::{Does, WORDS};
use crate::app::availability::why_not;
use crate::app::keymap::Action;
use crate::app::menu;
use crate::app::model::Model;
use crate::app::palette::{Entry, TYPED};
use crate::app::prompts::palette_entries;
use crate::app::{verbs, words};

pub(super) fn lines(model: &Model) -> Vec<String> {
    let mut lines = vec!["A line is one of these words, or a key as it is named here:".to_owned()];
    lines.extend(own(model));
    let entries = palette_entries(model, "");
    let (verbs, others): (Vec<_>, Vec<_>) = entries.iter().partition(|entry| entry.is_verb);
    lines.extend(
        verbs
            .into_iter()
            .chain(others)
            .filter(|entry| is_heard(entry))
            .map(entry),
    );
    lines.extend(keys(model));
    lines.extend(not_now(model));
    lines
}

/// What is about a screen is nothing to be heard.
fn is_heard(entry: &Entry) -> bool {
    let of_screen = [
        Action::Repaint.name(),
        Action::Compact.name(),
        Action::Suspend.name(),
        "keys",
    ];
    !entry.text.starts_with("theme ") && !of_screen.contains(&entry.text.as_str())
}

fn entry(entry: &Entry) -> String {
    format!("{}: {}", entry.text, entry.help)
}

fn own(model: &Model) -> impl Iterator<Item = String> {
    let is_possible = |does: Does| match does {
        Does::Press(action) => why_not(model, action).is_none(),
        Does::Find => why_not(model, Action::Open).is_none(),
        Does::List | Does::More | Does::Less | Does::Filter | Does::Where | Does::Help => true,
    };
    let words = WORDS.iter().filter(move |(_, does, _)| is_possible(*does));
    words.map(|(word, _, help)| format!("{word}: {help}"))
}

/// Keys that no word stands for.
fn keys(model: &Model) -> Vec<String> {
    let is_alone = |action: Action| {
        action.is_with_note() || matches!(action, Action::Escape | Action::Related | Action::Pause)
    };
    let entries = menu::entries(model, "").into_iter();
    let possible = entries.filter(|entry| is_alone(entry.action) && entry.why_not.is_none());
    possible
        .map(|entry| format!("{}: {}", entry.keys, entry.help))
        .collect()
}

/// What there is here and cannot be done.
fn not_now(model: &Model) -> Vec<String> {
    let verbs = words::named(model).here.into_iter().filter_map(|words| {
        let why = verbs::refusal(model, words)?;
        Some(format!("{}: not now, {why}", words.verb))
    });
    let typed = TYPED.iter().filter_map(|action| {
        let why = why_not(model, *action).filter(|_| words::is_of_here(model, *action))?;
        Some(format!("{}: not now, {why}", action.name()))
    });
    verbs.chain(typed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::palette::{Command, parse};
    use crate::app::rooms::Rooms;
    use crate::app::tab::Tab;

    #[test]
    fn no_word_of_this_mode_hides_a_verb_or_a_command() {
        let rooms = Rooms::default();
        let verbs = Tab::ALL.iter().flat_map(|tab| rooms.of(*tab).verbs());
        let verbs: Vec<&str> = verbs.map(|words| words.verb).collect();
        for (word, ..) in WORDS {
            assert!(!verbs.contains(word), "{word}");
            let parsed = parse(
                word,
                Tab::Applications,
                &crate::app::palette::Named::default(),
            );
            assert!(
                !matches!(parsed, Ok(Command::Show(..) | Command::Run(_))),
                "{word}"
            );
        }
    }
}
