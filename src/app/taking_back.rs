//! Keys in the journal, and taking one of its acts back: by the same gate and dialogs as any verb. Whether
//! it can be is the server's to say, once more when it is sent.

use quarterdeck_api::journal::{JournalEntry, WayBack};
use quarterdeck_api::text::Line;

use super::dispatch;
use super::draft::{Answers, Draft, Target};
use super::input::Key;
use super::journal::{self, Journal};
use super::keymap::{Action, Section};
use super::list::RowId;
use super::loading;
use super::message::Severity;
use super::model::Model;
use super::overlay::Overlay;
use super::verbs;
use crate::screens::journal::{TakeBack, take_back};

/// A key in the journal.
pub fn press(model: &mut Model, mut journal: Journal, key: Key) {
    if is_take_back(model, key) {
        return take_back_chosen(model, journal);
    }
    match model.keymap.action(&[Section::Dialog], key) {
        Some(Action::Decline) => return,
        Some(Action::ScrollDown) => {
            if let Some(cursor) = journal.step_down() {
                loading::ask_journal(model, Some(cursor));
            }
        }
        Some(Action::ScrollUp) => journal.step_up(),
        Some(_) | None => {}
    }
    model.overlay = Some(Overlay::Journal(journal));
}

fn is_take_back(model: &Model, key: Key) -> bool {
    let is = |section, action| model.keymap.action(&[section], key) == Some(action);
    let is_verb = is(Section::Global, Action::TakeBack);
    let is_silenced = dispatch::is_silenced(model, Action::TakeBack, key);
    is(Section::Prompt, Action::Submit) || (is_verb && !is_silenced)
}

/// The journal closes where the act is taken back; where it cannot be, it says why and stays.
fn take_back_chosen(model: &mut Model, journal: Journal) {
    let nothing = || Err(Line::new("nothing is chosen"));
    let draft = journal
        .chosen()
        .map_or_else(nothing, |entry| draft(model, entry));
    match draft {
        Ok(draft) => verbs::ask(model, draft),
        Err(why) => {
            model.toast(Severity::Warn, &format!("Not taken back: {why}"));
            model.overlay = Some(Overlay::Journal(journal));
        }
    }
}

fn draft(model: &Model, entry: &JournalEntry) -> Result<Draft, Line> {
    if let Some(why) = verbs::blocked(model) {
        return Err(why);
    }
    let possible = entry
        .targets
        .iter()
        .filter(|target| target.way_back.is(WayBack::Possible));
    let ids: Vec<_> = possible.map(|target| target.id).collect();
    if ids.is_empty() {
        return Err(Line::new(&journal::why_not(entry)));
    }
    let code = entry.action_code.known();
    let back = code.and_then(|code| take_back(code, entry.target_type.as_str(), &ids));
    let back = back.ok_or_else(|| Line::new("this console knows no way back of it"))?;
    let busy = ids
        .iter()
        .find_map(|id| verbs::busy(model, back.tab, RowId(*id)));
    match busy {
        Some(why) => Err(why),
        None => Ok(draft_of(model, entry, back, &ids)),
    }
}

fn draft_of(model: &Model, entry: &JournalEntry, back: TakeBack, ids: &[i64]) -> Draft {
    let target = |id: &i64| Target {
        id: RowId(*id),
        name: model
            .room(back.tab)
            .name(RowId(*id))
            .unwrap_or_else(|| Line::new("")),
        status: Line::new(back.status),
    };
    Draft {
        tab: back.tab,
        action: Action::TakeBack,
        verb: back.verb,
        past: back.past,
        noun: back.noun,
        class: back.class,
        asks: back.asks,
        offers: Vec::new(),
        targets: ids.iter().map(target).collect(),
        beside_targets: None,
        prepared: back.prepared,
        rest: Vec::new(),
        besides: None,
        answers: Answers::default(),
        claimed: Vec::new(),
        hidden_marks: 0,
        skipped: entry.targets.len() - ids.len(),
    }
}
