//! Deciding: from the key of a verb to the write, and from its answer to the toast. Nothing is written
//! that has not gone through [`begin`] and the confirmation of its class.

use quarterdeck_api::permission::Permission;
use quarterdeck_api::text::Line;

use super::any_room::{Ask, NoDraft, Wanted};
use super::confirm::{self, Accepted};
use super::draft::{Answers, Draft};
use super::keymap::Action;
use super::list::RowId;
use super::loading;
use super::message::Severity;
use super::model::{Connection, Model};
use super::options::AccessMode;
use super::overlay::Overlay;
use super::run::Run;
use super::sending;
use super::tab::Tab;
use super::writes::{LastAct, LastVerb, Purpose, Write, WriteState};
use crate::screens::screen::Lead;
use crate::screens::verb::About;

/// Why nothing can be written now, if so.
pub fn blocked(model: &Model) -> Option<Line> {
    let key = model.keymap.shown(Action::Refresh);
    if model.is_read_only_by_choice() {
        return Some(Line::new("read-only; `:readonly off` ends that"));
    }
    if model.access == AccessMode::ReadOnly {
        return Some(Line::new("this console is read-only"));
    }
    if model.signed_out.is_some() {
        return Some(Line::new("signed out; :login signs in again"));
    }
    if let Some(progress) = model.writes.run.as_ref().map(Run::progress) {
        let escape = model.keymap.shown(Action::Escape);
        let text = format!("{progress} are done; {escape} stops the rest");
        return Some(Line::new(&text));
    }
    if let Some(until) = model.throttled_until {
        let seconds = (until - model.now).num_seconds().max(1);
        return Some(Line::new(&format!("the server asks to wait {seconds} s")));
    }
    match model.connection {
        Connection::Online => None,
        Connection::Offline { .. } => Some(Line::new(&format!("offline; {key} tries again"))),
    }
}

/// The rows that a verb would be about, and how many marked ones the filter hides.
fn targets(model: &Model) -> Result<(Vec<RowId>, usize), Line> {
    let list = &model.here().state().list;
    if model.is_in_detail() {
        return Ok((list.cursor().into_iter().collect(), 0));
    }
    let marked = list.marked_let_through();
    let hidden = list.marked_count() - marked.len();
    if !marked.is_empty() {
        return Ok((marked, hidden));
    }
    if hidden > 0 {
        let text = format!("all {hidden} marked rows are hidden by the filter; Esc clears marks");
        return Err(Line::new(&text));
    }
    Ok((list.cursor().into_iter().collect(), 0))
}

/// Why a verb cannot be done to the rows selected, if so.
pub fn refusal(model: &Model, wanted: impl Into<Wanted>) -> Option<Line> {
    let wanted = wanted.into();
    if let Some(lead) = lead(model, wanted) {
        return lead.err();
    }
    let check = || {
        let (ids, _) = selected(model, wanted)?;
        with_ask(model, wanted, &ids, |ask| model.here().check(ask))
    };
    check().err()
}

/// Where a verb leads that writes nothing, by the row under the cursor, or why it does not; none where it writes.
pub fn lead(model: &Model, wanted: Wanted) -> Option<Result<Lead, Line>> {
    let here = model.here();
    let mut all = here.verbs().into_iter();
    let is_it = all.any(|words| words.about == About::Elsewhere && wanted.is_met_by(words));
    is_it.then(|| {
        let id = here.state().list.cursor();
        let id = id.ok_or_else(|| Line::new("no row is selected"))?;
        let lead = here.leads_elsewhere(id, wanted.action)?;
        if model.may_see(lead.tab) {
            return Ok(lead);
        }
        let needs = lead.tab.needs();
        Err(Line::new(&format!("you lack the permission {needs}")))
    })
}

/// Prepares a verb on the rows selected.
///
/// # Errors
/// Why it cannot be done.
fn draft(model: &Model, wanted: Wanted) -> Result<Draft, Line> {
    let (ids, hidden_marks) = selected(model, wanted)?;
    let draft = with_ask(model, wanted, &ids, |ask| model.here().draft(ask))?;
    Ok(Draft {
        hidden_marks,
        ..draft
    })
}

/// The rows selected, if anything can be written and they are not too many; none for a verb about all
/// that the filter shows.
fn selected(model: &Model, wanted: Wanted) -> Result<(Vec<RowId>, usize), Line> {
    if let Some(why) = blocked(model) {
        return Err(why);
    }
    if has_no_targets(model, wanted) {
        let why = model.writes.state_of_all(model.tab);
        let why = why.map(|state| busy_with(model, "the last one", state));
        return why.map_or_else(|| Ok((Vec::new(), 0)), Err);
    }
    let (ids, hidden) = targets(model)?;
    let too_many = too_many(model.options.max_bulk, ids.len());
    too_many.map_or(Ok((ids, hidden)), Err)
}

/// Why so many rows are not written to at once, if the configuration is against it.
pub fn too_many(max_bulk: Option<usize>, count: usize) -> Option<Line> {
    let most = max_bulk.filter(|most| count > *most)?;
    let text = format!("at most {most} at once by `max_bulk` of the configuration, not {count}");
    Some(Line::new(&text))
}

/// Whether a verb is about all that the filter shows, or makes a row, whatever rows are selected.
fn has_no_targets(model: &Model, wanted: Wanted) -> bool {
    let mut all = model.here().verbs().into_iter();
    all.any(|words| match words.about {
        About::AllShown | About::New => wanted.is_met_by(words),
        About::Rows | About::Elsewhere => false,
    })
}

fn with_ask<T>(
    model: &Model,
    wanted: Wanted,
    ids: &[RowId],
    put: impl FnOnce(&Ask) -> Result<T, NoDraft>,
) -> Result<T, Line> {
    let may = |permission: Permission| model.may(permission);
    let is_busy = |id| busy(model, model.tab, id);
    put(&Ask {
        wanted,
        ids,
        may: &may,
        caller: model.me.as_ref().map(|me| me.id),
        is_super_admin: model.me.as_ref().is_some_and(|me| me.is_super_admin()),
        is_busy: &is_busy,
        now: model.now,
    })
    .map_err(|no| why_not(&no))
}

/// Why a row cannot be touched now, if so.
pub fn busy(model: &Model, tab: Tab, id: RowId) -> Option<Line> {
    let ghosts = model.room(tab).state();
    if let Some(overtaken) = ghosts
        .overtaken
        .get(&id)
        .filter(|ghost| !ghost.is_looked_up)
    {
        let what = overtaken.code.text().to_lowercase();
        let text = format!("somebody else was first with {id}: {what}");
        return Some(Line::new(&text));
    }
    if ghosts.is_unknown_ghost(id) {
        let text = format!("{id} has left the list; what became of it is being looked up");
        return Some(Line::new(&text));
    }
    let state = model.writes.state_of(tab, id);
    state.map(|state| busy_with(model, &id.to_string(), state))
}

fn busy_with(model: &Model, what: &str, state: WriteState) -> Line {
    match state {
        WriteState::InFlight => Line::new(&format!("{what} is being written; wait for the answer")),
        WriteState::Unknown => {
            let (retry, refresh) = (
                model.keymap.shown(Action::Retry),
                model.keymap.shown(Action::Refresh),
            );
            Line::new(&format!(
                "outcome of {what} unknown; {retry} asks again, {refresh} reloads"
            ))
        }
    }
}

fn why_not(no: &NoDraft) -> Line {
    match no {
        NoDraft::NoVerb => Line::new("not on this tab"),
        NoDraft::NoNote => Line::new("it takes no note"),
        NoDraft::NoRow => Line::new("no row is selected"),
        NoDraft::Refused(why) => why.clone(),
        NoDraft::SuperAdminOnly => Line::new("SuperAdmin only: this is one of the staff"),
        NoDraft::OneAtATime => Line::new("one at a time; Esc clears marks"),
        NoDraft::Denied(permission) => Line::new(&format!("you lack the permission {permission}")),
    }
}

/// A verb was named: of several on one key, that one alone.
pub fn begin_named(model: &mut Model, wanted: Wanted) {
    match (refusal(model, wanted), wanted.verb) {
        (Some(why), Some(verb)) => {
            let text = sentence(&Line::new(&format!("{verb}: {why}")));
            model.toast(Severity::Warn, &text);
        }
        (Some(_) | None, _) => begin(model, wanted, Answers::default()),
    }
}

/// The key of a verb was pressed.
pub fn begin(model: &mut Model, wanted: impl Into<Wanted>, answers: Answers) {
    match draft(model, wanted.into()).and_then(|draft| seen(model, draft)) {
        Err(why) => model.toast(Severity::Warn, &sentence(&why)),
        Ok(draft) => ask(model, Draft { answers, ..draft }),
    }
}

/// The draft, unless it is about a row that the operator cannot have seen yet.
fn seen(model: &Model, draft: Draft) -> Result<Draft, Line> {
    let is_at_cursor = model.here().state().list.marked_let_through().is_empty();
    match loading::just_came(model).filter(|_| is_at_cursor || model.is_in_detail()) {
        Some(why) => Err(why),
        None => Ok(draft),
    }
}

fn sentence(why: &Line) -> String {
    let mut text = why.to_string();
    if text.is_char_boundary(1) {
        text[..1].make_ascii_uppercase();
    }
    text
}

/// Asks what the class and the count of a write call for, or sends it.
pub fn ask(model: &mut Model, draft: Draft) {
    if let Some(why) = draft.too_many() {
        model.toast(Severity::Warn, &sentence(&Line::new(&why)));
        return;
    }
    let freshness = model.here().state().freshness;
    let stale_age = freshness
        .age_text(model.now)
        .filter(|_| freshness.is_stale(model.now));
    match confirm::ask(draft, &model.reasons, stale_age) {
        Ok(confirm) => model.overlay = Some(Overlay::Confirm(Box::new(confirm))),
        Err(draft) => commit(model, Accepted::of(*draft)),
    }
}

/// A draft was confirmed, or needs no confirmation: it is sent.
pub fn commit(model: &mut Model, accepted: Accepted) {
    if let Some(why) = blocked(model) {
        model.toast(Severity::Warn, &sentence(&why));
        return;
    }
    let Accepted { draft, code, key } = accepted;
    let answers = draft.answers.for_others();
    model.writes.last_verb = Some(LastVerb {
        tab: draft.tab,
        wanted: Wanted {
            action: draft.action,
            verb: Some(draft.verb),
        },
        answers,
    });
    model.room_mut(draft.tab).state_mut().list.end_range();
    sending::send(model, Purpose::Verb(Box::new(draft)), code, key);
}

/// The last verb again, with the same reason, on the rows selected now.
pub fn repeat(model: &mut Model) {
    match model
        .writes
        .last_verb
        .clone()
        .filter(|last| last.tab == model.tab)
    {
        Some(last) => begin(model, last.wanted, last.answers),
        None => model.toast(Severity::Warn, "No verb was used on this tab yet"),
    }
}

/// The write of unknown outcome again, under the same key: the server does it at most once.
pub fn retry(model: &mut Model) {
    if let Some(why) = blocked_retry(model) {
        model.toast(Severity::Warn, &sentence(&why));
        return;
    }
    if let Some(write) = model.writes.take_unknown() {
        model.toast(Severity::Info, "Asking again under the same key");
        let write = Write {
            state: WriteState::InFlight,
            ..write
        };
        model.emit(write, None);
    }
}

/// Why nothing can be asked again, if so. Being offline is no reason: asking is how one finds out.
pub fn blocked_retry(model: &Model) -> Option<Line> {
    (!model.writes.has_unknown()).then(|| Line::new("no call of unknown outcome"))
}

/// Takes the last act back, or reopens the rows selected.
pub fn take_back(model: &mut Model) {
    if let Some(why) = blocked_take_back(model) {
        model.toast(Severity::Warn, &sentence(&why));
        return;
    }
    match model.writes.take_last_act(model.now) {
        None => begin(model, Action::TakeBack, Answers::default()),
        Some(LastAct::Marks(tab, marks)) => {
            let count = marks.len();
            model.room_mut(tab).state_mut().list.mark(marks);
            model.toasts.drop_undoable();
            model.toast(Severity::Info, &format!("{count} marks restored"));
        }
        Some(LastAct::Write(draft)) => {
            model.toasts.drop_undoable();
            if is_asked(&draft) {
                ask(model, *draft);
            } else {
                sending::send(model, Purpose::TakeBack(draft), None, None);
            }
        }
    }
}

/// Whether taking an act back needs something that only the operator has.
fn is_asked(draft: &Draft) -> bool {
    let lacks_reason = draft.asks.needs_words() && draft.answers.why.is_empty();
    lacks_reason || draft.prepared.needs_code()
}

/// Why nothing can be taken back, if so.
pub fn blocked_take_back(model: &Model) -> Option<Line> {
    match model.writes.last_act(model.now) {
        Some(LastAct::Marks(..)) => None,
        Some(LastAct::Write(_)) | None if model.writes.is_verb_in_flight(model.tab) => Some(
            Line::new("the last action is still on its way; press again"),
        ),
        Some(LastAct::Write(_)) => blocked(model),
        None => refusal(model, Action::TakeBack),
    }
}

#[cfg(test)]
mod tests;
