//! `:journal`: what the operator did, and taking it back.

use chrono::TimeDelta;
use quarterdeck::app::layout::Size;
use quarterdeck::app::message::Slot;
use quarterdeck::app::options::{AccessMode, SingleKeys};
use quarterdeck::app::overlay::Overlay;
use quarterdeck::screens::journal::take_back;
use quarterdeck::screens::verb::Given;
use quarterdeck_api::applications::{ApplicationAction, ApplicationStatus, ExpectedStatus};
use quarterdeck_api::audit::AuditCode;
use quarterdeck_api::call::AnyReply;
use quarterdeck_api::ids::UserId;
use quarterdeck_api::journal::{
    JournalEntry, JournalPage, JournalQuery, JournalTarget, ListJournal, WayBack,
};
use quarterdeck_api::text::Line;
use quarterdeck_api::undoable::Undoable;
use quarterdeck_api::users::{BulkUnbanUsers, UnbanUser};

use crate::desk::{Desk, SMALL};
use crate::fixtures::{self, NOW};
use crate::snapshots::at_both_sizes;

fn entry(seq: i64, code: AuditCode, kind: &str, targets: &[(i64, WayBack)]) -> JournalEntry {
    let possible = targets.iter().filter(|(_, way)| *way == WayBack::Possible);
    JournalEntry {
        seq,
        request_id: Line::new(&format!("0199c0de-{seq}")),
        created_at: NOW - TimeDelta::hours(100 - seq),
        action_code: code.into(),
        target_type: Line::new(kind),
        possible: possible.count(),
        targets: targets
            .iter()
            .map(|(id, way)| JournalTarget {
                id: *id,
                way_back: (*way).into(),
            })
            .collect(),
        inverse: None,
    }
}

fn acts() -> Vec<JournalEntry> {
    use WayBack::{AsBefore, Final, None, Overtaken, Possible};
    vec![
        entry(
            98,
            AuditCode::ApplicationApproved,
            "application",
            &[(9_001, Possible)],
        ),
        entry(
            90,
            AuditCode::BulkReject,
            "application",
            &[(11, Possible), (12, Overtaken), (13, Possible)],
        ),
        entry(80, AuditCode::UserBanned, "user", &[(5, Possible)]),
        entry(
            70,
            AuditCode::BulkBan,
            "user",
            &[(6, Possible), (7, Possible)],
        ),
        entry(
            60,
            AuditCode::DataRequestUpdated,
            "data_request",
            &[(8, Final)],
        ),
        entry(
            50,
            AuditCode::BulkApprove,
            "application",
            &[(21, AsBefore), (22, Overtaken)],
        ),
        entry(40, AuditCode::AuditExported, "audit", &[]),
        entry(30, AuditCode::UserVerified, "user", &[(9, None)]),
    ]
}

fn page(data: Vec<JournalEntry>, next_cursor: Option<&str>) -> AnyReply {
    AnyReply::new::<ListJournal>(JournalPage {
        data,
        next_cursor: next_cursor.map(str::to_owned),
    })
}

fn open(size: Size) -> Desk {
    let mut desk = Desk::at_work(size);
    desk.keys(":").text("journal").keys("Enter");
    desk.answer(Slot::Journal, page(acts(), None)).forget();
    desk
}

fn is_open(desk: &Desk) -> bool {
    matches!(desk.model.overlay, Some(Overlay::Journal(_)))
}

#[test]
fn journal_looks() {
    at_both_sizes("journal", |size| {
        let mut desk = open(size);
        desk.keys("j");
        desk
    });
}

#[test]
fn u_takes_an_act_back_whose_row_is_not_loaded() {
    for key in ["u", "Enter"] {
        let mut desk = open(SMALL);
        desk.keys(key);
        let request = desk.decision();
        assert_eq!(request.action, ApplicationAction::Reopen, "{key}");
        assert_eq!(request.ids[0].0, 9_001);
        assert_eq!(
            request.expected_status,
            Some(ExpectedStatus::All(ApplicationStatus::Active))
        );
        desk.decide();
        assert_eq!(desk.toast(), "#9001 reopened, was ACTIVE");
        assert!(!is_open(&desk));
    }
}

#[test]
fn of_a_batch_what_is_still_possible_is_taken_back_once_it_is_confirmed() {
    let mut desk = open(SMALL);
    desk.keys("j u");
    assert_eq!(desk.decisions(), [], "several are asked about");
    desk.keys("y");
    let ids: Vec<_> = desk.decision().ids.iter().map(|id| id.0).collect();
    assert_eq!(ids, [11, 13]);
}

#[test]
fn a_ban_is_lifted_with_a_reason() {
    let mut desk = open(SMALL);
    desk.keys("j j u");
    assert_eq!(desk.writes().len(), 0);
    desk.keys("1 y");
    let (id, body) = desk.sent::<UnbanUser>();
    assert_eq!((id.0, body.expected_version), (5, None));
    assert!(!body.ban_reason.is_empty() || body.reason_code.is_some());
}

#[test]
fn several_bans_are_lifted_by_one_call() {
    let mut desk = open(SMALL);
    desk.keys("j j j u 1 y Enter");
    assert_eq!(desk.writes().len(), 0, "the count is typed");
    desk.keys("2 Enter");
    let ((), body) = desk.sent::<BulkUnbanUsers>();
    assert_eq!(body.user_ids, [6, 7].map(UserId));
    assert_eq!(body.confirm, Some(true));
    assert!(!body.ban_reason.is_empty() || body.reason_code.is_some());
}

#[test]
fn what_cannot_be_taken_back_says_why_and_the_journal_stays() {
    let rows = [
        (4, "final"),
        (5, "1 as before already, 1 decided again since"),
        (6, "no way back"),
        (7, "no way back"),
    ];
    for (down, why) in rows {
        let mut desk = open(SMALL);
        desk.keys(&"j ".repeat(down)).keys("u");
        assert_eq!(desk.toast(), format!("Not taken back: {why}"));
        assert!(is_open(&desk) && desk.writes().is_empty(), "{why}");
    }
}

#[test]
fn what_the_server_refuses_is_said() {
    let mut desk = open(SMALL);
    desk.keys("u").answer_write(Err(fixtures::away()));
    assert!(desk.toast().contains("#9001"), "{}", desk.toast());
}

#[test]
fn older_acts_come_as_the_last_one_is_reached() {
    let mut desk = Desk::at_work(SMALL);
    desk.keys(":").text("journal").keys("Enter");
    desk.answer(Slot::Journal, page(acts(), Some("30")))
        .forget();
    desk.keys("j j j j j j");
    assert_eq!(desk.queries(Slot::Journal).len(), 0);
    desk.keys("j j");
    assert_eq!(desk.queries(Slot::Journal).len(), 1, "it is asked once");
    let query: JournalQuery = desk.query::<ListJournal>(Slot::Journal);
    assert_eq!(query.cursor.as_deref(), Some("30"));
    let older = entry(
        20,
        AuditCode::ReportResolved,
        "report",
        &[(1, WayBack::Possible)],
    );
    desk.answer(Slot::Journal, page(vec![older], None));
    desk.keys("j u");
    assert_eq!(desk.writes()[0].2.spec().id, "reports.decide_bulk");
}

#[test]
fn a_read_only_console_takes_nothing_back_and_single_keys_may_be_off() {
    let mut desk = open(SMALL);
    desk.model.access = AccessMode::ReadOnly;
    desk.model.options.access = AccessMode::ReadOnly;
    desk.keys("u");
    assert_eq!(desk.toast(), "Not taken back: this console is read-only");
    let mut desk = open(SMALL);
    desk.model.single_keys = SingleKeys::Off;
    desk.keys("u");
    assert!(is_open(&desk) && desk.writes().is_empty());
    desk.keys("Enter");
    assert_eq!(desk.writes().len(), 1);
}

/// Of two operations that do the same to one and to several, the console calls that for several.
fn of_several(operation: &str) -> &str {
    match operation {
        "reports.decide" => "reports.decide_bulk",
        "data_requests.update" => "data_requests.update_bulk",
        other => other,
    }
}

#[test]
fn what_takes_an_act_back_is_what_the_contract_declares() {
    for code in AuditCode::ALL {
        let taken = take_back(*code, "application", &[7]).map(|back| {
            let call = back.prepared.call(&Given::default());
            call.spec().id
        });
        let declared = Undoable::of_code(*code).map(|found| found.inverse.operation);
        assert_eq!(taken, declared.map(of_several), "{code}");
    }
}
