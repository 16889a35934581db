//! What the two databases do differently, each difference in one function.

use std::str::FromStr;

use sea_orm::{DbBackend, DbErr, RuntimeErr, SqlxError};

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// One file, one writer.
    Sqlite,
    /// Many processes.
    Postgres,
}

impl Dialect {
    /// The library's name for it.
    pub const fn backend(self) -> DbBackend {
        match self {
            Self::Sqlite => DbBackend::Sqlite,
            Self::Postgres => DbBackend::Postgres,
        }
    }

    /// The dialect of a connection.
    pub fn of(connection: &impl sea_orm::ConnectionTrait) -> Self {
        if connection.get_database_backend() == DbBackend::Postgres {
            Self::Postgres
        } else {
            Self::Sqlite
        }
    }

    /// Locks the rows read until the transaction ends; SQLite's one writer needs no lock.
    pub const fn for_update(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " FOR UPDATE",
        }
    }

    /// Keeps the rows read from being changed until the transaction ends.
    pub const fn for_share(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " FOR SHARE",
        }
    }

    /// Locks the rows read for a change that leaves their keys alone, so that rows which refer to them
    /// can still be written.
    pub const fn for_own_update(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " FOR NO KEY UPDATE",
        }
    }

    /// The values of a column in one text, with spaces between them; NULL where there is none.
    pub fn joined(self, column: &str) -> String {
        match self {
            Self::Sqlite => format!("group_concat({column}, ' ')"),
            Self::Postgres => format!("string_agg({column}, ' ')"),
        }
    }

    /// Whether a column is one of the numbers that the first parameter lists, with commas between them: a
    /// text that does not grow with them.
    pub fn among(self, column: &str) -> String {
        match self {
            Self::Sqlite => {
                format!("{column} IN (SELECT value FROM json_each('[' || $1 || ']'))")
            }
            Self::Postgres => format!("{column} = ANY(('{{' || $1 || '}}')::bigint[])"),
        }
    }

    /// The column that names a row by where it stands.
    pub const fn row_place(self) -> &'static str {
        match self {
            Self::Sqlite => "rowid",
            Self::Postgres => "ctid",
        }
    }
}

/// Why a statement failed, as far as a caller acts differently on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// A unique key exists already.
    Duplicate,
    /// A lock was not had in time.
    LockTimeout,
    /// The database cannot be reached, has no connection to give, or no space.
    Away,
    /// Anything else.
    Other,
}

/// Sorts an error.
pub fn failure(error: &DbErr) -> Failure {
    match error {
        DbErr::Conn(_) | DbErr::ConnectionAcquire(_) => Failure::Away,
        DbErr::Exec(RuntimeErr::SqlxError(source))
        | DbErr::Query(RuntimeErr::SqlxError(source)) => sqlx_failure(source),
        _ => Failure::Other,
    }
}

fn sqlx_failure(error: &SqlxError) -> Failure {
    match error {
        SqlxError::Database(source) if source.is_unique_violation() => Failure::Duplicate,
        SqlxError::Database(source) => match source.code().as_deref() {
            Some("55P03" | "40P01" | "5" | "6" | "517" | "261") => Failure::LockTimeout,
            Some("57P01" | "57P02" | "57P03" | "53300" | "08006" | "08003" | "25P03") => {
                Failure::Away
            }
            // The disk is full, or what it cannot hold is written.
            Some("53100" | "13" | "778" | "4874") => Failure::Away,
            _ => Failure::Other,
        },
        SqlxError::Io(_)
        | SqlxError::Tls(_)
        | SqlxError::PoolTimedOut
        | SqlxError::PoolClosed
        | SqlxError::WorkerCrashed => Failure::Away,
        _ => Failure::Other,
    }
}

/// Placeholders `$first, …` for a list of values.
pub fn placeholders(first: usize, count: usize) -> String {
    (first..first + count)
        .map(|index| format!("${index}"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// The values of a text that [`Dialect::joined`] made, in their own order.
///
/// # Errors
/// The first value that is not known.
pub fn split<T: FromStr + Ord>(joined: Option<&str>) -> Result<Vec<T>, DbErr> {
    let known = |word: &str| {
        word.parse()
            .map_err(|_| DbErr::Type(format!("{word} is not known")))
    };
    let mut values = words(joined).map(known).collect::<Result<Vec<T>, _>>()?;
    values.sort_unstable();
    Ok(values)
}

/// The same without those that are not known: what a newer server granted means nothing to this one.
pub fn split_known<T: FromStr + Ord>(joined: Option<&str>) -> Vec<T> {
    let mut values: Vec<T> = words(joined).filter_map(|word| word.parse().ok()).collect();
    values.sort_unstable();
    values
}

fn words(joined: Option<&str>) -> impl Iterator<Item = &str> {
    joined.unwrap_or_default().split_whitespace()
}
