//! Marking all rows that match, those too that are not loaded: first what is shown, then the rest.

use quarterdeck_api::call::AnyReply;

use crate::app::any_room::Gathered;
use crate::app::explain::explain;
use crate::app::keymap::Action;
use crate::app::message::{Failed, Severity, Slot};
use crate::app::model::Model;
use crate::app::tab::Tab;

/// Marks every row that is shown; where they all are, every row that matches on the server.
pub fn mark_all(model: &mut Model) {
    if model.here().state().list.is_all_marked() {
        return ask_for_all(model);
    }
    let state = model.here_mut().state_mut();
    state.list.mark_all();
    let may_follow = state.next_cursor.is_some();
    let marked = state.list.visible().len();
    if may_follow {
        let key = model.keymap.shown(Action::MarkAll);
        let text = format!("{marked} loaded rows marked; {key} again marks all that match");
        model.toast(Severity::Info, &text);
    }
}

fn ask_for_all(model: &mut Model) {
    let tab = model.tab;
    if model.is_loading(Slot::All(tab)) {
        return model.toast(Severity::Info, "Those that match are being counted");
    }
    match model.here_mut().ask_for_all() {
        Ok(query) => model.fetch(Slot::All(tab), query),
        Err(why) => model.toast(Severity::Warn, &format!("Mark all that match: {why}")),
    }
}

/// Takes a part of what matches; with the last one, the count is said.
pub fn receive_all(model: &mut Model, tab: Tab, result: Result<AnyReply, Failed>) {
    let now = model.now;
    let noun = model.room(tab).noun();
    match result.map(|reply| model.room_mut(tab).receive_all(reply, now)) {
        Ok(Gathered::More(next)) => model.fetch(Slot::All(tab), next),
        Ok(Gathered::Marked {
            all,
            not_loaded,
            of,
        }) => {
            let rows = noun.of(all);
            let which = match of.as_str() {
                "" => "all there are".to_owned(),
                filter => format!("all that match /{filter}"),
            };
            let text = format!("{all} {rows} marked: {which}, {not_loaded} of them not loaded");
            model.toast(Severity::Info, &text);
        }
        Ok(Gathered::TooMany(most)) => {
            let text = format!("More than {most} {} match; narrow the filter", noun.many);
            model.toast(Severity::Warn, &text);
        }
        Ok(Gathered::Nothing) => {}
        Err(failed) => {
            let text = format!("Not all that match marked. {}", explain(&failed));
            model.toast(Severity::Error, &text);
        }
    }
}
