//! From a row to what belongs to it and back, the audit log by actor and target, and what can be copied.

use quarterdeck::app::message::{Effect, Slot};
use quarterdeck::app::tab::Tab;
use quarterdeck_api::admin_logs::ListAdminLogs;
use quarterdeck_api::applications::ListApplications;
use quarterdeck_api::audit::{AuditQuery, AuditRow, ListAudit};
use quarterdeck_api::call::AnyReply;
use quarterdeck_api::data_requests::ListDataRequests;
use quarterdeck_api::permission::Permission;
use quarterdeck_api::text::Line;
use quarterdeck_api::users::ListUsers;

use crate::desk::{Desk, SMALL, WIDE};
use crate::fixtures;
use crate::people::{before, desk_of, user};
use crate::queues;

const AUDIT: Slot = Slot::List(Tab::Audit);
const USERS: Slot = Slot::List(Tab::Users);

/// The audit log, whose first row is about this.
fn log_of(kind: &str, id: &str) -> Desk {
    let mut desk = Desk::before(1);
    let mut rows = fixtures::log();
    rows.insert(
        0,
        AuditRow {
            seq: 1_205,
            target_type: Line::new(kind),
            target_id: Line::new(id),
            ..fixtures::log().remove(0)
        },
    );
    desk.keys("5")
        .answer(AUDIT, AnyReply::new::<ListAudit>(fixtures::page(rows)));
    desk.forget();
    desk
}

fn asked_of_log(desk: &Desk) -> String {
    let query = desk.query::<ListAudit>(AUDIT);
    query.filter.unwrap_or_default()
}

fn filtered(text: &str) -> AuditQuery {
    let mut desk = log_of("user", "12");
    desk.keys("/").text(text).keys("Enter");
    desk.query::<ListAudit>(AUDIT)
}

#[test]
fn s003_91_the_log_is_filtered_by_who_did_it_and_by_what_it_was_done_to() {
    let query = filtered("by:#7 on:user#12");
    assert_eq!(query.filter.as_deref(), Some("by:#7 on:user#12"));
    let old = filtered("actor:#7 target:user#12");
    let asked = old.filter.as_deref();
    assert_eq!(
        asked,
        Some("actor:#7 target:user#12"),
        "the names from before"
    );
    let mut desk = log_of("user", "12");
    desk.keys("/").text("b:#7").keys("Enter");
    assert!(desk.shows("no filter `b`"), "{}", desk.screen());
    assert!(desk.shows("by"), "{}", desk.screen());
    desk.keys("C-u");
    assert!(!desk.shows("actor:"), "{}", desk.screen());
}

#[test]
fn s003_91_the_log_is_filtered_by_date() {
    for filter in ["date:2026-11-01..2026-11-03", "date:today", "date:2h"] {
        assert_eq!(filtered(filter).filter.as_deref(), Some(filter));
    }
    let mut desk = log_of("user", "12");
    desk.keys("/").text("date:soon").keys("Enter");
    assert!(desk.shows("`soon` is no date"), "{}", desk.screen());
    assert_eq!(desk.queries(AUDIT).len(), 0);
}

#[test]
fn a_user_leads_to_the_trail_and_to_what_the_user_did_and_back() {
    let mut desk = before(SMALL, vec![user(12)]);
    desk.keys("o a");
    assert_eq!(desk.model.tab, Tab::Audit);
    assert_eq!(asked_of_log(&desk), "on:user#12");
    desk.keys("-");
    assert_eq!(desk.model.tab, Tab::Users);
    desk.keys("o b");
    assert_eq!(asked_of_log(&desk), "by:#12");
    desk.keys("Esc");
    assert_eq!(desk.model.tab, Tab::Users);
}

#[test]
fn a_user_leads_to_the_requests_on_them_and_by_them_and_back() {
    let mut desk = before(SMALL, vec![user(12)]);
    for (keys, filter) in [("o l", "on:#12"), ("o L", "by:#12")] {
        desk.keys(keys);
        assert_eq!(desk.model.tab, Tab::AdminLogs, "{keys}");
        let asked = desk.query::<ListAdminLogs>(Slot::List(Tab::AdminLogs));
        assert_eq!(asked.filter.as_deref(), Some(filter), "{keys}");
        desk.keys("-");
        assert_eq!(desk.model.tab, Tab::Users, "{keys}");
    }
}

/// The log of what was done to a row says who did it.
#[test]
fn who_did_this_is_two_keys_away_from_every_row_that_is_decided() {
    let report = queues::report(7);
    let request = queues::data_request(8, 3);
    for (mut desk, tab, kind, id) in [
        (before(SMALL, vec![user(12)]), Tab::Users, "user", 12),
        (Desk::before(1), Tab::Applications, "application", 1),
        (
            queues::before_reports(SMALL, vec![report]),
            Tab::Reports,
            "report",
            7,
        ),
        (
            queues::before_requests(SMALL, vec![request]),
            Tab::DataRequests,
            "data_request",
            8,
        ),
    ] {
        desk.keys("o a");
        assert_eq!(desk.model.tab, Tab::Audit, "{tab:?}");
        assert_eq!(asked_of_log(&desk), format!("on:{kind}#{id}"), "{tab:?}");
        let row = AuditRow {
            target_type: Line::new(kind),
            target_id: Line::new(&id.to_string()),
            admin_email: Some(Line::new("rita@ops.example")),
            ..fixtures::log().remove(0)
        };
        desk.answer(AUDIT, AnyReply::new::<ListAudit>(fixtures::page(vec![row])));
        assert!(desk.shows("rita@ops.example"), "{}", desk.screen());
        desk.keys("-");
        assert_eq!(desk.model.tab, tab);
    }
}

#[test]
fn an_audit_row_leads_to_all_that_the_same_request_wrote() {
    let mut desk = log_of("user", "12");
    let request = fixtures::log().remove(0).request_id;
    desk.keys("o s");
    assert_eq!(asked_of_log(&desk), format!("request=\"{request}\""));
    desk.keys("- o l");
    assert_eq!(desk.model.tab, Tab::AdminLogs);
    assert_eq!(desk.model.here().state().filter, "on:#12");
    desk.keys("- o L");
    assert_eq!(desk.model.here().state().filter, "by:#7");
}

#[test]
fn a_user_leads_to_its_applications_and_data_requests_and_back() {
    let mut desk = before(SMALL, vec![user(12)]);
    desk.keys("o p");
    assert_eq!(desk.model.tab, Tab::Applications);
    let asked = desk.query::<ListApplications>(Slot::List(Tab::Applications));
    assert_eq!(
        asked.filter.as_deref(),
        Some("email=\"person12@example.com\""),
        "in whatever state they are"
    );
    desk.keys("Esc o d");
    assert_eq!(desk.model.tab, Tab::DataRequests);
    let asked = desk.query::<ListDataRequests>(Slot::List(Tab::DataRequests));
    assert_eq!(asked.filter.as_deref(), Some("user:#12"));
    desk.keys("Esc");
    assert_eq!(desk.model.tab, Tab::Users);
}

#[test]
fn an_application_leads_to_its_user() {
    let mut desk = Desk::before(3);
    desk.keys("o u");
    assert_eq!(desk.model.tab, Tab::Users);
    assert_eq!(
        desk.query::<ListUsers>(USERS).filter.as_deref(),
        Some("#101")
    );
    desk.keys("Esc");
    assert_eq!(desk.model.tab, Tab::Applications);
    desk.keys("o t");
    assert!(
        desk.toast().ends_with("this row does not lead there"),
        "{}",
        desk.toast()
    );
}

#[test]
fn an_audit_row_leads_to_its_target_and_to_what_its_actor_did() {
    let mut desk = log_of("user", "12");
    desk.keys("o t");
    assert_eq!(
        desk.query::<ListUsers>(USERS).filter.as_deref(),
        Some("#12")
    );
    desk.keys("-");
    assert_eq!(desk.model.tab, Tab::Audit);
    desk.keys("o b");
    assert_eq!(asked_of_log(&desk), "by:#7");
    for back in ["-", "Esc"] {
        let mut desk = log_of("user", "12");
        desk.keys("/").text("on:user").keys("Enter o b").forget();
        desk.keys(back);
        assert_eq!(desk.model.tab, Tab::Audit);
        assert_eq!(asked_of_log(&desk), "on:user");
    }
    let mut desk = log_of("application", "4711");
    desk.keys("o t");
    let query = desk.query::<ListApplications>(Slot::List(Tab::Applications));
    assert_eq!(
        query.filter.as_deref(),
        Some("#4711"),
        "in whatever state it is"
    );
    for (kind, id) in [("cat", "12"), ("user", "12 status:all"), ("user", "")] {
        let mut desk = log_of(kind, id);
        desk.keys("o t");
        assert_eq!(desk.model.tab, Tab::Audit, "{kind} {id}");
        assert!(desk.toast().ends_with("this row does not lead there"));
    }
}

#[test]
fn whoever_may_not_see_a_tab_is_not_led_there() {
    let me = fixtures::admin(&[Permission::UserView]);
    let mut desk = desk_of(me, SMALL, vec![user(12)]);
    desk.keys("o a");
    assert_eq!(desk.model.tab, Tab::Users);
    assert!(
        desk.toast().ends_with("you lack the permission audit.view"),
        "{}",
        desk.toast()
    );
}

#[test]
fn the_palette_goes_to_users_by_name_by_id_and_by_path() {
    for (command, filter) in [
        ("user ana@example.com", "ana@example.com*"),
        ("user smith", "*smith*"),
        ("user an", "an*"),
        ("go user#12", "#12"),
        ("/admin/user/12", "#12"),
        ("/api/v1/admin/users/12", "#12"),
        ("users ana*", "ana*"),
        ("users status:banned", "status:banned"),
    ] {
        let mut desk = Desk::before(1);
        desk.keys(":").text(command).keys("Enter");
        assert_eq!(desk.model.tab, Tab::Users, "{command}");
        let asked = desk.query::<ListUsers>(USERS);
        assert_eq!(asked.filter.as_deref(), Some(filter), "{command}");
    }
    let mut desk = Desk::before(1);
    desk.keys(":").text("/admins").keys("Enter");
    assert_eq!(desk.model.tab, Tab::Admins);
}

#[test]
fn a_verb_of_users_is_named_in_full_and_only_there() {
    let mut desk = before(SMALL, vec![user(12)]);
    desk.keys(":").text("ban").keys("Enter");
    assert!(desk.shows("Ban #12 Person 12?"), "{}", desk.screen());
    desk.keys("Esc :").text("unban").keys("Enter");
    assert_eq!(desk.toast(), "Unban: #12 is active");
    let mut desk = Desk::before(1);
    desk.keys(":").text("ban").keys("Enter");
    assert!(desk.shows("`ban` is not on this tab"), "{}", desk.screen());
}

fn copied(desk: &mut Desk, letter: &str) -> String {
    desk.forget().keys("Y").keys(letter);
    let copied = desk.effects.iter().find_map(|effect| match effect {
        Effect::Copy(text) => Some(text.clone()),
        _ => None,
    });
    copied.unwrap_or_default()
}

#[test]
fn the_copy_menu_copies_what_its_letter_says() {
    let mut desk = before(SMALL, vec![user(12)]);
    assert_eq!(copied(&mut desk, "i"), "#12");
    assert_eq!(copied(&mut desk, "e"), "person12@example.com");
    assert_eq!(copied(&mut desk, "n"), "Person 12");
    assert_eq!(copied(&mut desk, "l"), "/api/v1/admin/users/12");
    let json = copied(&mut desk, "j");
    let row: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&row["id"], &row["version"]), (&12.into(), &3.into()));
    assert!(desk.model.overlay.is_none());
    assert_eq!(copied(&mut desk, "x Enter"), "", "no other key copies");
    desk.keys("Esc");
    assert!(desk.model.overlay.is_none());
    assert!(
        desk.effects
            .iter()
            .all(|effect| !matches!(effect, Effect::Copy(_)))
    );
}

#[test]
fn what_is_copied_is_sanitized() {
    let mut desk = before(SMALL, vec![crate::people::crowd().remove(7)]);
    for letter in ["e", "n", "j"] {
        let text = copied(&mut desk, letter);
        assert!(!text.is_empty());
        assert!(!text.contains(['\u{1b}', '\u{202e}', '\u{7}']), "{text:?}");
    }
}

#[test]
fn copy_menu_looks() {
    for size in [WIDE, SMALL] {
        let mut desk = before(size, crate::people::crowd());
        desk.keys("j j Y");
        let name = format!("copy_menu_{}x{}", size.columns, size.rows);
        insta::assert_snapshot!(name, desk.screen());
        let mut desk = before(size, crate::people::crowd());
        desk.keys("o");
        let name = format!("related_keys_{}x{}", size.columns, size.rows);
        insta::assert_snapshot!(name, desk.screen());
    }
}
