//! Bringing the schema up to date, forward only, with the same numbers on both databases.

use anyhow::{Result, bail};
use sqlx::migrate::{MigrateError, Migrator};

use super::{Database, Databases};

static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

/// Applies what is missing. On PostgreSQL an advisory lock keeps two processes apart.
pub async fn apply(database: &Database) -> Result<()> {
    match database.pools() {
        Databases::Sqlite { writes, .. } => SQLITE.run(writes).await?,
        Databases::Postgres { writes, .. } => POSTGRES.run(writes).await.map_err(with_advice)?,
    }
    Ok(())
}

/// The migration that needs the extension `pg_trgm`.
const NEEDS_TRIGRAMS: i64 = 16;

/// What to do where this role may not make an extension, or the server has none to make.
fn with_advice(error: MigrateError) -> anyhow::Error {
    let needs_trigrams = matches!(&error, MigrateError::ExecuteMigration(sqlx::Error::Database(_), version)
        if *version == NEEDS_TRIGRAMS);
    let error = anyhow::Error::from(error);
    if !needs_trigrams {
        return error;
    }
    error.context(
        "users are searched by the extension pg_trgm of PostgreSQL: have `CREATE EXTENSION pg_trgm` run in this \
         database by its owner or a superuser (the extension comes with the package of PostgreSQL or \
         postgresql-contrib), then run `quarterdeck-server migrate` again",
    )
}

/// Makes the schema fit for serving: SQLite is migrated, PostgreSQL is only looked at.
pub async fn prepare(database: &Database) -> Result<()> {
    let Databases::Postgres { reads, .. } = database.pools() else {
        return apply(database).await;
    };
    let applied: Option<i64> =
        sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations WHERE success")
            .fetch_optional(reads)
            .await
            .unwrap_or(None)
            .flatten();
    let newest = POSTGRES.iter().map(|migration| migration.version).max();
    match applied.cmp(&newest) {
        std::cmp::Ordering::Equal => Ok(()),
        std::cmp::Ordering::Less => {
            bail!(
                "the database schema is older than this server; run `quarterdeck-server migrate` with the same --database first"
            )
        }
        std::cmp::Ordering::Greater => {
            bail!(
                "the database schema is newer than this server; run a server of the newer version"
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_databases_have_the_same_migrations() {
        let versions = |migrator: &'static Migrator| -> Vec<_> {
            migrator
                .iter()
                .map(|migration| (migration.version, migration.description.clone()))
                .collect()
        };
        assert_eq!(versions(&SQLITE), versions(&POSTGRES));
    }
}
