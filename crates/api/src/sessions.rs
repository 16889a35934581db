//! Sign-in, the caller's own session, and the second factor.

mod oidc;
mod recovery;

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::audit::AuditCode;
use crate::ids::UserId;
use crate::operation::{
    Access, KeepsSessions, Method, Nothing, Operation, RateGroup, Reads, ReplyBody, Spec, Writes,
};
use crate::permission::Permission;
use crate::role::Role;
use crate::text::Line;
use crate::wire_enum::OpenEnum;

pub use oidc::{
    DevicePending, DevicePollRequest, DeviceSignIn, OidcReply, OidcRequest, PollDevice,
    SignInByOidc, SignInWay, StartDevice,
};
pub use recovery::{FEW_RECOVERY_CODES, RECOVERY_CODES, RecoveryCodes, RenewRecoveryCodes};

/// Shortest password that a first login or a reset accepts, in characters.
pub const MIN_PASSWORD_LENGTH: usize = 12;
/// Longest password, in bytes.
pub const MAX_PASSWORD_BYTES: usize = 1_024;

/// Text that must not be seen: a password, a code, a token. `Debug` hides it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Wraps it.
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// The text, for the one place that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// State of the gate in front of sign-in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GateView {
    /// Whether a password is asked before sign-in.
    pub required: bool,
    /// Whether this client has given it.
    pub passed: bool,
    /// For clients that keep no cookies: sent as `X-Gate-Token` with sign-in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<Secret>,
    /// Where "back to app" leads, where it is configured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_url: Option<Line>,
    /// How people sign in here; by e-mail and password where it says nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ways: Vec<OpenEnum<SignInWay>>,
}

/// The gate's password.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GateRequest {
    /// The password.
    pub password: Secret,
}

/// First step of sign-in.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignInRequest {
    /// E-mail, whatever the case.
    pub email: String,
    /// Password.
    pub password: Secret,
}

/// Answer to the first step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SignInReply {
    /// Names this sign-in in the second step; no session yet, 5 minutes, single use.
    pub token: Secret,
    /// Whether the second step needs a code.
    pub require_mfa: bool,
    /// Whether the account has no second factor yet: the second step, without a code, gives a session
    /// that can only enroll one.
    pub mfa_enrollment_required: bool,
}

/// Second step of sign-in.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VerifyMfaRequest {
    /// Token of the first step.
    pub token: Secret,
    /// Code of the second factor; absent where none is enrolled, and beside a recovery code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mfa_code: Option<Secret>,
    /// A recovery code in its place, good once; spaces, hyphens and case do not matter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovery_code: Option<Secret>,
}

/// A session's tokens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SessionTokens {
    /// Sent as `Authorization: Bearer`.
    pub access_token: Secret,
    /// When the access token ends.
    pub access_expires_at: DateTime<Utc>,
    /// Gives a new pair, once.
    pub refresh_token: Secret,
    /// When the session ends at the latest.
    pub refresh_expires_at: DateTime<Utc>,
    /// Signs a realtime connection in.
    pub socket_token: Secret,
}

/// A refresh; the cookie is taken where the body has no token.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefreshRequest {
    /// Refresh token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<Secret>,
}

/// First login with the token from the mail.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FirstLoginRequest {
    /// Token from the mail.
    pub token: Secret,
    /// The password to be.
    pub new_password: Secret,
}

/// A second factor to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EnrollReply {
    /// The shared secret, base 32, for typing.
    pub secret: Secret,
    /// The same as an `otpauth://` address, for a QR code.
    pub otpauth_url: Secret,
}

/// Proof that the authenticator works.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmMfaRequest {
    /// Its current code.
    pub code: Secret,
}

/// The second factor is on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConfirmMfaReply {
    /// When it was turned on.
    pub enrolled_at: DateTime<Utc>,
    /// What signs in without the authenticator, each once: shown here and never again.
    #[serde(default)]
    pub recovery_codes: Vec<Secret>,
}

/// Who the caller is and what they may do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Me {
    /// The account.
    pub id: UserId,
    /// Its e-mail.
    pub email: Line,
    /// Its roles.
    pub roles: Vec<OpenEnum<Role>>,
    /// The permissions it holds by explicit rows; a super-admin may do everything all the same.
    pub permissions: Vec<OpenEnum<Permission>>,
    /// Whether it may enter the admin surface.
    pub is_platform_admin: bool,
    /// Whether a second factor is enrolled.
    #[serde(rename = "mfaEnabled")]
    pub mfa_enabled: bool,
    /// How many recovery codes are still good; absent where no second factor is enrolled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovery_codes_left: Option<usize>,
    /// Name of the environment that the server says it is.
    pub environment: Line,
    /// When the access token was given out.
    pub issued_at: DateTime<Utc>,
    /// When it ends.
    pub exp: DateTime<Utc>,
    /// Version of the contract that the server speaks.
    pub contract_version: Line,
}

impl Me {
    /// Whether the caller is a super-admin.
    pub fn is_super_admin(&self) -> bool {
        self.roles.iter().any(|role| role.is(Role::SuperAdmin))
    }

    /// Whether the caller may do what asks this permission.
    pub fn may(&self, permission: Permission) -> bool {
        self.is_platform_admin
            && (self.is_super_admin() || self.permissions.iter().any(|held| held.is(permission)))
    }
}

/// Answer of the allow-list check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CheckReply {
    /// Always true; others get 403.
    pub is_admin: bool,
}

/// Tells whether the gate is closed.
#[derive(Debug)]
pub struct GetGate;

impl Operation for GetGate {
    type Path = ();
    type Query = Nothing;
    type Body = Nothing;
    type Reply = GateView;
    type Kind = Reads;
    const SPEC: Spec = Spec {
        summary: "Tells whether a password is asked before sign-in, and whether it was given.",
        ..Spec::read("sessions.gate", "/api/v1/admin/gate")
    };
}

/// Passes the gate.
#[derive(Debug)]
pub struct PassGate;

impl Operation for PassGate {
    type Path = ();
    type Query = Nothing;
    type Body = GateRequest;
    type Reply = GateView;
    type Kind = KeepsSessions;
    const SPEC: Spec = Spec {
        rate: RateGroup::SignIn,
        reply: ReplyBody::Secret,
        summary: "Passes the gate with its password.",
        ..Spec::session("sessions.pass_gate", Method::Post, "/api/v1/admin/gate")
    };
}

/// Signs in with e-mail and password.
#[derive(Debug)]
pub struct SignIn;

impl Operation for SignIn {
    type Path = ();
    type Query = Nothing;
    type Body = SignInRequest;
    type Reply = SignInReply;
    type Kind = KeepsSessions;
    const SPEC: Spec = Spec {
        rate: RateGroup::SignIn,
        reply: ReplyBody::Secret,
        summary: "First step of sign-in: e-mail and password for a challenge.",
        ..Spec::session("sessions.sign_in", Method::Post, "/api/v1/auth/sign-in")
    };
}

/// Completes sign-in with a code.
#[derive(Debug)]
pub struct VerifyMfa;

impl Operation for VerifyMfa {
    type Path = ();
    type Query = Nothing;
    type Body = VerifyMfaRequest;
    type Reply = SessionTokens;
    type Kind = KeepsSessions;
    const SPEC: Spec = Spec {
        rate: RateGroup::SignIn,
        reply: ReplyBody::Secret,
        summary: "Second step of sign-in: challenge and code, or a recovery code, for a session.",
        ..Spec::session(
            "sessions.verify_mfa",
            Method::Post,
            "/api/v1/auth/verify-2fa",
        )
    };
}

/// Gives a new pair of tokens.
#[derive(Debug)]
pub struct Refresh;

impl Operation for Refresh {
    type Path = ();
    type Query = Nothing;
    type Body = RefreshRequest;
    type Reply = SessionTokens;
    type Kind = KeepsSessions;
    const SPEC: Spec = Spec {
        reply: ReplyBody::Secret,
        summary: "Gives a new pair of tokens for a refresh token; a reused one ends the session.",
        ..Spec::session("sessions.refresh", Method::Post, "/api/v1/auth/refresh")
    };
}

/// Ends the caller's session.
#[derive(Debug)]
pub struct SignOut;

impl Operation for SignOut {
    type Path = ();
    type Query = Nothing;
    type Body = Nothing;
    type Reply = Nothing;
    type Kind = KeepsSessions;
    const SPEC: Spec = Spec {
        access: Access::Enrolling,
        success: 204,
        summary: "Ends the caller's session.",
        ..Spec::session("sessions.sign_out", Method::Post, "/api/v1/auth/sign-out")
    };
}

/// Sets the first password.
#[derive(Debug)]
pub struct FirstLogin;

impl Operation for FirstLogin {
    type Path = ();
    type Query = Nothing;
    type Body = FirstLoginRequest;
    type Reply = SessionTokens;
    type Kind = KeepsSessions;
    const SPEC: Spec = Spec {
        rate: RateGroup::SignIn,
        reply: ReplyBody::Secret,
        summary: "Sets the first password with the token from the mail; the session can only enroll.",
        ..Spec::session(
            "sessions.first_login",
            Method::Post,
            "/api/v1/auth/first-login",
        )
    };
}

/// Begins to enroll a second factor.
#[derive(Debug)]
pub struct EnrollMfa;

impl Operation for EnrollMfa {
    type Path = ();
    type Query = Nothing;
    type Body = Nothing;
    type Reply = EnrollReply;
    type Kind = KeepsSessions;
    const SPEC: Spec = Spec {
        access: Access::Enrolling,
        reply: ReplyBody::Secret,
        summary: "Begins to enroll a second factor: a secret, not yet in force.",
        ..Spec::session(
            "sessions.enroll_mfa",
            Method::Post,
            "/api/v1/auth/mfa/enroll",
        )
    };
}

/// Turns the second factor on.
#[derive(Debug)]
pub struct ConfirmMfa;

impl Operation for ConfirmMfa {
    type Path = ();
    type Query = Nothing;
    type Body = ConfirmMfaRequest;
    type Reply = ConfirmMfaReply;
    type Kind = Writes;
    const SPEC: Spec = Spec {
        access: Access::Enrolling,
        rate: RateGroup::SignIn,
        reply: ReplyBody::Secret,
        summary: "Turns the enrolled second factor on with its current code, and gives out recovery codes.",
        ..Spec::write(
            "sessions.confirm_mfa",
            Method::Post,
            "/api/v1/auth/mfa/confirm",
            &[AuditCode::MfaEnrolled],
        )
    };
}

/// Tells who the caller is.
#[derive(Debug)]
pub struct GetMe;

impl Operation for GetMe {
    type Path = ();
    type Query = Nothing;
    type Body = Nothing;
    type Reply = Me;
    type Kind = Reads;
    const SPEC: Spec = Spec {
        access: Access::Enrolling,
        summary: "Tells who the caller is and what they may do.",
        ..Spec::read("sessions.me", "/api/v1/auth/me")
    };
}

/// The same under the seed's path: whether to enter the admin surface at all (S002-04).
#[derive(Debug)]
pub struct GetAdminMe;

impl Operation for GetAdminMe {
    type Path = ();
    type Query = Nothing;
    type Body = Nothing;
    type Reply = Me;
    type Kind = Reads;
    const SPEC: Spec = Spec {
        access: Access::Enrolling,
        summary: "Tells whoever is signed in, no admins too, who they are and whether the admin surface is open to them.",
        ..Spec::read("sessions.admin_me", "/api/v1/admin/me")
    };
}

/// Tells whether the caller is an admin.
#[derive(Debug)]
pub struct CheckAdmin;

impl Operation for CheckAdmin {
    type Path = ();
    type Query = Nothing;
    type Body = Nothing;
    type Reply = CheckReply;
    type Kind = Reads;
    const SPEC: Spec = Spec {
        access: Access::Admin,
        summary: "Answers 200 to platform admins and 403 to everybody else.",
        ..Spec::read("sessions.check", "/api/v1/admin/check")
    };
}
