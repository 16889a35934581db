//! The optional password in front of sign-in (S003-05, S003-26).

use quarterdeck_api::headers;
use quarterdeck_api::problem::Code;
use quarterdeck_api::sessions::{GateView, GetGate, PassGate, Secret};
use quarterdeck_api::text::Line;
use secrecy::ExposeSecret;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{attempts, cookies, ways};
use crate::gate::{Answer, Call, Refusal, RequestContext, Services};

/// What the gate's token is encrypted for.
const CONTEXT: &str = "gate";
const LIFETIME_HOURS: i64 = 12;

/// Tells whether the gate is closed to this client.
pub async fn get(call: Call<GetGate>) -> Result<Answer<GateView>, Refusal> {
    Ok(view(&call.services, has_passed(&call.services, &call.request)).into())
}

/// Passes the gate with its password.
pub async fn pass(call: Call<PassGate>) -> Result<Answer<GateView>, Refusal> {
    let services = &call.services;
    attempts::take_address(services, "gate", call.request.ip_address).await?;
    let Some(source) = &services.config.gate.password else {
        return Ok(view(services, true).into());
    };
    let expected = source.read().map_err(Refusal::internal)?;
    if !is_equal(expected.expose_secret(), call.body.password.expose()) {
        return Err(Refusal::with_detail(
            Code::GatePasswordWrong,
            "the gate password is wrong; try again",
        ));
    }
    let token = fresh_token(services)?;
    let cookies = vec![cookies::cookie(
        services,
        headers::GATE_COOKIE,
        &token,
        LIFETIME_HOURS * 3600,
    )];
    let reply = GateView {
        token: Some(Secret::new(token)),
        ..view(services, true)
    };
    Ok(Answer {
        reply,
        status: None,
        cookies,
    })
}

/// Refuses sign-in to who has not passed the gate, where there is one.
pub fn require(services: &Services, request: &RequestContext) -> Result<(), Refusal> {
    if has_passed(services, request) {
        return Ok(());
    }
    Err(Refusal::with_detail(
        Code::GateRequired,
        "give the gate password first: POST /api/v1/admin/gate",
    ))
}

fn view(services: &Services, passed: bool) -> GateView {
    GateView {
        required: services.config.gate.password.is_some(),
        passed,
        token: None,
        app_url: services.config.app_url.clone().map(Line::verbatim),
        ways: ways::ways(services).into_iter().map(Into::into).collect(),
    }
}

fn fresh_token(services: &Services) -> Result<String, Refusal> {
    let expires_at = services.clock.now().timestamp() + LIFETIME_HOURS * 3600;
    services
        .vault
        .encrypt(
            expires_at.to_string().as_bytes(),
            CONTEXT,
            services.ids.bytes(),
        )
        .map_err(Refusal::internal)
}

fn has_passed(services: &Services, request: &RequestContext) -> bool {
    if services.config.gate.password.is_none() {
        return true;
    }
    let token = request
        .gate_token
        .as_deref()
        .or_else(|| request.cookie(headers::GATE_COOKIE));
    token
        .and_then(|token| services.vault.decrypt(token, CONTEXT).ok())
        .and_then(|bytes| String::from_utf8(bytes).ok()?.parse::<i64>().ok())
        .is_some_and(|expires_at| expires_at > services.clock.now().timestamp())
}

/// Compares hashes, so that neither content nor length shows in the time it takes.
fn is_equal(expected: &str, given: &str) -> bool {
    let hash = |text: &str| Sha256::digest(text.as_bytes());
    hash(expected).ct_eq(&hash(given)).into()
}
