//! Connections, dialect differences, migrations, and the sources of time and ids.
//!
//! Two pools: reads, which the database itself keeps from writing, and writes, which only `gate` and
//! the command line take. Nothing here knows HTTP or a resource.

pub mod clock;
pub mod connect;
pub mod cursor;
pub mod dialect;
pub mod durable;
pub mod filter;
pub mod ids;
pub mod migrate;
pub mod paging;
pub mod queue;
pub mod remains;
pub mod rows;
pub mod search;
pub mod seen;
pub mod settings;
pub mod together;
pub mod vault;

pub use clock::Clock;
pub use connect::{Database, Databases};
pub use dialect::Dialect;
pub use ids::Ids;

use sea_orm::{ConnectionTrait, Statement, Value};

/// A statement with `$1` placeholders, which both databases accept.
pub fn sql(
    connection: &impl ConnectionTrait,
    text: &str,
    values: impl IntoIterator<Item = Value>,
) -> Statement {
    Statement::from_sql_and_values(connection.get_database_backend(), text, values)
}
