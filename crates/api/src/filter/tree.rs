//! A filter as it is written: terms, and how they are joined. What a name means is not known here.

use std::fmt;

use super::error::Span;

/// Terms and how they are joined. `all` and `any` keep it flat: neither holds its own kind, nor a single
/// part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tree<L> {
    /// A term.
    Leaf(L),
    /// Not this.
    Not(Box<Tree<L>>),
    /// All of these.
    All(Vec<Tree<L>>),
    /// Any of these.
    Any(Vec<Tree<L>>),
}

impl<L> Tree<L> {
    /// All of these.
    pub fn all(parts: Vec<Self>) -> Self {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Self::All(inner) => flat.extend(inner),
                Self::Leaf(_) | Self::Not(_) | Self::Any(_) => flat.push(part),
            }
        }
        single(flat).unwrap_or_else(Self::All)
    }

    /// Any of these.
    pub fn any(parts: Vec<Self>) -> Self {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Self::Any(inner) => flat.extend(inner),
                Self::Leaf(_) | Self::Not(_) | Self::All(_) => flat.push(part),
            }
        }
        single(flat).unwrap_or_else(Self::Any)
    }

    /// Not this.
    #[must_use]
    pub fn negated(self) -> Self {
        Self::Not(Box::new(self))
    }

    /// Its terms, in the order they are written.
    pub fn leaves(&self) -> Vec<&L> {
        match self {
            Self::Leaf(leaf) => vec![leaf],
            Self::Not(inner) => inner.leaves(),
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::leaves).collect(),
        }
    }

    /// The same tree of what is made of its terms.
    pub fn map<M>(&self, made: &impl Fn(&L) -> M) -> Tree<M> {
        let each = |parts: &[Self]| parts.iter().map(|part| part.map(made)).collect();
        match self {
            Self::Leaf(leaf) => Tree::Leaf(made(leaf)),
            Self::Not(inner) => inner.map(made).negated(),
            Self::All(parts) => Tree::All(each(parts)),
            Self::Any(parts) => Tree::Any(each(parts)),
        }
    }

    /// Whether it holds where its terms do.
    pub fn holds(&self, term: &impl Fn(&L) -> bool) -> bool {
        match self {
            Self::Leaf(leaf) => term(leaf),
            Self::Not(inner) => !inner.holds(term),
            Self::All(parts) => parts.iter().all(|part| part.holds(term)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(term)),
        }
    }
}

/// The one part, or else all of them.
fn single<L>(mut parts: Vec<Tree<L>>) -> Result<Tree<L>, Vec<Tree<L>>> {
    match parts.pop() {
        Some(only) if parts.is_empty() => Ok(only),
        last => {
            parts.extend(last);
            Err(parts)
        }
    }
}

impl<L: fmt::Display> fmt::Display for Tree<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Leaf(leaf) => leaf.fmt(f),
            Self::Not(inner) if matches!(**inner, Self::Leaf(_)) => write!(f, "!{inner}"),
            Self::Not(inner) => write!(f, "!({inner})"),
            Self::All(parts) => write_joined(f, parts, " ", |part| matches!(part, Self::Any(_))),
            Self::Any(parts) => write_joined(f, parts, " OR ", |_| false),
        }
    }
}

fn write_joined<L: fmt::Display>(
    f: &mut fmt::Formatter<'_>,
    parts: &[Tree<L>],
    between: &str,
    needs_parentheses: impl Fn(&Tree<L>) -> bool,
) -> fmt::Result {
    for (place, part) in parts.iter().enumerate() {
        f.write_str(if place == 0 { "" } else { between })?;
        if needs_parentheses(part) {
            write!(f, "({part})")?;
        } else {
            write!(f, "{part}")?;
        }
    }
    Ok(())
}

/// What stands between a name and its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `:`: contains, begins so, or is one of.
    Has,
    /// `=`: is exactly.
    Is,
    /// `!=`
    IsNot,
    /// `>`
    Above,
    /// `>=`
    AtLeast,
    /// `<`
    Below,
    /// `<=`
    AtMost,
}

impl Operator {
    /// All of them, the longer ones before those that they begin with.
    pub(super) const ALL: [Self; 7] = [
        Self::IsNot,
        Self::AtLeast,
        Self::AtMost,
        Self::Has,
        Self::Is,
        Self::Above,
        Self::Below,
    ];

    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Has => ":",
            Self::Is => "=",
            Self::IsNot => "!=",
            Self::Above => ">",
            Self::AtLeast => ">=",
            Self::Below => "<",
            Self::AtMost => "<=",
        }
    }
}

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `word`
    Word,
    /// `"quoted"`
    Quoted,
    /// `glob*`
    Glob,
    /// `/regex/`
    Regex,
    /// `lo..hi`, either end open
    Range,
    /// `~fuzzy`
    Fuzzy,
}

/// A value as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Where.
    pub span: Span,
    /// How.
    pub form: Form,
    /// What: quotes, slashes and tilde taken off.
    pub text: String,
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.form {
            Form::Word | Form::Glob | Form::Range => f.write_str(&self.text),
            Form::Quoted => write_between(f, '"', &self.text),
            Form::Regex => write!(f, "/{}/", self.text),
            Form::Fuzzy => {
                f.write_str("~")?;
                write_between(f, '"', &self.text)
            }
        }
    }
}

fn write_between(f: &mut fmt::Formatter<'_>, quote: char, text: &str) -> fmt::Result {
    write!(f, "{quote}")?;
    for character in text.chars() {
        let escape = if matches!(character, '"' | '\\') {
            "\\"
        } else {
            ""
        };
        write!(f, "{escape}{character}")?;
    }
    write!(f, "{quote}")
}

/// A name before values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Where the name stands.
    pub span: Span,
    /// The name.
    pub name: String,
    /// What stands behind it.
    pub operator: Operator,
}

/// A term as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// Where it stands, name and values.
    pub span: Span,
    /// The name before it; none for plain text.
    pub named: Option<Named>,
    /// Its values, at least one; plain text has one.
    pub values: Vec<Written>,
}

impl fmt::Display for Leaf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(named) = &self.named {
            write!(f, "{}{}", named.name, named.operator.as_str())?;
        }
        for (place, value) in self.values.iter().enumerate() {
            f.write_str(if place == 0 { "" } else { "," })?;
            value.fmt(f)?;
        }
        Ok(())
    }
}
