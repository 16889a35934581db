//! A claim, as the rows of the queues carry it.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::text::Line;

/// How long a claim lasts without a sign of life of its holder's session.
pub const LEASE: TimeDelta = TimeDelta::minutes(5);
/// How long it still lasts once the realtime connection of that session is lost.
pub const GRACE: TimeDelta = TimeDelta::seconds(30);

/// Who is at work on an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Claim {
    /// E-mail of who holds it.
    pub by: Line,
    /// Whether that is the caller.
    pub mine: bool,
    /// Since when.
    pub since: DateTime<Utc>,
    /// When it ends, unless the holder's session shows a sign of life before.
    pub until: DateTime<Utc>,
}
