//! Moving: along the rows, by pages, and between the list and its detail.

use crate::app::detail;
use crate::app::layout::Mode;
use crate::app::list::Move;
use crate::app::loading;
use crate::app::model::Model;
use crate::app::reading;
use crate::app::recent;
use crate::app::room_state::Pane;

/// Rows of a page.
pub(super) fn page(model: &Model) -> usize {
    model.layout().table_rows().max(2)
}

pub(super) fn go(model: &mut Model, step: Move) {
    if model.is_in_detail() {
        detail::scroll(model, step);
        return;
    }
    model.here_mut().state_mut().list.go(step);
    if matches!(step, Move::Down(_) | Move::Bottom) {
        loading::load_more_near_end(model);
    }
}

pub(super) fn open_detail(model: &mut Model) {
    model.here_mut().state_mut().pane = Pane::Detail;
    recent::opened(model);
    loading::load_detail(model);
}

pub(super) fn close_detail(model: &mut Model) {
    match model.here().state().pane {
        Pane::Full => reading::leave(model),
        Pane::List | Pane::Detail => model.here_mut().state_mut().pane = Pane::List,
    }
}

pub(super) fn switch_pane(model: &mut Model) {
    match model.here().state().pane {
        Pane::List => open_detail(model),
        Pane::Detail | Pane::Full => close_detail(model),
    }
}

/// Whether the detail hides the list.
pub fn detail_covers_list(model: &Model) -> bool {
    model.is_reading() || model.is_in_detail() && model.layout().mode != Mode::Wide
}
