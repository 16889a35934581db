//! The audit log.

mod export;

use chrono::{DateTime, Utc};
use quarterdeck_api::audit::{AuditCode, AuditQuery, AuditRow, ListAudit};
use quarterdeck_api::call::{AnyCall, AnyReply};
use quarterdeck_api::filter::AnyOf;
use quarterdeck_api::page::Page;
use quarterdeck_api::suggest::suggestion;
use quarterdeck_api::wire_enum::OpenEnum;

use super::screen::{
    Cell, Column, Compiled, Fact, Head, Lead, Noun, Order, PageRequest, RowOutcome, Screen, Width,
};
use super::verb::{Asks, Class, Verb, ViewVerb};
use crate::app::dates;
use crate::app::download::Download;
use crate::app::filter::{FilterError, FilterField, Relation, Term};
use crate::app::keymap::Action;
use crate::app::list::RowId;
use crate::app::paths;
use crate::app::shown::{Shown, Tone};
use crate::app::tab::Tab;
use crate::app::time::Times;

/// The screen.
#[derive(Debug)]
pub struct Audit;

/// Done by.
const BY: &str = "by";
/// Done to.
const ON: &str = "on";
/// The name that `by` had before, and still answers to.
const ACTOR: &str = "actor";
/// The same for `on`.
const TARGET: &str = "target";
const ACTION: &str = "action";
const DATE: &str = "date";
const AGE: &str = "age";

impl Screen for Audit {
    type Row = AuditRow;
    type Detail = ();
    type Query = AuditQuery;

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
    const FIELDS: &'static [FilterField] = &[
        FilterField {
            name: BY,
            example: "by:ana@example.com or by:#7",
        },
        FilterField {
            name: ACTION,
            example: "action:application_approved",
        },
        FilterField {
            name: ON,
            example: "on:application#4711",
        },
        FilterField {
            name: DATE,
            example: dates::EXAMPLE,
        },
        FilterField {
            name: ACTOR,
            example: "by:ana@example.com or by:#7",
        },
        FilterField {
            name: TARGET,
            example: "on:application#4711",
        },
        FilterField {
            name: AGE,
            example: "age<2h",
        },
    ];
    const ORDERS: &'static [Order] = &[Order {
        letter: 't',
        name: "newest first",
    }];
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
    const VIEW_VERBS: &'static [ViewVerb<AuditQuery>] = &[export::EXPORT];

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

    fn haystack(row: &AuditRow) -> String {
        let (action, code, actor) = (&row.action, &row.action_code, actor(row));
        format!(
            "#{} {action} {code} {} {}",
            row.seq,
            target(row),
            actor.as_str()
        )
    }

    fn is_open(_row: &AuditRow) -> bool {
        false
    }

    fn holds(row: &AuditRow, term: &Term, now: DateTime<Utc>) -> bool {
        let has = |text: &str| text.to_lowercase().contains(&term.value.to_lowercase());
        match (term.field, term.span()) {
            (Some(AGE), Ok(span)) if term.relation == Relation::Above => {
                now - row.created_at > span
            }
            (Some(AGE), Ok(span)) => now - row.created_at < span,
            (Some(BY | ACTOR), _) => {
                has(actor(row).as_str()) || row.admin_user_id.is_some_and(|id| has(&id.to_string()))
            }
            (Some(ACTION), _) => term
                .values()
                .any(|value| row.action_code.to_string().starts_with(value)),
            (Some(ON | TARGET), _) => has(&target(row)),
            (Some(DATE), _) => {
                dates::period(term, now).is_ok_and(|period| period.holds(row.created_at))
            }
            (Some(_) | None, _) => true,
        }
    }

    fn compile(terms: &[Term], now: DateTime<Utc>) -> Result<Compiled<AuditQuery>, FilterError> {
        let mut query = AuditQuery::default();
        let mut local = Vec::new();
        for term in terms {
            match term.field {
                Some(BY | ACTOR) => query.actor = Some(term.value.clone()),
                Some(ACTION) => query.action_code = Some(codes(term)?),
                Some(ON | TARGET) => (query.target_type, query.target_id) = target_of(&term.value),
                Some(DATE) => {
                    let period = dates::period(term, now)?;
                    (query.from, query.to) = (period.from, period.to);
                }
                Some(AGE) => {
                    let limit = now.checked_sub_signed(term.span()?);
                    match term.relation {
                        Relation::Above => query.to = limit,
                        Relation::Below | Relation::Is => query.from = limit,
                    }
                }
                Some(_) | None => local.push(term.clone()),
            }
        }
        let on_server = local.len() < terms.len();
        Ok(Compiled {
            query,
            on_server,
            local,
        })
    }

    fn list(query: AuditQuery, _order: usize, page: PageRequest) -> AnyCall {
        AnyCall::query::<ListAudit>(AuditQuery {
            take: Some(page.take),
            cursor: page.cursor,
            ..query
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
        is_of_one.then(|| format!("on:\"{}#{}\"", row.target_type, row.target_id))
    }

    fn lead(row: &AuditRow, action: Action) -> Option<Lead> {
        if action == Action::DoneBy {
            return done_by(row).map(|who| Lead {
                tab: Tab::Audit,
                filter: format!("by:\"{who}\""),
            });
        }
        target_lead(row).filter(|lead| action == Action::TargetRow || lead.tab == Tab::Users)
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

/// The actor, as the filter takes it.
fn done_by(row: &AuditRow) -> Option<String> {
    let id = row.admin_user_id.map(|id| id.to_string());
    id.or_else(|| row.admin_email.as_ref().map(ToString::to_string))
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

/// `application#4711`, `#4711` or `application`, as kind and id.
fn target_of(value: &str) -> (Option<String>, Option<String>) {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    match value.split_once('#') {
        Some((kind, id)) => (some(kind), some(id)),
        None if value.chars().all(|character| character.is_ascii_digit()) => (None, some(value)),
        None => (some(value), None),
    }
}

/// The codes that a term names, by their beginnings.
fn codes(term: &Term) -> Result<AnyOf<AuditCode>, FilterError> {
    let mut named = Vec::new();
    for value in term.values() {
        let before = named.len();
        named.extend(
            AuditCode::ALL
                .iter()
                .filter(|code| code.as_str().starts_with(value)),
        );
        if named.len() == before {
            let all = AuditCode::ALL.iter().map(|code| code.as_str());
            let near = suggestion(value, all);
            return Err(term.error(&format!("no action `{value}`{near}")));
        }
    }
    Ok(AnyOf(named))
}

fn no_take_back(row: &AuditRow) -> String {
    if row.target_type.as_str() == "application" {
        "the log only grows; reopen the application on its own tab".to_owned()
    } else {
        "the log only grows; nothing is taken back here".to_owned()
    }
}
