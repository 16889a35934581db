//! What a call is named in logs and traces, ours and the server's.

use std::fmt;
use std::sync::Arc;

use uuid::{Builder, Uuid};

/// Where ids come from: the operating system in the console, a counter in tests.
pub type RandomBytes = Arc<dyn Fn() -> [u8; 16] + Send + Sync>;

/// The id of one call, the same for each of its attempts.
///
/// It travels twice: as `X-Client-Request-Id` for people and as the trace id of `traceparent` for
/// tools, so that either leads to the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CallId(Uuid);

impl CallId {
    /// The id made of these random bytes.
    pub fn new(random: [u8; 16]) -> Self {
        Self(Builder::from_random_bytes(random).into_uuid())
    }

    /// The id as a trace id, by which tools find the call.
    pub fn trace_id(self) -> String {
        self.0.simple().to_string()
    }

    /// The id as a W3C trace context, sampled.
    pub fn traceparent(self) -> String {
        let (high, low) = self.0.as_u64_pair();
        // A version 4 id has fixed bits, so neither half is the all-zero id that the standard forbids.
        format!(
            "00-{}-{:016x}-01",
            self.trace_id(),
            high ^ low.rotate_left(1) | 1
        )
    }
}

impl fmt::Display for CallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_written_for_people_and_as_a_trace_context() {
        let id = CallId::new([0xab; 16]);
        assert_eq!(id.to_string(), "abababab-abab-4bab-abab-abababababab");
        let traceparent = id.traceparent();
        let parts: Vec<_> = traceparent.split('-').collect();
        assert_eq!(parts[..2], ["00", "abababababab4bababababababababab"]);
        assert_eq!((parts[2].len(), parts[3]), (16, "01"));
    }

    #[test]
    fn no_part_of_a_trace_context_is_zero() {
        let traceparent = CallId::new([0; 16]).traceparent();
        assert!(
            traceparent
                .split('-')
                .skip(1)
                .all(|part| part.bytes().any(|digit| digit != b'0'))
        );
    }
}
