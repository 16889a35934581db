//! Asking what became of writes that were on their way when an earlier run ended (console.md §1).

use quarterdeck_api::call::{AnyCall, AnyReply};
use quarterdeck_api::journal::{JournalQuery, ListJournal};

use super::cut_off::{Inquiry, PAGE, PendingWrite};
use super::message::{Effect, Failed, Severity, Slot};
use super::model::Model;

/// Asks what became of the writes that earlier runs of this account left without an answer.
pub fn ask(model: &mut Model) {
    let Some(account) = model.me.as_ref().map(|me| me.id.0) else {
        return;
    };
    let own = |write: &mut PendingWrite| write.account == account;
    let writes: Vec<_> = model.options.pending.extract_if(.., own).collect();
    if !writes.is_empty() {
        model.inquiry = Inquiry::about(writes);
        ask_page(model, None);
    }
}

fn ask_page(model: &mut Model, cursor: Option<String>) {
    let query = JournalQuery {
        take: Some(PAGE),
        cursor,
    };
    model.fetch(Slot::Fate, AnyCall::query::<ListJournal>(query));
}

/// Takes a page of acts; says what became of the writes once the acts reach back far enough. What cannot
/// be asked now is asked at the next start.
pub fn receive(model: &mut Model, result: Result<AnyReply, Failed>) {
    let Some(page) = result.ok().and_then(AnyReply::take::<ListJournal>) else {
        model.inquiry = Inquiry::default();
        return;
    };
    let next = model.inquiry.hold(page);
    if next.is_some() {
        return ask_page(model, next);
    }
    let (fates, keys) = std::mem::take(&mut model.inquiry).conclude();
    for fate in fates {
        model.toast(Severity::Warn, &fate);
    }
    model.effects.push(Effect::ForgetPending(keys));
}
