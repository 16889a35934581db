//! The filter of every list (console.md §4.9): read once, the same in the console, on the command line and
//! in the `filter` parameter of the server.
//!
//! `lex` and `parse` know how terms are joined, `check` what a list's names take; what each list declares
//! of its names stands beside its rows ([`Field`]). A filter is held against a row by [`Filter::holds`], and
//! told to a database by [`Filter::asked`]; both mean the same. Text is compared whatever the case:
//!
//! - `ana` and `"ana b"`: a part of anything that is visible; loaded rows only.
//! - `ana*`: what the list searches begins so; the server answers it.
//! - `*ana*`: a part of what the list searches. The server answers it where an index of parts does
//!   ([`Answered::Parts`]); elsewhere it is for loaded rows only.
//! - `name:ana`: a part of the name; as above. `name:ana*` and `name=ana` are the server's too.
//! - `#4711`: the row of this id.

mod any_of;
mod asked;
mod check;
mod error;
mod field;
mod lex;
mod moment;
mod offer;
mod parse;
mod pattern;
mod term;
#[cfg(test)]
mod tests;
mod tree;
mod values;
mod words;
mod written;

use std::fmt;

pub use any_of::AnyOf;
pub use asked::Asked;
pub use error::{FilterError, Span};
pub use field::{Answered, Context, Datum, Declared, Field, Kind, Listed, Me, Shorthand, Spec};
pub(crate) use field::{fields, has, is};
pub use moment::{Day, Moment, Period, between};
pub use offer::{Offer, offers};
pub use parse::{MAX_LENGTH, MAX_TERMS};
pub use pattern::{Pattern, SHORTEST_PART};
pub use term::{About, Term, Test};
pub use tree::{Form, Leaf, Named, Operator, Tree, Written};
pub use words::words;
pub use written::{beginning, quoted, searching};

/// The filter of a list: its terms, and the order that it asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter<F: Field> {
    /// The terms that all hold; empty lets every row through.
    conditions: Vec<Tree<Term<F>>>,
    /// The order asked for.
    sort: Option<(Leaf, F::Sort)>,
}

impl<F: Field> Default for Filter<F> {
    fn default() -> Self {
        Self {
            conditions: Vec::new(),
            sort: None,
        }
    }
}

impl<F: Field> Filter<F> {
    /// Reads a filter.
    ///
    /// # Errors
    /// What is wrong, where, and what to write.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        let mut filter = Self::default();
        for part in parts(parse::tree(text)?) {
            match part {
                Tree::Leaf(leaf) if is_sort(&leaf) => filter.take_sort(leaf)?,
                part => match check::check(part)? {
                    Tree::All(terms) => filter.conditions.extend(terms),
                    condition => filter.conditions.push(condition),
                },
            }
        }
        filter.check_spelling(text)?;
        Ok(filter)
    }

    /// What is short is longer in the spelling that travels, which must be within the same bounds.
    fn check_spelling(&self, text: &str) -> Result<(), FilterError> {
        let whole = Span {
            start: 0,
            end: text.chars().count(),
        };
        parse::tree(&self.to_string()).map(drop).map_err(|_| {
            FilterError::new(
                whole,
                "this is too much once `is:`, `has:` and `~` are written out",
            )
        })
    }

    fn take_sort(&mut self, leaf: Leaf) -> Result<(), FilterError> {
        if self.sort.is_some() {
            return Err(FilterError::new(
                leaf.span,
                "`sort:` stands in a filter once",
            ));
        }
        let written = leaf.values.first().map_or("", |value| value.text.as_str());
        let found = F::SORTS.iter().find(|(name, _)| *name == written);
        let Some((_, sort)) = found else {
            let names: Vec<_> = F::SORTS.iter().map(|(name, _)| *name).collect();
            let problem = if names.is_empty() {
                "this list has one order".to_owned()
            } else {
                format!("no order `{written}`; there is {}", names.join(", "))
            };
            return Err(FilterError::new(leaf.span, &problem));
        };
        self.sort = Some((leaf, *sort));
        Ok(())
    }

    /// The order that `sort:` asks for.
    pub fn sort(&self) -> Option<F::Sort> {
        self.sort.as_ref().map(|(_, sort)| *sort)
    }

    /// Where `sort:` stands in the text that was read.
    pub fn sort_span(&self) -> Option<Span> {
        self.sort.as_ref().map(|(leaf, _)| leaf.span)
    }

    /// The same filter without an order.
    #[must_use]
    pub fn without_sort(self) -> Self {
        Self { sort: None, ..self }
    }

    /// The texts, in lower case, that plain words and globs look for in a row that passes.
    pub fn sought(&self) -> Vec<&str> {
        let mut sought = Vec::new();
        for condition in &self.conditions {
            add_sought(condition, &mut sought);
        }
        sought
    }

    /// Whether it lets every row through.
    pub fn is_empty(&self) -> bool {
        self.conditions.is_empty()
    }

    /// Its terms.
    pub fn terms(&self) -> impl Iterator<Item = &Term<F>> {
        self.conditions.iter().flat_map(Tree::leaves)
    }

    /// Whether it speaks of a name.
    pub fn names(&self, field: F) -> bool {
        self.terms().any(|term| term.about == About::Field(field))
    }

    /// Whether a row passes, of which all that is visible is given in lower case
    /// ([`Listed::visible`]).
    pub fn holds<L: Listed<Field = F>>(&self, row: &L, visible: &str, context: &Context) -> bool {
        let term = |term: &Term<F>| term.holds(row, visible, context);
        self.conditions
            .iter()
            .all(|condition| condition.holds(&term))
    }

    /// The same of a row whose visible text is not at hand.
    pub fn passes<L: Listed<Field = F>>(&self, row: &L, context: &Context) -> bool {
        self.holds(row, &row.visible().to_lowercase(), context)
    }

    /// What the server is to answer: conditions that all hold, in the order in which their names are
    /// declared, so that filters that differ in their order are one statement to the database.
    ///
    /// # Errors
    /// The first part that no index answers.
    pub fn asked(&self) -> Result<Vec<Asked<'_, F>>, FilterError> {
        let asked = self.conditions.iter().map(asked::asked);
        let mut asked = asked.collect::<Result<Vec<_>, _>>()?;
        asked.sort_by_key(|one| (one.about, one.is_negated));
        Ok(asked)
    }

    /// The part that the server answers, with the order; and what is left for loaded rows.
    pub fn split(self) -> (Self, Self) {
        let is_servers = |condition: &Tree<Term<F>>| asked::asked(condition).is_ok();
        let (servers, local) = self.conditions.into_iter().partition(is_servers);
        let server = Self {
            conditions: servers,
            sort: self.sort,
        };
        let local = Self {
            conditions: local,
            sort: None,
        };
        (server, local)
    }

    /// The filter with what was typed of persons and other free text left out: for records that outlive
    /// whom it names.
    pub fn outline(&self) -> String {
        let outlined = |condition: &Tree<Term<F>>| condition.map(&outlined_leaf);
        written(self.conditions.iter().map(outlined).collect())
    }
}

fn add_sought<'f, F>(tree: &'f Tree<Term<F>>, sought: &mut Vec<&'f str>) {
    match tree {
        Tree::Leaf(term) => sought.extend(term.sought()),
        // What must not be there is not looked for.
        Tree::Not(_) => {}
        Tree::All(parts) | Tree::Any(parts) => {
            for part in parts {
                add_sought(part, sought);
            }
        }
    }
}

/// The parts of a tree that all hold.
fn parts(tree: Option<Tree<Leaf>>) -> Vec<Tree<Leaf>> {
    match tree {
        None => Vec::new(),
        Some(Tree::All(parts)) => parts,
        Some(tree) => vec![tree],
    }
}

fn is_sort(leaf: &Leaf) -> bool {
    let named = leaf.named.as_ref();
    named.is_some_and(|named| named.name == offer::SORT && named.operator == Operator::Has)
}

/// Parts that all hold, as text.
fn written(parts: Vec<Tree<Leaf>>) -> String {
    if parts.is_empty() {
        return String::new();
    }
    Tree::all(parts).to_string()
}

/// A term with `...` for what was typed freely.
fn outlined_leaf<F: Field>(term: &Term<F>) -> Leaf {
    let values = term.leaf.values.iter().zip(&term.any).map(|(value, test)| {
        let is_free = matches!(test, Test::Text(_) | Test::Target { .. });
        if is_free {
            Written {
                form: Form::Word,
                text: "...".to_owned(),
                span: value.span,
            }
        } else {
            value.clone()
        }
    });
    Leaf {
        values: values.collect(),
        ..term.leaf.clone()
    }
}

/// The filter in one spelling; read again it is the same.
impl<F: Field> fmt::Display for Filter<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sort = self.sort.iter().map(|(leaf, _)| Tree::Leaf(leaf.clone()));
        let conditions = self.conditions.iter();
        let parts = conditions.map(|condition| condition.map(&|term: &Term<F>| term.leaf.clone()));
        f.write_str(&written(parts.chain(sort).collect()))
    }
}
