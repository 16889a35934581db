//! What Enter on a toast shows: more than fits in its line.

use quarterdeck_api::text::Body;

use super::input::Key;
use super::keymap::Action;
use super::model::{Model, Session};
use super::overlay::{Overlay, What};
use crate::screens::screen::Fact;

/// Causes that are listed; the messages have all of them.
const MOST_CAUSES: usize = 150;

/// Takes the key that opens a row, where the toast that is shown has more behind it.
pub fn press(model: &mut Model, key: Key) -> bool {
    let is_free = model.overlay.is_none() && matches!(model.session, Session::Active);
    let opens = model.keymap.action(model.sections(), key) == Some(Action::Open);
    if !is_free || !opens {
        return false;
    }
    if !is_offered(model) {
        return false;
    }
    let Some(explained) = model.explained.take() else {
        return false;
    };
    model.toasts.drop_shown();
    let (title, facts) = facts(model, explained.what);
    let scroll = 0;
    model.overlay = Some(Overlay::Report {
        title,
        facts,
        scroll,
    });
    true
}

/// Whether the toast that is shown has more behind it.
pub fn is_offered(model: &Model) -> bool {
    let shown = model.toasts.current().map(|(toast, _)| &toast.text);
    let explained = model.explained.as_ref();
    explained.is_some_and(|explained| Some(&explained.toast) == shown)
}

fn facts(model: &Model, what: What) -> (&'static str, Vec<Fact>) {
    match what {
        What::Causes(causes) => ("Why rows did not change", list(&causes)),
        What::Conflict {
            tab,
            id,
            mine,
            theirs,
            before,
        } => {
            let now = model.room(tab).describe(id, &model.times());
            let mut facts = vec![
                Fact::field("You", &mine),
                Fact::field("They", &theirs),
                Fact::Heading("What changed"),
            ];
            facts.extend(changes(&before, &now));
            ("Somebody else was first", facts)
        }
    }
}

fn list(causes: &[String]) -> Vec<Fact> {
    let mut lines: Vec<String> = causes.iter().take(MOST_CAUSES).cloned().collect();
    if causes.len() > MOST_CAUSES {
        let more = causes.len() - MOST_CAUSES;
        lines.push(format!("and {more} more: see :messages"));
    }
    vec![Fact::Prose(Body::new(&lines.join("\n")))]
}

/// The fields that differ: how they were, and how they are.
fn changes(before: &[Fact], now: &[Fact]) -> Vec<Fact> {
    let was = |wanted: &str| {
        let mut old = fields(before);
        old.find(|(label, _)| *label == wanted)
            .map_or("nothing", |(_, value)| value)
    };
    let mut changed: Vec<Fact> = fields(now)
        .filter(|(label, value)| was(label) != *value)
        .map(|(label, value)| Fact::field(label, &format!("{} -> {value}", was(label))))
        .collect();
    let gone = fields(before).filter(|(label, _)| fields(now).all(|(other, _)| other != *label));
    changed.extend(gone.map(|(label, value)| Fact::field(label, &format!("{value} -> nothing"))));
    changed
}

fn fields(facts: &[Fact]) -> impl Iterator<Item = (&'static str, &str)> {
    facts.iter().filter_map(|fact| match fact {
        Fact::Field { label, value, .. } => Some((*label, value.as_str())),
        Fact::Heading(_) | Fact::Part(_) | Fact::Prose(_) => None,
    })
}
