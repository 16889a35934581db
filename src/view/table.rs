//! The list: gutter, columns by priority, cursor row, and what stands there when there are no rows.

use quarterdeck_api::filter::beginning;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::text::Painter;
use super::theme::Token;
use crate::app::columns;
use crate::app::keymap::Action;
use crate::app::layout::Mode;
use crate::app::list::RowId;
use crate::app::model::Model;
use crate::app::options::CursorMark;
use crate::app::overlay::Overlay;
use crate::app::room_state::{Load, Pane, RoomState, Scope};
use crate::app::time::Times;
use crate::app::wrap::wrap;
use crate::app::writes::WriteState;
use crate::screens::screen::{Head, NOT_SHOWN, Width};

/// Cursor, mark, write.
const GUTTER: u16 = 3;
/// Cells between columns.
const GAP: u16 = 2;
/// The smallest mode keeps the columns up to this priority.
const SUMMARY_PRIORITY: u8 = 2;

/// A column on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Placed {
    /// Its place in the declaration.
    column: usize,
    x: u16,
    width: u16,
}

/// What the rows of a frame share.
struct Grid<'m> {
    heads: Vec<Head>,
    columns: Vec<Placed>,
    times: Times,
    /// What the filter looks for, to be shown where it is found.
    needles: &'m [String],
}

/// Draws the list.
pub(super) fn draw(model: &Model, painter: &mut Painter, area: Rect) {
    let layout = model.layout();
    let heads = model.here().heads();
    let shown = columns::shown(model.here());
    let columns = place(&heads, &shown, area, model.time_style.width(), layout.mode);
    let grid = Grid {
        heads,
        columns,
        times: model.times(),
        needles: &model.here().state().sought,
    };
    draw_heads(painter, area, &grid);
    let rows = Rect {
        y: area.y + 1,
        height: area.height.saturating_sub(1),
        ..area
    };
    let list = &model.here().state().list;
    let mut y = rows.y;
    for id in list.viewport(layout.table_rows()) {
        if y >= rows.bottom() {
            break;
        }
        let line = Rect {
            y,
            height: 1,
            ..rows
        };
        draw_row(model, painter, line, *id, &grid);
        y += 1;
        if layout.mode == Mode::Summary && list.cursor() == Some(*id) {
            draw_summary(model, painter, Rect { y, ..line }, *id);
            y += 1;
        }
    }
    if list.visible().is_empty() {
        draw_nothing(model, painter, rows);
    }
}

fn draw_heads(painter: &mut Painter, area: Rect, grid: &Grid<'_>) {
    for placed in &grid.columns {
        let Some(head) = grid.heads.get(placed.column) else {
            continue;
        };
        let x = aligned(head.width, placed, painter.charset().cells(head.title));
        painter.word(x, area.y, placed.width, head.title, Token::Dim);
    }
}

/// Where a text of so many cells begins in its column.
fn aligned(width: Width, placed: &Placed, taken: usize) -> u16 {
    match width {
        Width::Number(_) => {
            let taken = u16::try_from(taken)
                .unwrap_or(placed.width)
                .min(placed.width);
            placed.x + placed.width - taken
        }
        Width::Fixed(_) | Width::Time | Width::Share { .. } => placed.x,
    }
}

fn draw_row(model: &Model, painter: &mut Painter, line: Rect, id: RowId, grid: &Grid<'_>) {
    let write = model.writes.state_of(model.tab, id);
    let state = model.here().state();
    let is_ghost = state.is_ghost(id);
    for placed in &grid.columns {
        let cell = model.here().cell(id, placed.column, &grid.times);
        let (Some(cell), Some(head)) = (cell, grid.heads.get(placed.column)) else {
            continue;
        };
        let token = if write.is_some() {
            Token::Pending
        } else if is_ghost {
            Token::Dim
        } else {
            cell.tone.into()
        };
        let cells = painter.charset().cells(cell.text.as_str());
        let x = aligned(head.width, placed, cells);
        painter.text(x, line.y, placed.width, &cell.text, token);
        let column = Rect {
            x,
            width: placed.width,
            ..line
        };
        draw_matches(painter, column, cell.text.as_str(), grid.needles);
        if state.is_changed(id, placed.column) {
            painter.restyle(column, as_changed(painter.style(token)));
        }
    }
    let list = &model.here().state().list;
    if list.is_marked(id) {
        painter.word(line.x + 1, line.y, 1, "*", Token::Mark);
    }
    match write {
        Some(WriteState::InFlight) => painter.word(line.x + 2, line.y, 1, "~", Token::Pending),
        Some(WriteState::Unknown) => painter.word(line.x + 2, line.y, 1, "?", Token::Warn),
        None if is_ghost => painter.word(line.x + 2, line.y, 1, "x", Token::Dim),
        None => match model.here().claim(id) {
            Some(claim) if claim.mine => painter.word(line.x + 2, line.y, 1, "@", Token::Ok),
            Some(_) => painter.word(line.x + 2, line.y, 1, "@", Token::Warn),
            None => 0,
        },
    };
    if list.cursor() == Some(id) {
        draw_cursor(model, painter, line, grid);
    }
}

/// How a cell that has changed differs from its like: bold, or underlined where those are bold.
fn as_changed(usual: Style) -> Style {
    let is_bold = usual.add_modifier.contains(Modifier::BOLD);
    let differs = if is_bold {
        Modifier::UNDERLINED
    } else {
        Modifier::BOLD
    };
    Style::new().add_modifier(differs)
}

/// The filter in force, or the one being typed.
pub(super) fn filter_text(model: &Model) -> &str {
    match &model.overlay {
        Some(Overlay::Filter(prompt)) => prompt.field.value(),
        Some(_) | None => &model.here().state().filter,
    }
}

/// Shows where a text holds what is looked for.
fn draw_matches(painter: &mut Painter, area: Rect, text: &str, needles: &[String]) {
    if needles.is_empty() {
        return;
    }
    let lower = text.to_lowercase();
    // Where the lower case has another length, places in it say nothing of places in the text.
    if lower.len() != text.len() {
        return;
    }
    let charset = painter.charset();
    for (at, found) in needles
        .iter()
        .flat_map(|needle| lower.match_indices(needle.as_str()))
    {
        let cells = |text: &str| u16::try_from(charset.cells(text)).unwrap_or(u16::MAX);
        let (skipped, width) = (cells(&lower[..at]), cells(found));
        let end = area.width.min(skipped.saturating_add(width));
        if skipped < end {
            let style = painter.style(Token::Match);
            painter.restyle(
                Rect {
                    x: area.x + skipped,
                    width: end - skipped,
                    ..area
                },
                style,
            );
        }
    }
}

/// The cursor row: a sign in the gutter, and its look while the list has the focus.
fn draw_cursor(model: &Model, painter: &mut Painter, line: Rect, grid: &Grid) {
    painter.word(line.x, line.y, 1, ">", Token::Strong);
    if model.here().state().pane == Pane::List {
        let style = painter
            .style(Token::CursorRow)
            .remove_modifier(Modifier::DIM);
        painter.restyle(marked_by_cursor(model, line, grid), style);
        if model.overlay.is_none() {
            painter.cursor(line.x, line.y);
        }
    }
}

/// The whole row, or where the link is slow the cell that names it.
fn marked_by_cursor(model: &Model, line: Rect, grid: &Grid) -> Rect {
    match (model.options.cursor, grid.columns.first()) {
        (CursorMark::Cell, Some(first)) => Rect {
            x: first.x,
            width: first.width,
            ..line
        },
        (CursorMark::Cell, None) | (CursorMark::Row, _) => line,
    }
}

fn draw_summary(model: &Model, painter: &mut Painter, line: Rect, id: RowId) {
    if let Some(summary) = model.here().summary(id) {
        let room = line.width.saturating_sub(GUTTER);
        painter.text(line.x + GUTTER, line.y, room, &summary.into(), Token::Dim);
    }
}

/// Why there are no rows, and what to do.
fn draw_nothing(model: &Model, painter: &mut Painter, area: Rect) {
    let room = model.here();
    let state = room.state();
    let key = |action| model.keymap.shown(action);
    let many = room.noun().many;
    let (token, text) = if !model.may_see(model.tab) {
        let needs = model.tab.needs();
        (
            Token::Warn,
            format!("Your account may not see {many}; ask a super-admin for {needs}."),
        )
    } else if state.is_first_load() {
        (Token::Pending, format!("Loading {many}..."))
    } else if let Some(failure) = &state.failure {
        (
            Token::Error,
            format!(
                "Not loaded. {failure} {} tries again.",
                key(Action::Refresh)
            ),
        )
    } else {
        (Token::Dim, nothing_here(model, state, many))
    };
    let room = area.width.saturating_sub(GUTTER);
    let lines = wrap(&text, painter.measure(room));
    for (y, line) in (area.y + 1..area.bottom()).zip(&lines) {
        painter.text(area.x + GUTTER, y, room, &line.into(), token);
    }
}

fn nothing_here(model: &Model, state: &RoomState, many: &str) -> String {
    let (escape, filter) = (
        model.keymap.shown(Action::Escape),
        model.keymap.shown(Action::Filter),
    );
    if state.scope == Scope::Unanswered {
        unanswered(state, many)
    } else if state.next_cursor.is_some() {
        none_loaded(model, state, many)
    } else if state.is_previewing() {
        format!("No {many} match.")
    } else if !state.filter.is_empty() {
        format!("No {many} match. {escape} clears the filter.")
    } else if model.here().default_filter().is_empty() {
        format!("No {many} yet.")
    } else {
        format!("Nothing left to decide. {filter}status:all shows all {many}.")
    }
}

fn unanswered(state: &RoomState, many: &str) -> String {
    let what_next = match state.load {
        Load::Reload { .. } => "the server is asked",
        Load::Idle | Load::More => "Enter asks the server",
    };
    format!("No loaded {many} match; {what_next}.")
}

/// That others may match, and how the server is asked for them.
fn none_loaded(model: &Model, state: &RoomState, many: &str) -> String {
    let loaded = model.here().loaded();
    let beginnings = state.sought.iter().map(|text| beginning(text));
    let mut beginnings = beginnings.filter(|text| text.ends_with('*'));
    match beginnings.next().filter(|_| model.here().searches()) {
        Some(text) => format!("None of the {loaded} loaded {many} match; {text} asks the server."),
        None => format!("None of the {loaded} loaded {many} match, and there are more."),
    }
}

/// Chooses the columns that fit and gives each its width.
fn place(heads: &[Head], shown: &[usize], area: Rect, time_width: u16, mode: Mode) -> Vec<Placed> {
    let most = if mode == Mode::Summary {
        SUMMARY_PRIORITY
    } else {
        NOT_SHOWN - 1
    };
    let room = area.width.saturating_sub(GUTTER);
    let mut chosen: Vec<usize> = shown
        .iter()
        .copied()
        .filter(|column| heads[*column].priority <= most)
        .collect();
    let least = |chosen: &[usize]| -> u16 {
        let gaps = GAP * u16::try_from(chosen.len().saturating_sub(1)).unwrap_or(0);
        chosen
            .iter()
            .map(|column| least_of(heads[*column].width, time_width))
            .sum::<u16>()
            + gaps
    };
    while chosen.len() > 1 && least(&chosen) > room {
        let Some(dropped) = chosen
            .iter()
            .copied()
            .max_by_key(|column| heads[*column].priority)
        else {
            break;
        };
        chosen.retain(|column| *column != dropped);
    }
    let spare = room.saturating_sub(least(&chosen));
    spread(heads, &chosen, area.x + GUTTER, spare, time_width)
}

const fn least_of(width: Width, time_width: u16) -> u16 {
    match width {
        Width::Fixed(width) | Width::Number(width) => width,
        Width::Time => time_width,
        Width::Share { least, .. } => least,
    }
}

fn weight_of(width: Width) -> u16 {
    match width {
        Width::Share { weight, .. } => weight,
        Width::Fixed(_) | Width::Number(_) | Width::Time => 0,
    }
}

/// What is left over goes to the shares, by weight.
fn spread(heads: &[Head], chosen: &[usize], left: u16, spare: u16, time_width: u16) -> Vec<Placed> {
    let weights: u16 = chosen
        .iter()
        .map(|column| weight_of(heads[*column].width))
        .sum();
    let (mut x, mut spare, mut weights) = (left, spare, weights);
    let mut placed = Vec::with_capacity(chosen.len());
    for column in chosen.iter().copied() {
        let head = heads[column];
        let weight = weight_of(head.width);
        let extra = (spare * weight).checked_div(weights).unwrap_or(0);
        (spare, weights) = (spare - extra, weights - weight);
        let width = least_of(head.width, time_width) + extra;
        placed.push(Placed { column, x, width });
        x += width + GAP;
    }
    placed
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADS: &[Head] = &[
        Head {
            title: "Id",
            width: Width::Number(7),
            priority: 0,
        },
        Head {
            title: "Status",
            width: Width::Fixed(10),
            priority: 1,
        },
        Head {
            title: "Age",
            width: Width::Time,
            priority: 2,
        },
        Head {
            title: "Name",
            width: Width::Share {
                least: 14,
                weight: 2,
            },
            priority: 3,
        },
        Head {
            title: "E-mail",
            width: Width::Share {
                least: 18,
                weight: 3,
            },
            priority: 4,
        },
    ];

    fn placed(width: u16, mode: Mode) -> Vec<(usize, u16)> {
        let area = Rect {
            x: 0,
            y: 0,
            width,
            height: 10,
        };
        place(HEADS, &[0, 1, 2, 3, 4], area, 5, mode)
            .iter()
            .map(|placed| (placed.column, placed.width))
            .collect()
    }

    #[test]
    fn columns_go_by_priority_and_shares_take_what_is_left() {
        assert_eq!(
            placed(80, Mode::List),
            [(0, 7), (1, 10), (2, 5), (3, 20), (4, 27)]
        );
        assert_eq!(placed(60, Mode::Narrow), [(0, 7), (1, 10), (2, 5), (3, 29)]);
        assert_eq!(placed(40, Mode::Summary), [(0, 7), (1, 10), (2, 5)]);
        assert_eq!(placed(10, Mode::Summary), [(0, 7)]);
    }

    #[test]
    fn columns_never_leave_the_area_nor_touch() {
        for width in 0..200 {
            let area = Rect {
                x: 0,
                y: 0,
                width,
                height: 10,
            };
            let columns = place(HEADS, &[4, 2, 1, 0, 3], area, 17, Mode::List);
            for pair in columns.windows(2) {
                assert_eq!(pair[0].x + pair[0].width + GAP, pair[1].x);
            }
            let end = columns.last().map_or(0, |last| last.x + last.width);
            assert!(end <= width.max(GUTTER + 7), "{width}: {end}");
        }
    }
}
