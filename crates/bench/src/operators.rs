//! Signing operators in.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use quarterdeck_api::operation::Nothing;
use quarterdeck_api::problem::Code;
use quarterdeck_api::sessions::{Secret, SignInRequest, VerifyMfa, VerifyMfaRequest};
use quarterdeck_client::{CallError, CallOptions, Client, ClientOptions, Timeouts, Trust};
use quarterdeck_server::db::{Clock, Ids};
use quarterdeck_server::seed;
use quarterdeck_server::seed::bench::operator_email;
use quarterdeck_server::seed::profile::DEMO_PASSWORD;

/// Seconds of a step of the one-time codes.
const STEP_SECONDS: i64 = 30;

/// What became of a sign-in: a code that an earlier run used is refused until the next one shows.
enum Attempt {
    SignedIn(Operator),
    CodeUsed,
}

/// A client that is signed in, and the token for those who make their requests themselves.
pub(crate) struct Operator {
    pub(crate) client: Client,
    pub(crate) token: String,
}

/// Signs the first operators of the bench profile in.
pub(crate) async fn sign_in(address: SocketAddr, count: u64) -> Result<Vec<Operator>> {
    let mut operators = Vec::new();
    for number in 1..=count {
        let context = || format!("operator {number} cannot sign in");
        let mut attempt = sign_in_one(address, number).await.with_context(context)?;
        while matches!(attempt, Attempt::CodeUsed) {
            next_step().await;
            attempt = sign_in_one(address, number).await.with_context(context)?;
        }
        if let Attempt::SignedIn(operator) = attempt {
            operators.push(operator);
        }
    }
    Ok(operators)
}

async fn sign_in_one(address: SocketAddr, number: u64) -> Result<Attempt> {
    let client = Client::new(ClientOptions {
        server: format!("http://{address}").parse()?,
        timeouts: Timeouts::default(),
        trust: Trust::System,
        random: Arc::new(|| Ids.bytes()),
    })?;
    let challenge = client
        .sign_in(SignInRequest {
            email: operator_email(number),
            password: Secret::new(DEMO_PASSWORD.to_owned()),
        })
        .await?;
    let step = Clock::System.now().timestamp() / STEP_SECONDS;
    let answer = VerifyMfaRequest {
        token: challenge.token,
        mfa_code: Some(Secret::new(seed::demo_code(step))),
        recovery_code: None,
    };
    let answered = client
        .call::<VerifyMfa>((), Nothing {}, answer, CallOptions::default())
        .await;
    let tokens = match answered {
        Err(CallError::Problem(problem)) if problem.code.is(Code::MfaCodeInvalid) => {
            return Ok(Attempt::CodeUsed);
        }
        answered => answered?.reply,
    };
    let token = tokens.access_token.expose().to_owned();
    client.resume(tokens);
    Ok(Attempt::SignedIn(Operator { client, token }))
}

/// Waits until the authenticators show another code.
async fn next_step() {
    let into_step = Clock::System.now().timestamp() % STEP_SECONDS;
    let left = u64::try_from(STEP_SECONDS - into_step).unwrap_or_default();
    tokio::time::sleep(Duration::from_secs(left)).await;
}
