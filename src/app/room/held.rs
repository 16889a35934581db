//! Rows as a room holds them.

use std::collections::HashMap;

use quarterdeck_api::filter::Listed;

use super::question::Question;
use crate::app::freshness::Freshness;
use crate::app::list::RowId;
use crate::app::room_state::{Ghost, Total};

/// A row as it is held: with all that is visible of it in lower case, which plain words are looked for in.
pub(super) struct Held<R> {
    pub row: R,
    pub visible: String,
}

impl<R: Listed> Held<R> {
    pub fn of(row: R) -> Self {
        let visible = row.visible().to_lowercase();
        Self { row, visible }
    }
}

/// Rows set aside, and what was known of them.
pub(super) struct Aside<R> {
    pub rows: Vec<Held<R>>,
    pub places: HashMap<RowId, usize>,
    pub answers: Option<Question>,
    pub total: Option<Total>,
    pub next_cursor: Option<String>,
    pub freshness: Freshness,
    pub ghost: Option<Ghost>,
}
