//! What a row says, and its bytes.

use std::fmt::Display;

use chrono::{DateTime, Utc};
use quarterdeck_api::audit::{ActorKind, AuditCode};
use sea_orm::Value;

/// Version of the canonical encoding.
pub const VERSION: u8 = 1;

const ABSENT: [u8; 4] = [0xFF; 4];

/// Who acted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// A person, the system or the command line.
    pub kind: ActorKind,
    /// The account, where a person acted.
    pub id: Option<i64>,
    /// Its e-mail.
    pub email: Option<String>,
}

impl Actor {
    /// The server itself.
    pub const SYSTEM: Self = Self {
        kind: ActorKind::System,
        id: None,
        email: None,
    };
    /// A person at the server's command line.
    pub const COMMAND_LINE: Self = Self {
        kind: ActorKind::CommandLine,
        id: None,
        email: None,
    };

    /// A person, by a session.
    pub const fn human(id: i64, email: String) -> Self {
        Self {
            kind: ActorKind::Human,
            id: Some(id),
            email: Some(email),
        }
    }
}

/// What happened, before the chain gives it a place and a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The code.
    pub code: AuditCode,
    /// The text.
    pub action: String,
    /// Kind of object.
    pub target_type: &'static str,
    /// Which object; empty for none in particular.
    pub target_id: String,
    /// Field names, ids and codes: never personal data of the target.
    pub details: serde_json::Value,
}

impl Entry {
    /// An entry with the code's own text.
    pub fn new(code: AuditCode, target_type: &'static str, target_id: impl Display) -> Self {
        Self {
            code,
            action: code.text().to_owned(),
            target_type,
            target_id: target_id.to_string(),
            details: serde_json::json!({}),
        }
    }

    /// With details.
    #[must_use]
    pub fn details(self, details: serde_json::Value) -> Self {
        Self { details, ..self }
    }

    /// With one more detail.
    #[must_use]
    pub fn detail(mut self, name: &str, value: &str) -> Self {
        if let Some(details) = self.details.as_object_mut() {
            details.insert(name.to_owned(), value.into());
        }
        self
    }
}

/// A row as it is hashed: everything visible but its place, which the link covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// When, in microseconds since the epoch, UTC.
    pub recorded_at_us: i64,
    /// Who: `human`, `system` or `command_line`.
    pub actor_type: String,
    /// The actor's account.
    pub actor_id: Option<i64>,
    /// The actor's e-mail.
    pub actor_email: Option<String>,
    /// The code.
    pub action_code: String,
    /// The text.
    pub action: String,
    /// Kind of object.
    pub target_type: String,
    /// Which object.
    pub target_id: String,
    /// JSON text, byte for byte as stored.
    pub details: String,
    /// The request that wrote it.
    pub request_id: String,
}

impl Record {
    /// The record of an entry.
    pub fn new(actor: &Actor, entry: &Entry, request_id: &str, at: DateTime<Utc>) -> Self {
        Self {
            recorded_at_us: at.timestamp_micros(),
            actor_type: actor.kind.as_str().to_owned(),
            actor_id: actor.id,
            actor_email: actor.email.clone(),
            action_code: entry.code.as_str().to_owned(),
            action: entry.action.clone(),
            target_type: entry.target_type.to_owned(),
            target_id: entry.target_id.clone(),
            details: entry.details.to_string(),
            request_id: request_id.to_owned(),
        }
    }

    /// What is stored of it beside its time, in the order of the columns.
    pub(super) fn visible(&self) -> [Value; 9] {
        [
            self.actor_type.clone().into(),
            self.actor_id.into(),
            self.actor_email.clone().into(),
            self.action_code.clone().into(),
            self.action.clone().into(),
            self.target_type.clone().into(),
            self.target_id.clone().into(),
            self.details.clone().into(),
            self.request_id.clone().into(),
        ]
    }

    /// The bytes that are hashed: version, then each field as its length (u32, big-endian) and its
    /// bytes; integers are i64, big-endian; an absent field has the length `0xFFFFFFFF`.
    pub fn canonical(&self) -> Vec<u8> {
        let mut bytes = head_bytes(self.recorded_at_us);
        bytes.extend(self.tail_bytes());
        bytes
    }

    /// Everything after the time, which PostgreSQL stamps itself under the lock.
    pub(super) fn tail_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(256 + self.details.len());
        text(&mut bytes, &self.actor_type);
        match self.actor_id {
            Some(id) => integer(&mut bytes, id),
            None => bytes.extend(ABSENT),
        }
        match &self.actor_email {
            Some(email) => text(&mut bytes, email),
            None => bytes.extend(ABSENT),
        }
        for field in [
            &self.action_code,
            &self.action,
            &self.target_type,
            &self.target_id,
            &self.details,
            &self.request_id,
        ] {
            text(&mut bytes, field);
        }
        bytes
    }
}

fn head_bytes(recorded_at_us: i64) -> Vec<u8> {
    let mut bytes = vec![VERSION];
    integer(&mut bytes, recorded_at_us);
    bytes
}

fn integer(bytes: &mut Vec<u8>, value: i64) {
    bytes.extend(8_u32.to_be_bytes());
    bytes.extend(value.to_be_bytes());
}

fn text(bytes: &mut Vec<u8>, value: &str) {
    let length = u32::try_from(value.len()).unwrap_or(u32::MAX - 1);
    bytes.extend(length.to_be_bytes());
    bytes.extend(value.as_bytes());
}
