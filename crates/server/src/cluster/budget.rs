//! What is taken from: how many calls, by whom, and what follows when they are used up.

use std::time::Duration;

/// Calls that may be made in a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget<'a> {
    /// Whose and what for.
    pub key: &'a str,
    /// How many.
    pub limit: u32,
}

impl Budget<'_> {
    /// A share of it, of so many.
    pub(super) fn among(self, count: u32) -> Self {
        Self {
            limit: (self.limit / count.max(1)).max(1),
            ..self
        }
    }

    /// Half, rounded up: a budget of one call is not closed.
    pub(super) const fn halved(self) -> Self {
        Self {
            limit: self.limit.div_ceil(2),
            ..self
        }
    }
}

/// What becomes of a budget that is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UsedUp {
    /// It has room again when the oldest call leaves the window.
    Waits,
    /// It is shut for so long, however few calls come after.
    Shuts(Duration),
}
