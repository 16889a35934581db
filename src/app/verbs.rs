//! Deciding: from the key of a verb to the write, and from its answer to the toast. Nothing is written
//! that has not gone through [`begin`] and the confirmation of its class.

use quarterdeck_api::applications::Outcome;
use quarterdeck_api::permission::Permission;
use quarterdeck_api::text::Line;

use super::confirm::{self, Draft, Target};
use super::explain::explain;
use super::keymap::Action;
use super::list::RowId;
use super::message::{ActionId, Effect, Failure, Severity, Slot, WriteReply};
use super::model::{Connection, Model, decided};
use super::options::AccessMode;
use super::overlay::Overlay;
use super::room::{Ask, Became, NoDraft};
use super::tab::Tab;
use super::writes::{LastAct, LastVerb, Purpose, Write, WriteState};

/// Most rows that one call decides.
const MOST: usize = quarterdeck_api::applications::MAX_IDS;

/// Why nothing can be written now, if so.
pub fn blocked(model: &Model) -> Option<Line> {
    let key = model.keymap.shown(Action::Refresh);
    if model.access == AccessMode::ReadOnly {
        return Some(Line::new("this console is read-only"));
    }
    if model.signed_out.is_some() {
        return Some(Line::new("signed out; :login signs in again"));
    }
    match model.connection {
        Connection::Online => None,
        Connection::Offline { .. } => Some(Line::new(&format!("offline; {key} tries again"))),
    }
}

/// The rows that a verb would be about, and how many marked ones the filter hides.
fn targets(model: &Model) -> Result<(Vec<RowId>, usize), Line> {
    let list = &model.here().state().list;
    let hidden = list.hidden_marks();
    let marked = if model.is_in_detail() { Vec::new() } else { list.marked_visible() };
    if !marked.is_empty() {
        return Ok((marked, hidden));
    }
    if hidden > 0 && !model.is_in_detail() {
        let text = format!("all {hidden} marked rows are hidden by the filter; Esc clears marks");
        return Err(Line::new(&text));
    }
    Ok((list.cursor().into_iter().collect(), 0))
}

/// Why a verb cannot be done to the rows selected, if so.
pub fn refusal(model: &Model, action: Action) -> Option<Line> {
    let check = || {
        let (ids, _) = selected(model)?;
        with_ask(model, action, &ids, |ask| model.here().check(ask))
    };
    check().err()
}

/// Prepares a verb on the rows selected.
///
/// # Errors
/// Why it cannot be done.
fn draft(model: &Model, action: Action) -> Result<Draft, Line> {
    let (ids, hidden_marks) = selected(model)?;
    let draft = with_ask(model, action, &ids, |ask| model.here().draft(ask))?;
    Ok(Draft { hidden_marks, ..draft })
}

/// The rows selected, if anything can be written and they are not too many.
fn selected(model: &Model) -> Result<(Vec<RowId>, usize), Line> {
    if let Some(why) = blocked(model) {
        return Err(why);
    }
    let (ids, hidden_marks) = targets(model)?;
    if ids.len() > MOST {
        return Err(Line::new(&format!("at most {MOST} at once; {} are marked", ids.len())));
    }
    Ok((ids, hidden_marks))
}

fn with_ask<T>(
    model: &Model,
    action: Action,
    ids: &[RowId],
    put: impl FnOnce(&Ask) -> Result<T, NoDraft>,
) -> Result<T, Line> {
    let may = |permission: Permission| model.may(permission);
    let is_busy = |id| busy(model, model.tab, id);
    put(&Ask { action, ids, may: &may, is_busy: &is_busy }).map_err(|no| why_not(&no))
}

fn busy(model: &Model, tab: Tab, id: RowId) -> Option<Line> {
    model.writes.state_of(tab, id).map(|state| match state {
        WriteState::InFlight => Line::new(&format!("{id} is being written; wait for the answer")),
        WriteState::Unknown => {
            let (retry, refresh) =
                (model.keymap.shown(Action::Retry), model.keymap.shown(Action::Refresh));
            Line::new(&format!("outcome of {id} unknown; {retry} asks again, {refresh} reloads"))
        }
    })
}

fn why_not(no: &NoDraft) -> Line {
    match no {
        NoDraft::NoVerb => Line::new("not on this tab"),
        NoDraft::NoRow => Line::new("no row is selected"),
        NoDraft::Refused(why) => why.clone(),
        NoDraft::Denied(permission) => Line::new(&format!("you lack the permission {permission}")),
    }
}

/// The key of a verb was pressed.
pub fn begin(model: &mut Model, action: Action, reason: Option<String>) {
    match draft(model, action) {
        Err(why) => model.toast(Severity::Warn, &sentence(&why)),
        Ok(draft) => ask(model, Draft { reason, ..draft }),
    }
}

fn sentence(why: &Line) -> String {
    let mut text = why.to_string();
    if text.is_char_boundary(1) {
        text[..1].make_ascii_uppercase();
    }
    text
}

fn ask(model: &mut Model, draft: Draft) {
    let freshness = model.here().state().freshness;
    let stale_age = freshness.age_text(model.now).filter(|_| freshness.is_stale(model.now));
    let reasons = model.reasons.of(draft.action);
    match confirm::ask(draft, reasons, stale_age) {
        Ok(confirm) => model.overlay = Some(Overlay::Confirm(Box::new(confirm))),
        Err(draft) => commit(model, draft),
    }
}

/// A draft was confirmed, or needs no confirmation: it is sent.
pub fn commit(model: &mut Model, draft: Draft) {
    if let Some(why) = blocked(model) {
        model.toast(Severity::Warn, &sentence(&why));
        return;
    }
    let reason = draft.reason.clone();
    model.writes.last_verb = Some(LastVerb { tab: draft.tab, action: draft.action, reason });
    model.room_mut(draft.tab).state_mut().list.end_range();
    send(model, Purpose::Verb(Box::new(draft)));
}

fn send(model: &mut Model, purpose: Purpose) {
    let Some(draft) = purpose.draft() else { return };
    let (tab, call) = (draft.tab, draft.finished_call());
    let first = draft.targets.first().map(|target| target.id);
    let (id, idempotency_key) = model.writes.next_id();
    let write = Write { id, idempotency_key, call, purpose, state: WriteState::InFlight };
    let goes_on = matches!(&write.purpose, Purpose::Verb(draft) if draft.action != Action::TakeBack);
    emit(model, write);
    model.writes.handled = first.map(|id| (tab, id)).or(model.writes.handled);
    match first {
        Some(id) if !goes_on => drop(model.room_mut(tab).state_mut().list.go_to(id)),
        Some(_) | None => go_to_next_open(model, tab),
    }
}

fn emit(model: &mut Model, write: Write) {
    model.effects.push(Effect::Call {
        action_id: write.id,
        idempotency_key: write.idempotency_key.clone(),
        call: write.call.clone(),
    });
    model.writes.sent(write);
}

/// The row under the cursor is dealt with: on to the next one that nobody has decided.
fn go_to_next_open(model: &mut Model, tab: Tab) {
    let room = model.room(tab);
    let is_left = |id: RowId| room.is_open(id) && model.writes.state_of(tab, id).is_none();
    let mut list = room.state().list.clone();
    if list.cursor().is_some_and(|id| !is_left(id)) {
        list.go_to_next(is_left);
    }
    if let Some(id) = list.cursor() {
        model.room_mut(tab).state_mut().list.go_to(id);
    }
}

/// The last verb again, with the same reason, on the rows selected now.
pub fn repeat(model: &mut Model) {
    match model.writes.last_verb.clone().filter(|last| last.tab == model.tab) {
        Some(last) => begin(model, last.action, last.reason),
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
        emit(model, Write { state: WriteState::InFlight, ..write });
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
        None => begin(model, Action::TakeBack, None),
        Some(LastAct::Marks(tab, marks)) => {
            let count = marks.len();
            model.room_mut(tab).state_mut().list.mark(marks);
            model.toasts.drop_undoable();
            model.toast(Severity::Info, &format!("{count} marks restored"));
        }
        Some(LastAct::Write(draft)) => {
            model.toasts.drop_undoable();
            send(model, Purpose::TakeBack(draft));
        }
    }
}

/// Why nothing can be taken back, if so.
pub fn blocked_take_back(model: &Model) -> Option<Line> {
    let is_on_its_way = model.writes.is_verb_in_flight(model.tab);
    match model.writes.last_act(model.now) {
        Some(LastAct::Marks(..)) => None,
        Some(LastAct::Write(_)) => blocked(model),
        None if is_on_its_way => Some(Line::new("the last action is still on its way; press again")),
        None => refusal(model, Action::TakeBack),
    }
}

/// Takes the answer to a write.
pub fn receive(model: &mut Model, id: ActionId, result: Result<WriteReply, Failure>) {
    let Some(write) = model.writes.take(id) else { return };
    match result {
        Ok(reply) => {
            model.connection = Connection::Online;
            settle(model, &write, reply);
        }
        Err(failure) => {
            model.note_failure(&failure);
            fail(model, write, &failure);
        }
    }
}

fn fail(model: &mut Model, write: Write, failure: &Failure) {
    let retry = model.keymap.shown(Action::Retry);
    let Some(draft) = write.purpose.draft() else {
        let text = format!("Audit log failed; action may have completed. ({retry} retries)");
        model.toast(Severity::Error, &text);
        model.writes.unknown(write);
        return;
    };
    let what = subject(draft);
    if failure.is_outcome_unknown() {
        let why = explain(failure);
        let text = format!("{what}: outcome unknown. {why} {retry} asks again under the same key.");
        model.toast(Severity::Error, &text);
        model.writes.unknown(write);
    } else {
        let text = format!("{what} not {}. {}", draft.past, explain(failure));
        model.toast(Severity::Error, &text);
    }
}

/// `#4711`, or `48 applications`.
fn subject(draft: &Draft) -> String {
    match draft.targets.as_slice() {
        [one] => one.id.to_string(),
        several => format!("{} {}", several.len(), draft.noun.of(several.len())),
    }
}

fn settle(model: &mut Model, write: &Write, reply: WriteReply) {
    let (Purpose::Verb(draft) | Purpose::TakeBack(draft)) = &write.purpose else { return };
    let (now, tab) = (model.now, draft.tab);
    let became = model.room_mut(tab).settle(reply, now);
    model.cancel_read(Slot::Detail(tab));
    let changed = ids_where(&became, |outcome| outcome == Some(Outcome::Changed));
    let at_rest = ids_where(&became, |outcome| {
        matches!(outcome, Some(Outcome::Changed | Outcome::Noop))
    });
    model.room_mut(tab).state_mut().list.unmark(&at_rest);
    let can_undo = match &write.purpose {
        Purpose::Verb(_) => remember_undo(model, tab, &changed),
        Purpose::TakeBack(_) | Purpose::ReportRefresh => Undo::None,
    };
    match (draft.targets.as_slice(), became.as_slice()) {
        ([target], [one]) => say_one(model, draft, target, one, can_undo),
        _ => say_many(model, draft, &became, can_undo),
    }
}

/// Whether a toast may offer to take back.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Undo {
    None,
    Offered,
}

fn ids_where(became: &[Became], is: impl Fn(Option<Outcome>) -> bool) -> Vec<RowId> {
    became.iter().filter(|row| is(row.outcome.known())).map(|row| row.id).collect()
}

fn remember_undo(model: &mut Model, tab: Tab, changed: &[RowId]) -> Undo {
    let ask = Ask {
        action: Action::TakeBack,
        ids: changed,
        may: &|permission| model.may(permission),
        is_busy: &|_| None,
    };
    match model.room(tab).draft(&ask) {
        Ok(draft) => {
            model.writes.acted(model.now, LastAct::Write(Box::new(draft)));
            Undo::Offered
        }
        Err(_) => Undo::None,
    }
}

fn say_one(model: &mut Model, draft: &Draft, target: &Target, became: &Became, undo: Undo) {
    let (id, key) = (target.id, model.keymap.shown(Action::TakeBack));
    match (became.outcome.known(), undo) {
        (Some(Outcome::Changed), Undo::Offered) => {
            let text = format!("{id} {}, was {} ({key} takes it back)", draft.past, target.status);
            model.toast(Severity::Undoable, &text);
        }
        (Some(Outcome::Changed), Undo::None) => {
            model.toast(Severity::Info, &format!("{id} {}, was {}", draft.past, target.status));
        }
        (Some(Outcome::Noop), _) => model.toast(Severity::Info, &format!("{id} was so already")),
        (Some(_) | None, _) => {
            let text = format!("{} Nothing changed.", why_row(model, draft.tab, became));
            model.toast(Severity::Error, &text);
        }
    }
}

fn say_many(model: &mut Model, draft: &Draft, became: &[Became], undo: Undo) {
    let changed = ids_where(became, |outcome| outcome == Some(Outcome::Changed)).len();
    let same = ids_where(became, |outcome| outcome == Some(Outcome::Noop)).len();
    let failed = became.len() - changed - same;
    let mut parts = vec![format!("{changed} {}", draft.past)];
    if same > 0 {
        parts.push(format!("{same} were so already"));
    }
    if failed > 0 {
        parts.push(format!("{failed} failed: still marked, :messages says why"));
        remember_failures(model, draft.tab, became);
    }
    let mut text = parts.join(", ");
    if undo == Undo::Offered {
        let key = model.keymap.shown(Action::TakeBack);
        text = format!("{text} ({key} takes {changed} back)");
    }
    let severity = match (failed, undo) {
        (1.., _) => Severity::Error,
        (0, Undo::Offered) => Severity::Undoable,
        (0, Undo::None) => Severity::Info,
    };
    model.toast(severity, &text);
}

fn remember_failures(model: &mut Model, tab: Tab, became: &[Became]) {
    let failures = became.iter().filter(|row| !is_at_rest(row));
    let reasons: Vec<_> = failures.map(|row| why_row(model, tab, row)).collect();
    for why in reasons {
        model.toasts.remember(model.now, Severity::Error, Line::new(&why));
    }
}

fn is_at_rest(row: &Became) -> bool {
    matches!(row.outcome.known(), Some(Outcome::Changed | Outcome::Noop))
}

/// Why a row did not change: `#12 was approved by bob, 4s ago.`
fn why_row(model: &Model, tab: Tab, became: &Became) -> String {
    let id = became.id;
    match (became.outcome.known(), &became.conflict) {
        (Some(Outcome::Conflict), Some(conflict)) => {
            let by = decided(conflict.decided_by.as_ref(), conflict.decided_at, model.now);
            match model.room(tab).decision_to(conflict.status.as_str()) {
                Some(past) => format!("{id} was {past}{by}."),
                None => format!("{id} is {} now{by}.", conflict.status),
            }
        }
        (Some(Outcome::Conflict), None) => format!("{id} was changed by somebody else."),
        (Some(Outcome::NotFound), _) => format!("{id} does not exist any more."),
        (Some(Outcome::Forbidden), _) => format!("{id}: a permission is missing."),
        (Some(Outcome::Changed | Outcome::Noop), _) => format!("{id} is as wanted."),
        (None, _) => format!("{id}: {}.", became.outcome),
    }
}
