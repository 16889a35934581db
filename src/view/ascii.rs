//! The screen in ASCII, for a locale that is not UTF-8: whatever was drawn keeps its place and width.

use ratatui::buffer::{Buffer, CellDiffOption};

/// Stands for what ASCII has no sign for, as it does for a control character.
const UNKNOWN: &str = "?";

/// Replaces every cell that is not ASCII.
pub(super) fn restrict(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        if !cell.symbol().is_ascii() {
            let sign = sign_for(cell.symbol());
            cell.set_symbol(sign);
        }
    }
}

/// Replaces the lines around texts, which would take two cells each. What stands in a text has a width of
/// its own and stays.
pub(super) fn restrict_lines(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        if let (CellDiffOption::None, Some(sign)) = (cell.diff_option, line_for(cell.symbol())) {
            cell.set_symbol(sign);
        }
    }
}

fn line_for(symbol: &str) -> Option<&'static str> {
    match symbol {
        "─" => Some("-"),
        "│" => Some("|"),
        "┌" | "┐" | "└" | "┘" => Some("+"),
        _ => None,
    }
}

fn sign_for(symbol: &str) -> &'static str {
    line_for(symbol).unwrap_or(match symbol {
        "×" => "x",
        "…" => ".",
        _ => UNKNOWN,
    })
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;
    use ratatui::widgets::{Block, Widget};

    use super::*;

    #[test]
    fn lines_are_drawn_in_ascii_and_wide_characters_keep_their_width() {
        let area = Rect::new(0, 0, 8, 3);
        let mut buffer = Buffer::empty(area);
        Block::bordered().render(area, &mut buffer);
        buffer.set_string(1, 1, "漢é×b", ratatui::style::Style::new());
        restrict(&mut buffer);
        let expected = ["+------+", "|? ?xb |", "+------+"];
        assert_eq!(buffer, Buffer::with_lines(expected));
    }
}
