//! The one sanitizer. Called by [`Line`](super::Line) and [`Body`](super::Body) only.
//!
//! Three stages, each pulling from the one before, so that nothing is read past a cap: [`Visible`]
//! takes the teeth out of single characters, normalization composes them, [`Graphemes`] holds what
//! is drawn in one cell to its limits.
//!
//! Sanitizing twice changes nothing more, because no stage acts on what it leaves behind: the first
//! emits only what it would keep, and the last forgets what it drops, so that a second pass goes
//! through the same states. The tests hold it to that.

use std::collections::VecDeque;
use std::iter::Peekable;
use std::str::Chars;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{canonical_combining_class, is_combining_mark};
use unicode_segmentation::GraphemeCursor;
use unicode_width::UnicodeWidthChar;

use super::RTL_TAG;

const LINE_GRAPHEMES: usize = 512;
const BODY_BYTES: usize = 64 * 1024;
const MARKS_PER_GRAPHEME: usize = 4;
/// The ellipsis may join a grapheme that is full, which makes 16.
const CHARS_PER_GRAPHEME: usize = 15;
/// The limit of Unicode's Stream-Safe Text Format: normalization sorts such a run as a whole, and a
/// megabyte of accents must not be buffered.
const NONSTARTERS_IN_A_ROW: usize = 30;
const TAB_IN_BODY: usize = 4;
const ELLIPSIS: char = '…';
const REPLACEMENT: char = char::REPLACEMENT_CHARACTER;

pub(super) fn line(text: &str) -> String {
    if text.len() <= LINE_GRAPHEMES && text.bytes().all(is_printable_ascii) {
        return text.to_owned();
    }
    let mut kept = Graphemes::default();
    for c in Visible::new(text, Layout::Line).nfc() {
        kept.push(c);
        if kept.count > LINE_GRAPHEMES {
            kept.cut_at(kept.previous_start);
            break;
        }
    }
    kept.text
}

pub(super) fn body(text: &str) -> String {
    if text.len() <= BODY_BYTES && text.bytes().all(|b| b == b'\n' || is_printable_ascii(b)) {
        return text.to_owned();
    }
    let mut kept = Graphemes::default();
    if text.contains(is_bidi_control) {
        RTL_TAG.chars().for_each(|c| kept.push(c));
    }
    for c in Visible::new(text, Layout::Body).nfc() {
        kept.push(c);
        if kept.text.len() > BODY_BYTES {
            kept.cut_at(BODY_BYTES - ELLIPSIS.len_utf8());
            break;
        }
    }
    kept.text
}

const fn is_printable_ascii(byte: u8) -> bool {
    matches!(byte, b' '..=b'~')
}

#[derive(Clone, Copy)]
enum Layout {
    Line,
    Body,
}

/// The text without what a terminal obeys or draws as nothing.
struct Visible<'a> {
    source: Peekable<Chars<'a>>,
    layout: Layout,
    /// What the last character became and was not yet pulled.
    ready: VecDeque<char>,
    nonstarters: usize,
}

impl<'a> Visible<'a> {
    fn new(text: &'a str, layout: Layout) -> Self {
        Self {
            source: text.chars().peekable(),
            layout,
            ready: VecDeque::new(),
            nonstarters: 0,
        }
    }

    fn show_in_line(&mut self, c: char) {
        match c {
            '\t' => self.show(' '),
            _ if is_control(c) => self.show(REPLACEMENT),
            _ if is_hidden(c) => format!("<{:04X}>", u32::from(c))
                .chars()
                .for_each(|c| self.show(c)),
            _ => self.show(c),
        }
    }

    fn show_in_body(&mut self, c: char) {
        match c {
            '\n' => self.show('\n'),
            '\r' if self.source.peek() == Some(&'\n') => {}
            '\t' => (0..TAB_IN_BODY).for_each(|_| self.show(' ')),
            _ if is_control(c) => self.show(REPLACEMENT),
            _ if is_hidden(c) => {}
            _ => self.show(c),
        }
    }

    fn show(&mut self, c: char) {
        self.nonstarters = match canonical_combining_class(c) {
            0 => 0,
            _ => self.nonstarters + 1,
        };
        if self.nonstarters <= NONSTARTERS_IN_A_ROW {
            self.ready.push_back(c);
        }
    }
}

impl Iterator for Visible<'_> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        while self.ready.is_empty() {
            let c = self.source.next()?;
            match self.layout {
                Layout::Line => self.show_in_line(c),
                Layout::Body => self.show_in_body(c),
            }
        }
        self.ready.pop_front()
    }
}

/// Text of which every grapheme is within its limits and has a cell of its own.
#[derive(Default)]
struct Graphemes {
    text: String,
    count: usize,
    previous_start: usize,
    start: usize,
    /// In the last grapheme.
    chars: usize,
    /// In the last grapheme.
    marks: usize,
}

impl Graphemes {
    fn push(&mut self, c: char) {
        let end = self.text.len();
        self.text.push(c);
        if !self.is_joined_at(end) {
            self.begin(c, end);
        } else if self.has_room_for(c) {
            self.chars += 1;
            self.marks += usize::from(is_combining_mark(c));
        } else {
            self.text.truncate(end);
        }
    }

    /// Whether the character that now starts at `end` belongs to the last grapheme.
    fn is_joined_at(&self, end: usize) -> bool {
        let last = &self.text[self.start..];
        let offset = end - self.start;
        offset > 0
            && GraphemeCursor::new(offset, last.len(), true).is_boundary(last, 0) == Ok(false)
    }

    fn has_room_for(&self, c: char) -> bool {
        let has_mark_to_spare = self.marks < MARKS_PER_GRAPHEME || !is_combining_mark(c);
        has_mark_to_spare && (self.chars < CHARS_PER_GRAPHEME || c == ELLIPSIS)
    }

    fn begin(&mut self, c: char, end: usize) {
        self.previous_start = self.start;
        self.start = end;
        self.count += 1;
        self.chars = 1;
        self.marks = usize::from(is_combining_mark(c));
        // Without a base it would be drawn into the cell before it.
        if c.width() == Some(0) {
            self.text.truncate(end);
            self.text.push(REPLACEMENT);
            self.marks = 0;
        }
    }

    fn cut_at(&mut self, end: usize) {
        self.text.truncate(self.text.floor_char_boundary(end));
        self.text.push(ELLIPSIS);
    }
}

/// Whether a terminal obeys a character, or draws it as nothing, instead of showing it.
pub(crate) fn is_unseen(c: char) -> bool {
    is_control(c) || is_bidi_control(c) || is_hidden(c)
}

/// What a terminal obeys, line breaks of Unicode included.
fn is_control(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// Embeddings, overrides and isolates.
fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// What a terminal may draw as nothing: all of general category Cf and `Default_Ignorable_Code_Point`
/// (Unicode 17), private use and noncharacters.
///
/// Written out because no dependency tells; a test compares it with `unicode-width`.
fn is_hidden(c: char) -> bool {
    let is_last_of_plane = u32::from(c) & 0xFFFE == 0xFFFE;
    is_last_of_plane
        || matches!(c,
            '\u{00AD}'                      // soft hyphen
            | '\u{034F}'                    // combining grapheme joiner
            | '\u{0600}'..='\u{0605}'       // Arabic number signs
            | '\u{061C}'                    // Arabic letter mark
            | '\u{06DD}' | '\u{070F}' | '\u{0890}'..='\u{0891}' | '\u{08E2}'
            | '\u{115F}'..='\u{1160}'       // Hangul fillers
            | '\u{17B4}'..='\u{17B5}'       // Khmer inherent vowels
            | '\u{180B}'..='\u{180F}'       // Mongolian selectors
            | '\u{200B}'..='\u{200F}'       // zero-width, joiners, direction marks
            | '\u{202A}'..='\u{202E}'       // bidi embeddings and overrides
            | '\u{2060}'..='\u{206F}'       // invisible operators, bidi isolates
            | '\u{3164}'                    // Hangul filler
            | '\u{E000}'..='\u{F8FF}'       // private use
            | '\u{FDD0}'..='\u{FDEF}'       // noncharacters
            | '\u{FE00}'..='\u{FE0F}'       // variation selectors
            | '\u{FEFF}'                    // byte order mark
            | '\u{FFA0}'                    // halfwidth Hangul filler
            | '\u{FFF0}'..='\u{FFFB}'       // reserved, interlinear annotation
            | '\u{110BD}' | '\u{110CD}'     // Kaithi number signs
            | '\u{13430}'..='\u{1343F}'     // Egyptian hieroglyph joiners
            | '\u{1BCA0}'..='\u{1BCA3}'     // shorthand format controls
            | '\u{1D173}'..='\u{1D17A}'     // musical format controls
            | '\u{E0000}'..='\u{E0FFF}'     // tags, variation selectors
            | '\u{F0000}'..                 // private use planes
        )
}
