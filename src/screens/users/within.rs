//! What is done to a note about a user, or to one of the user's sessions: picked from the drawer.
//!
//! Nothing takes it back: of a note that was wiped or rewritten no word of before is kept anywhere, which is the
//! point of it, and who is signed out signs in again.

use std::sync::Arc;

use quarterdeck_api::active_sessions::RevokeSession;
use quarterdeck_api::call::AnyCall;
use quarterdeck_api::ids::{NoteId, SessionId};
use quarterdeck_api::notes::{
    DeleteNote, DeleteNoteQuery, NotePatch, RiskLevel, UpdateNote, UserNote,
};
use quarterdeck_api::operation::Nothing;
use quarterdeck_api::users::UserDrawer;

use super::subject::reason;
use crate::app::keymap::Action;
use crate::screens::drawer::notes::word;
use crate::screens::pick::{Menu, Pickable, Picks, Unchanged};
use crate::screens::screen::Rank;
use crate::screens::verb::{Given, Prepared};

/// Characters of a note that are shown of it in a list.
const SHOWN: usize = 60;

/// Whether a verb is one of these.
pub(super) const fn is_within(action: Action) -> bool {
    matches!(
        action,
        Action::RewriteNote | Action::WipeNote | Action::Revoke
    )
}

/// Prepares one of them.
pub(in crate::screens) fn prepare(
    action: Action,
    person: &UserDrawer,
    rank: Rank,
) -> Result<Prepared, &'static str> {
    if matches!(action, Action::RewriteNote) {
        rewrite(person, rank)
    } else if matches!(action, Action::WipeNote) {
        wipe(person, rank)
    } else {
        end_session(person)
    }
}

/// The notes that may be changed: one's own, or as a super-admin everybody's.
fn notes(person: &UserDrawer, rank: Rank) -> Result<Vec<(NoteId, i64, Pickable)>, &'static str> {
    let notes = person.notes.as_ref();
    let notes = notes.ok_or("you lack the permission user-note.view")?;
    let is_ours = |note: &&UserNote| note.mine || rank == Rank::SuperAdmin;
    let ours = notes.data.iter().filter(is_ours);
    let ours: Vec<_> = ours
        .map(|note| (note.id, note.version, pickable(note)))
        .collect();
    if ours.is_empty() {
        return Err("there is no note of yours");
    }
    Ok(ours)
}

fn pickable(note: &UserNote) -> Pickable {
    let first = note.note.lines().next().unwrap_or_default();
    let words: String = first.chars().take(SHOWN).collect();
    Pickable {
        name: format!("{} {}: {words}", note.id, word(&note.risk_level)),
        group: if note.mine { "Yours" } else { "Of others" },
        help: "",
        is_held: true,
    }
}

fn menu(of: &'static str, on_offer: Vec<Pickable>) -> Arc<Menu> {
    Arc::new(Menu {
        of,
        note: "",
        picks: Picks::One,
        unchanged: Unchanged::NOTHING,
        on_offer,
    })
}

/// What was picked; the picker lets nobody go on without, and the server knows no id 0.
fn picked<T: Copy>(all: &[T], given: &Given) -> Option<T> {
    all.get(*given.picked.first()?).copied()
}

fn subject(person: &UserDrawer, of: &str) -> String {
    let row = &person.user.row;
    format!("{of} {} {}", row.id, row.display_name)
}

/// A note as it was seen: its id and the version of its text.
type Seen = (NoteId, i64);

/// The notes that the operator may change, as they were seen, and the menu of them.
fn notes_to_pick(person: &UserDrawer, rank: Rank) -> Result<(Vec<Seen>, Arc<Menu>), &'static str> {
    let notes = notes(person, rank)?;
    let (seen, on_offer) = notes
        .into_iter()
        .map(|(id, version, it)| ((id, version), it))
        .unzip();
    Ok((seen, menu("notes", on_offer)))
}

fn rewrite(person: &UserDrawer, rank: Rank) -> Result<Prepared, &'static str> {
    let (seen, menu) = notes_to_pick(person, rank)?;
    let prepared = Prepared::new(move |given| {
        let (id, version) = picked(&seen, given).unwrap_or((NoteId(0), 0));
        let patch = NotePatch {
            note: Some(reason(given)),
            risk_level: RiskLevel::ALL.get(given.choice).copied(),
            expected_version: Some(version),
        };
        AnyCall::of::<UpdateNote>(id, Nothing {}, patch)
    });
    Ok(prepared
        .picking(menu)
        .about(subject(person, "a note about"))
        .telling(|given| {
            let level = RiskLevel::ALL.get(given.choice);
            let level = level.map_or("", |level| level.as_str());
            vec![format!("Risk: {level}. The words of before are gone.")]
        }))
}

fn wipe(person: &UserDrawer, rank: Rank) -> Result<Prepared, &'static str> {
    let (seen, menu) = notes_to_pick(person, rank)?;
    let prepared = Prepared::new(move |given| {
        let (id, version) = picked(&seen, given).unwrap_or((NoteId(0), 0));
        let query = DeleteNoteQuery {
            expected_version: Some(version),
        };
        AnyCall::of::<DeleteNote>(id, query, Nothing {})
    });
    Ok(prepared
        .picking(menu)
        .about(subject(person, "a note about"))
        .telling(|_| vec!["Its words are gone for good.".to_owned()]))
}

fn end_session(person: &UserDrawer) -> Result<Prepared, &'static str> {
    let sessions = person.sessions.as_ref();
    let sessions = sessions.ok_or("you lack the permission sessions.view")?;
    let others = || sessions.data.iter().filter(|session| !session.current);
    let ids: Vec<SessionId> = others().map(|session| session.id).collect();
    if ids.is_empty() {
        return Err("no session is open but yours");
    }
    let on_offer = others().map(|session| Pickable {
        name: format!(
            "{} {} {}",
            session.id, session.ip_address, session.user_agent
        ),
        group: "Open",
        help: "",
        is_held: true,
    });
    let on_offer = on_offer.collect();
    let prepared = Prepared::new(move |given| {
        let id = picked(&ids, given).unwrap_or(SessionId(0));
        AnyCall::of::<RevokeSession>(id, Nothing {}, Nothing {})
    });
    Ok(prepared
        .picking(menu("sessions", on_offer))
        .about(subject(person, "of"))
        .telling(|_| vec!["It ends within a second; the others stay.".to_owned()]))
}
