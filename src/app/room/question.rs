//! What a room asks the server for its rows.

/// What the server is asked for the rows of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Question {
    /// What it filters by, empty for nothing.
    pub filter: String,
    /// Which of the screen's orders.
    pub order: usize,
}

/// Whose rows a question is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asker {
    /// Those of the filter in force.
    Force,
    /// Those of the filter that is being typed.
    Typing,
}
