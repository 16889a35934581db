//! What is filled in in a dialog: a line for each value, the one that is typed in at the foot.

use quarterdeck_api::text::Line;

use super::dialog::{Foot, Row};
use super::theme::Token;
use crate::app::field::Field;
use crate::app::filling::{Filling, Shown};

/// What to do.
const HEAD: &str = "Type the new value, Enter goes on, Up and Down between them.";

/// A line for each value.
pub(super) fn rows(filling: &Filling) -> Vec<Row> {
    let head = Row::text(HEAD, Token::Accent);
    let shown = filling.shown();
    std::iter::once(head).chain(shown.iter().map(row)).collect()
}

fn row(shown: &Shown) -> Row {
    let cursor = if shown.is_here { '>' } else { ' ' };
    let text = format!("{cursor} {:<9} {}", shown.label, shown.value);
    let token = match (shown.is_changed, shown.is_here) {
        (true, _) => Token::Ok,
        (false, true) => Token::Strong,
        (false, false) => Token::Text,
    };
    Row::text(text.trim_end(), token)
}

/// The value that is typed in.
pub(super) fn foot<'a>(filling: &'a Filling, error: Option<&'a Line>) -> Foot<'a> {
    match filling.field() {
        Some(field) => foot_of(filling.label(), field, error),
        None => Foot::Keys(Vec::new()),
    }
}

fn foot_of<'a>(label: &str, field: &'a Field, error: Option<&'a Line>) -> Foot<'a> {
    Foot::Field {
        label: Line::new(&format!("{label}:")),
        field,
        error,
    }
}
