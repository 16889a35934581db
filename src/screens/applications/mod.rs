//! The queue of applications.

mod columns;
mod detail;
mod verbs;

use chrono::DateTime;
use quarterdeck_api::applications::{
    ApplicationAction, ApplicationRow, ApplicationSort, ApplicationStatus, ApplicationView,
    ApplicationsQuery, DecideApplications, DecideResult, GetApplication, ListApplications,
    SeeApplications,
};
use quarterdeck_api::audit::AuditCode;
use quarterdeck_api::call::{AnyCall, AnyReply};
use quarterdeck_api::claim::Claim;
use quarterdeck_api::claims::Queue;
use quarterdeck_api::ids::ApplicationId;
use quarterdeck_api::operation::Nothing;
use quarterdeck_api::page::{Page, Seen};
use quarterdeck_api::permission::Permission;
use quarterdeck_api::text::Line;
use quarterdeck_api::wire_enum::OpenEnum;

use super::screen::{Column, Fact, Lead, Noun, Order, PageRequest, RowOutcome, Screen, flagged};
use super::verb::Verb;
use crate::app::keymap::Action;
use crate::app::list::RowId;
use crate::app::shown::Shown;
use crate::app::tab::Tab;
use crate::app::time::Times;

/// The screen.
#[derive(Debug)]
pub struct Applications;

impl Screen for Applications {
    type Row = ApplicationRow;
    type Detail = ApplicationView;

    const TAB: Tab = Tab::Applications;
    const NOUN: Noun = Noun {
        one: "application",
        many: "applications",
    };
    const COLUMNS: &'static [Column<ApplicationRow>] = columns::COLUMNS;
    const DEFAULT_FILTER: &'static str = "status:PENDING";
    const ORDERS: &'static [Order] = &[
        Order {
            letter: 'a',
            name: "oldest first",
        },
        Order {
            letter: 'a',
            name: "newest first",
        },
    ];
    const SORTS: &'static [ApplicationSort] =
        &[ApplicationSort::OldestFirst, ApplicationSort::NewestFirst];
    const VERBS: &'static [Verb<ApplicationRow>] = verbs::VERBS;
    const CLAIMED_BY: &'static [Permission] = Queue::Applications.deciding();

    fn id(row: &ApplicationRow) -> RowId {
        RowId(row.id.0)
    }

    fn version(row: &ApplicationRow) -> i64 {
        row.version
    }

    fn name(row: &ApplicationRow) -> Shown<'_> {
        flagged(&row.name)
    }

    fn status(row: &ApplicationRow) -> String {
        row.status.to_string()
    }

    fn decider(row: &ApplicationRow) -> Option<&Line> {
        row.decided_by.as_ref()
    }

    fn summary(row: &ApplicationRow) -> String {
        format!("{}  {}", row.name, row.email)
    }

    fn is_open(row: &ApplicationRow) -> bool {
        row.status.known().is_some_and(ApplicationStatus::is_open)
    }

    fn shows(row: &ApplicationRow, code: AuditCode) -> bool {
        let waitlist = ApplicationAction::Waitlist;
        code == waitlist.audit_code() && row.status.is(waitlist.target())
    }

    fn list(page: PageRequest<ApplicationSort>) -> AnyCall {
        AnyCall::query::<ListApplications>(asked(page))
    }

    fn page(reply: AnyReply) -> Option<Page<ApplicationRow>> {
        reply.take::<ListApplications>()
    }

    fn all(page: PageRequest<ApplicationSort>) -> Option<AnyCall> {
        Some(AnyCall::query::<SeeApplications>(asked(page)))
    }

    fn all_in(reply: AnyReply) -> Option<Page<Seen>> {
        reply.take::<SeeApplications>()
    }

    fn unloaded(seen: &Seen) -> Option<ApplicationRow> {
        Some(ApplicationRow {
            id: ApplicationId(seen.id),
            user_id: None,
            name: Line::default(),
            email: Line::default(),
            status: OpenEnum::of(&seen.status),
            submitted_at: DateTime::UNIX_EPOCH,
            decided_at: None,
            decided_by: None,
            reason: None,
            reason_code: None,
            version: seen.version,
            claim: None,
        })
    }

    fn detail(id: RowId) -> Option<AnyCall> {
        let id = ApplicationId(id.0);
        Some(AnyCall::of::<GetApplication>(id, Nothing {}, Nothing {}))
    }

    fn detail_in(reply: AnyReply) -> Option<ApplicationView> {
        reply.take::<GetApplication>()
    }

    fn row_of(detail: &ApplicationView) -> Option<&ApplicationRow> {
        Some(&detail.row)
    }

    fn describe(
        row: &ApplicationRow,
        detail: Option<&ApplicationView>,
        times: &Times,
    ) -> Vec<Fact> {
        detail::describe(row, detail, times)
    }

    fn decision_to(status: &str) -> Option<&'static str> {
        let decisions = [
            ApplicationAction::Approve,
            ApplicationAction::Reject,
            ApplicationAction::Waitlist,
            ApplicationAction::Reopen,
        ];
        decisions
            .into_iter()
            .find(|action| action.target().as_str() == status)
            .map(ApplicationAction::past)
    }

    fn outcomes(reply: AnyReply) -> Vec<RowOutcome<ApplicationRow>> {
        let results = reply
            .take::<DecideApplications>()
            .map(|reply| reply.results);
        results.into_iter().flatten().map(outcome).collect()
    }

    fn trail(row: &ApplicationRow) -> Option<String> {
        Some(format!("on:application{}", row.id))
    }

    fn claim(row: &ApplicationRow) -> Option<&Claim> {
        row.claim.as_ref()
    }

    fn put_claim(row: &mut ApplicationRow, claim: Option<Claim>) {
        row.claim = claim;
    }

    fn lead(row: &ApplicationRow, action: Action) -> Option<Lead> {
        let user = row.user_id.filter(|_| action == Action::SubjectUser)?;
        Some(Lead {
            tab: Tab::Users,
            filter: user.to_string(),
        })
    }
}

fn asked(page: PageRequest<ApplicationSort>) -> ApplicationsQuery {
    ApplicationsQuery {
        filter: page.filter,
        sort: page.sort,
        take: Some(page.take),
        cursor: page.cursor,
        ..ApplicationsQuery::default()
    }
}

fn outcome(result: DecideResult) -> RowOutcome<ApplicationRow> {
    RowOutcome {
        id: RowId(result.id.0),
        outcome: result.outcome,
        row: result.application,
        conflict: result.conflict,
    }
}
