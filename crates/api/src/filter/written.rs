//! What an operator and a value that were written mean by themselves, whatever name they stand behind.

use super::field::Kind;
use super::pattern::Pattern;
use super::tree::{Form, Operator, Written};

/// Text to look for, where no operator says how.
pub(super) fn pattern(value: &Written) -> Result<Pattern, String> {
    Ok(match value.form {
        Form::Word | Form::Quoted | Form::Range => Pattern::Contains(value.text.to_lowercase()),
        Form::Glob => Pattern::glob(&value.text),
        Form::Regex => Pattern::regex(&value.text)?,
        Form::Fuzzy => Pattern::Fuzzy(value.text.to_lowercase()),
    })
}

/// Whether an operator compares sizes.
pub(super) const fn is_comparison(operator: Operator) -> bool {
    match operator {
        Operator::Above | Operator::AtLeast | Operator::Below | Operator::AtMost => true,
        Operator::Has | Operator::Is | Operator::IsNot => false,
    }
}

/// Whether a kind of value can be compared by size.
pub(super) const fn is_ordered(kind: Kind) -> bool {
    match kind {
        Kind::Id | Kind::Number | Kind::Age | Kind::Past | Kind::Ahead => true,
        Kind::Choice(_) | Kind::Flag | Kind::Text | Kind::Person | Kind::Target => false,
    }
}
