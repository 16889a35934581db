//! The admins: who holds staff roles, with which permissions, and what is to be said of that.

mod columns;
mod creation;
mod menus;
mod verbs;

use chrono::{DateTime, Utc};
use quarterdeck_api::admins::{
    AdminRow, AdminSort, AdminsQuery, GetAdmin, ListAdmins, OffboardAdmin,
};
use quarterdeck_api::call::{AnyCall, AnyReply};
use quarterdeck_api::ids::UserId;
use quarterdeck_api::notes::{CreateNote, DeleteNote};
use quarterdeck_api::operation::Nothing;
use quarterdeck_api::page::Page;
use quarterdeck_api::users::GetUser;

use super::drawer::{self, Drawer, Subject, hygiene};
use super::pick::Picks;
use super::screen::{
    Column, Fact, Lead, Made, Noun, Order, PageRequest, Rank, RowOutcome, Screen, beside, flagged,
    lead_of,
};
use super::users::within;
use super::verb::{NewVerb, Prepared, Verb};
use crate::app::keymap::Action;
use crate::app::list::RowId;
use crate::app::shown::Shown;
use crate::app::tab::Tab;
use crate::app::time::Times;

/// The screen.
#[derive(Debug)]
pub struct Admins;

impl Screen for Admins {
    type Row = AdminRow;
    type Detail = Drawer;

    const TAB: Tab = Tab::Admins;
    const NOUN: Noun = Noun {
        one: "admin",
        many: "admins",
    };
    const COLUMNS: &'static [Column<AdminRow>] = columns::COLUMNS;
    const DEFAULT_FILTER: &'static str = "";
    const ORDERS: &'static [Order] = &[Order {
        letter: 'i',
        name: "by id",
    }];
    const SORTS: &'static [AdminSort] = &[];
    const VERBS: &'static [Verb<AdminRow>] = verbs::VERBS;
    const NEW_VERBS: &'static [NewVerb] = &[creation::CREATE];
    const PARTS: &'static [&'static str] = drawer::PARTS;
    const FIRST_PART: &'static str = drawer::ADMIN;

    fn id(row: &AdminRow) -> RowId {
        RowId(row.row.id.0)
    }

    fn version(row: &AdminRow) -> i64 {
        row.row.version
    }

    fn name(row: &AdminRow) -> Shown<'_> {
        match row.row.display_name.as_str() {
            "" => flagged(&row.row.email),
            _ => flagged(&row.row.display_name),
        }
    }

    fn status(row: &AdminRow) -> String {
        columns::status_text(row).as_str().to_owned()
    }

    fn amiss<'a>(rows: impl Iterator<Item = &'a AdminRow>, now: DateTime<Utc>) -> Option<String> {
        hygiene::of_all(rows, now)
    }

    fn summary(row: &AdminRow) -> String {
        format!("{}  {}", row.row.display_name, columns::roles(row))
    }

    /// Nothing of an admin waits for a decision.
    fn is_open(_row: &AdminRow) -> bool {
        false
    }

    fn list(page: PageRequest<AdminSort>) -> AnyCall {
        AnyCall::query::<ListAdmins>(AdminsQuery {
            page: page.cursor.and_then(|cursor| cursor.parse().ok()),
            take: Some(page.take),
            ..AdminsQuery::default()
        })
    }

    fn page(reply: AnyReply) -> Option<Page<AdminRow>> {
        reply.take::<ListAdmins>()
    }

    fn detail(id: RowId) -> Option<AnyCall> {
        Some(Drawer::call(id))
    }

    fn detail_in(reply: AnyReply) -> Option<Drawer> {
        Drawer::of(reply)
    }

    fn detail_more(drawer: &Drawer, part: Option<&str>) -> Option<AnyCall> {
        drawer.more(part)
    }

    fn add_rest(drawer: &mut Drawer, reply: AnyReply) {
        drawer.add(reply);
    }

    fn row_of(drawer: &Drawer) -> Option<&AdminRow> {
        Some(&drawer.person.rights.admin)
    }

    /// By itself: what scripts are told of an admin is the rights.
    fn one(id: RowId) -> Option<AnyCall> {
        let id = UserId(id.0);
        Some(AnyCall::of::<GetAdmin>(id, Nothing {}, Nothing {}))
    }

    fn one_in(reply: AnyReply) -> Option<AdminRow> {
        if let Some(view) = reply.get::<GetAdmin>() {
            return Some(view.admin.clone());
        }
        let drawer = Drawer::of(reply)?;
        Some(drawer.person.rights.admin)
    }

    fn record(id: RowId) -> Option<AnyCall> {
        Self::detail(id)
    }

    fn describe(row: &AdminRow, drawer: Option<&Drawer>, times: &Times) -> Vec<Fact> {
        let subject = Subject {
            row: &row.row,
            admin: Some(row),
            drawer,
        };
        drawer::describe(subject, times)
    }

    fn decision_to(_status: &str) -> Option<&'static str> {
        None
    }

    fn outcomes(_reply: AnyReply) -> Vec<RowOutcome<AdminRow>> {
        Vec::new()
    }

    /// Answers tell of the account, not of all that a row here says: the row is loaded again.
    fn outcomes_of(reply: AnyReply, asked: &[RowId]) -> Vec<RowOutcome<AdminRow>> {
        if let Some(id) = creation::id(&reply) {
            return beside(&[id], false);
        }
        // Written and rewritten notes are answered alike.
        if reply.get::<CreateNote>().is_some() || reply.get::<DeleteNote>().is_some() {
            return beside(asked, false);
        }
        let changed = reply.get::<GetUser>().map(|user| user.noop);
        let offboarded = reply.get::<OffboardAdmin>().map(|reply| reply.noop);
        let is_noop = changed.or(offboarded);
        is_noop.map_or_else(Vec::new, |is_noop| beside(asked, is_noop))
    }

    /// Whatever changes the rights of staff takes a super-admin and a code (C-11); a note does not.
    fn is_guarded(_row: &AdminRow, action: Action) -> bool {
        !verbs::is_about_notes(action)
    }

    fn is_within(action: Action) -> bool {
        verbs::is_within(action)
    }

    fn prepare_within(
        action: Action,
        drawer: &Drawer,
        rank: Rank,
    ) -> Result<Prepared, &'static str> {
        within::prepare(action, &drawer.person, rank)
    }

    fn ends_account(row: &AdminRow, action: Action) -> Option<UserId> {
        (action == Action::Remove).then_some(row.row.id)
    }

    fn picks(action: Action) -> Option<Picks> {
        verbs::picks(action)
    }

    fn made(reply: &AnyReply) -> Option<Made> {
        creation::made(reply)
    }

    fn trail(row: &AdminRow) -> Option<String> {
        Some(format!("on:user{}", row.row.id))
    }

    fn lead(row: &AdminRow, action: Action) -> Option<Lead> {
        let leads = [
            (Action::DoneBy, Tab::Audit, format!("by:{}", row.row.id)),
            (Action::SubjectUser, Tab::Users, row.row.id.to_string()),
            (
                Action::RequestsOn,
                Tab::AdminLogs,
                format!("on:{}", row.row.id),
            ),
            (
                Action::RequestsBy,
                Tab::AdminLogs,
                format!("by:{}", row.row.id),
            ),
        ];
        lead_of(leads, action)
    }
}
