//! The JSON of the end of an account.

use quarterdeck_api::notes::RiskLevel;
use quarterdeck_api::users::{
    DeletedReply, EndByBodyRequest, EndQuery, EndRequest, UserRow, UserStatus, UserView,
};

use super::*;

#[test]
fn orders_to_end_an_account() {
    golden(
        &EndRequest {
            confirm: Some(true),
            reason: "asked for it".to_owned(),
            reason_code: None,
            expected_version: Some(7),
        },
        json!({ "confirm": true, "reason": "asked for it", "expectedVersion": 7 }),
    );
    golden(
        &EndByBodyRequest {
            user_id: UserId(9),
            confirm: Some(true),
            reason: "asked for it".to_owned(),
            reason_code: None,
        },
        json!({ "user_id": 9, "confirm": true, "reason": "asked for it" }),
    );
    golden(
        &EndQuery {
            confirm: Some(true),
            reason: Some("asked for it".to_owned()),
            reason_code: None,
        },
        json!({ "confirm": true, "reason": "asked for it" }),
    );
}

#[test]
fn a_deleted_account() {
    golden(
        &DeletedReply {
            deleted_at: time(),
            orphaned_orgs: vec![3],
            noop: false,
        },
        json!({ "deleted_at": "2026-11-20T09:30:00.000250Z", "orphaned_orgs": [3], "noop": false }),
    );
}

#[test]
fn an_anonymized_account() {
    let row = UserRow {
        id: UserId(9),
        email: line("anon-9@anonymized.invalid"),
        display_name: line("Anonymized"),
        username: None,
        status: UserStatus::Anonymized.into(),
        is_banned: false,
        ban_reason: None,
        ban_reason_code: None,
        banned_at: None,
        banned_by: None,
        ban_expires_at: None,
        roles: vec![Role::User.into()],
        is_staff: false,
        verified_at: None,
        report_count: 3,
        risk_level: Some(RiskLevel::High.into()),
        created_at: time(),
        last_login_at: None,
        updated_at: time(),
        version: 2,
    };
    golden(
        &UserView {
            row,
            twitch_username: None,
            country: None,
            permissions: Vec::new(),
            is_platform_admin: false,
            mfa_enabled: false,
            verified_by: None,
            suspended_at: None,
            suspended_by: None,
            suspend_reason: None,
            suspend_reason_code: None,
            deleted_at: Some(time()),
            anonymized_at: Some(time()),
            active_sessions: 0,
            open_data_requests: 1,
            balance: None,
            notes: None,
            noop: true,
        },
        json!({
            "id": 9, "email": "anon-9@anonymized.invalid", "display_name": "Anonymized", "username": null,
            "status": "anonymized", "isBanned": false, "banReason": null, "banReasonCode": null, "banned_at": null,
            "banned_by": null, "ban_expires_at": null, "roles": ["User"], "is_staff": false,
            "verified_at": null, "report_count": 3, "riskLevel": "high", "created_at": "2026-11-20T09:30:00.000250Z",
            "last_login_at": null, "updated_at": "2026-11-20T09:30:00.000250Z", "version": 2,
            "twitch_username": null, "country": null, "permissions": [], "is_platform_admin": false,
            "mfaEnabled": false, "verified_by": null, "suspended_at": null, "suspended_by": null,
            "suspend_reason": null, "suspend_reason_code": null, "deleted_at": "2026-11-20T09:30:00.000250Z",
            "anonymized_at": "2026-11-20T09:30:00.000250Z", "active_sessions": 0,
            "open_data_requests": 1, "balance": null, "noop": true,
        }),
    );
}
