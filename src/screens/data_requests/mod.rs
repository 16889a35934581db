//! The queue of data requests.

mod columns;
mod deadline;
mod detail;
mod verbs;

use chrono::DateTime;
use quarterdeck_api::call::{AnyCall, AnyReply};
use quarterdeck_api::claim::Claim;
use quarterdeck_api::claims::Queue;
use quarterdeck_api::data_requests::{
    DataRequestRow, DataRequestSort, DataRequestStatus, DataRequestsQuery, GetDataRequest,
    ListDataRequests, SeeDataRequests, UpdateDataRequests,
};
use quarterdeck_api::ids::{DataRequestId, UserId};
use quarterdeck_api::operation::Nothing;
use quarterdeck_api::page::{Page, Seen};
use quarterdeck_api::permission::Permission;
use quarterdeck_api::text::Line;
use quarterdeck_api::users::ExportUser;
use quarterdeck_api::wire_enum::OpenEnum;

use super::person;
use super::screen::{
    Column, Fact, Lead, Noun, Order, PageRequest, RowOutcome, Screen, beside, flagged, outcomes_of,
};
use super::verb::Verb;
use crate::app::download::Download;
use crate::app::keymap::Action;
use crate::app::list::RowId;
use crate::app::shown::Shown;
use crate::app::tab::Tab;
use crate::app::time::Times;

/// The screen.
#[derive(Debug)]
pub struct DataRequests;

impl Screen for DataRequests {
    type Row = DataRequestRow;
    type Detail = ();

    const TAB: Tab = Tab::DataRequests;
    const NOUN: Noun = Noun {
        one: "data request",
        many: "data requests",
    };
    const COLUMNS: &'static [Column<DataRequestRow>] = columns::COLUMNS;
    const DEFAULT_FILTER: &'static str = "status:pending";
    const ORDERS: &'static [Order] = &[
        Order {
            letter: 'd',
            name: "next deadline first",
        },
        Order {
            letter: 'd',
            name: "last deadline first",
        },
    ];
    const SORTS: &'static [DataRequestSort] =
        &[DataRequestSort::DueFirst, DataRequestSort::DueLast];
    const VERBS: &'static [Verb<DataRequestRow>] = verbs::VERBS;
    const CLAIMED_BY: &'static [Permission] = Queue::DataRequests.deciding();

    fn id(row: &DataRequestRow) -> RowId {
        RowId(row.id.0)
    }

    fn version(row: &DataRequestRow) -> i64 {
        row.version
    }

    fn name(row: &DataRequestRow) -> Shown<'_> {
        flagged(&row.user)
    }

    fn status(row: &DataRequestRow) -> String {
        row.status.to_string()
    }

    fn decider(row: &DataRequestRow) -> Option<&Line> {
        row.handled_by.as_ref()
    }

    fn summary(row: &DataRequestRow) -> String {
        format!("{}  {}", row.kind, row.user)
    }

    fn is_open(row: &DataRequestRow) -> bool {
        row.status.is(DataRequestStatus::Pending)
    }

    fn list(page: PageRequest<DataRequestSort>) -> AnyCall {
        AnyCall::query::<ListDataRequests>(asked(page))
    }

    fn page(reply: AnyReply) -> Option<Page<DataRequestRow>> {
        reply.take::<ListDataRequests>()
    }

    fn all(page: PageRequest<DataRequestSort>) -> Option<AnyCall> {
        Some(AnyCall::query::<SeeDataRequests>(asked(page)))
    }

    fn all_in(reply: AnyReply) -> Option<Page<Seen>> {
        reply.take::<SeeDataRequests>()
    }

    fn unloaded(seen: &Seen) -> Option<DataRequestRow> {
        Some(DataRequestRow {
            id: DataRequestId(seen.id),
            user_id: UserId(0),
            user: Line::default(),
            kind: OpenEnum::Unknown(Line::default()),
            status: OpenEnum::of(&seen.status),
            created_at: DateTime::UNIX_EPOCH,
            due_at: None,
            deadline: DateTime::UNIX_EPOCH,
            overdue: false,
            seconds_left: None,
            updated_at: DateTime::UNIX_EPOCH,
            completed_at: None,
            handled_by: None,
            error: None,
            reason_code: None,
            version: seen.version,
            claim: None,
        })
    }

    fn detail(_id: RowId) -> Option<AnyCall> {
        None
    }

    fn detail_in(_reply: AnyReply) -> Option<()> {
        None
    }

    fn row_of(_detail: &()) -> Option<&DataRequestRow> {
        None
    }

    fn one(id: RowId) -> Option<AnyCall> {
        let id = DataRequestId(id.0);
        Some(AnyCall::of::<GetDataRequest>(id, Nothing {}, Nothing {}))
    }

    fn one_in(reply: AnyReply) -> Option<DataRequestRow> {
        reply.take::<GetDataRequest>()
    }

    fn describe(row: &DataRequestRow, _detail: Option<&()>, times: &Times) -> Vec<Fact> {
        detail::describe(row, times)
    }

    fn decision_to(status: &str) -> Option<&'static str> {
        status.parse().ok().map(|status| match status {
            DataRequestStatus::Pending => "put back to pending",
            DataRequestStatus::Completed => "completed",
            DataRequestStatus::Failed => "marked as failed",
        })
    }

    fn outcomes(reply: AnyReply) -> Vec<RowOutcome<DataRequestRow>> {
        outcomes_of(reply.take::<UpdateDataRequests>())
    }

    fn outcomes_of(reply: AnyReply, asked: &[RowId]) -> Vec<RowOutcome<DataRequestRow>> {
        match reply.get::<ExportUser>() {
            Some(_) => beside(asked, false),
            None => Self::outcomes(reply),
        }
    }

    fn file(reply: &AnyReply) -> Option<Download> {
        person::export_file(reply.get::<ExportUser>()?)
    }

    fn trail(row: &DataRequestRow) -> Option<String> {
        Some(format!("on:data_request{}", row.id))
    }

    fn claim(row: &DataRequestRow) -> Option<&Claim> {
        row.claim.as_ref()
    }

    fn put_claim(row: &mut DataRequestRow, claim: Option<Claim>) {
        row.claim = claim;
    }

    fn lead(row: &DataRequestRow, action: Action) -> Option<Lead> {
        (action == Action::SubjectUser).then(|| Lead {
            tab: Tab::Users,
            filter: row.user_id.to_string(),
        })
    }
}

fn asked(page: PageRequest<DataRequestSort>) -> DataRequestsQuery {
    DataRequestsQuery {
        filter: page.filter,
        sort: page.sort,
        take: Some(page.take),
        cursor: page.cursor,
        ..DataRequestsQuery::default()
    }
}
