//! What the log says of a call: its ids, how it ended and how long it took, and nothing of what was sent
//! or came back.

use quarterdeck_api::text::Line;
use quarterdeck_client::{CallError, CallId, Success};
use tokio::time::Instant;

/// A call under way. Every one leaves a line: one that is dropped was aborted.
#[derive(Debug)]
pub(super) struct Record {
    operation: &'static str,
    id: CallId,
    began: Instant,
    is_over: bool,
}

impl Record {
    /// A call that begins now.
    pub(super) fn begin(operation: &'static str, id: CallId) -> Self {
        Self {
            operation,
            id,
            began: Instant::now(),
            is_over: false,
        }
    }

    /// The answer to a call.
    pub(super) fn end<T>(self, result: &Result<Success<T>, CallError>) {
        match result {
            Ok(success) => self.answered(success.request_id.as_ref()),
            Err(error) => self.failed(error),
        }
    }

    /// The answer to a step of sign-in, which is told without the server's id.
    pub(super) fn end_step<T>(self, result: &Result<T, CallError>) {
        match result {
            Ok(_) => self.answered(None),
            Err(error) => self.failed(error),
        }
    }

    fn answered(mut self, request_id: Option<&Line>) {
        self.is_over = true;
        let Self { operation, id, .. } = &self;
        let (call_id, trace_id, took_ms) = (id, id.trace_id(), self.took_ms());
        let request_id = request_id.map(tracing::field::display);
        tracing::info!(operation, %call_id, trace_id, request_id, took_ms, "answered");
    }

    fn failed(mut self, error: &CallError) {
        self.is_over = true;
        let Self { operation, id, .. } = &self;
        let (call_id, trace_id, took_ms) = (id, id.trace_id(), self.took_ms());
        match error {
            CallError::Problem(problem) | CallError::SessionEnded(problem) => {
                let (code, request_id) = (&problem.code, &problem.request_id);
                tracing::warn!(operation, %call_id, trace_id, %request_id, took_ms, %code, "refused");
            }
            CallError::Unreachable(_)
            | CallError::Lost(_)
            | CallError::Timeout
            | CallError::TooLarge { .. }
            | CallError::Undecodable { .. } => {
                tracing::warn!(operation, %call_id, trace_id, took_ms, %error, "failed");
            }
        }
    }

    fn took_ms(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        if !self.is_over {
            let Self { operation, id, .. } = &*self;
            let (trace_id, took_ms) = (id.trace_id(), self.took_ms());
            tracing::info!(operation, call_id = %id, trace_id, took_ms, "aborted");
        }
    }
}
