//! What the audit log is filtered by.

use super::{ActorKind, AuditCode, AuditRow};
use crate::filter::{Context, Datum, Field, Kind, Listed, Shorthand, fields, is};

fields! {
    /// What the audit log is filtered by.
    pub enum AuditField {
        /// The row's place in the chain.
        Id = "id" | "seq", Kind::Id, Server, "id:4711";
        /// What happened, as a code.
        Action = "action", Kind::Choice(AuditCode::NAMES), Server, "action:application,bulk";
        /// What it happened to.
        On = "on" | "target", Kind::Target, Server, "on:application#4711 or on:application";
        /// Who acted.
        By = "by" | "actor", Kind::Person, Exactly, "by:#7, by:me or by=ana@example.org";
        /// How the actor acted.
        How = "how", Kind::Choice(ActorKind::NAMES), Locally, "how:human,system,command_line";
        /// When.
        Date = "date" | "created", Kind::Past, Server,
            "date:today, date:2h, date:2026-11-01..2026-11-20 (UTC)";
        /// How long ago.
        Age = "age", Kind::Age, Server, "age<2d";
        /// The request that wrote it.
        Request = "request", Kind::Text, Exactly, "request=r-1";
        /// Field names, ids and codes.
        Details = "details", Kind::Text, Locally, "details:reason";
    }
}

/// The log has one order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditSort {}

impl Field for AuditField {
    type Sort = AuditSort;
    const ID: Self = Self::Id;
    const SEARCHED: &'static [Self] = &[];
    const SHORTHANDS: &'static [Shorthand] = &[is("mine", "by:me")];
    const SORTS: &'static [(&'static str, AuditSort)] = &[];
}

impl Listed for AuditRow {
    type Field = AuditField;

    fn datum(&self, field: AuditField, _context: &Context) -> Datum<'_> {
        match field {
            AuditField::Id => Datum::Number(self.seq),
            AuditField::Action => Datum::word(&self.action_code, AuditCode::as_str),
            AuditField::On => Datum::Target {
                kind: self.target_type.as_str(),
                id: self.target_id.as_str(),
            },
            AuditField::By => Datum::person(self.admin_user_id, self.admin_email.as_ref()),
            AuditField::How => Datum::word(&self.actor_type, ActorKind::as_str),
            AuditField::Date | AuditField::Age => Datum::Time(self.created_at),
            AuditField::Request => Datum::Text(self.request_id.as_str()),
            AuditField::Details => Datum::Text(self.details.as_str()),
        }
    }

    fn visible(&self) -> String {
        let actor = match &self.admin_email {
            Some(email) => email.to_string(),
            None => self.actor_type.to_string(),
        };
        let target = match self.target_id.as_str() {
            "" => self.target_type.to_string(),
            id => format!("{}#{id}", self.target_type),
        };
        let Self {
            seq,
            action,
            action_code,
            ..
        } = self;
        format!("#{seq} {action} {action_code} {target} {actor}")
    }
}
