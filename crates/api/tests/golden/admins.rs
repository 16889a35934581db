//! The JSON of what is known of admins, and of what changes it.

use quarterdeck_api::admins::{
    AdminRow, AdminView, AdminsQuery, CreateAdminRequest, CreatedAdmin, MailStatus, OffboardReply,
    OffboardRequest, PermissionGrant, PermissionsRequest, RoleGrant, RolesRequest,
    SingleRoleRequest,
};

use super::users;
use super::*;

const TIME: &str = "2026-11-20T09:30:00.000250Z";

fn admin() -> AdminRow {
    AdminRow {
        row: users::row(),
        permissions: vec![Permission::UserView.into()],
        permission_count: 1,
        mfa_enabled: true,
        last_seen_at: Some(time()),
        open_addresses: 2,
    }
}

fn admin_json() -> Value {
    let mut json = users::row_json();
    let more = json!({
        "permissions": ["user.view"], "permission_count": 1, "mfaEnabled": true,
        "last_seen_at": TIME, "open_addresses": 2,
    });
    let more = more.as_object().unwrap().clone();
    json.as_object_mut().unwrap().extend(more);
    json
}

pub(super) fn view() -> (AdminView, Value) {
    let view = AdminView {
        admin: admin(),
        role_grants: vec![RoleGrant {
            role: Role::Risk.into(),
            granted_by: Some(line("root@quarterdeck.example")),
            granted_at: time(),
        }],
        permission_grants: vec![PermissionGrant {
            permission: Permission::UserView.into(),
            granted_by: None,
            granted_at: time(),
        }],
        active_super_admins: 4,
    };
    let mut json = admin_json();
    json["active_super_admins"] = json!(4);
    json["role_grants"] =
        json!([{ "role": "Risk", "granted_by": "root@quarterdeck.example", "granted_at": TIME }]);
    json["permission_grants"] =
        json!([{ "permission": "user.view", "granted_by": null, "granted_at": TIME }]);
    (view, json)
}

#[test]
fn an_admin() {
    golden(&admin(), admin_json());
    let (view, json) = view();
    golden(&view, json);
}

#[test]
fn what_admins_are_asked_by() {
    golden(&AdminsQuery::default(), json!({}));
    golden(
        &AdminsQuery {
            page: Some(2),
            take: Some(10),
            role: AnyOf(vec![Role::Risk, Role::Streamer]),
        },
        json!({ "page": 2, "take": 10, "role": "Risk,Streamer" }),
    );
}

#[test]
fn changes_of_rights() {
    golden(
        &RolesRequest {
            roles: vec![Role::Risk.into(), OpenEnum::Unknown(line("Emperor"))],
            expected_version: Some(2),
        },
        json!({ "roles": ["Risk", "Emperor"], "expectedVersion": 2 }),
    );
    golden(
        &PermissionsRequest {
            permissions: vec![Permission::UserBan.into()],
            expected_version: None,
        },
        json!({ "permissions": ["user.ban"] }),
    );
    golden(
        &SingleRoleRequest {
            twitch_username: Some("zoe_live".to_owned()),
            user_id: None,
            role: Role::Streamer.into(),
            expected_version: None,
        },
        json!({ "twitchUsername": "zoe_live", "role": "Streamer" }),
    );
    golden(
        &SingleRoleRequest {
            twitch_username: None,
            user_id: Some(UserId(4711)),
            role: Role::Streamer.into(),
            expected_version: Some(2),
        },
        json!({ "userId": 4711, "role": "Streamer", "expectedVersion": 2 }),
    );
}

#[test]
fn a_creation() {
    golden(
        &CreateAdminRequest {
            email: "ana@example.com".to_owned(),
            roles: vec![Role::Risk.into()],
            ..CreateAdminRequest::default()
        },
        json!({ "email": "ana@example.com", "roles": ["Risk"] }),
    );
    golden(
        &CreateAdminRequest {
            email: "ana@example.com".to_owned(),
            display_name: Some("Ana".to_owned()),
            roles: vec![Role::Risk.into()],
            permissions: Some(vec![Permission::UserBan.into()]),
            preset: Some(Preset::Risk.into()),
        },
        json!({
            "email": "ana@example.com", "displayName": "Ana", "roles": ["Risk"],
            "permissions": ["user.ban"], "preset": "Risk",
        }),
    );
    let mut created = users::view_json();
    created["mail"] = json!("queued");
    created["first_login_until"] = json!(TIME);
    golden(
        &CreatedAdmin {
            user: users::view(),
            mail: MailStatus::Queued.into(),
            first_login_until: time(),
        },
        created,
    );
}

#[test]
fn an_offboarding() {
    golden(
        &OffboardRequest {
            reason: "left us".to_owned(),
            expected_version: Some(2),
        },
        json!({ "reason": "left us", "expectedVersion": 2 }),
    );
    golden(
        &OffboardReply {
            user: users::row(),
            roles: vec![Role::Risk.into()],
            permissions: vec![Permission::UserBan.into()],
            sessions_revoked: 1,
            banned: true,
            noop: false,
        },
        json!({
            "user": users::row_json(), "roles": ["Risk"], "permissions": ["user.ban"],
            "sessions_revoked": 1, "banned": true, "noop": false,
        }),
    );
}
