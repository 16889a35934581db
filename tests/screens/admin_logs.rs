//! The log of requests: what it shows, how it is opened and filtered, and where its rows lead.

use chrono::TimeDelta;
use quarterdeck::app::layout::Size;
use quarterdeck::app::message::Slot;
use quarterdeck::app::tab::Tab;
use quarterdeck_api::admin_logs::{
    AdminLogRow, AdminLogsQuery, AdminLogsReply, HttpMethod, ListAdminLogs,
};
use quarterdeck_api::audit::ListAudit;
use quarterdeck_api::call::AnyReply;
use quarterdeck_api::ids::UserId;
use quarterdeck_api::permission::Permission;
use quarterdeck_api::text::{Body, Line};
use quarterdeck_api::users::ListUsers;

use crate::desk::{Desk, SMALL, WIDE};
use crate::fixtures::{self, NOW};
use crate::people::desk_of;
use crate::snapshots::at_both_sizes;

const LOGS: Slot = Slot::List(Tab::AdminLogs);

fn request(id: i64) -> AdminLogRow {
    AdminLogRow {
        id,
        created_at: NOW - TimeDelta::minutes(100 - id),
        user_id: Some(UserId(12)),
        user_email: Some(Line::new("ana@ops.example")),
        target_user_ids: vec![UserId(2)],
        method: HttpMethod::Patch.into(),
        url: Line::new("/api/v1/admin/users/2/ban"),
        route: Line::new("/api/v1/admin/users/{id}/ban"),
        status: 200,
        code: None,
        duration_ms: 7,
        ip_address: Line::new("10.0.0.7"),
        user_agent: Line::new("quarterdeck/0.1"),
        request_body: Body::new(r#"{"banReason":"chargeback","otp":"[redacted]"}"#),
        response: Body::new(r#"{"id":2,"status":"banned"}"#),
        request_id: Line::new("01a05bfe-2f20-7b8c-baed-05462ca01619"),
        client_request_id: None,
        trace_id: None,
    }
}

fn log() -> Vec<AdminLogRow> {
    vec![
        AdminLogRow {
            method: HttpMethod::Post.into(),
            url: Line::new("/api/v1/admin/users/bulk-ban"),
            target_user_ids: vec![UserId(2), UserId(3), UserId(4)],
            ..request(99)
        },
        AdminLogRow {
            method: HttpMethod::Put.into(),
            url: Line::new("/api/v1/admin/users/2/roles"),
            status: 403,
            code: Some(Line::new("permission_denied")),
            ..request(98)
        },
        AdminLogRow {
            user_id: None,
            user_email: None,
            target_user_ids: Vec::new(),
            method: HttpMethod::Post.into(),
            url: Line::new("/api/v1/auth/sign-in?x=\u{1b}]52;c;eA==\u{7}"),
            status: 503,
            ..request(97)
        },
        request(96),
    ]
}

fn desk(size: Size) -> Desk {
    let mut desk = Desk::at_work(size);
    desk.keys("L");
    answer(&mut desk, log());
    desk.forget();
    desk
}

fn answer(desk: &mut Desk, data: Vec<AdminLogRow>) {
    let reply = AdminLogsReply {
        total: data.len() as u64,
        total_exact: true,
        data,
        ..AdminLogsReply::default()
    };
    desk.answer(LOGS, AnyReply::new::<ListAdminLogs>(reply));
}

fn asked(desk: &Desk) -> String {
    desk.query::<ListAdminLogs>(LOGS).filter.unwrap_or_default()
}

#[test]
fn requests_look_like_this() {
    at_both_sizes("admin_logs", desk);
    at_both_sizes("admin_logs_detail", |size| {
        let mut desk = desk(size);
        desk.keys("j Enter");
        desk
    });
}

#[test]
fn s004_44_by_and_on_are_told_apart_in_columns_and_detail() {
    let mut desk = desk(WIDE);
    let heads: Vec<_> = desk
        .model
        .here()
        .heads()
        .iter()
        .map(|head| head.title)
        .collect();
    assert!(heads.contains(&"By") && heads.contains(&"On"), "{heads:?}");
    assert!(desk.shows("#2 +2"), "{}", desk.screen());
    desk.keys("j Enter");
    assert!(desk.shows("#12 ana@ops.example"), "{}", desk.screen());
    assert!(desk.shows("403 permission_denied"), "{}", desk.screen());
    assert!(!desk.screen().contains('\u{1b}'));
}

#[test]
fn the_path_of_the_seed_opens_the_log_filtered_by_who_acted() {
    for (typed, filter) in [
        ("/admin-logs?userId=12", "by:#12"),
        ("/admin-logs?targetId=2&method=PATCH", "on:#2 method:PATCH"),
        (
            "admin-logs status>=400 text:chargeback",
            "status>=400 text:chargeback",
        ),
    ] {
        let mut desk = Desk::at_work(SMALL);
        desk.keys(":").text(typed).keys("Enter");
        assert_eq!(
            (desk.model.tab, asked(&desk).as_str()),
            (Tab::AdminLogs, filter)
        );
    }
}

#[test]
fn it_stands_in_the_place_of_the_audit_log_while_it_is_shown() {
    let mut desk = desk(SMALL);
    assert!(
        desk.shows("L Logs 4") && !desk.shows("5 Audit"),
        "{}",
        desk.screen()
    );
    desk.keys("]");
    assert_eq!(desk.model.tab, Tab::Dashboard);
    assert!(
        desk.shows("5 Audit") && !desk.shows("L Logs"),
        "{}",
        desk.screen()
    );
}

#[test]
fn s001_12_without_its_key_it_is_not_shown() {
    let me = fixtures::admin(&[Permission::AuditView, Permission::UserView]);
    let mut desk = desk_of(me, WIDE, Vec::new());
    desk.keys("L");
    assert_ne!(desk.model.tab, Tab::AdminLogs);
    let toast = desk.toast();
    assert!(
        toast.ends_with("you lack the permission admin-users.view-admin-audit"),
        "{toast}"
    );
}

#[test]
fn a_request_leads_to_its_actor_its_target_and_their_trails() {
    let on_one = || {
        let mut desk = desk(WIDE);
        desk.keys("j");
        desk
    };
    for (keys, filter) in [("o t", "#2"), ("o u", "#2"), ("o w", "#12")] {
        let mut desk = on_one();
        desk.keys(keys);
        let query = desk.query::<ListUsers>(Slot::List(Tab::Users));
        assert_eq!(query.filter.as_deref(), Some(filter), "{keys}");
        desk.keys("-");
        assert_eq!(desk.model.tab, Tab::AdminLogs, "{keys}");
    }
    let mut desk = on_one();
    desk.keys("o a");
    let query = desk.query::<ListAudit>(Slot::List(Tab::Audit));
    assert_eq!(query.filter.as_deref(), Some("on:user#2"));
    for (keys, filter) in [("o b", "by:#12"), ("o L", "by:#12"), ("o l", "on:#2")] {
        let mut desk = on_one();
        desk.keys(keys);
        assert_eq!(asked(&desk), filter, "{keys}");
    }
    let mut desk = on_one();
    desk.keys("o s");
    let query = desk.query::<ListAudit>(Slot::List(Tab::Audit));
    assert_eq!(
        query.filter.as_deref(),
        Some(r#"request="01a05bfe-2f20-7b8c-baed-05462ca01619""#)
    );
    desk.keys("-");
    assert_eq!(desk.model.tab, Tab::AdminLogs);
    let mut desk = self::desk(WIDE);
    desk.keys("o t");
    assert!(
        desk.toast().ends_with("this row does not lead there"),
        "on three: {}",
        desk.toast()
    );
}

#[test]
fn what_the_server_cannot_answer_filters_the_loaded_rows() {
    let mut desk = desk(WIDE);
    desk.keys("/").text("code:permission").keys("Enter");
    assert_eq!(desk.visible(), [98]);
    assert_eq!(desk.queries(LOGS).len(), 0, "nothing new is asked");
    desk.keys("/ C-u")
        .text("method:put text:charge")
        .keys("Enter");
    let query = desk.query::<ListAdminLogs>(LOGS);
    assert_eq!(
        query,
        AdminLogsQuery {
            filter: Some("method:put text:charge".to_owned()),
            take: query.take,
            ..AdminLogsQuery::default()
        }
    );
}
