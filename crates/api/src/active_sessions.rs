//! Active sessions: who is signed in, from where, and how an operator ends that.
//!
//! The operations belong to the resource `sessions`; what callers do with their own session is in
//! [`sessions`](crate::sessions). Names that the seed fixes (`userId`) keep its spelling.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::audit_code::AuditCode;
use crate::ids::{SessionId, UserId};
use crate::operation::{Access, Method, Nothing, Operation, Otp, RateGroup, Reads, Spec, Writes};
use crate::page::{Count, Page};
use crate::permission::Permission;
use crate::text::Line;
use crate::wire_enum::{OpenEnum, wire_enum};

wire_enum! {
    /// What a session can do.
    pub enum SessionKind {
        /// Whatever its account may.
        Full = "full",
        /// Only set up a second factor.
        Enrolling = "enrolling",
    }
}

/// A session that is open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SessionRow {
    /// Key.
    pub id: SessionId,
    /// Whose it is.
    pub user_id: UserId,
    /// E-mail of whose it is.
    pub user: Line,
    /// What it can do.
    pub kind: OpenEnum<SessionKind>,
    /// From which address it was opened.
    pub ip_address: Line,
    /// What the client said it is.
    pub user_agent: Line,
    /// When it was opened.
    pub created_at: DateTime<Utc>,
    /// When it last renewed its tokens, which a client in use does every 15 minutes.
    pub last_seen_at: DateTime<Utc>,
    /// When it ends by itself.
    pub expires_at: DateTime<Utc>,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// Which sessions; newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct SessionsQuery {
    /// Of this user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
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

/// How all sessions of an account are ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RevokeSessionsRequest {
    /// Why, 3 to 500 characters; kept with the sessions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Sessions that were ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RevokedSessions {
    /// Whose they were.
    pub user_id: UserId,
    /// Which ones.
    pub ids: Vec<SessionId>,
    /// Whether there was none.
    pub noop: bool,
}

/// Lists open sessions.
#[derive(Debug)]
pub struct ListSessions;

impl Operation for ListSessions {
    type Path = ();
    type Query = SessionsQuery;
    type Body = Nothing;
    type Reply = Page<SessionRow>;
    type Kind = Reads;
    const SPEC: Spec = Spec {
        access: Access::Permission(Permission::SessionsView),
        summary: "Lists open sessions, newest first: whose, from where, since when.",
        ..Spec::read("sessions.list", "/api/v1/admin/active-sessions")
    };
}

/// Ends a session.
#[derive(Debug)]
pub struct RevokeSession;

impl Operation for RevokeSession {
    type Path = SessionId;
    type Query = Nothing;
    type Body = Nothing;
    type Reply = RevokedSessions;
    type Kind = Writes;
    const SPEC: Spec = Spec {
        access: Access::Permission(Permission::SessionsRevoke),
        otp: Otp::StaffTarget,
        rate: RateGroup::Users,
        summary: "Ends an open session; the caller's own ends by signing out.",
        ..Spec::write(
            "sessions.revoke",
            Method::Delete,
            "/api/v1/admin/active-sessions/{id}",
            &[AuditCode::SessionRevoked],
        )
    };
}

/// Ends all sessions of an account.
#[derive(Debug)]
pub struct RevokeSessions;

impl Operation for RevokeSessions {
    type Path = UserId;
    type Query = Nothing;
    type Body = RevokeSessionsRequest;
    type Reply = RevokedSessions;
    type Kind = Writes;
    const SPEC: Spec = Spec {
        access: Access::Permission(Permission::SessionsRevoke),
        otp: Otp::StaffTarget,
        rate: RateGroup::Users,
        summary: "Ends all sessions of a user but the one that asks.",
        ..Spec::write(
            "sessions.revoke_all",
            Method::Post,
            "/api/v1/admin/users/{id}/revoke-sessions",
            &[AuditCode::SessionRevoked],
        )
    };
}
