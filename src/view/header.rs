//! The rows above the body: title, tabs, chips, banner, rule.

use quarterdeck_api::text::Line;
use ratatui::layout::Rect;

use super::table::filter_text;
use super::text::{Painter, Piece, width_of};
use super::theme::Token;
use super::title;
use crate::app::layout::{Chrome, Mode};
use crate::app::model::Model;
use crate::app::room_state::{Load, RoomState, Scope, Total};
use crate::app::shown::Tone;
use crate::app::tab::Tab;

/// Draws the rows above the body; says how many they are.
pub(super) fn draw(model: &Model, painter: &mut Painter, area: Rect) -> u16 {
    let layout = model.layout();
    let line = |y: u16| Rect {
        y: area.y + y,
        height: 1,
        ..area
    };
    title::draw(model, painter, line(0));
    let mut y = 1;
    match layout.chrome {
        Chrome::Compact => {
            draw_tabs_and_chips(model, painter, line(1), layout.mode);
            y += 1;
        }
        Chrome::Full => {
            draw_tabs(model, painter, line(1), layout.mode);
            draw_chips(model, painter, line(2));
            y += 2;
        }
    }
    if let Some(banner) = model.banner() {
        painter.fill(line(y), Token::Offline);
        painter.text(
            area.x,
            area.y + y,
            area.width,
            &(&banner).into(),
            Token::Offline,
        );
        y += 1;
    }
    if layout.chrome == Chrome::Full {
        painter.rule(line(y));
        y += 1;
    }
    y
}

fn draw_tabs(model: &Model, painter: &mut Painter, area: Rect, mode: Mode) {
    let tabs = model.tab_row();
    let is_narrow = mode == Mode::Narrow;
    let mut x = area.x;
    if is_narrow {
        let text = format!("{} ", place(model));
        x += painter.made(x, area.y, area.right() - x, &text, Token::Dim);
    }
    for tab in tabs
        .into_iter()
        .filter(|tab| !is_narrow || *tab == model.tab)
    {
        let token = if tab == model.tab {
            Token::Accent
        } else {
            Token::Dim
        };
        let text = tab_text(model, tab);
        let width = painter.made(x, area.y, area.right().saturating_sub(x), &text, token);
        if tab == model.tab {
            let style = painter.style(Token::CursorRow);
            painter.restyle(Rect { x, width, ..area }, style);
        }
        x += width + 1;
    }
}

/// ` 1 Apps 128 +7 `, by the dashboard's count until the tab is loaded; the rows of the dashboard are queues,
/// and no work to be counted.
fn tab_text(model: &Model, tab: Tab) -> String {
    let loaded = model.room(tab).state().total;
    let total = loaded.or_else(|| model.room(Tab::Dashboard).waiting_in(tab));
    let count = total
        .filter(|_| tab != Tab::Dashboard)
        .map_or_else(String::new, |total| format!(" {}", count(total)));
    let came = match model.room(tab).state().came {
        0 => String::new(),
        came => format!(" +{}", grouped(came)),
    };
    format!(" {} {}{count}{came} ", tab.digit(), tab.name())
}

/// `<1/2>`
fn place(model: &Model) -> String {
    let tabs = model.tab_row();
    let here = tabs
        .iter()
        .position(|tab| *tab == model.tab)
        .map_or(0, |place| place + 1);
    format!("<{here}/{}>", tabs.len())
}

fn count(total: Total) -> String {
    let more = if total.is_exact { "" } else { "+" };
    format!("{}{more}", grouped(total.count))
}

/// A number with its thousands apart.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn draw_chips(model: &Model, painter: &mut Painter, area: Rect) {
    let charset = painter.charset();
    let left = filter_and_marks(model);
    let all = order_and_count(model);
    let room = usize::from(area.width).saturating_sub(width_of(&left, charset) + 2);
    // Where both do not fit, the count alone stands at the right, or nothing.
    let count = all.len().saturating_sub(1);
    let right = [&all[..], &all[count..]]
        .into_iter()
        .find(|right| width_of(right, charset) <= room);
    painter.pieces(area.x, area.y, area.width, &left);
    painter.pieces_at_end(area, right.unwrap_or_default());
}

/// The tab shown and its chips; where the row is wide, the order and the count as well.
fn draw_tabs_and_chips(model: &Model, painter: &mut Painter, area: Rect, mode: Mode) {
    let mut pieces = vec![Piece::made(&place(model), Token::Dim)];
    pieces.push(Piece::made(&tab_text(model, model.tab), Token::Accent));
    pieces.extend(filter_and_marks(model));
    painter.pieces(area.x, area.y, area.width, &pieces);
    let end = order_and_count(model);
    let charset = painter.charset();
    let taken = width_of(&pieces, charset) + 2 + width_of(&end, charset);
    if mode > Mode::Summary && taken <= usize::from(area.width) {
        painter.pieces_at_end(area, &end);
    }
}

fn filter_and_marks(model: &Model) -> Vec<Piece<'_>> {
    let state = model.here().state();
    let mut pieces = with_verdict(model, filter_chip(model, state));
    let (marked, hidden) = (state.list.marked_count(), state.list.hidden_marks());
    if marked > 0 {
        let text = match hidden {
            0 => format!("{marked} marked"),
            hidden => format!("{marked} marked ({hidden} hidden)"),
        };
        pieces.extend([
            Piece::new("   ", Token::Text),
            Piece::made(&text, Token::Mark),
        ]);
    }
    if let Some(finding) = model.here().amiss(model.now) {
        pieces.extend([
            Piece::new("   ", Token::Text),
            Piece::made(finding.as_str(), Token::Warn),
        ]);
    }
    if let Some(auto) = &model.auto_refresh {
        pieces.extend([
            Piece::new("   ", Token::Text),
            Piece::made(&auto.label(), Token::Dim),
        ]);
    }
    if state.came > 0 {
        let text = format!("+{} new", grouped(state.came));
        pieces.extend([
            Piece::new("   ", Token::Text),
            Piece::made(&text, Token::Accent),
        ]);
    }
    if state.list.is_in_range() {
        pieces.extend([
            Piece::new("   ", Token::Text),
            Piece::new("RANGE", Token::Mark),
        ]);
    }
    pieces
}

/// The filter and what is known of the chain. Damage comes first: a long filter must not push it out.
fn with_verdict<'a>(model: &Model, filter: Vec<Piece<'a>>) -> Vec<Piece<'a>> {
    let badge = model.verification.badge();
    let Some(badge) = badge.filter(|_| model.tab == Tab::Audit) else {
        return filter;
    };
    let is_first = badge.tone == Tone::Bad;
    let badge = vec![Piece::new(badge.text, badge.tone)];
    let between = vec![Piece::new("   ", Token::Text)];
    if is_first {
        [badge, between, filter].concat()
    } else {
        [filter, between, badge].concat()
    }
}

fn filter_chip<'a>(model: &'a Model, state: &'a RoomState) -> Vec<Piece<'a>> {
    let of_all = || {
        let all = state.total.map_or_else(|| "?".to_owned(), count);
        format!("{}/{all}", grouped(model.here().loaded() as u64))
    };
    let scope = match state.scope {
        Scope::Local | Scope::Unanswered => Some(format!("local {}", of_all())),
        Scope::Mixed => Some(format!("mixed {}", of_all())),
        Scope::Server => Some("server".to_owned()),
        Scope::Nowhere => None,
    };
    let is_default = state.filter.is_empty() && !state.is_previewing();
    let text = if is_default {
        model.here().default_filter()
    } else {
        filter_text(model)
    };
    let mut pieces = match (is_default, text) {
        (true, "") => vec![Piece::new("no filter", Token::Dim)],
        (true, text) => vec![Piece::made(text, Token::Dim)],
        (false, text) => vec![Piece::made(&format!("/{text}"), Token::Accent)],
    };
    if let Some(scope) = scope.filter(|_| !is_default) {
        pieces.extend([
            Piece::new(" ", Token::Text),
            Piece::made(&scope, Token::Dim),
        ]);
    }
    pieces
}

fn order_and_count(model: &Model) -> Vec<Piece<'static>> {
    let room = model.here();
    let state = room.state();
    let mut pieces = Vec::new();
    if state.load != Load::Idle {
        pieces.extend([
            Piece::new("loading...", Token::Pending),
            Piece::new("   ", Token::Text),
        ]);
    }
    if let Some(order) = room.orders().get(state.order_shown()) {
        pieces.extend([
            Piece::new(order.name, Token::Dim),
            Piece::new("   ", Token::Text),
        ]);
    }
    let Some(total) = state.total.map(count) else {
        return pieces;
    };
    let shown = state.list.visible().len();
    let place = state.list.cursor_index().map_or(0, |index| index + 1);
    let text = if shown < room.loaded() {
        format!("{place} of {shown} shown, {total} in all")
    } else {
        format!("{place} of {total}")
    };
    pieces.push(Piece::new(Line::new(&text), Token::Dim));
    pieces
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn thousands_stand_apart() {
        let cases = [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (12_345_678, "12,345,678"),
        ];
        for (number, text) in cases {
            assert_eq!(grouped(number), text);
        }
    }
}
