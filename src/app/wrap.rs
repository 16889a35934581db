//! Breaking text into lines. How many lines a text takes decides where things stand, so `app` needs it
//! as well as `view`.

use quarterdeck_api::text::Line;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Breaks a text into lines of a width, between words where it can.
pub fn wrap(text: &str, width: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        wrap_paragraph(paragraph, width.max(1), &mut lines);
    }
    lines
}

fn wrap_paragraph(text: &str, width: usize, lines: &mut Vec<Line>) {
    let mut line = String::new();
    for word in text.split_inclusive(' ') {
        if line.width() + word.trim_end().width() <= width {
            line.push_str(word);
            continue;
        }
        if !line.is_empty() {
            lines.push(Line::new(line.trim_end()));
            line.clear();
        }
        for grapheme in word.graphemes(true) {
            if line.width() + grapheme.width() > width && !line.is_empty() && grapheme != " " {
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

    fn wrapped(text: &str, width: usize) -> Vec<String> {
        wrap(text, width).iter().map(ToString::to_string).collect()
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
