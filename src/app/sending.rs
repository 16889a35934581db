//! Sending writes: one call, or several of them one after another.

use quarterdeck_api::sessions::Secret;

use super::any_room::Became;
use super::keymap::Action;
use super::loading;
use super::message::ActionId;
use super::model::Model;
use super::run::{Act, Run};
use super::writes::{Purpose, Write, WriteState};

/// Sends a write; where it takes several calls, the first of them.
pub fn send(model: &mut Model, purpose: Purpose, code: Option<Secret>, key: Option<String>) {
    if model.writes.begin_action() {
        model.toasts.drop_undoable();
    }
    let (draft, act) = match purpose {
        Purpose::Verb(draft) if draft.takes_several_calls() => (draft, Act::Verb),
        Purpose::TakeBack(draft) if draft.takes_several_calls() => (draft, Act::TakeBack),
        whole @ (Purpose::Verb(_)
        | Purpose::TakeBack(_)
        | Purpose::ReportRefresh
        | Purpose::Filing(_)) => {
            dispatch(model, whole, code, key);
            return;
        }
    };
    model.toasts.drop_undoable();
    let (first, mut run) = Run::of(*draft, act);
    run.in_flight = dispatch(model, purpose_of(act, first), None, None);
    model.writes.run = Some(run);
}

fn purpose_of(act: Act, draft: super::draft::Draft) -> Purpose {
    match act {
        Act::Verb => Purpose::Verb(Box::new(draft)),
        Act::TakeBack => Purpose::TakeBack(Box::new(draft)),
    }
}

/// Sends a call and says its number.
fn dispatch(
    model: &mut Model,
    purpose: Purpose,
    code: Option<Secret>,
    key: Option<String>,
) -> ActionId {
    let (id, fresh) = model.writes.next_id();
    let Some(draft) = purpose.draft() else {
        return id;
    };
    let (tab, call, touches) = (draft.tab, draft.call(), draft.touches());
    let first = draft.targets.first().map(|target| target.id);
    let goes_on = matches!(&purpose, Purpose::Verb(draft) if settles(draft.action));
    let write = Write {
        id,
        idempotency_key: key.unwrap_or(fresh),
        call,
        touches,
        purpose,
        state: WriteState::InFlight,
    };
    model.emit(write, code);
    model.writes.handled = first.map(|id| (tab, id)).or(model.writes.handled);
    match first {
        _ if goes_on => loading::go_on(model, tab),
        Some(id) => drop(model.room_mut(tab).state_mut().list.go_to(id)),
        None => {}
    }
    id
}

/// Whether a verb deals with its rows: others leave the cursor where it is.
const fn settles(action: Action) -> bool {
    !matches!(
        action,
        Action::TakeBack | Action::Ban | Action::Export | Action::Claim | Action::Note
    )
}

/// How far a write is whose call was answered.
#[derive(Clone, Debug)]
pub enum Progress {
    /// It was this one call.
    Whole(Vec<Became>),
    /// The next of its calls is on its way.
    UnderWay,
    /// That was the last of its calls.
    Over(Box<Run>),
}

/// A call was answered: the next one of its run is sent, if it is of one.
pub fn go_on(model: &mut Model, id: ActionId, became: Vec<Became>) -> Progress {
    let Some(mut run) = model.writes.take_run_of(id) else {
        return Progress::Whole(became);
    };
    run.became.extend(became);
    match run.take_next() {
        Some(next) => {
            run.in_flight = dispatch(model, purpose_of(run.act, next), None, None);
            model.writes.run = Some(run);
            Progress::UnderWay
        }
        None => Progress::Over(Box::new(run)),
    }
}

/// Sends no further call of a run; says whether there was one to be stopped.
pub fn stop(model: &mut Model) -> bool {
    let Some(run) = model.writes.run.as_mut().filter(|run| !run.is_stopped()) else {
        return false;
    };
    run.stop();
    run.is_stopped()
}
