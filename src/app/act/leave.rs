//! Leaving: a layer at a time, what is loading, and in the end the console.

use chrono::TimeDelta;
use quarterdeck_api::text::Line;

use super::{go, jump};
use crate::app::keymap::Action;
use crate::app::loading;
use crate::app::message::{Effect, Severity, Slot};
use crate::app::model::Model;
use crate::app::overlay::Overlay;
use crate::app::room_state::Pane;
use crate::app::sending;
use crate::app::tab::Tab;
use crate::app::writes::LastAct;

/// How long a second C-c quits.
const QUIT_WINDOW: TimeDelta = TimeDelta::seconds(2);

/// Leaves one layer (console.md §4.5); what lies over the screen has taken the key before.
pub(super) fn escape(model: &mut Model) {
    if sending::stop(model) {
        return;
    }
    let tab = model.tab;
    let state = model.here_mut().state_mut();
    if state.list.is_in_range() {
        state.list.drop_range();
    } else if state.pane != Pane::List {
        go::close_detail(model);
    } else if state.list.marked_count() > 0 {
        let marks = state.list.clear_marks();
        let text = format!(
            "{} marks cleared ({} restores)",
            marks.len(),
            model.keymap.shown(Action::TakeBack)
        );
        model.writes.acted(model.now, LastAct::Marks(tab, marks));
        model.toast(Severity::Undoable, &text);
    } else if let Some(step) = jump::step_shown(model) {
        jump::go_back(model, step);
    } else if !state_filter_is_empty(model) {
        jump::show_with(model, tab, "");
    } else {
        let key = model.keymap.shown(Action::Quit);
        model.toast(Severity::Info, &format!("{key} quits"));
    }
}

fn state_filter_is_empty(model: &Model) -> bool {
    model.here().state().filter.is_empty()
}

/// Closes a layer, or at the root quits: at once if nothing would be lost.
pub(super) fn close_or_quit(model: &mut Model) {
    if model.is_in_detail() {
        go::close_detail(model);
    } else {
        quit(model);
    }
}

/// Quits; asks if marks or writes in flight would be lost.
pub(super) fn quit(model: &mut Model) {
    match what_would_be_lost(model) {
        None => model.effects.push(Effect::Quit { message: None }),
        Some(why) => {
            model.overlay = Some(Overlay::Leave {
                why: Line::new(&why),
            });
        }
    }
}

/// The marks, or the answers to writes, that would be lost.
pub(super) fn what_would_be_lost(model: &Model) -> Option<String> {
    let marks: usize = Tab::ALL
        .iter()
        .map(|tab| model.room(*tab).state().list.marked_count())
        .sum();
    let why = match (model.writes.in_flight(), marks) {
        (0, 0) => return None,
        (0, 1) => "1 row is marked.".to_owned(),
        (0, marks) => format!("{marks} rows are marked."),
        (1, _) => "1 call is not answered yet; it may still happen.".to_owned(),
        (writes, _) => format!("{writes} calls are not answered yet; they may still happen."),
    };
    Some(why)
}

/// Stops what is loading; with nothing to stop, a second time within two seconds quits.
pub fn cancel(model: &mut Model) {
    if sending::stop(model) {
        return;
    }
    let tab = model.tab;
    let slots = [
        Slot::List(tab),
        Slot::Detail(tab),
        Slot::Verify,
        Slot::Me,
        Slot::Gate,
        Slot::All(tab),
    ];
    let loading: Vec<Slot> = slots
        .into_iter()
        .filter(|slot| model.is_loading(*slot))
        .collect();
    if loading.is_empty() {
        return cancel_twice(model);
    }
    for slot in loading {
        model.cancel_read(slot);
    }
    loading::cancelled(model);
    model.toast(Severity::Info, "Loading stopped");
}

fn cancel_twice(model: &mut Model) {
    if model
        .quit_armed_until
        .is_some_and(|until| model.now < until)
    {
        model.effects.push(Effect::Quit { message: None });
        return;
    }
    model.quit_armed_until = Some(model.now + QUIT_WINDOW);
    let key = model.keymap.shown(Action::Cancel);
    model.toast(Severity::Info, &format!("{key} again quits"));
}
