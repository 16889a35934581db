//! What is found out about the things between an operator and their work.

use chrono::{DateTime, Utc};
use quarterdeck_api::text::Line;

/// What a finding is about; findings are shown in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// The server and the session.
    Server,
    /// What shows the console.
    Terminal,
    /// What drawing cost.
    Drawing,
    /// What the console holds and waits for.
    Holding,
    /// Where files are.
    Files,
}

impl About {
    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Server => "Server",
            Self::Terminal => "Terminal",
            Self::Drawing => "Drawing",
            Self::Holding => "Holding",
            Self::Files => "Files",
        }
    }
}

/// What was found out about one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is about.
    pub about: About,
    /// Which thing.
    pub name: &'static str,
    /// How it is.
    pub value: Line,
    /// What to do, where something is amiss.
    pub advice: Option<Line>,
}

impl Finding {
    /// A thing as it is.
    pub fn new(about: About, name: &'static str, value: &str) -> Self {
        Self {
            about,
            name,
            value: Line::new(value),
            advice: None,
        }
    }

    /// The same, with what to do about it.
    #[must_use]
    pub fn advising(self, advice: &str) -> Self {
        Self {
            advice: Some(Line::new(advice)),
            ..self
        }
    }

    /// The same, with what to do about it where it is so.
    #[must_use]
    pub fn advising_if(self, amiss: bool, advice: &str) -> Self {
        if amiss { self.advising(advice) } else { self }
    }
}

/// What is found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All that there is: `:doctor`.
    All,
    /// What the console costs: `:debug`.
    Figures,
}

impl Scope {
    /// What it is called.
    pub const fn title(self) -> &'static str {
        match self {
            Self::All => "Doctor",
            Self::Figures => "Debug",
        }
    }
}

/// What was found out of late.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Examination {
    /// How much of it.
    pub scope: Scope,
    /// Around the console.
    pub(super) around: Vec<Finding>,
    /// When the server was asked.
    pub(super) asked_at: DateTime<Utc>,
    /// What it answered.
    pub(super) server: Vec<Finding>,
    /// What it says of its health.
    pub(super) health: Vec<Finding>,
    /// Lines scrolled.
    pub scroll: usize,
}
