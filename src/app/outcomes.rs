//! What became of a write: rows patched, marks taken off, one toast that says it, and what can be taken
//! back of it.

use chrono::TimeDelta;
use quarterdeck_api::bulk::Outcome;
use quarterdeck_api::call::AnyReply;
use quarterdeck_api::claims::TakeClaims;
use quarterdeck_api::operation::Operation;
use quarterdeck_api::problem::{Code, Conflict};
use quarterdeck_api::reasons::FreeText;
use quarterdeck_api::text::Line;
use quarterdeck_api::undoable::takes_back;

use super::any_room::{Ask, Became};
use super::confirm::{self, Refused};
use super::draft::{BesidesChoice, Draft, Target};
use super::explain::{explain, happened, reference};
use super::keymap::Action;
use super::list::RowId;
use super::loading;
use super::message::{ActionId, Effect, Failed, Failure, Severity, Slot};
use super::model::{Connection, Model, decided};
use super::overlay::{Explained, Overlay, What};
use super::run::Act;
use super::saved;
use super::sending::{self, Progress};
use super::tab::Tab;
use super::writes::{LastAct, Purpose, Write};
use crate::screens::claims::held_by_another;
use crate::screens::screen::Fact;
use crate::screens::verb::{Asks, Class, Why};

/// The reason of what is taken back within its window.
const TAKEN_BACK: &str = "Taken back";
/// Longest wait that a server can ask for, in seconds.
const LONGEST_WAIT: i64 = 3_600;

/// Takes the answer to a write.
pub fn receive(model: &mut Model, id: ActionId, result: Result<AnyReply, Failed>) {
    let Some(write) = model.writes.take(id) else {
        return;
    };
    let is_known = match &result {
        Ok(_) => true,
        Err(failed) => !failed.why.is_outcome_unknown(),
    };
    if is_known && write.purpose.draft().is_some() {
        let keys = vec![write.idempotency_key.clone()];
        model.effects.push(Effect::ForgetPending(keys));
    }
    if let Purpose::Filing(filing) = &write.purpose {
        return saved::receive(model, filing, result);
    }
    match result {
        Ok(reply) => {
            model.connection = Connection::Online;
            settle(model, &write, reply);
        }
        Err(failed) => {
            model.note_failure(&failed.why);
            fail(model, write, &failed);
        }
    }
}

fn fail(model: &mut Model, write: Write, failed: &Failed) {
    let failure = &failed.why;
    note_throttle(model, failure);
    let retry = model.keymap.shown(Action::Retry);
    let Some(draft) = write.purpose.draft() else {
        let ids = reference(failed);
        let text = format!("Audit log failed; action may have completed. ({retry} retries) {ids}");
        model.toast(Severity::Error, &text);
        model.writes.unknown(write);
        return;
    };
    let refused = Refused::of(failure, model.now);
    if let Some(refused) = refused.filter(|_| model.overlay.is_none()) {
        let (draft, key) = (draft.clone(), write.idempotency_key);
        let confirm = confirm::ask_code_again(draft, &model.reasons, key, refused);
        model.overlay = Some(Overlay::Confirm(Box::new(confirm)));
        return;
    }
    let (what, draft) = (subject(draft), draft.clone());
    let unsent = end_run(model, write.id);
    if failure.is_outcome_unknown() {
        let (why, ids) = (happened(failure), reference(failed));
        let text = format!(
            "{what}: outcome unknown. {why} {retry} asks again under the same key.{unsent} {ids}"
        );
        model.toast(Severity::Error, &text);
        model.writes.unknown(write);
        return;
    }
    if let (Some(first), Some(target)) = (first_of(model, &draft, failure), draft.targets.first()) {
        let before = model.room(draft.tab).describe(target.id, &model.times());
        say_conflict(model, &draft, target.id, &first, before, Some(failed));
        loading::load_again(model, draft.tab, target.id);
    } else {
        let why = explain(failed);
        let text = format!("{what} not {}. {why}{unsent}", draft.past());
        model.toast(Severity::Error, &text);
    }
}

/// A call of a run failed: what was answered before is said, and how much was not sent.
fn end_run(model: &mut Model, id: ActionId) -> String {
    let Some(mut run) = model.writes.take_run_of(id) else {
        return String::new();
    };
    run.stop();
    if !run.became.is_empty() {
        conclude(model, &run.whole, &run.became, run.act, 0);
    }
    match run.unsent() {
        0 => String::new(),
        unsent => format!(" {unsent} more were not sent: still marked."),
    }
}

/// Somebody else was first: said, with mine against theirs behind it.
fn say_conflict(
    model: &mut Model,
    draft: &Draft,
    id: RowId,
    theirs: &str,
    before: Vec<Fact>,
    failed: Option<&Failed>,
) {
    let key = model.keymap.shown(Action::Open);
    let ids = failed.map(|failed| format!(" {}", reference(failed)));
    let ids = ids.unwrap_or_default();
    let text = format!("{theirs} Nothing changed; {key} shows how.{ids}");
    let mine = draft.question();
    model.explained = Some(Explained {
        toast: Line::new(&text),
        what: What::Conflict {
            tab: draft.tab,
            id,
            mine: mine.trim_end_matches('?').to_owned(),
            theirs: theirs.to_owned(),
            before,
        },
    });
    model.toast(Severity::Error, &text);
}

/// The server asks to wait: verbs wait until then.
fn note_throttle(model: &mut Model, failure: &Failure) {
    if let Failure::Problem(problem) = failure
        && let (Some(Code::RateLimited), Some(seconds)) =
            (problem.code.known(), problem.retry_after)
    {
        let wait = TimeDelta::seconds(
            i64::try_from(seconds)
                .unwrap_or(LONGEST_WAIT)
                .min(LONGEST_WAIT),
        );
        model.throttled_until = Some(model.now + wait);
    }
}

/// Who was first, where the whole call was refused for it.
fn first_of(model: &Model, draft: &Draft, failure: &Failure) -> Option<String> {
    let (Failure::Problem(problem), [target]) = (failure, draft.targets.as_slice()) else {
        return None;
    };
    let conflict = problem.conflict.as_ref()?;
    Some(who_was_first(model, draft.tab, target.id, conflict))
}

/// `#4711`, or `48 applications`.
fn subject(draft: &Draft) -> String {
    match draft.targets.as_slice() {
        [one] => one.id.to_string(),
        _ => format!("{} {}", draft.count(), draft.noun.of(draft.count())),
    }
}

fn settle(model: &mut Model, write: &Write, reply: AnyReply) {
    let (Purpose::Verb(draft) | Purpose::TakeBack(draft)) = &write.purpose else {
        return;
    };
    let (now, tab) = (model.now, draft.tab);
    let file = model.room(tab).file(&reply);
    let is_kept = file.is_some();
    model.effects.extend(file.map(Effect::SaveFile));
    let made = model.room(tab).made(&reply);
    let warning = model.room(tab).warning(&reply);
    let asked = write.touches.ids.as_slice();
    let before = asked
        .first()
        .map(|id| model.room(tab).describe(*id, &model.times()));
    let became = model.room_mut(tab).settle(reply, asked, now);
    model.cancel_read(Slot::Detail(tab));
    if let [one] = became.as_slice()
        && !one.is_fresh
    {
        loading::load_again(model, tab, one.id);
    }
    let changed = ids_where(&became, |outcome| outcome == Some(Outcome::Changed));
    let at_rest = ids_where(&became, |outcome| {
        matches!(outcome, Some(Outcome::Changed | Outcome::Noop))
    });
    model.room_mut(tab).state_mut().list.unmark(&at_rest);
    if model.writes.forget_act_on(tab, &changed) {
        model.toasts.drop_undoable();
    }
    let act = match &write.purpose {
        Purpose::Verb(_) => Act::Verb,
        Purpose::TakeBack(_) | Purpose::ReportRefresh | Purpose::Filing(_) => Act::TakeBack,
    };
    let besides = besides(&write.purpose, &became);
    match sending::go_on(model, write.id, became) {
        Progress::UnderWay => {}
        // Where it was saved, or why not, is said once it is known.
        Progress::Whole(became) if became.is_empty() && is_kept => {}
        Progress::Whole(_) if made.is_some() => loading::made(model, tab, made),
        Progress::Whole(became) => match (draft.targets.as_slice(), became.as_slice()) {
            ([target], [one]) => {
                let undo = undo_of(model, draft, &changed, act);
                say_one(
                    model,
                    draft,
                    (target, one),
                    before.unwrap_or_default(),
                    undo,
                );
            }
            _ => conclude(model, draft, &became, act, 0),
        },
        Progress::Over(run) => conclude(model, &run.whole, &run.became, act, run.unsent()),
    }
    if let Some(warning) = warning {
        model.toast(Severity::Warn, &warning);
    }
    if let Some(draft) = besides {
        sending::send(model, Purpose::Verb(draft), None, None);
    }
}

/// What is to be done to the rows besides, now that they are as was wanted.
fn besides(purpose: &Purpose, became: &[Became]) -> Option<Box<Draft>> {
    let besides = match purpose {
        Purpose::Verb(draft) => draft.besides.as_ref()?,
        Purpose::TakeBack(_) | Purpose::ReportRefresh | Purpose::Filing(_) => return None,
    };
    let is_done = !became.is_empty() && became.iter().all(is_at_rest);
    let is_on = besides.choice == BesidesChoice::On;
    (is_done && is_on).then(|| besides.draft.clone())
}

/// All calls of a write about several rows are answered, or the last that was sent.
fn conclude(model: &mut Model, draft: &Draft, became: &[Became], act: Act, unsent: usize) {
    let changed = ids_where(became, |outcome| outcome == Some(Outcome::Changed));
    let undo = undo_of(model, draft, &changed, act);
    say_many(model, draft, became, undo, unsent);
}

fn undo_of(model: &mut Model, draft: &Draft, changed: &[RowId], act: Act) -> Undo {
    match act {
        Act::Verb => remember_undo(model, draft, changed),
        Act::TakeBack => Undo::None,
    }
}

/// Whether a toast may offer to take back.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Undo {
    None,
    Offered,
}

fn ids_where(became: &[Became], is: impl Fn(Option<Outcome>) -> bool) -> Vec<RowId> {
    became
        .iter()
        .filter(|row| is(row.outcome.known()))
        .map(|row| row.id)
        .collect()
}

/// Prepares taking back what was done. What took one key and a digit is taken back by one key: the
/// reason for that is always the same.
fn remember_undo(model: &mut Model, done: &Draft, changed: &[RowId]) -> Undo {
    let ask = Ask {
        wanted: Action::TakeBack.into(),
        ids: changed,
        may: &|permission| model.may(permission),
        caller: model.me.as_ref().map(|me| me.id),
        is_super_admin: model.me.as_ref().is_some_and(|me| me.is_super_admin()),
        is_busy: &|_| None,
        now: model.now,
    };
    let Ok(mut undo) = model.room(done.tab).draft(&ask) else {
        return Undo::None;
    };
    if !is_inverse(done, &undo) {
        return Undo::None;
    }
    let free_text = model.reasons.free_text(undo.tab, undo.verb());
    let takes_words = undo.asks == Asks::Reason && free_text != FreeText::Forbidden;
    if done.class() == Class::Reversible && takes_words {
        undo.answers.why = Why::in_words(TAKEN_BACK.to_owned());
        undo.class = Class::Reversible;
    }
    let act = LastAct::Write(Box::new(undo));
    model.writes.acted(model.now, act);
    Undo::Offered
}

/// Whether one takes the other back, as the contract has it: the verb on the key of `u` may be that of
/// something else that was done to the row.
fn is_inverse(done: &Draft, undo: &Draft) -> bool {
    takes_back(undo.call().spec(), done.call().spec())
}

fn say_one(
    model: &mut Model,
    draft: &Draft,
    (target, became): (&Target, &Became),
    before: Vec<Fact>,
    undo: Undo,
) {
    let (id, key) = (target.id, model.keymap.shown(Action::TakeBack));
    match (became.outcome.known(), undo) {
        (Some(Outcome::Changed), Undo::Offered) => {
            let text = format!(
                "{id} {}{} ({key} takes it back)",
                draft.past(),
                was(draft, target)
            );
            model.toast(Severity::Undoable, &text);
        }
        (Some(Outcome::Changed), Undo::None) => {
            model.toast(
                Severity::Info,
                &format!("{id} {}{}", draft.past(), was(draft, target)),
            );
        }
        (Some(Outcome::Noop), _) => model.toast(Severity::Info, &format!("{id} was so already")),
        (Some(Outcome::Conflict), _) => {
            let theirs = why_row(model, draft.tab, became);
            say_conflict(model, draft, id, &theirs, before, None);
        }
        (Some(_) | None, _) => {
            let text = format!("{} Nothing changed.", why_row(model, draft.tab, became));
            model.toast(Severity::Error, &text);
        }
    }
}

/// Where a row stood before: a claim leaves it there.
fn was(draft: &Draft, target: &Target) -> String {
    let is_claim = draft.call().spec().resource() == TakeClaims::SPEC.resource();
    if is_claim {
        String::new()
    } else {
        format!(", was {}", target.status)
    }
}

fn say_many(model: &mut Model, draft: &Draft, became: &[Became], undo: Undo, unsent: usize) {
    let changed = ids_where(became, |outcome| outcome == Some(Outcome::Changed)).len();
    let same = ids_where(became, |outcome| outcome == Some(Outcome::Noop)).len();
    let failed = became.len() - changed - same;
    let mut parts = vec![format!("{changed} {}", draft.past())];
    if same > 0 {
        parts.push(format!("{same} were so already"));
    }
    if failed > 0 {
        let key = model.keymap.shown(Action::Open);
        parts.push(format!("{failed} failed: still marked, {key} says why"));
    }
    if unsent > 0 {
        parts.push(format!("{unsent} not sent: still marked"));
    }
    let mut text = parts.join(", ");
    if undo == Undo::Offered {
        let key = model.keymap.shown(Action::TakeBack);
        text = format!("{text} ({key} takes {changed} back)");
    }
    let severity = match (failed + unsent, undo) {
        (1.., _) => Severity::Error,
        (0, Undo::Offered) => Severity::Undoable,
        (0, Undo::None) => Severity::Info,
    };
    model.toast(severity, &text);
    if failed > 0 {
        remember_failures(model, draft.tab, became, &text);
    }
}

fn remember_failures(model: &mut Model, tab: Tab, became: &[Became], said: &str) {
    let failures = became.iter().filter(|row| !is_at_rest(row));
    let reasons: Vec<_> = failures.map(|row| why_row(model, tab, row)).collect();
    for why in &reasons {
        model
            .toasts
            .remember(model.now, Severity::Error, Line::new(why));
    }
    model.explained = Some(Explained {
        toast: Line::new(said),
        what: What::Causes(reasons),
    });
}

fn is_at_rest(row: &Became) -> bool {
    matches!(row.outcome.known(), Some(Outcome::Changed | Outcome::Noop))
}

/// Why a row did not change: `#12 was approved by bob, 4s ago.`
fn why_row(model: &Model, tab: Tab, became: &Became) -> String {
    let id = became.id;
    match (became.outcome.known(), &became.conflict) {
        (Some(Outcome::Conflict), Some(conflict)) => who_was_first(model, tab, id, conflict),
        (Some(Outcome::Conflict), None) => format!("{id} was changed by somebody else."),
        (Some(Outcome::NotFound), _) => format!("{id} does not exist any more."),
        (Some(Outcome::Forbidden), _) => format!("{id}: a permission is missing."),
        (Some(Outcome::Changed | Outcome::Noop), _) => format!("{id} is as wanted."),
        (None, _) => format!("{id}: {}.", became.outcome),
    }
}

/// `#12 was approved by bob, 4s ago.`
fn who_was_first(model: &Model, tab: Tab, id: RowId, conflict: &Conflict) -> String {
    let claim = model.room(tab).claim(id);
    if let Some(held) = claim.and_then(|claim| held_by_another(id, claim, model.now)) {
        return format!("{held}.");
    }
    let by = decided(conflict.decided_by.as_ref(), conflict.decided_at, model.now);
    match model.room(tab).decision_to(conflict.status.as_str()) {
        Some(past) => format!("{id} was {past}{by}."),
        None => format!("{id} is {} now{by}.", conflict.status),
    }
}
