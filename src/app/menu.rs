//! The `?` menu: the keys of this context, filtered by what is typed, each with why it cannot be used
//! now. Enter runs the chosen one.

use quarterdeck_api::text::Line;

use super::act;
use super::availability::why_not;
use super::input::Key;
use super::keymap::{Action, Binding, Section};
use super::message::Severity;
use super::model::{Model, Session};
use super::overlay::{Overlay, Prompt};
use super::words;

/// A line of the menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MenuEntry {
    /// What it does.
    pub action: Action,
    /// Its keys.
    pub keys: Line,
    /// What it does, in words.
    pub help: Line,
    /// Why it cannot be done now.
    pub why_not: Option<Line>,
}

/// The sections of the menu on the screen shown, the most particular first. Those of dialogs and
/// prompts come last: they are to be read, not to be run. Behind them stand the keys that mean
/// something on other tabs.
fn sections(model: &Model) -> Vec<Section> {
    let mut sections = model.sections().to_vec();
    let others = [
        Section::Text,
        Section::Related,
        Section::Dialog,
        Section::Prompt,
    ];
    let others = others.into_iter();
    sections.extend(others.filter(|section| !model.sections().contains(section)));
    sections
}

/// The lines that fit what is typed.
pub fn entries(model: &Model, typed: &str) -> Vec<MenuEntry> {
    let lower = typed.to_lowercase();
    let is_typed = |entry: &MenuEntry| {
        entry.help.as_str().to_lowercase().contains(&lower)
            || entry.keys.as_str().split(' ').any(|key| key == typed)
    };
    let mut entries = entries_of(model, &sections(model));
    entries.retain(is_typed);
    entries
}

/// The keys that may follow the one that was pressed, where one is awaited.
pub fn second_keys(model: &Model) -> Option<Vec<MenuEntry>> {
    let is_at_work = matches!(model.session, Session::Active);
    let awaited = model.second_key.filter(|_| is_at_work);
    awaited.map(|_| entries_of(model, &[Section::Related]))
}

/// The lines of these sections.
fn entries_of(model: &Model, sections: &[Section]) -> Vec<MenuEntry> {
    let is_of_here = |binding: &&Binding| words::is_of_here(model, binding.action);
    let (here, elsewhere): (Vec<_>, Vec<_>) = model.keymap.of(sections).partition(is_of_here);
    let bindings = here.into_iter().chain(elsewhere);
    let entry = |binding: &Binding| MenuEntry {
        action: binding.action,
        keys: keys_of(model, binding),
        help: words::help(model, binding),
        why_not: why_not(model, binding.action),
    };
    bindings.map(entry).collect()
}

/// The keys that mean it: where it works here, not those that mean something more particular.
fn keys_of(model: &Model, binding: &Binding) -> Line {
    let sections = model.sections();
    let is_elsewhere = !sections.contains(&binding.action.section());
    let means_it =
        |key: &&Key| is_elsewhere || model.keymap.action(sections, **key) == Some(binding.action);
    let keys = binding.keys.iter().filter(means_it);
    let keys: Vec<_> = keys.map(ToString::to_string).collect();
    Line::new(&keys.join(" "))
}

/// A key in the menu.
pub fn press(model: &mut Model, mut prompt: Prompt, key: Key) {
    let entries = entries(model, prompt.field.value());
    match model.keymap.action(&[Section::Prompt], key) {
        Some(Action::Submit) => return submit(model, prompt, &entries),
        Some(Action::Abandon) => return,
        Some(Action::Next | Action::Complete) => prompt.next(entries.len()),
        Some(Action::Previous) => prompt.previous(),
        Some(_) | None => {
            prompt.field.edit(key);
            prompt.selected = 0;
        }
    }
    model.overlay = Some(Overlay::Menu(prompt));
}

fn submit(model: &mut Model, prompt: Prompt, entries: &[MenuEntry]) {
    match entries.get(prompt.selected) {
        Some(MenuEntry {
            action,
            why_not: None,
            ..
        }) => act::run(model, *action),
        Some(MenuEntry {
            help,
            why_not: Some(why),
            ..
        }) => {
            model.toast(Severity::Warn, &format!("{help}: {why}"));
            model.overlay = Some(Overlay::Menu(prompt));
        }
        None => model.overlay = Some(Overlay::Menu(prompt)),
    }
}
