//! The JSON of bans, suspensions and staff rights.

use quarterdeck_api::notes::RiskLevel;
use quarterdeck_api::users::{
    BanOutcome, BanRequest, BanResult, BulkBanReply, BulkBanRequest, BulkUnbanRequest,
    ChangeRequest, SuspendRequest, UnbanRequest, UserRow, UserStatus, UserView,
};

use super::*;

fn banned() -> UserRow {
    UserRow {
        id: UserId(9),
        email: line("zoe@example.org"),
        display_name: line("Zoë"),
        username: Some(line("zoe")),
        status: UserStatus::Banned.into(),
        is_banned: true,
        ban_reason: Some(line("spam")),
        ban_reason_code: Some(line("spam")),
        banned_at: Some(time()),
        banned_by: Some(line("ana@quarterdeck.example")),
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
    }
}

fn banned_json() -> Value {
    json!({
        "id": 9, "email": "zoe@example.org", "display_name": "Zoë", "username": "zoe",
        "status": "banned", "isBanned": true, "banReason": "spam", "banReasonCode": "spam",
        "banned_at": "2026-11-20T09:30:00.000250Z", "banned_by": "ana@quarterdeck.example",
        "ban_expires_at": null, "roles": ["User"], "is_staff": false, "verified_at": null,
        "report_count": 3, "riskLevel": "high", "created_at": "2026-11-20T09:30:00.000250Z", "last_login_at": null,
        "updated_at": "2026-11-20T09:30:00.000250Z", "version": 2,
    })
}

#[test]
fn requests() {
    golden(
        &BanRequest {
            ban_reason: "spam".to_owned(),
            reason_code: None,
            duration_hours: Some(24),
            expected_version: Some(7),
        },
        json!({ "banReason": "spam", "durationHours": 24, "expectedVersion": 7 }),
    );
    golden(
        &UnbanRequest {
            ban_reason: "appeal".to_owned(),
            reason_code: None,
            expected_version: None,
        },
        json!({ "banReason": "appeal" }),
    );
    golden(
        &BulkBanRequest {
            user_ids: vec![UserId(9), UserId(8)],
            ban_reason: String::new(),
            reason_code: Some("spam".to_owned()),
            duration_hours: None,
            confirm: Some(true),
        },
        json!({ "userIds": [9, 8], "reasonCode": "spam", "confirm": true }),
    );
    golden(
        &BulkUnbanRequest {
            user_ids: vec![UserId(9), UserId(8)],
            ban_reason: "appeal".to_owned(),
            reason_code: None,
            expected_versions: [(UserId(9), 7)].into(),
            confirm: Some(true),
        },
        json!({
            "userIds": [9, 8], "banReason": "appeal", "expectedVersions": { "9": 7 }, "confirm": true,
        }),
    );
    golden(
        &SuspendRequest {
            reason: "under review".to_owned(),
            reason_code: None,
            expected_version: Some(7),
        },
        json!({ "reason": "under review", "expectedVersion": 7 }),
    );
    golden(
        &ChangeRequest {
            expected_version: Some(7),
        },
        json!({ "expectedVersion": 7 }),
    );
}

#[test]
fn the_results_of_a_bulk_ban() {
    golden(
        &BulkBanReply {
            results: vec![
                BanResult {
                    id: UserId(9),
                    outcome: BanOutcome::Banned.into(),
                    user: Some(banned()),
                },
                BanResult {
                    id: UserId(4_711),
                    outcome: BanOutcome::NotFound.into(),
                    user: None,
                },
            ],
            changed: 1,
            noop: false,
        },
        json!({
            "results": [
                { "id": 9, "outcome": "banned", "user": banned_json() },
                { "id": 4711, "outcome": "not_found" },
            ],
            "changed": 1,
            "noop": false,
        }),
    );
}

#[test]
fn a_user_that_a_write_left_alone() {
    let mut expected = banned_json();
    let more = json!({
        "twitch_username": "zoe_live", "country": "Kenya", "permissions": ["user.view"],
        "is_platform_admin": false, "mfaEnabled": true, "verified_by": "ana@quarterdeck.example",
        "suspended_at": null, "suspended_by": null, "suspend_reason": null, "suspend_reason_code": null, "deleted_at": null,
        "anonymized_at": null, "active_sessions": 2, "open_data_requests": 1, "balance": null, "noop": true,
    });
    let more = more.as_object().unwrap().clone();
    expected.as_object_mut().unwrap().extend(more);
    golden(
        &UserView {
            row: banned(),
            twitch_username: Some(line("zoe_live")),
            country: Some(line("Kenya")),
            permissions: vec![Permission::UserView.into()],
            is_platform_admin: false,
            mfa_enabled: true,
            verified_by: Some(line("ana@quarterdeck.example")),
            suspended_at: None,
            suspended_by: None,
            suspend_reason: None,
            suspend_reason_code: None,
            deleted_at: None,
            anonymized_at: None,
            active_sessions: 2,
            open_data_requests: 1,
            balance: None,
            notes: None,
            noop: true,
        },
        expected,
    );
}
