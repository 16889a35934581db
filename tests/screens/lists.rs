//! Rows, pages, filters, marks, the way out of each layer.

use quarterdeck::app::list::RowId;
use quarterdeck::app::message::{Effect, Slot};
use quarterdeck::app::overlay::Overlay;
use quarterdeck::app::tab::Tab;
use quarterdeck_api::applications::{
    ApplicationSort, ApplicationStatus, ApplicationsQuery, ListApplications,
};
use quarterdeck_api::audit::{AuditQuery, ListAudit};
use quarterdeck_api::call::AnyReply;
use quarterdeck_api::page::Page;
use quarterdeck_api::permission::Permission;
use quarterdeck_api::sessions::GetMe;

use crate::desk::{Desk, SMALL, WIDE, options};
use crate::fixtures;

const APPS: Slot = Slot::List(Tab::Applications);
const AUDIT: Slot = Slot::List(Tab::Audit);

fn applications(desk: &Desk) -> ApplicationsQuery {
    desk.query::<ListApplications>(APPS)
}

fn audit(desk: &Desk) -> AuditQuery {
    desk.query::<ListAudit>(AUDIT)
}

fn visible(desk: &Desk) -> Vec<i64> {
    desk.model
        .here()
        .state()
        .list
        .visible()
        .iter()
        .map(|id| id.0)
        .collect()
}

#[test]
fn the_queue_opens_with_what_is_left_to_decide_oldest_first() {
    let desk = Desk::entering(SMALL);
    let query = applications(&desk);
    assert_eq!(query.filter.as_deref(), Some("status:PENDING"));
    assert_eq!(
        (query.sort, query.take, query.cursor),
        (Some(ApplicationSort::OldestFirst), Some(100), None)
    );
}

#[test]
fn a_filter_narrows_the_loaded_rows_at_once_and_asks_the_server_on_enter() {
    let mut desk = Desk::before(30);
    desk.keys("/").text("applicant2*");
    assert_eq!(visible(&desk), [2, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29]);
    assert!(desk.queries(APPS).is_empty());
    assert!(desk.shows("11 shown, 30 in all"));
    desk.keys("Enter");
    let query = applications(&desk);
    assert_eq!(query.filter.as_deref(), Some("applicant2*"));
    desk.answer_list(vec![fixtures::pending(2), fixtures::pending(777)]);
    assert_eq!(visible(&desk), [2, 777], "what the server finds is shown");
    assert!(
        desk.line(2).starts_with("/applicant2* server"),
        "{}",
        desk.line(2)
    );
}

#[test]
fn what_is_being_typed_narrows_on_when_a_reload_completes() {
    let mut desk = Desk::before(30);
    desk.keys("r /").text("applicant2");
    let narrowed = visible(&desk);
    assert_eq!(narrowed.len(), 11);
    let reloaded = Page {
        next_cursor: Some("after-31".to_owned()),
        ..fixtures::page((1..=31).map(fixtures::pending).collect())
    };
    desk.answer(APPS, AnyReply::new::<ListApplications>(reloaded))
        .forget();
    assert_eq!(visible(&desk), narrowed);
    assert!(desk.shows("/applicant2"), "{}", desk.screen());
    desk.text("9");
    assert_eq!(visible(&desk), [29]);
    desk.keys("Esc");
    assert_eq!(visible(&desk).len(), 31);
    assert!(
        desk.queries(APPS).is_empty(),
        "a narrowed list is not short"
    );
}

#[test]
fn what_something_else_displaces_narrows_no_longer() {
    let mut desk = Desk::before(30);
    desk.keys("5")
        .answer_audit()
        .answer_chain(fixtures::chain())
        .keys("V /")
        .text("rejected");
    assert_eq!(visible(&desk), [1_202, 1_201, 1_200]);
    desk.answer_chain(fixtures::truncated(1_100));
    assert!(desk.shows("Verification of the audit chain"));
    desk.keys("Esc");
    assert!(visible(&desk).len() > 3, "{}", desk.screen());
}

#[test]
fn what_the_server_answers_goes_to_it_as_it_is_meant() {
    let cases = [
        ("status:pend,REJ age>2d", Some("status:pend,REJ age>2d")),
        ("ana status:all mail", Some("status:all")),
        ("is:open", Some("status=PENDING,WAITLISTED")),
        ("name:ana* OR status:rej", None),
    ];
    for (text, expected) in cases {
        let mut desk = Desk::before(3);
        desk.keys("/").text(text).keys("Enter");
        let asked = desk.queries(APPS).pop();
        let asked = asked.and_then(|call| call.args::<ListApplications>()?.1.filter.clone());
        assert_eq!(asked.as_deref(), expected, "{text}");
    }
}

#[test]
fn a_wrong_filter_keeps_the_rows_and_points_at_its_column() {
    let mut desk = Desk::before(5);
    desk.keys("/").text("applicant3 status:zz");
    assert_eq!(
        visible(&desk),
        [3],
        "the last filter that could be read holds"
    );
    desk.keys("Enter");
    assert!(desk.queries(APPS).is_empty());
    let said = desk.line(22);
    assert_eq!(
        said,
        "Column 19: no status `zz`; there is PENDING, ACTIVE, REJECTED, WAITLISTED or all"
    );
    desk.keys("C-u").text("stauts:x");
    assert_eq!(
        desk.line(22),
        "Column 1: no filter `stauts`; did you mean `status`?"
    );
}

#[test]
fn escape_leaves_the_filter_as_it_was() {
    let mut desk = Desk::before(5);
    desk.keys("/").text("applicant 3").keys("Esc");
    assert_eq!(visible(&desk), [1, 2, 3, 4, 5]);
    assert!(desk.queries(APPS).is_empty());
}

#[test]
fn the_audit_log_is_filtered_by_actor_action_and_target() {
    let mut desk = Desk::before(1);
    desk.keys("5").answer_audit().forget();
    desk.keys("/")
        .text("actor=ana@quarterdeck.example action:bulk target:application#4711")
        .keys("Enter");
    assert_eq!(
        audit(&desk).filter.as_deref(),
        Some("actor=ana@quarterdeck.example action:bulk target:application#4711")
    );
    desk.forget()
        .keys("/ C-u")
        .text("action:bulk_rejekt")
        .keys("Enter");
    assert!(
        desk.line(22)
            .ends_with("no action `bulk_rejekt`; did you mean `bulk_reject`?"),
        "{}",
        desk.line(22)
    );
}

#[test]
fn plain_words_in_the_audit_log_are_looked_for_among_the_loaded_rows() {
    let mut desk = Desk::before(1);
    desk.keys("5").answer_audit().forget();
    desk.keys("/").text("rejected").wait(1).keys("Enter");
    assert!(desk.queries(AUDIT).is_empty(), "the server is not asked");
    assert_eq!(visible(&desk), [1_202, 1_201, 1_200]);
    assert!(
        desk.line(2).starts_with("/rejected local 6/1,204"),
        "{}",
        desk.line(2)
    );
}

#[test]
fn the_next_page_is_asked_for_when_the_cursor_nears_the_end() {
    let mut desk = Desk::entering(SMALL);
    let first = Page {
        total: 60,
        next_cursor: Some("after-30".to_owned()),
        ..fixtures::page((1..=30).map(fixtures::pending).collect())
    };
    desk.answer(APPS, AnyReply::new::<ListApplications>(first))
        .forget();
    desk.keys("j");
    assert!(desk.queries(APPS).is_empty());
    desk.keys("C-d C-d");
    assert_eq!(applications(&desk).cursor.as_deref(), Some("after-30"));
    desk.keys("G")
        .answer_list((31..=60).map(fixtures::pending).collect());
    assert_eq!(
        desk.model.here().state().list.cursor(),
        Some(RowId(30)),
        "the cursor stays on its row"
    );
    assert_eq!(visible(&desk).len(), 60);
    desk.forget().keys("G");
    assert!(desk.queries(APPS).is_empty(), "there is no further page");
}

#[test]
fn a_reload_asks_for_as_many_rows_as_there_were() {
    let mut desk = Desk::entering(SMALL);
    let page = |from: i64, to: i64, next: Option<&str>| {
        AnyReply::new::<ListApplications>(Page {
            total: 40,
            next_cursor: next.map(str::to_owned),
            ..fixtures::page((from..=to).map(fixtures::pending).collect())
        })
    };
    desk.answer(APPS, page(1, 20, Some("next")))
        .keys("G")
        .answer(APPS, page(21, 40, None));
    desk.forget()
        .keys("r")
        .answer(APPS, page(1, 20, Some("next")));
    assert_eq!(
        visible(&desk).len(),
        40,
        "the old rows stand until the new ones are all here"
    );
    assert!(desk.toast().is_empty());
    assert_eq!(applications(&desk).cursor.as_deref(), Some("next"));
    desk.answer(APPS, page(21, 40, None));
    assert_eq!(desk.toast(), "Data refreshed");
    assert_eq!(visible(&desk).len(), 40);
}

#[test]
fn an_answer_to_an_older_question_is_dropped() {
    let mut desk = Desk::before(3);
    desk.keys("r");
    let old = desk.asked(APPS);
    desk.keys("r");
    let page = fixtures::page(vec![fixtures::pending(99)]);
    desk.send(quarterdeck::app::message::Msg::Replied(
        quarterdeck::app::message::Reply::Read {
            slot: APPS,
            generation: old,
            result: Ok(AnyReply::new::<ListApplications>(page)),
        },
    ));
    assert_eq!(visible(&desk), [1, 2, 3]);
}

#[test]
fn the_cursor_stays_on_its_row_when_rows_come_above() {
    let mut desk = Desk::before(5);
    desk.keys("j j r")
        .answer_list([9, 8, 1, 2, 3, 4, 5].map(fixtures::pending).into());
    assert_eq!(desk.model.here().state().list.cursor(), Some(RowId(3)));
}

#[test]
fn each_escape_leaves_one_layer_and_never_the_console() {
    let mut desk = Desk::before(9);
    desk.keys("/")
        .text("applicant*")
        .keys("Enter")
        .answer_list((1..=9).map(fixtures::pending).collect());
    desk.keys("Space Space v j Enter x e");
    let list = |desk: &Desk| desk.model.here().state().list.clone();
    desk.keys("Esc");
    assert!(
        matches!(desk.model.overlay, Some(Overlay::Confirm(_))),
        "text, then reasons"
    );
    desk.keys("Esc");
    assert!(desk.model.overlay.is_none() && list(&desk).is_in_range());
    desk.keys("Esc");
    assert!(!list(&desk).is_in_range() && desk.model.is_in_detail());
    desk.keys("Esc");
    assert!(!desk.model.is_in_detail() && list(&desk).marked_count() == 2);
    desk.keys("Esc");
    assert_eq!(desk.toast(), "2 marks cleared (u restores)");
    assert_eq!(desk.model.here().state().filter, "applicant*");
    desk.keys("Esc");
    assert_eq!(desk.model.here().state().filter, "");
    desk.answer_list((1..=9).map(fixtures::pending).collect())
        .keys("Esc");
    assert_eq!(desk.toast(), "q quits");
    assert!(
        !desk
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::Quit { .. }))
    );
}

#[test]
fn cleared_marks_are_restored_by_u() {
    let mut desk = Desk::before(5);
    desk.keys("Space Space Esc u");
    assert_eq!(desk.model.here().state().list.marked_count(), 2);
    assert_eq!(desk.writes(), []);
}

#[test]
fn o_a_leads_to_the_audit_trail_of_the_row_and_escape_leads_back() {
    let mut desk = Desk::before(3);
    desk.keys("j o");
    assert!(
        desk.line(23).contains("audit trail"),
        "the second key is shown: {}",
        desk.line(23)
    );
    desk.keys("a");
    assert_eq!(audit(&desk).filter.as_deref(), Some("on:application#2"));
    desk.answer_audit();
    assert_eq!(desk.model.tab, Tab::Audit);
    desk.keys("Esc");
    assert_eq!(desk.model.tab, Tab::Applications);
    desk.keys("o z");
    assert_eq!(
        (desk.model.tab, desk.writes()),
        (Tab::Applications, Vec::new())
    );
    desk.forget().keys("5");
    assert_eq!(audit(&desk).filter, None, "the trail's filter went with it");
    desk.keys("-");
    assert_eq!(desk.model.tab, Tab::Applications);
}

#[test]
fn u_05_digits_and_brackets_select_the_tabs_that_may_be_seen() {
    let mut desk = Desk::before(1);
    let numbered = [
        ("0", Tab::Dashboard),
        ("1", Tab::Applications),
        ("2", Tab::Reports),
        ("3", Tab::DataRequests),
        ("5", Tab::Audit),
        ("6", Tab::Admins),
    ];
    for (digit, tab) in numbered {
        desk.keys(digit);
        assert_eq!(desk.model.tab, tab);
    }
    desk.keys("]");
    assert_eq!(desk.model.tab, Tab::Dashboard);
    desk.keys("[");
    assert_eq!(desk.model.tab, Tab::Admins);

    let mut desk = Desk::started(options(SMALL));
    let me = fixtures::admin(&[Permission::AuditView]);
    desk.answer(Slot::Me, AnyReply::new::<GetMe>(me));
    assert_eq!(desk.model.tab, Tab::Audit, "the first tab that may be seen");
    assert!(!desk.shows("Apps"));
    desk.forget().keys("1");
    assert_eq!(desk.model.tab, Tab::Audit);
    assert_eq!(
        desk.toast(),
        "Applications: you lack the permission applications.view"
    );
}

#[test]
fn sort_by_the_letter_of_the_column_and_again_for_the_other_way() {
    let mut desk = Desk::before(3);
    desk.keys("s a");
    assert_eq!(applications(&desk).sort, Some(ApplicationSort::NewestFirst));
    desk.answer_list((1..=3).map(fixtures::pending).collect())
        .keys("s a");
    assert_eq!(applications(&desk).sort, Some(ApplicationSort::OldestFirst));
    desk.forget().keys("s Esc");
    assert!(desk.model.overlay.is_none() && desk.queries(APPS).is_empty());
}

#[test]
fn the_preview_is_loaded_once_the_cursor_rests() {
    let mut desk = Desk::at_work(WIDE);
    let slot = Slot::Detail(Tab::Applications);
    desk.keys("j j j");
    assert!(desk.queries(slot).is_empty());
    desk.wait(1);
    assert_eq!(
        desk.queries(slot).len(),
        1,
        "one read for the row it rests on"
    );
    let mut small = Desk::at_work(SMALL);
    small.keys("j").wait(5);
    assert!(small.queries(slot).is_empty(), "no preview, no read");
    small.keys("Enter");
    assert_eq!(small.queries(slot).len(), 1);
    assert!(small.shows("loading..."));
}

#[test]
fn y_copies_the_id() {
    let mut desk = Desk::before(2);
    desk.keys("j y");
    assert!(
        desk.effects
            .iter()
            .any(|effect| matches!(effect, Effect::Copy(text) if text == "#2"))
    );
}

#[test]
fn nothing_is_taken_back_in_the_audit_log_and_the_key_says_so() {
    let mut desk = Desk::before(1);
    desk.keys("5").answer_audit().keys("u");
    assert_eq!(
        desk.toast(),
        "Take back the last action: the log only grows; reopen the application on its own tab"
    );
    assert_eq!(desk.writes(), []);
}

#[test]
fn an_unknown_status_of_the_filter_is_named_with_what_there_is() {
    let mut desk = Desk::before(1);
    desk.keys("/").text("status:DONE").keys("Enter");
    let names = ApplicationStatus::ALL
        .iter()
        .map(|status| status.as_str())
        .collect::<Vec<_>>()
        .join(", ");
    let Some(Overlay::Filter(prompt)) = &desk.model.overlay else {
        panic!("no prompt")
    };
    let said = prompt.error.as_ref().unwrap().message.to_string();
    assert_eq!(said, format!("no status `DONE`; there is {names} or all"));
}
