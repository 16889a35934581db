//! The queue of reports.

mod filter;

use chrono::{DateTime, Utc};
use quarterdeck_api::call::{AnyCall, AnyReply};
use quarterdeck_api::ids::ReportId;
use quarterdeck_api::operation::Nothing;
use quarterdeck_api::page::Page;
use quarterdeck_api::permission::Permission;
use quarterdeck_api::reports::{
    DecideReports, DecideReportsRequest, GetReport, ListReports, ReportRow, ReportSort,
    ReportStatus, ReportView, ReportsQuery,
};
use quarterdeck_api::users::{BanRequest, BanUser};
use quarterdeck_api::wire_enum::OpenEnum;

use super::person::{ban_for, hours, what_a_ban_does};
use super::screen::{
    Cell, Column, Compiled, Fact, Head, Lead, Noun, Order, PageRequest, RowOutcome, Screen, Width,
    beside, flagged, lead_of, outcomes_of, times_reported, tone_of_reports,
};
use super::verb::{Asks, Choice, Class, Given, Prepared, Verb};
use crate::app::filter::{FilterError, FilterField, Term};
use crate::app::keymap::Action;
use crate::app::list::RowId;
use crate::app::shown::{Shown, Tone};
use crate::app::tab::Tab;
use crate::app::time::Times;

/// The screen.
#[derive(Debug)]
pub struct Reports;

impl Screen for Reports {
    type Row = ReportRow;
    type Detail = ReportView;
    type Query = ReportsQuery;

    const TAB: Tab = Tab::Reports;
    const NOUN: Noun = Noun {
        one: "report",
        many: "reports",
    };
    const COLUMNS: &'static [Column<ReportRow>] = &[
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
                width: Width::Fixed(9),
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
            cell: |row, times| Cell::toned(Shown::made(&times.stamp(row.created_at)), Tone::Dim),
        },
        Column {
            head: Head {
                title: "Rep",
                width: Width::Number(4),
                priority: 3,
            },
            cell: |row, _| times_reported(row.report_count),
        },
        Column {
            head: Head {
                title: "Reason",
                width: Width::Share {
                    least: 10,
                    weight: 1,
                },
                priority: 4,
            },
            cell: |row, _| Cell::plain(&row.reason),
        },
        Column {
            head: Head {
                title: "Reported",
                width: Width::Share {
                    least: 14,
                    weight: 2,
                },
                priority: 5,
            },
            cell: |row, _| Cell::plain(flagged(&row.reported)),
        },
        Column {
            head: Head {
                title: "Reporter",
                width: Width::Share {
                    least: 14,
                    weight: 2,
                },
                priority: 6,
            },
            cell: |row, _| Cell::toned(flagged(&row.reporter), Tone::Dim),
        },
    ];
    const DEFAULT_FILTER: &'static str = "status:pending";
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
        Order {
            letter: 'n',
            name: "most reported first",
        },
    ];
    const VERBS: &'static [Verb<ReportRow>] = &[
        Verb {
            action: Action::Accept,
            verb: "resolve",
            past: "resolved",
            help: "Resolve; it was right, and something was done",
            class: Class::Reversible,
            asks: Asks::Note,
            choices: &[],
            permission: |row| permission(row, ReportStatus::Resolved),
            refuses: |row| refuses(row, ReportStatus::Pending),
            prepare: |rows| decide(rows, ReportStatus::Resolved),
        },
        Verb {
            action: Action::Refuse,
            verb: "dismiss",
            past: "dismissed",
            help: "Dismiss; nothing had to be done",
            class: Class::Reversible,
            asks: Asks::Note,
            choices: &[],
            permission: |row| permission(row, ReportStatus::Dismissed),
            refuses: |row| refuses(row, ReportStatus::Pending),
            prepare: |rows| decide(rows, ReportStatus::Dismissed),
        },
        Verb {
            action: Action::Ban,
            verb: "ban",
            past: "reported user banned",
            help: "Ban the reported user, for a time or without end",
            class: Class::HardToReverse,
            asks: Asks::Reason,
            choices: BANS,
            permission: |_| Some(Permission::UserBan),
            refuses: |_| None,
            prepare: ban,
        },
        reopen(|row| refuses(row, ReportStatus::Resolved)),
        reopen(|row| refuses(row, ReportStatus::Dismissed)),
    ];

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

    fn summary(row: &ReportRow) -> String {
        let times = times_reported(row.report_count).text;
        format!("{}  {}  {}", times.as_str(), row.reason, row.reported)
    }

    fn haystack(row: &ReportRow) -> String {
        format!(
            "{} {} {} {} {}",
            row.id, row.status, row.reason, row.reported, row.reporter
        )
    }

    fn is_open(row: &ReportRow) -> bool {
        row.status.known().is_some_and(ReportStatus::is_open)
    }

    fn holds(row: &ReportRow, term: &Term, now: DateTime<Utc>) -> bool {
        filter::holds(row, term, now)
    }

    fn compile(terms: &[Term], now: DateTime<Utc>) -> Result<Compiled<ReportsQuery>, FilterError> {
        filter::compile(terms, now)
    }

    fn list(query: ReportsQuery, order: usize, page: PageRequest) -> AnyCall {
        let sort = match order {
            0 => ReportSort::OldestFirst,
            1 => ReportSort::NewestFirst,
            _ => ReportSort::MostReportedFirst,
        };
        AnyCall::query::<ListReports>(ReportsQuery {
            sort: Some(sort),
            take: Some(page.take),
            cursor: page.cursor,
            ..query
        })
    }

    fn page(reply: AnyReply) -> Option<Page<ReportRow>> {
        reply.take::<ListReports>()
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
        let mut facts = vec![
            Fact::Field {
                label: "Status",
                value: Shown::made(&row.status.to_string()),
                tone: tone_of(row),
            },
            Fact::Field {
                label: "Reason",
                value: Shown::Made(row.reason.clone()),
                tone: Tone::Strong,
            },
            Fact::field("Reported", row.reported.as_str()),
            Fact::field("Account", &row.reported_user_id.to_string()),
            Fact::Field {
                label: "In all",
                value: Shown::made(&in_all(row)),
                tone: tone_of_reports(row.report_count),
            },
            Fact::field("Reporter", row.reporter.as_str()),
            Fact::field("Account", &row.reporter_id.to_string()),
            Fact::field("Sent in", &times.in_full(row.created_at)),
        ];
        let settled = [
            ("Settled", row.reviewed_at.map(|at| times.in_full(at))),
            ("By", row.reviewed_by.as_ref().map(ToString::to_string)),
            ("Note", row.notes.as_ref().map(ToString::to_string)),
        ];
        for (label, value) in settled {
            facts.extend(value.map(|value| Fact::field(label, &value)));
        }
        facts.push(Fact::field("Version", &row.version.to_string()));
        if let Some(detail) = detail {
            facts.push(Fact::Heading("Report"));
            facts.push(Fact::Prose(detail.body.clone()));
        }
        facts
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

    fn trail(row: &ReportRow) -> Option<String> {
        Some(format!("target:report{}", row.id))
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

const fn ban_reported(label: &'static str) -> Choice {
    Choice {
        past: "reported user banned",
        ..ban_for(label, Class::HardToReverse)
    }
}

/// How long the reported user is banned. Nothing on this tab takes a ban back, so each asks.
const BANS: &[Choice] = &[
    ban_reported("1 hour"),
    ban_reported("1 day"),
    ban_reported("3 days"),
    ban_reported("7 days"),
    ban_reported("30 days"),
    ban_reported("permanent"),
];

/// Bans the user that one report is about. The report does not know the version of the account.
fn ban(rows: &[&ReportRow]) -> Option<Prepared> {
    let [row] = rows else { return None };
    let (id, report) = (row.reported_user_id, row.id);
    let finish = move |given: &Given| {
        let request = BanRequest {
            ban_reason: given.reason.clone().unwrap_or_default(),
            duration_hours: hours(given),
            expected_version: None,
        };
        AnyCall::of::<BanUser>(id, Nothing {}, request)
    };
    Some(Prepared::new(finish).telling(move |given| {
        vec![
            format!("This is about account {id}; report {report} stays as it is."),
            what_a_ban_does(given),
        ]
    }))
}

/// Takes back one kind of decision. There is one for each: a call expects a single status of all its
/// rows, so those of both kinds are reopened in two steps.
const fn reopen(refuses: fn(&ReportRow) -> Option<String>) -> Verb<ReportRow> {
    Verb {
        action: Action::TakeBack,
        verb: "reopen",
        past: "reopened",
        help: "Reopen",
        class: Class::Reversible,
        asks: Asks::Nothing,
        choices: &[],
        permission: |row| permission(row, ReportStatus::Pending),
        refuses,
        prepare: |rows| decide(rows, ReportStatus::Pending),
    }
}

fn permission(row: &ReportRow, wanted: ReportStatus) -> Option<Permission> {
    let from = row.status.known()?;
    wanted.permission(from)
}

/// All rows are of the first one's status: the verb refuses others.
fn decide(rows: &[&ReportRow], status: ReportStatus) -> Option<Prepared> {
    let expected_status = rows.first()?.status.known()?;
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    Some(Prepared::new(move |given| {
        AnyCall::body::<DecideReports>(DecideReportsRequest {
            ids: ids.clone(),
            status,
            notes: given.reason.clone(),
            expected_status: Some(expected_status),
        })
    }))
}

/// Why a verb that takes reports of one status does not apply to a row.
fn refuses(row: &ReportRow, taken: ReportStatus) -> Option<String> {
    let Some(status) = row.status.known() else {
        return Some(format!(
            "this console does not know the status {}",
            row.status
        ));
    };
    (status != taken).then(|| match &row.reviewed_by {
        Some(by) if !status.is_open() => format!("{} is {status} already, by {by}", row.id),
        Some(_) | None => format!("{} is {status} already", row.id),
    })
}

fn in_all(row: &ReportRow) -> String {
    match row.report_count {
        1 => "the only report about this person".to_owned(),
        count => format!("{count} reports about this person"),
    }
}

fn status_cell(row: &ReportRow) -> Cell<'_> {
    let text = match &row.status {
        OpenEnum::Known(status) => Shown::Word(status.as_str()),
        OpenEnum::Unknown(text) => Shown::Line(text),
    };
    Cell::toned(text, tone_of(row))
}

const fn tone_of(row: &ReportRow) -> Tone {
    match row.status.known() {
        Some(ReportStatus::Pending) => Tone::Strong,
        Some(ReportStatus::Resolved) => Tone::Ok,
        Some(ReportStatus::Dismissed) => Tone::Dim,
        None => Tone::Info,
    }
}
