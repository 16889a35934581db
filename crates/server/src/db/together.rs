//! Statements that PostgreSQL takes in one round trip.

use std::fmt::Write as _;

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, QueryResult, Statement, Value};

use super::{Dialect, sql};

/// One of several statements; its placeholders are `$1` and on.
#[derive(Clone, Debug)]
pub struct Part {
    text: String,
    values: Vec<Value>,
}

impl Part {
    /// A statement that writes.
    pub fn new(text: impl Into<String>, values: impl IntoIterator<Item = Value>) -> Self {
        Self {
            text: text.into(),
            values: values.into_iter().collect(),
        }
    }

    /// The statement by itself.
    pub fn alone(self, connection: &impl ConnectionTrait) -> Statement {
        sql(connection, &self.text, self.values)
    }
}

/// Runs statements of which none reads or writes rows that another writes, since PostgreSQL takes all of
/// them on the same state. Tells the rows that the last one returns.
///
/// # Errors
/// The database's.
pub async fn run(tx: &DatabaseTransaction, parts: Vec<Part>) -> Result<Vec<QueryResult>, DbErr> {
    match Dialect::of(tx) {
        Dialect::Sqlite => {
            let mut rows = Vec::new();
            for part in parts {
                rows = tx.query_all_raw(part.alone(tx)).await?;
            }
            Ok(rows)
        }
        Dialect::Postgres => tx.query_all_raw(joined(parts).alone(tx)).await,
    }
}

/// One statement of all: the last one, under the names of the others.
fn joined(parts: Vec<Part>) -> Part {
    let last = parts.len().saturating_sub(1);
    let mut whole = Part::new("", []);
    for (place, part) in parts.into_iter().enumerate() {
        let text = shifted(&part.text, whole.values.len());
        whole.text = match (place, place == last) {
            (0, true) => text,
            (0, false) => format!("WITH part_0 AS ({text})"),
            (_, true) => format!("{} {text}", whole.text),
            (_, false) => format!("{}, part_{place} AS ({text})", whole.text),
        };
        whole.values.extend(part.values);
    }
    whole
}

/// The text with placeholders that begin behind those of the parts before it.
fn shifted(text: &str, by: usize) -> String {
    let mut pieces = text.split('$');
    let mut shifted = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let digits = piece.find(|letter: char| !letter.is_ascii_digit());
        let (number, rest) = piece.split_at(digits.unwrap_or(piece.len()));
        let number: usize = number.parse().unwrap_or_default();
        // Writing into a String cannot fail.
        let _ = write!(shifted, "${}{rest}", number + by);
    }
    shifted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_counted_through_all_parts() {
        let parts = vec![
            Part::new("UPDATE a SET x = $2, y = $1", [1.into(), 2.into()]),
            Part::new("INSERT INTO b VALUES ($1)", [3.into()]),
            Part::new(
                "UPDATE c SET z = $1 WHERE id = $2 RETURNING id",
                [4.into(), 5.into()],
            ),
        ];
        let whole = joined(parts);
        assert_eq!(
            whole.text,
            "WITH part_0 AS (UPDATE a SET x = $2, y = $1), part_1 AS (INSERT INTO b VALUES ($3)) \
             UPDATE c SET z = $4 WHERE id = $5 RETURNING id"
        );
        assert_eq!(whole.values, (1..=5).map(Value::from).collect::<Vec<_>>());
    }

    #[test]
    fn one_part_alone_stays_as_it_is() {
        let whole = joined(vec![Part::new("DELETE FROM a WHERE id = $1", [1.into()])]);
        assert_eq!(whole.text, "DELETE FROM a WHERE id = $1");
    }
}
