//! What is picked from in a dialog: groups, ticks, and what would change.

use super::dialog::Row;
use super::theme::Token;
use crate::app::picker::{Picker, Shown};
use crate::screens::pick::{Change, Picks};

/// Lines above the cursor that stay in sight.
const ABOVE: usize = 4;

/// The list, and how far it is scrolled so that the cursor is in sight.
pub(super) fn rows(picker: &Picker) -> (Vec<Row>, usize) {
    let mut rows = vec![head(picker)];
    if !picker.menu().note.is_empty() {
        rows.push(Row::text(picker.menu().note, Token::Dim));
    }
    let mut group = "";
    let mut here = 0;
    let shown = picker.shown();
    for line in &shown {
        if line.group != group {
            group = line.group;
            rows.push(Row::text(group, Token::Dim));
        }
        if line.is_here {
            here = rows.len();
        }
        rows.push(row(line));
    }
    if shown.is_empty() {
        rows.push(Row::text("nothing fits", Token::Dim));
    }
    (rows, here.saturating_sub(ABOVE))
}

fn head(picker: &Picker) -> Row {
    let text = match picker.menu().picks {
        Picks::OneMore | Picks::OneLess | Picks::One => {
            "Type to find one, Down and Up go to it, Enter takes it.".to_owned()
        }
        Picks::All => {
            let changes = picker.changes();
            let is_added = |change: &&Change| matches!(change, Change::Added(_));
            let added = changes.iter().filter(is_added).count();
            let removed = changes.len() - added;
            format!("Type to find, Space ticks, Enter goes on. Now +{added} -{removed}")
        }
    };
    Row::text(&text, Token::Accent)
}

fn row(line: &Shown<'_>) -> Row {
    let cursor = if line.is_here { '>' } else { ' ' };
    let tick = match line.is_ticked {
        Some(true) => "[x] ",
        Some(false) => "[ ] ",
        None => "",
    };
    let text = format!("{cursor} {tick}{:<30} {}", line.name, line.help);
    let token = match (line.is_changed, line.is_ticked) {
        (true, Some(true)) => Token::Ok,
        (true, Some(false) | None) => Token::Error,
        (false, _) if line.is_here => Token::Strong,
        (false, _) => Token::Text,
    };
    Row::text(text.trim_end(), token)
}

/// What a pick changes, a line each: by sign and by color.
pub(super) fn changes(changes: &[Change]) -> Vec<Row> {
    let row = |change: &Change| {
        let token = match change {
            Change::Added(_) => Token::Ok,
            Change::Removed(_) => Token::Error,
            Change::Chosen(_) => Token::Strong,
        };
        Row::text(&change.in_words(), token)
    };
    changes.iter().map(row).collect()
}
