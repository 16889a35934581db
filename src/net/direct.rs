//! Calls that are waited for: a one-shot command has nothing else to do until the answer is here.

use quarterdeck_api::call::{AnyCall, AnyReply};
use quarterdeck_api::sessions::Secret;
use quarterdeck_api::text::Line;
use quarterdeck_client::CallOptions;

use super::connection::Connection;
use super::{calls, log_outcome};
use crate::app::message::{Failure, SessionCall, SessionReply};

/// What goes with a call besides its arguments.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    /// The same for every attempt at the same write; a fresh one where it is absent.
    pub idempotency_key: Option<String>,
    /// The one-time code.
    pub otp: Option<Secret>,
}

/// An answer, and how it is found again in the server's logs.
#[derive(Clone, Debug)]
pub struct Answered {
    /// What came.
    pub reply: AnyReply,
    /// The server's id of the request.
    pub request_id: Option<Line>,
}

impl Connection {
    /// Calls an operation and waits for the answer.
    pub async fn call(&self, call: &AnyCall, beside: Beside) -> Result<Answered, Failure> {
        let (name, id) = (call.spec().id, self.client.new_id());
        let Beside {
            idempotency_key,
            otp,
        } = beside;
        tracing::info!(operation = name, call_id = %id, idempotency_key, "sending");
        let options = CallOptions {
            id: Some(id),
            idempotency_key,
            otp,
        };
        let result = self.client.call_any(call, options).await;
        log_outcome(name, id, result.as_ref().err());
        result.map_err(calls::failure).map(|success| Answered {
            reply: success.reply,
            request_id: success.request_id,
        })
    }

    /// Takes a step of sign-in and waits for its answer.
    pub async fn step(&self, call: SessionCall) -> Result<SessionReply, Failure> {
        calls::session(&self.client, call)
            .await
            .map_err(calls::failure)
    }
}
