//! What a line means at work: a word of this mode, a command of the palette with what its questions take
//! behind it, or a key as the screen's help writes it.

use quarterdeck_api::filter::Offer;

use super::conversation::Conversation;
use super::help;
use super::place::{self, LISTED};
use super::press::{self, Press, Request};
use super::vocabulary::{Does, WORDS};
use crate::app::explained;
use crate::app::input::Key;
use crate::app::keymap::{Action, Section};
use crate::app::model::Model;
use crate::app::palette::{self, Command};
use crate::app::words;
use crate::screens::verb::VerbWords;

/// What `filter` is followed by where a saved filter is meant.
const SAVED: [&str; 4] = ["save", "share", "load", "drop"];

pub(super) fn hear(talk: &mut Conversation, model: &Model, line: &str) -> Request {
    let line = line.trim();
    if line.is_empty() {
        return go_on(talk, model);
    }
    if let Some(text) = line.strip_prefix('/') {
        return Request::Press(on_screen(model, press::filter(model, text.trim())));
    }
    let (first, rest) = split(line);
    let word = WORDS.iter().find(|(word, ..)| *word == first);
    if let Some((_, does, _)) = word.filter(|_| !is_of_palette(first, rest)) {
        return obey(talk, model, *does, rest);
    }
    if let Some(text) = line.strip_prefix(':') {
        return run(talk, model, text.trim());
    }
    match by_key(model, first, rest) {
        Some(key) if !is_command(model, first) => {
            talk.answers = (!rest.is_empty()).then(|| rest.to_owned());
            Request::Press(vec![Press::any(key)])
        }
        Some(_) | None => run(talk, model, line),
    }
}

fn split(line: &str) -> (&str, &str) {
    let (first, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    (first, rest.trim())
}

fn is_of_palette(first: &str, rest: &str) -> bool {
    let (verb, _) = split(rest);
    first == "filter" && SAVED.contains(&verb)
}

/// A bare Enter: what is behind the last message, then the rest of what is being read, then the next row.
fn go_on(talk: &mut Conversation, model: &Model) -> Request {
    if explained::is_offered(model) {
        return Request::Press(press::of(model, Action::Open));
    }
    if talk.reading.go_on() {
        return Request::nothing();
    }
    Request::Press(on_screen(model, press::of(model, Action::Down)))
}

fn obey(talk: &mut Conversation, model: &Model, does: Does, rest: &str) -> Request {
    if !rest.is_empty() && !matches!(does, Does::Filter | Does::Find) {
        talk.fault(&format!("nothing is taken behind it: `{rest}`"));
        return Request::nothing();
    }
    let rows = |action| {
        let key = press::of(model, action);
        (0..LISTED).flat_map(|_| key.clone()).collect::<Vec<_>>()
    };
    let keys = match does {
        Does::Filter if rest.is_empty() => {
            talk.reading.begin(about_filter(model));
            return Request::nothing();
        }
        Does::Filter => press::filter(model, rest),
        Does::Press(action) => press::of(model, action),
        Does::Find if rest.is_empty() => {
            talk.fault("type behind it what is to be found");
            return Request::nothing();
        }
        Does::Find => {
            talk.sought = Some(rest.to_owned());
            press::of(model, Action::Open)
        }
        Does::Where => {
            talk.reading.begin(place::in_full(model));
            talk.forget();
            return Request::nothing();
        }
        Does::Help => {
            talk.reading.begin(help::lines(model));
            return Request::nothing();
        }
        Does::List => {
            talk.lists = true;
            return Request::nothing();
        }
        Does::More => {
            talk.lists = true;
            rows(Action::Down)
        }
        Does::Less => {
            talk.lists = true;
            rows(Action::Up)
        }
    };
    Request::Press(on_screen(model, keys))
}

/// The filter in force, and what can be filtered by.
fn about_filter(model: &Model) -> Vec<String> {
    let here = model.here();
    let in_force = place::filter(model);
    let offers = here.offers();
    let names: Vec<&str> = offers.iter().map(|Offer { name, .. }| *name).collect();
    vec![
        format!("Filter: {in_force}"),
        format!("Names: {}", names.join(", ")),
        "Type `filter` or `/` and the filter behind it; `/` alone clears.".to_owned(),
    ]
}

/// The same keys, from a screen where no second key is awaited.
fn on_screen(model: &Model, keys: Vec<Press>) -> Vec<Press> {
    let first = model.second_key.map(|_| press::escape());
    first.into_iter().flatten().chain(keys).collect()
}

/// A key as it is written in help, where it means something here.
fn by_key(model: &Model, first: &str, rest: &str) -> Option<Key> {
    let key: Key = first.parse().ok()?;
    let action = model.keymap.action(model.sections(), key)?;
    (rest.is_empty() || action_asks(model, action)).then_some(key)
}

/// Whether a name is a command as it stands.
fn is_command(model: &Model, name: &str) -> bool {
    palette::parse(name, model.tab, &words::named(model)).is_ok()
}

/// A command of the palette. What it does not take itself is for the questions that it asks.
fn run(talk: &mut Conversation, model: &Model, text: &str) -> Request {
    let named = words::named(model);
    let parse = |text: &str| palette::parse(text, model.tab, &named);
    let (first, rest) = split(text);
    let text = match (parse(text), parse(first)) {
        (Err(_), Ok(command)) if asks(model, &command) => {
            talk.answers = Some(rest.to_owned());
            first
        }
        (Ok(_) | Err(_), _) => text,
    };
    Request::Press(on_screen(model, press::command(model, text)))
}

/// Whether a command asks something that can be answered with it.
fn asks(model: &Model, command: &Command) -> bool {
    match command {
        Command::Verb(wanted) => {
            let mut all = model.here().verbs().into_iter();
            all.any(|words| wanted.is_met_by(words) && verb_asks(words))
        }
        Command::Run(action) => action_asks(model, *action),
        Command::Journal => true,
        Command::Show(..)
        | Command::Messages
        | Command::Doctor
        | Command::Debug
        | Command::Access(_)
        | Command::Environment(_)
        | Command::Keys
        | Command::Marks(_)
        | Command::Filter(_)
        | Command::Columns(_)
        | Command::Theme(_)
        | Command::AutoRefresh(_)
        | Command::Reload
        | Command::SignIn
        | Command::SignOut
        | Command::RecoveryCodes
        | Command::Quit => false,
    }
}

fn action_asks(model: &Model, action: Action) -> bool {
    let is_asking = matches!(
        action,
        Action::Sort | Action::CopyMenu | Action::TakeBack | Action::Columns
    );
    let verb = words::verb(model, action).filter(|_| action.section() == Section::Verbs);
    is_asking || action.is_with_note() || verb.is_some_and(verb_asks)
}

fn verb_asks(words: VerbWords) -> bool {
    words.asks.needs_words() || !words.choices.is_empty()
}
