//! Making an admin (S001-07, S001-19).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::audit_code::AuditCode;
use crate::operation::{Access, Method, Nothing, Operation, Otp, RateGroup, Spec, Writes};
use crate::permission::Permission;
use crate::role::{Preset, Role};
use crate::users::UserView;
use crate::wire_enum::{OpenEnum, wire_enum};

/// An admin to be. Without `permissions` and `preset` the presets of the roles are taken.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CreateAdminRequest {
    /// Where the first-login mail goes, and what is signed in with.
    pub email: String,
    /// Name, up to 100 characters; what stands before the `@` without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// The roles; one of them at least opens the admin surface.
    pub roles: Vec<OpenEnum<Role>>,
    /// The permissions, each a row of its own; not together with `preset`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permissions: Option<Vec<OpenEnum<Permission>>>,
    /// The permissions of this preset, whatever the roles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preset: Option<OpenEnum<Preset>>,
}

wire_enum! {
    /// What becomes of a mail.
    pub enum MailStatus {
        /// It is sent next.
        Queued = "queued",
        /// It waits: the server has no way to send mail.
        Waiting = "waiting",
    }
}

/// An admin who was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CreatedAdmin {
    /// The account.
    #[serde(flatten)]
    pub user: UserView,
    /// What becomes of the first-login mail.
    pub mail: OpenEnum<MailStatus>,
    /// Until when the token in it can be used.
    pub first_login_until: DateTime<Utc>,
}

/// Makes an admin, who gets a mail with a token for the first login.
#[derive(Debug)]
pub struct CreateAdmin;

impl Operation for CreateAdmin {
    type Path = ();
    type Query = Nothing;
    type Body = CreateAdminRequest;
    type Reply = CreatedAdmin;
    type Kind = Writes;
    const SPEC: Spec = Spec {
        access: Access::SuperAdmin,
        otp: Otp::Always,
        rate: RateGroup::Admins,
        success: 201,
        summary: "Makes an admin, and mails a token for the first login.",
        ..Spec::write(
            "admins.create",
            Method::Post,
            "/api/v1/admin/users/admin-user",
            &[AuditCode::AdminCreated],
        )
    };
}
