//! What an operator and a value that were written mean by themselves, whatever name they stand behind.

use super::error::Span;
use super::field::Kind;
use super::lex::{Token, tokens};
use super::pattern::Pattern;
use super::tree::{Form, Leaf, Operator, Written};

/// A text as one value, whatever it holds: in quotes.
pub fn quoted(text: &str) -> String {
    let written = Written {
        span: Span::default(),
        form: Form::Quoted,
        text: text.to_owned(),
    };
    written.to_string()
}

/// A plain word as the beginning of what is looked for, which the server answers: `ana*`. Whatever else is
/// written stays as it is.
pub fn beginning(text: &str) -> String {
    let is_word = matches!(
        tokens(text).as_deref(),
        Ok([Token::Leaf(Leaf { named: None, values, .. })])
            if values.iter().all(|value| value.form == Form::Word && !value.text.starts_with('#'))
    );
    if is_word {
        format!("{}*", text.trim())
    } else {
        text.to_owned()
    }
}

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
        Kind::Choice(_)
        | Kind::Flag
        | Kind::Text
        | Kind::Words
        | Kind::Person
        | Kind::Holder
        | Kind::Target => false,
    }
}
