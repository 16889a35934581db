//! Claims, the same on every queue: the verbs, and how a row shows who is at work on it.

use quarterdeck_api::call::{AnyCall, AnyReply};
use quarterdeck_api::claim::Claim;
use quarterdeck_api::claims::{ClaimRequest, Claimable, Claimed, ReleaseClaims, TakeClaims};
use quarterdeck_api::text::Line;

use super::screen::{Cell, Column, Fact, Head, NOT_SHOWN, RowOutcome, Screen, Width};
use super::verb::{Asks, Class, Prepared, Verb};
use crate::app::keymap::Action;
use crate::app::list::RowId;
use crate::app::shown::{Shown, Tone};
use crate::app::time::{Times, ago, coarse_age};

/// Cells of a holder's name in the list.
const NAME: usize = 6;

/// Claims rows.
pub const fn take<S>() -> Verb<S::Row>
where
    S: Screen<Row: Claimable>,
{
    Verb {
        action: Action::Claim,
        verb: "claim",
        past: "claimed",
        help: "Claim, so that others see you are at work on it",
        class: Class::Reversible,
        asks: Asks::Nothing,
        choices: &[],
        permission: |_| None,
        refuses: refuses_take::<S>,
        prepare: |rows| Some(prepare(rows, AnyCall::body::<TakeClaims>)),
    }
}

/// Gives rows back, on the key of claiming or on that of taking back.
pub const fn release<S>(action: Action) -> Verb<S::Row>
where
    S: Screen<Row: Claimable>,
{
    Verb {
        action,
        verb: "release",
        past: "released",
        help: "Release what you have claimed",
        class: Class::Reversible,
        asks: Asks::Nothing,
        choices: &[],
        permission: |_| None,
        refuses: refuses_release::<S>,
        prepare: |rows| Some(prepare(rows, AnyCall::body::<ReleaseClaims>)),
    }
}

fn refuses_take<S: Screen<Row: Claimable>>(row: &S::Row) -> Option<String> {
    let id = S::id(row);
    if row.claim().is_some_and(|claim| claim.mine) {
        return Some(format!("{id} is claimed by you already"));
    }
    (!S::is_open(row)).then(|| format!("{id} is {} already", S::status(row)))
}

fn refuses_release<S: Screen<Row: Claimable>>(row: &S::Row) -> Option<String> {
    let is_mine = row.claim().is_some_and(|claim| claim.mine);
    (!is_mine).then(|| format!("{} is not claimed by you", S::id(row)))
}

fn prepare<R: Claimable>(rows: &[&R], call: fn(ClaimRequest) -> AnyCall) -> Prepared {
    let ids: Vec<_> = rows.iter().map(|row| row.object_id()).collect();
    prepare_ids::<R>(ids, call)
}

/// What gives back the claims of these, or takes them again.
pub fn prepare_ids<R: Claimable>(ids: Vec<i64>, call: fn(ClaimRequest) -> AnyCall) -> Prepared {
    let request = ClaimRequest {
        queue: R::QUEUE,
        ids,
    };
    Prepared::new(move |_| call(request.clone()))
}

/// What became of the claims that an answer is about, if it is one about claims. The rows are those that
/// are held, with the claims that the answer tells.
pub fn outcomes<R>(
    reply: &AnyReply,
    mut row: impl FnMut(RowId, Option<Claim>) -> Option<R>,
) -> Option<Vec<RowOutcome<R>>> {
    let taken = reply.get::<TakeClaims>();
    let reply = taken.or_else(|| reply.get::<ReleaseClaims>())?;
    let outcomes = reply.results.iter().map(|result| {
        let id = RowId(result.id);
        let claimed = result.row.as_ref();
        RowOutcome {
            id,
            outcome: result.outcome.clone(),
            row: claimed.and_then(|Claimed { claim, .. }| row(id, claim.clone())),
            conflict: result.conflict.clone(),
        }
    });
    Some(outcomes.collect())
}

/// The head of the column that says who is at work on a row: the first to go where space is short, since the
/// gutter and the detail say it too.
pub const HEAD: Head = Head {
    title: "Claim",
    width: Width::Fixed(10),
    priority: NOT_SHOWN - 1,
};

/// The column; its head is shown where a row is claimed.
pub const fn column<R: Claimable>() -> Column<R> {
    Column {
        head: HEAD,
        cell: |row, times| cell(row.claim(), times),
    }
}

/// `@bob 3m`, or `@me`.
fn cell<'a>(claim: Option<&Claim>, times: &Times) -> Cell<'a> {
    let Some(claim) = claim else {
        return Cell::plain(Shown::Word(""));
    };
    if claim.mine {
        return Cell::toned(Shown::Word("@me"), Tone::Ok);
    }
    let name: String = first_name(&claim.by).chars().take(NAME).collect();
    let text = format!("@{name} {}", coarse_age(times.now - claim.since));
    Cell::toned(Shown::made(&text), Tone::Warn)
}

fn first_name(by: &Line) -> &str {
    by.as_str().split('@').next().unwrap_or_default()
}

/// Who is at work on a row, as its detail says it.
pub fn fact(claim: Option<&Claim>, times: &Times) -> Option<Fact> {
    let claim = claim?;
    let since = times.in_full(claim.since);
    let (who, tone) = if claim.mine {
        ("you", Tone::Ok)
    } else {
        (claim.by.as_str(), Tone::Warn)
    };
    Some(Fact::Field {
        label: "Claimed",
        value: Shown::made(&format!("by {who}, {since}")),
        tone,
    })
}

/// `#12 is claimed by bob@quarterdeck.example, 3m ago`, where it is claimed by somebody else.
pub fn held_by_another(
    id: RowId,
    claim: &Claim,
    now: chrono::DateTime<chrono::Utc>,
) -> Option<Line> {
    let ago = ago(now - claim.since);
    (!claim.mine).then(|| Line::new(&format!("{id} is claimed by {}, {ago}", claim.by)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::time::TimeStyle;

    fn claim(by: &str, mine: bool) -> Claim {
        let since = "2026-11-20T12:00:00Z".parse().unwrap();
        Claim {
            by: Line::new(by),
            mine,
            since,
            until: since,
        }
    }

    fn times() -> Times {
        Times {
            now: "2026-11-20T12:12:00Z".parse().unwrap(),
            style: TimeStyle::Utc,
            offset: chrono::FixedOffset::east_opt(0).unwrap(),
        }
    }

    #[test]
    fn a_cell_fits_its_column_whoever_holds_the_row() {
        for (claim, text) in [
            (claim("bob@ops.example", false), "@bob 12m"),
            (claim("bartholomew@ops.example", false), "@bartho 12m"),
            (claim("ana@ops.example", true), "@me"),
        ] {
            assert_eq!(cell(Some(&claim), &times()).text.as_str(), text);
        }
        assert_eq!(cell(None, &times()).text.as_str(), "");
    }

    #[test]
    fn only_what_another_holds_is_pointed_out() {
        let bob = claim("bob@ops.example", false);
        let told = held_by_another(RowId(12), &bob, times().now);
        let text = "#12 is claimed by bob@ops.example, 12m ago";
        assert_eq!(told, Some(Line::new(text)));
        let mine = claim("ana@ops.example", true);
        assert_eq!(held_by_another(RowId(12), &mine, times().now), None);
    }
}
