//! The audit log.

mod export;

use quarterdeck_api::audit::{AuditQuery, AuditRow, AuditSort, ListAudit};
use quarterdeck_api::call::{AnyCall, AnyReply};
use quarterdeck_api::filter::quoted;
use quarterdeck_api::page::Page;
use quarterdeck_api::wire_enum::OpenEnum;

use super::screen::{
    Cell, Column, Fact, Head, Lead, Noun, Order, PageRequest, RowOutcome, Screen, Width,
};
use super::verb::{Asks, Class, Verb, ViewVerb};
use crate::app::download::Download;
use crate::app::keymap::Action;
use crate::app::list::RowId;
use crate::app::paths;
use crate::app::shown::{Shown, Tone};
use crate::app::tab::Tab;
use crate::app::time::Times;

/// The screen.
#[derive(Debug)]
pub struct Audit;

impl Screen for Audit {
    type Row = AuditRow;
    type Detail = ();

    const TAB: Tab = Tab::Audit;
    const NOUN: Noun = Noun {
        one: "audit row",
        many: "audit rows",
    };
    const COLUMNS: &'static [Column<AuditRow>] = &[
        Column {
            head: Head {
                title: "Seq",
                width: Width::Number(7),
                priority: 0,
            },
            cell: |row, _| Cell::plain(Shown::made(&format!("#{}", row.seq))),
        },
        Column {
            head: Head {
                title: "Time",
                width: Width::Time,
                priority: 2,
            },
            cell: |row, times| Cell::toned(Shown::made(&times.stamp(row.created_at)), Tone::Dim),
        },
        Column {
            head: Head {
                title: "Action",
                width: Width::Share {
                    least: 22,
                    weight: 3,
                },
                priority: 1,
            },
            cell: |row, _| Cell::plain(&row.action),
        },
        Column {
            head: Head {
                title: "Target",
                width: Width::Fixed(16),
                priority: 3,
            },
            cell: |row, _| Cell::plain(Shown::made(&target(row))),
        },
        Column {
            head: Head {
                title: "Actor",
                width: Width::Share {
                    least: 14,
                    weight: 3,
                },
                priority: 4,
            },
            cell: |row, _| Cell::toned(actor(row), Tone::Dim),
        },
    ];
    const DEFAULT_FILTER: &'static str = "";
    const ORDERS: &'static [Order] = &[Order {
        letter: 't',
        name: "newest first",
    }];
    const SORTS: &'static [AuditSort] = &[];
    const VERBS: &'static [Verb<AuditRow>] = &[Verb {
        action: Action::TakeBack,
        verb: "take back",
        past: "taken back",
        help: "Take back",
        class: Class::Reversible,
        asks: Asks::Nothing,
        choices: &[],
        permission: |_| None,
        refuses: |row| Some(no_take_back(row)),
        prepare: |_| None,
    }];
    const VIEW_VERBS: &'static [ViewVerb] = &[export::EXPORT];

    fn id(row: &AuditRow) -> RowId {
        RowId(row.seq)
    }

    fn version(_row: &AuditRow) -> i64 {
        0
    }

    fn name(row: &AuditRow) -> Shown<'_> {
        Shown::Line(&row.action)
    }

    fn status(_row: &AuditRow) -> String {
        String::new()
    }

    fn summary(row: &AuditRow) -> String {
        format!("{}  {}", target(row), actor(row).as_str())
    }

    fn is_open(_row: &AuditRow) -> bool {
        false
    }

    fn list(page: PageRequest<AuditSort>) -> AnyCall {
        AnyCall::query::<ListAudit>(AuditQuery {
            filter: page.filter,
            take: Some(page.take),
            cursor: page.cursor,
            ..AuditQuery::default()
        })
    }

    fn page(reply: AnyReply) -> Option<Page<AuditRow>> {
        reply.take::<ListAudit>()
    }

    fn detail(_id: RowId) -> Option<AnyCall> {
        None
    }

    fn detail_in(_reply: AnyReply) -> Option<()> {
        None
    }

    fn row_of(_detail: &()) -> Option<&AuditRow> {
        None
    }

    /// The page of this row alone: the server gives no single ones.
    fn record(id: RowId) -> Option<AnyCall> {
        Some(AnyCall::query::<ListAudit>(AuditQuery {
            filter: Some(format!("id:{}", id.0)),
            take: Some(1),
            ..AuditQuery::default()
        }))
    }

    fn describe(row: &AuditRow, _detail: Option<&()>, times: &Times) -> Vec<Fact> {
        let mut facts = vec![
            Fact::Field {
                label: "Action",
                value: Shown::Made(row.action.clone()),
                tone: Tone::Strong,
            },
            Fact::field("Code", &row.action_code.to_string()),
            Fact::field("Target", &target(row)),
            Fact::field("Actor", actor(row).as_str()),
        ];
        facts.extend(
            row.admin_user_id
                .map(|id| Fact::field("Account", &id.to_string())),
        );
        facts.extend([
            Fact::field("Written", &times.in_full(row.created_at)),
            Fact::field("Request", row.request_id.as_str()),
            Fact::field("Chain", &format!("{} #{}", row.scope, row.seq)),
            Fact::field("Hash", row.hash.as_str()),
            Fact::Heading("Details"),
            Fact::Prose(row.details.clone()),
        ]);
        facts
    }

    fn decision_to(_status: &str) -> Option<&'static str> {
        None
    }

    fn outcomes(_reply: AnyReply) -> Vec<RowOutcome<AuditRow>> {
        Vec::new()
    }

    fn file(reply: &AnyReply) -> Option<Download> {
        export::file(reply)
    }

    fn trail(row: &AuditRow) -> Option<String> {
        let is_of_one = !row.target_id.as_str().is_empty();
        is_of_one.then(|| format!("on:{}", quoted(&target(row))))
    }

    fn lead(row: &AuditRow, action: Action) -> Option<Lead> {
        let to = |tab, filter| Lead { tab, filter };
        let actor = || row.admin_user_id;
        let person = || target_lead(row).filter(|lead| lead.tab == Tab::Users);
        let request = || format!("request={}", quoted(row.request_id.as_str()));
        let leads: [(Action, Option<Lead>); 7] = [
            (Action::DoneBy, done_by(row).map(|by| to(Tab::Audit, by))),
            (
                Action::Actor,
                actor().map(|id| to(Tab::Users, id.to_string())),
            ),
            (Action::TargetRow, target_lead(row)),
            (Action::SubjectUser, person()),
            (Action::SameRequest, Some(to(Tab::Audit, request()))),
            (
                Action::RequestsBy,
                actor().map(|id| to(Tab::AdminLogs, format!("by:{id}"))),
            ),
            (
                Action::RequestsOn,
                person().map(|lead| to(Tab::AdminLogs, format!("on:{}", lead.filter))),
            ),
        ];
        let found = leads.into_iter().find(|(key, _)| *key == action);
        found.and_then(|(_, lead)| lead)
    }
}

/// The row that it happened to, where there is a tab for its kind.
fn target_lead(row: &AuditRow) -> Option<Lead> {
    let id: i64 = row.target_id.as_str().parse().ok()?;
    Some(Lead {
        tab: paths::of_kind(row.target_type.as_str())?,
        filter: format!("#{id}"),
    })
}

/// The filter that shows what the same actor did.
fn done_by(row: &AuditRow) -> Option<String> {
    let id = row.admin_user_id.map(|id| format!("by:{id}"));
    let email = row.admin_email.as_ref();
    id.or_else(|| email.map(|email| format!("by={}", quoted(email.as_str()))))
}

/// Who acted: a person's e-mail, or what acted instead.
fn actor(row: &AuditRow) -> Shown<'_> {
    match (&row.admin_email, &row.actor_type) {
        (Some(email), _) => Shown::Line(email),
        (None, OpenEnum::Known(kind)) => Shown::Word(kind.as_str()),
        (None, OpenEnum::Unknown(kind)) => Shown::Line(kind),
    }
}

/// What it happened to: `application#4711`.
fn target(row: &AuditRow) -> String {
    match row.target_id.as_str() {
        "" => row.target_type.to_string(),
        id => format!("{}#{id}", row.target_type),
    }
}

fn no_take_back(row: &AuditRow) -> String {
    if row.target_type.as_str() == "application" {
        "the log only grows; reopen the application on its own tab".to_owned()
    } else {
        "the log only grows; nothing is taken back here".to_owned()
    }
}
