//! The part of the filter grammar (console.md §4.9) that stands so far: words, and `name:value` terms,
//! all of which must hold. What a name means is the screen's business.

use std::ops::RangeInclusive;

use chrono::TimeDelta;
use quarterdeck_api::suggest::suggestion;
use quarterdeck_api::text::Line;

/// A name that may stand before a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FilterField {
    /// The name.
    pub name: &'static str,
    /// What may follow, for the prompt: `PENDING,ACTIVE,...`.
    pub example: &'static str,
}

/// How a value is held against a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// `:` or `=`: is, or is one of.
    Is,
    /// `>`
    Above,
    /// `<`
    Below,
}

/// One condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// Where it begins, in characters from 0.
    pub column: usize,
    /// The name before it, none for plain text.
    pub field: Option<&'static str>,
    /// How the value is meant.
    pub relation: Relation,
    /// The value, quotes taken off.
    pub value: String,
}

impl Term {
    /// A problem with this term.
    pub fn error(&self, message: &str) -> FilterError {
        FilterError {
            column: self.column,
            message: Line::new(message),
        }
    }

    /// Whether it ends the text and could become a name: `sta` of `status:`.
    pub fn is_begun_name(&self, text: &str, fields: &[FilterField]) -> bool {
        let ends_here = self.column + self.value.chars().count() == text.chars().count();
        let begins = |field: &FilterField| field.name.starts_with(&self.value);
        self.field.is_none() && ends_here && self.value.len() > 1 && fields.iter().any(begins)
    }

    /// The values between commas.
    pub fn values(&self) -> impl Iterator<Item = &str> {
        self.value
            .split(',')
            .map(str::trim)
            .filter(|value| !value.is_empty())
    }

    /// The value as the counts that it lets through: `:3`, `>2`, `>=3`, `<5`, `<=4`.
    ///
    /// # Errors
    /// It is no whole number.
    pub fn counts(&self) -> Result<RangeInclusive<u32>, FilterError> {
        // `>=3` has come here as `>` with the value `=3`.
        let bare = self.value.strip_prefix('=');
        let count: u32 = bare.unwrap_or(&self.value).parse().map_err(|_| {
            let name = self.field.unwrap_or_default();
            self.error(&format!("`{}` is no count; write {name}>=3", self.value))
        })?;
        Ok(match (self.relation, bare) {
            (Relation::Is, _) => count..=count,
            (Relation::Above, Some(_)) => count..=u32::MAX,
            (Relation::Above, None) => count.saturating_add(1)..=u32::MAX,
            (Relation::Below, Some(_)) => 0..=count,
            (Relation::Below, None) => 0..=count.saturating_sub(1),
        })
    }

    /// The value as a span of time: `30m`, `2h`, `3d`, `1w`.
    ///
    /// # Errors
    /// It is none, or it stands behind `:`.
    pub fn span(&self) -> Result<TimeDelta, FilterError> {
        let name = self.field.unwrap_or_default();
        if self.relation == Relation::Is {
            return Err(self.error(&format!("write {name}>2d or {name}<2h")));
        }
        parse_span(&self.value).ok_or_else(|| {
            self.error(&format!(
                "`{}` is no span of time; write 30m, 2h, 3d or 1w",
                self.value
            ))
        })
    }
}

/// What is wrong with a filter, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilterError {
    /// Where the term at fault begins, in characters from 0.
    pub column: usize,
    /// What is wrong, and what to write.
    pub message: Line,
}

/// Reads a filter.
///
/// # Errors
/// A name that the screen does not know, a value that is missing, a quote that is not closed.
pub fn parse(text: &str, fields: &'static [FilterField]) -> Result<Vec<Term>, FilterError> {
    words(text)?
        .into_iter()
        .map(|word| word.into_term(fields))
        .collect()
}

/// A piece of the text between spaces, and where its quotes began.
struct Word {
    column: usize,
    text: String,
    /// Characters of `text` before the first quote: only an operator among them counts as one.
    plain: usize,
}

impl Word {
    fn into_term(self, fields: &'static [FilterField]) -> Result<Term, FilterError> {
        let Some((name, relation, value)) = self.split() else {
            return Ok(Term {
                column: self.column,
                field: None,
                relation: Relation::Is,
                value: self.text,
            });
        };
        let problem = |message: String| FilterError {
            column: self.column,
            message: Line::new(&message),
        };
        let known = fields
            .iter()
            .find(|field| field.name == name)
            .ok_or_else(|| problem(format!("no filter `{name}`{}", suggest(name, fields))))?;
        if value.is_empty() {
            return Err(problem(format!(
                "`{name}` needs a value: {}",
                known.example
            )));
        }
        Ok(Term {
            column: self.column,
            field: Some(known.name),
            relation,
            value: value.to_owned(),
        })
    }

    fn split(&self) -> Option<(&str, Relation, &str)> {
        let (at, operator) = self
            .text
            .char_indices()
            .take(self.plain)
            .find(|(_, c)| ":=<>".contains(*c))?;
        let name = &self.text[..at];
        let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphabetic() || c == '_');
        let relation = match operator {
            '>' => Relation::Above,
            '<' => Relation::Below,
            _ => Relation::Is,
        };
        is_name.then(|| (name, relation, &self.text[at + 1..]))
    }
}

fn suggest(name: &str, fields: &[FilterField]) -> String {
    let near = suggestion(name, fields.iter().map(|field| field.name));
    if near.is_empty() {
        let names: Vec<_> = fields.iter().map(|field| field.name).collect();
        format!("; there is {}", names.join(", "))
    } else {
        near
    }
}

fn words(text: &str) -> Result<Vec<Word>, FilterError> {
    let mut words = Vec::new();
    let mut current: Option<Word> = None;
    let mut quote: Option<usize> = None;
    for (column, character) in text.chars().enumerate() {
        if character.is_whitespace() && quote.is_none() {
            words.extend(current.take());
            continue;
        }
        let word = current.get_or_insert(Word {
            column,
            text: String::new(),
            plain: usize::MAX,
        });
        if character == '"' {
            word.plain = word.plain.min(word.text.chars().count());
            quote = if quote.is_some() { None } else { Some(column) };
        } else {
            word.text.push(character);
        }
    }
    if let Some(column) = quote {
        return Err(FilterError {
            column,
            message: Line::new("the quote is not closed"),
        });
    }
    words.extend(current);
    Ok(words)
}

/// `30m`, `2h`, `3d`, `1w`.
pub(super) fn parse_span(text: &str) -> Option<TimeDelta> {
    let unit = text.chars().last()?;
    let count: u32 = text[..text.len() - unit.len_utf8()].parse().ok()?;
    let count = i64::from(count);
    match unit {
        'm' => TimeDelta::try_minutes(count),
        'h' => TimeDelta::try_hours(count),
        'd' => TimeDelta::try_days(count),
        'w' => TimeDelta::try_weeks(count),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELDS: &[FilterField] = &[
        FilterField {
            name: "status",
            example: "PENDING",
        },
        FilterField {
            name: "age",
            example: ">2d",
        },
    ];

    fn read(text: &str) -> Vec<(usize, Option<&'static str>, Relation, String)> {
        let terms = parse(text, FIELDS).unwrap();
        terms
            .into_iter()
            .map(|term| (term.column, term.field, term.relation, term.value))
            .collect()
    }

    fn error(text: &str) -> (usize, String) {
        let error = parse(text, FIELDS).unwrap_err();
        (error.column, error.message.to_string())
    }

    #[test]
    fn words_and_named_values_are_read_with_their_columns() {
        assert_eq!(
            read("ana  status:PENDING,ACTIVE age>2d \"a b\" #4711"),
            [
                (0, None, Relation::Is, "ana".to_owned()),
                (5, Some("status"), Relation::Is, "PENDING,ACTIVE".to_owned()),
                (27, Some("age"), Relation::Above, "2d".to_owned()),
                (34, None, Relation::Is, "a b".to_owned()),
                (40, None, Relation::Is, "#4711".to_owned()),
            ]
        );
        assert_eq!(read("  "), []);
    }

    #[test]
    fn an_operator_in_quotes_is_text() {
        assert_eq!(read("\"status:x\"")[0].1, None);
        assert_eq!(read("status:\"a b\"")[0].3, "a b");
    }

    #[test]
    fn a_wrong_filter_points_at_its_column_and_says_what_to_write() {
        assert_eq!(
            error("ana stauts:PENDING"),
            (4, "no filter `stauts`; did you mean `status`?".to_owned())
        );
        assert_eq!(
            error("zzzzzz:1"),
            (0, "no filter `zzzzzz`; there is status, age".to_owned())
        );
        assert_eq!(
            error("status:"),
            (0, "`status` needs a value: PENDING".to_owned())
        );
        assert_eq!(error("a \"b"), (2, "the quote is not closed".to_owned()));
    }

    #[test]
    fn counts_are_compared_with_their_limit_or_without() {
        let counts = |text: &str| parse(text, FIELDS).unwrap()[0].counts();
        let cases = [
            ("age:3", 3..=3),
            ("age=3", 3..=3),
            ("age>2", 3..=u32::MAX),
            ("age>=3", 3..=u32::MAX),
            ("age<5", 0..=4),
            ("age<=5", 0..=5),
            ("age<0", 0..=0),
        ];
        for (text, expected) in cases {
            assert_eq!(counts(text), Ok(expected), "{text}");
        }
        assert_eq!(
            counts("age>many").unwrap_err().message.as_str(),
            "`many` is no count; write age>=3"
        );
    }

    #[test]
    fn spans_of_time_have_a_unit_and_stand_behind_a_comparison() {
        let span = |text: &str| parse(text, FIELDS).unwrap()[0].span();
        assert_eq!(span("age>90m"), Ok(TimeDelta::minutes(90)));
        assert_eq!(span("age<1w"), Ok(TimeDelta::weeks(1)));
        assert_eq!(
            span("age:2d").unwrap_err().message.as_str(),
            "write age>2d or age<2h"
        );
        assert!(span("age>2x").is_err());
        assert!(span("age>é").is_err());
        assert!(span("age>4294967295w").is_ok());
    }
}
