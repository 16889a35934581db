//! What a call about several objects answers: one result for each id, in the order of the ids.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::problem::Conflict;
use crate::wire_enum::{OpenEnum, wire_enum};

/// Most objects that one call is about.
pub const MAX_IDS: usize = 1_000;

wire_enum! {
    /// What became of one id of a bulk call.
    pub enum Outcome {
        /// It changed.
        Changed = "changed",
        /// It was so already.
        Noop = "noop",
        /// There is none.
        NotFound = "not_found",
        /// Somebody else was first.
        Conflict = "conflict",
        /// The caller lacks the permission for this one.
        Forbidden = "forbidden",
    }
}

/// The result of one id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BulkResult<T> {
    /// Which one.
    pub id: i64,
    /// What became of it.
    pub outcome: OpenEnum<Outcome>,
    /// The row as it is now, where there is one.
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    pub row: Option<T>,
    /// Who was first, with outcome `conflict`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conflict: Option<Conflict>,
}

// `default` alone would ask `T: Default` of every row.
const fn none<T>() -> Option<T> {
    None
}

/// The results, in the order of the ids.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BulkReply<T> {
    /// One for each id.
    pub results: Vec<BulkResult<T>>,
    /// How many changed.
    pub changed: usize,
    /// Whether nothing changed.
    pub noop: bool,
}
