//! The chain of the audit log: when it is verified, against what, and what the badge says of it.

use quarterdeck::app::layout::Size;
use quarterdeck::app::message::{Effect, Failure, SeenHead, SessionReply, Severity, Slot};
use quarterdeck::app::options::Options;
use quarterdeck::app::overlay::Overlay;
use quarterdeck::app::tab::Tab;
use quarterdeck_api::applications::ListApplications;
use quarterdeck_api::audit::{
    AuditRow, ChainStatus, Damage, ListAudit, VerifyAudit, VerifyQuery, VerifyReport,
};
use quarterdeck_api::call::{AnyCall, AnyReply};
use quarterdeck_api::permission::Permission;
use quarterdeck_api::problem::{Code, Problem};
use quarterdeck_api::sessions::{GetMe, Me};
use quarterdeck_api::text::Line;

use crate::desk::{Desk, SMALL, options};
use crate::fixtures::{self, NOW, chain, damaged, truncated};

const APPS: Slot = Slot::List(Tab::Applications);
const AUDIT: Slot = Slot::List(Tab::Audit);

/// The log is shown and loaded, and its chain was verified.
fn at_the_log() -> Desk {
    let mut desk = Desk::before(1);
    desk.keys("5").answer_audit().answer_chain(chain()).forget();
    desk
}

/// A refresh whose lists have come.
fn refreshed(desk: &mut Desk) -> &mut Desk {
    desk.forget()
        .keys("r")
        .answer_list(vec![fixtures::pending(1)])
        .answer_audit()
}

fn badge(desk: &Desk) -> String {
    let line = desk.line(2);
    let at = line.find("chain: ").map(|at| &line[at..]);
    let badge = at.and_then(|badge| badge.split("  ").next());
    badge.unwrap_or_default().to_owned()
}

fn seen(seq: i64) -> SeenHead {
    SeenHead {
        seq,
        hash: Line::new(&format!("{seq:064x}")),
        seen_at: NOW,
    }
}

fn held_against(head: &SeenHead) -> AnyCall {
    AnyCall::query::<VerifyAudit>(VerifyQuery {
        expected_min_seq: Some(head.seq),
        expected_seq: Some(head.seq),
        expected_hash: Some(head.hash.to_string()),
    })
}

fn saved(desk: &Desk) -> Vec<SeenHead> {
    let saved = desk.effects.iter().filter_map(|effect| match effect {
        Effect::SaveWatermark(head) => Some(head.clone()),
        _ => None,
    });
    saved.collect()
}

/// The errors that were said, oldest first.
fn errors(desk: &Desk) -> Vec<String> {
    let said = desk.effects.iter().filter_map(|effect| match effect {
        Effect::Log {
            severity: Severity::Error,
            text,
        } => Some(text.clone()),
        _ => None,
    });
    said.collect()
}

#[test]
fn s002_53_the_chain_is_verified_against_what_this_console_has_seen() {
    let mut desk = Desk::before(1);
    desk.keys("5");
    let nothing = AnyCall::query::<VerifyAudit>(VerifyQuery::default());
    assert_eq!(desk.queries(Slot::Verify), [nothing], "nothing was seen");
    assert_eq!(badge(&desk), "chain: reading...");
    desk.answer_audit();
    assert_eq!(saved(&desk), [seen(1_204)]);
    desk.answer_chain(chain()).forget().keys("V");
    assert_eq!(desk.queries(Slot::Verify), [held_against(&seen(1_204))]);
    assert_eq!(badge(&desk), "chain: reading...");
}

#[test]
fn s002_53_a_console_remembers_across_runs_and_asks_as_soon_as_the_log_is_shown() {
    let mut desk = Desk::started(Options {
        watermark: Some(seen(1_100)),
        ..options(SMALL)
    });
    desk.answer(Slot::Me, AnyReply::new::<GetMe>(fixtures::root()))
        .answer_list(vec![fixtures::pending(1)])
        .keys("5");
    assert_eq!(desk.queries(Slot::Verify), [held_against(&seen(1_100))]);
    desk.answer_audit().answer_chain(chain()).forget();
    desk.keys("1 5");
    assert!(desk.queries(Slot::Verify).is_empty(), "known by now");
}

#[test]
fn s002_53_the_verdict_on_the_chain_is_a_badge_in_words() {
    let incomplete = VerifyReport {
        status: ChainStatus::Incomplete.into(),
        ..chain()
    };
    let cases = [
        (chain(), "chain: OK to #1204"),
        (damaged(Damage::LeafMismatch, 90), "chain: BROKEN at #90"),
        (
            truncated(1_100),
            "chain: TRUNCATED, ends at #1100, seen to #1204",
        ),
        (incomplete, "chain: INCOMPLETE, read to #1204"),
    ];
    for (report, said) in cases {
        let mut desk = at_the_log();
        desk.keys("V").answer_chain(report).keys("Esc");
        assert_eq!(badge(&desk), said);
    }
}

#[test]
fn s002_53_a_refresh_verifies_the_chain_and_says_nothing_where_it_is_right() {
    let mut desk = at_the_log();
    refreshed(&mut desk);
    assert_eq!(desk.queries(Slot::Verify), [held_against(&seen(1_204))]);
    assert_eq!(desk.toast(), "Data refreshed", "it waits for the tabs only");
    assert_eq!(badge(&desk), "chain: OK to #1204", "until there is news");
    let grown = VerifyReport {
        to: 1_210,
        ..chain()
    };
    desk.wait(9).answer_chain(grown);
    assert_eq!(badge(&desk), "chain: OK to #1210");
    assert_eq!(desk.toast(), "");
    assert!(desk.model.overlay.is_none());
}

#[test]
fn s002_53_a_refresh_finds_a_truncated_log_and_says_so_once() {
    let mut desk = at_the_log();
    refreshed(&mut desk).answer_chain(truncated(1_100));
    assert_eq!(
        badge(&desk),
        "chain: TRUNCATED, ends at #1100, seen to #1204"
    );
    let said = "Audit chain: TRUNCATED, ends at #1100, seen to #1204. Tell whoever keeps the log.";
    assert_eq!(errors(&desk), [said]);
    assert_eq!(desk.toast(), said);
    assert!(desk.model.overlay.is_none(), "the report is for who asks");

    refreshed(&mut desk).answer_chain(truncated(1_101));
    assert_eq!(
        badge(&desk),
        "chain: TRUNCATED, ends at #1101, seen to #1204"
    );
    assert_eq!(errors(&desk), [""; 0], "it is known");
    refreshed(&mut desk).answer_chain(damaged(Damage::LeafMismatch, 90));
    assert_eq!(errors(&desk).len(), 1, "it is another finding");
    refreshed(&mut desk).answer_chain(chain());
    refreshed(&mut desk).answer_chain(damaged(Damage::LeafMismatch, 90));
    assert_eq!(errors(&desk).len(), 1, "it was mended in between");

    desk.forget()
        .keys("V")
        .answer_chain(damaged(Damage::LeafMismatch, 90));
    assert!(matches!(desk.model.overlay, Some(Overlay::Report { .. })));
    assert_eq!(errors(&desk).len(), 1, "who asks is told again");
}

#[test]
fn s002_53_a_finding_does_not_come_over_what_the_operator_is_doing() {
    let mut desk = at_the_log();
    desk.keys("1");
    refreshed(&mut desk).keys("x");
    let before = desk.screen();
    desk.answer_chain(truncated(1_100));
    assert!(matches!(desk.model.overlay, Some(Overlay::Confirm(_))));
    let lines = |screen: &str| screen.lines().take(22).map(str::to_owned).collect();
    let (before, after): (Vec<_>, Vec<_>) = (lines(&before), lines(&desk.screen()));
    assert_eq!(before, after, "but for the toast");
}

#[test]
fn s002_53_what_could_not_be_asked_claims_nothing_new_and_is_no_error() {
    let limited = || {
        Failure::Problem(Box::new(Problem {
            retry_after: Some(30),
            ..fixtures::problem(Code::RateLimited, "too many")
        }))
    };
    let forbidden = || fixtures::refusal(Code::PermissionDenied, "audit.verify is missing");
    for failure in [limited(), forbidden(), fixtures::away(), Failure::Timeout] {
        let mut desk = at_the_log();
        refreshed(&mut desk)
            .wait(9)
            .fail(Slot::Verify, failure.clone());
        assert_eq!(badge(&desk), "chain: OK to #1204, not verified since");
        assert_eq!(desk.toast(), "", "{failure:?}");
        assert_eq!(desk.model.failed_refreshes, 0, "{failure:?}");
        refreshed(&mut desk).answer_chain(chain());
        assert_eq!(badge(&desk), "chain: OK to #1204", "{failure:?}");

        let mut desk = Desk::before(1);
        desk.keys("5").answer_audit().fail(Slot::Verify, failure);
        assert_eq!(badge(&desk), "chain: not verified");
        assert_eq!(errors(&desk), [""; 0]);
    }
    let mut desk = at_the_log();
    refreshed(&mut desk).answer_chain(truncated(1_100));
    refreshed(&mut desk).fail(Slot::Verify, limited());
    assert_eq!(
        badge(&desk),
        "chain: TRUNCATED, ends at #1100, seen to #1204",
        "that nobody could ask does not mend it"
    );
    desk.forget().keys("V").fail(Slot::Verify, limited());
    assert_eq!(
        errors(&desk),
        [
            "Chain not verified. Too many. Try again in 30 s. [rate_limited, request 0199c0de-0001, trace 0af7651916cd43dd8448eb211c80319c]"
        ],
        "who asks is told"
    );
    assert!(badge(&desk).starts_with("chain: TRUNCATED"));
}

#[test]
fn s002_53_that_reading_a_long_log_takes_too_long_is_not_being_offline() {
    let mut desk = at_the_log();
    refreshed(&mut desk).fail(Slot::Verify, Failure::Timeout);
    assert!(!desk.line(0).contains("OFFLINE"), "{}", desk.line(0));
}

#[test]
fn s002_53_who_may_not_verify_goes_without() {
    let mut desk = Desk::started(options(SMALL));
    let me = fixtures::admin(&[Permission::ApplicationsView, Permission::AuditView]);
    desk.answer(Slot::Me, AnyReply::new::<GetMe>(me))
        .answer_list(vec![fixtures::pending(1)])
        .keys("5")
        .answer_audit();
    refreshed(&mut desk);
    assert!(desk.queries(Slot::Verify).is_empty());
    assert_eq!((badge(&desk).as_str(), errors(&desk).len()), ("", 0));
    assert_eq!(desk.toast(), "Data refreshed");
}

#[test]
fn s002_53_a_refresh_without_the_log_does_not_verify_it() {
    let mut desk = Desk::before(1);
    desk.keys("r");
    assert!(desk.queries(Slot::Verify).is_empty());
}

#[test]
fn s002_53_one_answer_serves_all_who_ask_while_it_is_on_its_way() {
    let mut desk = at_the_log();
    refreshed(&mut desk);
    desk.keys("r").answer_list(Vec::new()).answer_audit();
    desk.keys("V");
    assert_eq!(desk.queries(Slot::Verify).len(), 1, "few are allowed");
    assert_eq!(badge(&desk), "chain: reading...");
    desk.keys("V");
    assert!(desk.toast().ends_with("verification is running"));
    desk.answer_chain(chain());
    assert_eq!(desk.toast(), "Audit chain OK: 1204 rows, to #1204");
}

#[test]
fn s002_53_a_long_filter_does_not_push_damage_out() {
    let mut desk = at_the_log();
    let filter = "actor=ana@quarterdeck.example action:bulk_reject target:application#4711";
    desk.keys("/").text(filter).keys("Enter").answer_audit();
    desk.keys("V").answer_chain(truncated(1_100)).keys("Esc");
    assert!(
        desk.line(2).starts_with("chain: TRUNCATED"),
        "{}",
        desk.line(2)
    );
    let narrow = Size {
        columns: 40,
        rows: 10,
    };
    desk.resize(narrow);
    assert!(desk.line(1).contains("chain: TRUNC"), "{}", desk.line(1));
}

#[test]
fn a_verification_that_was_stopped_claims_nothing() {
    let mut desk = at_the_log();
    refreshed(&mut desk).keys("C-c");
    assert_eq!(badge(&desk), "chain: OK to #1204, not verified since");
}

#[test]
fn another_account_does_not_inherit_the_verdict() {
    let mut desk = at_the_log();
    refreshed(&mut desk);
    desk.keys(":").text("logout").keys("Enter");
    desk.answer_session(Ok(SessionReply::SignedOut));
    let me = Me {
        id: quarterdeck_api::ids::UserId(2),
        ..fixtures::admin(&[Permission::AuditView])
    };
    assert!(
        desk.effects
            .iter()
            .any(|effect| matches!(effect, Effect::CancelRead(Slot::Verify)))
    );
    desk.keys("Tab")
        .text("secret")
        .keys("Enter")
        .answer_session(Ok(SessionReply::Opened))
        .answer(Slot::Me, AnyReply::new::<GetMe>(me))
        .answer_audit();
    assert_eq!(badge(&desk), "");
}

#[test]
fn the_watermark_only_rises() {
    let mut desk = at_the_log();
    let mut log = fixtures::log();
    log.remove(0);
    desk.keys("r").answer_list(Vec::new());
    desk.answer(AUDIT, AnyReply::new::<ListAudit>(fixtures::page(log)));
    assert_eq!(saved(&desk), []);
    assert_eq!(desk.model.watermark, Some(seen(1_204)));
}

#[test]
fn s002_53_a_log_that_was_cut_off_and_grew_again_does_not_wash_the_watermark_away() {
    let row = |seq: i64, hash: &str| AuditRow {
        seq,
        hash: Line::new(hash),
        ..fixtures::log().remove(0)
    };
    let page = |rows| AnyReply::new::<ListAudit>(fixtures::page(rows));
    let mut desk = at_the_log();
    desk.keys("r").answer_list(Vec::new());
    desk.answer(AUDIT, page(vec![row(1_205, "f1"), row(1_204, "f0")]));
    assert_eq!(saved(&desk), [], "#1204 had another link");
    let honest = format!("{:064x}", 1_204);
    desk.forget().keys("r").answer(APPS, {
        AnyReply::new::<ListApplications>(fixtures::page(vec![fixtures::pending(1)]))
    });
    desk.answer(AUDIT, page(vec![row(1_205, "a1"), row(1_204, &honest)]));
    assert_eq!(saved(&desk).pop().map(|head| head.seq), Some(1_205));
}
