//! The way back: what was shown before each jump, the last one on top.
//!
//! A jump shows another tab, or the same one, by a filter of its own. Going back puts both tabs as they
//! were: the one it came from and the one whose filter it replaced.

use super::list::Place;
use super::room_state::Pane;
use super::tab::Tab;

/// Jumps that are remembered; the oldest are forgotten.
const MOST_STEPS: usize = 50;

/// What a tab shows, and where in it the operator is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// The operator's filter.
    pub filter: String,
    /// Where the cursor and the viewport stand.
    pub place: Place,
    /// Which pane has the focus.
    pub pane: Pane,
    /// How many rows are loaded.
    pub loaded: usize,
}

/// A jump.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The tab that it left, as it was.
    pub from: (Tab, View),
    /// The tab that it led to, as it was before.
    pub to: (Tab, View),
    /// The filter that it showed there.
    pub filter: String,
}

/// The jumps that can be gone back from.
#[derive(Clone, Debug, Default)]
pub struct Views {
    steps: Vec<Step>,
}

impl Views {
    /// Remembers a jump.
    pub fn push(&mut self, step: Step) {
        if self.steps.len() == MOST_STEPS {
            self.steps.remove(0);
        }
        self.steps.push(step);
    }

    /// The jump that led to a tab, if it is the last one.
    pub fn led_to(&self, tab: Tab) -> Option<&Step> {
        self.steps.last().filter(|step| step.to.0 == tab)
    }

    /// The same, to be gone back from.
    pub fn back_from(&mut self, tab: Tab) -> Option<Step> {
        self.steps.pop_if(|step| step.to.0 == tab)
    }

    /// Forgets them all.
    pub fn clear(&mut self) {
        self.steps.clear();
    }
}
