//! The queue of reports.

mod columns;
mod detail;
mod verbs;

use chrono::DateTime;
use quarterdeck_api::call::{AnyCall, AnyReply};
use quarterdeck_api::claim::Claim;
use quarterdeck_api::claims::Queue;
use quarterdeck_api::ids::{ReportId, UserId};
use quarterdeck_api::operation::Nothing;
use quarterdeck_api::page::{Page, Seen};
use quarterdeck_api::permission::Permission;
use quarterdeck_api::reports::{
    DecideReports, GetReport, ListReports, ReportRow, ReportSort, ReportStatus, ReportView,
    ReportsQuery, SeeReports,
};
use quarterdeck_api::text::Line;
use quarterdeck_api::users::BanUser;
use quarterdeck_api::wire_enum::OpenEnum;

use super::screen::{
    Column, Fact, Lead, Noun, Order, PageRequest, RowOutcome, Screen, beside, flagged, lead_of,
    outcomes_of, times_reported,
};
use super::verb::Verb;
use crate::app::keymap::Action;
use crate::app::list::RowId;
use crate::app::shown::Shown;
use crate::app::tab::Tab;
use crate::app::time::Times;

/// The screen.
#[derive(Debug)]
pub struct Reports;

impl Screen for Reports {
    type Row = ReportRow;
    type Detail = ReportView;

    const TAB: Tab = Tab::Reports;
    const NOUN: Noun = Noun {
        one: "report",
        many: "reports",
    };
    const COLUMNS: &'static [Column<ReportRow>] = columns::COLUMNS;
    const DEFAULT_FILTER: &'static str = "status:pending";
    const ORDERS: &'static [Order] = &[
        Order {
            letter: 'a',
            name: "oldest first",
        },
        Order {
            letter: 'a',
            name: "newest first",
        },
        Order {
            letter: 'n',
            name: "most reported first",
        },
    ];
    const SORTS: &'static [ReportSort] = &[
        ReportSort::OldestFirst,
        ReportSort::NewestFirst,
        ReportSort::MostReportedFirst,
    ];
    const VERBS: &'static [Verb<ReportRow>] = verbs::VERBS;
    const CLAIMED_BY: &'static [Permission] = Queue::Reports.deciding();

    fn id(row: &ReportRow) -> RowId {
        RowId(row.id.0)
    }

    fn version(row: &ReportRow) -> i64 {
        row.version
    }

    fn name(row: &ReportRow) -> Shown<'_> {
        flagged(&row.reported)
    }

    fn status(row: &ReportRow) -> String {
        row.status.to_string()
    }

    fn decider(row: &ReportRow) -> Option<&Line> {
        row.reviewed_by.as_ref()
    }

    fn summary(row: &ReportRow) -> String {
        let times = times_reported(row.report_count).text;
        format!("{}  {}  {}", times.as_str(), row.reason, row.reported)
    }

    fn is_open(row: &ReportRow) -> bool {
        row.status.known().is_some_and(ReportStatus::is_open)
    }

    fn list(page: PageRequest<ReportSort>) -> AnyCall {
        AnyCall::query::<ListReports>(asked(page))
    }

    fn page(reply: AnyReply) -> Option<Page<ReportRow>> {
        reply.take::<ListReports>()
    }

    fn all(page: PageRequest<ReportSort>) -> Option<AnyCall> {
        Some(AnyCall::query::<SeeReports>(asked(page)))
    }

    fn all_in(reply: AnyReply) -> Option<Page<Seen>> {
        reply.take::<SeeReports>()
    }

    fn unloaded(seen: &Seen) -> Option<ReportRow> {
        Some(ReportRow {
            id: ReportId(seen.id),
            status: OpenEnum::of(&seen.status),
            reason: Line::default(),
            reporter_id: UserId(0),
            reporter: Line::default(),
            reported_user_id: UserId(0),
            reported: Line::default(),
            report_count: 0,
            created_at: DateTime::UNIX_EPOCH,
            reviewed_at: None,
            reviewed_by: None,
            notes: None,
            reason_code: None,
            version: seen.version,
            claim: None,
        })
    }

    fn detail(id: RowId) -> Option<AnyCall> {
        let id = ReportId(id.0);
        Some(AnyCall::of::<GetReport>(id, Nothing {}, Nothing {}))
    }

    fn detail_in(reply: AnyReply) -> Option<ReportView> {
        reply.take::<GetReport>()
    }

    fn row_of(detail: &ReportView) -> Option<&ReportRow> {
        Some(&detail.row)
    }

    fn describe(row: &ReportRow, detail: Option<&ReportView>, times: &Times) -> Vec<Fact> {
        detail::describe(row, detail, times)
    }

    fn decision_to(status: &str) -> Option<&'static str> {
        status.parse().ok().map(|status| match status {
            ReportStatus::Pending => "reopened",
            ReportStatus::Resolved => "resolved",
            ReportStatus::Dismissed => "dismissed",
        })
    }

    fn outcomes(reply: AnyReply) -> Vec<RowOutcome<ReportRow>> {
        outcomes_of(reply.take::<DecideReports>())
    }

    fn outcomes_of(reply: AnyReply, asked: &[RowId]) -> Vec<RowOutcome<ReportRow>> {
        match reply.get::<BanUser>() {
            Some(user) => beside(asked, user.noop),
            None => Self::outcomes(reply),
        }
    }

    fn goes_with(action: Action) -> Option<Action> {
        (action == Action::Ban).then_some(Action::Accept)
    }

    fn trail(row: &ReportRow) -> Option<String> {
        Some(format!("on:report{}", row.id))
    }

    fn claim(row: &ReportRow) -> Option<&Claim> {
        row.claim.as_ref()
    }

    fn put_claim(row: &mut ReportRow, claim: Option<Claim>) {
        row.claim = claim;
    }

    fn lead(row: &ReportRow, action: Action) -> Option<Lead> {
        let id = row.reported_user_id;
        let leads = [
            (Action::SubjectUser, Tab::Users, id.to_string()),
            (Action::ReportsAbout, Tab::Reports, format!("reported:{id}")),
        ];
        lead_of(leads, action)
    }
}

fn asked(page: PageRequest<ReportSort>) -> ReportsQuery {
    ReportsQuery {
        filter: page.filter,
        sort: page.sort,
        take: Some(page.take),
        cursor: page.cursor,
        ..ReportsQuery::default()
    }
}
