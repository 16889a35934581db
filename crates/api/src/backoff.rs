//! How long whoever failed to reach a server waits before the next attempt.

use std::time::Duration;

/// The pauses before each further attempt, in seconds; the last one stays (console.md §4.8).
const PAUSES: [u64; 6] = [1, 2, 4, 8, 15, 30];
/// How far a pause is from its length at most, in hundredths.
const JITTER: u64 = 20;

/// Pauses between attempts: longer each time, and never the same for two clients of a server that comes
/// back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backoff {
    failed: usize,
}

impl Backoff {
    /// The next pause; `random` is any number.
    pub fn next_pause(&mut self, random: u64) -> Duration {
        let seconds = PAUSES[self.failed.min(PAUSES.len() - 1)];
        self.failed += 1;
        let hundredths = 100 - JITTER + random % (2 * JITTER + 1);
        Duration::from_millis(seconds * 10 * hundredths)
    }

    /// An attempt has succeeded: the next failure is the first again.
    pub const fn reset(&mut self) {
        self.failed = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_half_a_minute_and_begin_anew() {
        let mut backoff = Backoff::default();
        let pauses: Vec<_> = (0..8).map(|_| backoff.next_pause(20).as_secs()).collect();
        assert_eq!(pauses, [1, 2, 4, 8, 15, 30, 30, 30]);
        backoff.reset();
        assert_eq!(backoff.next_pause(20), Duration::from_secs(1));
    }

    #[test]
    fn a_pause_is_a_fifth_off_at_most() {
        for random in 0..1_000 {
            let pause = Backoff { failed: 9 }.next_pause(random);
            assert!((24_000..=36_000).contains(&pause.as_millis()), "{pause:?}");
        }
        assert_eq!(Backoff::default().next_pause(0), Duration::from_millis(800));
        assert_eq!(
            Backoff::default().next_pause(40),
            Duration::from_millis(1_200)
        );
    }
}
