//! The queue of data requests.

mod filter;

use chrono::{DateTime, Utc};
use quarterdeck_api::call::{AnyCall, AnyReply};
use quarterdeck_api::data_requests::{
    DataRequestKind, DataRequestRow, DataRequestSort, DataRequestStatus, DataRequestsQuery,
    GetDataRequest, ListDataRequests, UpdateDataRequests, UpdateDataRequestsRequest,
};
use quarterdeck_api::ids::DataRequestId;
use quarterdeck_api::operation::Nothing;
use quarterdeck_api::page::Page;
use quarterdeck_api::permission::Permission;
use quarterdeck_api::users::ExportUser;
use quarterdeck_api::wire_enum::OpenEnum;

use super::person;
use super::screen::{
    Cell, Column, Compiled, Fact, Head, Lead, Noun, Order, PageRequest, RowOutcome, Screen, Width,
    beside, flagged, outcomes_of,
};
use super::verb::{Asks, Class, Prepared, Verb};
use crate::app::download::Download;
use crate::app::filter::{FilterError, FilterField, Term};
use crate::app::keymap::Action;
use crate::app::list::RowId;
use crate::app::shown::{Shown, Tone};
use crate::app::tab::Tab;
use crate::app::time::{Times, time_left};

/// The screen.
#[derive(Debug)]
pub struct DataRequests;

impl Screen for DataRequests {
    type Row = DataRequestRow;
    type Detail = ();
    type Query = DataRequestsQuery;

    const TAB: Tab = Tab::DataRequests;
    const NOUN: Noun = Noun {
        one: "data request",
        many: "data requests",
    };
    const COLUMNS: &'static [Column<DataRequestRow>] = &[
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
            cell: |row, _| Cell::toned(word(&row.status, DataRequestStatus::as_str), tone_of(row)),
        },
        Column {
            head: Head {
                title: "Kind",
                width: Width::Fixed(8),
                priority: 3,
            },
            cell: |row, _| Cell::plain(word(&row.kind, DataRequestKind::as_str)),
        },
        Column {
            head: Head {
                title: "Due",
                width: Width::Fixed(12),
                priority: 2,
            },
            cell: |row, times| due_cell(row, times),
        },
        Column {
            head: Head {
                title: "Age",
                width: Width::Time,
                priority: 4,
            },
            cell: |row, times| Cell::toned(Shown::made(&times.stamp(row.created_at)), Tone::Dim),
        },
        Column {
            head: Head {
                title: "Person",
                width: Width::Share {
                    least: 14,
                    weight: 1,
                },
                priority: 5,
            },
            cell: |row, _| Cell::plain(flagged(&row.user)),
        },
    ];
    const DEFAULT_FILTER: &'static str = "status:pending";
    const FIELDS: &'static [FilterField] = filter::FIELDS;
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
    const VERBS: &'static [Verb<DataRequestRow>] = &[
        Verb {
            action: Action::Accept,
            verb: "complete",
            past: "completed",
            help: "Complete; it was answered, and that is final",
            class: Class::HardToReverse,
            asks: Asks::Nothing,
            choices: &[],
            permission: |_| Some(Permission::DataRequestsUpdate),
            refuses: |row| refuses(row, DataRequestStatus::Pending),
            prepare: |rows| Some(complete(rows)),
        },
        Verb {
            action: Action::Refuse,
            verb: "fail",
            past: "failed",
            help: "Mark as failed, with a reason",
            class: Class::Reversible,
            asks: Asks::Reason,
            choices: &[],
            permission: |_| Some(Permission::DataRequestsUpdate),
            refuses: |row| refuses(row, DataRequestStatus::Pending),
            prepare: |rows| {
                Some(update(
                    rows,
                    DataRequestStatus::Failed,
                    DataRequestStatus::Pending,
                ))
            },
        },
        Verb {
            action: Action::Export,
            verb: "export",
            past: "person's data exported",
            help: "Export all that is held about the person to a file",
            class: Class::HardToReverse,
            asks: Asks::Nothing,
            choices: &[],
            permission: |_| Some(Permission::UserExport),
            refuses: |_| None,
            prepare: |rows| match rows {
                [row] => Some(person::export(row.user_id)),
                _ => None,
            },
        },
        Verb {
            action: Action::TakeBack,
            verb: "retry",
            past: "back to pending",
            help: "Try a failed one again",
            class: Class::Reversible,
            asks: Asks::Nothing,
            choices: &[],
            permission: |_| Some(Permission::DataRequestsUpdate),
            refuses: |row| refuses(row, DataRequestStatus::Failed),
            prepare: |rows| {
                Some(update(
                    rows,
                    DataRequestStatus::Pending,
                    DataRequestStatus::Failed,
                ))
            },
        },
    ];

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

    fn summary(row: &DataRequestRow) -> String {
        format!("{}  {}", row.kind, row.user)
    }

    fn haystack(row: &DataRequestRow) -> String {
        format!("{} {} {} {}", row.id, row.status, row.kind, row.user)
    }

    fn is_open(row: &DataRequestRow) -> bool {
        row.status.is(DataRequestStatus::Pending)
    }

    fn holds(row: &DataRequestRow, term: &Term, now: DateTime<Utc>) -> bool {
        filter::holds(row, term, now)
    }

    fn compile(
        terms: &[Term],
        now: DateTime<Utc>,
    ) -> Result<Compiled<DataRequestsQuery>, FilterError> {
        filter::compile(terms, now)
    }

    fn list(query: DataRequestsQuery, order: usize, page: PageRequest) -> AnyCall {
        let sort = if order == 0 {
            DataRequestSort::DueFirst
        } else {
            DataRequestSort::DueLast
        };
        AnyCall::query::<ListDataRequests>(DataRequestsQuery {
            sort: Some(sort),
            take: Some(page.take),
            cursor: page.cursor,
            ..query
        })
    }

    fn page(reply: AnyReply) -> Option<Page<DataRequestRow>> {
        reply.take::<ListDataRequests>()
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
        let mut facts = vec![
            Fact::Field {
                label: "Status",
                value: Shown::made(&row.status.to_string()),
                tone: tone_of(row),
            },
            Fact::Field {
                label: "Kind",
                value: Shown::made(&row.kind.to_string()),
                tone: Tone::Strong,
            },
            Fact::field("Person", row.user.as_str()),
            Fact::field("Account", &row.user_id.to_string()),
        ];
        if row.status.is(DataRequestStatus::Pending) {
            let Cell { text, tone } = due_cell(row, times);
            facts.push(Fact::Field {
                label: "Due",
                value: Shown::made(text.as_str()),
                tone,
            });
        }
        facts.push(Fact::field("Deadline", &deadline(row, times)));
        facts.push(Fact::field("Sent in", &times.in_full(row.created_at)));
        let later = [
            ("Completed", row.completed_at.map(|at| times.in_full(at))),
            ("Error", row.error.as_ref().map(ToString::to_string)),
            ("By", row.handled_by.as_ref().map(ToString::to_string)),
        ];
        for (label, value) in later {
            facts.extend(value.map(|value| Fact::field(label, &value)));
        }
        facts.push(Fact::field("Changed", &times.in_full(row.updated_at)));
        facts.push(Fact::field("Version", &row.version.to_string()));
        facts
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
        Some(format!("target:data_request{}", row.id))
    }

    fn lead(row: &DataRequestRow, action: Action) -> Option<Lead> {
        (action == Action::SubjectUser).then(|| Lead {
            tab: Tab::Users,
            filter: row.user_id.to_string(),
        })
    }
}

/// Whether it is overdue: as the server said when it was loaded, or by now.
fn is_overdue(row: &DataRequestRow, now: DateTime<Utc>) -> bool {
    row.status.is(DataRequestStatus::Pending) && (row.overdue || row.deadline < now)
}

fn complete(rows: &[&DataRequestRow]) -> Prepared {
    update(
        rows,
        DataRequestStatus::Completed,
        DataRequestStatus::Pending,
    )
    .telling(|_| {
        vec![
            "It only notes the answer: export or delete the data first.".to_owned(),
            "Completed is final: nothing takes it back.".to_owned(),
        ]
    })
}

fn update(
    rows: &[&DataRequestRow],
    status: DataRequestStatus,
    expected: DataRequestStatus,
) -> Prepared {
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    Prepared::new(move |given| {
        let is_failing = status == DataRequestStatus::Failed;
        AnyCall::body::<UpdateDataRequests>(UpdateDataRequestsRequest {
            ids: ids.clone(),
            status,
            confirm: given.is_confirmed.then_some(true),
            error: given.reason.clone().filter(|_| is_failing),
            expected_status: Some(expected),
        })
    })
}

/// Why a verb that takes requests of one status does not apply to a row (C-41).
fn refuses(row: &DataRequestRow, taken: DataRequestStatus) -> Option<String> {
    let id = row.id;
    match row.status.known() {
        None => Some(format!(
            "this console does not know the status {}",
            row.status
        )),
        Some(status) if status == taken => None,
        Some(DataRequestStatus::Completed) => Some(format!("{id}: completed is final")),
        Some(DataRequestStatus::Failed) => Some(format!("{id} has failed; retry it first")),
        Some(DataRequestStatus::Pending) => Some(format!("{id} is pending already")),
    }
}

/// What is left until the deadline of a pending one.
fn due_cell(row: &DataRequestRow, times: &Times) -> Cell<'static> {
    if !row.status.is(DataRequestStatus::Pending) {
        return Cell::toned("-", Tone::Dim);
    }
    let left = row.deadline - times.now;
    if is_overdue(row, times.now) {
        // Where the two clocks differ, the server's word stands.
        let text = time_left(left.min(-chrono::TimeDelta::nanoseconds(1)));
        Cell::toned(Shown::made(&text), Tone::Bad)
    } else {
        Cell::plain(Shown::made(&time_left(left)))
    }
}

fn deadline(row: &DataRequestRow, times: &Times) -> String {
    let at = times.at(row.deadline);
    match row.due_at {
        Some(_) => at,
        None => format!("{at}, 30 days after it was sent in"),
    }
}

fn word<T: Copy>(value: &OpenEnum<T>, known: fn(T) -> &'static str) -> Shown<'_> {
    match value {
        OpenEnum::Known(value) => Shown::Word(known(*value)),
        OpenEnum::Unknown(text) => Shown::Line(text),
    }
}

const fn tone_of(row: &DataRequestRow) -> Tone {
    match row.status.known() {
        Some(DataRequestStatus::Pending) => Tone::Strong,
        Some(DataRequestStatus::Completed) => Tone::Ok,
        Some(DataRequestStatus::Failed) => Tone::Bad,
        None => Tone::Info,
    }
}
