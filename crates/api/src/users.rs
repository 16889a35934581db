//! Users: finding a person, and what operators do to and for them.
//!
//! Names that the seed fixes (`banReason`, `isBanned`, `durationHours`, `userIds`) keep its spelling.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::filter::AnyOf;
use crate::ids::UserId;
use crate::money::Balance;
use crate::notes::{RiskLevel, UserNote};
use crate::page::Count;
use crate::permission::Permission;
use crate::role::Role;
use crate::text::Line;
use crate::wire_enum::{OpenEnum, wire_enum};

mod balance;
mod context;
mod drawer;
mod edit;
mod export;
mod fields;
mod operations;
mod sanctions;

pub use balance::{BalanceRequest, MAX_BALANCE, SetBalance};
pub use context::{
    LikelySame, Likeness, MOST_COUNTED, MOST_LIKELY_SAME, PersonContext, TrackRecord,
};
pub use drawer::{DRAWER_ROWS, GetUserDrawer, UserDrawer};
pub use edit::{Edit, UpdateUser, UserPatch};
pub use export::{UserExport, UserIdentity, UserProfile};
pub use fields::UserField;
pub use operations::{
    AnonymizeUser, AnonymizeUserByBody, DeleteUser, DeleteUserByBody, DeleteUserByQuery,
    DemoteUser, ExportUser, GetBanHistory, GetUser, ListAllUsers, ListBlocked, ListUsers,
    PromoteUser, VerifyUser,
};
pub use sanctions::{BanUser, BulkBanUsers, BulkUnbanUsers, SuspendUser, UnbanUser, UnsuspendUser};

/// Shortest and longest reason, in characters.
pub const REASON_LENGTH: std::ops::RangeInclusive<usize> = 3..=500;
/// Shortest and longest timed ban, in hours: an hour to ten years.
pub const BAN_HOURS: std::ops::RangeInclusive<u32> = 1..=87_600;
/// Most users that one call bans.
pub const MAX_BANS: usize = 1_000;
/// Most notes that stand in the answer about one user; `notes.list` has the others.
pub const RECENT_NOTES: usize = 5;
/// Most rows that an export holds of each list.
pub const MAX_EXPORT_ROWS: usize = 5_000;

wire_enum! {
    /// The state of an account; of several that hold, the first of this list is told.
    pub enum UserStatus {
        /// Everything that named the person is gone.
        Anonymized = "anonymized",
        /// Deleted, its row kept.
        Deleted = "deleted",
        /// Shut out for what the person did.
        Banned = "banned",
        /// Shut out for the time being.
        Suspended = "suspended",
        /// In use.
        Active = "active",
    }
}

/// A user, as lists show one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UserRow {
    /// Key.
    pub id: UserId,
    /// E-mail.
    pub email: Line,
    /// Name.
    pub display_name: Line,
    /// Handle, where one was chosen.
    pub username: Option<Line>,
    /// State of the account.
    pub status: OpenEnum<UserStatus>,
    /// Whether a ban is in force.
    #[serde(rename = "isBanned")]
    pub is_banned: bool,
    /// The reason given with the last ban or unban.
    #[serde(rename = "banReason")]
    pub ban_reason: Option<Line>,
    /// The code of that reason; absent where it was given in words alone.
    #[serde(rename = "banReasonCode")]
    pub ban_reason_code: Option<Line>,
    /// When the ban began.
    pub banned_at: Option<DateTime<Utc>>,
    /// E-mail of who banned.
    pub banned_by: Option<Line>,
    /// When the ban ends by itself; absent where it does not.
    pub ban_expires_at: Option<DateTime<Utc>>,
    /// Roles.
    pub roles: Vec<OpenEnum<Role>>,
    /// Whether the account holds a role of the staff: changing it takes a super-admin and a code.
    pub is_staff: bool,
    /// When the person was verified.
    pub verified_at: Option<DateTime<Utc>>,
    /// How many reports there are about this person.
    pub report_count: u64,
    /// The highest risk that a note about this person names; absent where there is no note.
    #[serde(rename = "riskLevel", default)]
    pub risk_level: Option<OpenEnum<RiskLevel>>,
    /// When the account was made.
    pub created_at: DateTime<Utc>,
    /// When it signed in last.
    pub last_login_at: Option<DateTime<Utc>>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// Grows with every change.
    pub version: i64,
}

/// One user in full: the seed's `UserDto` (S004-10, S004-32).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UserView {
    /// The row.
    #[serde(flatten)]
    pub row: UserRow,
    /// Twitch handle, where there is one.
    pub twitch_username: Option<Line>,
    /// Where the person says to live.
    pub country: Option<Line>,
    /// Permissions held by rows of their own.
    pub permissions: Vec<OpenEnum<Permission>>,
    /// Whether the account is a platform admin.
    pub is_platform_admin: bool,
    /// Whether a second factor is set up.
    #[serde(rename = "mfaEnabled")]
    pub mfa_enabled: bool,
    /// E-mail of who verified the person.
    pub verified_by: Option<Line>,
    /// When the account was suspended.
    pub suspended_at: Option<DateTime<Utc>>,
    /// E-mail of who suspended it.
    pub suspended_by: Option<Line>,
    /// Why it was suspended.
    pub suspend_reason: Option<Line>,
    /// The code of that reason; absent where it was given in words alone.
    pub suspend_reason_code: Option<Line>,
    /// When it was deleted.
    pub deleted_at: Option<DateTime<Utc>>,
    /// When it was anonymized.
    pub anonymized_at: Option<DateTime<Utc>>,
    /// Sessions that are open.
    pub active_sessions: u64,
    /// Data requests that are pending.
    pub open_data_requests: u64,
    /// What the person holds; absent where nothing was ever paid in.
    #[serde(default)]
    pub balance: Option<Balance>,
    /// The newest notes about the person, newest first; absent where the caller lacks `user-note.view`, and where
    /// another part of the same answer has them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<Vec<UserNote>>,
    /// Whether a write changed nothing, because it was so already; only in answers to writes.
    #[serde(default, skip_serializing_if = "is_false")]
    pub noop: bool,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands out a reference"
)]
const fn is_false(value: &bool) -> bool {
    !*value
}

wire_enum! {
    /// What happened to a ban.
    pub enum BanAction {
        /// It began, or its reason or end changed.
        Ban = "ban",
        /// An operator ended it.
        Unban = "unban",
        /// Its time was up (S004-31).
        AutoUnban = "auto_unban",
    }
}

/// A row of a user's ban history (S004-31).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BanEvent {
    /// Key.
    pub id: i64,
    /// What happened.
    pub action: OpenEnum<BanAction>,
    /// Why.
    pub reason: Line,
    /// The code of that reason; absent where it was given in words alone.
    pub reason_code: Option<Line>,
    /// E-mail of who did it; absent where the system did.
    pub actor: Option<Line>,
    /// For how many hours; absent where without end.
    #[serde(rename = "durationHours")]
    pub duration_hours: Option<u32>,
    /// When it ends by itself.
    pub expires_at: Option<DateTime<Utc>>,
    /// The request that did it, as the audit log names it.
    pub request_id: Line,
    /// When.
    pub created_at: DateTime<Utc>,
}

/// How users are sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum UserSort {
    /// Newest first.
    #[default]
    #[serde(rename = "-created_at")]
    NewestFirst,
    /// Oldest first.
    #[serde(rename = "created_at")]
    OldestFirst,
    /// Seen last first; those who never signed in come at the end.
    #[serde(rename = "-last_login_at")]
    LastSeenFirst,
    /// By e-mail.
    #[serde(rename = "email")]
    ByEmail,
}

/// Which users, in which order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UsersQuery {
    /// A part of e-mail, name or handle, whatever the case, of less than three characters the beginning; or
    /// an id written `#4711`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// Any of these states, with commas; where absent, all but the deleted and the anonymized.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub status: Option<AnyOf<UserStatus>>,
    /// Holds any of these roles, with commas.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub role: Option<AnyOf<Role>>,
    /// Only staff, or only others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staff: Option<bool>,
    /// Only verified persons, or only others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified: Option<bool>,
    /// Made at this time or later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<DateTime<Utc>>,
    /// Made before this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<DateTime<Utc>>,
    /// The grammar of the console's filter, as far as indexes answer it (docs/FILTERS.md).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// Order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort: Option<UserSort>,
    /// Page, from 1; `cursor` is the better way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
    /// Rows a page, up to 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub take: Option<u32>,
    /// `next_cursor` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// `exact` counts beyond the cap.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<Count>,
}

wire_enum! {
    /// What the seed's list can be sorted by.
    pub enum AllUsersSortBy {
        /// By key.
        Id = "id",
        /// By e-mail.
        Email = "email",
        /// By handle.
        Username = "username",
        /// By when the account was made.
        CreatedAt = "createdAt",
        /// By when it last changed.
        UpdatedAt = "updatedAt",
        /// By when it signed in last.
        LastLoginAt = "lastLoginAt",
    }
}

wire_enum! {
    /// Which way the seed's list is sorted.
    pub enum SortOrder {
        /// Smallest first.
        Ascending = "asc",
        /// Largest first.
        Descending = "desc",
    }
}

/// The seed's list of users (S004-08).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct AllUsersRequest {
    /// Page, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
    /// Rows a page, up to 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub take: Option<u32>,
    /// A part of e-mail, name or handle, whatever the case, of less than three characters the beginning; or
    /// an id written `#4711`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search: Option<String>,
    /// Only accounts whose ban is in force, or only others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_banned: Option<bool>,
    /// Holds any of these roles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with_roles: Option<Vec<Role>>,
    /// Holds any of these permissions, by a row of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with_permissions: Option<Vec<Permission>>,
    /// Any of these states; where absent, all but the deleted and the anonymized.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<Vec<UserStatus>>,
    /// By what; by key where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort_by: Option<AllUsersSortBy>,
    /// Which way; smallest first where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sort_order: Option<SortOrder>,
}

/// What the seed's list answers: these two keys and no other (S004-09).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AllUsersReply {
    /// The rows.
    pub data: Vec<UserRow>,
    /// How many match in all, exactly.
    pub total: u64,
}

/// A ban (S004-12).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct BanRequest {
    /// Why, 3 to 500 characters; may be left out where there is a code, whose label it then is.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub ban_reason: String,
    /// A code of `reasons.list`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_code: Option<String>,
    /// For how long, 1 to 87,600; without end where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_hours: Option<u32>,
    /// The version that the caller saw; where it differs the answer is 409.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_version: Option<i64>,
}

/// The end of a ban (S004-13).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct UnbanRequest {
    /// Why, 3 to 500 characters; may be left out where there is a code, whose label it then is.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub ban_reason: String,
    /// A code of `reasons.list`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_code: Option<String>,
    /// The version that the caller saw; where it differs the answer is 409.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_version: Option<i64>,
}

/// One end for the bans of several users.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct BulkUnbanRequest {
    /// Which ones, up to 1,000; duplicates count once.
    pub user_ids: Vec<UserId>,
    /// Why, 3 to 500 characters; may be left out where there is a code, whose label it then is.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub ban_reason: String,
    /// A code of `reasons.list`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_code: Option<String>,
    /// The versions that the caller saw, by user; where one differs the outcome of that user is `stale`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub expected_versions: BTreeMap<UserId, i64>,
    /// Has to be true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirm: Option<bool>,
}

/// One ban for several users (S004-34).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct BulkBanRequest {
    /// Which ones, up to 1,000; duplicates count once.
    pub user_ids: Vec<UserId>,
    /// Why, 3 to 500 characters; may be left out where there is a code, whose label it then is.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub ban_reason: String,
    /// A code of `reasons.list`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_code: Option<String>,
    /// For how long, 1 to 87,600; without end where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_hours: Option<u32>,
    /// Has to be true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirm: Option<bool>,
}

wire_enum! {
    /// What became of one user of a bulk ban, or of its end.
    pub enum BanOutcome {
        /// Banned, or banned otherwise than before.
        Banned = "banned",
        /// Banned no more.
        Unbanned = "unbanned",
        /// It is as far as asked for already.
        Noop = "noop",
        /// There is none.
        NotFound = "not_found",
        /// The last active super-admin must stay.
        LastAdmin = "last_admin",
        /// The caller.
        CannotTargetSelf = "cannot_target_self",
        /// Staff, and the caller is no super-admin.
        SuperadminRequired = "superadmin_required",
        /// Deleted or anonymized.
        Gone = "gone",
        /// Changed since the caller saw it.
        Stale = "stale",
    }
}

/// The result of one user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BanResult {
    /// Which one.
    pub id: UserId,
    /// What became of it.
    pub outcome: OpenEnum<BanOutcome>,
    /// The user as it is now, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<UserRow>,
}

/// The results, in the order of the ids.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BulkBanReply {
    /// One for each id.
    pub results: Vec<BanResult>,
    /// How many changed.
    pub changed: usize,
    /// Whether nothing changed.
    pub noop: bool,
}

/// A suspension.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct SuspendRequest {
    /// Why, 3 to 500 characters; may be left out where there is a code, whose label it then is.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// A code of `reasons.list`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_code: Option<String>,
    /// The version that the caller saw; where it differs the answer is 409.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_version: Option<i64>,
}

/// A change that takes nothing but what the caller saw.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct ChangeRequest {
    /// The version that the caller saw; where it differs the answer is 409.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected_version: Option<i64>,
}

/// The end of an account: deletion or anonymization (S003-81).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct EndRequest {
    /// Has to be true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirm: Option<bool>,
    /// Why, 3 to 500 characters; may be left out where there is a code, whose label it then is.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// A code of `reasons.list`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_code: Option<String>,
    /// The version that the caller saw; where it differs the answer is 409.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_version: Option<i64>,
}

/// The same, as seed 003 spells it: with the user in the body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndByBodyRequest {
    /// Which user.
    pub user_id: UserId,
    /// Has to be true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirm: Option<bool>,
    /// Why, 3 to 500 characters; may be left out where there is a code, whose label it then is.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// A code of `reasons.list`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_code: Option<String>,
}

/// The same, as a query string.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndQuery {
    /// Has to be true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirm: Option<bool>,
    /// Why, 3 to 500 characters; may be left out where there is a code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// A code of `reasons.list`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_code: Option<String>,
}

/// What became of a deleted account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeletedReply {
    /// When it was deleted.
    pub deleted_at: DateTime<Utc>,
    /// Organizations that are without an owner now (C-29).
    pub orphaned_orgs: Vec<i64>,
    /// Whether it was deleted already.
    pub noop: bool,
}

/// A page of a user's ban history.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BanHistoryQuery {
    /// Rows a page, up to 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub take: Option<u32>,
    /// `next_cursor` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// An account that is shut out (S003-36).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BlockedRow {
    /// Which one.
    pub id: UserId,
    /// E-mail.
    pub email: Line,
    /// Banned or suspended.
    pub status: OpenEnum<UserStatus>,
    /// Why.
    pub reason: Option<Line>,
    /// The code of that reason; absent where it was given in words alone.
    pub reason_code: Option<Line>,
    /// Since when.
    pub since: Option<DateTime<Utc>>,
    /// E-mail of who did it; absent where the system did.
    pub by: Option<Line>,
    /// When it ends by itself.
    pub expires_at: Option<DateTime<Utc>>,
}

/// A page of accounts that are shut out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BlockedQuery {
    /// Rows a page, up to 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub take: Option<u32>,
    /// `next_cursor` of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}
