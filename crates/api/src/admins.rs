//! Admins: who holds staff roles and permissions, and what super-admins change about that (C-04, C-05).
//!
//! Names that the seed fixes (`twitchUsername`, `userId`, `mfaEnabled`) keep its spelling.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::filter::AnyOf;
use crate::ids::UserId;
use crate::permission::Permission;
use crate::role::Role;
use crate::text::Line;
use crate::users::UserRow;
use crate::wire_enum::OpenEnum;

mod creation;
mod fields;
mod operations;

pub use creation::{CreateAdmin, CreateAdminRequest, CreatedAdmin, MailStatus};
pub use fields::{AdminField, AdminSort};
pub use operations::{
    AddSingleRole, GetAdmin, ListAdmins, ListPermissions, OffboardAdmin, ReplacePermissions,
    ReplaceRoles, RevokeSingleRole,
};

/// Above this many active super-admins, their number is a finding (S001-33).
pub const MANY_SUPER_ADMINS: u64 = 3;
/// An admin who was not seen for this many days is a finding.
pub const IDLE_DAYS: i64 = 90;

/// An admin, as lists show one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AdminRow {
    /// The account.
    #[serde(flatten)]
    pub row: UserRow,
    /// Permissions held by rows of their own, in the order of their keys.
    pub permissions: Vec<OpenEnum<Permission>>,
    /// How many they are.
    pub permission_count: u64,
    /// Whether a second factor is set up.
    #[serde(rename = "mfaEnabled")]
    pub mfa_enabled: bool,
    /// When the account signed in or kept a session alive last.
    pub last_seen_at: Option<DateTime<Utc>>,
    /// From how many addresses its open sessions were begun.
    pub open_addresses: u64,
}

/// One admin in full.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AdminView {
    /// The row.
    #[serde(flatten)]
    pub admin: AdminRow,
    /// Every role, product roles too, by name.
    pub role_grants: Vec<RoleGrant>,
    /// Every permission row, by key.
    pub permission_grants: Vec<PermissionGrant>,
    /// How many active super-admins there are on the platform.
    pub active_super_admins: u64,
}

/// A role that an account holds, and since when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RoleGrant {
    /// Which one.
    pub role: OpenEnum<Role>,
    /// E-mail of who granted it; absent where nobody did: a seed, the command line.
    pub granted_by: Option<Line>,
    /// When.
    pub granted_at: DateTime<Utc>,
}

/// A permission that an account holds, and since when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PermissionGrant {
    /// Which one.
    pub permission: OpenEnum<Permission>,
    /// E-mail of who granted it; absent where nobody did: a seed, the command line.
    pub granted_by: Option<Line>,
    /// When.
    pub granted_at: DateTime<Utc>,
}

/// A page of the admins.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AdminsQuery {
    /// Which page, from 1; `next_cursor` of a page is the number of the next one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
    /// Rows a page, up to 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub take: Option<u32>,
    /// Holders of any of these roles, product roles too; none for everybody who holds a staff role.
    #[serde(default, skip_serializing_if = "AnyOf::is_empty")]
    #[schema(value_type = String)]
    pub role: AnyOf<Role>,
}

/// All roles that an account is to hold: what is not named is taken.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct RolesRequest {
    /// The roles; none takes them all.
    pub roles: Vec<OpenEnum<Role>>,
    /// The version that the caller saw; where it differs the answer is 409.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_version: Option<i64>,
}

/// All permissions that an account is to hold: what is not named is taken.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct PermissionsRequest {
    /// The keys; none takes them all.
    pub permissions: Vec<OpenEnum<Permission>>,
    /// The version that the caller saw; where it differs the answer is 409.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_version: Option<i64>,
}

/// One role of an account, which is named by exactly one of its handle and its id (S001-35).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct SingleRoleRequest {
    /// Its Twitch handle, whatever the case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub twitch_username: Option<String>,
    /// Its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// Which role.
    pub role: OpenEnum<Role>,
    /// The version that the caller saw; where it differs the answer is 409.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_version: Option<i64>,
}

/// The end of somebody's work here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct OffboardRequest {
    /// Why, 3 to 500 characters.
    pub reason: String,
    /// The version that the caller saw; where it differs the answer is 409.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_version: Option<i64>,
}

/// What offboarding took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OffboardReply {
    /// The account as it is now.
    pub user: UserRow,
    /// Staff roles that it held.
    pub roles: Vec<OpenEnum<Role>>,
    /// Permissions that it held.
    pub permissions: Vec<OpenEnum<Permission>>,
    /// Sessions that were open.
    pub sessions_revoked: u64,
    /// Whether it was banned now; false where it was banned without end already.
    pub banned: bool,
    /// Whether there was nothing left to take.
    pub noop: bool,
}
