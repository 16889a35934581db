//! The JSON of every type on the wire: a change here is a change that consoles and servers of another
//! version will see.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "golden/admin_logs.rs"]
mod admin_logs;
#[path = "golden/admins.rs"]
mod admins;
#[path = "golden/audit_export.rs"]
mod audit_export;
#[path = "golden/claims.rs"]
mod claims;
#[path = "golden/data_requests.rs"]
mod data_requests;
#[path = "golden/drawer.rs"]
mod drawer;
#[path = "golden/ending.rs"]
mod ending;
#[path = "golden/filters.rs"]
mod filters;
#[path = "golden/journal.rs"]
mod journal;
#[path = "golden/realtime.rs"]
mod realtime;
#[path = "golden/reasons.rs"]
mod reasons;
#[path = "golden/reports.rs"]
mod reports;
#[path = "golden/sanctions.rs"]
mod sanctions;
#[path = "golden/users.rs"]
mod users;
#[path = "golden/withdrawals.rs"]
mod withdrawals;

use std::fmt::Debug;

use chrono::{DateTime, Utc};
use quarterdeck_api::applications::{
    ApplicationAction, ApplicationRow, ApplicationSort, ApplicationStatus, ApplicationView,
    ApplicationsQuery, DecideReply, DecideRequest, DecideResult, ExpectedStatus,
};
use quarterdeck_api::audit::{
    ActionEntry, ActorKind, AppendReply, AppendRequest, AuditCode, AuditQuery, AuditRow, ChainHead,
    ChainStatus, Damage, FirstBad, VerifyQuery, VerifyReport, Watermark,
};
use quarterdeck_api::bulk::Outcome;
use quarterdeck_api::filter::AnyOf;
use quarterdeck_api::ids::{ApplicationId, UserId};
use quarterdeck_api::operation::Nothing;
use quarterdeck_api::operations::OPERATIONS;
use quarterdeck_api::ops::{HealthStatus, HealthView, OpenApiDocument};
use quarterdeck_api::page::{Count, Page};
use quarterdeck_api::permission::{CatalogEntry, Permission};
use quarterdeck_api::problem::{Code, Conflict, FieldProblem, Problem};
use quarterdeck_api::role::{Preset, Role};
use quarterdeck_api::sessions::{
    CheckReply, ConfirmMfaReply, ConfirmMfaRequest, DevicePending, DevicePollRequest, DeviceSignIn,
    EnrollReply, FirstLoginRequest, GateRequest, GateView, Me, OidcReply, OidcRequest,
    RecoveryCodes, RefreshRequest, Secret, SessionTokens, SignInReply, SignInRequest, SignInWay,
    VerifyMfaRequest,
};
use quarterdeck_api::text::{Body, Line};
use quarterdeck_api::users::PersonContext;
use quarterdeck_api::wire_enum::OpenEnum;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

#[track_caller]
fn golden<T: Serialize + DeserializeOwned + Debug>(value: &T, expected: Value) {
    assert_eq!(serde_json::to_value(value).unwrap(), expected);
    let decoded: T = serde_json::from_value(expected).unwrap();
    assert_eq!(format!("{decoded:?}"), format!("{value:?}"));
}

fn line(text: &str) -> Line {
    Line::new(text)
}

fn secret(text: &str) -> Secret {
    Secret::new(text.to_owned())
}

fn time() -> DateTime<Utc> {
    "2026-11-20T09:30:00.000250Z".parse().unwrap()
}

fn row() -> ApplicationRow {
    ApplicationRow {
        id: ApplicationId(4711),
        user_id: Some(UserId(9)),
        name: line("Zoë"),
        email: line("zoe@example.org"),
        status: ApplicationStatus::Rejected.into(),
        submitted_at: time(),
        decided_at: Some(time()),
        decided_by: Some(line("ana@quarterdeck.example")),
        reason: Some(line("Spam or automated")),
        reason_code: Some(line("spam")),
        version: 2,
        claim: None,
    }
}

fn row_json() -> Value {
    json!({
        "id": 4711, "user_id": 9, "name": "Zoë", "email": "zoe@example.org", "status": "REJECTED",
        "submitted_at": "2026-11-20T09:30:00.000250Z", "decided_at": "2026-11-20T09:30:00.000250Z",
        "decided_by": "ana@quarterdeck.example", "reason": "Spam or automated",
        "reason_code": "spam", "version": 2, "claim": null,
    })
}

fn conflict() -> Conflict {
    Conflict {
        status: line("REJECTED"),
        decided_by: Some(line("ana@quarterdeck.example")),
        decided_at: Some(time()),
        version: 2,
    }
}

fn conflict_json() -> Value {
    json!({
        "status": "REJECTED", "decided_by": "ana@quarterdeck.example",
        "decided_at": "2026-11-20T09:30:00.000250Z", "version": 2,
    })
}

#[test]
fn applications() {
    golden(&row(), row_json());
    let mut view = row_json();
    view["answers"] = json!("I knit.\nA lot.");
    view["context"] = json!({
        "upheld_reports": 0, "bans": 0, "rejected_applications": 0, "notes": null, "likely_same": null,
    });
    golden(
        &ApplicationView {
            row: row(),
            answers: Body::new("I knit.\nA lot."),
            context: PersonContext::default(),
        },
        view,
    );
    golden(
        &Page {
            data: vec![row()],
            total: 10_000,
            total_exact: false,
            next_cursor: Some("abc".to_owned()),
        },
        json!({ "data": [row_json()], "total": 10_000, "total_exact": false, "next_cursor": "abc" }),
    );
    golden(
        &ApplicationsQuery {
            status: Some(AnyOf(vec![
                ApplicationStatus::Pending,
                ApplicationStatus::Waitlisted,
            ])),
            q: Some("zo".to_owned()),
            from: Some(time()),
            to: None,
            filter: Some("age>2d".to_owned()),
            sort: Some(ApplicationSort::NewestFirst),
            page: Some(2),
            take: Some(50),
            cursor: None,
            count: Some(Count::Exact),
        },
        json!({
            "status": "PENDING,WAITLISTED", "q": "zo", "from": "2026-11-20T09:30:00.000250Z",
            "filter": "age>2d", "sort": "-submitted_at", "page": 2, "take": 50, "count": "exact",
        }),
    );
}

#[test]
fn decisions() {
    let request = |expected_status| DecideRequest {
        action: ApplicationAction::Reject,
        ids: vec![ApplicationId(1), ApplicationId(2)],
        confirm: Some(true),
        reason: Some("spam".to_owned()),
        reason_code: Some("spam".to_owned()),
        expected_status: Some(expected_status),
    };
    golden(
        &request(ExpectedStatus::All(ApplicationStatus::Pending)),
        json!({ "action": "reject", "ids": [1, 2], "confirm": true, "reason": "spam", "reason_code": "spam", "expected_status": "PENDING" }),
    );
    golden(
        &request(ExpectedStatus::Each(vec![
            ApplicationStatus::Pending,
            ApplicationStatus::Waitlisted,
        ])),
        json!({
            "action": "reject", "ids": [1, 2], "confirm": true, "reason": "spam", "reason_code": "spam",
            "expected_status": ["PENDING", "WAITLISTED"],
        }),
    );
    let result = |outcome: Outcome, application, conflict| DecideResult {
        id: ApplicationId(4711),
        outcome: outcome.into(),
        application,
        conflict,
    };
    golden(
        &DecideReply {
            results: vec![
                result(Outcome::Changed, Some(row()), None),
                result(Outcome::Conflict, None, Some(conflict())),
                result(Outcome::NotFound, None, None),
            ],
            changed: 1,
            noop: false,
        },
        json!({
            "results": [
                { "id": 4711, "outcome": "changed", "application": row_json() },
                { "id": 4711, "outcome": "conflict", "conflict": conflict_json() },
                { "id": 4711, "outcome": "not_found" },
            ],
            "changed": 1, "noop": false,
        }),
    );
}

#[test]
fn audit_rows() {
    golden(
        &AuditRow {
            scope: line("platform"),
            seq: 7,
            created_at: time(),
            actor_type: ActorKind::Human.into(),
            admin_user_id: Some(UserId(2)),
            admin_email: Some(line("ana@quarterdeck.example")),
            action: line("Bulk reject confirmed, 3 applications"),
            action_code: AuditCode::BulkReject.into(),
            target_type: line("application"),
            target_id: line(""),
            details: Body::new("{\"changed\":3}"),
            request_id: line("r-1"),
            hash: line("00ff"),
        },
        json!({
            "scope": "platform", "seq": 7, "created_at": "2026-11-20T09:30:00.000250Z", "actor_type": "human",
            "admin_user_id": 2, "admin_email": "ana@quarterdeck.example",
            "action": "Bulk reject confirmed, 3 applications", "action_code": "bulk_reject",
            "target_type": "application", "target_id": "", "details": "{\"changed\":3}", "request_id": "r-1",
            "hash": "00ff",
        }),
    );
    golden(
        &AuditQuery {
            actor: Some("2".to_owned()),
            action_code: Some(AnyOf(vec![AuditCode::BulkReject])),
            target_type: Some("application".to_owned()),
            target_id: Some("4711".to_owned()),
            to: Some(time()),
            ..AuditQuery::default()
        },
        json!({
            "actor": "2", "action_code": "bulk_reject", "target_type": "application", "target_id": "4711",
            "to": "2026-11-20T09:30:00.000250Z",
        }),
    );
    golden(
        &AppendRequest {
            action: None,
            action_code: AuditCode::AdminRefresh,
            target_type: String::new(),
            target_id: String::new(),
            details: serde_json::Map::new(),
            request_id: "e-1".to_owned(),
            admin_user_id: None,
            admin_email: None,
        },
        json!({
            "action_code": "admin_refresh", "target_type": "", "target_id": "", "details": {}, "request_id": "e-1",
        }),
    );
    golden(
        &AppendReply {
            seq: Some(8),
            noop: false,
        },
        json!({ "seq": 8, "noop": false }),
    );
    golden(
        &ActionEntry {
            action_code: AuditCode::AdminRefresh.into(),
            action: line("Data refreshed"),
            by_client: true,
        },
        json!({ "action_code": "admin_refresh", "action": "Data refreshed", "by_client": true }),
    );
}

#[test]
fn verification() {
    golden(
        &VerifyQuery {
            expected_min_seq: Some(5),
            expected_seq: Some(4),
            expected_hash: Some("ab".to_owned()),
        },
        json!({ "expected_min_seq": 5, "expected_seq": 4, "expected_hash": "ab" }),
    );
    golden(
        &VerifyReport {
            status: ChainStatus::Broken.into(),
            scope: line("platform"),
            from: 1,
            to: 4,
            rows: 4,
            head: ChainHead {
                seq: 4,
                hash: line("ab"),
                recorded_at: Some(time()),
            },
            watermark: Some(Watermark {
                expected: 5,
                satisfied: false,
            }),
            first_bad: Some(FirstBad {
                seq: 5,
                kind: Damage::TailTruncated.into(),
                expected: line("5"),
                found: line("4"),
            }),
            bad_count: 1,
            verifier_version: line("1"),
            took_ms: 3,
        },
        json!({
            "status": "broken", "scope": "platform", "from": 1, "to": 4, "rows": 4,
            "head": { "seq": 4, "hash": "ab", "recorded_at": "2026-11-20T09:30:00.000250Z" },
            "watermark": { "expected": 5, "satisfied": false },
            "first_bad": { "seq": 5, "kind": "tail_truncated", "expected": "5", "found": "4" },
            "bad_count": 1, "verifier_version": "1", "took_ms": 3,
        }),
    );
}

#[test]
fn sign_in_by_the_provider() {
    golden(
        &OidcRequest {
            id_token: secret("t"),
        },
        json!({ "id_token": "t" }),
    );
    golden(
        &DeviceSignIn {
            device: secret("d"),
            user_code: line("WDJB-MJHT"),
            verification_uri: line("https://id.example.com/activate"),
            verification_uri_complete: None,
            expires_at: time(),
            interval: 5,
        },
        json!({
            "device": "d", "user_code": "WDJB-MJHT", "verification_uri": "https://id.example.com/activate",
            "expires_at": "2026-11-20T09:30:00.000250Z", "interval": 5,
        }),
    );
    golden(
        &DevicePollRequest {
            device: secret("d"),
        },
        json!({ "device": "d" }),
    );
    golden(
        &OidcReply::Pending(DevicePending {
            interval: 5,
            device: None,
        }),
        json!({ "interval": 5 }),
    );
    golden(
        &OidcReply::Challenged(SignInReply {
            token: secret("t"),
            require_mfa: true,
            mfa_enrollment_required: false,
        }),
        json!({ "token": "t", "requireMfa": true, "mfaEnrollmentRequired": false }),
    );
}

#[test]
fn the_gate() {
    golden(
        &GateView {
            required: true,
            passed: true,
            token: Some(secret("t")),
            app_url: Some(line("https://app.example")),
            ways: vec![SignInWay::Password.into(), SignInWay::Oidc.into()],
        },
        json!({
            "required": true, "passed": true, "token": "t", "app_url": "https://app.example",
            "ways": ["password", "oidc"],
        }),
    );
    golden(
        &GateRequest {
            password: secret("p"),
        },
        json!({ "password": "p" }),
    );
}

#[test]
fn sign_in() {
    golden(
        &SignInRequest {
            email: "a@b.example".to_owned(),
            password: secret("p"),
        },
        json!({ "email": "a@b.example", "password": "p" }),
    );
    golden(
        &SignInReply {
            token: secret("t"),
            require_mfa: true,
            mfa_enrollment_required: false,
        },
        json!({ "token": "t", "requireMfa": true, "mfaEnrollmentRequired": false }),
    );
    golden(
        &VerifyMfaRequest {
            token: secret("t"),
            mfa_code: Some(secret("123456")),
            recovery_code: None,
        },
        json!({ "token": "t", "mfaCode": "123456" }),
    );
    golden(
        &VerifyMfaRequest {
            token: secret("t"),
            mfa_code: None,
            recovery_code: Some(secret("abcd")),
        },
        json!({ "token": "t", "recoveryCode": "abcd" }),
    );
    golden(
        &SessionTokens {
            access_token: secret("a"),
            access_expires_at: time(),
            refresh_token: secret("r"),
            refresh_expires_at: time(),
            socket_token: secret("s"),
        },
        json!({
            "access_token": "a", "access_expires_at": "2026-11-20T09:30:00.000250Z", "refresh_token": "r",
            "refresh_expires_at": "2026-11-20T09:30:00.000250Z", "socket_token": "s",
        }),
    );
    golden(
        &RefreshRequest {
            refresh_token: Some(secret("r")),
        },
        json!({ "refresh_token": "r" }),
    );
    golden(
        &FirstLoginRequest {
            token: secret("t"),
            new_password: secret("p"),
        },
        json!({ "token": "t", "newPassword": "p" }),
    );
    golden(
        &EnrollReply {
            secret: secret("ABC"),
            otpauth_url: secret("otpauth://totp/x"),
        },
        json!({ "secret": "ABC", "otpauth_url": "otpauth://totp/x" }),
    );
    golden(
        &ConfirmMfaRequest {
            code: secret("123456"),
        },
        json!({ "code": "123456" }),
    );
    golden(
        &ConfirmMfaReply {
            enrolled_at: time(),
            recovery_codes: vec![secret("abcd")],
        },
        json!({ "enrolled_at": "2026-11-20T09:30:00.000250Z", "recovery_codes": ["abcd"] }),
    );
    golden(
        &RecoveryCodes {
            made_at: time(),
            recovery_codes: vec![secret("abcd")],
        },
        json!({ "made_at": "2026-11-20T09:30:00.000250Z", "recovery_codes": ["abcd"] }),
    );
    golden(&CheckReply { is_admin: true }, json!({ "isAdmin": true }));
}

#[test]
fn s000_10_me() {
    golden(
        &Me {
            id: UserId(2),
            email: line("ana@quarterdeck.example"),
            roles: vec![Role::Admin.into()],
            permissions: vec![Permission::ApplicationsView.into()],
            is_platform_admin: true,
            mfa_enabled: true,
            recovery_codes_left: Some(7),
            environment: line("production"),
            issued_at: time(),
            exp: time(),
            contract_version: line("1.0"),
        },
        json!({
            "id": 2, "email": "ana@quarterdeck.example", "roles": ["Admin"], "permissions": ["applications.view"],
            "is_platform_admin": true, "mfaEnabled": true, "recovery_codes_left": 7, "environment": "production",
            "issued_at": "2026-11-20T09:30:00.000250Z", "exp": "2026-11-20T09:30:00.000250Z",
            "contract_version": "1.0",
        }),
    );
}

#[test]
fn problems() {
    golden(
        &Problem {
            kind: line("urn:quarterdeck:problem:stale_version"),
            title: line("it was changed by somebody else"),
            status: 409,
            detail: line("reload and look again"),
            instance: line("/api/v1/admin/x"),
            code: Code::StaleVersion.into(),
            class: line("conflict"),
            surface: line("admin"),
            request_id: line("r-1"),
            component: Some(line("db")),
            permission: Some(line("applications.approve")),
            fields: vec![FieldProblem {
                name: line("ids"),
                problem: line("is missing"),
            }],
            retry_after: Some(2),
            conflict: Some(conflict()),
        },
        json!({
            "type": "urn:quarterdeck:problem:stale_version", "title": "it was changed by somebody else",
            "status": 409, "detail": "reload and look again", "instance": "/api/v1/admin/x",
            "code": "stale_version", "class": "conflict", "surface": "admin", "request_id": "r-1",
            "component": "db", "permission": "applications.approve",
            "fields": [{ "name": "ids", "problem": "is missing" }], "retry_after": 2, "conflict": conflict_json(),
        }),
    );
}

#[test]
fn operations_and_catalog() {
    golden(&Nothing {}, json!({}));
    golden(
        &HealthView {
            status: HealthStatus::Up.into(),
            components: [("db".to_owned(), HealthStatus::Down.into())].into(),
        },
        json!({ "status": "UP", "components": { "db": "DOWN" } }),
    );
    golden(&OpenApiDocument(serde_json::Map::new()), json!({}));
    golden(
        &CatalogEntry::from(Permission::UserBan),
        json!({
            "key": "user.ban", "group": "users", "description": Permission::UserBan.description(),
        }),
    );
}

#[test]
fn what_a_newer_server_says_is_kept_as_text_and_sanitized() {
    let status: OpenEnum<ApplicationStatus> =
        serde_json::from_str("\"ON\\u001b[31mHOLD\"").unwrap();
    assert_eq!(status, OpenEnum::Unknown(line("ON\u{FFFD}[31mHOLD")));
    let extra = json!({ "is_admin": true, "isAdmin": true, "brand_new": [1] });
    assert!(serde_json::from_value::<CheckReply>(extra).is_ok());
}

#[test]
fn every_body_of_an_operation_has_its_golden_json_here() {
    let source = concat!(
        include_str!("golden.rs"),
        include_str!("golden/admin_logs.rs"),
        include_str!("golden/admins.rs"),
        include_str!("golden/audit_export.rs"),
        include_str!("golden/claims.rs"),
        include_str!("golden/data_requests.rs"),
        include_str!("golden/drawer.rs"),
        include_str!("golden/filters.rs"),
        include_str!("golden/journal.rs"),
        include_str!("golden/realtime.rs"),
        include_str!("golden/reasons.rs"),
        include_str!("golden/reports.rs"),
        include_str!("golden/ending.rs"),
        include_str!("golden/sanctions.rs"),
        include_str!("golden/users.rs"),
        include_str!("golden/withdrawals.rs"),
    );
    for entry in OPERATIONS {
        for schema in [(entry.query)(), (entry.body)(), (entry.reply)()] {
            let name = schema.name.split('_').next().unwrap_or_default();
            let is_list = name == "Vec" || name == "Array";
            assert!(
                is_list
                    || source.contains(&format!("{name} {{"))
                    || source.contains(&format!("{name}("))
                    || source.contains(&format!("{name}::")),
                "{}: {name}",
                entry.spec.id
            );
        }
    }
}
