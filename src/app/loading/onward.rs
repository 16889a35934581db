//! Going on to the next row that nobody has decided, also where it has to be loaded first.

use chrono::TimeDelta;
use quarterdeck_api::text::Line;

use super::pages::{load_more, load_more_near_end};
use crate::app::list::RowId;
use crate::app::model::Model;
use crate::app::room_state::Waiting;
use crate::app::tab::Tab;

/// Pages looked through for an open row, before it is left to the operator to go on.
const MOST_PAGES: u8 = 10;
/// How long a row that an answer has put under the cursor is not acted on: a key pressed within this was
/// meant for the row before.
const REACTION: TimeDelta = TimeDelta::milliseconds(300);

/// The row under the cursor is dealt with: on to the next one below that nobody has decided, loaded or
/// not, and only then back to one above that was passed over.
pub fn go_on(model: &mut Model, tab: Tab) {
    let Some(from) = cursor(model, tab) else {
        return;
    };
    if !is_left(model, tab, from) && !go_below(model, tab) {
        wait_or_go_above(model, tab, from);
    }
    load_more_near_end(model);
}

fn wait_or_go_above(model: &mut Model, tab: Tab, from: RowId) {
    if may_follow(model, tab) {
        let pages_left = MOST_PAGES;
        let waiting = Some(Waiting { from, pages_left });
        model.room_mut(tab).state_mut().waiting = waiting;
    } else {
        go_above(model, tab);
    }
}

/// Rows came: a cursor that waited for them goes on, if the operator has not moved it meanwhile.
pub fn rows_came(model: &mut Model, tab: Tab) {
    let waiting = model.room_mut(tab).state_mut().waiting.take();
    let still = waiting.filter(|waiting| cursor(model, tab) == Some(waiting.from));
    let Some(Waiting { from, pages_left }) = still else {
        return;
    };
    if go_below(model, tab) {
        return;
    }
    let pages_left = pages_left.saturating_sub(1);
    if !may_follow(model, tab) {
        go_above(model, tab);
    } else if pages_left > 0 {
        let waiting = Some(Waiting { from, pages_left });
        model.room_mut(tab).state_mut().waiting = waiting;
        load_more(model, tab);
    }
}

/// Why the row under the cursor is not acted on yet, if so: it came by itself, too late to be seen.
pub fn just_came(model: &Model) -> Option<Line> {
    let arrival = model.arrival?;
    let is_here = cursor(model, model.tab) == Some(arrival.id);
    let is_seen = model.now - arrival.at >= REACTION;
    (is_here && !is_seen).then(|| {
        Line::new(&format!(
            "{} has just come under the cursor; look, and press again",
            arrival.id
        ))
    })
}

fn cursor(model: &Model, tab: Tab) -> Option<RowId> {
    model.room(tab).state().list.cursor()
}

/// Whether nobody has decided a row, and no write on it is on its way.
fn is_left(model: &Model, tab: Tab, id: RowId) -> bool {
    let room = model.room(tab);
    room.is_open(id) && !room.state().is_ghost(id) && model.writes.state_of(tab, id).is_none()
}

/// Whether rows may follow those that are loaded.
fn may_follow(model: &Model, tab: Tab) -> bool {
    let state = model.room(tab).state();
    state.next_cursor.is_some() && !state.is_previewing()
}

fn go_below(model: &mut Model, tab: Tab) -> bool {
    let list = &model.room(tab).state().list;
    let next = list.next_below(|id| is_left(model, tab, id));
    go_to(model, tab, next)
}

fn go_above(model: &mut Model, tab: Tab) {
    let list = &model.room(tab).state().list;
    let next = list.next_above(|id| is_left(model, tab, id));
    go_to(model, tab, next);
}

fn go_to(model: &mut Model, tab: Tab, id: Option<RowId>) -> bool {
    id.is_some_and(|id| model.room_mut(tab).state_mut().list.go_to(id))
}
