//! Going elsewhere and coming back: to another tab, to the same one with another filter, and to what a
//! row leads to.

use super::go;
use crate::app::any_room::AnyRoom;
use crate::app::keymap::Action;
use crate::app::list::RowId;
use crate::app::loading;
use crate::app::message::Severity;
use crate::app::model::Model;
use crate::app::room_state::Pane;
use crate::app::status::at_column;
use crate::app::tab::Tab;
use crate::app::views::{Step, View};
use crate::screens::screen::Lead;

pub(super) fn show_numbered(model: &mut Model, action: Action) {
    if let Some(tab) = action.tab_digit().and_then(Tab::of_digit) {
        loading::show(model, tab);
    }
}

pub(super) fn step_tab(model: &mut Model, by: usize) {
    let tabs = model.tab_row();
    let here = tabs.iter().position(|tab| *tab == model.tab).unwrap_or(0);
    if let Some(tab) = tabs.get((here + by) % tabs.len().max(1)) {
        loading::show(model, *tab);
    }
}

/// The view before the jump that led here, or else the tab before this one.
pub(super) fn last_view(model: &mut Model) {
    match model.views.back_from(model.tab) {
        Some(step) => go_back(model, step),
        None => loading::show(model, model.last_tab.unwrap_or(model.tab)),
    }
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
    match filter {
        None => loading::show(model, tab),
        Some(filter) => jump(model, &Lead { tab, filter }),
    }
}

/// Whether a filter was one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    Yes,
    No,
}

/// Shows a tab with another filter, loaded anew.
pub(super) fn show_with(model: &mut Model, tab: Tab, filter: &str) -> Shown {
    let now = model.now;
    if let Err(error) = model.room_mut(tab).apply_filter(filter, now) {
        model.toast(Severity::Warn, &at_column(&error));
        return Shown::No;
    }
    let state = model.room_mut(tab).state_mut();
    state.is_visited = true;
    state.pane = Pane::List;
    loading::show(model, tab);
    loading::load(model, tab);
    Shown::Yes
}

/// The jump that led here, if what it showed is shown still.
pub(super) fn step_shown(model: &mut Model) -> Option<Step> {
    let filter = &model.here().state().filter;
    let is_shown = |step: &Step| filter.is_empty() || *filter == step.filter;
    model
        .views
        .led_to(model.tab)
        .filter(|step| is_shown(step))?;
    model.views.back_from(model.tab)
}

/// Puts both tabs of a jump as they were before it.
pub(super) fn go_back(model: &mut Model, step: Step) {
    let (to, before) = step.to;
    show_again(model, to, before);
    let (from, before) = step.from;
    if from != to {
        show_again(model, from, before);
    }
    loading::show(model, from);
}

/// What a tab showed before; its rows are loaded where they are not here.
fn show_again(model: &mut Model, tab: Tab, view: View) {
    let now = model.now;
    let room = model.room_mut(tab);
    room.show_again(view, now);
    if room.lacks_rows() {
        room.state_mut().is_visited = false;
    }
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

fn lead(model: &Model, of: impl Fn(&dyn AnyRoom, RowId) -> Option<Lead>) -> Option<Lead> {
    let here = model.here();
    here.state().list.cursor().and_then(|id| of(here, id))
}

/// Shows what a lead names; the view before it is a step back.
pub(super) fn jump(model: &mut Model, lead: &Lead) {
    let view = |tab: Tab| (tab, model.room(tab).view());
    let (from, to) = (view(model.tab), view(lead.tab));
    if show_with(model, lead.tab, &lead.filter) == Shown::Yes {
        let filter = model.here().state().filter.clone();
        model.views.push(Step { from, to, filter });
    }
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
