//! Messages into operations and back: the steps of sign-in, and what a failure means.

use std::time::Duration;

use quarterdeck_api::call::AnyReply;
use quarterdeck_api::operation::{Nothing, Operation};
use quarterdeck_api::sessions::{
    ConfirmMfa, DevicePollRequest, EnrollMfa, RecoveryCodes, RenewRecoveryCodes, Secret,
};
use quarterdeck_api::text::Line;
use quarterdeck_client::{CallError, CallId, CallOptions, Client, OidcStep, Success};

use crate::app::message::{Failed, Failure, SessionCall, SessionReply};

/// The answer to a call, as the model is told it.
pub(super) fn reply(
    result: Result<Success<AnyReply>, CallError>,
    id: CallId,
) -> Result<AnyReply, Failed> {
    result
        .map(|success| success.reply)
        .map_err(|error| failed(error, id))
}

pub(super) async fn session(client: &Client, call: SessionCall) -> Result<SessionReply, CallError> {
    match call {
        SessionCall::PassGate(request) => client
            .pass_gate(request)
            .await
            .map(SessionReply::GatePassed),
        SessionCall::SignIn(request) => client.sign_in(request).await.map(SessionReply::Challenged),
        SessionCall::VerifyMfa(request) => client
            .verify_mfa(request)
            .await
            .map(|()| SessionReply::Opened),
        SessionCall::SignInByOidc(request) => client.sign_in_by_oidc(request).await.map(oidc_step),
        SessionCall::StartDevice => client.start_device().await.map(SessionReply::DeviceStarted),
        SessionCall::PollDevice { device, after } => {
            tokio::time::sleep(Duration::from_secs(after.into())).await;
            let request = DevicePollRequest { device };
            client.poll_device(request).await.map(oidc_step)
        }
        SessionCall::FirstLogin(request) => client
            .first_login(request)
            .await
            .map(|()| SessionReply::Opened),
        SessionCall::EnrollMfa => send::<EnrollMfa>(client, Nothing {})
            .await
            .map(SessionReply::Enrolling),
        SessionCall::ConfirmMfa(request) => send::<ConfirmMfa>(client, request)
            .await
            .map(SessionReply::Enrolled),
        SessionCall::RenewCodes(code) => renew_codes(client, code)
            .await
            .map(SessionReply::CodesRenewed),
        SessionCall::SignOut => client.sign_out().await.map(|()| SessionReply::SignedOut),
    }
}

fn oidc_step(step: OidcStep) -> SessionReply {
    match step {
        OidcStep::Opened => SessionReply::Opened,
        OidcStep::Challenged(challenge) => SessionReply::Challenged(challenge),
        OidcStep::Pending(pending) => SessionReply::DevicePending(pending),
    }
}

async fn renew_codes(client: &Client, code: Secret) -> Result<RecoveryCodes, CallError> {
    let options = CallOptions {
        otp: Some(code),
        ..CallOptions::default()
    };
    client
        .call::<RenewRecoveryCodes>((), Nothing {}, Nothing {}, options)
        .await
        .map(|success| success.reply)
}

async fn send<Op>(client: &Client, body: Op::Body) -> Result<Op::Reply, CallError>
where
    Op: Operation<Path = (), Query = Nothing>,
{
    client
        .call::<Op>((), Nothing {}, body, CallOptions::default())
        .await
        .map(|success| success.reply)
}

/// A call that failed, with the trace it began.
pub(super) fn failed(error: CallError, id: CallId) -> Failed {
    Failed {
        why: failure(error),
        trace_id: Line::new(&id.trace_id()),
    }
}

fn failure(error: CallError) -> Failure {
    match error {
        CallError::Problem(problem) => Failure::Problem(problem),
        CallError::SessionEnded(problem) => Failure::SignedOut(problem),
        CallError::Unreachable(why) => Failure::Unreachable(why),
        CallError::Lost(why) => Failure::Lost(why),
        CallError::Timeout => Failure::Timeout,
        CallError::TooLarge { .. } | CallError::Undecodable { .. } => {
            Failure::Undecodable(Line::new(&error.to_string()))
        }
    }
}
