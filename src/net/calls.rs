//! Messages into operations and back: which query calls which operation, and what its failure means.

use quarterdeck_api::applications::{DecideApplications, GetApplication, ListApplications};
use quarterdeck_api::audit::{AppendAudit, ListAudit, VerifyAudit};
use quarterdeck_api::operation::{Nothing, Operation};
use quarterdeck_api::sessions::{ConfirmMfa, EnrollMfa, GetGate, GetMe};
use quarterdeck_api::text::Line;
use quarterdeck_client::{CallError, CallOptions, Client};

use crate::app::message::{
    Failure, ReadQuery, ReadReply, SessionCall, SessionReply, WriteCall, WriteReply,
};

pub(super) async fn read(
    client: &Client,
    query: ReadQuery,
    options: CallOptions,
) -> Result<ReadReply, CallError> {
    match query {
        ReadQuery::Applications(query) => list::<ListApplications>(client, query, options)
            .await
            .map(ReadReply::Applications),
        ReadQuery::Application(id) => client
            .call::<GetApplication>(id, Nothing {}, Nothing {}, options)
            .await
            .map(|success| ReadReply::Application(Box::new(success.reply))),
        ReadQuery::Audit(query) => list::<ListAudit>(client, query, options)
            .await
            .map(ReadReply::Audit),
        ReadQuery::VerifyAudit(query) => list::<VerifyAudit>(client, query, options)
            .await
            .map(|report| ReadReply::VerifyAudit(Box::new(report))),
        ReadQuery::Me => list::<GetMe>(client, Nothing {}, options)
            .await
            .map(|me| ReadReply::Me(Box::new(me))),
        ReadQuery::Gate => list::<GetGate>(client, Nothing {}, options)
            .await
            .map(ReadReply::Gate),
    }
}

pub(super) async fn write(
    client: &Client,
    call: WriteCall,
    options: CallOptions,
) -> Result<WriteReply, CallError> {
    match call {
        WriteCall::Decide(request) => send::<DecideApplications>(client, request, options)
            .await
            .map(WriteReply::Decided),
        WriteCall::AppendAudit(request) => send::<AppendAudit>(client, request, options)
            .await
            .map(WriteReply::Appended),
    }
}

pub(super) async fn session(client: &Client, call: SessionCall) -> Result<SessionReply, CallError> {
    let options = CallOptions::default();
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
        SessionCall::FirstLogin(request) => client
            .first_login(request)
            .await
            .map(|()| SessionReply::Opened),
        SessionCall::EnrollMfa => send::<EnrollMfa>(client, Nothing {}, options)
            .await
            .map(SessionReply::Enrolling),
        SessionCall::ConfirmMfa(request) => send::<ConfirmMfa>(client, request, options)
            .await
            .map(SessionReply::Enrolled),
        SessionCall::SignOut => client.sign_out().await.map(|()| SessionReply::SignedOut),
    }
}

async fn list<Op>(
    client: &Client,
    query: Op::Query,
    options: CallOptions,
) -> Result<Op::Reply, CallError>
where
    Op: Operation<Path = (), Body = Nothing>,
{
    client
        .call::<Op>((), query, Nothing {}, options)
        .await
        .map(|success| success.reply)
}

async fn send<Op>(
    client: &Client,
    body: Op::Body,
    options: CallOptions,
) -> Result<Op::Reply, CallError>
where
    Op: Operation<Path = (), Query = Nothing>,
{
    client
        .call::<Op>((), Nothing {}, body, options)
        .await
        .map(|success| success.reply)
}

pub(super) fn failure(error: CallError) -> Failure {
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

/// The operation's id, for the log.
pub(super) const fn read_name(query: &ReadQuery) -> &'static str {
    match query {
        ReadQuery::Applications(_) => ListApplications::SPEC.id,
        ReadQuery::Application(_) => GetApplication::SPEC.id,
        ReadQuery::Audit(_) => ListAudit::SPEC.id,
        ReadQuery::VerifyAudit(_) => VerifyAudit::SPEC.id,
        ReadQuery::Me => GetMe::SPEC.id,
        ReadQuery::Gate => GetGate::SPEC.id,
    }
}

/// The operation's id, for the log.
pub(super) const fn write_name(call: &WriteCall) -> &'static str {
    match call {
        WriteCall::Decide(_) => DecideApplications::SPEC.id,
        WriteCall::AppendAudit(_) => AppendAudit::SPEC.id,
    }
}
