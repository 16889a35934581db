//! Why a call failed, as far as a caller acts differently on it.

use std::error::Error;
use std::time::Duration;

use quarterdeck_api::problem::Problem;
use quarterdeck_api::text::Line;

/// Why a call failed. Holds no secret: what it shows comes from the problem body, which is safe to
/// show, or from the network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The server refused and said why.
    #[error("{} ({}, request {})", .0.detail, .0.code, .0.request_id)]
    Problem(Box<Problem>),
    /// The credential was refused, and so was the one attempt to renew it: sign in again.
    #[error("the session is over: {} ({})", .0.detail, .0.code)]
    SessionEnded(Box<Problem>),
    /// Nothing was sent, or the server is known to have refused it: it did not happen.
    #[error("server not reached: {0}")]
    Unreachable(Line),
    /// The connection broke after sending: a write may have happened.
    #[error("connection lost: {0}")]
    Lost(Line),
    /// No complete answer in time: a write may have happened.
    #[error("no answer in time")]
    Timeout,
    /// The answer is larger than any that the contract allows.
    #[error("the answer is larger than {limit} bytes")]
    TooLarge {
        /// The cap.
        limit: usize,
    },
    /// The answer is not what the contract says: a write may have happened.
    #[error("answer {status} is not understood: {detail}")]
    Undecodable {
        /// HTTP status of the answer.
        status: u16,
        /// What is wrong with it.
        detail: Line,
    },
}

impl CallError {
    /// How long the server asks to wait before the next attempt.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Problem(problem) => problem.retry_after.map(Duration::from_secs),
            Self::SessionEnded(_)
            | Self::Unreachable(_)
            | Self::Lost(_)
            | Self::Timeout
            | Self::TooLarge { .. }
            | Self::Undecodable { .. } => None,
        }
    }

    /// Whether the connection failed, so that a read may simply be tried again.
    pub(crate) const fn is_connection(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::Lost(_) => true,
            Self::Problem(_)
            | Self::SessionEnded(_)
            | Self::Timeout
            | Self::TooLarge { .. }
            | Self::Undecodable { .. } => false,
        }
    }

    pub(crate) fn not_sent(why: &str) -> Self {
        Self::Unreachable(Line::new(why))
    }

    pub(crate) fn of_network(error: &reqwest::Error) -> Self {
        if error.is_connect() || error.is_builder() {
            Self::Unreachable(innermost(error))
        } else if error.is_timeout() {
            Self::Timeout
        } else {
            Self::Lost(innermost(error))
        }
    }
}

/// The cause at the bottom, such as "Connection refused": the layers above it only say that a request
/// failed.
fn innermost(error: &reqwest::Error) -> Line {
    let mut cause: &dyn Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    Line::new(&cause.to_string())
}
