//! What the list of users is filtered by.

use super::{UserRow, UserSort, UserStatus};
use crate::filter::{Context, Datum, Field, Kind, Listed, Shorthand, fields, has, is};
use crate::notes::RiskLevel;
use crate::role::Role;
use crate::wire_enum::OpenEnum;

fields! {
    /// What users are filtered by.
    pub enum UserField {
        /// The account's id.
        Id = "id" | "user", Kind::Id, Server, "id:4711";
        /// State of the account; a filter that speaks of it lists the deleted and the anonymized too.
        Status = "status", Kind::Choice(UserStatus::NAMES), Server,
            "status:banned,suspended,deleted or all";
        /// Roles held.
        Role = "role", Kind::Choice(Role::NAMES), Server, "role:Support,Admin";
        /// Whether it is staff.
        Staff = "staff", Kind::Flag, Server, "staff:yes";
        /// Whether the person was verified.
        Verified = "verified", Kind::Flag, Server, "verified:no";
        /// E-mail.
        Email = "email", Kind::Text, Parts, "email:ana";
        /// Name.
        Name = "name", Kind::Text, Parts, "name:ana";
        /// Handle.
        Handle = "handle" | "username", Kind::Text, Parts, "handle:ana";
        /// How many reports there are about the person.
        Reports = "reports", Kind::Number, Locally, "reports>=3";
        /// The highest risk that a note about the person names.
        Risk = "risk", Kind::Choice(RiskLevel::NAMES), Locally, "risk:high,critical";
        /// The reason given with the last ban or unban: its text or its code.
        Reason = "reason", Kind::Text, Locally, "reason:spam";
        /// The code of that reason.
        Code = "code", Kind::Text, Server, "code=spam";
        /// How long ago the account was made.
        Age = "age", Kind::Age, Server, "age<7d";
        /// When the account was made.
        Created = "created", Kind::Past, Server, "created:today or created:2026-09-01..";
        /// When it signed in last.
        Seen = "seen", Kind::Past, Locally, "seen:2d or seen:none";
        /// When it last changed.
        Updated = "updated", Kind::Past, Locally, "updated:today";
    }
}

impl Field for UserField {
    type Sort = UserSort;
    const ID: Self = Self::Id;
    const SEARCHED: &'static [Self] = &[Self::Email, Self::Name, Self::Handle];
    const SHORTHANDS: &'static [Shorthand] = &[
        is("active", "status=active"),
        is("banned", "status=banned"),
        is("suspended", "status=suspended"),
        is("deleted", "status=deleted,anonymized"),
        is("staff", "staff:yes"),
        is("verified", "verified:yes"),
        has("reports", "reports>0"),
        has("handle", "!handle:none"),
    ];
    const SORTS: &'static [(&'static str, UserSort)] = &[
        ("created-", UserSort::NewestFirst),
        ("created", UserSort::OldestFirst),
        ("age", UserSort::NewestFirst),
        ("age-", UserSort::OldestFirst),
        ("seen-", UserSort::LastSeenFirst),
        ("email", UserSort::ByEmail),
    ];
}

impl Listed for UserRow {
    type Field = UserField;

    fn datum(&self, field: UserField, _context: &Context) -> Datum<'_> {
        match field {
            UserField::Id => Datum::Number(self.id.0),
            UserField::Status => Datum::word(&self.status, UserStatus::as_str),
            UserField::Role => Datum::Words(self.roles.iter().map(role).collect()),
            UserField::Staff => Datum::Flag(self.is_staff),
            UserField::Verified => Datum::Flag(self.verified_at.is_some()),
            UserField::Email => Datum::Text(self.email.as_str()),
            UserField::Name => Datum::Text(self.display_name.as_str()),
            UserField::Handle => Datum::text(self.username.as_ref()),
            UserField::Reports => Datum::count(self.report_count),
            UserField::Risk => {
                let risk = self.risk_level.as_ref();
                risk.map_or(Datum::Missing, |risk| Datum::word(risk, RiskLevel::as_str))
            }
            UserField::Reason => {
                Datum::texts([self.ban_reason.as_ref(), self.ban_reason_code.as_ref()])
            }
            UserField::Code => Datum::text(self.ban_reason_code.as_ref()),
            UserField::Age | UserField::Created => Datum::Time(self.created_at),
            UserField::Seen => Datum::time(self.last_login_at),
            UserField::Updated => Datum::Time(self.updated_at),
        }
    }

    /// The deleted and the anonymized are listed where the filter speaks of where accounts stand.
    fn listed_by(&self) -> Option<UserField> {
        let is_gone =
            [UserStatus::Deleted, UserStatus::Anonymized].map(|gone| self.status.is(gone));
        is_gone.contains(&true).then_some(UserField::Status)
    }

    fn visible(&self) -> String {
        let handle = self.username.as_ref().map_or("", |handle| handle.as_str());
        let roles: Vec<_> = self.roles.iter().map(role).collect();
        let Self {
            id,
            status,
            display_name,
            email,
            ..
        } = self;
        format!(
            "{id} {status} {display_name} {handle} {email} {}",
            roles.join(", ")
        )
    }
}

fn role(role: &OpenEnum<Role>) -> &str {
    match role {
        OpenEnum::Known(role) => role.as_str(),
        OpenEnum::Unknown(text) => text.as_str(),
    }
}
