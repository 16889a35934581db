//! Signing operators in.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context, Result};
use quarterdeck_api::operation::Nothing;
use quarterdeck_api::sessions::{Secret, SignInRequest, VerifyMfa, VerifyMfaRequest};
use quarterdeck_client::{CallOptions, Client, ClientOptions, Timeouts, Trust};
use quarterdeck_server::db::{Clock, Ids};
use quarterdeck_server::seed;
use quarterdeck_server::seed::bench::operator_email;
use quarterdeck_server::seed::profile::DEMO_PASSWORD;

/// Seconds of a step of the one-time codes.
const STEP_SECONDS: i64 = 30;

/// A client that is signed in, and the token for those who make their requests themselves.
pub(crate) struct Operator {
    pub(crate) client: Client,
    pub(crate) token: String,
}

/// Signs the first operators of the bench profile in.
pub(crate) async fn sign_in(address: SocketAddr, count: u64) -> Result<Vec<Operator>> {
    let mut operators = Vec::new();
    for number in 1..=count {
        let operator = sign_in_one(address, number).await;
        operators.push(operator.with_context(|| format!("operator {number} cannot sign in"))?);
    }
    Ok(operators)
}

async fn sign_in_one(address: SocketAddr, number: u64) -> Result<Operator> {
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
    };
    let tokens = client
        .call::<VerifyMfa>((), Nothing {}, answer, CallOptions::default())
        .await?
        .reply;
    let token = tokens.access_token.expose().to_owned();
    client.resume(tokens);
    Ok(Operator { client, token })
}
