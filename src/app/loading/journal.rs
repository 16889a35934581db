//! The journal: asked for when it is opened, page by page as the operator goes down.

use quarterdeck_api::call::{AnyCall, AnyReply};
use quarterdeck_api::journal::{JournalQuery, ListJournal};
use quarterdeck_api::text::Line;

use crate::app::explain::explain;
use crate::app::journal::{Journal, JournalLoad};
use crate::app::message::{Failed, Slot};
use crate::app::model::Model;
use crate::app::overlay::Overlay;

/// Opens the journal.
pub fn open_journal(model: &mut Model) {
    model.overlay = Some(Overlay::Journal(Journal::loading()));
    ask_journal(model, None);
}

/// Asks for the first acts, or for those behind a cursor.
pub fn ask_journal(model: &mut Model, cursor: Option<String>) {
    let query = JournalQuery { take: None, cursor };
    model.fetch(Slot::Journal, AnyCall::query::<ListJournal>(query));
}

/// Takes acts; nobody waits for them once the journal is closed.
pub fn receive_journal(model: &mut Model, result: Result<AnyReply, Failed>) {
    let Some(Overlay::Journal(journal)) = &mut model.overlay else {
        return;
    };
    match result.map(AnyReply::take::<ListJournal>) {
        Ok(Some(page)) => journal.hold(page),
        Ok(None) => journal.load = JournalLoad::Failed(Line::new("That was no journal.")),
        Err(failed) => journal.load = JournalLoad::Failed(Line::new(&explain(&failed))),
    }
}
