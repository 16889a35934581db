//! A row in full: how many lines it takes, how far it scrolls, and when more of it is loaded. `update`
//! needs the lines to stop at the last one, `view` to draw them; both ask here.

use quarterdeck_api::raw::RawRecord;
use quarterdeck_api::text::{Body, Line};

use super::layout::Mode;
use super::list::Move;
use super::loading;
use super::model::Model;
use super::room_state::{DetailLoad, LongLines};
use super::wrap::{Measure, wrap};
use crate::screens::screen::Fact;

/// Which way from one part to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The next one.
    Next,
    /// The one before.
    Previous,
}

/// Cells of the names of facts.
pub const LABEL: u16 = 12;

/// The text of a fact in lines of a width.
pub fn lines(fact: &Fact, measure: Measure) -> Vec<Line> {
    match fact {
        Fact::Field { value, .. } => wrap(value.as_str(), measure.less(LABEL)),
        Fact::Heading(heading) | Fact::Part(heading) => vec![Line::default(), Line::new(heading)],
        Fact::Prose(body) => wrap(body.as_str(), measure),
    }
}

/// Scrolls the detail within its lines; near the end, more of it is loaded.
pub fn scroll(model: &mut Model, step: Move) {
    let furthest = furthest(model);
    let page = body_rows(model);
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
    let all = model.here().describe(id, &model.times());
    if has_parts(model) {
        part_of(all, model.here().state().part)
    } else {
        all
    }
}

/// Whether the detail is shown part by part; over the whole screen it is read as one.
pub fn has_parts(model: &Model) -> bool {
    !model.is_reading() && !model.here().parts().is_empty()
}

/// What stands before all parts, and one of them, with a line between.
fn part_of(all: Vec<Fact>, part: &str) -> Vec<Fact> {
    let mut within = None;
    let shown = |fact: Fact| match fact {
        Fact::Part(name) => {
            within = Some(name);
            (name == part).then(|| Fact::Prose(Body::default()))
        }
        Fact::Field { .. } | Fact::Heading(_) | Fact::Prose(_) => {
            within.is_none_or(|name| name == part).then_some(fact)
        }
    };
    all.into_iter().filter_map(shown).collect()
}

/// Shows the next part of the detail, or the one before; from the last on to the first.
pub fn step_part(model: &mut Model, step: Step) {
    let parts = model.here().parts();
    let state = model.here_mut().state_mut();
    let place = parts.iter().position(|part| *part == state.part);
    let by = match step {
        Step::Next => 1,
        Step::Previous => parts.len().saturating_sub(1),
    };
    let next = (place.unwrap_or(0) + by) % parts.len().max(1);
    if let Some(part) = parts.get(next) {
        state.part = part;
        state.detail_scroll = 0;
    }
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

/// How long its lines are: without an end where they are not wrapped.
pub fn measure(model: &Model) -> Measure {
    let width = match model.here().state().reading.long_lines {
        LongLines::Cut if model.is_reading() => u16::MAX,
        LongLines::Cut | LongLines::Wrapped => width(model),
    };
    Measure::new(width, model.options.charset)
}

/// The first line shown when the last one stands at the bottom.
fn furthest(model: &Model) -> usize {
    let here = model.here();
    let Some(id) = here.state().list.cursor() else {
        return 0;
    };
    let measure = measure(model);
    let facts = facts(model);
    let told: usize = facts.iter().map(|fact| lines(fact, measure).len()).sum();
    let waiting = match here.state().detail {
        DetailLoad::Idle => 0,
        DetailLoad::Loading(of) | DetailLoad::Failed(of, _) => usize::from(of == id),
    };
    (told + waiting).saturating_sub(body_rows(model))
}

/// Rows below the name, and below the names of the parts where there are any.
pub fn body_rows(model: &Model) -> usize {
    let above = 1 + u16::from(has_parts(model));
    usize::from(model.layout().body_rows.saturating_sub(above))
}
