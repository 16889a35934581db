//! Finding a name by some of its letters, in the order that hands know from fzf: letters that stand together or
//! begin words count more than letters far apart.

use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

/// What is looked for. Words may be found in any order, and all of them have to be.
pub struct Fuzzy {
    matcher: Matcher,
    pattern: Pattern,
    letters: Vec<char>,
}

impl Fuzzy {
    /// Looks for these letters, in any case.
    pub fn new(sought: &str) -> Self {
        Self {
            matcher: Matcher::new(Config::DEFAULT),
            pattern: Pattern::new(
                sought,
                CaseMatching::Ignore,
                Normalization::Smart,
                AtomKind::Fuzzy,
            ),
            letters: Vec::new(),
        }
    }

    /// How well a name fits, more is better; none where it does not.
    pub fn score(&mut self, name: &str) -> Option<u32> {
        let name = Utf32Str::new(name, &mut self.letters);
        self.pattern.score(name, &mut self.matcher)
    }
}
