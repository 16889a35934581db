//! A term whose name is known and whose values are read: what it asks of a row.

use std::fmt;
use std::ops::{Bound, RangeBounds};

use super::field::{Context, Datum, Field, Listed, Me};
use super::moment::{Period, between};
use super::pattern::Pattern;
use super::tree::Leaf;
use super::words;

/// A term of a list's filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term<F> {
    /// As it is written.
    pub leaf: Leaf,
    /// What it is about.
    pub about: About<F>,
    /// Whether it holds where none of its values does: `!=`.
    pub is_negated: bool,
    /// Its values, any of which may hold.
    pub any: Vec<Test>,
}

/// What a term is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum About<F> {
    /// What the row holds under a name.
    Field(F),
    /// What a plain `glob*` is looked for in.
    Searched,
    /// All that is visible of the row.
    Visible,
}

/// What one value asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// `all`: nothing.
    Anything,
    /// `none`: that nothing is there.
    Missing,
    /// `any`: that something is there.
    Present,
    /// An id or a count between two.
    Number((Bound<i64>, Bound<i64>)),
    /// Any of these words, in the order of their declaration.
    Words(Vec<&'static str>),
    /// `yes` or `no`.
    Flag(bool),
    /// Text.
    Text(Pattern),
    /// Who filters.
    Me,
    /// The account of this id.
    Account(i64),
    /// A time between two.
    Time(Period),
    /// An object, by its kind, its id, or both.
    Target {
        /// What kind.
        kind: Option<String>,
        /// Which one.
        id: Option<String>,
    },
}

impl<F> fmt::Display for Term<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.leaf.fmt(f)
    }
}

impl<F> Term<F> {
    /// The texts that it looks for, where it stands behind no name.
    pub(super) fn sought(&self) -> impl Iterator<Item = &str> {
        let is_plain = match self.about {
            About::Visible | About::Searched => true,
            About::Field(_) => false,
        };
        let tests = self.any.iter().filter(move |_| is_plain);
        tests.filter_map(|test| match test.pattern()? {
            Pattern::Contains(text) | Pattern::Begins(text) => Some(text.as_str()),
            Pattern::Equals(_)
            | Pattern::Glob(_)
            | Pattern::Regex(_)
            | Pattern::Fuzzy(_)
            | Pattern::Words(_) => None,
        })
    }
}

impl<F: Field> Term<F> {
    /// Whether it holds for a row, of which all that is visible is given in lower case.
    pub(super) fn holds<L: Listed<Field = F>>(
        &self,
        row: &L,
        visible: &str,
        context: &Context,
    ) -> bool {
        let is_any = self.any.iter().any(|test| match (self.about, test) {
            (About::Visible, Test::Text(pattern)) => pattern.matches_lower(visible),
            (About::Visible | About::Searched | About::Field(_), _) => self
                .fields()
                .iter()
                .any(|field| test.holds(&row.datum(*field, context), context)),
        });
        is_any != self.is_negated
    }

    fn fields(&self) -> &[F] {
        match &self.about {
            About::Field(field) => std::slice::from_ref(field),
            About::Searched => F::SEARCHED,
            About::Visible => &[],
        }
    }
}

impl Test {
    /// What a text must be like, where a text is tested.
    pub const fn pattern(&self) -> Option<&Pattern> {
        match self {
            Self::Text(pattern) => Some(pattern),
            Self::Anything
            | Self::Missing
            | Self::Present
            | Self::Number(_)
            | Self::Words(_)
            | Self::Flag(_)
            | Self::Me
            | Self::Account(_)
            | Self::Time(_)
            | Self::Target { .. } => None,
        }
    }

    /// Whether it holds for what a row has under a name.
    pub fn holds(&self, datum: &Datum<'_>, context: &Context) -> bool {
        match (self, datum) {
            (Self::Anything, _) | (Self::Missing, Datum::Missing) => true,
            (Self::Present, datum) => *datum != Datum::Missing,
            (Self::Number(between), Datum::Number(number)) => between.contains(number),
            (Self::Words(wanted), Datum::Words(words)) => {
                words.iter().any(|word| wanted.contains(word))
            }
            (Self::Flag(wanted), Datum::Flag(flag)) => wanted == flag,
            (Self::Text(pattern), Datum::Text(text)) => pattern.matches(text),
            (Self::Text(pattern), Datum::Texts(texts)) => {
                texts.iter().any(|text| pattern.matches(text))
            }
            (Self::Text(Pattern::Words(wanted)), Datum::Searched(texts)) => {
                words::are_in(wanted, texts.iter().copied())
            }
            (Self::Text(pattern), Datum::Person { email, .. }) => {
                email.is_some_and(|email| pattern.matches(email))
            }
            (Self::Me, Datum::Person { id, email }) => context
                .me
                .as_ref()
                .is_some_and(|me| is_me(me, id.map(i64::from), *email)),
            (Self::Account(wanted), Datum::Person { id, .. }) => {
                id.is_some_and(|id| id.0 == *wanted)
            }
            (Self::Time(period), Datum::Time(time)) => between(*period, context.now).contains(time),
            (
                Self::Target { kind, id },
                Datum::Target {
                    kind: of,
                    id: which,
                },
            ) => {
                kind.as_deref().is_none_or(|kind| kind == *of)
                    && id.as_deref().is_none_or(|id| id == *which)
            }
            (Self::Target { kind, id }, Datum::Objects { kind: of, ids }) => {
                let is_one = |wanted: &String| ids.iter().any(|id| id.to_string() == *wanted);
                kind.as_deref().is_none_or(|kind| kind == *of)
                    && id.as_ref().map_or(!ids.is_empty(), is_one)
            }
            (
                Self::Missing
                | Self::Number(_)
                | Self::Words(_)
                | Self::Flag(_)
                | Self::Text(_)
                | Self::Me
                | Self::Account(_)
                | Self::Time(_)
                | Self::Target { .. },
                _,
            ) => false,
        }
    }
}

/// By the account where it is known, or else by its e-mail.
fn is_me(me: &Me, id: Option<i64>, email: Option<&str>) -> bool {
    match (id, email) {
        (Some(id), _) => id == me.id.0,
        (None, Some(email)) => email.eq_ignore_ascii_case(&me.email),
        (None, None) => false,
    }
}
