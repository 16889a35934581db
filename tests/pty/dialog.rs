//! A dialog as an operator meets it: opened by keys, read, left once without any effect, then completed,
//! and each time held against what the server says.

use std::fmt::Debug;

use quarterdeck_api::applications::ApplicationView;
use quarterdeck_api::data_requests::DataRequestRow;
use quarterdeck_api::reports::ReportRow;
use quarterdeck_api::users::UserView;

use crate::console::{Console, ENTER, ESC};
use crate::picture::text;

/// A dialog about rows of which the server says `T`.
pub struct Dialog<'a, T> {
    /// How its first line begins, but for what it is about: `Suspend`.
    pub verb: &'a str,
    /// The keys that lead to its last question, each with words that are on the screen then.
    pub steps: &'a [(&'a str, &'a [&'a str])],
    /// What completes it.
    pub answer: &'a [Answer<'a>],
    /// What is said then.
    pub said: &'a str,
    /// How many changes that makes.
    pub changes: i64,
    /// Whether the server holds what it should then.
    pub holds: fn(&T) -> bool,
}

/// A part of what completes a dialog.
pub enum Answer<'a> {
    /// A key.
    Key(&'a str),
    /// Text typed into the field that has the focus.
    Typed(&'a str),
    /// A reason or note in words of one's own.
    Own(&'a str),
    /// What the dialog wants typed.
    Phrase,
}

impl<T: Versioned + PartialEq + Debug> Dialog<'_, T> {
    /// Opens it on what is marked or under the cursor (`#12`, `3 users`), leaves it, and completes it.
    pub fn run(&self, console: &mut Console, about: &str, read: impl Fn() -> T) {
        let title = format!("{} {about}", self.verb);
        let before = read();
        self.open(console, &title);
        console.keys(ESC).wait_gone(&title);
        assert_eq!(read(), before, "{title}, left by Esc");

        self.open(console, &title);
        for answer in self.answer {
            answer.give(console);
        }
        console.wait_for(self.said).wait_gone(&title);
        let after = read();
        assert!((self.holds)(&after), "{title}: {after:#?}");
        let changes = after.version() - before.version();
        assert_eq!(changes, self.changes, "{title}: {after:#?}");
    }

    fn open(&self, console: &mut Console, title: &str) {
        for (keys, words) in self.steps {
            console.keys(keys);
            for word in *words {
                console.wait_for(word);
            }
        }
        console.wait_for(title);
    }
}

impl Answer<'_> {
    fn give(&self, console: &mut Console) {
        match self {
            Self::Key(key) => console.keys(key),
            Self::Typed(text) => console.type_text(text).keys(ENTER),
            Self::Own(text) => {
                console.keys("e").wait_until(&"a field", |screen| {
                    let shown = self::text(screen);
                    shown.contains("Reason: ") || shown.contains("Note: ")
                });
                console.type_text(text).keys(ENTER)
            }
            Self::Phrase => {
                let phrase = phrase(console);
                console.type_text(&phrase).keys(ENTER)
            }
        };
    }
}

/// What a dialog wants typed.
pub fn phrase(console: &Console) -> String {
    console.find(&"what is to be typed", |screen| {
        let all = text(screen);
        let (_, asked) = all.split_once("Type ")?;
        let (phrase, _) = asked.split_once(':')?;
        Some(phrase.to_owned())
    })
}

/// What grows by one with every change.
pub trait Versioned {
    fn version(&self) -> i64;
}

impl Versioned for UserView {
    fn version(&self) -> i64 {
        self.row.version
    }
}

impl Versioned for ReportRow {
    fn version(&self) -> i64 {
        self.version
    }
}

impl Versioned for DataRequestRow {
    fn version(&self) -> i64 {
        self.version
    }
}

impl Versioned for ApplicationView {
    fn version(&self) -> i64 {
        self.row.version
    }
}

impl<A: Versioned, B: Versioned> Versioned for (A, B) {
    fn version(&self) -> i64 {
        self.0.version() + self.1.version()
    }
}

impl<T: Versioned> Versioned for Vec<T> {
    fn version(&self) -> i64 {
        self.iter().map(T::version).sum()
    }
}
