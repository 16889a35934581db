//! What waits in each queue. A row is a queue: opening it shows the queue itself.

use chrono::{DateTime, Utc};
use quarterdeck_api::call::{AnyCall, AnyReply};
use quarterdeck_api::dashboard::{
    DashboardView, GetDashboard, Queue, QueueField, QueueRow, QueueSort,
};
use quarterdeck_api::filter::{Context, Datum, Listed};
use quarterdeck_api::operation::Nothing;
use quarterdeck_api::page::Page;
use quarterdeck_api::wire_enum::OpenEnum;
use serde::Serialize;

use super::screen::{
    Cell, Column, Fact, Head, Lead, Noun, Order, PageRequest, RowOutcome, Screen, Width, lead_of,
};
use super::verb::Verb;
use crate::app::keymap::Action;
use crate::app::list::RowId;
use crate::app::room_state::Total;
use crate::app::shown::{Shown, Tone};
use crate::app::tab::Tab;
use crate::app::time::{Times, time_left};

/// The screen.
#[derive(Debug)]
pub struct Dashboard;

/// A queue, and when it was counted.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Waiting {
    #[serde(skip)]
    id: RowId,
    #[serde(flatten)]
    counts: QueueRow,
    counted_at: DateTime<Utc>,
}

impl Listed for Waiting {
    type Field = QueueField;

    fn datum(&self, field: QueueField, context: &Context) -> Datum<'_> {
        self.counts.datum(field, context)
    }

    fn visible(&self) -> String {
        format!("{} {}", self.counts.visible(), name_of(self).as_str())
    }
}

impl Screen for Dashboard {
    type Row = Waiting;
    type Detail = ();

    const TAB: Tab = Tab::Dashboard;
    const NOUN: Noun = Noun {
        one: "queue",
        many: "queues",
    };
    // A queue's id is its place in the list, to tell the rows apart.
    const HAS_IDS: bool = false;
    const COLUMNS: &'static [Column<Waiting>] = &[
        Column {
            head: Head {
                title: "Queue",
                width: Width::Fixed(14),
                priority: 0,
            },
            cell: |row, _| Cell::plain(name_of(row)),
        },
        Column {
            head: Head {
                title: "Open",
                width: Width::Number(7),
                priority: 1,
            },
            cell: |row, _| Cell::toned(Shown::made(&open(row)), tone_of_open(row)),
        },
        Column {
            head: Head {
                title: "Oldest waiting",
                width: Width::Fixed(17),
                priority: 3,
            },
            cell: |row, times| optional(row.counts.oldest_at.map(|at| times.stamp(at)), Tone::Text),
        },
        Column {
            head: Head {
                title: "Overdue",
                width: Width::Number(7),
                priority: 2,
            },
            cell: |row, _| {
                let overdue = row.counts.overdue.map(|overdue| overdue.to_string());
                optional(overdue, tone_of_overdue(row))
            },
        },
        Column {
            head: Head {
                title: "Next deadline",
                width: Width::Fixed(13),
                priority: 4,
            },
            cell: deadline_cell,
        },
    ];
    const DEFAULT_FILTER: &'static str = "";
    const ORDERS: &'static [Order] = &[Order {
        letter: 'q',
        name: "as the tabs",
    }];
    const SORTS: &'static [QueueSort] = &[];
    const VERBS: &'static [Verb<Waiting>] = &[];

    fn id(row: &Waiting) -> RowId {
        row.id
    }

    fn version(_row: &Waiting) -> i64 {
        0
    }

    fn name(row: &Waiting) -> Shown<'_> {
        name_of(row)
    }

    fn status(_row: &Waiting) -> String {
        String::new()
    }

    fn summary(row: &Waiting) -> String {
        match row.counts.overdue {
            Some(overdue) => format!("{} open, {overdue} overdue", open(row)),
            None => format!("{} open", open(row)),
        }
    }

    fn is_open(_row: &Waiting) -> bool {
        false
    }

    fn list(_page: PageRequest<QueueSort>) -> AnyCall {
        AnyCall::query::<GetDashboard>(Nothing {})
    }

    fn page(reply: AnyReply) -> Option<Page<Waiting>> {
        reply.take::<GetDashboard>().map(page)
    }

    fn detail(_id: RowId) -> Option<AnyCall> {
        None
    }

    fn detail_in(_reply: AnyReply) -> Option<()> {
        None
    }

    fn row_of(_detail: &()) -> Option<&Waiting> {
        None
    }

    fn describe(row: &Waiting, _detail: Option<&()>, times: &Times) -> Vec<Fact> {
        let counts = &row.counts;
        let mut facts = vec![
            Fact::Field {
                label: "Queue",
                value: Shown::made(name_of(row).as_str()),
                tone: Tone::Strong,
            },
            Fact::field("Open", &open(row)),
        ];
        facts.extend(
            counts
                .oldest_at
                .map(|at| Fact::field("Oldest", &times.in_full(at))),
        );
        facts.extend(counts.overdue.map(|overdue| Fact::Field {
            label: "Overdue",
            value: Shown::made(&overdue.to_string()),
            tone: tone_of_overdue(row),
        }));
        facts.extend(counts.next_deadline.map(|at| {
            let text = format!("{} ({})", times.at(at), time_left(at - times.now));
            Fact::field("Deadline", &text)
        }));
        facts.push(Fact::field("Counted", &times.in_full(row.counted_at)));
        facts
    }

    fn decision_to(_status: &str) -> Option<&'static str> {
        None
    }

    fn outcomes(_reply: AnyReply) -> Vec<RowOutcome<Waiting>> {
        Vec::new()
    }

    fn trail(_row: &Waiting) -> Option<String> {
        None
    }

    fn opens(row: &Waiting) -> Option<Lead> {
        let tab = tab_of(row.counts.queue.known()?);
        Some(Lead {
            tab,
            filter: String::new(),
        })
    }

    fn waiting(row: &Waiting) -> Option<(Tab, Total)> {
        let total = Total {
            count: row.counts.open,
            is_exact: row.counts.open_exact,
        };
        Some((tab_of(row.counts.queue.known()?), total))
    }

    /// What is overdue: data requests alone can be.
    fn lead(row: &Waiting, action: Action) -> Option<Lead> {
        row.counts.overdue.filter(|overdue| *overdue > 0)?;
        let leads = match row.counts.queue.known()? {
            Queue::DataRequests => Some((
                Action::DataRequestsOf,
                Tab::DataRequests,
                "overdue:yes".to_owned(),
            )),
            Queue::Applications | Queue::Reports => None,
        };
        lead_of(leads, action)
    }
}

fn page(view: DashboardView) -> Page<Waiting> {
    let counted_at = view.counted_at;
    let rows = view.queues.into_iter().zip(1..);
    let data: Vec<_> = rows
        .map(|(counts, place)| Waiting {
            id: RowId(place),
            counts,
            counted_at,
        })
        .collect();
    Page {
        total: data.len() as u64,
        total_exact: true,
        next_cursor: None,
        data,
    }
}

const fn tab_of(queue: Queue) -> Tab {
    match queue {
        Queue::Applications => Tab::Applications,
        Queue::Reports => Tab::Reports,
        Queue::DataRequests => Tab::DataRequests,
    }
}

fn name_of(row: &Waiting) -> Shown<'_> {
    match &row.counts.queue {
        OpenEnum::Known(queue) => Shown::Word(tab_of(*queue).title()),
        OpenEnum::Unknown(queue) => Shown::Line(queue),
    }
}

/// `17`, or `10000+` where that is but a floor.
fn open(row: &Waiting) -> String {
    let more = if row.counts.open_exact { "" } else { "+" };
    format!("{}{more}", row.counts.open)
}

const fn tone_of_open(row: &Waiting) -> Tone {
    if row.counts.open == 0 {
        Tone::Dim
    } else {
        Tone::Strong
    }
}

fn tone_of_overdue(row: &Waiting) -> Tone {
    match row.counts.overdue {
        None | Some(0) => Tone::Dim,
        Some(_) => Tone::Bad,
    }
}

fn deadline_cell<'a>(row: &'a Waiting, times: &Times) -> Cell<'a> {
    let left = row.counts.next_deadline.map(|at| at - times.now);
    let tone = match left {
        Some(left) if left < chrono::TimeDelta::zero() => Tone::Bad,
        Some(_) | None => Tone::Text,
    };
    optional(left.map(time_left), tone)
}

/// A value, or that there is none.
fn optional(value: Option<String>, tone: Tone) -> Cell<'static> {
    value.map_or_else(
        || Cell::toned("-", Tone::Dim),
        |value| Cell::toned(Shown::made(&value), tone),
    )
}
