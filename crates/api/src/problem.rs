//! The one error body (RFC 9457) and its codes.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::text::Line;
use crate::wire_enum::{OpenEnum, wire_enum};

/// Media type of an error body.
pub const CONTENT_TYPE: &str = "application/problem+json";

/// What is wrong with one field of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldProblem {
    /// The field's name, with the path to it where it is nested.
    pub name: Line,
    /// What is wrong.
    pub problem: Line,
}

impl FieldProblem {
    /// A problem of a field.
    pub fn new(name: &str, problem: impl Into<String>) -> Self {
        Self {
            name: Line::verbatim(name.to_owned()),
            problem: Line::verbatim(problem.into()),
        }
    }
}

/// Who changed an object first, so that the loser of a race learns it at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Conflict {
    /// Status that the object has now.
    pub status: Line,
    /// E-mail of who decided, absent where nobody has.
    pub decided_by: Option<Line>,
    /// When it was decided.
    pub decided_at: Option<DateTime<Utc>>,
    /// Version that the object has now.
    pub version: i64,
}

/// The class of a failed call, as the runbook sorts them (S000-03).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// 400 and 422: the request is at fault.
    Invalid,
    /// 401: who are you.
    Unauthenticated,
    /// 402: the plan does not cover it.
    Payment,
    /// 403: known, and not allowed.
    Forbidden,
    /// 404.
    NotFound,
    /// 409: somebody was first, or the state does not allow it.
    Conflict,
    /// 429.
    Throttled,
    /// 5xx.
    Server,
}

impl Class {
    /// The class of a status.
    pub const fn of(status: u16) -> Self {
        match status {
            401 => Self::Unauthenticated,
            402 => Self::Payment,
            403 => Self::Forbidden,
            404 => Self::NotFound,
            409 => Self::Conflict,
            429 => Self::Throttled,
            500.. => Self::Server,
            _ => Self::Invalid,
        }
    }

    /// Its name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Invalid => "invalid",
            Self::Unauthenticated => "unauthenticated",
            Self::Payment => "payment",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::Conflict => "conflict",
            Self::Throttled => "throttled",
            Self::Server => "server",
        }
    }
}

/// The error body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// `urn:quarterdeck:problem:CODE`.
    #[serde(rename = "type")]
    pub kind: Line,
    /// Short, fixed text of the code.
    pub title: Line,
    /// HTTP status.
    pub status: u16,
    /// What happened this time and what to do next; safe to show.
    pub detail: Line,
    /// Path of the call.
    pub instance: Line,
    /// Stable machine name.
    pub code: OpenEnum<Code>,
    /// Class of the failure.
    pub class: Line,
    /// Which surface refused: `admin`, `org` or `other`.
    pub surface: Line,
    /// The server's id of the request.
    pub request_id: Line,
    /// The part of the server that failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub component: Option<Line>,
    /// The permission or role that was missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permission: Option<Line>,
    /// Problems field by field.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldProblem>,
    /// Seconds until a throttled call may be tried again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
    /// Who was first, on 409.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conflict: Option<Conflict>,
}

macro_rules! codes {
    ($( $(#[$meta:meta])* $variant:ident = $text:literal, $status:literal, $title:literal; )+) => {
        wire_enum! {
            /// The stable machine name of a refusal.
            pub enum Code {
                $( $(#[$meta])* #[doc = $title] $variant = $text, )+
            }
        }

        impl Code {
            /// HTTP status it is answered with.
            pub const fn status(self) -> u16 {
                match self {
                    $( Self::$variant => $status, )+
                }
            }

            /// Short, fixed text.
            pub const fn title(self) -> &'static str {
                match self {
                    $( Self::$variant => $title, )+
                }
            }
        }
    };
}

codes! {
    ValidationFailed = "validation_failed", 400, "the request is not valid";
    FilterLocalOnly = "filter_local_only", 400, "this filter works on loaded rows only";
    LastAdmin = "last_admin", 400, "the last active super-admin must stay";
    CannotTargetSelf = "cannot_target_self", 400, "you cannot do this to yourself";
    CannotDeleteSelf = "cannot_delete_self", 400, "you cannot delete yourself";
    MissingCreatedBy = "missing_created_by", 400, "createdBy is missing";
    CreatedByMismatch = "created_by_mismatch", 400, "createdBy is not you";
    InvalidDomain = "invalid_domain", 400, "not a domain name";
    InvalidRole = "invalid_role", 400, "not a membership role";
    UnknownRole = "unknown_role", 400, "no such role";
    UnknownPermission = "unknown_permission", 400, "no such permission";
    PlanChangeViaCheckout = "plan_change_via_checkout", 400, "plans change through checkout only";
    ConfirmRequired = "confirm_required", 400, "this needs confirm: true";
    InvitationNotFound = "invitation_not_found", 400, "no such invitation";
    InvalidCredentials = "invalid_credentials", 401, "e-mail or password is wrong";
    MfaCodeInvalid = "mfa_code_invalid", 401, "the code is wrong or was used";
    MissingAuthorization = "missing_authorization", 401, "no credential was sent";
    TokenInvalid = "token_invalid", 401, "the token is not valid";
    TokenExpired = "token_expired", 401, "the token has expired";
    SessionRevoked = "session_revoked", 401, "the session was revoked";
    SeatLimitExceeded = "seat_limit_exceeded", 402, "no seat is left on the plan";
    PlatformAdminRequired = "platform_admin_required", 403, "platform admin required";
    PermissionDenied = "permission_denied", 403, "a permission is missing";
    SuperadminRequired = "superadmin_required", 403, "super-admins only";
    MfaEnrollmentRequired = "mfa_enrollment_required", 403, "set up your second factor first";
    OtpRequired = "otp_required", 403, "a one-time code is needed";
    OtpInvalid = "otp_invalid", 403, "the one-time code is wrong";
    OtpReplayed = "otp_replayed", 403, "the one-time code was used";
    ApiKeyNotAllowed = "api_key_not_allowed", 403, "API keys are not accepted here";
    OidcNotConfigured = "oidc_not_configured", 403, "no OpenID provider is set up";
    OidcRequired = "oidc_required", 403, "sign in by the OpenID provider";
    DomainNotAllowed = "domain_not_allowed", 403, "the e-mail domain is not allowed";
    AccountBanned = "account_banned", 403, "the account is banned";
    AccountSuspended = "account_suspended", 403, "the account is suspended";
    AccountDeleted = "account_deleted", 403, "the account is deleted";
    OrgRoleRequired = "org_role_required", 403, "an organization role is missing";
    GatePasswordWrong = "gate_password_wrong", 403, "the gate password is wrong";
    GateRequired = "gate_required", 403, "pass the gate first";
    OriginMismatch = "origin_mismatch", 403, "the request came from another origin";
    NotFound = "not_found", 404, "not found";
    MethodNotAllowed = "method_not_allowed", 405, "the route has no such method";
    LastOwner = "last_owner", 409, "the last owner must stay";
    StaleVersion = "stale_version", 409, "it was changed by somebody else";
    AlreadyReviewed = "already_reviewed", 409, "it was already reviewed";
    AlreadyCompleted = "already_completed", 409, "it was already completed";
    AlreadyDone = "already_done", 409, "this request was already carried out";
    AccountNotInUse = "account_not_in_use", 409, "the account is not in use";
    Duplicate = "duplicate", 409, "it exists already";
    InsufficientBalance = "insufficient_balance", 409, "the wallet holds less than that";
    InvitationUsed = "invitation_used", 409, "the invitation was used";
    WouldLockOutCaller = "would_lock_out_caller", 409, "this would lock you out";
    IdempotencyInFlight = "idempotency_in_flight", 409, "the same request is still running";
    BodyTooLarge = "body_too_large", 413, "the body is too large";
    UnsupportedMediaType = "unsupported_media_type", 415, "the body must be JSON";
    IdempotencyMismatch = "idempotency_mismatch", 422, "the idempotency key was used for another request";
    RateLimited = "rate_limited", 429, "too many calls";
    Internal = "internal", 500, "the server failed";
    Dependency = "dependency", 502, "a dependency failed";
    AuditUnavailable = "audit_unavailable", 503, "audit log unavailable; nothing was changed";
    Unavailable = "unavailable", 503, "the server is busy or its database is away";
    Storage = "storage", 503, "storage is away";
    FederationNotConfigured = "federation_not_configured", 503, "federation is not configured";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_unique_and_has_an_error_status() {
        let mut names: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Code::ALL.len());
        assert!(
            Code::ALL
                .iter()
                .all(|code| (400..600).contains(&code.status()))
        );
    }

    #[test]
    fn a_code_from_a_newer_server_keeps_its_text() {
        let code: OpenEnum<Code> = serde_json::from_str("\"brand_new\"").unwrap();
        assert_eq!(code, OpenEnum::Unknown(Line::new("brand_new")));
        assert_eq!(code.to_string(), "brand_new");
    }
}
