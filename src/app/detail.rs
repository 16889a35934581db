//! A row in full: how many lines it takes, how far it scrolls, and when more of it is loaded. `update`
//! needs the lines to stop at the last one, `view` to draw them; both ask here.

use quarterdeck_api::raw::RawRecord;
use quarterdeck_api::text::Line;

use super::layout::{Layout, Mode};
use super::list::Move;
use super::loading;
use super::model::Model;
use super::room_state::{DetailLoad, LongLines};
use super::wrap::wrap;
use crate::screens::screen::Fact;

/// Cells of the names of facts.
pub const LABEL: u16 = 12;

/// The text of a fact in lines of a width.
pub fn lines(fact: &Fact, width: u16) -> Vec<Line> {
    match fact {
        Fact::Field { value, .. } => wrap(value.as_str(), usize::from(width.saturating_sub(LABEL))),
        Fact::Heading(heading) => vec![Line::default(), Line::new(heading)],
        Fact::Prose(body) => wrap(body.as_str(), usize::from(width)),
    }
}

/// Scrolls the detail within its lines; near the end, more of it is loaded.
pub fn scroll(model: &mut Model, step: Move) {
    let furthest = furthest(model);
    let page = body_rows(model.layout());
    let state = model.here_mut().state_mut();
    // A larger window, or another row, may have left it beyond the end.
    let scroll = state.detail_scroll.min(furthest);
    state.detail_scroll = match step {
        Move::Down(lines) => scroll.saturating_add(lines).min(furthest),
        Move::Up(lines) => scroll.saturating_sub(lines),
        Move::Top => 0,
        Move::Bottom => furthest,
    };
    let is_near_end = furthest - state.detail_scroll <= page;
    if is_near_end && matches!(step, Move::Down(_) | Move::Bottom) {
        loading::load_more_detail(model);
    }
}

/// What the row shown in full consists of.
pub fn facts(model: &Model) -> Vec<Fact> {
    let Some(id) = model.detailed_row() else {
        return Vec::new();
    };
    if model.reads_raw() {
        return model.here().raw(id).map_or_else(Vec::new, as_sent);
    }
    model.here().describe(id, &model.times())
}

fn as_sent(raw: &RawRecord) -> Vec<Fact> {
    let (lines, shown) = raw.lines();
    let sent = raw.sent();
    let size = if shown < sent {
        format!("{sent} bytes, of which these are the first {shown}")
    } else {
        format!("{sent} bytes")
    };
    vec![Fact::field("As sent", &size), Fact::Prose(lines)]
}

/// How wide the detail is drawn.
pub fn width(model: &Model) -> u16 {
    let layout = model.layout();
    match layout.mode {
        Mode::Wide if !model.is_reading() => layout.preview_columns,
        Mode::Wide | Mode::TooSmall | Mode::Summary | Mode::Narrow | Mode::List => {
            model.size.columns
        }
    }
}

/// How wide its lines are: without an end where they are not wrapped.
pub fn text_width(model: &Model) -> u16 {
    match model.here().state().reading.long_lines {
        LongLines::Cut if model.is_reading() => u16::MAX,
        LongLines::Cut | LongLines::Wrapped => width(model),
    }
}

/// The first line shown when the last one stands at the bottom.
fn furthest(model: &Model) -> usize {
    let here = model.here();
    let Some(id) = here.state().list.cursor() else {
        return 0;
    };
    let layout = model.layout();
    let width = text_width(model);
    let facts = facts(model);
    let told: usize = facts.iter().map(|fact| lines(fact, width).len()).sum();
    let waiting = match here.state().detail {
        DetailLoad::Idle => 0,
        DetailLoad::Loading(of) | DetailLoad::Failed(of, _) => usize::from(of == id),
    };
    (told + waiting).saturating_sub(body_rows(layout))
}

/// Rows below the name.
pub const fn body_rows(layout: Layout) -> usize {
    layout.body_rows.saturating_sub(1) as usize
}
