//! The realtime connection: what a console is told without asking (S004-24).
//!
//! One WebSocket for each console. The server speaks, the client listens: frames hold ids and codes, never
//! names or texts, and each is told only to those who may list what it is about. Frames of a type that a
//! console does not know are [`Event::Unknown`] to it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::applications::ListApplications;
use crate::audit::{AuditCode, ListAudit};
use crate::data_requests::ListDataRequests;
use crate::operation::{Access, Nothing, Operation, ReplyBody, Spec, Streams};
use crate::reports::ListReports;
use crate::users::ListUsers;
use crate::wire_enum::{OpenEnum, wire_enum};
use crate::withdrawals::ListWithdrawals;

/// The version of the frames.
pub const VERSION: u8 = 1;
/// The subprotocol that both sides speak, offered in `Sec-WebSocket-Protocol`.
pub const PROTOCOL: &str = "qd.v1";
/// What stands before the socket token where it is offered beside [`PROTOCOL`].
pub const TOKEN_PREFIX: &str = "bearer.";
/// The longest frame, in bytes.
pub const MAX_FRAME_BYTES: usize = 64 * 1024;
/// The most ids in a frame.
pub const MAX_IDS: usize = 1_000;
/// How many rows of the audit log a connection that is resumed is told of; after more it has missed some.
pub const MAX_RESUMED: u32 = 1_000;

wire_enum! {
    /// What a frame is about: a list of the API.
    pub enum Resource {
        /// Applications.
        Applications = "applications",
        /// Reports.
        Reports = "reports",
        /// Data requests.
        DataRequests = "data_requests",
        /// Withdrawals.
        Withdrawals = "withdrawals",
        /// Users.
        Users = "users",
        /// The audit log.
        Audit = "audit",
    }
}

impl Resource {
    /// Who is told: those who may list it.
    pub const fn access(self) -> Access {
        match self {
            Self::Applications => ListApplications::SPEC.access,
            Self::Reports => ListReports::SPEC.access,
            Self::DataRequests => ListDataRequests::SPEC.access,
            Self::Withdrawals => ListWithdrawals::SPEC.access,
            Self::Users => ListUsers::SPEC.access,
            Self::Audit => ListAudit::SPEC.access,
        }
    }

    /// What the audit log calls one of them; none for the log itself.
    pub const fn target_type(self) -> Option<&'static str> {
        match self {
            Self::Applications => Some("application"),
            Self::Reports => Some("report"),
            Self::DataRequests => Some("data_request"),
            Self::Withdrawals => Some("withdrawal"),
            Self::Users => Some("user"),
            Self::Audit => None,
        }
    }
}

wire_enum! {
    /// Why the server ends the connection.
    pub enum Farewell {
        /// The server stops; another process, or the same one soon, takes the next connection.
        Restarting = "restarting",
        /// The session was revoked or has ended.
        Revoked = "revoked",
        /// The account is banned.
        Banned = "banned",
        /// The client reads more slowly than there is to tell.
        TooSlow = "too_slow",
        /// The client says what it may not.
        Refused = "refused",
    }
}

impl Farewell {
    /// The close code of the WebSocket.
    pub const fn close_code(self) -> u16 {
        match self {
            Self::Restarting => 1001,
            Self::Refused => 1008,
            Self::TooSlow => 1013,
            Self::Revoked => 4401,
            Self::Banned => 4403,
        }
    }

    /// What a close code says.
    pub fn of_close_code(code: u16) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|farewell| farewell.close_code() == code)
    }

    /// Whether the session is over, so that to connect again is in vain.
    pub const fn ends_session(self) -> bool {
        match self {
            Self::Revoked | Self::Banned => true,
            Self::Restarting | Self::TooSlow | Self::Refused => false,
        }
    }
}

/// One message of the connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Frame {
    /// The version of the frames.
    pub v: u8,
    /// What it says.
    #[serde(flatten)]
    pub event: Event,
}

impl From<Event> for Frame {
    fn from(event: Event) -> Self {
        Self { v: VERSION, event }
    }
}

/// What a frame says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// The first frame.
    Hello(Hello),
    /// Objects were changed.
    Changed(Changed),
    /// Objects came in.
    New(New),
    /// Items are claimed no more.
    Freed(Freed),
    /// What the server does without.
    Health(Health),
    /// The last frame.
    Bye(Bye),
    /// Something of a newer server.
    #[serde(other)]
    Unknown,
}

/// The connection stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Hello {
    /// Everything up to this row of the audit log has been told, or was there before.
    pub seq: i64,
    /// Whether more was changed since `after` than is told now.
    pub missed: bool,
    /// The newest object of each list that the caller may see.
    pub newest: Vec<Newest>,
}

/// The newest object of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Newest {
    /// Which list.
    pub resource: OpenEnum<Resource>,
    /// Its highest id.
    pub id: i64,
}

/// Objects were changed in one act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Changed {
    /// Place of the act's last row in the audit log: `after` of the next connection.
    pub seq: i64,
    /// Of which list.
    pub resource: OpenEnum<Resource>,
    /// Which.
    pub ids: Vec<i64>,
    /// What happened to them.
    pub code: OpenEnum<AuditCode>,
    /// The account that did it; none for the system.
    pub by: Option<i64>,
    /// When.
    pub at: DateTime<Utc>,
}

/// Objects came in since the last frame about the same list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct New {
    /// To which list.
    pub resource: OpenEnum<Resource>,
    /// How many, up to a cap.
    pub count: u32,
    /// The highest id among them.
    pub newest: i64,
}

/// Items are claimed no more: they were given back or decided, or whoever held them has gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Freed {
    /// Of which list.
    pub resource: OpenEnum<Resource>,
    /// Which.
    pub ids: Vec<i64>,
}

wire_enum! {
    /// What the server can do without, by stricter rules.
    pub enum Part {
        /// Redis, by which processes agree on limits.
        Redis = "redis",
    }
}

/// What the server does without. Told after the first frame where there is anything, and when that changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Health {
    /// What is away.
    pub degraded: Vec<OpenEnum<Part>>,
}

/// The connection ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Bye {
    /// Why.
    pub code: OpenEnum<Farewell>,
}

/// How a connection begins.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConnectQuery {
    /// Resumes after this row of the audit log: what was changed since is told first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<i64>,
}

/// Opens the realtime connection.
#[derive(Debug)]
pub struct Connect;

impl Operation for Connect {
    type Path = ();
    type Query = ConnectQuery;
    type Body = Nothing;
    type Reply = Frame;
    type Kind = Streams;
    const SPEC: Spec = Spec {
        access: Access::Socket,
        reply: ReplyBody::Stream,
        success: 101,
        summary: "Opens a WebSocket that tells what others change and what comes in, by ids and codes.",
        ..Spec::read("realtime.connect", "/api/v1/rt")
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_close_code_says_why() {
        for farewell in Farewell::ALL {
            assert_eq!(
                Farewell::of_close_code(farewell.close_code()),
                Some(*farewell)
            );
        }
        assert_eq!(Farewell::of_close_code(1000), None);
    }

    #[test]
    fn a_full_frame_fits_whatever_its_ids() {
        let changed = Changed {
            seq: i64::MAX,
            resource: Resource::DataRequests.into(),
            ids: vec![i64::MAX; MAX_IDS],
            code: AuditCode::BulkDataRequestUpdate.into(),
            by: Some(i64::MAX),
            at: DateTime::<Utc>::MAX_UTC,
        };
        let text = serde_json::to_string(&Frame::from(Event::Changed(changed))).unwrap_or_default();
        assert!(
            (20_000..MAX_FRAME_BYTES).contains(&text.len()),
            "{}",
            text.len()
        );
    }

    #[test]
    fn every_resource_is_told_to_those_who_may_list_it() {
        for resource in Resource::ALL {
            assert_eq!(resource.access().permissions().len(), 1, "{resource}");
        }
    }
}
