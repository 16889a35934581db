//! What `u` takes back, held against what the contract declares: the console's list of ways back is no
//! second one.

use quarterdeck_api::call::{AnyCall, AnyReply};
use quarterdeck_api::data_requests::{DataRequestStatus, UpdateDataRequests};
use quarterdeck_api::ids::UserId;
use quarterdeck_api::operations::SPECS;
use quarterdeck_api::reports::{DecideReports, ReportStatus};
use quarterdeck_api::users::{
    BanOutcome, BanResult, BanUser, BulkBanReply, BulkBanUsers, SuspendUser, UserRow, UserStatus,
};

use crate::desk::{Desk, SMALL};
use crate::people;
use crate::queues::{self, changed, data_request, handled, report, settled};

fn newest(desk: &Desk) -> AnyCall {
    let (_, _, call) = desk.writes().pop().expect("nothing was written");
    call
}

/// Presses `u` after what was done was answered, and holds what it sends against the contract.
fn assert_takes_back(desk: &mut Desk) {
    let done = newest(desk);
    let inverse = done.spec().inverse.expect("it has no way back");
    desk.forget().keys("u");
    assert_eq!(newest(desk).spec().id, inverse.operation);
}

#[test]
fn u_sends_what_the_contract_names_as_the_inverse() {
    let mut desk = Desk::before(3);
    assert_takes_back(desk.keys("w").decide());

    let mut desk = queues::before_reports(SMALL, vec![report(1)]);
    desk.keys("a")
        .answer_bulk::<DecideReports, _>(vec![changed(1, settled(1, ReportStatus::Resolved))]);
    assert_takes_back(&mut desk);

    let mut desk = queues::before_requests(SMALL, vec![data_request(1, 3)]);
    let failed = handled(1, DataRequestStatus::Failed);
    desk.keys("x 1")
        .answer_bulk::<UpdateDataRequests, _>(vec![changed(1, failed)]);
    assert_takes_back(&mut desk);

    let mut desk = people::before(SMALL, vec![people::user(1)]);
    let view = people::view(people::banned(1));
    desk.keys("b 1 1")
        .answer_write(Ok(AnyReply::new::<BanUser>(view)));
    assert_takes_back(&mut desk);

    let mut desk = people::before(SMALL, vec![people::user(1), people::user(2)]);
    let banned = |id| BanResult {
        id: UserId(id),
        outcome: BanOutcome::Banned.into(),
        user: Some(people::banned(id)),
    };
    desk.keys("Space Space b 1 1 y")
        .answer_write(Ok(AnyReply::new::<BulkBanUsers>(BulkBanReply {
            results: vec![banned(1), banned(2)],
            changed: 2,
            noop: false,
        })));
    assert_takes_back(&mut desk);

    let mut desk = people::before(SMALL, vec![people::user(1)]);
    let suspended = UserRow {
        status: UserStatus::Suspended.into(),
        ..people::user(1)
    };
    let view = people::view(suspended);
    desk.keys("x 1 y")
        .answer_write(Ok(AnyReply::new::<SuspendUser>(view)));
    assert_takes_back(&mut desk);
}

#[test]
fn u_on_a_row_sends_nothing_that_is_no_way_back() {
    let statuses = [ReportStatus::Resolved, ReportStatus::Dismissed];
    let mut desks = vec![Desk::before(1)];
    desks.extend(statuses.map(|status| queues::before_reports(SMALL, vec![settled(1, status)])));
    let statuses = [DataRequestStatus::Failed, DataRequestStatus::Completed];
    desks.extend(statuses.map(|status| queues::before_requests(SMALL, vec![handled(1, status)])));
    desks.extend(
        people::crowd()
            .into_iter()
            .map(|row| people::before(SMALL, vec![row])),
    );
    let inverses: Vec<_> = SPECS
        .iter()
        .filter_map(|spec| spec.inverse)
        .map(|inverse| inverse.operation)
        .collect();
    let mut sent = Vec::new();
    for mut desk in desks {
        // A reason and a confirmation, where it asks for them.
        desk.keys("u 1 y");
        let calls = desk.writes().into_iter();
        sent.extend(calls.map(|(_, _, call)| call.spec().id));
    }
    assert!(sent.len() >= 4, "{sent:?}");
    for id in &sent {
        assert!(inverses.contains(id), "{id} takes nothing back");
    }
}

#[test]
fn banning_whom_a_settled_report_is_about_does_not_offer_to_reopen_the_report() {
    let mut desk = queues::before_reports(SMALL, vec![settled(1, ReportStatus::Resolved)]);
    desk.keys("b 1 1 y");
    assert_eq!(newest(&desk).spec().id, "users.ban");
    let view = people::view(people::banned(902));
    desk.answer_write(Ok(AnyReply::new::<BanUser>(view)));
    assert!(!desk.toast().contains("takes it back"), "{}", desk.toast());
}
