//! Picking from a menu, in words: what is held, and which keys make it what a line says.

use super::press::{self, Press};
use crate::app::input::{Key, KeyCode};
use crate::app::keymap::Action;
use crate::app::model::Model;
use crate::app::picker::Picker;
use crate::screens::pick::{Picks, Unchanged};

/// What is on offer, by group.
pub(super) fn words(picker: &Picker) -> Vec<String> {
    let note = picker.menu().note;
    let note = (!note.is_empty()).then(|| note.to_owned());
    let mut lines: Vec<String> = note.into_iter().collect();
    let mut group = "";
    for shown in picker.shown() {
        if shown.group != group {
            group = shown.group;
            lines.push(format!("{group}:"));
        }
        let state = if shown.is_ticked == Some(true) {
            ", held"
        } else {
            ""
        };
        let help = match shown.help {
            "" => String::new(),
            help => format!(": {help}"),
        };
        lines.push(format!("{}{state}{help}", shown.name));
    }
    lines
}

/// What is to be answered.
pub(super) fn asked(picker: &Picker) -> String {
    let of = picker.menu().of;
    match picker.menu().picks {
        Picks::All => {
            let enter = match picker.menu().unchanged {
                Unchanged::Refused(_) => "",
                Unchanged::Taken => "Enter leaves them so; ",
            };
            format!(
                "Which {of}? `+NAME` to add, `-NAME` to remove, several with spaces; {enter}`cancel` for none."
            )
        }
        Picks::OneMore | Picks::OneLess | Picks::One => {
            format!("Which one of the {of}? Its name; `cancel` for none.")
        }
    }
}

/// The keys that tick what a line names, and go on.
pub(super) fn keys(model: &Model, picker: &Picker, line: &str) -> Result<Vec<Press>, String> {
    let is_enough = picker.menu().unchanged == Unchanged::Taken;
    if line.is_empty() && !is_enough {
        return Err("name at least one, or `cancel`".to_owned());
    }
    let mut at = picker.shown().iter().position(|shown| shown.is_here);
    let mut keys = Vec::new();
    for word in line.split_whitespace() {
        let place = wanted(picker, word)?;
        keys.extend(steps(model, at.unwrap_or(0), place));
        at = Some(place);
        if picker.menu().picks == Picks::All {
            keys.extend(press::of(model, Action::Toggle));
        }
    }
    keys.push(Press::any(Key::from(KeyCode::Enter)));
    Ok(keys)
}

/// The place of what a word names, if it changes anything.
fn wanted(picker: &Picker, word: &str) -> Result<usize, String> {
    let menu = picker.menu();
    let (name, is_held) = match (menu.picks, word.split_at_checked(1)) {
        (Picks::All, Some(("+", name))) => (name, Some(true)),
        (Picks::All, Some(("-", name))) => (name, Some(false)),
        (Picks::All, _) => return Err(format!("`{word}`: begin with + or -")),
        (Picks::OneMore | Picks::OneLess | Picks::One, _) => (word, None),
    };
    let place = menu.place(name);
    let place = place.ok_or_else(|| format!("there is no {name} among the {}", menu.of))?;
    let shown = picker.shown();
    let is_ticked = shown.get(place).and_then(|shown| shown.is_ticked);
    match is_held {
        Some(_) if is_held == is_ticked => Err(format!("{name} is so already")),
        Some(_) | None => Ok(place),
    }
}

fn steps(model: &Model, from: usize, to: usize) -> Vec<Press> {
    let (action, count) = if to < from {
        (Action::Previous, from - to)
    } else {
        (Action::Next, to - from)
    };
    let key = press::of(model, action);
    (0..count).flat_map(|_| key.clone()).collect()
}
