//! Breaking text into lines. How many lines a text takes decides where things stand, so `app` needs it
//! as well as `view`.

use quarterdeck_api::text::Line;
use unicode_segmentation::UnicodeSegmentation;

use super::preferences::Charset;

/// How long a line may be, in cells.
#[derive(Clone, Copy, Debug)]
pub struct Measure {
    /// The cells of a line.
    pub width: u16,
    /// What takes how many of them.
    pub charset: Charset,
}

impl Measure {
    /// Lines of so many cells.
    pub const fn new(width: u16, charset: Charset) -> Self {
        Self { width, charset }
    }

    /// Lines shorter by so many cells.
    #[must_use]
    pub const fn less(self, cells: u16) -> Self {
        Self::new(self.width.saturating_sub(cells), self.charset)
    }
}

/// Breaks a text into lines of a width, between words where it can.
pub fn wrap(text: &str, measure: Measure) -> Vec<Line> {
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        wrap_paragraph(paragraph, measure, &mut lines);
    }
    lines
}

fn wrap_paragraph(text: &str, measure: Measure, lines: &mut Vec<Line>) {
    let charset = measure.charset;
    let width = usize::from(measure.width).max(1);
    let mut line = String::new();
    for word in text.split_inclusive(' ') {
        if charset.cells(&line) + charset.cells(word.trim_end()) <= width {
            line.push_str(word);
            continue;
        }
        if !line.is_empty() {
            lines.push(Line::new(line.trim_end()));
            line.clear();
        }
        for grapheme in word.graphemes(true) {
            let taken = charset.cells(&line) + charset.cells(grapheme);
            if taken > width && !line.is_empty() && grapheme != " " {
                lines.push(Line::new(&std::mem::take(&mut line)));
            }
            line.push_str(grapheme);
        }
    }
    lines.push(Line::new(line.trim_end()));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrapped(text: &str, width: u16) -> Vec<String> {
        let lines = wrap(text, Measure::new(width, Charset::Unicode));
        lines.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn prose_is_wrapped_between_words_and_long_words_are_broken() {
        assert_eq!(wrapped("one two three", 8), ["one two", "three"]);
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("a\n\nb", 8), ["a", "", "b"]);
        assert_eq!(wrapped("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrapped("a abcdefgh z", 4), ["a", "abcd", "efgh", "z"]);
        assert_eq!(wrapped("漢字漢字", 4), ["漢字", "漢字"]);
        assert_eq!(wrapped("  indented", 12), ["  indented"]);
        assert_eq!(wrapped("", 4), [""]);
    }
}
