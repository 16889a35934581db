//! The log of requests of administrators: who asked what of the server, on whom, and what was answered.
//!
//! It stands beside the audit log, which tells what changed. Two filters are easily confused and are therefore
//! called by different words everywhere: by whom a request was made, and on whom (S004-44).

mod fields;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use fields::{AdminLogField, AdminLogSort, ROUTE_BASE};

use crate::filter::AnyOf;
use crate::ids::UserId;
use crate::operation::{Access, Nothing, Operation, Reads, Spec};
use crate::page::{Count, Page};
use crate::permission::Permission;
use crate::text::{Body, Line};
use crate::wire_enum::{OpenEnum, wire_enum};

wire_enum! {
    /// How a request was made.
    pub enum HttpMethod {
        /// A read that is recorded, or one that was refused.
        Get = "GET",
        /// Creates or decides.
        Post = "POST",
        /// Replaces.
        Put = "PUT",
        /// Changes part of an object.
        Patch = "PATCH",
        /// Removes.
        Delete = "DELETE",
    }
}

/// A request of an administrator, or one that was refused to somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AdminLogRow {
    /// Its place in the log.
    pub id: i64,
    /// When it came.
    pub created_at: DateTime<Utc>,
    /// By whom it was made; absent where nobody was signed in.
    pub user_id: Option<UserId>,
    /// The e-mail of that account as it is now.
    pub user_email: Option<Line>,
    /// On whom: the accounts that its path or its body names.
    pub target_user_ids: Vec<UserId>,
    /// How.
    pub method: OpenEnum<HttpMethod>,
    /// Path and query as they came.
    pub url: Line,
    /// The path as it is declared.
    pub route: Line,
    /// Status of the answer.
    pub status: u16,
    /// The code of a refusal.
    pub code: Option<Line>,
    /// How long it took, in milliseconds.
    pub duration_ms: i64,
    /// Where it came from.
    pub ip_address: Line,
    /// What it came from said it was.
    pub user_agent: Line,
    /// What was sent, without secrets, up to 16 KiB.
    pub request_body: Body,
    /// What was answered, without secrets, up to 16 KiB.
    pub response: Body,
    /// The server's id of it.
    pub request_id: Line,
    /// The client's own id of it.
    pub client_request_id: Option<Line>,
    /// The trace that it belongs to.
    pub trace_id: Option<Line>,
}

/// Which requests; newest first. What is absent narrows nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AdminLogsQuery {
    /// By this account: who acted.
    #[serde(default, rename = "actorId", skip_serializing_if = "Option::is_none")]
    pub actor_id: Option<UserId>,
    /// The seed's name for `actorId`: who acted, and not on whom (C-19).
    #[serde(default, rename = "userId", skip_serializing_if = "Option::is_none")]
    pub user_id: Option<UserId>,
    /// Another name of the seed for `actorId`.
    #[serde(
        default,
        rename = "adminUserId",
        skip_serializing_if = "Option::is_none"
    )]
    pub admin_user_id: Option<UserId>,
    /// On this account: the one that the path or the body names.
    #[serde(default, rename = "targetId", skip_serializing_if = "Option::is_none")]
    pub target_id: Option<UserId>,
    /// By any of these methods, with commas.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub method: Option<AnyOf<HttpMethod>>,
    /// Answered with this status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// To this path as it is declared, such as `/api/v1/admin/users/{id}/ban`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route: Option<String>,
    /// Came at this time or later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<DateTime<Utc>>,
    /// Came before this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<DateTime<Utc>>,
    /// A part of path and query that begins where a word does: `/payments/withdraw/approve`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url_contains: Option<String>,
    /// Words, each the beginning of one in path, query or body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// A field at the top of the body and what stands in it, as `banReason:spam`; case and punctuation do not
    /// count.
    #[serde(default, rename = "bodyField", skip_serializing_if = "Option::is_none")]
    pub body_field: Option<String>,
    /// The grammar of the console's filter, as far as indexes answer it (docs/FILTERS.md).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
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

impl AdminLogsQuery {
    /// Who acted, under any of the three names; none where they name different accounts.
    ///
    /// # Errors
    /// Two of them.
    pub fn actor(&self) -> Result<Option<UserId>, (UserId, UserId)> {
        let named = [self.actor_id, self.user_id, self.admin_user_id];
        let mut named = named.into_iter().flatten();
        let first = named.next();
        match first.and_then(|first| named.find(|other| *other != first).map(|o| (first, o))) {
            Some(two) => Err(two),
            None => Ok(first),
        }
    }
}

/// A page of the log, and what was asked in words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AdminLogsReply {
    /// The rows.
    pub data: Vec<AdminLogRow>,
    /// How many rows match in all; a floor when `total_exact` is false.
    pub total: u64,
    /// Whether `total` is exact.
    pub total_exact: bool,
    /// Passed as `cursor`, gives the rows after these; absent on the last page.
    pub next_cursor: Option<String>,
    /// What `userId` and `targetId` were taken for, so that neither is read as the other.
    pub filter_meaning: Line,
}

impl From<AdminLogsReply> for Page<AdminLogRow> {
    fn from(reply: AdminLogsReply) -> Self {
        Self {
            data: reply.data,
            total: reply.total,
            total_exact: reply.total_exact,
            next_cursor: reply.next_cursor,
        }
    }
}

/// Lists the requests of administrators.
#[derive(Debug)]
pub struct ListAdminLogs;

impl Operation for ListAdminLogs {
    type Path = ();
    type Query = AdminLogsQuery;
    type Body = Nothing;
    type Reply = AdminLogsReply;
    type Kind = Reads;
    const SPEC: Spec = Spec {
        access: Access::Permission(Permission::AdminUsersViewAdminAudit),
        summary: "Lists the requests of administrators, newest first: by whom, on whom, what was sent and answered.",
        ..Spec::read("admin_logs.list", "/api/v1/admin/users/admin-audit")
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_names_of_the_actor_must_agree() {
        let query = |actor, user, admin| AdminLogsQuery {
            actor_id: actor,
            user_id: user,
            admin_user_id: admin,
            ..AdminLogsQuery::default()
        };
        let (ana, bob) = (Some(UserId(7)), Some(UserId(8)));
        assert_eq!(query(None, None, None).actor(), Ok(None));
        assert_eq!(query(None, ana, None).actor(), Ok(ana));
        assert_eq!(query(ana, ana, ana).actor(), Ok(ana));
        assert_eq!(query(ana, None, bob).actor(), Err((UserId(7), UserId(8))));
    }
}
