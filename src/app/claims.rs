//! Who is at work on the rows shown, as the realtime connection tells it (console.md §4.3). It tells accounts
//! by their ids; who they are is read from the list.

use quarterdeck_api::audit::AuditCode;
use quarterdeck_api::call::AnyReply;
use quarterdeck_api::claim::{Claim, LEASE};
use quarterdeck_api::page::MAX_TAKE;
use quarterdeck_api::realtime::Changed;
use quarterdeck_api::text::Line;

use super::list::RowId;
use super::message::{Failed, Slot};
use super::model::Model;
use super::tab::Tab;

/// Takes what was done to claims; says whether it was about claims at all.
pub(super) fn heard(model: &mut Model, tab: Tab, code: AuditCode, changed: &Changed) -> bool {
    let ids: Vec<_> = changed.ids.iter().copied().map(RowId).collect();
    if code == AuditCode::ClaimTaken {
        taken(model, tab, &ids, changed);
    } else if code == AuditCode::ClaimReleased {
        ended(model, tab, &ids);
    } else {
        return false;
    }
    true
}

/// Nobody is at work on these any more. What is being written here is known by its answer.
pub(super) fn ended(model: &mut Model, tab: Tab, ids: &[RowId]) {
    let ids = others(model, tab, ids);
    model.room_mut(tab).put_claim(&ids, None);
}

fn others(model: &Model, tab: Tab, ids: &[RowId]) -> Vec<RowId> {
    let is_others = |id: &RowId| model.writes.state_of(tab, *id).is_none();
    ids.iter().copied().filter(is_others).collect()
}

fn taken(model: &mut Model, tab: Tab, ids: &[RowId], changed: &Changed) {
    let ids = others(model, tab, ids);
    let me = model.me.as_ref().map(|me| me.id.0);
    let mine = changed.by.is_some() && changed.by == me;
    let name = changed.by.map_or_else(String::new, |by| format!("#{by}"));
    let claim = Claim {
        by: Line::new(&name),
        mine,
        since: changed.at,
        until: changed.at + LEASE,
    };
    let held = model.room_mut(tab).put_claim(&ids, Some(&claim));
    if !mine {
        model.room_mut(tab).state_mut().holders_asked.extend(held);
        ask_holders(model, tab);
    }
}

/// Asks who holds the rows of which only the account is known, one page of them at a time.
fn ask_holders(model: &mut Model, tab: Tab) {
    let asked = &model.room(tab).state().holders_asked;
    let ids: Vec<_> = asked.iter().copied().take(MAX_TAKE as usize).collect();
    if !ids.is_empty() && !model.is_loading(Slot::Holders(tab)) {
        let query = model.room(tab).ask_holders(&ids);
        let state = model.room_mut(tab).state_mut();
        state.holders_asked.retain(|id| !ids.contains(id));
        model.fetch(Slot::Holders(tab), query);
    }
}

/// Takes who they are. Where that fails, the account stands there until the rows are loaded.
pub(super) fn receive_holders(model: &mut Model, tab: Tab, result: Result<AnyReply, Failed>) {
    if let Ok(reply) = result {
        model.room_mut(tab).take_holders(reply);
    }
    ask_holders(model, tab);
}
