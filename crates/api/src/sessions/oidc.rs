//! Sign-in by an OpenID provider (C-09): with an ID token, or by the device flow (RFC 8628), which needs no
//! browser where the console runs.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Secret, SessionTokens, SignInReply};
use crate::operation::{KeepsSessions, Method, Nothing, Operation, RateGroup, ReplyBody, Spec};
use crate::text::Line;
use crate::wire_enum::wire_enum;

wire_enum! {
    /// How a person shows who they are.
    pub enum SignInWay {
        /// By e-mail and password.
        Password = "password",
        /// By an OpenID provider.
        Oidc = "oidc",
    }
}

/// An ID token of the provider that the server is set up for.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OidcRequest {
    /// The token, good once.
    pub id_token: Secret,
}

/// A sign-in that is completed in a browser, wherever there is one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeviceSignIn {
    /// Names this sign-in when it is polled for.
    pub device: Secret,
    /// What is typed in the browser.
    pub user_code: Line,
    /// The page it is typed into.
    pub verification_uri: Line,
    /// The same page with the code filled in, where the provider has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verification_uri_complete: Option<Line>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// Seconds between two polls at least.
    pub interval: u32,
}

/// A poll for a sign-in in a browser.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DevicePollRequest {
    /// Names the sign-in.
    pub device: Secret,
}

/// The browser's part is not done yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DevicePending {
    /// Seconds until the next poll at least.
    pub interval: u32,
    /// Names the sign-in from now on, where the provider asked for fewer polls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<Secret>,
}

/// What a sign-in by the provider comes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum OidcReply {
    /// A session.
    Opened(SessionTokens),
    /// The provider asked for no second factor and the account has one here: `verify-2fa` takes its code.
    Challenged(SignInReply),
    /// Of a poll: not yet.
    Pending(DevicePending),
}

/// Signs in with an ID token.
#[derive(Debug)]
pub struct SignInByOidc;

impl Operation for SignInByOidc {
    type Path = ();
    type Query = Nothing;
    type Body = OidcRequest;
    type Reply = OidcReply;
    type Kind = KeepsSessions;
    const SPEC: Spec = Spec {
        rate: RateGroup::SignIn,
        reply: ReplyBody::Secret,
        summary: "Signs in with an ID token of the OpenID provider; the first sign-in makes the account.",
        ..Spec::session("sessions.oidc", Method::Post, "/api/v1/auth/oidc")
    };
}

/// Begins a sign-in that is completed in a browser.
#[derive(Debug)]
pub struct StartDevice;

impl Operation for StartDevice {
    type Path = ();
    type Query = Nothing;
    type Body = Nothing;
    type Reply = DeviceSignIn;
    type Kind = KeepsSessions;
    const SPEC: Spec = Spec {
        reply: ReplyBody::Secret,
        summary: "Begins a sign-in by the OpenID provider that is completed in a browser on any device.",
        ..Spec::session(
            "sessions.start_device",
            Method::Post,
            "/api/v1/auth/oidc/device",
        )
    };
}

/// Asks whether the browser's part is done.
#[derive(Debug)]
pub struct PollDevice;

impl Operation for PollDevice {
    type Path = ();
    type Query = Nothing;
    type Body = DevicePollRequest;
    type Reply = OidcReply;
    type Kind = KeepsSessions;
    const SPEC: Spec = Spec {
        reply: ReplyBody::Secret,
        summary: "Asks whether the browser's part of a sign-in is done; where it is, signs in.",
        ..Spec::session(
            "sessions.poll_device",
            Method::Post,
            "/api/v1/auth/oidc/device/poll",
        )
    };
}
