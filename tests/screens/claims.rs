//! Claims: one key takes and releases, others are told, and nobody is kept from deciding.

use chrono::TimeDelta;
use quarterdeck::app::message::{LiveNews, Msg, Slot};
use quarterdeck::app::tab::Tab;
use quarterdeck_api::applications::{ApplicationRow, ListApplications};
use quarterdeck_api::audit::AuditCode;
use quarterdeck_api::bulk::{BulkResult, Outcome};
use quarterdeck_api::call::AnyReply;
use quarterdeck_api::claim::{Claim, LEASE};
use quarterdeck_api::claims::{ClaimRequest, Claimed, Queue, ReleaseClaims, TakeClaims};
use quarterdeck_api::permission::Permission;
use quarterdeck_api::problem::Conflict;
use quarterdeck_api::realtime::{Changed, Event, Freed, Resource};
use quarterdeck_api::sessions::GetMe;
use quarterdeck_api::text::Line;

use crate::desk::{Desk, SMALL, WIDE, options};
use crate::fixtures;

const BOB: &str = "bob@quarterdeck.example";
const HOLDERS: Slot = Slot::Holders(Tab::Applications);

fn claim(desk: &Desk, mine: bool) -> Claim {
    let by = if mine {
        "root@quarterdeck.example"
    } else {
        BOB
    };
    let since = desk.now - TimeDelta::minutes(3);
    Claim {
        by: Line::new(by),
        mine,
        since,
        until: since + LEASE,
    }
}

/// What the server answers for a row.
fn result(id: i64, outcome: Outcome, claim: Option<Claim>) -> BulkResult<Claimed> {
    let lost = claim.clone().filter(|_| outcome == Outcome::Conflict);
    BulkResult {
        id,
        outcome: outcome.into(),
        row: Some(Claimed { id, claim }),
        conflict: lost.map(|claim| Conflict {
            status: Line::new("PENDING"),
            decided_by: Some(claim.by),
            decided_at: Some(claim.since),
            version: 1,
        }),
    }
}

fn held(desk: &Desk, id: i64, mine: bool) -> ApplicationRow {
    ApplicationRow {
        claim: Some(claim(desk, mine)),
        ..fixtures::pending(id)
    }
}

/// A desk before three rows, of which Bob has claimed the first.
fn beside_bob() -> Desk {
    let mut desk = Desk::before(3);
    let rows = vec![
        held(&desk, 1, false),
        fixtures::pending(2),
        fixtures::pending(3),
    ];
    desk.keys("r").answer_list(rows).forget();
    desk
}

fn cursor(desk: &Desk) -> i64 {
    desk.model.here().state().list.cursor().unwrap().0
}

fn of(ids: &[i64]) -> ClaimRequest {
    ClaimRequest {
        queue: Queue::Applications,
        ids: ids.to_vec(),
    }
}

fn hear(desk: &mut Desk, code: AuditCode, ids: &[i64], by: i64) {
    let changed = Changed {
        seq: 9,
        resource: Resource::Applications.into(),
        ids: ids.to_vec(),
        code: code.into(),
        by: Some(by),
        at: desk.now,
    };
    desk.send(Msg::Live(LiveNews::Heard(Event::Changed(changed))));
}

#[test]
fn m_claims_in_place_and_again_releases() {
    let mut desk = Desk::before(3);
    desk.keys("m");
    assert_eq!(desk.bodies::<TakeClaims>(), [of(&[1])]);
    assert_eq!(cursor(&desk), 1, "there is work to do on it now");
    let mine = claim(&desk, true);
    desk.answer_bulk::<TakeClaims, _>(vec![result(1, Outcome::Changed, Some(mine))]);
    assert_eq!(desk.toast(), "#1 claimed (u takes it back)");
    assert!(desk.line(5).contains("@me"), "{}", desk.screen());
    desk.keys("m");
    assert_eq!(desk.bodies::<ReleaseClaims>(), [of(&[1])]);
    desk.answer_bulk::<ReleaseClaims, _>(vec![result(1, Outcome::Changed, None)]);
    assert_eq!(desk.toast(), "#1 released");
    assert!(!desk.shows("@me"), "{}", desk.screen());
}

#[test]
fn u_takes_a_claim_back() {
    let mut desk = Desk::before(3);
    desk.keys("m");
    let mine = claim(&desk, true);
    desk.answer_bulk::<TakeClaims, _>(vec![result(1, Outcome::Changed, Some(mine))]);
    desk.keys("u");
    assert_eq!(desk.bodies::<ReleaseClaims>(), [of(&[1])]);
    desk.answer_bulk::<ReleaseClaims, _>(vec![result(1, Outcome::Changed, None)]);
    assert!(desk.toast().starts_with("#1 released"), "{}", desk.toast());
}

#[test]
fn marked_rows_are_claimed_together_but_for_those_that_are_ones_own() {
    let mut desk = Desk::before(3);
    let rows = vec![
        held(&desk, 1, true),
        fixtures::pending(2),
        fixtures::pending(3),
    ];
    desk.keys("r").answer_list(rows).forget();
    desk.keys("* m y");
    assert_eq!(desk.bodies::<TakeClaims>(), [of(&[2, 3])]);
}

#[test]
fn what_another_holds_is_refused_with_the_holder_and_since_when() {
    let mut desk = Desk::before(3);
    desk.keys("m");
    let bobs = claim(&desk, false);
    desk.answer_bulk::<TakeClaims, _>(vec![result(1, Outcome::Conflict, Some(bobs))]);
    let toast = desk.toast();
    assert!(
        toast.starts_with("#1 is claimed by bob@quarterdeck.example, 3m ago."),
        "{toast}"
    );
    assert!(desk.line(5).contains("@bob 3m"), "{}", desk.screen());
}

#[test]
fn who_holds_a_row_is_seen_in_the_list_or_in_its_detail() {
    let mut desk = beside_bob();
    insta::assert_snapshot!("claimed_rows_80x24", desk.screen());
    desk.resize(WIDE);
    insta::assert_snapshot!("claimed_rows_120x40", desk.screen());
    desk.resize(SMALL).keys("Enter");
    assert!(desk.shows("Claimed"), "{}", desk.screen());
    assert!(
        desk.shows("by bob@quarterdeck.example"),
        "{}",
        desk.screen()
    );
}

#[test]
fn the_question_names_the_holder_and_who_insists_decides() {
    let mut desk = beside_bob();
    desk.keys("a");
    assert!(desk.decisions().is_empty(), "one key does not decide it");
    let told = "#1 is claimed by bob@quarterdeck.example, 3m ago";
    assert!(desk.shows(told), "{}", desk.screen());
    insta::assert_snapshot!("claimed_by_another_80x24", desk.screen());
    desk.keys("n");
    assert!(desk.decisions().is_empty());
    desk.keys("a y");
    assert_eq!(desk.decision().ids[0].0, 1);
    desk.decide().forget();
    desk.keys("a");
    assert_eq!(
        desk.decision().ids[0].0,
        2,
        "what nobody holds takes one key"
    );
}

#[test]
fn a_reason_does_not_stand_for_the_question() {
    let mut desk = beside_bob();
    desk.keys("x 1");
    assert!(desk.decisions().is_empty());
    assert!(desk.shows("is claimed by bob"), "{}", desk.screen());
    desk.keys("y");
    assert_eq!(desk.decision().ids[0].0, 1);
}

#[test]
fn ones_own_claim_stands_in_nobodys_way() {
    let mut desk = Desk::before(3);
    let rows = vec![held(&desk, 1, true), fixtures::pending(2)];
    desk.keys("r").answer_list(rows).forget();
    desk.keys("a");
    assert_eq!(desk.decision().ids[0].0, 1);
}

#[test]
fn what_others_claim_is_seen_at_once_and_who_they_are_is_read() {
    let mut desk = Desk::before(3);
    hear(&mut desk, AuditCode::ClaimTaken, &[2, 77], 5);
    assert!(desk.line(6).contains("@#5 <1m"), "{}", desk.screen());
    assert!(
        desk.model.here().state().overtaken.is_empty(),
        "it is no ghost"
    );
    let query = desk.query::<ListApplications>(HOLDERS);
    assert_eq!(
        query.filter.as_deref(),
        Some("id:2"),
        "of those that are here"
    );
    let row = ApplicationRow {
        claim: Some(Claim {
            since: desk.now,
            ..claim(&desk, false)
        }),
        ..fixtures::pending(2)
    };
    let page = fixtures::page(vec![row]);
    desk.answer(HOLDERS, AnyReply::new::<ListApplications>(page));
    assert!(desk.line(6).contains("@bob <1m"), "{}", desk.screen());
    assert_eq!(desk.visible(), [1, 2, 3], "nothing moves");
    hear(&mut desk, AuditCode::ClaimReleased, &[2], 5);
    assert!(!desk.shows("@bob"), "{}", desk.screen());
}

#[test]
fn a_claim_that_ends_without_a_word_is_seen_to_end() {
    let mut desk = beside_bob();
    let freed = Freed {
        resource: Resource::Applications.into(),
        ids: vec![1, 99],
    };
    desk.send(Msg::Live(LiveNews::Heard(Event::Freed(freed))));
    assert!(!desk.shows("@bob"), "{}", desk.screen());
    desk.keys("a");
    assert_eq!(desk.decision().ids[0].0, 1);
}

#[test]
fn no_filter_and_no_order_hides_what_is_claimed() {
    let desk = beside_bob();
    assert_eq!(desk.visible(), [1, 2, 3]);
    let query = {
        let mut desk = desk;
        desk.keys("r");
        desk.query::<ListApplications>(Slot::List(Tab::Applications))
    };
    assert_eq!(query.filter.as_deref(), Some("status:PENDING"));
}

#[test]
fn who_may_decide_nothing_there_may_not_claim() {
    let start = |permissions: &[Permission]| {
        let mut desk = Desk::started(options(SMALL));
        let me = fixtures::admin(permissions);
        desk.answer(Slot::Me, AnyReply::new::<GetMe>(me));
        desk.answer_list(vec![fixtures::pending(1)]).forget();
        desk
    };
    let mut viewer = start(&[Permission::ApplicationsView]);
    viewer.keys("m");
    assert!(viewer.bodies::<TakeClaims>().is_empty());
    let toast = viewer.toast();
    assert!(
        toast.contains("you lack the permission applications.approve"),
        "{toast}"
    );
    let mut decider = start(&[Permission::ApplicationsView, Permission::ApplicationsReject]);
    decider.keys("m");
    assert_eq!(decider.bodies::<TakeClaims>(), [of(&[1])]);
}
