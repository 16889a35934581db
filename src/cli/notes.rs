//! `notes`: what operators told each other, searched across people.

use std::io::Write;

use clap::Args;
use quarterdeck_api::call::AnyCall;
use quarterdeck_api::ids::UserId;
use quarterdeck_api::notes::{ListNotes, NotesQuery, UserNote};

use super::common::CommonArguments;
use super::exit::{Exit, Stopped};
use super::list::object;
use super::output::{Format, Printer};
use super::remote::{Remote, misunderstood};

/// How many notes are listed where nothing else is said.
const LISTED: usize = 100;
/// Most notes of a page.
const A_PAGE: u32 = 100;
const HEADS: &[&str] = &["Id", "Written", "Risk", "About", "By", "Note"];

/// `notes`
#[derive(Clone, Debug, Args)]
pub struct NotesArguments {
    /// About this account: `#12`
    #[arg(long, value_name = "ID", value_parser = account)]
    pub about: Option<UserId>,
    /// With these words anywhere in them, whatever the case; 3 characters or more
    #[arg(long = "text", short = 'q', value_name = "WORDS")]
    pub text: Option<String>,
    /// About whoever has a handle that begins so
    #[arg(long, value_name = "PREFIX")]
    pub handle: Option<String>,
    /// About whoever has an e-mail that begins so
    #[arg(long, value_name = "PREFIX")]
    pub email: Option<String>,
    /// At most so many; 100 where it is not said
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    #[command(flatten)]
    pub common: CommonArguments,
}

fn account(text: &str) -> Result<UserId, String> {
    let id = text.strip_prefix('#').unwrap_or(text).parse();
    id.map(UserId)
        .map_err(|_| "an account is named by its id, as #12".to_owned())
}

impl NotesArguments {
    fn query(&self, left: usize, cursor: Option<String>) -> NotesQuery {
        NotesQuery {
            user_id: self.about,
            text: self.text.clone(),
            username: self.handle.clone(),
            email: self.email.clone(),
            take: Some(u32::try_from(left).unwrap_or(A_PAGE).min(A_PAGE)),
            cursor,
            ..NotesQuery::default()
        }
    }
}

/// Lists notes, newest first.
pub async fn notes<W: Write>(
    remote: &Remote,
    arguments: &NotesArguments,
    printer: &mut Printer<W>,
) -> Result<Exit, Stopped> {
    remote.require_session()?;
    let limit = arguments.limit.unwrap_or(LISTED);
    let (mut found, mut cursor) = (Vec::new(), None);
    while found.len() < limit && !printer.is_closed() {
        let query = arguments.query(limit - found.len(), cursor.take());
        let reply = remote.ask(&AnyCall::query::<ListNotes>(query)).await?;
        let page = reply.take::<ListNotes>();
        let page = page.ok_or_else(|| misunderstood("the notes"))?;
        if printer.format() != Format::Table {
            let mut notes = page.data.iter();
            notes.try_for_each(|note| printer.record(&object(serde_json::to_value(note))))?;
        }
        found.extend(page.data);
        match page.next_cursor {
            Some(next) => cursor = Some(next),
            None => break,
        }
    }
    if printer.format() == Format::Table {
        let rows: Vec<_> = found.iter().map(|note| row(remote, note)).collect();
        printer.table(HEADS, &rows)?;
    }
    Ok(Exit::Done)
}

fn row(remote: &Remote, note: &UserNote) -> Vec<String> {
    vec![
        note.id.to_string(),
        remote.times().stamp(note.created_at),
        note.risk_level.to_string(),
        format!("{} {}", note.user.id, note.user.email),
        note.created_by.email.to_string(),
        note.note.lines().next().unwrap_or_default().to_owned(),
    ]
}
