//! The queue of applications.

mod filter;

use chrono::{DateTime, Utc};
use quarterdeck_api::applications::{
    ApplicationAction, ApplicationRow, ApplicationSort, ApplicationStatus, ApplicationView,
    ApplicationsQuery, DecideApplications, DecideRequest, DecideResult, ExpectedStatus,
    GetApplication, ListApplications,
};
use quarterdeck_api::call::{AnyCall, AnyReply};
use quarterdeck_api::ids::ApplicationId;
use quarterdeck_api::operation::Nothing;
use quarterdeck_api::page::Page;
use quarterdeck_api::permission::Permission;
use quarterdeck_api::wire_enum::OpenEnum;

use super::screen::{
    Cell, Column, Compiled, Fact, Head, Lead, Noun, Order, PageRequest, RowOutcome, Screen, Width,
    code_points, flagged,
};
use super::verb::{Asks, Class, Prepared, Verb};
use crate::app::filter::{FilterError, FilterField, Term};
use crate::app::keymap::Action;
use crate::app::list::RowId;
use crate::app::shown::{Shown, Tone};
use crate::app::tab::Tab;
use crate::app::time::Times;

/// The screen.
#[derive(Debug)]
pub struct Applications;

impl Screen for Applications {
    type Row = ApplicationRow;
    type Detail = ApplicationView;
    type Query = ApplicationsQuery;

    const TAB: Tab = Tab::Applications;
    const NOUN: Noun = Noun {
        one: "application",
        many: "applications",
    };
    // Names and e-mails stand last: a terminal that measures them otherwise shifts nothing behind them.
    const COLUMNS: &'static [Column<ApplicationRow>] = &[
        Column {
            head: Head {
                title: "Id",
                width: Width::Number(7),
                priority: 0,
            },
            cell: |row, _| Cell::plain(Shown::made(&row.id.to_string())),
        },
        Column {
            head: Head {
                title: "Status",
                width: Width::Fixed(10),
                priority: 1,
            },
            cell: |row, _| status_cell(row),
        },
        Column {
            head: Head {
                title: "Age",
                width: Width::Time,
                priority: 2,
            },
            cell: |row, times| Cell::toned(Shown::made(&times.stamp(row.submitted_at)), Tone::Dim),
        },
        Column {
            head: Head {
                title: "Name",
                width: Width::Share {
                    least: 14,
                    weight: 2,
                },
                priority: 3,
            },
            cell: |row, _| Cell::plain(flagged(&row.name)),
        },
        Column {
            head: Head {
                title: "E-mail",
                width: Width::Share {
                    least: 18,
                    weight: 3,
                },
                priority: 4,
            },
            cell: |row, _| Cell::toned(flagged(&row.email), Tone::Dim),
        },
    ];
    const DEFAULT_FILTER: &'static str = "status:PENDING";
    const FIELDS: &'static [FilterField] = filter::FIELDS;
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
    const VERBS: &'static [Verb<ApplicationRow>] = &[
        Verb {
            action: Action::Accept,
            verb: "approve",
            past: "approved",
            help: "Approve",
            class: Class::Reversible,
            asks: Asks::Nothing,
            choices: &[],
            permission: |_| Some(Permission::ApplicationsApprove),
            refuses: |row| refuses(row, ApplicationAction::Approve),
            prepare: |rows| decide(rows, ApplicationAction::Approve),
        },
        Verb {
            action: Action::Refuse,
            verb: "reject",
            past: "rejected",
            help: "Reject, with a reason",
            class: Class::Reversible,
            asks: Asks::Reason,
            choices: &[],
            permission: |_| Some(Permission::ApplicationsReject),
            refuses: |row| refuses(row, ApplicationAction::Reject),
            prepare: |rows| decide(rows, ApplicationAction::Reject),
        },
        Verb {
            action: Action::Hold,
            verb: "waitlist",
            past: "waitlisted",
            help: "Put on the waiting list",
            class: Class::Reversible,
            asks: Asks::Nothing,
            choices: &[],
            permission: |_| Some(Permission::ApplicationsWaitlist),
            refuses: |row| refuses(row, ApplicationAction::Waitlist),
            prepare: |rows| decide(rows, ApplicationAction::Waitlist),
        },
        Verb {
            action: Action::TakeBack,
            verb: "reopen",
            past: "reopened",
            help: "Reopen",
            class: Class::Reversible,
            asks: Asks::Nothing,
            choices: &[],
            permission: |row| {
                row.status
                    .known()
                    .and_then(|status| ApplicationAction::Reopen.permission(status))
            },
            refuses: |row| refuses(row, ApplicationAction::Reopen),
            prepare: |rows| decide(rows, ApplicationAction::Reopen),
        },
    ];

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

    fn summary(row: &ApplicationRow) -> String {
        format!("{}  {}", row.name, row.email)
    }

    fn haystack(row: &ApplicationRow) -> String {
        format!("{} {} {} {}", row.id, row.status, row.name, row.email)
    }

    fn is_open(row: &ApplicationRow) -> bool {
        row.status.known().is_some_and(ApplicationStatus::is_open)
    }

    fn holds(row: &ApplicationRow, term: &Term, now: DateTime<Utc>) -> bool {
        filter::holds(row, term, now)
    }

    fn compile(
        terms: &[Term],
        now: DateTime<Utc>,
    ) -> Result<Compiled<ApplicationsQuery>, FilterError> {
        filter::compile(terms, now)
    }

    fn list(query: ApplicationsQuery, order: usize, page: PageRequest) -> AnyCall {
        let sort = if order == 0 {
            ApplicationSort::OldestFirst
        } else {
            ApplicationSort::NewestFirst
        };
        AnyCall::query::<ListApplications>(ApplicationsQuery {
            sort: Some(sort),
            take: Some(page.take),
            cursor: page.cursor,
            ..query
        })
    }

    fn page(reply: AnyReply) -> Option<Page<ApplicationRow>> {
        reply.take::<ListApplications>()
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
        let mut facts = vec![
            Fact::Field {
                label: "Status",
                value: Shown::made(&row.status.to_string()),
                tone: tone_of(row),
            },
            Fact::Field {
                label: "Name",
                value: Shown::Made(row.name.clone()),
                tone: Tone::Strong,
            },
            Fact::field("E-mail", row.email.as_str()),
        ];
        let suspects = [
            ("In name", code_points(&row.name)),
            ("In e-mail", code_points(&row.email)),
        ];
        for (label, points) in suspects {
            let value = points.map(|points| Shown::made(&points));
            facts.extend(value.map(|value| Fact::Field {
                label,
                value,
                tone: Tone::Warn,
            }));
        }
        facts.extend(
            row.user_id
                .map(|id| Fact::field("Account", &id.to_string())),
        );
        facts.push(Fact::field("Submitted", &times.in_full(row.submitted_at)));
        facts.extend(
            row.decided_at
                .map(|at| Fact::field("Decided", &times.in_full(at))),
        );
        facts.extend(
            row.decided_by
                .as_ref()
                .map(|by| Fact::field("By", by.as_str())),
        );
        facts.extend(
            row.reason
                .as_ref()
                .map(|reason| Fact::field("Reason", reason.as_str())),
        );
        facts.push(Fact::field("Version", &row.version.to_string()));
        if let Some(detail) = detail {
            facts.push(Fact::Heading("Answers"));
            facts.push(Fact::Prose(detail.answers.clone()));
        }
        facts
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

    fn lead(row: &ApplicationRow, action: Action) -> Option<Lead> {
        let user = row.user_id.filter(|_| action == Action::SubjectUser)?;
        Some(Lead {
            tab: Tab::Users,
            filter: user.to_string(),
        })
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

fn decide(rows: &[&ApplicationRow], action: ApplicationAction) -> Option<Prepared> {
    let statuses = rows
        .iter()
        .map(|row| row.status.known())
        .collect::<Option<Vec<_>>>()?;
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let expected = expected(&statuses);
    Some(Prepared::new(move |given| {
        AnyCall::body::<DecideApplications>(DecideRequest {
            action,
            ids: ids.clone(),
            confirm: given.is_confirmed.then_some(true),
            reason: given.reason.clone(),
            expected_status: Some(expected.clone()),
        })
    }))
}

/// One expectation where all rows agree, else one for each.
fn expected(statuses: &[ApplicationStatus]) -> ExpectedStatus {
    match statuses {
        [first, rest @ ..] if rest.iter().all(|status| status == first) => {
            ExpectedStatus::All(*first)
        }
        _ => ExpectedStatus::Each(statuses.to_vec()),
    }
}

/// Why a decision does not apply to a row.
fn refuses(row: &ApplicationRow, action: ApplicationAction) -> Option<String> {
    let Some(status) = row.status.known() else {
        return Some(format!(
            "this console does not know the status {}",
            row.status
        ));
    };
    let is_wrong = match action {
        ApplicationAction::Approve | ApplicationAction::Reject => !status.is_open(),
        ApplicationAction::Waitlist => status != ApplicationStatus::Pending,
        ApplicationAction::Reopen => status == ApplicationStatus::Pending,
    };
    is_wrong.then(|| match &row.decided_by {
        Some(by) => format!("{} is {status} already, by {by}", row.id),
        None => format!("{} is {status} already", row.id),
    })
}

fn status_cell(row: &ApplicationRow) -> Cell<'_> {
    let text = match &row.status {
        OpenEnum::Known(status) => Shown::Word(status.as_str()),
        OpenEnum::Unknown(text) => Shown::Line(text),
    };
    Cell::toned(text, tone_of(row))
}

const fn tone_of(row: &ApplicationRow) -> Tone {
    match row.status.known() {
        Some(ApplicationStatus::Pending) => Tone::Strong,
        Some(ApplicationStatus::Active) => Tone::Ok,
        Some(ApplicationStatus::Rejected) => Tone::Bad,
        Some(ApplicationStatus::Waitlisted) => Tone::Warn,
        None => Tone::Info,
    }
}
