//! What a list declares of the names that its filter knows, once for server, console and command line.

use std::fmt;

use chrono::{DateTime, Utc};

use crate::ids::UserId;
use crate::text::Line;
use crate::wire_enum::OpenEnum;

/// What stands behind a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An id: `4711`, `#4711`, `10..20`, `>10`.
    Id,
    /// A count: `3`, `>=3`, `2..5`.
    Number,
    /// Any of these words, by their beginnings behind `:`; `all` lets every row through.
    Choice(&'static [&'static str]),
    /// `yes` or `no`.
    Flag,
    /// Text, whatever the case: a part of it behind `:`, all of it behind `=`, `glob*`, `/regex/`.
    Text,
    /// Words, each the beginning of one in a text that is searched in full.
    Words,
    /// A person: `#4711`, `me`, or text of the e-mail.
    Person,
    /// Who holds something: a person, or `any`.
    Holder,
    /// How long ago: `>2d`, `<=2h`, `1d..3d`.
    Age,
    /// A time that has passed: `today`, `2026-09-01`, `2026-09-01..`, and `2h` for since then.
    Past,
    /// A time to come: the same, and `3d` for until then.
    Ahead,
    /// An object: `application#4711`, `application`, `#4711`.
    Target,
}

/// What of a name the server answers, by its indexes (architecture.md §10.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answered {
    /// Everything but `none`; of text what begins so or is exactly so.
    Server,
    /// The same, and `none` as well.
    Wholly,
    /// As `Server`, and of text also any part that is long enough ([`Pattern::part`]).
    ///
    /// [`Pattern::part`]: super::Pattern::part
    Parts,
    /// As `Server`, but of text only what is exactly so.
    Exactly,
    /// Nothing: it is a filter of loaded rows.
    Locally,
}

/// What is declared of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spec {
    /// The name.
    pub name: &'static str,
    /// Other names for it.
    pub aliases: &'static [&'static str],
    /// What stands behind it.
    pub kind: Kind,
    /// What of it the server answers.
    pub answered: Answered,
    /// What may be written, for prompts and errors.
    pub example: &'static str,
}

/// A word of `is:` or `has:`, and what it is short for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shorthand {
    /// `is` or `has`.
    pub name: &'static str,
    /// The word behind it.
    pub word: &'static str,
    /// The filter that it means.
    pub means: &'static str,
}

/// A word of `is:`.
pub(crate) const fn is(word: &'static str, means: &'static str) -> Shorthand {
    Shorthand {
        name: "is",
        word,
        means,
    }
}

/// A word of `has:`.
pub(crate) const fn has(word: &'static str, means: &'static str) -> Shorthand {
    Shorthand {
        name: "has",
        word,
        means,
    }
}

/// The names of a list; `fields!` writes them.
pub trait Declared: Copy + Eq + Ord + fmt::Debug + 'static {
    /// All of them, in the order of declaration.
    const ALL: &'static [Self];

    /// What is declared of one.
    fn spec(self) -> &'static Spec;
}

/// The filter of a list.
pub trait Field: Declared {
    /// How the list can be sorted.
    type Sort: Copy + Eq + fmt::Debug + 'static;

    /// The name that a plain `#4711` is about.
    const ID: Self;
    /// Where a plain `glob*` is looked for; a plain word is looked for in all that is visible.
    const SEARCHED: &'static [Self];
    /// The words of `is:` and `has:`.
    const SHORTHANDS: &'static [Shorthand];
    /// What may stand behind `sort:`.
    const SORTS: &'static [(&'static str, Self::Sort)];
}

/// A row that is filtered.
pub trait Listed {
    /// The names of its list.
    type Field: Field;

    /// The name that a filter has to speak of, where the list leaves the row out by itself.
    fn listed_by(&self) -> Option<Self::Field> {
        None
    }

    /// What it holds under a name.
    fn datum(&self, field: Self::Field, context: &Context) -> Datum<'_>;

    /// What an operator sees of it: what plain words are looked for in.
    fn visible(&self) -> String;
}

/// What a row holds under a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Datum<'a> {
    /// Nothing.
    Missing,
    /// An id or a count.
    Number(i64),
    /// The words that hold for it.
    Words(Vec<&'a str>),
    /// Whether it is so.
    Flag(bool),
    /// Text.
    Text(&'a str),
    /// Several texts: what holds for one of them holds.
    Texts(Vec<&'a str>),
    /// Texts that are searched together, word by word.
    Searched(Vec<&'a str>),
    /// A person.
    Person {
        /// The account, where it is known.
        id: Option<UserId>,
        /// The e-mail, where it is known.
        email: Option<&'a str>,
    },
    /// A time.
    Time(DateTime<Utc>),
    /// An object.
    Target {
        /// What kind.
        kind: &'a str,
        /// Which one; empty for none in particular.
        id: &'a str,
    },
    /// Several objects of a kind: what holds for one of them holds.
    Objects {
        /// What kind.
        kind: &'a str,
        /// Which ones.
        ids: Vec<i64>,
    },
}

impl<'a> Datum<'a> {
    /// A word, or the text of one that a newer server knows.
    pub fn word<T: Copy>(word: &'a OpenEnum<T>, text: impl Fn(T) -> &'static str) -> Self {
        Self::Words(vec![match word {
            OpenEnum::Known(known) => text(*known),
            OpenEnum::Unknown(unknown) => unknown.as_str(),
        }])
    }

    /// A count.
    pub fn count(count: u64) -> Self {
        Self::Number(i64::try_from(count).unwrap_or(i64::MAX))
    }

    /// A person, where the account or the e-mail is known.
    pub fn person(id: Option<UserId>, email: Option<&'a Line>) -> Self {
        if id.is_none() && email.is_none() {
            return Self::Missing;
        }
        Self::Person {
            id,
            email: email.map(Line::as_str),
        }
    }

    /// Text, where there is some.
    pub fn text(text: Option<&'a Line>) -> Self {
        text.map_or(Self::Missing, |text| Self::Text(text.as_str()))
    }

    /// Those texts that are there.
    pub fn texts<const N: usize>(texts: [Option<&'a Line>; N]) -> Self {
        let texts: Vec<_> = texts.into_iter().flatten().map(Line::as_str).collect();
        if texts.is_empty() {
            Self::Missing
        } else {
            Self::Texts(texts)
        }
    }

    /// A time, where there is one.
    pub fn time(time: Option<DateTime<Utc>>) -> Self {
        time.map_or(Self::Missing, Self::Time)
    }

    /// A person of whom only the e-mail is known, where there is one.
    pub fn email(email: Option<&'a Line>) -> Self {
        Self::person(None, email)
    }
}

/// What `me` and relative times are taken from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context {
    /// Now.
    pub now: DateTime<Utc>,
    /// Who filters.
    pub me: Option<Me>,
}

/// Who filters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Me {
    /// The account.
    pub id: UserId,
    /// Its e-mail.
    pub email: String,
}

/// Declares the names of a list.
macro_rules! fields {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $(
                $(#[$variant_meta:meta])*
                $variant:ident = $text:literal $(| $alias:literal)*, $kind:expr, $answered:ident, $example:literal;
            )+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name {
            $( $(#[$variant_meta])* $variant, )+
        }

        impl $crate::filter::Declared for $name {
            const ALL: &'static [Self] = &[ $( Self::$variant, )+ ];

            fn spec(self) -> &'static $crate::filter::Spec {
                match self {
                    $(
                        Self::$variant => &$crate::filter::Spec {
                            name: $text,
                            aliases: &[ $( $alias, )* ],
                            kind: $kind,
                            answered: $crate::filter::Answered::$answered,
                            example: $example,
                        },
                    )+
                }
            }
        }
    };
}

pub(crate) use fields;
