//! Saved filters by name: kept, shared, loaded and dropped.

use super::jump;
use crate::app::message::Severity;
use crate::app::model::Model;
use crate::app::palette::FilterCommand;
use crate::app::saved::{self, Audience};
use crate::app::verbs;

/// Does what a command says about a saved filter of the tab shown.
pub(super) fn run(model: &mut Model, command: &FilterCommand) {
    let (FilterCommand::Save(name)
    | FilterCommand::Share(name)
    | FilterCommand::Load(name)
    | FilterCommand::Drop(name)) = command;
    if name.is_empty() {
        return model.toast(Severity::Warn, "Type the filter's name behind it");
    }
    match command {
        FilterCommand::Save(name) => save(model, name, Audience::Owner),
        FilterCommand::Share(name) => save(model, name, Audience::Everybody),
        FilterCommand::Drop(name) => remove(model, name),
        FilterCommand::Load(name) => load(model, name),
    }
}

fn save(model: &mut Model, name: &str, audience: Audience) {
    if is_blocked(model) {
        return;
    }
    let in_force = model.here().state().filter.clone();
    if in_force.is_empty() {
        let text = format!("No filter is in force to be kept as {name}");
        return model.toast(Severity::Warn, &text);
    }
    saved::save(model, name, in_force, audience);
}

fn remove(model: &mut Model, name: &str) {
    if is_blocked(model) {
        return;
    }
    match saved::named(model, name).cloned() {
        Some(found) => saved::drop_saved(model, &found),
        None => unknown(model, name),
    }
}

/// Whether nothing can be written now, which is said.
fn is_blocked(model: &mut Model) -> bool {
    let why = verbs::blocked(model);
    if let Some(why) = &why {
        model.toast(Severity::Warn, &format!("Saved filters: {why}"));
    }
    why.is_some()
}

/// Shows its rows; `-` leads back to the filter from before.
fn load(model: &mut Model, name: &str) {
    match saved::named(model, name).map(|saved| saved.filter.to_string()) {
        Some(filter) => jump::show_filtered(model, model.tab, Some(filter)),
        None => unknown(model, name),
    }
}

fn unknown(model: &mut Model, name: &str) {
    let text = format!("{} has no saved filter {name}", model.tab.name());
    model.toast(Severity::Warn, &text);
}
