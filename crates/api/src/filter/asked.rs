//! What of a filter the server answers (architecture.md §10.7): terms that all hold, each about one name,
//! any of several values, or none of them.

use super::error::{FilterError, Span};
use super::field::{Answered, Field};
use super::pattern::{Pattern, SHORTEST_PART};
use super::term::{About, Term, Test};
use super::tree::Tree;

/// A condition on one name that an index answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked<'f, F> {
    /// What it is about: a name, or what is searched.
    pub about: About<F>,
    /// Whether it holds where none of the values does.
    pub is_negated: bool,
    /// The values, any of which may hold.
    pub any: Vec<&'f Test>,
}

/// What the server answers of a part of a filter.
///
/// # Errors
/// The server cannot: the term or the parts at fault.
pub(super) fn asked<F: Field>(tree: &Tree<Term<F>>) -> Result<Asked<'_, F>, FilterError> {
    match tree {
        Tree::Leaf(term) => of_term(term),
        Tree::Not(inner) => {
            let asked = asked(inner)?;
            Ok(Asked {
                is_negated: !asked.is_negated,
                ..asked
            })
        }
        Tree::Any(parts) => of_alternatives(tree, parts),
        Tree::All(_) => Err(local_only(
            tree,
            "the server answers no terms that hold together within OR or `!`",
        )),
    }
}

fn of_term<F: Field>(term: &Term<F>) -> Result<Asked<'_, F>, FilterError> {
    if let Some(place) = term
        .any
        .iter()
        .position(|test| !is_answered(term.about, test))
    {
        let span = term
            .leaf
            .values
            .get(place)
            .map_or(term.leaf.span, |value| value.span);
        return Err(FilterError::new(
            span,
            &why(term.about, &term.leaf.to_string()),
        ));
    }
    Ok(Asked {
        about: term.about,
        is_negated: term.is_negated,
        any: term.any.iter().collect(),
    })
}

fn of_alternatives<'f, F: Field>(
    tree: &Tree<Term<F>>,
    parts: &'f [Tree<Term<F>>],
) -> Result<Asked<'f, F>, FilterError> {
    let all: Vec<_> = parts.iter().map(asked).collect::<Result<_, _>>()?;
    let about = all.first().map(|first| first.about);
    if all
        .iter()
        .any(|one| Some(one.about) != about || one.is_negated)
    {
        return Err(local_only(
            tree,
            "the server answers OR between values of one name only",
        ));
    }
    Ok(Asked {
        about: about.unwrap_or(About::Visible),
        is_negated: false,
        any: all.into_iter().flat_map(|one| one.any).collect(),
    })
}

/// What the server answers of what a term is about.
fn answered<F: Field>(about: About<F>) -> Answered {
    match about {
        About::Field(field) => field.spec().answered,
        About::Searched if F::SEARCHED.is_empty() => Answered::Locally,
        About::Searched if is_searched_by_parts::<F>() => Answered::Parts,
        About::Searched => Answered::Server,
        About::Visible => Answered::Locally,
    }
}

/// Whether the server finds any part of what the list searches.
fn is_searched_by_parts<F: Field>() -> bool {
    let is_by_parts = |field: &F| field.spec().answered == Answered::Parts;
    !F::SEARCHED.is_empty() && F::SEARCHED.iter().all(is_by_parts)
}

/// Whether an index answers a value.
fn is_answered<F: Field>(about: About<F>, test: &Test) -> bool {
    match (answered(about), test) {
        (Answered::Locally, _)
        | (Answered::Server | Answered::Parts | Answered::Exactly, Test::Missing) => false,
        (Answered::Exactly, Test::Text(pattern)) => matches!(pattern, Pattern::Equals(_)),
        (Answered::Server | Answered::Wholly, Test::Text(pattern)) => {
            matches!(
                pattern,
                Pattern::Equals(_) | Pattern::Begins(_) | Pattern::Words(_)
            )
        }
        (Answered::Parts, Test::Text(pattern)) => match pattern {
            Pattern::Equals(_) | Pattern::Begins(_) => true,
            Pattern::Contains(_) | Pattern::Glob(_) => pattern.part().is_some(),
            Pattern::Regex(_) | Pattern::Fuzzy(_) | Pattern::Words(_) => false,
        },
        (
            Answered::Server | Answered::Wholly | Answered::Parts | Answered::Exactly,
            Test::Anything
            | Test::Missing
            | Test::Present
            | Test::Number(_)
            | Test::Words(_)
            | Test::Flag(_)
            | Test::Me
            | Test::Account(_)
            | Test::Time(_)
            | Test::Target { .. },
        ) => true,
    }
}

fn why<F: Field>(about: About<F>, written: &str) -> String {
    let hint = match about {
        About::Visible if F::SEARCHED.is_empty() => String::new(),
        About::Visible | About::Searched if is_searched_by_parts::<F>() => {
            format!(
                "; write the beginning with a star, ana*, or {SHORTEST_PART} letters and more between two: *ana*"
            )
        }
        About::Visible | About::Searched => "; write the beginning with a star: ana*".to_owned(),
        About::Field(field) => match field.spec().answered {
            Answered::Locally => String::new(),
            Answered::Exactly => format!("; write {}=...", field.spec().name),
            Answered::Server | Answered::Wholly => {
                format!("; write {0}=... or {0}:ana*", field.spec().name)
            }
            Answered::Parts => {
                let name = field.spec().name;
                format!(
                    "; write {name}=..., {name}:ana*, or {SHORTEST_PART} letters and more: {name}:ana"
                )
            }
        },
    };
    format!("`{written}` filters loaded rows only{hint}")
}

fn local_only<F>(tree: &Tree<Term<F>>, problem: &str) -> FilterError {
    let leaves = tree.leaves();
    let ends = leaves.first().zip(leaves.last());
    let span = ends.map_or(Span::default(), |(first, last)| Span {
        start: first.leaf.span.start,
        end: last.leaf.span.end,
    });
    FilterError::new(span, problem)
}
