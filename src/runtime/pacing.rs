//! When a frame is drawn: at once after a key, else not more often than the link can carry.

use std::time::Duration;

use tokio::time::Instant;

/// When a frame is drawn.
#[derive(Debug)]
pub(super) struct Pacing {
    gap: Duration,
    last_frame: Option<Instant>,
    wanted: Wanted,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Wanted {
    Nothing,
    Frame,
    FrameNow,
}

/// What a change was caused by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// Somebody pressed a key and waits for what it does.
    Key,
    /// A reply, a tick, a new size.
    Other,
}

impl Pacing {
    pub(super) const fn new(gap: Duration) -> Self {
        Self {
            gap,
            last_frame: None,
            wanted: Wanted::FrameNow,
        }
    }

    /// There is something new to show.
    pub(super) fn want(&mut self, cause: Cause) {
        let wanted = match cause {
            Cause::Key => Wanted::FrameNow,
            Cause::Other => Wanted::Frame,
        };
        self.wanted = self.wanted.max(wanted);
    }

    /// When the next frame is due, if one is wanted.
    pub(super) fn due(&self, now: Instant) -> Option<Instant> {
        match self.wanted {
            Wanted::Nothing => None,
            Wanted::FrameNow => Some(now),
            Wanted::Frame => Some(
                self.last_frame
                    .map_or(now, |last| (last + self.gap).max(now)),
            ),
        }
    }

    /// A frame was drawn.
    pub(super) const fn drawn(&mut self, now: Instant) {
        self.last_frame = Some(now);
        self.wanted = Wanted::Nothing;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GAP: Duration = Duration::from_millis(33);

    #[test]
    fn replies_wait_for_the_gap_and_keys_do_not() {
        let start = Instant::now();
        let mut pacing = Pacing::new(GAP);
        assert_eq!(pacing.due(start), Some(start));
        pacing.drawn(start);
        assert_eq!(pacing.due(start), None);
        pacing.want(Cause::Other);
        assert_eq!(pacing.due(start), Some(start + GAP));
        pacing.want(Cause::Key);
        pacing.want(Cause::Other);
        assert_eq!(pacing.due(start), Some(start));
        pacing.drawn(start);
        pacing.want(Cause::Other);
        let late = start + GAP * 2;
        assert_eq!(pacing.due(late), Some(late));
    }
}
