//! Saved filters by name: kept, shared, loaded and dropped.

use super::jump;
use crate::app::message::Severity;
use crate::app::model::Model;
use crate::app::palette::FilterCommand;
use crate::app::saved;
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
        FilterCommand::Load(name) => load(model, name),
        FilterCommand::Save(_) | FilterCommand::Share(_) | FilterCommand::Drop(_) => {
            if let Some(why) = verbs::blocked(model) {
                return model.toast(Severity::Warn, &format!("Saved filters: {why}"));
            }
            write(model, command);
        }
    }
}

fn write(model: &mut Model, command: &FilterCommand) {
    let in_force = model.here().state().filter.clone();
    match command {
        FilterCommand::Save(name) | FilterCommand::Share(name) if in_force.is_empty() => {
            let text = format!("No filter is in force to be kept as {name}");
            model.toast(Severity::Warn, &text);
        }
        FilterCommand::Save(name) => saved::save(model, name, in_force, false),
        FilterCommand::Share(name) => saved::save(model, name, in_force, true),
        FilterCommand::Drop(name) => match saved::named(model, name).cloned() {
            Some(found) => saved::drop_saved(model, &found),
            None => unknown(model, name),
        },
        FilterCommand::Load(name) => load(model, name),
    }
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
