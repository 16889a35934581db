//! The second key of `o`: from when on the keys that may follow are listed. A hand that knows the key is never
//! kept waiting: it is taken whether or not anything was drawn.

use chrono::{DateTime, TimeDelta, Utc};

/// How long a hand that knows the key is left alone.
const PATIENCE: TimeDelta = TimeDelta::milliseconds(400);

/// A key that is awaited after another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecondKey {
    /// When the keys that may follow are listed.
    pub listed_from: DateTime<Utc>,
}

impl SecondKey {
    /// Awaited from now on.
    pub fn awaited(now: DateTime<Utc>) -> Self {
        Self {
            listed_from: now + PATIENCE,
        }
    }

    /// Awaited, and asked for.
    pub const fn asked_for(now: DateTime<Utc>) -> Self {
        Self { listed_from: now }
    }

    /// Whether the keys that may follow are listed.
    pub fn is_listed(self, now: DateTime<Utc>) -> bool {
        self.listed_from <= now
    }
}
