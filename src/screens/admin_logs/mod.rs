//! The log of requests: what administrators asked of the server, by whom and on whom.

mod columns;
mod detail;

use quarterdeck_api::admin_logs::{AdminLogRow, AdminLogSort, AdminLogsQuery, ListAdminLogs};
use quarterdeck_api::call::{AnyCall, AnyReply};
use quarterdeck_api::filter::quoted;
use quarterdeck_api::ids::UserId;
use quarterdeck_api::page::Page;

use super::screen::{Column, Fact, Lead, Noun, Order, PageRequest, RowOutcome, Screen, lead_of};
use super::verb::Verb;
use crate::app::keymap::Action;
use crate::app::list::RowId;
use crate::app::shown::Shown;
use crate::app::tab::Tab;
use crate::app::time::Times;

/// The screen.
#[derive(Debug)]
pub struct AdminLogs;

impl Screen for AdminLogs {
    type Row = AdminLogRow;
    type Detail = ();

    const TAB: Tab = Tab::AdminLogs;
    const NOUN: Noun = Noun {
        one: "request",
        many: "requests",
    };
    const COLUMNS: &'static [Column<AdminLogRow>] = columns::COLUMNS;
    const DEFAULT_FILTER: &'static str = "";
    const ORDERS: &'static [Order] = &[Order {
        letter: 't',
        name: "newest first",
    }];
    const SORTS: &'static [AdminLogSort] = &[];
    const VERBS: &'static [Verb<AdminLogRow>] = &[];

    fn id(row: &AdminLogRow) -> RowId {
        RowId(row.id)
    }

    fn version(_row: &AdminLogRow) -> i64 {
        0
    }

    fn name(row: &AdminLogRow) -> Shown<'_> {
        Shown::made(&format!("{} {}", row.method, row.url))
    }

    fn status(row: &AdminLogRow) -> String {
        row.status.to_string()
    }

    fn summary(row: &AdminLogRow) -> String {
        let (by, on) = (columns::by(row), columns::on(row));
        format!("{}  by {}  on {on}", row.status, by.as_str())
    }

    fn is_open(_row: &AdminLogRow) -> bool {
        false
    }

    fn list(page: PageRequest<AdminLogSort>) -> AnyCall {
        AnyCall::query::<ListAdminLogs>(AdminLogsQuery {
            filter: page.filter,
            take: Some(page.take),
            cursor: page.cursor,
            ..AdminLogsQuery::default()
        })
    }

    fn page(reply: AnyReply) -> Option<Page<AdminLogRow>> {
        reply.take::<ListAdminLogs>().map(Page::from)
    }

    fn detail(_id: RowId) -> Option<AnyCall> {
        None
    }

    fn detail_in(_reply: AnyReply) -> Option<()> {
        None
    }

    fn row_of(_detail: &()) -> Option<&AdminLogRow> {
        None
    }

    /// The page of this row alone: the server gives no single ones.
    fn record(id: RowId) -> Option<AnyCall> {
        Some(AnyCall::query::<ListAdminLogs>(AdminLogsQuery {
            filter: Some(format!("id:{}", id.0)),
            take: Some(1),
            ..AdminLogsQuery::default()
        }))
    }

    fn describe(row: &AdminLogRow, _detail: Option<&()>, times: &Times) -> Vec<Fact> {
        detail::describe(row, times)
    }

    fn decision_to(_status: &str) -> Option<&'static str> {
        None
    }

    fn outcomes(_reply: AnyReply) -> Vec<RowOutcome<AdminLogRow>> {
        Vec::new()
    }

    fn trail(row: &AdminLogRow) -> Option<String> {
        only_target(row).map(|id| format!("on:user{id}"))
    }

    fn lead(row: &AdminLogRow, action: Action) -> Option<Lead> {
        let on = only_target(row).map(|id| id.to_string());
        let by = row.user_id.map(|id| id.to_string());
        let done_by = by.as_ref().map(|id| format!("by:{id}"));
        let done_on = on.as_ref().map(|id| format!("on:{id}"));
        let request = format!("request={}", quoted(row.request_id.as_str()));
        let leads = [
            (Action::RequestsBy, Tab::AdminLogs, done_by.clone()),
            (Action::RequestsOn, Tab::AdminLogs, done_on),
            (Action::SameRequest, Tab::Audit, Some(request)),
            (Action::TargetRow, Tab::Users, on.clone()),
            (Action::SubjectUser, Tab::Users, on),
            (Action::Actor, Tab::Users, by),
            (Action::DoneBy, Tab::AdminLogs, done_by),
        ];
        let leads = leads.into_iter();
        lead_of(
            leads.filter_map(|(key, tab, filter)| Some((key, tab, filter?))),
            action,
        )
    }
}

/// The account that the request was on, where it was one.
fn only_target(row: &AdminLogRow) -> Option<UserId> {
    match row.target_user_ids.as_slice() {
        [id] => Some(*id),
        [] | [_, _, ..] => None,
    }
}
