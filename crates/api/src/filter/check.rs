//! From a term as it is written to what it asks: names are looked up, values are read.

use super::error::{FilterError, Span};
use super::field::{Field, Shorthand, Spec};
use super::offer::{SHORT, SORT, offers};
use super::term::{About, Term, Test};
use super::tree::{Form, Leaf, Named, Operator, Tree};
use super::written::pattern;
use super::{parse, values};
use crate::suggest::suggestion;

/// The tree with its names looked up and its values read.
pub(super) fn check<F: Field>(tree: Tree<Leaf>) -> Result<Tree<Term<F>>, FilterError> {
    match tree {
        Tree::Leaf(leaf) => checked_leaf(leaf),
        Tree::Not(inner) => check(*inner).map(Tree::negated),
        Tree::All(parts) => each(parts).map(Tree::all),
        Tree::Any(parts) => each(parts).map(Tree::any),
    }
}

fn each<F: Field>(parts: Vec<Tree<Leaf>>) -> Result<Vec<Tree<Term<F>>>, FilterError> {
    parts.into_iter().map(check).collect()
}

fn checked_leaf<F: Field>(leaf: Leaf) -> Result<Tree<Term<F>>, FilterError> {
    let Some(named) = leaf.named.clone() else {
        return text(leaf).map(Tree::Leaf);
    };
    if SHORT.contains(&named.name.as_str()) {
        return shorthands(&leaf, &named);
    }
    if named.name == SORT {
        let problem = "`sort:` stands by itself, once, and not within OR, `!` or parentheses";
        return Err(FilterError::new(leaf.span, problem));
    }
    let field = find::<F>(&named)?;
    let spec = field.spec();
    if leaf.values.is_empty() {
        return Err(FilterError::new(
            leaf.span,
            &format!("`{}` needs a value: {}", named.name, spec.example),
        ));
    }
    let any = leaf.values.iter().map(|value| {
        values::test(spec, named.operator, value)
            .map_err(|problem| FilterError::new(value.span, &problem))
    });
    Ok(Tree::Leaf(Term {
        any: any.collect::<Result<_, _>>()?,
        about: About::Field(field),
        is_negated: named.operator == Operator::IsNot,
        leaf,
    }))
}

fn find<F: Field>(named: &Named) -> Result<F, FilterError> {
    let is_named = |spec: &Spec| spec.name == named.name || spec.aliases.contains(&&*named.name);
    let found = F::ALL.iter().copied().find(|field| is_named(field.spec()));
    found.ok_or_else(|| unknown::<F>(named))
}

fn unknown<F: Field>(named: &Named) -> FilterError {
    let known: Vec<&str> = offers::<F>().iter().map(|offer| offer.name).collect();
    let near = suggestion(&named.name, known.iter().copied());
    let hint = if near.is_empty() {
        format!("; there is {}", known.join(", "))
    } else {
        near
    };
    FilterError::new(named.span, &format!("no filter `{}`{hint}", named.name))
}

/// Plain text: an id, what begins so, or a part of what is visible.
fn text<F: Field>(leaf: Leaf) -> Result<Term<F>, FilterError> {
    let mut about = About::Visible;
    let mut tests = Vec::with_capacity(1);
    for value in &leaf.values {
        let number = value
            .text
            .strip_prefix('#')
            .filter(|_| value.form == Form::Word);
        if let Some(Ok(id)) = number.map(str::parse::<i64>) {
            about = About::Field(F::ID);
            tests.push(values::exactly(id));
            continue;
        }
        if value.form == Form::Glob {
            about = About::Searched;
        }
        let pattern = pattern(value).map_err(|problem| FilterError::new(value.span, &problem))?;
        tests.push(Test::Text(pattern));
    }
    Ok(Term {
        leaf,
        about,
        is_negated: false,
        any: tests,
    })
}

/// The words of `is:` or `has:`, each replaced by what it is short for.
fn shorthands<F: Field>(leaf: &Leaf, named: &Named) -> Result<Tree<Term<F>>, FilterError> {
    let known: Vec<Shorthand> = F::SHORTHANDS
        .iter()
        .copied()
        .filter(|shorthand| shorthand.name == named.name)
        .collect();
    let list = || {
        let words: Vec<_> = known.iter().map(|shorthand| shorthand.word).collect();
        words.join(", ")
    };
    if known.is_empty() {
        return Err(unknown::<F>(named));
    }
    if leaf.values.is_empty() {
        let problem = format!("`{}` needs a value: {}", named.name, list());
        return Err(FilterError::new(leaf.span, &problem));
    }
    let mut any = Vec::with_capacity(leaf.values.len());
    for value in &leaf.values {
        let meant = known
            .iter()
            .find(|shorthand| shorthand.word == value.text)
            .ok_or_else(|| {
                let problem = format!("no `{}:{}`; there is {}", named.name, value.text, list());
                FilterError::new(value.span, &problem)
            })?;
        any.push(expanded(meant, leaf.span)?);
    }
    match named.operator {
        Operator::Has | Operator::Is => Ok(Tree::any(any)),
        Operator::IsNot => Ok(Tree::any(any).negated()),
        Operator::Above | Operator::AtLeast | Operator::Below | Operator::AtMost => {
            let problem = format!("`{}` takes `:`, `=` or `!=`", named.name);
            Err(FilterError::new(leaf.span, &problem))
        }
    }
}

/// What a word is short for, its terms standing where the word does.
fn expanded<F: Field>(meant: &Shorthand, span: Span) -> Result<Tree<Term<F>>, FilterError> {
    let tree = parse::tree(meant.means)?;
    let tree = tree.ok_or_else(|| FilterError::new(span, "it means nothing"))?;
    check(tree.standing_at(span))
}

impl Tree<Leaf> {
    /// The same, all of it standing in one place.
    pub(super) fn standing_at(self, span: Span) -> Self {
        let each = |parts: Vec<Self>| {
            parts
                .into_iter()
                .map(|part| part.standing_at(span))
                .collect()
        };
        match self {
            Self::Leaf(leaf) => Self::Leaf(leaf.standing_at(span)),
            Self::Not(inner) => inner.standing_at(span).negated(),
            Self::All(parts) => Self::All(each(parts)),
            Self::Any(parts) => Self::Any(each(parts)),
        }
    }
}

impl Leaf {
    fn standing_at(mut self, span: Span) -> Self {
        self.span = span;
        if let Some(named) = &mut self.named {
            named.span = span;
        }
        for value in &mut self.values {
            value.span = span;
        }
        self
    }
}
