//! Marking rows, one by one and in ranges.

use std::collections::BTreeSet;

use quarterdeck_api::text::Body;

use crate::app::list::{Move, RowId};
use crate::app::loading;
use crate::app::message::Severity;
use crate::app::model::Model;
use crate::app::overlay::Overlay;
use crate::app::palette::MarksCommand;
use crate::screens::screen::Fact;

/// Marked rows that are listed.
const MOST_LISTED: usize = 150;

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

pub(super) fn marks(model: &mut Model, what: MarksCommand) {
    let list = &mut model.here_mut().state_mut().list;
    match what {
        MarksCommand::Show => show_marks(model),
        MarksCommand::Invert => list.invert_marks(),
        MarksCommand::Restore => {
            let count = list.restore_marks();
            model.toast(Severity::Info, &format!("{count} marks restored"));
        }
    }
}

/// The marked rows, each in a line.
fn show_marks(model: &mut Model) {
    let room = model.here();
    let list = &room.state().list;
    let let_through: BTreeSet<RowId> = list.marked_let_through().into_iter().collect();
    let line = |id: &RowId| {
        let status = room.status(*id).unwrap_or_default();
        let name = room.name(*id).unwrap_or_default();
        let hidden = if let_through.contains(id) {
            ""
        } else {
            "  hidden by the filter"
        };
        format!("{id}  {status}  {name}{hidden}")
    };
    let marked = list.marks();
    let mut lines: Vec<String> = marked.iter().take(MOST_LISTED).map(line).collect();
    if marked.len() > MOST_LISTED {
        lines.push(format!("and {} more", marked.len() - MOST_LISTED));
    }
    if lines.is_empty() {
        return model.toast(Severity::Info, "Nothing is marked");
    }
    model.overlay = Some(Overlay::Report {
        title: "Marked rows",
        facts: vec![Fact::Prose(Body::new(&lines.join("\n")))],
        scroll: 0,
    });
}
