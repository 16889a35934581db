//! What can be asked about admins, and what super-admins change about them.
//!
//! None of the changes has an inverse. To take one back is to change rights once more: it takes a code of its own,
//! and a set of before would overrule whatever was granted or taken since. Whoever does it sees what it adds and
//! removes, and says `y`.

use super::{
    AdminRow, AdminView, AdminsQuery, OffboardReply, OffboardRequest, PermissionsRequest,
    RolesRequest, SingleRoleRequest,
};
use crate::audit_code::AuditCode;
use crate::ids::UserId;
use crate::operation::{
    Access, Effect, Method, Nothing, Operation, Otp, RateGroup, Reads, Spec, Writes,
};
use crate::page::Page;
use crate::permission::{CatalogEntry, Permission};
use crate::users::UserView;

/// Lists everybody who holds a staff role, with roles and permissions.
#[derive(Debug)]
pub struct ListAdmins;

impl Operation for ListAdmins {
    type Path = ();
    type Query = AdminsQuery;
    type Body = Nothing;
    type Reply = Page<AdminRow>;
    type Kind = Reads;
    const SPEC: Spec = Spec {
        access: Access::Permission(Permission::UserView),
        // Who looks up the staff is remembered (C-15).
        effect: Effect::RecordedRead,
        summary: "Lists the admins with their roles and permissions.",
        ..Spec::read("admins.list", "/api/v1/admin/users/get-admins-with-roles")
    };
}

/// Reads one admin with who granted what.
#[derive(Debug)]
pub struct GetAdmin;

impl Operation for GetAdmin {
    type Path = UserId;
    type Query = Nothing;
    type Body = Nothing;
    type Reply = AdminView;
    type Kind = Reads;
    const SPEC: Spec = Spec {
        access: Access::Permission(Permission::UserView),
        summary: "Reads the roles and permissions of one account, and who granted each.",
        ..Spec::read("admins.get", "/api/v1/admin/users/{id}/grants")
    };
}

/// Lists the permission catalogue.
#[derive(Debug)]
pub struct ListPermissions;

impl Operation for ListPermissions {
    type Path = ();
    type Query = Nothing;
    type Body = Nothing;
    type Reply = Vec<CatalogEntry>;
    type Kind = Reads;
    const SPEC: Spec = Spec {
        access: Access::Permission(Permission::UserView),
        summary: "Lists the permission catalogue.",
        ..Spec::read("admins.catalog", "/api/v1/admin/users/all-permissions")
    };
}

/// Replaces all roles of an account.
#[derive(Debug)]
pub struct ReplaceRoles;

impl Operation for ReplaceRoles {
    type Path = UserId;
    type Query = Nothing;
    type Body = RolesRequest;
    type Reply = UserView;
    type Kind = Writes;
    const SPEC: Spec = Spec {
        access: Access::SuperAdmin,
        otp: Otp::Always,
        rate: RateGroup::Admins,
        summary: "Replaces all roles of an account.",
        ..Spec::write(
            "admins.replace_roles",
            Method::Put,
            "/api/v1/admin/users/{id}/roles",
            &[AuditCode::RolesReplaced],
        )
    };
}

/// Replaces all permission rows of an account.
#[derive(Debug)]
pub struct ReplacePermissions;

impl Operation for ReplacePermissions {
    type Path = UserId;
    type Query = Nothing;
    type Body = PermissionsRequest;
    type Reply = UserView;
    type Kind = Writes;
    const SPEC: Spec = Spec {
        access: Access::SuperAdmin,
        otp: Otp::Always,
        rate: RateGroup::Admins,
        summary: "Replaces all permission rows of an account.",
        ..Spec::write(
            "admins.replace_permissions",
            Method::Put,
            "/api/v1/admin/users/{id}/permissions",
            &[AuditCode::PermissionsReplaced],
        )
    };
}

/// Gives an account one more role.
#[derive(Debug)]
pub struct AddSingleRole;

impl Operation for AddSingleRole {
    type Path = ();
    type Query = Nothing;
    type Body = SingleRoleRequest;
    type Reply = UserView;
    type Kind = Writes;
    const SPEC: Spec = Spec {
        access: Access::SuperAdmin,
        otp: Otp::Always,
        rate: RateGroup::Admins,
        summary: "Gives an account one more role.",
        ..Spec::write(
            "admins.add_role",
            Method::Put,
            "/api/v1/admin/users/add-single-role",
            &[AuditCode::RoleAdded],
        )
    };
}

/// Takes one role from an account.
#[derive(Debug)]
pub struct RevokeSingleRole;

impl Operation for RevokeSingleRole {
    type Path = ();
    type Query = Nothing;
    type Body = SingleRoleRequest;
    type Reply = UserView;
    type Kind = Writes;
    const SPEC: Spec = Spec {
        access: Access::SuperAdmin,
        otp: Otp::Always,
        rate: RateGroup::Admins,
        summary: "Takes one role from an account.",
        ..Spec::write(
            "admins.revoke_role",
            Method::Put,
            "/api/v1/admin/users/revoke-single-role",
            &[AuditCode::RoleRevoked],
        )
    };
}

/// Ends somebody's work here: ban, roles, permissions and sessions at once (S001-26).
#[derive(Debug)]
pub struct OffboardAdmin;

impl Operation for OffboardAdmin {
    type Path = UserId;
    type Query = Nothing;
    type Body = OffboardRequest;
    type Reply = OffboardReply;
    type Kind = Writes;
    const SPEC: Spec = Spec {
        access: Access::SuperAdmin,
        otp: Otp::Always,
        rate: RateGroup::Admins,
        summary: "Bans an admin and takes roles, permissions and sessions, all at once.",
        ..Spec::write(
            "admins.offboard",
            Method::Post,
            "/api/v1/admin/users/{id}/offboard",
            &[
                AuditCode::UserBanned,
                AuditCode::PlatformAdminRevoked,
                AuditCode::UserOffboarded,
            ],
        )
    };
}
