//! What the list of admins is filtered by.

use super::AdminRow;
use crate::filter::{Context, Datum, Field, Kind, Listed, Shorthand, fields, has, is};
use crate::permission::Permission;
use crate::role::Role;
use crate::users::UserStatus;
use crate::wire_enum::OpenEnum;

fields! {
    /// What admins are filtered by; they are few, and so all of it is a filter of loaded rows.
    pub enum AdminField {
        /// The account's id.
        Id = "id" | "user", Kind::Id, Locally, "id:4711";
        /// State of the account.
        Status = "status", Kind::Choice(UserStatus::NAMES), Locally, "status:banned,suspended or all";
        /// Roles held.
        Role = "role", Kind::Choice(Role::NAMES), Locally, "role:Risk,Support";
        /// Permissions held by rows.
        Permission = "permission" | "key", Kind::Choice(Permission::NAMES), Locally, "key:user.ban";
        /// How many they are.
        Permissions = "permissions", Kind::Number, Locally, "permissions>20";
        /// Whether a second factor is set up.
        Mfa = "mfa", Kind::Flag, Locally, "mfa:no";
        /// When the account was seen last.
        Seen = "seen", Kind::Past, Locally, "seen:2d or seen:none";
        /// From how many addresses its open sessions were begun.
        Addresses = "addresses", Kind::Number, Locally, "addresses>1";
        /// E-mail.
        Email = "email", Kind::Text, Locally, "email:ana";
        /// Name.
        Name = "name", Kind::Text, Locally, "name:ana";
    }
}

/// The admins have one order: by id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdminSort {}

impl Field for AdminField {
    type Sort = AdminSort;
    const ID: Self = Self::Id;
    const SEARCHED: &'static [Self] = &[];
    const SHORTHANDS: &'static [Shorthand] = &[
        is("super", "role=SuperAdmin"),
        is("banned", "status=banned"),
        is("suspended", "status=suspended"),
        is("idle", "!seen:90d"),
        is("shared", "addresses>1"),
        is("unprotected", "mfa:no"),
        has("mfa", "mfa:yes"),
    ];
    const SORTS: &'static [(&'static str, AdminSort)] = &[];
}

impl Listed for AdminRow {
    type Field = AdminField;

    fn datum(&self, field: AdminField, _context: &Context) -> Datum<'_> {
        match field {
            AdminField::Id => Datum::Number(self.row.id.0),
            AdminField::Status => Datum::word(&self.row.status, UserStatus::as_str),
            AdminField::Role => Datum::Words(self.row.roles.iter().map(role).collect()),
            AdminField::Permission => Datum::Words(self.permissions.iter().map(key).collect()),
            AdminField::Permissions => Datum::count(self.permission_count),
            AdminField::Mfa => Datum::Flag(self.mfa_enabled),
            AdminField::Seen => Datum::time(self.last_seen_at),
            AdminField::Addresses => Datum::count(self.open_addresses),
            AdminField::Email => Datum::Text(self.row.email.as_str()),
            AdminField::Name => Datum::Text(self.row.display_name.as_str()),
        }
    }

    fn visible(&self) -> String {
        let roles: Vec<_> = self.row.roles.iter().map(role).collect();
        let row = &self.row;
        let (id, status, name, email) = (row.id, &row.status, &row.display_name, &row.email);
        format!("{id} {status} {name} {email} {}", roles.join(", "))
    }
}

fn role(role: &OpenEnum<Role>) -> &str {
    match role {
        OpenEnum::Known(role) => role.as_str(),
        OpenEnum::Unknown(text) => text.as_str(),
    }
}

fn key(permission: &OpenEnum<Permission>) -> &str {
    match permission {
        OpenEnum::Known(permission) => permission.key(),
        OpenEnum::Unknown(text) => text.as_str(),
    }
}
