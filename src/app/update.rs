//! The one function that changes the model.

use chrono::{DateTime, Utc};
use quarterdeck_api::text::Line;

use super::doctor;
use super::keys;
use super::live;
use super::loading;
use super::message::{Effect, Msg, Severity, Signal};
use super::model::{Arrival, Model, Session};
use super::overlay::Overlay;
use super::preferences::Preferences;
use super::replies;
use super::room_state::Preview;
use super::session;
use super::writing;

/// Takes a message at a time and says what is to be done about it, in order.
pub fn update(model: &mut Model, now: DateTime<Utc>, msg: Msg) -> Vec<Effect> {
    model.now = now;
    model.toasts.expire(now);
    model.quit_armed_until = model.quit_armed_until.filter(|until| now < *until);
    model.throttled_until = model.throttled_until.filter(|until| now < *until);
    model.held_preview = model.held_preview.filter(|held| now < held.until);
    model.end_wait_for_code();
    let cursor = cursor(model);
    let is_answer = matches!(msg, Msg::Replied(_));
    match msg {
        Msg::Started => {
            model.say_keymap_problems();
            session::start(model);
        }
        Msg::Input(event) => keys::receive(model, event),
        Msg::Tick => {}
        Msg::Replied(reply) => replies::receive(model, reply),
        Msg::Signal(Signal::Terminate) => model.effects.push(Effect::Quit { message: None }),
        Msg::Signal(Signal::Continue) => model.effects.push(Effect::Repaint),
        Msg::HeaderNote(note) => model.header_note = Some(note),
        Msg::Reloaded(result) => reloaded(model, result),
        Msg::Live(news) => live::receive(model, news),
        Msg::Examined(around) => doctor::examined(model, around),
        Msg::Edited(result) => writing::edited(model, result),
        Msg::Notice(notice) => model.toast(notice.severity, notice.text.as_str()),
    }
    if is_answer {
        note_arrival(model, cursor);
    }
    live::catch_up(model);
    loading::load_due(model);
    drop_left_ghost(model);
    settle(model, cursor);
    model.mark_dirty();
    std::mem::take(&mut model.effects)
}

fn reloaded(model: &mut Model, result: Result<Box<Preferences>, Line>) {
    match result {
        Ok(preferences) => {
            model.prefer(*preferences);
            model.toast(Severity::Info, "The configuration was read again");
        }
        Err(why) => model.toast(Severity::Error, &format!("Nothing was changed. {why}")),
    }
}

type Cursor = (super::tab::Tab, Option<super::list::RowId>);

fn cursor(model: &Model) -> Cursor {
    (model.tab, model.here().state().list.cursor())
}

/// A row that has left the list goes once the cursor has left it.
fn drop_left_ghost(model: &mut Model) {
    let now = model.now;
    let state = model.here().state();
    let cursor = state.list.cursor();
    if state.ghost.is_some_and(|ghost| cursor != Some(ghost.id)) {
        model.here_mut().drop_ghost(now);
    }
}

/// An answer has put another row under the cursor: keys that are on their way do not mean it.
fn note_arrival(model: &mut Model, before: Cursor) {
    let (tab, was) = before;
    let (now_on, id) = cursor(model);
    if let (Some(was), Some(id)) = (was, id)
        && now_on == tab
        && was != id
    {
        model.arrival = Some(Arrival { id, at: model.now });
    }
}

/// What is being typed narrows the rows for as long as its prompt is open, which an answer may put
/// something else over.
fn drop_displaced_preview(model: &mut Model) {
    let is_typed = model.here().state().preview == Preview::Typed;
    if is_typed && !matches!(model.overlay, Some(Overlay::Filter(_))) {
        loading::drop_typed(model);
    }
}

/// Brings the viewport and the preview in line with wherever the message has led.
fn settle(model: &mut Model, before: Cursor) {
    drop_displaced_preview(model);
    let rows = model.layout().table_rows();
    model.here_mut().state_mut().list.keep_in_view(rows);
    let moved = cursor(model) != before;
    if moved {
        let state = model.here_mut().state_mut();
        state.detail_scroll = 0;
        state.reading.turn();
        loading::hold_preview(model, before.0, before.1);
    }
    if matches!(model.session, Session::Active) {
        loading::plan_preview(model, moved);
        loading::load_due_preview(model);
        if model.reads_raw() {
            loading::load_raw(model);
        }
        loading::ask_due_filter(model);
    }
}
