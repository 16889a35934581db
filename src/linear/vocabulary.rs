//! The words of this mode that are not the palette's.

use crate::app::keymap::Action;

/// What a word of this mode does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Does {
    /// What a key does.
    Press(Action),
    /// Rows from this one on.
    List,
    /// The rows after those.
    More,
    /// The rows before.
    Less,
    /// Says the lines of the row in full that hold a text.
    Find,
    /// Filters the rows.
    Filter,
    /// Says where one is.
    Where,
    /// Says what can be done.
    Help,
}

/// The words that are not the palette's.
pub(super) const WORDS: &[(&str, Does, &str)] = &[
    (
        "next",
        Does::Press(Action::Down),
        "The next row; so does a bare Enter where nothing is left to read",
    ),
    ("previous", Does::Press(Action::Up), "The row before"),
    ("first", Does::Press(Action::Top), "The first row"),
    ("last", Does::Press(Action::Bottom), "The last loaded row"),
    ("list", Does::List, "Ten rows from this one on"),
    ("more", Does::More, "The ten rows after those"),
    ("less", Does::Less, "The ten rows before"),
    (
        "open",
        Does::Press(Action::Open),
        "The row in full; Enter reads on",
    ),
    (
        "find",
        Does::Find,
        "The lines of the row in full that hold the text behind it, in any case unless with a capital",
    ),
    (
        "back",
        Does::Press(Action::LastView),
        "The view before this one",
    ),
    (
        "mark",
        Does::Press(Action::Mark),
        "Mark the row, or no more, and go to the next",
    ),
    (
        "filter",
        Does::Filter,
        "Filter the rows by what follows, as /TEXT does; / alone clears",
    ),
    (
        "undo",
        Does::Press(Action::TakeBack),
        "Take back the last action",
    ),
    (
        "where",
        Does::Where,
        "Where you are, as whom, and how old the rows are",
    ),
    (
        "help",
        Does::Help,
        "What can be done now, and why the rest cannot",
    ),
];
