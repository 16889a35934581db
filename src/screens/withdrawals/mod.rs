//! The queue of withdrawals: who asks to be paid out, and who decided of it.

mod columns;
mod detail;
mod verbs;

use quarterdeck_api::bulk::Outcome;
use quarterdeck_api::call::{AnyCall, AnyReply};
use quarterdeck_api::ids::WithdrawalId;
use quarterdeck_api::operation::Nothing;
use quarterdeck_api::page::Page;
use quarterdeck_api::text::Line;
use quarterdeck_api::withdrawals::{
    ApproveWithdrawal, GetWithdrawal, ListWithdrawals, RejectWithdrawal, WithdrawalRow,
    WithdrawalSort, WithdrawalStatus, WithdrawalsQuery,
};

use super::screen::{
    Column, Fact, Lead, LeadVerb, Noun, Order, PageRequest, RowOutcome, Screen, flagged, lead_of,
};
use super::verb::Verb;
use crate::app::keymap::Action;
use crate::app::list::RowId;
use crate::app::shown::Shown;
use crate::app::tab::Tab;
use crate::app::time::Times;

/// The screen.
#[derive(Debug)]
pub struct Withdrawals;

impl Screen for Withdrawals {
    type Row = WithdrawalRow;
    type Detail = ();

    const TAB: Tab = Tab::Withdrawals;
    const NOUN: Noun = Noun {
        one: "withdrawal",
        many: "withdrawals",
    };
    const COLUMNS: &'static [Column<WithdrawalRow>] = columns::COLUMNS;
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
    ];
    const SORTS: &'static [WithdrawalSort] =
        &[WithdrawalSort::OldestFirst, WithdrawalSort::NewestFirst];
    const VERBS: &'static [Verb<WithdrawalRow>] = verbs::VERBS;
    const LEAD_VERBS: &'static [LeadVerb<WithdrawalRow>] = verbs::LEAD_VERBS;

    fn id(row: &WithdrawalRow) -> RowId {
        RowId(row.id.0)
    }

    fn version(row: &WithdrawalRow) -> i64 {
        row.version
    }

    fn name(row: &WithdrawalRow) -> Shown<'_> {
        flagged(&row.user)
    }

    fn status(row: &WithdrawalRow) -> String {
        row.status.to_string()
    }

    fn decider(row: &WithdrawalRow) -> Option<&Line> {
        row.decided_by.as_ref()
    }

    fn summary(row: &WithdrawalRow) -> String {
        format!("{}  {}", columns::amount(row), row.user)
    }

    fn is_open(row: &WithdrawalRow) -> bool {
        row.status.is(WithdrawalStatus::Pending)
    }

    /// Commands have no tab: `approve` and `reject` are of applications alone.
    fn command(verb: &'static str) -> &'static str {
        match verb {
            "approve" => "approve-withdrawal",
            "reject" => "reject-withdrawal",
            other => other,
        }
    }

    fn list(page: PageRequest<WithdrawalSort>) -> AnyCall {
        AnyCall::query::<ListWithdrawals>(WithdrawalsQuery {
            filter: page.filter,
            sort: page.sort,
            take: Some(page.take),
            cursor: page.cursor,
            ..WithdrawalsQuery::default()
        })
    }

    fn page(reply: AnyReply) -> Option<Page<WithdrawalRow>> {
        reply.take::<ListWithdrawals>()
    }

    fn detail(_id: RowId) -> Option<AnyCall> {
        None
    }

    fn detail_in(_reply: AnyReply) -> Option<()> {
        None
    }

    fn row_of(_detail: &()) -> Option<&WithdrawalRow> {
        None
    }

    fn one(id: RowId) -> Option<AnyCall> {
        let id = WithdrawalId(id.0);
        Some(AnyCall::of::<GetWithdrawal>(id, Nothing {}, Nothing {}))
    }

    fn one_in(reply: AnyReply) -> Option<WithdrawalRow> {
        reply.take::<GetWithdrawal>()
    }

    fn describe(row: &WithdrawalRow, _detail: Option<&()>, times: &Times) -> Vec<Fact> {
        detail::describe(row, times)
    }

    fn decision_to(status: &str) -> Option<&'static str> {
        status.parse().ok().map(|status| match status {
            WithdrawalStatus::Pending => "put back to pending",
            WithdrawalStatus::Approved => "approved",
            WithdrawalStatus::Rejected => "rejected",
        })
    }

    fn outcomes(reply: AnyReply) -> Vec<RowOutcome<WithdrawalRow>> {
        let approved = reply.get::<ApproveWithdrawal>();
        let decided = approved.or_else(|| reply.get::<RejectWithdrawal>());
        let changed = decided.map(|row| RowOutcome {
            id: Self::id(row),
            outcome: Outcome::Changed.into(),
            row: Some(row.clone()),
            conflict: None,
        });
        changed.into_iter().collect()
    }

    fn trail(row: &WithdrawalRow) -> Option<String> {
        Some(format!("on:withdrawal{}", row.id))
    }

    fn lead(row: &WithdrawalRow, action: Action) -> Option<Lead> {
        let by = row.decided_by_id;
        let leads = [
            (
                Action::SubjectUser,
                Tab::Users,
                Some(row.user_id.to_string()),
            ),
            (
                Action::WithdrawalsOf,
                Tab::Withdrawals,
                Some(format!("user:{}", row.user_id)),
            ),
            (Action::Actor, Tab::Users, by.map(|id| id.to_string())),
            (Action::DoneBy, Tab::Audit, by.map(|id| format!("by:{id}"))),
            (
                Action::RequestsBy,
                Tab::AdminLogs,
                by.map(|id| format!("by:{id}")),
            ),
        ];
        let leads = leads.into_iter();
        lead_of(
            leads.filter_map(|(key, tab, filter)| Some((key, tab, filter?))),
            action,
        )
    }
}
