//! A call that is refused: what the client is told, and what only the log hears.

use std::time::Duration;

use quarterdeck_api::operation::RateGroup;
use quarterdeck_api::permission::Permission;
use quarterdeck_api::problem::{Code, Conflict, FieldProblem};
use sea_orm::DbErr;

use crate::db::dialect::{Failure, failure};
use crate::db::filter::Unanswered;

/// Seconds after which a busy database may be tried again.
const BUSY_RETRY: u64 = 2;

/// Why a call is refused. The source never leaves the server.
#[derive(Debug)]
pub struct Refusal {
    /// Stable machine name.
    pub code: Code,
    /// What happened and what to do next; safe to show.
    pub detail: String,
    /// Problems field by field.
    pub fields: Vec<FieldProblem>,
    /// The permission or role that was missing.
    pub permission: Option<String>,
    /// The part of the server that failed.
    pub component: Option<&'static str>,
    /// Seconds until it may be tried again.
    pub retry_after: Option<u64>,
    /// Who was first.
    pub conflict: Option<Conflict>,
    /// For the log.
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Refusal {
    /// A refusal with the code's own text as its detail.
    pub fn new(code: Code) -> Self {
        Self::with_detail(code, code.title())
    }

    /// A refusal that says more than its code.
    pub fn with_detail(code: Code, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
            fields: Vec::new(),
            permission: None,
            component: None,
            retry_after: None,
            conflict: None,
            source: None,
        }
    }

    /// The request's fields are at fault.
    pub fn invalid(fields: Vec<FieldProblem>) -> Self {
        let detail = match fields.as_slice() {
            [] => Code::ValidationFailed.title().to_owned(),
            [field] => format!("{}: {}", field.name.as_str(), field.problem.as_str()),
            [first, rest @ ..] => format!(
                "{}: {}; {} more fields are wrong",
                first.name.as_str(),
                first.problem.as_str(),
                rest.len()
            ),
        };
        Self {
            fields,
            ..Self::with_detail(Code::ValidationFailed, detail)
        }
    }

    /// One field of the request is at fault.
    pub fn invalid_field(name: &str, problem: impl Into<String>) -> Self {
        Self::invalid(vec![FieldProblem::new(name, problem)])
    }

    /// No credential came with the call.
    pub fn missing_authorization() -> Self {
        Self::with_detail(
            Code::MissingAuthorization,
            "no credential was sent; sign in, or check that no proxy strips the Authorization header",
        )
    }

    /// The caller lacks a permission.
    pub fn permission_denied(permissions: &[Permission]) -> Self {
        let names: Vec<_> = permissions
            .iter()
            .map(|permission| permission.as_str())
            .collect();
        let names = names.join(" or ");
        Self {
            permission: Some(names.clone()),
            ..Self::with_detail(
                Code::PermissionDenied,
                format!("this takes the permission {names}; a super-admin can grant it"),
            )
        }
    }

    /// Too many calls.
    pub fn rate_limited(wait: Duration) -> Self {
        let seconds = wait.as_secs().max(1);
        Self {
            retry_after: Some(seconds),
            ..Self::with_detail(
                Code::RateLimited,
                format!("too many calls; try again in {seconds} s"),
            )
        }
    }

    /// A group of operations was called as often as it may be.
    pub fn budget_used_up(group: RateGroup, limit: u32, wait: Duration) -> Self {
        let refusal = Self::rate_limited(wait);
        Self {
            detail: format!(
                "{limit} {} a minute are allowed; {}",
                group.calls(),
                refusal.detail
            ),
            ..refusal
        }
    }

    /// The audit row could not be written, so nothing changed.
    pub fn audit_unavailable(error: DbErr) -> Self {
        Self {
            component: Some("audit"),
            retry_after: Some(BUSY_RETRY),
            source: Some(Box::new(error)),
            ..Self::new(Code::AuditUnavailable)
        }
    }

    /// The server itself failed.
    pub fn internal(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self {
            source: Some(error.into()),
            ..Self::with_detail(
                Code::Internal,
                "the server failed; the request id finds it in the server's log",
            )
        }
    }

    /// The database is busy or away.
    pub fn unavailable(detail: &str, error: DbErr) -> Self {
        Self {
            component: Some("db"),
            retry_after: Some(BUSY_RETRY),
            source: Some(Box::new(error)),
            ..Self::with_detail(Code::Unavailable, detail)
        }
    }
}

/// The field is named with the column at fault.
impl From<Unanswered> for Refusal {
    fn from(unanswered: Unanswered) -> Self {
        let (code, error) = match unanswered {
            Unanswered::Wrong(error) => (Code::ValidationFailed, error),
            Unanswered::LocalOnly(error) => (Code::FilterLocalOnly, error),
        };
        Self {
            code,
            ..Self::invalid_field("filter", error.to_string())
        }
    }
}

impl From<DbErr> for Refusal {
    fn from(error: DbErr) -> Self {
        match failure(&error) {
            Failure::LockTimeout => Self::unavailable(
                "the database is busy; nothing was changed, try again",
                error,
            ),
            Failure::Away => Self::unavailable(
                "the database is away; nothing was changed, try again",
                error,
            ),
            Failure::Duplicate | Failure::Other => Self::internal(error),
        }
    }
}
