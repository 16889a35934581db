//! Loading the detail of a row: at once, a moment after the cursor rests on it, and part by part.

use chrono::TimeDelta;
use quarterdeck_api::call::AnyReply;

use crate::app::layout::Mode;
use crate::app::list::RowId;
use crate::app::message::{Failed, Severity, Slot};
use crate::app::model::{HeldPreview, Model};
use crate::app::options::CursorMark;
use crate::app::room_state::DetailLoad;
use crate::app::tab::Tab;

/// How long the cursor rests on a row before its detail is loaded for the preview.
const PREVIEW_DELAY: TimeDelta = TimeDelta::milliseconds(120);

/// Plans to load the detail that the screen has room for. A moving cursor puts it off.
pub fn plan_preview(model: &mut Model, cursor_moved: bool) {
    let is_shown = model.layout().mode == Mode::Wide || model.is_in_detail();
    let is_wanted = is_shown && model.here().needs_detail();
    if !is_wanted && !is_to_be_looked_up(model) {
        model.preview_due = None;
    } else if cursor_moved || model.preview_due.is_none() {
        model.preview_due = Some(model.now + PREVIEW_DELAY);
    }
}

/// Where a move must cost few bytes, the preview stays on the row it shows until the cursor stands still.
pub fn hold_preview(model: &mut Model, tab: Tab, left: Option<RowId>) {
    let shown = model.held_preview.filter(|held| held.tab == tab);
    let shown = shown.map_or(left, |held| Some(held.id));
    model.held_preview = match (model.options.cursor, shown) {
        (CursorMark::Cell, Some(id)) if tab == model.tab => Some(HeldPreview {
            tab,
            id,
            until: model.now + PREVIEW_DELAY,
        }),
        (CursorMark::Cell | CursorMark::Row, _) => None,
    };
}

/// Loads the detail that was planned, once it is due.
pub fn load_due_preview(model: &mut Model) {
    if model.preview_due.is_some_and(|due| due <= model.now) {
        load_detail(model);
    }
}

/// Whether somebody else has dealt with the row under the cursor, and nobody has asked yet what became of it.
fn is_to_be_looked_up(model: &Model) -> bool {
    let state = model.here().state();
    let cursor = state.list.cursor();
    let is_overtaken = |id| {
        state
            .overtaken
            .get(&id)
            .is_some_and(|row| !row.is_looked_up)
    };
    let is_asked = matches!(
        &state.detail,
        DetailLoad::Loading(id) | DetailLoad::Failed(id, _) if Some(*id) == cursor
    );
    !is_asked && model.signed_out.is_none() && cursor.is_some_and(is_overtaken)
}

/// Loads the detail of the row under the cursor at once.
pub fn load_detail(model: &mut Model) {
    model.preview_due = None;
    let tab = model.tab;
    if is_to_be_looked_up(model) {
        let cursor = model.here().state().list.cursor();
        if let Some(id) = cursor {
            load_again(model, tab, id);
        }
        return;
    }
    if let Some(query) = model.here_mut().load_detail() {
        model.fetch(Slot::Detail(tab), query);
    }
}

/// Loads the row under the cursor as the server sends it.
pub fn load_raw(model: &mut Model) {
    let tab = model.tab;
    if model.signed_out.is_none()
        && let Some(query) = model.here_mut().load_raw()
    {
        model.preview_due = None;
        model.fetch(Slot::Detail(tab), query);
    }
}

/// Loads what follows in the detail, if anything does.
pub fn load_more_detail(model: &mut Model) {
    let tab = model.tab;
    if let Some(query) = model.here_mut().load_more_detail() {
        model.fetch(Slot::Detail(tab), query);
    }
}

/// Loads a row again that is known to have changed.
pub fn load_again(model: &mut Model, tab: Tab, id: RowId) {
    if let Some(query) = model.room_mut(tab).load_again(id) {
        model.fetch(Slot::Detail(tab), query);
    }
}

/// Takes a detail, or a part of one.
pub fn receive_detail(model: &mut Model, tab: Tab, result: Result<AnyReply, Failed>) {
    let now = model.now;
    let ghost = unknown_ghost(model, tab);
    if let Some(rest) = model.room_mut(tab).receive_detail(result, now) {
        model.fetch(Slot::Detail(tab), rest);
    }
    if let Some(id) = ghost.filter(|_| unknown_ghost(model, tab).is_none()) {
        say_what_became(model, tab, id);
    }
}

/// The row that has left the list, while what became of it is not known.
fn unknown_ghost(model: &Model, tab: Tab) -> Option<RowId> {
    let state = model.room(tab).state();
    let cursor = state.list.cursor();
    cursor.filter(|id| state.is_unknown_ghost(*id))
}

fn say_what_became(model: &mut Model, tab: Tab, id: RowId) {
    let room = model.room(tab);
    let (Some(status), false) = (room.status(id), room.is_open(id)) else {
        return;
    };
    let by = room
        .decider(id)
        .map_or_else(String::new, |by| format!(" by {by}"));
    let text = match room.decision_to(status.as_str()) {
        Some(past) => format!("{id} was {past}{by}"),
        None => format!("{id} is {status} now{by}"),
    };
    model.toast(Severity::Info, &text);
}
