//! Lists: one shape of reply, one way to page.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::text::Line;

/// Rows a page holds unless asked otherwise.
pub const DEFAULT_TAKE: u32 = 25;
/// Most rows a page can hold.
pub const MAX_TAKE: u32 = 100;
/// Most rows that a page of [`Seen`] can hold; as many as one call decides.
pub const MAX_SEEN_TAKE: u32 = 1_000;
/// Matches are counted exactly up to this many; beyond it `total` is a floor (C-20).
pub const COUNT_CAP: u64 = 10_000;

/// A page of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Page<T> {
    /// The rows.
    // A generic type brings no named schema of its parameter along.
    #[schema(inline)]
    pub data: Vec<T>,
    /// How many rows match in all; a floor when `total_exact` is false.
    pub total: u64,
    /// Whether `total` is exact.
    pub total_exact: bool,
    /// Passed as `cursor`, gives the rows after these; absent on the last page.
    pub next_cursor: Option<String>,
}

/// What a decision needs of a row that is not loaded: which one it is and how it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Seen {
    /// Which one.
    pub id: i64,
    /// Where it stands, as in the list.
    pub status: Line,
    /// Grows with every change.
    pub version: i64,
}

/// How matches are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Count {
    /// Up to [`COUNT_CAP`].
    #[default]
    Capped,
    /// All of them, however long it takes.
    Exact,
}
