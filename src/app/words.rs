//! The words of an action where it stands: those of a verb are its screen's, those of a tab's key are
//! the tab's, all others are the key table's.

use quarterdeck_api::filters::SavedFilter;
use quarterdeck_api::text::Line;

use super::any_room::Wanted;
use super::keymap::{Action, Binding, Section};
use super::model::Model;
use super::palette::Named;
use super::saved;
use super::tab::Tab;
use super::verbs;
use crate::screens::verb::{Asks, VerbWords};

/// What the tab shown calls the verb of an action, if it has it: of several on one key the one that
/// applies now.
pub fn verb(model: &Model, action: Action) -> Option<VerbWords> {
    let all = model.here().verbs().into_iter();
    let fitting: Vec<_> = all.filter(|words| words.action == action.verb()).collect();
    let applies = |words: &&VerbWords| verbs::refusal(model, **words).is_none();
    match fitting.as_slice() {
        [one] => Some(*one),
        several => several.iter().find(applies).or(several.first()).copied(),
    }
}

/// The line in the palette.
pub fn of(model: &Model, wanted: Wanted) -> Option<Line> {
    let Some(name) = wanted.verb else {
        let binding = model.keymap.binding(wanted.action)?;
        return Some(help(model, binding));
    };
    let mut all = model.here().verbs().into_iter();
    all.find(|words| words.verb == name)
        .map(|words| Line::new(words.help))
}

/// Whether an action belongs to what is shown: a verb of this tab, a tab that exists.
pub fn is_of_here(model: &Model, action: Action) -> bool {
    match (action.section(), action.tab_digit()) {
        (_, Some(digit)) => Tab::of_digit(digit).is_some(),
        (Section::Verbs, None) if action == Action::Verify => model.tab == Tab::Audit,
        (Section::Verbs, None) => verb(model, action)
            .is_some_and(|words| !action.is_with_note() || words.asks == Asks::Note),
        (
            Section::Global
            | Section::Table
            | Section::Text
            | Section::Related
            | Section::Dialog
            | Section::Prompt,
            None,
        ) => true,
    }
}

/// The line in the menu.
pub fn help(model: &Model, binding: &Binding) -> Line {
    let action = binding.action;
    if let Some(tab) = action.tab_digit().and_then(Tab::of_digit) {
        return Line::new(tab.title());
    }
    match verb(model, action).filter(|_| action.section() == Section::Verbs) {
        Some(words) if action.is_with_note() => {
            let mut text = format!("{}, with a note", words.verb);
            text[..1].make_ascii_uppercase();
            Line::new(&text)
        }
        Some(words) => Line::new(words.help),
        None => binding.help.clone(),
    }
}

/// The word in the footer, if it is named there.
pub fn label(model: &Model, binding: &Binding) -> Option<Line> {
    let label = binding
        .label
        .as_ref()
        .filter(|_| is_of_here(model, binding.action))?;
    let own = verb(model, binding.action).filter(|_| binding.action.section() == Section::Verbs);
    Some(own.map_or_else(|| label.clone(), |words| Line::new(words.verb)))
}

/// The name of a saved filter, and what it is.
fn saved_entry(saved: &SavedFilter) -> (String, Line) {
    let help = if saved.mine {
        saved.filter.to_string()
    } else {
        format!("{} (shared by {})", saved.filter, saved.owner)
    };
    (saved.name.to_string(), Line::new(&help))
}

/// The verbs that can be typed by name here, and those of other tabs.
pub fn named(model: &Model) -> Named {
    let verbs_of = |tab: Tab| {
        let verbs = model.room(tab).verbs().into_iter();
        verbs.filter(|words| words.action.section() == Section::Verbs)
    };
    let others = Tab::ALL.iter().filter(|tab| **tab != model.tab);
    Named {
        here: verbs_of(model.tab).collect(),
        elsewhere: others
            .flat_map(|tab| verbs_of(*tab))
            .map(|words| words.verb)
            .collect(),
        profiles: model.options.profiles.names.clone(),
        recent: model
            .recent
            .iter()
            .map(|object| (object.command(), object.name.clone()))
            .collect(),
        saved: saved::of_tab(model, model.tab).map(saved_entry).collect(),
    }
}
