//! Loading the tab shown by itself, where that was asked for; never under a dialog.

use super::pages::load;
use crate::app::auto_refresh::AutoRefresh;
use crate::app::keymap::Action;
use crate::app::message::{Severity, Slot};
use crate::app::model::{Model, Session};
use crate::app::tab::Tab;

/// Begins to load every so many seconds, or ends it.
pub fn set_auto(model: &mut Model, seconds: Option<u32>) {
    let Some(seconds) = seconds else {
        model.auto_refresh = None;
        return model.toast(Severity::Info, "Nothing is loaded by itself");
    };
    model.auto_refresh = Some(AutoRefresh::every(seconds, model.now));
    let key = model.keymap.shown(Action::Pause);
    let text = format!("The tab shown is loaded every {seconds} s; {key} pauses");
    model.toast(Severity::Info, &text);
}

/// Pauses it, or goes on.
pub fn pause_auto(model: &mut Model) {
    let now = model.now;
    let Some(auto) = &mut model.auto_refresh else {
        return;
    };
    let text = if auto.toggle(now) {
        "Paused: nothing is loaded by itself"
    } else {
        "Goes on"
    };
    model.toast(Severity::Info, text);
}

/// Loads the tab shown, if that is due and nothing lies over it.
pub fn load_due(model: &mut Model) {
    let is_due = model
        .auto_refresh
        .and_then(|auto| auto.due())
        .is_some_and(|due| due <= model.now);
    let tab = model.tab;
    let is_free = model.overlay.is_none()
        && model.signed_out.is_none()
        && matches!(model.session, Session::Active)
        && !model.here().state().list.is_in_range()
        && !model.is_loading(Slot::List(tab));
    if is_due && is_free {
        load(model, tab);
    }
}

/// A load of a tab has ended.
pub(super) fn note(model: &mut Model, tab: Tab, is_loaded: bool) {
    let now = model.now;
    if let Some(auto) = model.auto_refresh.as_mut().filter(|_| tab == model.tab) {
        auto.note(now, is_loaded);
    }
}
