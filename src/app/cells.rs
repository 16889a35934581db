//! How many cells of the terminal a text takes.

use icu_properties::CodePointMapData;
use icu_properties::props::EastAsianWidth;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::options::Charset;

impl Charset {
    /// Cells that a text takes; what is plain is not asked for each of its characters.
    pub fn cells(self, text: &str) -> usize {
        if is_plain(text) {
            return text.len();
        }
        match self {
            Self::Unicode | Self::Ascii => text.width(),
            Self::WideAmbiguous => text.graphemes(true).map(wide_cells).sum(),
        }
    }
}

/// Whether each of its characters is a byte and a cell, as nearly all are that a console shows.
pub fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

/// Cells of a grapheme where what is ambiguous takes two. Letters are among it, other than in
/// `width_cjk`: terminals that draw `§` in two cells draw `Ж` in two as well.
fn wide_cells(grapheme: &str) -> usize {
    match grapheme.width() {
        1 if grapheme.chars().next().is_some_and(is_ambiguous) => 2,
        cells => cells,
    }
}

/// Whether the width of a character depends on the reader (UAX #11, class A).
pub fn is_ambiguous(character: char) -> bool {
    CodePointMapData::<EastAsianWidth>::new().get(character) == EastAsianWidth::Ambiguous
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_ambiguous_takes_two_cells_where_that_is_said() {
        for (text, narrow, wide) in [
            ("plain", 5, 5),
            ("Жé§…│", 5, 10),
            ("漢字", 4, 4),
            ("ε\u{301}", 1, 2),
            ("e\u{301}", 1, 1),
            ("👍🏽", 2, 2),
        ] {
            assert_eq!(Charset::Unicode.cells(text), narrow, "{text}");
            assert_eq!(Charset::Ascii.cells(text), narrow, "{text}");
            assert_eq!(Charset::WideAmbiguous.cells(text), wide, "{text}");
        }
    }
}
