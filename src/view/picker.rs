//! The lists of what can be typed or pressed: the palette above its prompt, the `?` menu, the second keys.

use quarterdeck_api::text::Line;
use ratatui::layout::Rect;

use super::footer::draw_field;
use super::text::{Painter, Piece};
use super::theme::Token;
use crate::app::menu::{self, MenuEntry};
use crate::app::model::Model;
use crate::app::options::Charset;
use crate::app::overlay::Prompt;
use crate::app::prompts::palette_entries;
use crate::app::second_key::SecondKey;

/// Most entries of the palette that are shown at once.
const ENTRIES: u16 = 10;
/// Narrowest column of what would be typed, or pressed.
const HEAD: u16 = 16;
/// Column of a key that follows another.
const SECOND_KEY: u16 = 4;
/// Widest list.
const WIDEST: u16 = 100;

/// A line of a list.
struct Item {
    head: Line,
    text: Line,
    note: Option<Line>,
}

impl From<MenuEntry> for Item {
    fn from(entry: MenuEntry) -> Self {
        Self {
            head: entry.keys,
            text: entry.help,
            note: entry.why_not,
        }
    }
}

/// The palette's entries, above the prompt in the last row.
pub(super) fn draw_palette(model: &Model, painter: &mut Painter, area: Rect, prompt: &Prompt) {
    let entries = palette_entries(model, prompt.field.value());
    let items: Vec<Item> = entries
        .into_iter()
        .map(|entry| Item {
            head: Line::new(&entry.text),
            text: entry.help,
            note: entry.is_verb.then(|| Line::new("name in full")),
        })
        .collect();
    let list = clear_list(painter, area, &items, 1 + u16::from(prompt.error.is_some()));
    let head = head_width(&items, list.width, painter.charset());
    draw_items(painter, list, &items, Some(prompt.selected), head);
}

/// The keys that may follow the one that was pressed, above the last row.
pub(super) fn draw_second_keys(model: &Model, painter: &mut Painter, area: Rect) {
    let is_due = |awaited: SecondKey| awaited.is_listed(model.now);
    let Some(entries) = menu::second_keys(model).filter(|_| model.second_key.is_some_and(is_due))
    else {
        return;
    };
    let items: Vec<Item> = entries.into_iter().map(Item::from).collect();
    let list = clear_list(painter, area, &items, 1);
    draw_items(painter, list, &items, None, SECOND_KEY);
}

/// Where a list stands above so many last rows, cleared and with a rule above it.
fn clear_list(painter: &mut Painter, area: Rect, items: &[Item], rows_below: u16) -> Rect {
    let count = u16::try_from(items.len()).unwrap_or(ENTRIES).min(ENTRIES);
    let height = count.min(area.height.saturating_sub(rows_below + 1));
    let list = Rect {
        y: area.bottom().saturating_sub(height + rows_below),
        height,
        width: area.width.min(WIDEST),
        ..area
    };
    if height > 0 && list.y > area.y {
        let cleared = Rect {
            height: height + 1,
            y: list.y - 1,
            ..list
        };
        painter.fill(cleared, Token::Text);
        painter.rule(Rect {
            height: 1,
            ..cleared
        });
    }
    list
}

/// Columns of what would be typed: names of saved filters are longer than commands.
fn head_width(items: &[Item], width: u16, charset: Charset) -> u16 {
    let widths = items
        .iter()
        .map(|item| charset.cells(item.head.as_str()) + 1);
    let widest = u16::try_from(widths.max().unwrap_or(0)).unwrap_or(u16::MAX);
    widest.clamp(HEAD, HEAD.max(width / 2))
}

/// The menu of keys: a field to filter it, the keys, what they do, and why they cannot be used now.
pub(super) fn draw_menu(model: &Model, painter: &mut Painter, area: Rect, prompt: &Prompt) {
    let width = area.width.saturating_sub(4).min(WIDEST);
    let outer = Rect {
        x: area.x + (area.width - width) / 2,
        y: area.y + 1,
        width,
        height: area.height.saturating_sub(2),
    };
    painter.fill(outer, Token::Text);
    painter.frame_around(outer, Token::ModalSafe);
    let inner = Rect {
        x: outer.x + 2,
        y: outer.y + 1,
        width: width.saturating_sub(4),
        height: outer.height.saturating_sub(2),
    };
    let taken = painter.word(inner.x, inner.y, inner.width, "Keys here ", Token::Strong);
    let x = inner.x + taken;
    draw_field(
        painter,
        Rect {
            x,
            width: inner.right() - x,
            ..inner
        },
        &prompt.field,
        Token::Input,
    );
    if prompt.field.is_empty() {
        let text = " type to filter, Enter runs, Esc closes";
        painter.word(x, inner.y, inner.right() - x, text, Token::Placeholder);
    }
    let items: Vec<Item> = menu::entries(model, prompt.field.value())
        .into_iter()
        .map(Item::from)
        .collect();
    let list = Rect {
        y: inner.y + 2,
        height: inner.height.saturating_sub(2),
        ..inner
    };
    draw_items(painter, list, &items, Some(prompt.selected), HEAD);
}

/// Draws the items around the chosen one, if one is.
fn draw_items(
    painter: &mut Painter,
    area: Rect,
    items: &[Item],
    selected: Option<usize>,
    head: u16,
) {
    let height = usize::from(area.height);
    let selected = selected.map(|place| place.min(items.len().saturating_sub(1)));
    let first = selected.map_or(0, |place| (place + 1).saturating_sub(height));
    for (y, (place, item)) in (area.y..area.bottom()).zip(items.iter().enumerate().skip(first)) {
        let (key, text) = match item.note {
            None => (Token::Accent, Token::Text),
            Some(_) => (Token::Dim, Token::Dim),
        };
        painter.text(
            area.x,
            y,
            head.saturating_sub(1).min(area.width),
            &(&item.head).into(),
            key,
        );
        let x = area.x + head;
        let room = area.right().saturating_sub(x);
        let mut pieces = vec![Piece::new(&item.text, text)];
        if let Some(note) = &item.note {
            pieces.push(Piece::made(&format!("  ({note})"), Token::Dim));
        }
        painter.pieces(x, y, room, &pieces);
        if selected == Some(place) {
            let style = painter.style(Token::CursorRow);
            painter.restyle(
                Rect {
                    y,
                    height: 1,
                    ..area
                },
                style,
            );
        }
    }
    if items.is_empty() && !area.is_empty() {
        painter.word(area.x, area.y, area.width, "nothing fits", Token::Dim);
    }
}
