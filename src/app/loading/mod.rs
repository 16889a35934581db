//! Reading: tabs, pages, refresh, detail, verification, and what their answers change.

mod all;
mod auto;
mod detail;
mod journal;
mod onward;
mod pages;
mod reasons;
mod refresh;
mod typed;
mod verify;

use quarterdeck_api::call::AnyReply;
use quarterdeck_api::text::Line;

pub use all::{mark_all, receive_all};
pub use auto::{load_due, pause_auto, set_auto};
pub use detail::{
    hold_preview, load_again, load_detail, load_due_preview, load_more_detail, load_raw,
    plan_preview, receive_detail,
};
pub use journal::{ask_journal, open_journal, receive_journal};
pub use onward::{go_on, just_came};
pub use pages::{load, load_more, load_more_near_end, made};
pub use reasons::{ask_reasons, receive_reasons};
pub use refresh::refresh;
pub use typed::{ask_due_filter, drop_typed, plan_ask};
pub use verify::{receive_verification, verify};

use super::explain::explain;
use super::freshness::Freshness;
use super::message::{Effect, Failed, Severity, Slot};
use super::model::Model;
use super::room_state::{DetailLoad, Load};
use super::tab::Tab;

/// Shows a tab; the first time, it is loaded, and the log is verified.
pub fn show(model: &mut Model, tab: Tab) {
    if model.tab != tab {
        model.here_mut().state_mut().list.drop_range();
        model.last_tab = Some(model.tab);
        model.tab = tab;
    }
    if !model.here().state().is_visited {
        model.here_mut().state_mut().is_visited = true;
        load(model, tab);
    }
    if model.verification.is_unasked() {
        verify::verify_with(model, tab);
    }
}

/// Reads were stopped by hand: what was asked for will not come.
pub fn cancelled(model: &mut Model) {
    model.refresh = None;
    let state = model.here_mut().state_mut();
    state.load = Load::Idle;
    state.waiting = None;
    state.detail = DetailLoad::Idle;
    if model.verification.asker().is_some() {
        model.verification.fail();
    }
}

/// Takes rows.
pub fn receive_list(model: &mut Model, tab: Tab, result: Result<AnyReply, Failed>) {
    let now = model.now;
    let is_whole = model.room(tab).state().load != Load::More;
    match result {
        Ok(reply) => {
            verify::note_audit_head(model, &reply);
            match model.room_mut(tab).receive(reply, now) {
                Some(next) => model.fetch(Slot::List(tab), next),
                None if is_whole => loaded(model, tab),
                None => {}
            }
            onward::rows_came(model, tab);
        }
        Err(failure) if is_whole => failed(model, tab, &failure),
        Err(failure) => {
            let text = explain(&failure);
            model.room_mut(tab).fail(&Line::new(&text));
            model.toast(Severity::Error, &format!("Further rows not loaded. {text}"));
        }
    }
}

fn loaded(model: &mut Model, tab: Tab) {
    auto::note(model, tab, true);
    let known = model.writes.forget_unknown(tab);
    if !known.is_empty() {
        model.effects.push(Effect::ForgetPending(known));
    }
    model.cancel_read(Slot::Detail(tab));
    if let Some(run) = model
        .refresh
        .as_mut()
        .filter(|run| run.waiting.contains(&tab))
    {
        run.waiting.retain(|waiting| *waiting != tab);
        run.done.push(tab);
        refresh::finish_refresh(model);
    } else {
        model.room_mut(tab).state_mut().freshness = Freshness::loaded(model.now);
        model.failed_refreshes = 0;
    }
    pages::fill_viewport(model, tab);
    if let Some(ghost) = model.room(tab).state().ghost {
        load_again(model, tab, ghost.id);
    }
}

fn failed(model: &mut Model, tab: Tab, failure: &Failed) {
    auto::note(model, tab, false);
    let text = explain(failure);
    model.room_mut(tab).fail(&Line::new(&text));
    if let Some(run) = model
        .refresh
        .as_mut()
        .filter(|run| run.waiting.contains(&tab))
    {
        run.waiting.retain(|waiting| *waiting != tab);
        run.failed.push((tab, text));
        refresh::finish_refresh(model);
    } else {
        model.failed_refreshes += 1;
        model.toast(
            Severity::Error,
            &format!("{} not loaded. {text}", tab.name()),
        );
    }
}
