//! Asking the server for what is being typed into the filter prompt, once the keys rest.

use chrono::TimeDelta;

use crate::app::any_room::{LastWord, Typed};
use crate::app::message::Slot;
use crate::app::model::{Connection, Model};
use crate::app::overlay::Overlay;
use crate::app::room_state::Load;

/// How long the keys rest before the server is asked (console.md §4.9).
const REST: TimeDelta = TimeDelta::milliseconds(250);

/// Plans to ask for what was typed; each key puts it off.
pub fn plan_ask(model: &mut Model) {
    model.filter_due = Some(model.now + REST);
}

/// Asks for what was typed, once that is due. What is on its way already comes first.
pub fn ask_due_filter(model: &mut Model) {
    if model.filter_due.is_none_or(|due| due > model.now) {
        return;
    }
    let tab = model.tab;
    model.filter_due = None;
    let Some(text) = typed(model) else {
        return;
    };
    let now = model.now;
    // It could be read when it was typed.
    let read = model
        .here_mut()
        .preview_filter(&text, LastWord::IsWhole, now);
    let is_away = model.connection != Connection::Online || model.signed_out.is_some();
    if read.is_err() || is_away {
        return;
    }
    match model.here_mut().ask_typed() {
        Typed::Ask(query) => model.fetch(Slot::List(tab), query),
        Typed::Later => plan_ask(model),
        Typed::Known => {}
    }
}

fn typed(model: &Model) -> Option<String> {
    match &model.overlay {
        Some(Overlay::Filter(prompt)) => Some(prompt.field.value().to_owned()),
        Some(_) | None => None,
    }
}

/// Leaves what was typed, and what was asked of it.
pub fn drop_typed(model: &mut Model) {
    let (tab, now) = (model.tab, model.now);
    model.filter_due = None;
    let is_loading = |model: &Model| model.here().state().load != Load::Idle;
    let was_loading = is_loading(model);
    model.here_mut().drop_preview(now);
    if was_loading && !is_loading(model) {
        model.cancel_read(Slot::List(tab));
    }
}
