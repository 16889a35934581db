//! From the pieces of a filter to its tree (console.md §4.9):
//!
//! ```text
//! query = or
//! or    = and { ("OR" | "|") and }
//! and   = unary { unary }
//! unary = ["!" | "-"] ( "(" or ")" | term )
//! ```

use super::error::{FilterError, Span};
use super::lex::{Token, tokens};
use super::tree::{Leaf, Tree};

/// Most characters of a filter.
pub const MAX_LENGTH: usize = 1_000;
/// Most terms of a filter.
pub const MAX_TERMS: usize = 50;
/// How deep parentheses may stand in each other.
const MAX_DEPTH: usize = 16;

/// The tree of a filter; none where it is blank.
pub fn tree(text: &str) -> Result<Option<Tree<Leaf>>, FilterError> {
    check_characters(text)?;
    let mut parser = Parser {
        tokens: tokens(text)?,
        at: 0,
        end: text.chars().count(),
    };
    if parser.tokens.is_empty() {
        return Ok(None);
    }
    let tree = parser.any(0)?;
    if let Some(token) = parser.peek() {
        return Err(FilterError::new(token.span(), "no `(` goes with this `)`"));
    }
    if let Some(beyond) = tree.leaves().get(MAX_TERMS) {
        let problem = format!("a filter takes {MAX_TERMS} terms at most");
        return Err(FilterError::new(beyond.span, &problem));
    }
    Ok(Some(tree))
}

fn check_characters(text: &str) -> Result<(), FilterError> {
    let at = |start| Span {
        start,
        end: start + 1,
    };
    let is_control = |character: char| character.is_control() && character != '\t';
    if let Some(start) = text.chars().position(is_control) {
        let problem = "a control character cannot be looked for";
        return Err(FilterError::new(at(start), problem));
    }
    if text.chars().count() > MAX_LENGTH {
        let problem = format!("a filter takes {MAX_LENGTH} characters at most");
        return Err(FilterError::new(at(MAX_LENGTH), &problem));
    }
    Ok(())
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    /// The place behind the text.
    end: usize,
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn take(&mut self) -> Option<Token> {
        let token = self.peek().cloned();
        self.at += 1;
        token
    }

    fn any(&mut self, depth: usize) -> Result<Tree<Leaf>, FilterError> {
        let mut parts = vec![self.all(depth)?];
        while matches!(self.peek(), Some(Token::Or(_))) {
            self.at += 1;
            parts.push(self.all(depth)?);
        }
        Ok(Tree::any(parts))
    }

    fn all(&mut self, depth: usize) -> Result<Tree<Leaf>, FilterError> {
        let mut parts = vec![self.unary(depth)?];
        while !matches!(self.peek(), None | Some(Token::Or(_) | Token::Close(_))) {
            parts.push(self.unary(depth)?);
        }
        Ok(Tree::all(parts))
    }

    fn unary(&mut self, depth: usize) -> Result<Tree<Leaf>, FilterError> {
        if let Some(Token::Not(span)) = self.peek() {
            let (before, end) = (*span, span.end);
            self.at += 1;
            let is_next = |token: &Token| match token {
                Token::Open(next) => next.start == end,
                Token::Leaf(leaf) => leaf.span.start == end,
                Token::Close(_) | Token::Or(_) | Token::Not(_) => false,
            };
            if !self.peek().is_some_and(is_next) {
                let problem =
                    "this stands right before what it leaves out, once; as text it goes in quotes";
                return Err(FilterError::new(before, problem));
            }
            return self.primary(depth).map(Tree::negated);
        }
        self.primary(depth)
    }

    fn primary(&mut self, depth: usize) -> Result<Tree<Leaf>, FilterError> {
        let end = Span {
            start: self.end,
            end: self.end,
        };
        match self.take() {
            Some(Token::Leaf(leaf)) => Ok(Tree::Leaf(leaf)),
            Some(Token::Open(open)) => self.group(open, depth + 1),
            Some(Token::Close(span)) => Err(FilterError::new(
                span,
                "something to look for is missing before this",
            )),
            Some(Token::Or(span)) => Err(FilterError::new(
                span,
                "OR stands between two things to look for",
            )),
            Some(Token::Not(span)) => Err(FilterError::new(span, "once is enough")),
            None => Err(FilterError::new(
                end,
                "something to look for is missing here",
            )),
        }
    }

    fn group(&mut self, open: Span, depth: usize) -> Result<Tree<Leaf>, FilterError> {
        if depth > MAX_DEPTH {
            return Err(FilterError::new(
                open,
                "parentheses stand too deep in each other",
            ));
        }
        let inner = self.any(depth)?;
        match self.take() {
            Some(Token::Close(_)) => Ok(inner),
            Some(_) | None => Err(FilterError::new(open, "the parenthesis is not closed")),
        }
    }
}
