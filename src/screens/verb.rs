//! What a screen declares of its verbs: key, words, danger, right, and the write they end in.
//!
//! A verb prepares its write from rows as they are when its key is pressed; the dialog gathers what is
//! [`Given`] to it, and only then is there a call.

use std::fmt;
use std::sync::Arc;

use quarterdeck_api::call::AnyCall;
use quarterdeck_api::permission::Permission;

use super::pick::{Change, Menu, Picks};
use super::sheet::Sheet;
use crate::app::keymap::Action;

/// How much stands between the key and the write (console.md §4.6). C1 is `Reversible` with a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// C0: can be taken back.
    Reversible,
    /// C2: hard to take back.
    HardToReverse,
    /// C3: can never be taken back.
    Irreversible,
}

/// Which words a verb takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asks {
    /// None.
    Nothing,
    /// A note, where the operator wants one: with the key of the verb with a note.
    Note,
    /// A reason, always.
    Reason,
    /// Words of its own, always: they are what is written, and no list has them.
    Text,
    /// An e-mail address, always: of whoever is made.
    Address,
}

impl Asks {
    /// What the words are called.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Note | Self::Text => "note",
            Self::Address => "mail address",
            Self::Reason | Self::Nothing => "reason",
        }
    }

    /// Whether there is nothing to do without words.
    pub const fn needs_words(self) -> bool {
        match self {
            Self::Reason | Self::Text | Self::Address => true,
            Self::Note | Self::Nothing => false,
        }
    }
}

/// One of a fixed few ways to do a verb, picked by a digit that never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// `7 days`
    pub label: &'static str,
    /// `ban`: the verb, if this is chosen.
    pub verb: &'static str,
    /// `banned`
    pub past: &'static str,
    /// How much stands before it.
    pub class: Class,
    /// The permission it takes besides the verb's own.
    pub permission: Option<Permission>,
}

/// What a reason is sent as.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Why {
    /// Words of the operator's own.
    pub words: Option<String>,
    /// The code.
    pub code: Option<String>,
}

impl Why {
    /// In words alone.
    pub const fn in_words(words: String) -> Self {
        Self {
            words: Some(words),
            code: None,
        }
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.words.is_none() && self.code.is_none()
    }
}

/// What the dialog gathered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// The reason or note.
    pub why: Why,
    /// Place of what was chosen in the verb's list; 0 where there is none.
    pub choice: usize,
    /// Places of what was picked from the menu; none where there is no menu.
    pub picked: Vec<usize>,
    /// Places of what was picked from the menu that follows from that; none where it was left as it is.
    pub picked_next: Option<Vec<usize>>,
    /// What was filled in, in the order of the sheet; none where there is no sheet.
    pub filled: Vec<String>,
    /// Whether a question was answered that stands before the write of several rows or of one that is
    /// hard to take back.
    pub is_confirmed: bool,
}

type Finish<T> = Arc<dyn Fn(&Given) -> T + Send + Sync>;

/// A write that is ready but for what the dialog gathers. Its rows and what was seen of them are fixed.
#[derive(Clone)]
pub struct Prepared {
    finish: Finish<AnyCall>,
    consequences: Finish<Vec<String>>,
    lasting: Finish<&'static str>,
    phrase: Option<String>,
    subject: Option<String>,
    menu: Option<Arc<Menu>>,
    next_menu: Finish<Option<Arc<Menu>>>,
    sheet: Option<Arc<Sheet>>,
    needs_code: bool,
}

impl Prepared {
    /// A write that is finished so.
    pub fn new(finish: impl Fn(&Given) -> AnyCall + Send + Sync + 'static) -> Self {
        Self {
            finish: Arc::new(finish),
            consequences: Arc::new(|_| Vec::new()),
            lasting: Arc::new(|_| "This cannot be undone."),
            phrase: None,
            subject: None,
            menu: None,
            next_menu: Arc::new(|_| None),
            sheet: None,
            needs_code: false,
        }
    }

    /// The same, with lines that the dialog shows: what the subject will see, what will be refused.
    #[must_use]
    pub fn telling(
        self,
        consequences: impl Fn(&Given) -> Vec<String> + Send + Sync + 'static,
    ) -> Self {
        Self {
            consequences: Arc::new(consequences),
            ..self
        }
    }

    /// The same, with a menu that is picked from before.
    #[must_use]
    pub fn picking(self, menu: Arc<Menu>) -> Self {
        Self {
            menu: Some(menu),
            ..self
        }
    }

    /// The same, with a second menu, which follows from what was picked of the first.
    #[must_use]
    pub fn picking_next(
        self,
        next_menu: impl Fn(&Given) -> Option<Arc<Menu>> + Send + Sync + 'static,
    ) -> Self {
        Self {
            next_menu: Arc::new(next_menu),
            ..self
        }
    }

    /// The same, with a sheet that is filled in before.
    #[must_use]
    pub fn filling(self, sheet: Arc<Sheet>) -> Self {
        Self {
            sheet: Some(sheet),
            ..self
        }
    }

    /// The same, with what is typed to confirm it where it is about one row and irreversible; the
    /// row's name where this is not said.
    #[must_use]
    pub fn typed(self, phrase: String) -> Self {
        Self {
            phrase: Some(phrase),
            ..self
        }
    }

    /// The same, with whom it is about, where that is not the row itself.
    #[must_use]
    pub fn about(self, subject: String) -> Self {
        Self {
            subject: Some(subject),
            ..self
        }
    }

    /// The same, with how lasting an irreversible one is; that it cannot be undone where this is not
    /// said.
    #[must_use]
    pub fn lasting(self, lasting: impl Fn(&Given) -> &'static str + Send + Sync + 'static) -> Self {
        Self {
            lasting: Arc::new(lasting),
            ..self
        }
    }

    /// The same, with a one-time code asked for before it is sent.
    #[must_use]
    pub fn guarded(self) -> Self {
        Self {
            needs_code: true,
            ..self
        }
    }

    /// Whether a one-time code goes with it.
    pub const fn needs_code(&self) -> bool {
        self.needs_code
    }

    /// How lasting it is, if it is irreversible.
    pub fn lastingness(&self, given: &Given) -> &'static str {
        (self.lasting)(given)
    }

    /// The call.
    pub fn call(&self, given: &Given) -> AnyCall {
        (self.finish)(given)
    }

    /// What is picked from before, if anything.
    pub const fn menu(&self) -> Option<&Arc<Menu>> {
        self.menu.as_ref()
    }

    /// What is picked from after that, if anything.
    pub fn next_menu(&self, given: &Given) -> Option<Arc<Menu>> {
        (self.next_menu)(given)
    }

    /// What is filled in before, if anything.
    pub const fn sheet(&self) -> Option<&Arc<Sheet>> {
        self.sheet.as_ref()
    }

    /// What becomes of the values that were filled in, as far as they were.
    pub fn replaced(&self, given: &Given) -> Vec<String> {
        let sheet = self.sheet.as_ref();
        sheet.map_or_else(Vec::new, |sheet| sheet.changes(&given.filled))
    }

    /// What the picks change.
    pub fn changes(&self, given: &Given) -> Vec<Change> {
        let menu = self.menu.as_ref();
        let mut changes = menu.map_or_else(Vec::new, |menu| menu.changes(&given.picked));
        if let (Some(menu), Some(picked)) = (self.next_menu(given), &given.picked_next) {
            changes.extend(menu.changes(picked));
        }
        changes
    }

    /// What the dialog should say of it besides.
    pub fn consequences(&self, given: &Given) -> Vec<String> {
        (self.consequences)(given)
    }

    /// All of it, line by line.
    pub fn told(&self, given: &Given) -> Vec<String> {
        let changes = self.changes(given);
        let changes = changes.iter().map(Change::in_words);
        let changes = changes.chain(self.replaced(given));
        changes.chain(self.consequences(given)).collect()
    }

    /// Whom it is about, where that is not the row itself.
    pub fn subject(&self) -> Option<&str> {
        self.subject.as_deref()
    }

    /// What is typed to confirm it.
    pub fn phrase(&self) -> Option<&str> {
        self.phrase.as_deref()
    }
}

impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prepared").finish_non_exhaustive()
    }
}

/// A verb.
pub struct Verb<R: 'static> {
    /// Its action, and so its key.
    pub action: Action,
    /// `approve`: its word in the footer, the palette and the dialog.
    pub verb: &'static str,
    /// `approved`
    pub past: &'static str,
    /// Its line in the menu.
    pub help: &'static str,
    /// How much stands before it.
    pub class: Class,
    /// Which words it takes.
    pub asks: Asks,
    /// The ways to do it, offered first; none where there is one way.
    pub choices: &'static [Choice],
    /// The permission it takes on this row.
    pub permission: fn(&R) -> Option<Permission>,
    /// Why it does not apply to this row, if it does not.
    pub refuses: fn(&R) -> Option<String>,
    /// Prepares the write for these rows, with what was seen of them.
    pub prepare: fn(&[&R]) -> Option<Prepared>,
}

/// A verb about all rows that the filter shows, loaded or not; it has no target, and so no marks.
pub struct ViewVerb {
    /// Its action, and so its key.
    pub action: Action,
    /// `export`: its word in the footer, the palette and the dialog.
    pub verb: &'static str,
    /// `exported`
    pub past: &'static str,
    /// Its line in the menu.
    pub help: &'static str,
    /// How much stands before it.
    pub class: Class,
    /// The permission it takes.
    pub permission: Permission,
    /// Most rows that it can be about.
    pub most: usize,
    /// Prepares the write for what the server filters by; empty for all there is.
    pub prepare: fn(&str) -> Prepared,
}

/// A verb that makes one of the staff: it has no target, takes a super-admin and a code, and sends words and
/// what is picked.
pub struct NewVerb {
    /// Its action, and so its key.
    pub action: Action,
    /// `create`: its word in the footer, the palette and the dialog.
    pub verb: &'static str,
    /// `created`
    pub past: &'static str,
    /// Its line in the menu.
    pub help: &'static str,
    /// Which words it takes.
    pub asks: Asks,
    /// How many are picked from the menu that its write is prepared with.
    pub picks: Picks,
    /// Prepares the write.
    pub prepare: fn() -> Prepared,
}

/// What a verb is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// The rows selected.
    Rows,
    /// All rows that the filter shows.
    AllShown,
    /// None that there is: one that is to be.
    New,
    /// Nothing is written: it leads elsewhere.
    Elsewhere,
}

/// A verb's words, whatever its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerbWords {
    /// Its action.
    pub action: Action,
    /// Its word.
    pub verb: &'static str,
    /// What the command line calls it.
    pub command: &'static str,
    /// Its line in the menu.
    pub help: &'static str,
    /// Which words it takes.
    pub asks: Asks,
    /// The ways to do it; none where there is one way.
    pub choices: &'static [Choice],
    /// How many are picked from a menu; none where there is no menu.
    pub picks: Option<Picks>,
    /// What it is about.
    pub about: About,
    /// Whether it is about something that only the detail of its row tells.
    pub is_within: bool,
    /// Whether values are filled in.
    pub is_filled_in: bool,
}

impl<R> Verb<R> {
    /// Its words.
    pub const fn words(&self) -> VerbWords {
        VerbWords {
            action: self.action,
            verb: self.verb,
            command: self.verb,
            help: self.help,
            asks: self.asks,
            choices: self.choices,
            picks: None,
            is_within: false,
            is_filled_in: false,
            about: About::Rows,
        }
    }
}

impl NewVerb {
    /// Its words.
    pub const fn words(&self) -> VerbWords {
        VerbWords {
            action: self.action,
            verb: self.verb,
            command: self.verb,
            help: self.help,
            asks: self.asks,
            choices: &[],
            picks: Some(self.picks),
            is_within: false,
            is_filled_in: false,
            about: About::New,
        }
    }
}

impl ViewVerb {
    /// Its words.
    pub const fn words(&self) -> VerbWords {
        VerbWords {
            action: self.action,
            verb: self.verb,
            command: self.verb,
            help: self.help,
            asks: Asks::Nothing,
            choices: &[],
            picks: None,
            is_within: false,
            is_filled_in: false,
            about: About::AllShown,
        }
    }
}
