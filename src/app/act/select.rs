//! Marking rows, one by one and in ranges.

use crate::app::list::Move;
use crate::app::loading;
use crate::app::model::Model;

pub(super) fn mark(model: &mut Model) {
    let list = &mut model.here_mut().state_mut().list;
    list.toggle_mark();
    list.go(Move::Down(1));
    loading::load_more_near_end(model);
}

pub(super) fn range(model: &mut Model) {
    let list = &mut model.here_mut().state_mut().list;
    if list.is_in_range() {
        list.end_range();
    } else {
        list.begin_range();
    }
}
