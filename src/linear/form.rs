//! Before sign-in is over: what a line means to a form, and what is said of it.

use quarterdeck_api::text::Line;

use super::conversation::Conversation;
use super::press::{self, Press, Request};
use super::prompt::Prompt;
use crate::app::field::Display;
use crate::app::input::{Key, KeyCode};
use crate::app::keymap::Action;
use crate::app::model::{Model, Session};
use crate::screens::sign_in::{Form, Item, Step, address, browser_of, codes_of};

/// Says the recovery codes.
const SHOW: &str = ":show";

/// A line for the field with the focus; a link is named by its letter behind a colon.
pub(super) fn hear(talk: &mut Conversation, form: &Form, line: &str) -> Request {
    match line.trim() {
        SHOW => {
            if let Some(codes) = codes_of(form) {
                let codes = codes.recovery_codes.iter();
                let said = codes.map(|code| Line::new(code.expose()).to_string());
                talk.said.extend(said);
                return Request::nothing();
            }
        }
        ":q" | ":quit" => return Request::Leave,
        ":back" => return Request::Press(press::escape()),
        named => {
            if let Some(keys) = link(form, named) {
                return Request::Press(keys);
            }
        }
    }
    let is_kept = line.is_empty() && !is_masked(form);
    if is_kept {
        return Request::Press(vec![Press::any(Key::from(KeyCode::Enter))]);
    }
    Request::Press(press::fill(line))
}

/// The way to the link of this name and into it.
fn link(form: &Form, named: &str) -> Option<Vec<Press>> {
    let is_named = |item: &Item| match item {
        Item::Link { letter, .. } => named.strip_prefix(':') == Some(letter.to_string().as_str()),
        Item::Field { .. } => false,
    };
    let place = form.items.iter().position(is_named)?;
    let count = form.items.len();
    let steps = (place + count - form.focus) % count;
    let tabs = std::iter::repeat_n(KeyCode::Tab, steps);
    let keys = tabs.chain([KeyCode::Enter]);
    Some(keys.map(|code| Press::any(Key::from(code))).collect())
}

/// A line where there is little to do.
pub(super) fn hear_outside(talk: &mut Conversation, model: &Model, line: &str) -> Request {
    match line.trim().trim_start_matches(':') {
        "refresh" | "r" => Request::Press(press::of(model, Action::Refresh)),
        "quit" | "q" => Request::Leave,
        "" => Request::nothing(),
        other => {
            talk.fault(&format!("`{other}` means nothing here"));
            Request::nothing()
        }
    }
}

/// What is said of it, and what is wrong.
pub(super) fn words(model: &Model, session: &Session) -> (Vec<String>, Option<String>) {
    match session {
        Session::SigningIn(form) => (
            of_form(model, form),
            form.error.as_ref().map(ToString::to_string),
        ),
        Session::Connecting => (
            vec![format!("Connecting to {}. `quit` leaves.", model.host)],
            None,
        ),
        Session::Unreachable { why } => (
            vec!["`refresh` tries again, `quit` leaves.".to_owned()],
            Some(format!("No connection to {}. {why}", model.host)),
        ),
        Session::NotAdmin { email } => (
            vec![
                "Ask a super-admin for a role. `refresh` signs in as somebody else, `quit` leaves."
                    .to_owned(),
            ],
            Some(format!("{email} is signed in and is not a platform admin.")),
        ),
        Session::Active => (Vec::new(), None),
    }
}

fn of_form(model: &Model, form: &Form) -> Vec<String> {
    let mut lines = vec![format!("{} on {}", form.step.title(), model.host)];
    lines.push(form.step.help().to_owned());
    if let Step::Enroll(secret) = &form.step {
        let secret = Line::new(secret.secret.expose());
        lines.push(format!("Secret: {}", in_groups(secret.as_str())));
    }
    if let Some(flow) = browser_of(form) {
        lines.push(format!("Address: {}", address(flow)));
        lines.push(format!("Code: {}", flow.user_code));
    }
    if codes_of(form).is_some() {
        lines.push(format!(
            "`{SHOW}` says them here, where they stay in the scrollback; a file is the better place."
        ));
    }
    let takes_code = form.step.takes_one_time_code();
    if let (true, Some(note)) = (takes_code, &model.header_note) {
        lines.push(note.to_string());
    }
    let link = |item: &Item| match item {
        Item::Link { label, letter, .. } => Some(format!("`:{letter}` {label}")),
        Item::Field { .. } => None,
    };
    let ways: Vec<String> = form.items.iter().filter_map(link).collect();
    lines.push(
        format!("`:back` goes back, `:quit` leaves. {}", ways.join(", "))
            .trim_end()
            .to_owned(),
    );
    lines
}

/// The secret in groups of four.
fn in_groups(secret: &str) -> String {
    let letters: Vec<char> = secret.chars().collect();
    let groups = letters.chunks(4).map(|group| group.iter().collect());
    groups.collect::<Vec<String>>().join(" ")
}

pub(super) fn prompt(session: &Session) -> Prompt {
    let plain = |text: &str| Prompt {
        text: text.to_owned(),
        typed: Display::Plain,
    };
    match session {
        Session::SigningIn(form) => match form.items.get(form.focus) {
            Some(Item::Field { label, .. }) => Prompt {
                text: format!("{label}:"),
                typed: if is_masked(form) {
                    Display::Masked
                } else {
                    Display::Plain
                },
            },
            Some(Item::Link { label, .. }) => plain(&format!("{label}, Enter:")),
            None => plain("quarterdeck>"),
        },
        Session::Connecting
        | Session::Unreachable { .. }
        | Session::NotAdmin { .. }
        | Session::Active => plain("quarterdeck>"),
    }
}

/// Whether what is typed must not be seen.
fn is_masked(form: &Form) -> bool {
    match form.items.get(form.focus) {
        Some(Item::Field { field, .. }) => field.display() == Display::Masked,
        Some(Item::Link { .. }) | None => false,
    }
}
