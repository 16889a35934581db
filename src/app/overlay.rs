//! What can lie over the screen and takes the keys while it does: a question, a prompt, a menu.

use quarterdeck_api::filter::FilterError;
use quarterdeck_api::text::Line;

use super::columns::ColumnPicker;
use super::confirm::Confirm;
use super::copies::Copyable;
use super::field::Field;
use super::finding::Examination;
use super::input::Key;
use super::journal::Journal;
use super::keymap::{Action, Keymap, Section};
use super::list::RowId;
use super::recent::History;
use super::room_state::Reading;
use super::tab::Tab;
use crate::screens::screen::Fact;

/// What lies over the screen.
#[derive(Clone, Debug)]
pub enum Overlay {
    /// The question before a write.
    Confirm(Box<Confirm>),
    /// The filter prompt.
    Filter(FilterPrompt),
    /// The command palette.
    Palette(Prompt),
    /// The keys that work here.
    Menu(Prompt),
    /// What can be copied of the row.
    Copy(Vec<Copyable>),
    /// The letters of the columns.
    Sort,
    /// What was said so far.
    Messages {
        /// Lines scrolled.
        scroll: usize,
    },
    /// What the operator did.
    Journal(Journal),
    /// What stands between the operator and their work.
    Doctor(Examination),
    /// Facts to be read.
    Report {
        /// What they are about.
        title: &'static str,
        /// The facts.
        facts: Vec<Fact>,
        /// Lines scrolled.
        scroll: usize,
    },
    /// Whether to leave although something would be lost.
    Leave {
        /// What would be lost.
        why: Line,
    },
    /// What to look for in the detail.
    Search(Box<SearchPrompt>),
    /// Which columns are shown.
    Columns(Box<ColumnPicker>),
}

impl Overlay {
    /// What a key means to it.
    pub fn action(&self, key: Key, keymap: &Keymap) -> Option<Action> {
        match self {
            Self::Confirm(confirm) => confirm.action(key, keymap),
            Self::Filter(_) | Self::Palette(_) | Self::Menu(_) | Self::Search(_) => {
                keymap.action(&[Section::Prompt], key)
            }
            Self::Copy(_)
            | Self::Sort
            | Self::Messages { .. }
            | Self::Journal(_)
            | Self::Doctor(_)
            | Self::Report { .. }
            | Self::Leave { .. } => keymap.action(&[Section::Dialog], key),
            Self::Columns(_) => keymap.action(&[Section::Dialog, Section::Prompt], key),
        }
    }

    /// Whether keys are typed into it as text.
    pub const fn takes_text(&self) -> bool {
        match self {
            Self::Confirm(confirm) => confirm.takes_text(),
            Self::Filter(_) | Self::Palette(_) | Self::Menu(_) | Self::Search(_) => true,
            Self::Copy(_)
            | Self::Sort
            | Self::Messages { .. }
            | Self::Journal(_)
            | Self::Doctor(_)
            | Self::Report { .. }
            | Self::Leave { .. }
            | Self::Columns(_) => false,
        }
    }

    /// The field that takes pasted text.
    pub fn field_mut(&mut self) -> Option<&mut Field> {
        match self {
            Self::Confirm(confirm) => confirm.field_mut(),
            Self::Filter(prompt) => Some(&mut prompt.field),
            Self::Search(prompt) => Some(&mut prompt.field),
            Self::Palette(prompt) | Self::Menu(prompt) => Some(&mut prompt.field),
            Self::Copy(_)
            | Self::Sort
            | Self::Messages { .. }
            | Self::Journal(_)
            | Self::Doctor(_)
            | Self::Report { .. }
            | Self::Leave { .. }
            | Self::Columns(_) => None,
        }
    }
}

/// What is behind a toast.
#[derive(Clone, Debug)]
pub struct Explained {
    /// What the toast says.
    pub toast: Line,
    /// What is behind it.
    pub what: What,
}

/// What is behind a toast.
#[derive(Clone, Debug)]
pub enum What {
    /// Why rows did not change, each.
    Causes(Vec<String>),
    /// Somebody else was first.
    Conflict {
        /// Whose rows.
        tab: Tab,
        /// Which row.
        id: RowId,
        /// What was wanted.
        mine: String,
        /// What was done.
        theirs: String,
        /// The row as it was when the key was pressed.
        before: Vec<Fact>,
    },
}

/// The filter prompt.
#[derive(Clone, Debug)]
pub struct FilterPrompt {
    /// What is being typed.
    pub field: Field,
    /// What is wrong with it.
    pub error: Option<FilterError>,
}

/// The prompt of a search in the detail.
#[derive(Clone, Debug)]
pub struct SearchPrompt {
    /// What is being typed.
    pub field: Field,
    /// How the detail was read before.
    pub before: Reading,
    /// How far it was scrolled.
    pub scroll_before: usize,
}

/// A field with entries to choose from.
#[derive(Clone, Debug)]
pub struct Prompt {
    /// What is being typed.
    pub field: Field,
    /// Which entry is chosen.
    pub selected: usize,
    /// What was wrong with the last try.
    pub error: Option<Line>,
    /// The command that was called back from the history.
    pub recalled: Option<Recalled>,
}

/// A command of the history, in the field of the palette.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recalled {
    /// How many steps back it is.
    pub steps: usize,
    /// What was being typed before.
    pub typed: String,
}

impl Prompt {
    /// An empty prompt.
    pub fn new() -> Self {
        Self {
            field: Field::plain(),
            selected: 0,
            error: None,
            recalled: None,
        }
    }

    /// The command before the one that is shown, if there is one.
    pub fn recall_older(&mut self, history: &History) {
        let (steps, typed) = match &self.recalled {
            None => (0, self.field.value().to_owned()),
            Some(recalled) => (recalled.steps + 1, recalled.typed.clone()),
        };
        if let Some(command) = history.back(steps) {
            self.show(command);
            self.recalled = Some(Recalled { steps, typed });
        }
    }

    /// The command after it; after the last one what was being typed.
    pub fn recall_newer(&mut self, history: &History) {
        let Some(Recalled { steps, typed }) = self.recalled.take() else {
            return;
        };
        let newer = steps.checked_sub(1);
        match newer.and_then(|steps| Some((steps, history.back(steps)?))) {
            Some((steps, command)) => {
                self.show(command);
                self.recalled = Some(Recalled { steps, typed });
            }
            None => self.show(&typed),
        }
    }

    fn show(&mut self, text: &str) {
        self.field = self.field.clone().holding(text);
        self.selected = 0;
    }

    /// The next entry of so many.
    pub fn next(&mut self, count: usize) {
        self.selected = (self.selected + 1).min(count.saturating_sub(1));
    }

    /// The entry before.
    pub const fn previous(&mut self) {
        self.selected = self.selected.saturating_sub(1);
    }
}

impl Default for Prompt {
    fn default() -> Self {
        Self::new()
    }
}
