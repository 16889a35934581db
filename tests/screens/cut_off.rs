//! Writes that were on their way when the last run ended.

use chrono::{DateTime, TimeDelta, Utc};
use quarterdeck::app::cut_off::PendingWrite;
use quarterdeck::app::message::{Effect, Failure, Slot};
use quarterdeck::app::options::Options;
use quarterdeck_api::audit::AuditCode;
use quarterdeck_api::call::AnyReply;
use quarterdeck_api::journal::{
    JournalEntry, JournalPage, JournalQuery, JournalTarget, ListJournal, WayBack,
};
use quarterdeck_api::sessions::GetMe;
use quarterdeck_api::text::Line;

use crate::desk::{Desk, SMALL, options};
use crate::fixtures::{self, NOW};

fn write(key: &str, ids: &[i64]) -> PendingWrite {
    PendingWrite {
        key: key.to_owned(),
        operation: "applications.decide".to_owned(),
        verb: "approve".to_owned(),
        ids: ids.to_vec(),
        account: fixtures::root().id.0,
        sent_at: NOW - TimeDelta::hours(1),
    }
}

fn act(at: DateTime<Utc>, code: AuditCode, ids: &[i64]) -> JournalEntry {
    JournalEntry {
        seq: 1,
        request_id: Line::new("0199c0de"),
        created_at: at,
        action_code: code.into(),
        target_type: Line::new("application"),
        targets: ids
            .iter()
            .map(|id| JournalTarget {
                id: *id,
                way_back: WayBack::Possible.into(),
            })
            .collect(),
        possible: ids.len(),
        inverse: None,
    }
}

fn page(data: Vec<JournalEntry>, next_cursor: Option<&str>) -> AnyReply {
    AnyReply::new::<ListJournal>(JournalPage {
        data,
        next_cursor: next_cursor.map(str::to_owned),
    })
}

/// A console that found these, signed in.
fn found(pending: Vec<PendingWrite>) -> Desk {
    let mut desk = Desk::started(Options {
        pending,
        ..options(SMALL)
    });
    desk.answer(Slot::Me, AnyReply::new::<GetMe>(fixtures::root()));
    desk
}

fn forgotten(desk: &Desk) -> Vec<String> {
    let keys = desk.effects.iter().filter_map(|effect| match effect {
        Effect::ForgetPending(keys) => Some(keys.clone()),
        _ => None,
    });
    keys.flatten().collect()
}

fn noted(desk: &Desk) -> Vec<PendingWrite> {
    let notes = desk.effects.iter().filter_map(|effect| match effect {
        Effect::NotePending(write) => Some(write.clone()),
        _ => None,
    });
    notes.collect()
}

#[test]
fn a_write_is_noted_before_it_is_sent_and_forgotten_once_it_is_answered() {
    let mut desk = Desk::before(3);
    desk.keys("a");
    let note = desk
        .effects
        .iter()
        .position(|effect| matches!(effect, Effect::NotePending(_)));
    let call = desk
        .effects
        .iter()
        .position(|effect| matches!(effect, Effect::Call { .. }));
    assert!(note.is_some() && note < call);
    let key = desk.writes()[0].1.clone();
    let note = &noted(&desk)[0];
    assert_eq!((&note.key, note.ids.len(), note.sent_at), (&key, 1, NOW));
    assert_eq!(note.operation, "applications.decide");
    assert_eq!(forgotten(&desk), [""; 0]);
    desk.decide();
    assert_eq!(forgotten(&desk), [key]);
}

#[test]
fn an_unknown_outcome_is_kept_until_the_rows_are_loaded_anew() {
    let mut desk = Desk::before(3);
    desk.keys("a").answer_write(Err(Failure::Timeout));
    assert_eq!(forgotten(&desk), [""; 0]);
    let key = desk.writes()[0].1.clone();
    desk.keys("Esc r").answer_list(fixtures::queue(3));
    assert_eq!(forgotten(&desk), [key]);
}

#[test]
fn what_became_of_each_is_said_by_the_journal() {
    let code = AuditCode::BulkApprove;
    let since = NOW - TimeDelta::minutes(59);
    let cases = [
        (vec![act(since, code, &[1, 2])], "it was done"),
        (vec![act(since, code, &[2, 9])], "1 of 2 were changed"),
        (vec![], "nothing was changed"),
        (
            vec![act(NOW - TimeDelta::hours(2), code, &[1, 2])],
            "nothing was changed",
        ),
        (
            vec![act(since, AuditCode::UserBanned, &[1, 2])],
            "nothing was changed",
        ),
    ];
    for (acts, expected) in cases {
        let mut desk = found(vec![write("old-1", &[1, 2])]);
        desk.answer(Slot::Fate, page(acts, None));
        let toast = desk.toast();
        assert!(
            toast.contains("approve #1, #2: ") && toast.contains(expected),
            "{toast}: {expected}"
        );
        assert_eq!(forgotten(&desk), ["old-1"]);
    }
}

#[test]
fn the_journal_is_read_back_to_when_it_was_sent_and_no_further() {
    let mut desk = found(vec![write("old-1", &[1])]);
    let newer = act(NOW, AuditCode::UserBanned, &[5]);
    desk.answer(Slot::Fate, page(vec![newer], Some("40")));
    let query: JournalQuery = desk.query::<ListJournal>(Slot::Fate);
    assert_eq!(query.cursor.as_deref(), Some("40"));
    let older = act(NOW - TimeDelta::hours(3), AuditCode::UserBanned, &[6]);
    desk.answer(Slot::Fate, page(vec![older], Some("20")));
    assert_eq!(desk.queries(Slot::Fate).len(), 2);
    assert!(desk.toast().contains("nothing was changed"));
}

#[test]
fn what_cannot_be_asked_or_is_of_another_account_is_left_for_the_next_run() {
    let mut desk = found(vec![write("old-1", &[1])]);
    desk.fail(Slot::Fate, fixtures::away());
    assert_eq!(forgotten(&desk), [""; 0]);
    let other = PendingWrite {
        account: 4_711,
        ..write("old-2", &[1])
    };
    let desk = found(vec![other]);
    assert_eq!(desk.queries(Slot::Fate).len(), 0);
    assert_eq!(forgotten(&desk), [""; 0]);
}
