//! A row read over the whole screen: opened and left at the same place, its text searched, its long
//! lines wrapped or cut. Keys come here from `act` and the search prompt; `view` asks where what is
//! looked for was found.

use std::ops::Range;

use quarterdeck_api::text::Line;

use super::copies::Copyable;
use super::detail::{self, LABEL, lines};
use super::field::Field;
use super::input::Key;
use super::keymap::{Action, Section};
use super::list::Move;
use super::loading;
use super::message::{Effect, Severity};
use super::model::Model;
use super::overlay::{Overlay, SearchPrompt};
use super::recent::{MOST_OBJECTS, Object};
use super::room_state::{LongLines, Pane, Reading, Reads};
use super::wrap::Measure;
use crate::screens::screen::Fact;

/// Cells that cut lines are moved by at once.
const SIDEWAYS: usize = 20;

/// Which part of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The name of a fact.
    Label,
    /// Its text.
    Text,
}

/// A piece of a line that is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Place of its line.
    pub line: usize,
    /// Which part of it.
    pub part: Part,
    /// Which bytes of that.
    pub bytes: Range<usize>,
}

/// Something that was found: in several pieces where its line was wrapped.
pub type Found = Vec<Piece>;

/// Opens the row over the whole screen, or leaves that.
pub fn toggle(model: &mut Model) {
    if model.is_reading() {
        return leave(model);
    }
    open(model, Reads::Facts);
    loading::load_detail(model);
}

/// Shows the row as the server sent it, or leaves that.
pub fn toggle_raw(model: &mut Model) {
    if model.reads_raw() {
        return leave(model);
    }
    if model.is_reading() {
        let state = model.here_mut().state_mut();
        state.reading.facts_scroll = Some(state.detail_scroll);
        state.reading.reads = Reads::Raw;
    } else {
        open(model, Reads::Raw);
    }
    model.here_mut().state_mut().detail_scroll = 0;
    loading::load_raw(model);
}

fn open(model: &mut Model, reads: Reads) {
    let state = model.here_mut().state_mut();
    state.reading = Reading {
        from: state.pane,
        scroll_before: state.detail_scroll,
        reads,
        long_lines: state.reading.long_lines,
        ..Reading::default()
    };
    state.pane = Pane::Full;
    opened(model);
}

/// Remembers that the row under the cursor was opened.
pub fn opened(model: &mut Model) {
    let (tab, here) = (model.tab, model.here());
    let cursor = here.state().list.cursor().filter(|_| here.has_ids());
    let Some((id, name)) = cursor.and_then(|id| Some((id, here.name(id)?))) else {
        return;
    };
    let recent = &mut model.recent;
    recent.retain(|known| (known.tab, known.id) != (tab, id));
    recent.insert(0, Object { tab, id, name });
    recent.truncate(MOST_OBJECTS);
}

/// Back to where it was opened.
pub fn leave(model: &mut Model) {
    let state = model.here_mut().state_mut();
    if let Some(scroll) = state.reading.facts_scroll.take() {
        state.reading.reads = Reads::Facts;
        state.detail_scroll = scroll;
        return;
    }
    state.pane = state.reading.from;
    state.detail_scroll = state.reading.scroll_before;
}

/// Wraps long lines, or cuts them; the first line shown stays the first.
pub fn toggle_wrap(model: &mut Model) {
    let top = top_fact(model);
    let reading = &mut model.here_mut().state_mut().reading;
    reading.shift = 0;
    let text = match reading.long_lines {
        LongLines::Wrapped => {
            reading.long_lines = LongLines::Cut;
            "Long lines are cut"
        }
        LongLines::Cut => {
            reading.long_lines = LongLines::Wrapped;
            "Long lines are wrapped"
        }
    };
    model.toast(Severity::Info, text);
    let line = line_of_fact(model, top);
    scroll_to(model, line);
}

/// To the right, as far as the longest line goes.
pub fn right(model: &mut Model) {
    let measure = detail::measure(model);
    let facts = detail::facts(model);
    let all = facts.iter().flat_map(|fact| lines(fact, measure));
    let longest = all
        .map(|line| measure.charset.cells(line.as_str()))
        .max()
        .unwrap_or(0);
    let room = usize::from(detail::width(model).saturating_sub(LABEL));
    let reading = &mut model.here_mut().state_mut().reading;
    let furthest = longest.saturating_sub(room).max(reading.shift);
    reading.shift = (reading.shift + SIDEWAYS).min(furthest);
}

/// To the left; from the edge back to where the row was opened.
pub fn left(model: &mut Model) {
    let reading = &mut model.here_mut().state_mut().reading;
    if reading.shift == 0 {
        return leave(model);
    }
    reading.shift = reading.shift.saturating_sub(SIDEWAYS);
}

/// Copies the row as the server sent it, once it is here; the menu stays open until it is.
pub fn copy_raw(model: &mut Model, menu: Vec<Copyable>) {
    let here = model.here();
    let raw = here.state().list.cursor().and_then(|id| here.raw(id));
    match raw {
        Some(raw) if raw.is_whole() => {
            let text = raw.escaped();
            model.effects.push(Effect::Copy(text));
        }
        Some(raw) => {
            let text = format!(
                "Not copied: {} bytes were sent, and not all are kept",
                raw.sent()
            );
            model.toast(Severity::Warn, &text);
        }
        None => {
            model.overlay = Some(Overlay::Copy(menu));
            model.toast(Severity::Warn, "Not here yet: nothing was copied");
        }
    }
}

/// Asks what to look for.
pub fn open_search(model: &mut Model) {
    let state = model.here().state();
    let prompt = SearchPrompt {
        field: Field::plain(),
        before: state.reading.clone(),
        scroll_before: state.detail_scroll,
    };
    model.overlay = Some(Overlay::Search(Box::new(prompt)));
}

/// A key in the search prompt: the text follows each letter.
pub fn press_search(model: &mut Model, mut prompt: Box<SearchPrompt>, key: Key) {
    match model.keymap.action(&[Section::Prompt], key) {
        Some(Action::Submit) => {
            if prompt.field.is_empty() {
                model.here_mut().state_mut().reading.sought.clear();
            }
        }
        Some(Action::Abandon) => {
            let state = model.here_mut().state_mut();
            state.detail_scroll = prompt.scroll_before;
            state.reading = prompt.before;
        }
        Some(_) | None => {
            prompt.field.edit(key);
            follow(model, prompt);
        }
    }
}

/// Shows the first place from where the prompt was opened on.
pub fn follow(model: &mut Model, prompt: Box<SearchPrompt>) {
    let state = model.here_mut().state_mut();
    prompt.field.value().clone_into(&mut state.reading.sought);
    state.detail_scroll = prompt.scroll_before;
    let top = prompt.scroll_before;
    model.overlay = Some(Overlay::Search(prompt));
    let all = found(model);
    let below = all.iter().position(|found| line_of(found) >= top);
    look_at(model, &all, below.unwrap_or(0));
}

/// The next place, or the one before; from the last on to the first.
pub fn step(model: &mut Model, step: Move) {
    let all = found(model);
    if all.is_empty() {
        let sought = &model.here().state().reading.sought;
        let text = format!("`{sought}` is not found here");
        return model.toast(Severity::Warn, &text);
    }
    let state = model.here().state();
    let shown = state.detail_scroll..state.detail_scroll + detail::body_rows(model);
    let place = state.reading.place.min(all.len() - 1);
    let is_back = matches!(step, Move::Up(_) | Move::Top);
    let next = if shown.contains(&line_of(&all[place])) {
        let by = if is_back { all.len() - 1 } else { 1 };
        (place + by) % all.len()
    } else if is_back {
        let above = all.iter().rposition(|found| line_of(found) < shown.end);
        above.unwrap_or(all.len() - 1)
    } else {
        let below = all.iter().position(|found| line_of(found) >= shown.start);
        below.unwrap_or(0)
    };
    look_at(model, &all, next);
}

/// Where what is looked for is found in the row that is read.
pub fn found(model: &Model) -> Vec<Found> {
    let sought = &model.here().state().reading.sought;
    if !model.is_reading() || sought.is_empty() {
        return Vec::new();
    }
    find(&detail::facts(model), detail::measure(model), sought)
}

/// Brings a place into view, a third of the screen down where it was not.
fn look_at(model: &mut Model, all: &[Found], place: usize) {
    model.here_mut().state_mut().reading.place = place;
    let Some(piece) = all.get(place).and_then(|found| found.first()) else {
        return;
    };
    let rows = detail::body_rows(model);
    let scroll = model.here().state().detail_scroll;
    if !(scroll..scroll + rows).contains(&piece.line) {
        scroll_to(model, piece.line.saturating_sub(rows / 3));
    }
    show_sideways(model, piece);
}

fn show_sideways(model: &mut Model, piece: &Piece) {
    let measure = detail::measure(model);
    let facts = detail::facts(model);
    let line = facts
        .iter()
        .flat_map(|fact| lines(fact, measure))
        .nth(piece.line);
    let room = usize::from(detail::width(model).saturating_sub(LABEL));
    let reading = &mut model.here_mut().state_mut().reading;
    if reading.long_lines == LongLines::Wrapped || piece.part == Part::Label {
        return;
    }
    let cells = |to: usize| {
        let text = line.as_ref().and_then(|line| line.as_str().get(..to));
        text.map_or(0, |text| measure.charset.cells(text))
    };
    let (start, end) = (cells(piece.bytes.start), cells(piece.bytes.end));
    if start < reading.shift || end > reading.shift + room {
        reading.shift = start.saturating_sub(room / 2);
    }
}

fn scroll_to(model: &mut Model, line: usize) {
    model.here_mut().state_mut().detail_scroll = line;
    detail::scroll(model, Move::Down(0));
}

/// The fact that the first line shown belongs to.
fn top_fact(model: &Model) -> usize {
    let measure = detail::measure(model);
    let scroll = model.here().state().detail_scroll;
    let mut passed = 0;
    let facts = detail::facts(model);
    let ends = facts.iter().map(|fact| {
        passed += lines(fact, measure).len();
        passed
    });
    ends.take_while(|end| *end <= scroll).count()
}

fn line_of_fact(model: &Model, place: usize) -> usize {
    let measure = detail::measure(model);
    let facts = detail::facts(model);
    let before = facts.iter().take(place);
    before.map(|fact| lines(fact, measure).len()).sum()
}

fn line_of(found: &Found) -> usize {
    found.first().map_or(0, |piece| piece.line)
}

/// Where facts, in lines of a width, hold a text.
fn find(facts: &[Fact], measure: Measure, sought: &str) -> Vec<Found> {
    let mut all = Vec::new();
    let mut first = 0;
    for fact in facts {
        let label = match fact {
            Fact::Field { label, .. } => label,
            Fact::Heading(_) | Fact::Part(_) | Fact::Prose(_) => "",
        };
        all.extend(places(label, sought).into_iter().map(|bytes| {
            vec![Piece {
                line: first,
                part: Part::Label,
                bytes,
            }]
        }));
        let whole = match fact {
            Fact::Field { value, .. } => value.as_str(),
            Fact::Heading(heading) | Fact::Part(heading) => heading,
            Fact::Prose(body) => body.as_str(),
        };
        let texts = lines(fact, measure);
        let spans = spans(whole, texts.iter().map(Line::as_str));
        let pieces = places(whole, sought)
            .into_iter()
            .map(|bytes| pieces(&spans, first, &bytes));
        all.extend(pieces.filter(|found| !found.is_empty()));
        first += texts.len();
    }
    all
}

/// Which bytes of a text its lines are: between them stands what breaking them has taken out.
fn spans<'a>(whole: &str, lines: impl Iterator<Item = &'a str>) -> Vec<Range<usize>> {
    let mut end = 0;
    let spans = lines.map(|line| {
        let start = end + whole[end..].find(line).unwrap_or(0);
        end = (start + line.len()).min(whole.len());
        start..end
    });
    spans.collect()
}

/// The pieces of lines that bytes of the whole text are.
fn pieces(spans: &[Range<usize>], first: usize, bytes: &Range<usize>) -> Found {
    let pieces = spans.iter().enumerate().filter_map(|(place, span)| {
        let start = bytes.start.max(span.start);
        let end = bytes.end.min(span.end);
        (start < end).then(|| Piece {
            line: first + place,
            part: Part::Text,
            bytes: start - span.start..end - span.start,
        })
    });
    pieces.collect()
}

/// Where a text holds another, in bytes: in any case, unless a capital is looked for.
fn places(text: &str, sought: &str) -> Vec<Range<usize>> {
    if sought.is_empty() {
        return Vec::new();
    }
    if sought.chars().any(char::is_uppercase) {
        let all = text.match_indices(sought);
        return all.map(|(at, found)| at..at + found.len()).collect();
    }
    let wanted: Vec<char> = sought.chars().flat_map(char::to_lowercase).collect();
    let letters: Vec<(char, Range<usize>)> = text
        .char_indices()
        .flat_map(|(at, letter)| {
            let bytes = at..at + letter.len_utf8();
            letter
                .to_lowercase()
                .map(move |lower| (lower, bytes.clone()))
        })
        .collect();
    let mut places = Vec::new();
    let mut from = 0;
    while let Some(window) = letters.get(from..from + wanted.len()) {
        let is_found = window.iter().map(|(letter, _)| letter).eq(&wanted);
        if let (true, Some((_, start)), Some((_, end))) = (is_found, window.first(), window.last())
        {
            places.push(start.start..end.end);
            from += wanted.len();
        } else {
            from += 1;
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use quarterdeck_api::text::Body;

    use super::*;
    use crate::app::options::Charset;

    fn told(facts: &[Fact], width: u16, sought: &str) -> Vec<Vec<(usize, Range<usize>)>> {
        let measure = Measure::new(width, Charset::Unicode);
        let all = find(facts, measure, sought).into_iter();
        let pieces = |found: Found| found.into_iter().map(|piece| (piece.line, piece.bytes));
        all.map(|found| pieces(found).collect()).collect()
    }

    #[test]
    fn a_text_is_found_in_any_case_unless_a_capital_is_looked_for() {
        assert_eq!(places("Ana ana ANA", "ana"), [0..3, 4..7, 8..11]);
        assert_eq!(places("Ana ana Ana", "Ana"), [0..3, 8..11]);
        assert_eq!(places("aaaa", "aa"), [0..2, 2..4]);
        assert_eq!(places("İstanbul ÄRGER ärger", "ärger"), [10..16, 17..23]);
        assert!(places("short", "longer than it").is_empty());
        assert!(places("anything", "").is_empty());
    }

    #[test]
    fn what_is_broken_over_lines_is_found_as_one() {
        let prose = || Fact::Prose(Body::new("one two three\n\ntwo three"));
        let facts = [
            Fact::field("Reason", "spam"),
            Fact::Heading("Answers"),
            prose(),
        ];
        assert_eq!(told(&facts, 80, "reason"), [[(0, 0..6)]]);
        assert_eq!(told(&facts, 80, "answ"), [[(2, 0..4)]]);
        assert_eq!(told(&facts, 80, "two three"), [[(3, 4..13)], [(5, 0..9)]]);
        // one two / three / (nothing) / two / three
        assert_eq!(
            told(&[prose()], 8, "two three"),
            [[(0, 4..7), (1, 0..5)], [(3, 0..3), (4, 0..5)]]
        );
    }

    #[test]
    fn words_longer_than_a_line_are_found_across_its_end() {
        let facts = [Fact::Prose(Body::new("  abcdefghij"))];
        assert_eq!(told(&facts, 4, "def"), [[(1, 3..4), (2, 0..2)]]);
    }
}
