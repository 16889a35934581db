//! What a line means to the question that is open.

use super::conversation::Conversation;
use super::picks;
use super::press::{self, Press, Request};
use crate::app::columns;
use crate::app::confirm::{Confirm, Step};
use crate::app::input::{Key, KeyCode};
use crate::app::journal::Journal;
use crate::app::keymap::Action;
use crate::app::message::Severity;
use crate::app::model::Model;
use crate::app::overlay::Overlay;

/// The word that leaves any question; the key does as well.
const CANCEL: [&str; 3] = ["cancel", "Esc", "C-c"];

/// An answer on a line of its own.
pub(super) fn hear(
    talk: &mut Conversation,
    model: &Model,
    overlay: &Overlay,
    line: &str,
) -> Request {
    let line = line.trim();
    if CANCEL.contains(&line) {
        return Request::Press(press::escape());
    }
    let answered = match overlay {
        Overlay::Confirm(confirm) => to_confirm(model, confirm, line),
        Overlay::Copy(_) | Overlay::Sort => one_letter(line),
        Overlay::Journal(journal) => to_journal(model, journal, line),
        Overlay::Leave { .. } => yes_or_no(model, line),
        Overlay::Columns(_) => to_columns(model, line),
        // These are said and closed before a line is read.
        Overlay::Filter(_)
        | Overlay::Palette(_)
        | Overlay::Menu(_)
        | Overlay::Messages { .. }
        | Overlay::Doctor(_)
        | Overlay::Search(_)
        | Overlay::Report { .. } => Ok(press::escape()),
    };
    match answered {
        Ok(keys) => Request::Press(keys),
        Err(why) => {
            talk.fault(&why);
            Request::nothing()
        }
    }
}

/// An answer that was typed behind the command. What stands between a verb and its write is answered on a
/// line of its own: only who has heard the question can have meant it.
pub(super) fn hear_behind(
    talk: &mut Conversation,
    model: &Model,
    overlay: &Overlay,
    answers: &str,
) -> Option<Request> {
    let (first, rest) = match overlay_step(overlay) {
        None | Some(Step::FreeText(_) | Step::Pick(_) | Step::Fill(_)) => (answers, ""),
        Some(Step::Reason) if answers.starts_with("e ") => (answers, ""),
        Some(Step::Choice | Step::Reason) => first_word(answers),
        Some(Step::Confirm | Step::Count(_) | Step::Phrase(_) | Step::Code(_)) => {
            let why = "what is asked now is answered on a line of its own";
            talk.note(Severity::Warn, why);
            return None;
        }
    };
    let request = hear(talk, model, overlay, first);
    let is_taken = request != Request::nothing();
    talk.answers = (is_taken && !rest.is_empty()).then(|| rest.to_owned());
    Some(request)
}

const fn overlay_step(overlay: &Overlay) -> Option<&Step> {
    if let Overlay::Confirm(confirm) = overlay {
        Some(&confirm.step)
    } else {
        None
    }
}

fn first_word(answers: &str) -> (&str, &str) {
    let (first, rest) = answers
        .split_once(char::is_whitespace)
        .unwrap_or((answers, ""));
    (first, rest.trim())
}

type Answered = Result<Vec<Press>, String>;

fn to_confirm(model: &Model, confirm: &Confirm, line: &str) -> Answered {
    let is_digits = !line.is_empty() && line.chars().all(|letter| letter.is_ascii_digit());
    match &confirm.step {
        Step::Choice => one_digit(line),
        Step::Pick(picker) => picks::keys(model, picker, line),
        // Nothing keeps what is there.
        Step::Fill(_) if line.is_empty() => Ok(press::of(model, Action::Submit)),
        Step::Fill(_) if line == "-" => Ok(press::fill("")),
        Step::Reason => to_reason(model, line),
        Step::Confirm if confirm.draft.besides.is_some() && line == "r" => {
            Ok(press::of(model, Action::Besides))
        }
        Step::Confirm => yes_or_no(model, line),
        Step::Count(_) if !is_digits => Err("type the number, or `cancel`".to_owned()),
        Step::FreeText(_) | Step::Phrase(_) | Step::Code(_) if line.is_empty() => {
            Err("type it, or `cancel`".to_owned())
        }
        Step::Fill(_) | Step::FreeText(_) | Step::Count(_) | Step::Phrase(_) | Step::Code(_) => {
            Ok(press::fill(line))
        }
    }
}

/// A digit of the list, or `e` and words of one's own.
fn to_reason(model: &Model, line: &str) -> Answered {
    let own_words = line.strip_prefix("e ").map(str::trim);
    match own_words {
        Some(words) => {
            let mut keys = press::of(model, Action::FreeText);
            keys.extend(press::fill(words));
            Ok(keys)
        }
        None if line == "e" => Ok(press::of(model, Action::FreeText)),
        None => one_digit(line).map_err(|_| {
            "answer with the digit of a reason, with `e` and your own words, or `cancel`".to_owned()
        }),
    }
}

fn one_digit(line: &str) -> Answered {
    let digit = line.chars().next().filter(char::is_ascii_digit);
    match digit.filter(|_| line.len() == 1) {
        Some(digit) => Ok(vec![Press::any(Key::from(digit))]),
        None => Err("answer with a digit, or `cancel`".to_owned()),
    }
}

fn one_letter(line: &str) -> Answered {
    let mut letters = line.chars();
    match (letters.next(), letters.next()) {
        (Some(letter), None) => Ok(vec![Press::any(Key::from(letter))]),
        (Some(_) | None, _) => Err("answer with one of the letters, or `cancel`".to_owned()),
    }
}

fn yes_or_no(model: &Model, line: &str) -> Answered {
    match line {
        "y" | "yes" => Ok(press::of(model, Action::Confirm)),
        "n" | "no" => Ok(press::escape()),
        _ => Err("answer `y` or `n`".to_owned()),
    }
}

/// The names of columns, as behind `cols`.
fn to_columns(model: &Model, line: &str) -> Answered {
    if line.is_empty() {
        return Err("answer with names and commas between, `default`, or `cancel`".to_owned());
    }
    if line != "default" {
        columns::read(&model.here().heads(), line)?;
    }
    let mut keys = press::escape();
    keys.extend(press::command(model, &format!("cols {line}")));
    Ok(keys)
}

/// The number of an act takes it back; Enter goes on to older ones.
fn to_journal(model: &Model, journal: &Journal, line: &str) -> Answered {
    let last = journal.entries.len();
    if line.is_empty() {
        return Ok(steps(model, journal.selected, last));
    }
    let number = line.parse::<usize>().ok();
    let place = number.and_then(|number| number.checked_sub(1));
    match place.filter(|place| *place < last) {
        Some(place) => {
            let mut keys = steps(model, journal.selected, place);
            keys.push(Press::any(Key::from(KeyCode::Enter)));
            Ok(keys)
        }
        None => {
            Err("answer with the number of an act, Enter for older ones, or `cancel`".to_owned())
        }
    }
}

fn steps(model: &Model, from: usize, to: usize) -> Vec<Press> {
    let (action, count) = if to < from {
        (Action::ScrollUp, from - to)
    } else {
        (Action::ScrollDown, to - from)
    };
    let key = press::of(model, action);
    (0..count).flat_map(|_| key.clone()).collect()
}
