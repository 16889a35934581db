//! Going elsewhere and coming back: to another tab, to the same one with another filter, and to what a
//! row leads to.

use super::go;
use crate::app::any_room::AnyRoom;
use crate::app::keymap::Action;
use crate::app::list::RowId;
use crate::app::loading;
use crate::app::message::Severity;
use crate::app::model::{Jump, Model};
use crate::app::room_state::Pane;
use crate::app::status::at_column;
use crate::app::tab::Tab;
use crate::screens::screen::Lead;

pub(super) fn show_numbered(model: &mut Model, action: Action) {
    if let Some(tab) = action.tab_digit().and_then(Tab::of_digit) {
        show(model, tab);
    }
}

pub(super) fn step_tab(model: &mut Model, by: usize) {
    let tabs = model.tabs();
    let here = tabs.iter().position(|tab| *tab == model.tab).unwrap_or(0);
    if let Some(tab) = tabs.get((here + by) % tabs.len().max(1)) {
        show(model, *tab);
    }
}

/// The view before this one: another tab, or this one before a jump changed its filter.
pub(super) fn last_view(model: &mut Model) {
    let tab = model.tab;
    if let Some(jump) = model
        .jump
        .take_if(|jump| jump.from == tab && jump.to == tab)
    {
        return leave_jump(model, &jump);
    }
    let tab = model.last_tab.unwrap_or(tab);
    show(model, tab);
}

fn show(model: &mut Model, tab: Tab) {
    model.jump = None;
    loading::show(model, tab);
}

pub(super) fn show_filtered(model: &mut Model, tab: Tab, filter: Option<String>) {
    if !model.may_see(tab) {
        let needs = tab.needs();
        model.toast(
            Severity::Warn,
            &format!("{}: you lack the permission {needs}", tab.name()),
        );
        return;
    }
    model.jump = None;
    match filter {
        None => loading::show(model, tab),
        Some(filter) => show_with(model, tab, &filter),
    }
}

/// Shows a tab with another filter, loaded anew.
pub(super) fn show_with(model: &mut Model, tab: Tab, filter: &str) {
    let now = model.now;
    if let Err(error) = model.room_mut(tab).apply_filter(filter, now) {
        model.toast(Severity::Warn, &at_column(&error));
        return;
    }
    let state = model.room_mut(tab).state_mut();
    state.is_visited = true;
    state.pane = Pane::List;
    loading::show(model, tab);
    loading::load(model, tab);
}

/// The jump's own filter goes with it.
pub(super) fn leave_jump(model: &mut Model, jump: &Jump) {
    let now = model.now;
    // It was a filter before the jump; it is one still.
    if model
        .room_mut(jump.to)
        .apply_filter(&jump.filter_before, now)
        .is_ok()
    {
        model.room_mut(jump.to).state_mut().is_visited = false;
    }
    loading::show(model, jump.from);
}

/// The row in full, or what it leads to.
pub(super) fn open(model: &mut Model) {
    match lead(model, |here, id| here.opens(id)) {
        Some(lead) => jump(model, &lead),
        None => go::open_detail(model),
    }
}

/// What belongs to the row under the cursor; Esc leads back.
pub(super) fn follow(model: &mut Model, action: Action) {
    if let Some(lead) = lead(model, |here, id| here.lead(id, action)) {
        jump(model, &lead);
    }
}

/// What is overdue in the queue under the cursor; Esc leads back.
pub(super) fn show_overdue(model: &mut Model) {
    if let Some(lead) = lead(model, |here, id| here.overdue(id)) {
        jump(model, &lead);
    }
}

fn lead(model: &Model, of: impl Fn(&dyn AnyRoom, RowId) -> Option<Lead>) -> Option<Lead> {
    let here = model.here();
    here.state().list.cursor().and_then(|id| of(here, id))
}

fn jump(model: &mut Model, lead: &Lead) {
    let (from, to) = (model.tab, lead.tab);
    let filter_before = model.room(to).state().filter.clone();
    show_with(model, to, &lead.filter);
    model.jump = Some(Jump {
        from,
        to,
        filter_before,
    });
}

pub(super) fn go_to_handled(model: &mut Model) {
    let Some((tab, id)) = model.writes.handled else {
        return;
    };
    loading::show(model, tab);
    if !model.room_mut(tab).state_mut().list.go_to(id) {
        model.toast(Severity::Warn, &format!("{id} is not among the rows shown"));
    }
}
