//! The reason of a decision, as details tell it.

use quarterdeck_api::text::Line;

/// `Bought followers (fraud)`: the words, and the code where there is one.
pub fn with_code(words: &Line, code: Option<&Line>) -> String {
    match code {
        Some(code) => format!("{words} ({code})"),
        None => words.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_stands_behind_its_words() {
        let words = Line::new("Bought followers");
        assert_eq!(with_code(&words, None), "Bought followers");
        let code = Line::new("fraud");
        assert_eq!(with_code(&words, Some(&code)), "Bought followers (fraud)");
    }
}
