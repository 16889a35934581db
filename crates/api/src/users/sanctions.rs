//! Bans and suspensions of users.

use super::{
    BanRequest, BulkBanReply, BulkBanRequest, BulkUnbanRequest, ChangeRequest, SuspendRequest,
    UnbanRequest, UserView,
};
use crate::audit::AuditCode;
use crate::ids::UserId;
use crate::inverse::Inverse;
use crate::operation::{Access, Method, Nothing, Operation, Otp, RateGroup, Spec, Writes};
use crate::permission::Permission;

/// Bans a user.
#[derive(Debug)]
pub struct BanUser;

impl Operation for BanUser {
    type Path = UserId;
    type Query = Nothing;
    type Body = BanRequest;
    type Reply = UserView;
    type Kind = Writes;
    const SPEC: Spec = Spec {
        access: Access::Permission(Permission::UserBan),
        otp: Otp::StaffTarget,
        inverse: Some(Inverse::new("users.unban", &[AuditCode::UserBanned])),
        rate: RateGroup::Users,
        summary: "Bans a user, for a time or without end, and ends the sessions.",
        ..Spec::write(
            "users.ban",
            Method::Patch,
            "/api/v1/admin/users/{id}/ban",
            &[AuditCode::UserBanned],
        )
    };
}

/// Ends a ban.
#[derive(Debug)]
pub struct UnbanUser;

impl Operation for UnbanUser {
    type Path = UserId;
    type Query = Nothing;
    type Body = UnbanRequest;
    type Reply = UserView;
    type Kind = Writes;
    const SPEC: Spec = Spec {
        access: Access::Permission(Permission::UserBan),
        otp: Otp::StaffTarget,
        rate: RateGroup::Users,
        summary: "Ends a ban.",
        ..Spec::write(
            "users.unban",
            Method::Patch,
            "/api/v1/admin/users/{id}/unban",
            &[AuditCode::UserUnbanned],
        )
    };
}

/// Bans several users.
#[derive(Debug)]
pub struct BulkBanUsers;

impl Operation for BulkBanUsers {
    type Path = ();
    type Query = Nothing;
    type Body = BulkBanRequest;
    type Reply = BulkBanReply;
    type Kind = Writes;
    const SPEC: Spec = Spec {
        access: Access::Permission(Permission::UserBan),
        otp: Otp::StaffTarget,
        inverse: Some(Inverse::new(
            "users.bulk_unban",
            &[AuditCode::UserBanned, AuditCode::BulkBan],
        )),
        rate: RateGroup::Users,
        summary: "Bans up to 1,000 users at once.",
        ..Spec::write(
            "users.bulk_ban",
            Method::Post,
            "/api/v1/admin/users/bulk-ban",
            &[AuditCode::UserBanned, AuditCode::BulkBan],
        )
    };
}

/// Ends the bans of several users.
#[derive(Debug)]
pub struct BulkUnbanUsers;

impl Operation for BulkUnbanUsers {
    type Path = ();
    type Query = Nothing;
    type Body = BulkUnbanRequest;
    type Reply = BulkBanReply;
    type Kind = Writes;
    const SPEC: Spec = Spec {
        access: Access::Permission(Permission::UserBan),
        otp: Otp::StaffTarget,
        rate: RateGroup::Users,
        summary: "Ends the bans of up to 1,000 users at once.",
        ..Spec::write(
            "users.bulk_unban",
            Method::Post,
            "/api/v1/admin/users/bulk-unban",
            &[AuditCode::UserUnbanned, AuditCode::BulkUnban],
        )
    };
}

/// Suspends a user.
#[derive(Debug)]
pub struct SuspendUser;

impl Operation for SuspendUser {
    type Path = UserId;
    type Query = Nothing;
    type Body = SuspendRequest;
    type Reply = UserView;
    type Kind = Writes;
    const SPEC: Spec = Spec {
        access: Access::Permission(Permission::UserSuspend),
        otp: Otp::StaffTarget,
        inverse: Some(Inverse::new("users.unsuspend", &[AuditCode::UserSuspended])),
        rate: RateGroup::Users,
        summary: "Suspends a user and ends the sessions.",
        ..Spec::write(
            "users.suspend",
            Method::Post,
            "/api/v1/admin/users/{id}/suspend",
            &[AuditCode::UserSuspended],
        )
    };
}

/// Ends a suspension.
#[derive(Debug)]
pub struct UnsuspendUser;

impl Operation for UnsuspendUser {
    type Path = UserId;
    type Query = Nothing;
    type Body = ChangeRequest;
    type Reply = UserView;
    type Kind = Writes;
    const SPEC: Spec = Spec {
        access: Access::Permission(Permission::UserSuspend),
        otp: Otp::StaffTarget,
        rate: RateGroup::Users,
        summary: "Ends a suspension.",
        ..Spec::write(
            "users.unsuspend",
            Method::Post,
            "/api/v1/admin/users/{id}/unsuspend",
            &[AuditCode::UserUnsuspended],
        )
    };
}
