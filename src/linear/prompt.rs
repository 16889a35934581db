//! What stands before a line.

use crate::app::field::Display;

/// What stands before the line that is typed next.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prompt {
    /// Its text.
    pub text: String,
    /// Whether what is typed may be seen.
    pub typed: Display,
}
