//! Text that is looked for, whatever the case.

use std::sync::Arc;

use regex::{Regex, RegexBuilder};

use super::words;

/// Shortest part of a text that an index finds, in characters.
pub const SHORTEST_PART: usize = 3;
/// Most memory that a compiled pattern takes, in bytes.
const REGEX_BYTES: usize = 256 * 1024;
/// Most memory that its search keeps, in bytes.
const REGEX_CACHE_BYTES: usize = 256 * 1024;
/// How deep a pattern may be nested.
const REGEX_DEPTH: u32 = 32;

/// Text that is looked for; what is held in it is in lower case.
#[derive(Clone, Debug)]
pub enum Pattern {
    /// A part of the text.
    Contains(String),
    /// All of it.
    Equals(String),
    /// Its beginning.
    Begins(String),
    /// All of it, with anything between these.
    Glob(Vec<String>),
    /// A part of it, by a regular expression.
    Regex(Arc<Regex>),
    /// Its letters, in this order, with anything between them.
    Fuzzy(String),
    /// Each of these words begins one of its own.
    Words(Vec<String>),
}

impl Pattern {
    /// Text between stars.
    pub(super) fn glob(text: &str) -> Self {
        let lower = text.to_lowercase();
        let prefix = lower.trim_end_matches('*');
        if prefix.contains('*') || prefix == lower {
            return Self::Glob(lower.split('*').map(str::to_owned).collect());
        }
        Self::Begins(prefix.to_owned())
    }

    /// A regular expression.
    ///
    /// # Errors
    /// What is wrong with it, in one line.
    pub(super) fn regex(text: &str) -> Result<Self, String> {
        RegexBuilder::new(text)
            .case_insensitive(true)
            .size_limit(REGEX_BYTES)
            .dfa_size_limit(REGEX_CACHE_BYTES)
            .nest_limit(REGEX_DEPTH)
            .build()
            .map(|regex| Self::Regex(Arc::new(regex)))
            .map_err(|error| {
                let text = error.to_string();
                let last = text.lines().last().unwrap_or_default();
                last.trim_start_matches("error: ").to_owned()
            })
    }

    /// The longest text that every match has somewhere, where an index of parts finds it: of
    /// [`SHORTEST_PART`] characters or more.
    pub fn part(&self) -> Option<&str> {
        let longest = match self {
            Self::Contains(text) | Self::Equals(text) | Self::Begins(text) => Some(text),
            Self::Glob(parts) => parts.iter().max_by_key(|part| part.chars().count()),
            Self::Regex(_) | Self::Fuzzy(_) | Self::Words(_) => None,
        };
        longest
            .map(String::as_str)
            .filter(|part| part.chars().nth(SHORTEST_PART - 1).is_some())
    }

    /// Whether a text is what is looked for.
    pub fn matches(&self, text: &str) -> bool {
        match self {
            Self::Regex(regex) => regex.is_match(text),
            Self::Contains(_)
            | Self::Equals(_)
            | Self::Begins(_)
            | Self::Glob(_)
            | Self::Fuzzy(_)
            | Self::Words(_) => self.matches_lower(&text.to_lowercase()),
        }
    }

    /// The same of a text that is in lower case already.
    pub fn matches_lower(&self, text: &str) -> bool {
        match self {
            Self::Contains(part) => text.contains(part.as_str()),
            Self::Equals(all) => text == all,
            Self::Begins(prefix) => text.starts_with(prefix.as_str()),
            Self::Glob(parts) => is_globbed(text, parts),
            Self::Regex(regex) => regex.is_match(text),
            Self::Fuzzy(letters) => {
                let mut rest = text.chars();
                letters.chars().all(|letter| rest.any(|c| c == letter))
            }
            Self::Words(wanted) => words::are_in(wanted, [text]),
        }
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Contains(own), Self::Contains(theirs))
            | (Self::Equals(own), Self::Equals(theirs))
            | (Self::Begins(own), Self::Begins(theirs))
            | (Self::Fuzzy(own), Self::Fuzzy(theirs)) => own == theirs,
            (Self::Glob(own), Self::Glob(theirs)) | (Self::Words(own), Self::Words(theirs)) => {
                own == theirs
            }
            (Self::Regex(own), Self::Regex(theirs)) => own.as_str() == theirs.as_str(),
            (
                Self::Contains(_)
                | Self::Equals(_)
                | Self::Begins(_)
                | Self::Fuzzy(_)
                | Self::Words(_)
                | Self::Glob(_)
                | Self::Regex(_),
                _,
            ) => false,
        }
    }
}

impl Eq for Pattern {}

/// Whether a text is these parts, with anything between them: each as early as it can stand, but the last
/// at the end.
fn is_globbed(text: &str, parts: &[String]) -> bool {
    let [first, middle @ .., last] = parts else {
        return parts.first().is_some_and(|all| all == text);
    };
    let Some(mut rest) = text.strip_prefix(first.as_str()) else {
        return false;
    };
    for part in middle {
        let Some(at) = rest.find(part.as_str()) else {
            return false;
        };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last.as_str())
}
