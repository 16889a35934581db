//! `:env`: the same console on the server of another profile.

use super::leave;
use crate::app::message::{Effect, Severity};
use crate::app::model::Model;

/// Switches to a profile, unless something would be lost; without a name says which there are.
pub(super) fn enter(model: &mut Model, profile: &str) {
    if profile.is_empty() {
        return tell(model);
    }
    match leave::what_would_be_lost(model) {
        Some(why) => model.toast(Severity::Warn, &format!("Not switched. {why}")),
        None => model.effects.push(Effect::Enter(profile.to_owned())),
    }
}

fn tell(model: &mut Model) {
    let profiles = &model.options.profiles;
    let text = match (profiles.names.join(", "), &profiles.chosen) {
        (names, _) if names.is_empty() => {
            "There are no profiles; `[profiles.NAME]` in config.toml makes one".to_owned()
        }
        (names, Some(chosen)) => format!("Profiles: {names}; this is {chosen}"),
        (names, None) => format!("Profiles: {names}; this is none of them"),
    };
    model.toast(Severity::Info, &text);
}
