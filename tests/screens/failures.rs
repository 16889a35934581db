//! Whatever fails names the ids by which it is found in the logs.

use quarterdeck::app::message::{Failure, Severity, Slot};
use quarterdeck::app::tab::Tab;
use quarterdeck_api::applications::ApplicationStatus;
use quarterdeck_api::problem::Code;
use quarterdeck_api::text::Line;

use crate::desk::{Desk, SMALL, TRACE, conflict};
use crate::fixtures;

/// One of each kind, and the refusals that are told in a way of their own.
fn every_failure(desk: &Desk) -> Vec<Failure> {
    let problem = |code| Box::new(fixtures::problem(code, "it went wrong"));
    let mut decided = problem(Code::AlreadyReviewed);
    decided.conflict = conflict(1, ApplicationStatus::Rejected, desk.now).conflict;
    let mut limited = problem(Code::RateLimited);
    limited.retry_after = Some(12);
    vec![
        Failure::Problem(problem(Code::Internal)),
        Failure::Problem(problem(Code::AuditUnavailable)),
        Failure::Problem(problem(Code::MissingAuthorization)),
        Failure::Problem(decided),
        Failure::Problem(limited),
        Failure::SignedOut(problem(Code::TokenExpired)),
        fixtures::away(),
        Failure::Lost(Line::new("connection reset")),
        Failure::Timeout,
        Failure::Undecodable(Line::new("no JSON")),
    ]
}

/// Makes a call and lets it fail.
type Way = fn(&mut Desk, Failure);

fn every_way() -> Vec<(&'static str, Way)> {
    const APPS: Slot = Slot::List(Tab::Applications);
    vec![
        ("a first list", |desk, failure| {
            desk.keys("2").fail(Slot::List(Tab::Reports), failure);
        }),
        ("a refresh", |desk, failure| {
            desk.keys("r").fail(APPS, failure);
        }),
        ("a write", |desk, failure| {
            desk.keys("a").answer_write(Err(failure));
        }),
        ("several at once", |desk, failure| {
            desk.keys("Space Space a y").answer_write(Err(failure));
        }),
        ("verification", |desk, failure| {
            desk.keys("5")
                .answer_audit()
                .answer_chain(fixtures::chain());
            desk.keys("V").fail(Slot::Verify, failure);
        }),
        ("signing out", |desk, failure| {
            desk.keys(":").text("logout").keys("Enter");
            desk.answer_session(Err(failure));
        }),
    ]
}

#[test]
fn every_error_toast_names_request_and_trace() {
    for (way, fail) in every_way() {
        for failure in every_failure(&Desk::before(1)) {
            let mut desk = Desk::before(3);
            fail(&mut desk, failure.clone());
            let (toast, _) = desk.model.toasts.current().unwrap();
            assert_eq!(toast.severity, Severity::Error, "{way}: {failure:?}");
            let text = toast.text.as_str();
            assert!(text.contains(&format!("trace {TRACE}]")), "{way}: {text}");
            if let Some(request) = failure.request_id() {
                assert!(
                    text.contains(&format!("request {request},")),
                    "{way}: {text}"
                );
            }
        }
    }
}

/// The ids come last, and an error is said in full.
#[test]
fn the_ids_of_an_error_are_seen_at_eighty_columns() {
    for (way, fail) in every_way() {
        for failure in every_failure(&Desk::before(1)) {
            let mut desk = Desk::at_work(SMALL);
            fail(&mut desk, failure.clone());
            let last = desk.model.toast_lines().pop().unwrap();
            assert!(last.as_str().ends_with(']'), "{way}: {last}");
        }
    }
}
