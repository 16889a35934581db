//! Text on its way to the screen. It is either a sanitized line from outside or words of our own, by
//! type, so that drawing code cannot be handed anything else.

use quarterdeck_api::text::Line;

/// Text that may be drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown<'a> {
    /// Sanitized text that something else owns.
    Line(&'a Line),
    /// A word of ours.
    Word(&'static str),
    /// Sanitized text that was put together for this purpose.
    Made(Line),
}

impl Shown<'_> {
    /// Puts text together; whatever it holds is sanitized.
    pub fn made(text: &str) -> Self {
        Self::Made(Line::new(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Line(line) => line.as_str(),
            Self::Word(word) => word,
            Self::Made(line) => line.as_str(),
        }
    }
}

impl<'a> From<&'a Line> for Shown<'a> {
    fn from(line: &'a Line) -> Self {
        Self::Line(line)
    }
}

impl From<Line> for Shown<'_> {
    fn from(line: Line) -> Self {
        Self::Made(line)
    }
}

impl From<&'static str> for Shown<'_> {
    fn from(word: &'static str) -> Self {
        Self::Word(word)
    }
}

/// What a piece of text means, which the theme turns into a style. A word always says the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Plain.
    #[default]
    Text,
    /// Of less weight.
    Dim,
    /// Of more weight.
    Strong,
    /// Names of keys, the active tab.
    Accent,
    /// Good.
    Ok,
    /// Needs a look.
    Warn,
    /// Bad.
    Bad,
    /// Neutral news.
    Info,
    /// Under way.
    Pending,
}
