//! Deciding: what is asked first, what is sent, what is said of the answer.

use quarterdeck::app::list::RowId;
use quarterdeck::app::message::Effect;
use quarterdeck::app::message::{Failure, Slot};
use quarterdeck::app::options::{AccessMode, Options, RefreshReports};
use quarterdeck::app::overlay::Overlay;
use quarterdeck::app::tab::Tab;
use quarterdeck_api::applications::{
    ApplicationAction, ApplicationRow, ApplicationStatus, DecideApplications, DecideReply,
    DecideResult, ExpectedStatus,
};
use quarterdeck_api::audit::{AppendAudit, AppendReply, AuditCode};
use quarterdeck_api::bulk::Outcome;
use quarterdeck_api::call::AnyReply;
use quarterdeck_api::ids::ApplicationId;
use quarterdeck_api::permission::Permission;
use quarterdeck_api::problem::Code;
use quarterdeck_api::sessions::GetMe;
use quarterdeck_api::text::Line;

use crate::desk::{Desk, SMALL, changed, conflict, options};
use crate::fixtures;

fn ids(ids: impl IntoIterator<Item = i64>) -> Vec<ApplicationId> {
    ids.into_iter().map(ApplicationId).collect()
}

fn cursor(desk: &Desk) -> Option<i64> {
    desk.model.here().state().list.cursor().map(|id| id.0)
}

fn status(desk: &Desk, y: u16) -> String {
    desk.line(y + 5)
        .split_whitespace()
        .find(|word| word.chars().all(char::is_uppercase))
        .unwrap()
        .to_owned()
}

#[test]
fn s003_08_one_application_is_decided_by_one_key_without_a_modal() {
    for (key, action, status) in [
        ("a", ApplicationAction::Approve, "ACTIVE"),
        ("w", ApplicationAction::Waitlist, "WAITLISTED"),
    ] {
        let mut desk = Desk::before(3);
        desk.keys(key);
        assert!(desk.model.overlay.is_none());
        let request = desk.decision();
        assert_eq!((request.action, request.ids), (action, ids([1])));
        assert_eq!(
            request.expected_status,
            Some(ExpectedStatus::All(ApplicationStatus::Pending))
        );
        assert_eq!((request.confirm, request.reason), (None, None));
        desk.decide();
        assert_eq!(
            self::status(&desk, 0),
            status,
            "the row is patched and stays in sight"
        );
    }
}

#[test]
fn s003_64_one_rejection_asks_for_its_reason_and_a_digit_commits_it() {
    let mut desk = Desk::before(3);
    desk.keys("x Enter y");
    assert_eq!(desk.decisions(), []);
    desk.keys("2");
    let request = desk.decision();
    assert_eq!(
        (request.action, request.ids),
        (ApplicationAction::Reject, ids([1]))
    );
    assert_eq!(
        request.reason.as_deref(),
        Some("Does not meet the criteria")
    );
    desk.decide();
    assert_eq!(desk.toast(), "#1 rejected, was PENDING (u takes it back)");
}

#[test]
fn s003_16_bulk_reject_opens_a_modal_and_esc_sends_nothing() {
    let mut desk = Desk::before(60);
    desk.keys("Space Space Space x");
    assert!(desk.shows("Reject 3 applications?"));
    for name in [
        "Applicant 1",
        "Applicant 2",
        "Applicant 3",
        "[DEMO] on 127.0.0.1:4000",
    ] {
        assert!(desk.shows(name), "{name}");
    }
    desk.keys("Enter Esc");
    assert!(desk.model.overlay.is_none());
    assert_eq!(desk.decisions(), []);
    for cancel in ["n", "q", "C-c"] {
        desk.keys("x 1").keys(cancel);
        assert!(desk.model.overlay.is_none(), "{cancel}");
        assert_eq!(desk.decisions(), []);
    }
    desk.keys("x 1 Enter y");
    let request = desk.decision();
    assert_eq!((request.ids, request.confirm), (ids(1..=3), Some(true)));
    assert_eq!(request.reason.as_deref(), Some("Incomplete application"));
}

#[test]
fn s003_16_ten_and_more_are_confirmed_by_typing_their_count() {
    let mut desk = Desk::before(50);
    desk.keys("* x");
    assert!(desk.shows("Reject 50 applications?"));
    assert!(desk.shows("and 45 more"));
    desk.keys("2 y Enter 4 9 Enter");
    assert_eq!(desk.decisions(), []);
    assert!(desk.shows("Type 50 to reject them."));
    desk.keys("Backspace Backspace 5 0 Enter");
    assert_eq!(desk.decision().ids.len(), 50);
}

#[test]
fn several_approvals_are_confirmed_by_y_and_many_by_their_count() {
    let mut desk = Desk::before(50);
    desk.keys("Space Space a Enter");
    assert_eq!(desk.decisions(), []);
    desk.keys("y");
    assert_eq!(desk.decision().ids, ids([1, 2]));
    desk.forget().keys("Esc Esc * a y");
    assert_eq!(desk.decisions(), []);
    desk.keys("4 8 Enter");
    assert_eq!(
        desk.decision().ids.len(),
        48,
        "two are on their way already"
    );
}

#[test]
fn marks_that_a_filter_hides_are_counted_and_never_acted_on() {
    let mut desk = Desk::before(12);
    desk.keys("* /").text("applicant1@*").keys("Enter");
    desk.answer_list(vec![fixtures::pending(1)]);
    desk.keys("a");
    assert_eq!(desk.decision().ids, ids([1]), "the one mark that is shown");
    let mut desk = Desk::before(4);
    desk.keys("Space Space Space /")
        .text("applicant2@*")
        .keys("Enter");
    let hidden: Vec<ApplicationRow> = [2, 3].map(fixtures::pending).into();
    desk.answer_list(hidden);
    assert!(desk.shows("3 marked (1 hidden)"), "{}", desk.screen());
    desk.keys("x");
    assert!(desk.shows("Reject 2 applications?"));
    assert!(desk.shows("1 marked hidden by the filter: not touched"));
}

#[test]
fn with_every_mark_hidden_nothing_is_done_to_the_row_under_the_cursor() {
    let mut desk = Desk::before(4);
    desk.keys("Space /").text("applicant3@*").keys("Enter");
    desk.answer_list(vec![fixtures::pending(3)]);
    desk.forget().keys("a");
    assert_eq!(desk.decisions(), []);
    assert_eq!(
        desk.toast(),
        "Approve: all 1 marked rows are hidden by the filter; Esc clears marks"
    );
}

#[test]
fn a_range_is_marked_from_its_start_to_the_cursor() {
    let mut desk = Desk::before(9);
    desk.keys("j v j j v a y");
    assert_eq!(desk.decision().ids, ids(2..=4));
}

#[test]
fn what_is_in_the_modal_is_frozen_when_it_opens() {
    let mut desk = Desk::before(5);
    desk.keys("r Space Space x 1");
    let mut rows: Vec<_> = (1..=5).map(fixtures::pending).collect();
    rows.insert(0, fixtures::pending(99));
    rows[1].status = ApplicationStatus::Active.into();
    desk.answer_list(rows);
    desk.keys("y");
    let request = desk.decision();
    assert_eq!(request.ids, ids([1, 2]));
    assert_eq!(
        request.expected_status,
        Some(ExpectedStatus::All(ApplicationStatus::Pending))
    );
}

#[test]
fn each_row_is_expected_to_be_as_it_was_seen() {
    let mut desk = Desk::entering(SMALL);
    let mut rows: Vec<_> = (1..=3).map(fixtures::pending).collect();
    rows[1].status = ApplicationStatus::Waitlisted.into();
    desk.answer_list(rows).forget();
    desk.keys("* a y");
    let expected = [
        ApplicationStatus::Pending,
        ApplicationStatus::Waitlisted,
        ApplicationStatus::Pending,
    ];
    assert_eq!(
        desk.decision().expected_status,
        Some(ExpectedStatus::Each(expected.to_vec()))
    );
}

#[test]
fn after_a_verb_the_cursor_is_on_the_next_open_row() {
    let mut desk = Desk::entering(SMALL);
    let mut rows: Vec<_> = (1..=4).map(fixtures::pending).collect();
    rows[1].status = ApplicationStatus::Rejected.into();
    desk.answer_list(rows).forget();
    desk.keys("a a");
    assert_eq!(
        desk.decisions()
            .iter()
            .map(|request| request.ids[0].0)
            .collect::<Vec<_>>(),
        [1, 3]
    );
    assert_eq!(cursor(&desk), Some(4));
    desk.keys(";");
    assert_eq!(cursor(&desk), Some(3), "back to the row just handled");
}

#[test]
fn a_row_whose_write_is_on_its_way_is_shown_so_and_refuses_verbs() {
    let mut desk = Desk::before(2);
    desk.keys("a k x");
    assert_eq!(desk.decisions().len(), 1);
    assert_eq!(
        desk.toast(),
        "Reject: #1 is being written; wait for the answer"
    );
    assert!(desk.line(5).starts_with("> ~"), "{}", desk.line(5));
}

#[test]
fn u_takes_back_the_last_decision_within_its_window() {
    let mut desk = Desk::before(3);
    desk.keys("a").decide();
    assert_eq!(desk.toast(), "#1 approved, was PENDING (u takes it back)");
    desk.forget().wait(7).keys("u");
    let request = desk.decision();
    assert_eq!(
        (request.action, request.ids),
        (ApplicationAction::Reopen, ids([1]))
    );
    assert_eq!(
        request.expected_status,
        Some(ExpectedStatus::All(ApplicationStatus::Active))
    );
    assert_eq!(
        cursor(&desk),
        Some(1),
        "the cursor is where it was taken back"
    );
    desk.decide();
    assert_eq!(desk.toast(), "#1 reopened, was ACTIVE");
    assert_eq!(status(&desk, 0), "PENDING");
}

#[test]
fn u_takes_a_whole_batch_back() {
    let mut desk = Desk::before(20);
    desk.keys("* w 2 0 Enter").decide();
    assert_eq!(desk.toast(), "20 waitlisted (u takes 20 back)");
    desk.forget().keys("u");
    let request = desk.decision();
    assert_eq!(
        (request.action, request.ids.len()),
        (ApplicationAction::Reopen, 20)
    );
    assert_eq!(
        request.expected_status,
        Some(ExpectedStatus::All(ApplicationStatus::Waitlisted))
    );
}

#[test]
fn after_the_window_u_reopens_the_decided_row_under_the_cursor() {
    let mut desk = Desk::before(3);
    desk.keys("a").decide();
    desk.forget().wait(9).keys("u");
    assert_eq!(desk.decisions(), []);
    assert_eq!(
        desk.toast(),
        "Take back the last action: #2 is PENDING already"
    );
    desk.keys("k u");
    assert_eq!(desk.decision().ids, ids([1]));
}

#[test]
fn u_does_not_take_back_something_else_while_the_answer_is_awaited() {
    let mut desk = Desk::before(3);
    desk.keys("a u");
    assert_eq!(desk.decisions().len(), 1);
    assert_eq!(
        desk.toast(),
        "Take back the last action: the last action is still on its way; press again"
    );
}

#[test]
fn the_last_verb_is_repeated_with_its_reason() {
    let mut desk = Desk::before(5);
    desk.keys("x 3").decide();
    desk.forget().keys(".");
    let request = desk.decision();
    assert_eq!(
        (request.ids, request.reason.as_deref()),
        (ids([2]), Some("Duplicate application"))
    );
    desk.forget().keys("Space Space .");
    assert_eq!(desk.decisions(), [], "several are confirmed all the same");
    desk.keys("y");
    assert_eq!(
        desk.decision().reason.as_deref(),
        Some("Duplicate application")
    );
}

#[test]
fn who_was_first_is_said_and_the_row_is_patched() {
    let mut desk = Desk::before(3);
    desk.keys("x 1");
    let now = desk.now;
    desk.answer_results(vec![conflict(1, ApplicationStatus::Active, now)]);
    assert_eq!(
        desk.toast(),
        "#1 was approved by bob@quarterdeck.example, 4s ago. Nothing changed; Enter shows how."
    );
    assert_eq!(status(&desk, 0), "ACTIVE");
    desk.forget().keys("u");
    assert_eq!(
        desk.decisions(),
        [],
        "somebody else's decision is not ours to take back"
    );
}

#[test]
fn a_whole_call_that_is_refused_for_a_conflict_says_who_was_first() {
    let mut desk = Desk::before(3);
    desk.keys("a");
    let mut problem = fixtures::problem(Code::AlreadyReviewed, "it was already reviewed");
    problem.conflict = conflict(1, ApplicationStatus::Rejected, desk.now).conflict;
    desk.answer_write(Err(Failure::Problem(Box::new(problem))));
    assert_eq!(
        desk.toast(),
        "#1 was rejected by bob@quarterdeck.example, 4s ago. Nothing changed; Enter shows how. [already_reviewed, request 0199c0de-0001, trace 0af7651916cd43dd8448eb211c80319c]"
    );
}

#[test]
fn verbs_wait_as_long_as_the_server_asks() {
    let mut desk = Desk::before(3);
    desk.keys("a");
    let mut problem = fixtures::problem(Code::RateLimited, "too many calls");
    problem.retry_after = Some(12);
    desk.answer_write(Err(Failure::Problem(Box::new(problem))));
    assert!(
        desk.toast().contains("Too many calls. Try again in 12 s."),
        "{}",
        desk.toast()
    );
    desk.forget().wait(2).keys("a");
    assert_eq!(desk.toast(), "Approve: the server asks to wait 10 s");
    assert_eq!(desk.writes(), []);
    desk.wait(10).keys("a");
    assert_eq!(desk.writes().len(), 1);
}

#[test]
fn of_a_batch_the_failures_stay_marked_and_their_causes_are_in_the_messages() {
    let mut desk = Desk::before(5);
    desk.keys("* a y");
    let now = desk.now;
    let mut results: Vec<DecideResult> = (1..=5)
        .map(|id| changed(id, ApplicationAction::Approve, now))
        .collect();
    results[1] = conflict(2, ApplicationStatus::Rejected, now);
    results[3] = DecideResult {
        outcome: Outcome::NotFound.into(),
        application: None,
        ..changed(4, ApplicationAction::Approve, now)
    };
    desk.answer_results(results);
    assert_eq!(
        desk.toast(),
        "3 approved, 2 failed: still marked, Enter says why (u takes 3 back)"
    );
    let marked = desk.model.here().state().list.marked_let_through();
    assert_eq!(marked, [RowId(2), RowId(4)]);
    desk.keys(":").text("messages").keys("Enter");
    assert!(desk.shows("#2 was rejected by bob@quarterdeck.example, 4s ago."));
    assert!(desk.shows("#4 does not exist any more."));
    desk.forget().keys("Esc u");
    assert_eq!(desk.decision().ids, ids([1, 3, 5]));
}

#[test]
fn a_decision_that_was_made_already_is_no_failure() {
    let mut desk = Desk::before(2);
    desk.keys("a");
    let now = desk.now;
    let same = DecideResult {
        outcome: Outcome::Noop.into(),
        ..changed(1, ApplicationAction::Approve, now)
    };
    desk.answer_results(vec![same]);
    assert_eq!(desk.toast(), "#1 was so already");
}

#[test]
fn s003_20_each_action_and_each_answer_has_one_toast() {
    let answers = [
        (
            fixtures::refusal(Code::PermissionDenied, "applications.reject is missing"),
            "Applications.reject is missing. [permission_denied, request 0199c0de-0001, trace 0af7651916cd43dd8448eb211c80319c]",
        ),
        (
            fixtures::refusal(Code::AuditUnavailable, "audit log unavailable"),
            "Audit log unavailable; nothing was changed. [audit_unavailable, request 0199c0de-0001, trace 0af7651916cd43dd8448eb211c80319c]",
        ),
        (
            fixtures::away(),
            "The server cannot be reached (connection refused). [trace 0af7651916cd43dd8448eb211c80319c]",
        ),
        (
            Failure::Lost(Line::new("connection reset")),
            "The connection broke (connection reset). = asks again under the same key. [trace 0af7651916cd43dd8448eb211c80319c]",
        ),
    ];
    for (keys, past) in [("a", "approved"), ("x 1", "rejected"), ("w", "waitlisted")] {
        for (answer, said) in &answers {
            let mut desk = Desk::before(3);
            desk.keys(keys).answer_write(Err(answer.clone()));
            assert_eq!(desk.model.toasts.messages().len(), 1, "{keys} {said}");
            let toast = desk.toast();
            assert!(toast.ends_with(said), "{toast}");
            let is_unknown = said.starts_with("The connection broke");
            let start = if is_unknown {
                "#1: outcome unknown. ".to_owned()
            } else {
                format!("#1 not {past}. ")
            };
            assert!(toast.starts_with(&start), "{toast}");
        }
        let mut desk = Desk::before(3);
        desk.keys(keys).decide();
        assert_eq!(desk.model.toasts.messages().len(), 1);
        assert_eq!(
            desk.toast(),
            format!("#1 {past}, was PENDING (u takes it back)")
        );
    }
}

#[test]
fn a_write_of_unknown_outcome_is_asked_again_under_the_same_key() {
    let mut desk = Desk::before(3);
    desk.keys("a").answer_write(Err(Failure::Timeout));
    let (_, key, call) = desk.writes().remove(0);
    assert_eq!(key, "run-1");
    assert!(desk.line(5).contains('?'), "{}", desk.line(5));
    desk.forget().keys("g a");
    assert_eq!(desk.decisions(), []);
    desk.keys("=");
    let (_, again, call_again) = desk.writes().remove(0);
    assert_eq!((again, call_again), (key, call));
    desk.decide();
    assert_eq!(desk.toast(), "#1 approved, was PENDING (u takes it back)");
    desk.forget().keys("=");
    assert_eq!(desk.writes(), []);
}

#[test]
fn a_refresh_settles_what_was_unknown() {
    let mut desk = Desk::before(2);
    desk.keys("a").answer_write(Err(Failure::Timeout));
    desk.keys("r")
        .answer_list((1..=2).map(fixtures::pending).collect());
    desk.forget().keys("g a");
    assert_eq!(desk.decision().ids, ids([1]));
}

#[test]
fn an_answer_that_is_older_than_a_decision_does_not_undo_it_on_the_screen() {
    let mut desk = Desk::before(2);
    desk.keys("r a").decide();
    desk.answer_list((1..=2).map(fixtures::pending).collect());
    assert_eq!(status(&desk, 0), "ACTIVE");
}

#[test]
fn s003_91_verbs_that_cannot_be_done_say_why_and_send_nothing() {
    let view = [Permission::ApplicationsView, Permission::AuditView];
    let mut desk = Desk::started(options(SMALL));
    desk.answer(Slot::Me, AnyReply::new::<GetMe>(fixtures::admin(&view)));
    desk.answer_list(vec![fixtures::pending(1)]).forget();
    desk.keys("a");
    assert_eq!(
        desk.toast(),
        "Approve: you lack the permission applications.approve"
    );

    let read_only = Options {
        access: AccessMode::ReadOnly,
        ..options(SMALL)
    };
    let mut desk = Desk::started(read_only);
    desk.answer(Slot::Me, AnyReply::new::<GetMe>(fixtures::root()));
    desk.answer_list(vec![fixtures::pending(1)]).forget();
    desk.keys("a");
    assert_eq!(desk.toast(), "Approve: this console is read-only");
    assert!(desk.line(0).contains("RO"));

    let mut desk = Desk::before(2);
    desk.keys("r")
        .fail(Slot::List(Tab::Applications), fixtures::away());
    desk.forget().keys("a");
    assert_eq!(desk.toast(), "Approve: offline; r tries again");

    let mut desk = Desk::entering(SMALL);
    desk.answer_list(vec![fixtures::known(4_716)]).forget();
    desk.keys("a");
    assert_eq!(
        desk.toast(),
        "Approve: #4716 is REJECTED already, by bob@quarterdeck.example"
    );
    assert_eq!(desk.writes(), []);
}

#[test]
fn a_status_of_a_newer_server_is_drawn_and_not_decided() {
    let mut desk = Desk::entering(SMALL);
    let status = quarterdeck_api::wire_enum::OpenEnum::Unknown(Line::new("ON_HOLD"));
    desk.answer_list(vec![ApplicationRow {
        status,
        ..fixtures::pending(1)
    }])
    .forget();
    assert!(desk.shows("ON_HOLD"));
    desk.keys("a");
    assert_eq!(
        desk.toast(),
        "Approve: this console does not know the status ON_HOLD"
    );
}

#[test]
fn verbs_work_in_the_detail_on_its_row_alone() {
    let mut desk = Desk::before(4);
    desk.keys("Space Space Enter a");
    assert_eq!(desk.decision().ids, ids([3]));
    assert!(desk.model.is_in_detail());
    assert_eq!(
        cursor(&desk),
        Some(4),
        "the detail goes on to the next open row"
    );
}

#[test]
fn a_reason_of_ones_own_is_typed_inline() {
    let mut desk = Desk::before(2);
    desk.keys("x e").text("not now").keys("Enter");
    assert_eq!(desk.decision().reason.as_deref(), Some("not now"));
}

#[test]
fn s003_83_old_data_is_named_in_the_modal() {
    let mut desk = Desk::before(3);
    desk.wait(400).keys("x");
    let Some(Overlay::Confirm(confirm)) = &desk.model.overlay else {
        panic!("no modal")
    };
    assert_eq!(confirm.stale_age.as_deref(), Some("6m"));
    assert!(desk.shows("STALE: data is 6m old"));
}

#[test]
fn s003_92_a_failed_report_to_the_audit_log_is_said_and_can_be_sent_again() {
    let mut desk = Desk::started(Options {
        refresh_reports: RefreshReports::On,
        ..options(SMALL)
    });
    desk.answer(Slot::Me, AnyReply::new::<GetMe>(fixtures::root()));
    desk.answer_list(vec![fixtures::pending(1)]).forget();
    desk.keys("r").answer_list(vec![fixtures::pending(1)]);
    let (_, _, first) = desk.writes().remove(0);
    let ((), _, report) = first.args::<AppendAudit>().expect("no report");
    assert_eq!(report.action_code, AuditCode::AdminRefresh);
    desk.answer_write(Err(fixtures::refusal(Code::AuditUnavailable, "")));
    assert_eq!(
        desk.toast(),
        "Audit log failed; action may have completed. (= retries) [audit_unavailable, request 0199c0de-0001, trace 0af7651916cd43dd8448eb211c80319c]"
    );
    desk.forget().keys("=");
    let (_, _, second) = desk.writes().remove(0);
    assert_eq!(first, second, "the same request id: one row");
    desk.answer_write(Ok(AnyReply::new::<AppendAudit>(AppendReply {
        seq: Some(1),
        noop: false,
    })));
    desk.forget().keys("=");
    assert_eq!(desk.writes(), []);
}

#[test]
fn an_answer_of_another_kind_breaks_nothing() {
    let mut desk = Desk::before(2);
    desk.keys("a")
        .answer_write(Ok(AnyReply::new::<AppendAudit>(AppendReply {
            seq: None,
            noop: true,
        })));
    desk.keys("a")
        .answer_write(Ok(AnyReply::new::<DecideApplications>(DecideReply {
            results: Vec::new(),
            changed: 0,
            noop: true,
        })));
    assert!(
        !desk
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::Quit { .. }))
    );
}
