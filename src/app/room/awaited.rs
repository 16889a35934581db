//! A view that is waited for.

use crate::app::list::RowId;
use crate::app::views::View;

/// A view whose rows are on their way.
#[derive(Clone, Debug)]
pub(super) struct Awaited {
    pub(super) view: View,
    /// The row under the cursor meanwhile: once the operator has moved on, it stays there.
    pub(super) cursor: Option<RowId>,
}
