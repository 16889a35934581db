//! What is wrong with a filter, and where.

use std::fmt;

use crate::text::Line;

/// Where something stands in a filter: in characters, from 0; `end` is the place behind it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// Its first character.
    pub start: usize,
    /// The place behind its last one.
    pub end: usize,
}

/// What is wrong with a filter, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilterError {
    /// What is at fault.
    pub span: Span,
    /// What is wrong, and what to write.
    pub message: Line,
}

impl FilterError {
    pub(super) fn new(span: Span, message: &str) -> Self {
        Self {
            span,
            message: Line::new(message),
        }
    }
}

/// `column 7: ...`, counted from 1.
impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "column {}: {}", self.span.start + 1, self.message)
    }
}

impl std::error::Error for FilterError {}
