//! The JSON of what is known of users.

use quarterdeck_api::money::Balance;
use quarterdeck_api::notes::RiskLevel;
use quarterdeck_api::users::{
    AllUsersReply, AllUsersRequest, AllUsersSortBy, BalanceRequest, BanAction, BanEvent,
    BanHistoryQuery, BlockedQuery, BlockedRow, ChangeRequest, Edit, SortOrder, UserExport,
    UserPatch, UserProfile, UserRow, UserSort, UserStatus, UserView, UsersQuery,
};

use super::*;

const TIME: &str = "2026-11-20T09:30:00.000250Z";

pub(super) fn row() -> UserRow {
    UserRow {
        id: UserId(4711),
        email: line("zoe@example.org"),
        display_name: line("Zoë"),
        username: Some(line("zoe")),
        status: UserStatus::Banned.into(),
        is_banned: true,
        ban_reason: Some(line("spam")),
        ban_reason_code: None,
        banned_at: Some(time()),
        banned_by: Some(line("ana@quarterdeck.example")),
        ban_expires_at: Some(time()),
        roles: vec![Role::Streamer.into()],
        is_staff: false,
        verified_at: Some(time()),
        report_count: 3,
        risk_level: Some(RiskLevel::High.into()),
        created_at: time(),
        last_login_at: None,
        updated_at: time(),
        version: 2,
    }
}

pub(super) fn row_json() -> Value {
    json!({
        "id": 4711, "email": "zoe@example.org", "display_name": "Zoë", "username": "zoe",
        "status": "banned", "isBanned": true, "banReason": "spam", "banReasonCode": null, "banned_at": TIME,
        "banned_by": "ana@quarterdeck.example", "ban_expires_at": TIME, "roles": ["Streamer"],
        "is_staff": false, "verified_at": TIME, "report_count": 3, "riskLevel": "high", "created_at": TIME,
        "last_login_at": null, "updated_at": TIME, "version": 2,
    })
}

pub(super) fn view() -> UserView {
    UserView {
        row: row(),
        twitch_username: Some(line("zoe_live")),
        country: Some(line("Island")),
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
        active_sessions: 1,
        open_data_requests: 2,
        balance: None,
        notes: None,
        noop: false,
    }
}

pub(super) fn view_json() -> Value {
    let mut view = row_json();
    let more = json!({
        "twitch_username": "zoe_live", "country": "Island", "permissions": ["user.view"],
        "is_platform_admin": false, "mfaEnabled": true, "verified_by": "ana@quarterdeck.example",
        "suspended_at": null, "suspended_by": null, "suspend_reason": null, "suspend_reason_code": null, "deleted_at": null,
        "anonymized_at": null, "active_sessions": 1, "open_data_requests": 2, "balance": null,
    });
    let more = more.as_object().unwrap().clone();
    view.as_object_mut().unwrap().extend(more);
    view
}

fn event() -> BanEvent {
    BanEvent {
        id: 1,
        action: BanAction::Ban.into(),
        reason: line("spam"),
        reason_code: Some(line("spam")),
        actor: Some(line("ana@quarterdeck.example")),
        duration_hours: Some(24),
        expires_at: Some(time()),
        request_id: line("r1"),
        created_at: time(),
    }
}

fn event_json() -> Value {
    json!({
        "id": 1, "action": "ban", "reason": "spam", "reason_code": "spam", "actor": "ana@quarterdeck.example",
        "durationHours": 24, "expires_at": TIME, "request_id": "r1", "created_at": TIME,
    })
}

#[test]
fn a_user() {
    golden(&row(), row_json());
    golden(&view(), view_json());
    let mut noop = view_json();
    noop["noop"] = json!(true);
    golden(
        &UserView {
            noop: true,
            ..view()
        },
        noop,
    );
    golden(
        &UserView {
            balance: Some(Balance {
                amount: -1_234,
                currency: line("EUR"),
                version: 3,
            }),
            notes: Some(Vec::new()),
            ..view()
        },
        {
            let mut paid = view_json();
            paid["balance"] = json!({ "amount": -1_234, "currency": "EUR", "version": 3 });
            paid["notes"] = json!([]);
            paid
        },
    );
    golden(
        &BalanceRequest {
            amount: 1_500,
            currency: "EUR".to_owned(),
            reason: "goodwill".to_owned(),
            expected_version: Some(3),
        },
        json!({ "amount": 1_500, "currency": "EUR", "reason": "goodwill", "expectedVersion": 3 }),
    );
    golden(
        &UserPatch {
            email: Edit::To("zoe@example.org".to_owned()),
            username: Edit::Clear,
            expected_version: Some(2),
            ..UserPatch::default()
        },
        json!({ "email": "zoe@example.org", "username": null, "expectedVersion": 2 }),
    );
    golden(&ChangeRequest::default(), json!({}));
    golden(
        &ChangeRequest {
            expected_version: Some(2),
        },
        json!({ "expectedVersion": 2 }),
    );
}

#[test]
fn lists() {
    golden(
        &UsersQuery {
            q: Some("zo".to_owned()),
            status: Some(AnyOf(vec![UserStatus::Banned, UserStatus::Suspended])),
            role: Some(AnyOf(vec![Role::Admin])),
            staff: Some(true),
            verified: Some(false),
            from: Some(time()),
            to: None,
            filter: Some("is:banned".to_owned()),
            sort: Some(UserSort::LastSeenFirst),
            page: Some(2),
            take: Some(50),
            cursor: None,
            count: Some(Count::Exact),
        },
        json!({
            "q": "zo", "status": "banned,suspended", "role": "Admin", "staff": true,
            "verified": false, "from": TIME, "filter": "is:banned", "sort": "-last_login_at", "page": 2, "take": 50,
            "count": "exact",
        }),
    );
    golden(
        &AllUsersRequest {
            page: Some(2),
            take: Some(50),
            search: Some("zo".to_owned()),
            is_banned: Some(true),
            with_roles: Some(vec![Role::Streamer]),
            with_permissions: Some(vec![Permission::UserBan]),
            filter: Some(vec![UserStatus::Deleted]),
            sort_by: Some(AllUsersSortBy::LastLoginAt),
            sort_order: Some(SortOrder::Descending),
        },
        json!({
            "page": 2, "take": 50, "search": "zo", "isBanned": true, "withRoles": ["Streamer"],
            "withPermissions": ["user.ban"], "filter": ["deleted"], "sortBy": "lastLoginAt",
            "sortOrder": "desc",
        }),
    );
    golden(
        &AllUsersReply {
            data: vec![row()],
            total: 1,
        },
        json!({ "data": [row_json()], "total": 1 }),
    );
}

#[test]
fn bans() {
    golden(&event(), event_json());
    golden(
        &BanHistoryQuery {
            take: Some(5),
            cursor: Some("7".to_owned()),
        },
        json!({ "take": 5, "cursor": "7" }),
    );
    golden(
        &BlockedQuery {
            take: Some(5),
            cursor: None,
        },
        json!({ "take": 5 }),
    );
    golden(
        &BlockedRow {
            id: UserId(4711),
            email: line("zoe@example.org"),
            status: UserStatus::Suspended.into(),
            reason: Some(line("chargebacks")),
            reason_code: None,
            since: Some(time()),
            by: Some(line("ana@quarterdeck.example")),
            expires_at: None,
        },
        json!({
            "id": 4711, "email": "zoe@example.org", "status": "suspended", "reason": "chargebacks", "reason_code": null,
            "since": TIME, "by": "ana@quarterdeck.example", "expires_at": null,
        }),
    );
}

#[test]
fn an_export() {
    golden(
        &UserExport {
            format: 1,
            exported_at: time(),
            user: view(),
            profile: Some(UserProfile {
                avatar: None,
                bio: Some(Body::new("I knit.\nA lot.")),
                phone: Some(line("+354 5550100")),
                country: Some(line("Island")),
                verified_at: Some(time()),
            }),
            former_names: vec![json!({ "field": "email" })],
            identity: None,
            memberships: Vec::new(),
            applications: vec![json!({ "id": 1 })],
            reports_sent: vec![],
            reports_received: vec![],
            data_requests: vec![],
            withdrawals: vec![],
            saved_filters: vec![],
            transactions: vec![],
            mails: vec![json!({ "id": 3 })],
            notes: vec![serde_json::json!({ "id": 7 })],
            ban_history: vec![event()],
            sessions: vec![json!({ "id": 2 })],
            truncated: vec![line("sessions")],
        },
        json!({
            "format": 1, "exported_at": TIME, "user": view_json(),
            "profile": {
                "avatar": null, "bio": "I knit.\nA lot.", "phone": "+354 5550100",
                "country": "Island", "verified_at": TIME,
            },
            "identity": null, "memberships": [], "former_names": [{ "field": "email" }], "applications": [{ "id": 1 }], "reports_sent": [], "reports_received": [],
            "data_requests": [], "saved_filters": [], "transactions": [], "withdrawals": [], "mails": [{ "id": 3 }], "notes": [{ "id": 7 }], "ban_history": [event_json()], "sessions": [{ "id": 2 }],
            "truncated": ["sessions"],
        }),
    );
}
