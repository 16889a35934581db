//! From the characters of a filter to its pieces: terms, and what joins them.

use super::error::{FilterError, Span};
use super::tree::{Form, Leaf, Named, Operator, Written};

/// Most values that one term holds.
const MAX_VALUES: usize = 100;

/// A piece of a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    /// `(`
    Open(Span),
    /// `)`
    Close(Span),
    /// `OR` or `|`
    Or(Span),
    /// `!` or `-`, before what it leaves out
    Not(Span),
    /// A term.
    Leaf(Leaf),
}

impl Token {
    /// Where it stands.
    pub const fn span(&self) -> Span {
        match self {
            Self::Open(span) | Self::Close(span) | Self::Or(span) | Self::Not(span) => *span,
            Self::Leaf(leaf) => leaf.span,
        }
    }
}

/// The pieces of a filter.
pub fn tokens(text: &str) -> Result<Vec<Token>, FilterError> {
    let mut lexer = Lexer {
        characters: text.chars().collect(),
        at: 0,
    };
    let mut tokens = Vec::new();
    while let Some(token) = lexer.token()? {
        tokens.push(token);
    }
    Ok(tokens)
}

struct Lexer {
    characters: Vec<char>,
    at: usize,
}

impl Lexer {
    fn peek(&self) -> Option<char> {
        self.characters.get(self.at).copied()
    }

    fn since(&self, start: usize) -> Span {
        Span {
            start,
            end: self.at,
        }
    }

    fn one(&mut self) -> Span {
        self.at += 1;
        self.since(self.at - 1)
    }

    fn token(&mut self) -> Result<Option<Token>, FilterError> {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
        let Some(character) = self.peek() else {
            return Ok(None);
        };
        let token = match character {
            '(' => Token::Open(self.one()),
            ')' => Token::Close(self.one()),
            '|' => Token::Or(self.one()),
            '!' | '-' => Token::Not(self.one()),
            _ => self.word_or_term()?,
        };
        Ok(Some(token))
    }

    fn word_or_term(&mut self) -> Result<Token, FilterError> {
        let start = self.at;
        if let Some(named) = self.named() {
            return self.values(start, named).map(Token::Leaf);
        }
        let value = self.value(Place::Text)?;
        if value.form == Form::Word {
            match value.text.as_str() {
                "OR" => return Ok(Token::Or(value.span)),
                "AND" => return Err(FilterError::new(value.span, "a space means AND already")),
                "NOT" => return Err(FilterError::new(value.span, "write `!` for NOT")),
                _ => {}
            }
        }
        Ok(Token::Leaf(Leaf {
            span: self.since(start),
            named: None,
            values: vec![value],
        }))
    }

    /// A name and the operator right behind it.
    fn named(&mut self) -> Option<Named> {
        let rest = &self.characters[self.at..];
        let length = rest
            .iter()
            .take_while(|character| character.is_ascii_alphabetic() || **character == '_')
            .count();
        let behind: String = rest.iter().skip(length).take(2).collect();
        let operator = Operator::ALL
            .into_iter()
            .find(|operator| length > 0 && behind.starts_with(operator.as_str()))?;
        let start = self.at;
        let name = rest[..length].iter().collect();
        self.at += length;
        let span = self.since(start);
        self.at += operator.as_str().len();
        Some(Named {
            span,
            name,
            operator,
        })
    }

    fn values(&mut self, start: usize, named: Named) -> Result<Leaf, FilterError> {
        let mut values = Vec::new();
        loop {
            let value = self.value(Place::Value)?;
            if !value.text.is_empty() || value.form != Form::Word {
                values.push(value);
            }
            if self.peek() != Some(',') {
                break;
            }
            self.at += 1;
        }
        let span = self.since(start);
        if values.len() > MAX_VALUES {
            let problem = format!("`{}` takes {MAX_VALUES} values at most", named.name);
            return Err(FilterError::new(span, &problem));
        }
        Ok(Leaf {
            span,
            named: Some(named),
            values,
        })
    }

    fn value(&mut self, place: Place) -> Result<Written, FilterError> {
        let start = self.at;
        let (form, text) = match (place, self.peek()) {
            (_, Some('"')) => (Form::Quoted, self.quoted()?),
            (_, Some('/')) => (Form::Regex, self.regex()?),
            (Place::Text, Some('~')) => (Form::Fuzzy, self.fuzzy()?),
            (Place::Text | Place::Value, _) => self.bare(place)?,
        };
        let span = self.since(start);
        if !self.is_at_end_of(place) {
            let problem = "a space or a comma is missing behind this; text that begins with `/` goes in quotes";
            return Err(FilterError::new(span, problem));
        }
        Ok(Written { span, form, text })
    }

    fn is_at_end_of(&self, place: Place) -> bool {
        self.peek().is_none_or(|character| place.ends_at(character))
    }

    /// What stands between quotes; `\"` and `\\` are a quote and a backslash.
    fn quoted(&mut self) -> Result<String, FilterError> {
        let opening = self.one();
        let mut text = String::new();
        loop {
            let character = self.peek();
            self.at += 1;
            match character {
                None => return Err(FilterError::new(opening, "the quote is not closed")),
                Some('"') => return Ok(text),
                Some('\\') if matches!(self.peek(), Some('"' | '\\')) => {
                    text.extend(self.peek());
                    self.at += 1;
                }
                Some(character) => text.push(character),
            }
        }
    }

    /// What stands between slashes, as it is written: `\/` is a slash in either grammar.
    fn regex(&mut self) -> Result<String, FilterError> {
        let opening = self.one();
        let mut text = String::new();
        let mut is_escaped = false;
        loop {
            let character = self.peek();
            self.at += 1;
            match character {
                None => {
                    let problem =
                        "the pattern is not closed; text that begins with `/` goes in quotes";
                    return Err(FilterError::new(opening, problem));
                }
                Some('/') if !is_escaped => return Ok(text),
                Some(character) => {
                    is_escaped = character == '\\' && !is_escaped;
                    text.push(character);
                }
            }
        }
    }

    fn fuzzy(&mut self) -> Result<String, FilterError> {
        let tilde = self.one();
        let text = if self.peek() == Some('"') {
            self.quoted()?
        } else {
            self.bare(Place::Text)?.1
        };
        if text.is_empty() {
            return Err(FilterError::new(
                tilde,
                "`~` stands before what to look for",
            ));
        }
        Ok(text)
    }

    fn bare(&mut self, place: Place) -> Result<(Form, String), FilterError> {
        let mut text = String::new();
        while let Some(character) = self.peek().filter(|character| !place.ends_at(*character)) {
            if character == '"' {
                let problem = "a quote opens at the beginning of a value";
                return Err(FilterError::new(self.one(), problem));
            }
            text.push(character);
            self.at += 1;
        }
        let form = if text.contains('*') {
            Form::Glob
        } else if place == Place::Value && text.contains("..") {
            Form::Range
        } else {
            Form::Word
        };
        Ok((form, text))
    }
}

/// Where a value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// By itself.
    Text,
    /// Behind a name.
    Value,
}

impl Place {
    const fn ends_at(self, character: char) -> bool {
        match character {
            '(' | ')' | '|' => true,
            ',' => matches!(self, Self::Value),
            _ => character.is_whitespace(),
        }
    }
}
