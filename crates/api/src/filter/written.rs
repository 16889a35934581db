//! What an operator and a value that were written mean by themselves, whatever name they stand behind.

use super::Filter;
use super::error::Span;
use super::field::{Field, Kind};
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
    if is_word(text) {
        format!("{}*", text.trim())
    } else {
        text.to_owned()
    }
}

/// A plain word as the most that the server answers of it: a part of what the list searches, `*ana*`, where
/// an index finds that, and else the beginning. Whatever else is written stays as it is.
pub fn searching<F: Field>(text: &str) -> String {
    let part = format!("*{}*", text.trim());
    let is_found = |filter: &Filter<F>| filter.asked().is_ok();
    match Filter::<F>::parse(&part) {
        Ok(filter) if is_word(text) && is_found(&filter) => part,
        Ok(_) | Err(_) => beginning(text),
    }
}

/// Whether it is a plain word and nothing else.
fn is_word(text: &str) -> bool {
    matches!(
        tokens(text).as_deref(),
        Ok([Token::Leaf(Leaf { named: None, values, .. })])
            if values.iter().all(|value| value.form == Form::Word && !value.text.starts_with('#'))
    )
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
