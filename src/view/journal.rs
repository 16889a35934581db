//! The journal: a line for each act, and whether it can be taken back.

use ratatui::layout::Rect;

use super::dialog::{Dialog, Foot, Row, inner_width, keys};
use super::text::{Painter, Piece};
use super::theme::Token;
use crate::app::journal::{Journal, JournalLoad, way_back, what};
use crate::app::keymap::Action;
use crate::app::model::Model;
use crate::app::time::age;
use crate::app::wrap::wrap;

/// Cells of the sign of the chosen line, the age, and the spaces behind them.
const HEAD: u16 = 9;
/// Cells of what stands at the end of a line.
const WAY: u16 = 25;

/// Draws the journal.
pub(super) fn draw(model: &Model, painter: &mut Painter, area: Rect, journal: &Journal) {
    let measure = painter.measure(inner_width(area));
    let height = usize::from(area.height.saturating_sub(10)).max(1);
    let first = journal.selected.saturating_sub(height - 1);
    let shown = journal.entries.iter().enumerate().skip(first).take(height);
    let mut rows: Vec<_> = shown
        .map(|(place, entry)| {
            let is_chosen = place == journal.selected;
            let sign = if is_chosen { ">" } else { " " };
            let age = age(model.now - entry.created_at);
            let room = measure.less(HEAD + WAY);
            let what = wrap(&what(entry), room).into_iter().next();
            let what = what.map_or_else(String::new, |line| line.to_string());
            let gap = usize::from(room.width).saturating_sub(room.charset.cells(&what));
            let way = way_back(entry);
            let token = match (is_chosen, entry.possible) {
                (true, _) => Token::Strong,
                (false, 0) => Token::Dim,
                (false, _) => Token::Text,
            };
            Row::text(&format!("{sign} {age:>4}   {what}{:gap$}{way}", ""), token)
        })
        .collect();
    match &journal.load {
        JournalLoad::Loading => rows.push(Row::text("Loading.", Token::Dim)),
        JournalLoad::Failed(why) => rows.extend(
            wrap(why.as_str(), measure)
                .into_iter()
                .map(|line| Row::Text(line, Token::Error)),
        ),
        JournalLoad::Idle if rows.is_empty() => {
            rows.push(Row::text("You have done nothing here yet.", Token::Dim));
        }
        JournalLoad::Idle => {}
    }
    let dialog = Dialog {
        title: Piece::new("What you did, newest first", Token::Strong),
        rows,
        scroll: 0,
        foot: Foot::Keys(keys(
            model,
            &[
                (Action::Decline, "close"),
                (Action::TakeBack, "take back"),
                (Action::ScrollDown, "down"),
                (Action::ScrollUp, "up"),
            ],
        )),
        token: Token::ModalSafe,
    };
    dialog.draw(painter, area);
}
