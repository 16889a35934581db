//! Saved filters: what the operator keeps on the server under names, and what others share. Asked for with
//! sign-in and after each change.

use quarterdeck_api::call::{AnyCall, AnyReply};
use quarterdeck_api::filters::{
    DropFilter, ListFilters, SaveFilter, SaveFilterRequest, SavedFilter,
};
use quarterdeck_api::operation::Nothing;
use quarterdeck_api::text::Line;

use super::explain::explain;
use super::message::{Failed, Severity, Slot, Touched};
use super::model::{Connection, Model};
use super::tab::Tab;
use super::writes::{Filing, Purpose, Write, WriteState};

/// Asks for the filters that can be used.
pub fn ask(model: &mut Model) {
    model.fetch(Slot::Filters, AnyCall::query::<ListFilters>(Nothing {}));
}

/// Takes them. An older server has none, and without an answer those that were there stand.
pub fn receive_list(model: &mut Model, result: Result<AnyReply, Failed>) {
    if let Some(saved) = result.ok().and_then(AnyReply::take::<ListFilters>) {
        model.saved_filters = saved.filters;
    }
}

/// The saved filters of a tab, the operator's own first.
pub fn of_tab(model: &Model, tab: Tab) -> impl Iterator<Item = &SavedFilter> {
    let saved = model.saved_filters.iter();
    saved.filter(move |saved| saved.resource.to_string() == tab.resource())
}

/// The saved filter of this name on the tab shown.
pub fn named<'a>(model: &'a Model, name: &str) -> Option<&'a SavedFilter> {
    of_tab(model, model.tab).find(|saved| saved.name.as_str() == name)
}

/// Who sees a saved filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Who keeps it.
    Owner,
    /// Everybody who may see the list.
    Everybody,
}

/// Keeps a filter of the tab shown.
pub fn save(model: &mut Model, name: &str, filter: String, audience: Audience) {
    let Ok(resource) = model.tab.resource().parse() else {
        let text = format!("{} keeps no filters", model.tab.name());
        return model.toast(Severity::Warn, &text);
    };
    let call = AnyCall::body::<SaveFilter>(SaveFilterRequest {
        resource,
        name: name.to_owned(),
        filter,
        shared: audience == Audience::Everybody,
    });
    let past = match audience {
        Audience::Owner => "saved",
        Audience::Everybody => "shared",
    };
    send(model, call, past, name);
}

/// Drops a saved filter.
pub fn drop_saved(model: &mut Model, saved: &SavedFilter) {
    let call = AnyCall::of::<DropFilter>(saved.id, Nothing {}, Nothing {});
    send(model, call, "dropped", saved.name.as_str());
}

fn send(model: &mut Model, call: AnyCall, past: &'static str, name: &str) {
    let (id, idempotency_key) = model.writes.next_id();
    let touches = Touched {
        tab: model.tab,
        ids: Vec::new(),
    };
    let name = Line::new(name);
    let write = Write {
        id,
        idempotency_key,
        call,
        touches,
        purpose: Purpose::Filing(Filing { past, name }),
        state: WriteState::InFlight,
    };
    model.emit(write, None);
}

/// Takes what became of it; what is kept now is asked for whatever that was.
pub fn receive(model: &mut Model, filing: &Filing, result: Result<AnyReply, Failed>) {
    let Filing { past, name } = filing;
    match result {
        Ok(_) => {
            model.connection = Connection::Online;
            model.toast(Severity::Info, &format!("Filter {name} {past}"));
        }
        Err(failed) => {
            model.note_failure(&failed.why);
            let text = format!("Filter {name} not {past}. {}", explain(&failed));
            model.toast(Severity::Error, &text);
        }
    }
    ask(model);
}
