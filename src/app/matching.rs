//! What a room knows of rows that the server says match, though they are not loaded.

use std::collections::BTreeMap;

use super::list::RowId;

/// What is known of rows that are not loaded.
pub struct Matching<R> {
    /// How each stands, those too that were decided since.
    pub rows: BTreeMap<RowId, R>,
    /// Those that matched, in their order.
    pub order: Vec<RowId>,
    /// Pages of an answer that is not complete.
    pub incoming: Vec<R>,
}

impl<R> Default for Matching<R> {
    fn default() -> Self {
        Self {
            rows: BTreeMap::new(),
            order: Vec::new(),
            incoming: Vec::new(),
        }
    }
}
