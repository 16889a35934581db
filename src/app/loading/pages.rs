//! Asking for rows: from the first one on, and further pages of them.

use crate::app::message::Slot;
use crate::app::model::Model;
use crate::app::room_state::Scope;
use crate::app::tab::Tab;
use crate::screens::screen::Made;

/// Loads a tab from its first row, if the operator may see it.
pub fn load(model: &mut Model, tab: Tab) {
    if !model.may_see(tab) {
        return;
    }
    // Another filter or order would mix with what is being counted.
    model.cancel_read(Slot::All(tab));
    let query = model.room_mut(tab).reload();
    model.fetch(Slot::List(tab), query);
}

/// A row was made: it is said, and the server says where it stands in the list.
pub fn made(model: &mut Model, tab: Tab, made: Option<Made>) {
    if let Some(Made { said, severity }) = made {
        model.toast(severity, &said);
    }
    load(model, tab);
}

/// Loads the next page if the cursor is near the end of what is loaded.
pub fn load_more_near_end(model: &mut Model) {
    let (tab, rows) = (model.tab, model.layout().table_rows());
    let state = model.here().state();
    let left = state.list.visible().len() - state.list.cursor_index().unwrap_or(0);
    if left <= rows.max(1) && !state.is_previewing() {
        load_more(model, tab);
    }
}

/// Loads the next page, if there is one and nothing else is on its way.
pub fn load_more(model: &mut Model, tab: Tab) {
    if let Some(query) = model.room_mut(tab).load_more() {
        model.fetch(Slot::List(tab), query);
    }
}

/// A page may be shorter than a tall screen.
pub(super) fn fill_viewport(model: &mut Model, tab: Tab) {
    let state = model.room(tab).state();
    let is_server_filtered = matches!(state.scope, Scope::Nowhere | Scope::Server);
    let is_short = state.list.visible().len() < model.layout().table_rows();
    if is_server_filtered && is_short && !state.is_previewing() {
        load_more(model, tab);
    }
}
