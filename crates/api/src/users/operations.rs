//! What can be asked about users and done to them.

use super::{
    AllUsersReply, AllUsersRequest, BanEvent, BanHistoryQuery, BlockedQuery, BlockedRow,
    ChangeRequest, DeletedReply, EndByBodyRequest, EndQuery, EndRequest, UserExport, UserRow,
    UserView, UsersQuery,
};
use crate::audit::AuditCode;
use crate::ids::UserId;
use crate::operation::{
    Access, Method, Nothing, Operation, Otp, RateGroup, Reads, ReplyBody, Spec, Writes,
};
use crate::page::Page;
use crate::permission::Permission;

/// Lists users for the console.
#[derive(Debug)]
pub struct ListUsers;

impl Operation for ListUsers {
    type Path = ();
    type Query = UsersQuery;
    type Body = Nothing;
    type Reply = Page<UserRow>;
    type Kind = Reads;
    const SPEC: Spec = Spec {
        access: Access::Permission(Permission::UserView),
        summary: "Lists users, filtered by state, role, and any part of e-mail, name or handle.",
        ..Spec::read("users.list", "/api/v1/admin/users")
    };
}

/// Lists users as the seed does: a read that comes by POST (S004-08, S004-42).
#[derive(Debug)]
pub struct ListAllUsers;

impl Operation for ListAllUsers {
    type Path = ();
    type Query = Nothing;
    type Body = AllUsersRequest;
    type Reply = AllUsersReply;
    type Kind = Reads;
    const SPEC: Spec = Spec {
        access: Access::Permission(Permission::UserView),
        method: Method::Post,
        summary: "Lists users by page, as the seed spells it.",
        ..Spec::read("users.list_all", "/api/v1/admin/users/all")
    };
}

/// Reads one user.
#[derive(Debug)]
pub struct GetUser;

impl Operation for GetUser {
    type Path = UserId;
    type Query = Nothing;
    type Body = Nothing;
    type Reply = UserView;
    type Kind = Reads;
    const SPEC: Spec = Spec {
        access: Access::Permission(Permission::UserView),
        summary: "Reads one user in full.",
        ..Spec::read("users.get", "/api/v1/admin/users/{id}")
    };
}

/// Reads the bans of one user.
#[derive(Debug)]
pub struct GetBanHistory;

impl Operation for GetBanHistory {
    type Path = UserId;
    type Query = BanHistoryQuery;
    type Body = Nothing;
    type Reply = Page<BanEvent>;
    type Kind = Reads;
    const SPEC: Spec = Spec {
        access: Access::Permission(Permission::UserView),
        summary: "Reads the bans of one user and how they ended, newest first.",
        ..Spec::read("users.ban_history", "/api/v1/admin/users/{id}/ban-history")
    };
}

/// Lists the accounts that are shut out.
#[derive(Debug)]
pub struct ListBlocked;

impl Operation for ListBlocked {
    type Path = ();
    type Query = BlockedQuery;
    type Body = Nothing;
    type Reply = Page<BlockedRow>;
    type Kind = Reads;
    const SPEC: Spec = Spec {
        access: Access::Permission(Permission::BlockedView),
        summary: "Lists banned and suspended accounts with reason, since when and by whom.",
        ..Spec::read("users.blocked", "/api/v1/admin/blocked")
    };
}

/// Marks a person as verified.
#[derive(Debug)]
pub struct VerifyUser;

impl Operation for VerifyUser {
    type Path = UserId;
    type Query = Nothing;
    type Body = ChangeRequest;
    type Reply = UserView;
    type Kind = Writes;
    const SPEC: Spec = Spec {
        access: Access::Permission(Permission::UserVerify),
        otp: Otp::Never,
        rate: RateGroup::Users,
        summary: "Marks a person as verified.",
        ..Spec::write(
            "users.verify",
            Method::Post,
            "/api/v1/admin/users/{id}/verify",
            &[AuditCode::UserVerified],
        )
    };
}

/// Hands out all that is held about a person.
#[derive(Debug)]
pub struct ExportUser;

impl Operation for ExportUser {
    type Path = UserId;
    type Query = Nothing;
    type Body = Nothing;
    type Reply = UserExport;
    type Kind = Writes;
    const SPEC: Spec = Spec {
        access: Access::Permission(Permission::UserExport),
        otp: Otp::Never,
        rate: RateGroup::Users,
        reply: ReplyBody::Secret,
        deadline: Spec::LONG_DEADLINE,
        summary: "Hands out all that is held about a person.",
        ..Spec::write(
            "users.export",
            Method::Post,
            "/api/v1/admin/users/{id}/export",
            &[AuditCode::UserExported],
        )
    };
}

/// Removes all that names a person; cannot be undone.
#[derive(Debug)]
pub struct AnonymizeUser;

impl Operation for AnonymizeUser {
    type Path = UserId;
    type Query = Nothing;
    type Body = EndRequest;
    type Reply = UserView;
    type Kind = Writes;
    const SPEC: Spec = Spec {
        access: Access::Permission(Permission::UserAnonymize),
        otp: Otp::StaffTarget,
        rate: RateGroup::Users,
        summary: "Removes all that names a person; cannot be undone.",
        ..Spec::write(
            "users.anonymize",
            Method::Post,
            "/api/v1/admin/users/{id}/anonymize",
            &[AuditCode::UserAnonymized],
        )
    };
}

/// The same, with the user in the body (seed 003).
#[derive(Debug)]
pub struct AnonymizeUserByBody;

impl Operation for AnonymizeUserByBody {
    type Path = ();
    type Query = Nothing;
    type Body = EndByBodyRequest;
    type Reply = UserView;
    type Kind = Writes;
    const SPEC: Spec = Spec {
        access: Access::Permission(Permission::UserAnonymize),
        otp: Otp::StaffTarget,
        rate: RateGroup::Users,
        summary: "Removes all that names a person; the user is in the body.",
        ..Spec::write(
            "users.anonymize_by_body",
            Method::Post,
            "/api/v1/admin/anonymize-user",
            &[AuditCode::UserAnonymized],
        )
    };
}

/// Deletes an account softly.
#[derive(Debug)]
pub struct DeleteUser;

impl Operation for DeleteUser {
    type Path = UserId;
    type Query = Nothing;
    type Body = EndRequest;
    type Reply = DeletedReply;
    type Kind = Writes;
    const SPEC: Spec = Spec {
        access: Access::Permission(Permission::UserDelete),
        otp: Otp::StaffTarget,
        rate: RateGroup::Users,
        summary: "Deletes an account; its row stays.",
        ..Spec::write(
            "users.delete",
            Method::Post,
            "/api/v1/admin/users/{id}/delete",
            &[AuditCode::UserDeleted],
        )
    };
}

/// The same, by DELETE.
#[derive(Debug)]
pub struct DeleteUserByQuery;

impl Operation for DeleteUserByQuery {
    type Path = UserId;
    type Query = EndQuery;
    type Body = Nothing;
    type Reply = DeletedReply;
    type Kind = Writes;
    const SPEC: Spec = Spec {
        access: Access::Permission(Permission::UserDelete),
        otp: Otp::StaffTarget,
        rate: RateGroup::Users,
        summary: "Deletes an account; confirmation and reason are in the query.",
        ..Spec::write(
            "users.delete_by_query",
            Method::Delete,
            "/api/v1/admin/users/{id}",
            &[AuditCode::UserDeleted],
        )
    };
}

/// The same, with the user in the body (seed 003).
#[derive(Debug)]
pub struct DeleteUserByBody;

impl Operation for DeleteUserByBody {
    type Path = ();
    type Query = Nothing;
    type Body = EndByBodyRequest;
    type Reply = DeletedReply;
    type Kind = Writes;
    const SPEC: Spec = Spec {
        access: Access::Permission(Permission::UserDelete),
        otp: Otp::StaffTarget,
        rate: RateGroup::Users,
        summary: "Deletes an account; the user is in the body.",
        ..Spec::write(
            "users.delete_by_body",
            Method::Post,
            "/api/v1/admin/delete-user",
            &[AuditCode::UserDeleted],
        )
    };
}

/// Makes a user a platform admin.
#[derive(Debug)]
pub struct PromoteUser;

impl Operation for PromoteUser {
    type Path = UserId;
    type Query = Nothing;
    type Body = ChangeRequest;
    type Reply = UserView;
    type Kind = Writes;
    const SPEC: Spec = Spec {
        access: Access::SuperAdmin,
        otp: Otp::Always,
        rate: RateGroup::Admins,
        summary: "Makes a user a platform admin.",
        ..Spec::write(
            "users.promote",
            Method::Post,
            "/api/v1/admin/users/{id}/promote",
            &[AuditCode::PlatformAdminGranted],
        )
    };
}

/// Takes the platform from an admin: the flag, staff roles and permissions.
#[derive(Debug)]
pub struct DemoteUser;

impl Operation for DemoteUser {
    type Path = UserId;
    type Query = Nothing;
    type Body = ChangeRequest;
    type Reply = UserView;
    type Kind = Writes;
    const SPEC: Spec = Spec {
        access: Access::SuperAdmin,
        otp: Otp::Always,
        rate: RateGroup::Admins,
        summary: "Takes flag, staff roles and permissions from a platform admin.",
        ..Spec::write(
            "users.demote",
            Method::Post,
            "/api/v1/admin/users/{id}/demote",
            &[AuditCode::PlatformAdminRevoked],
        )
    };
}
