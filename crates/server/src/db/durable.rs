//! Committing without keeping locks while the disk is written, and waiting for the disk all the same.
//!
//! A commit on PostgreSQL keeps its locks until the log is on disk, and the head of the audit chain is a lock
//! that every write takes: writes would go to disk one by one. So a transaction commits without waiting, which
//! frees its locks, and then waits for an empty message that the same connection commits in the same round trip:
//! the log is written in order, so that where the message is on disk, all before it is. Several that wait go to
//! disk together.
//!
//! A server that crashes between the two breaks the connection, so that what it lost is not taken for kept.

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr};

use super::Dialect;

const COMMIT_POSTGRES: &str = "SET LOCAL synchronous_commit = off; COMMIT AND CHAIN; \
    SELECT pg_logical_emit_message(true, 'quarterdeck', ''); COMMIT AND CHAIN";
const MESSAGE_POSTGRES: &str = "SELECT pg_logical_emit_message(true, 'quarterdeck', '')";

/// Commits; answers when all of it is on disk.
///
/// # Errors
/// The database's. Where it went away, the change may be there or not.
pub async fn commit(tx: DatabaseTransaction) -> Result<(), DbErr> {
    match Dialect::of(&tx) {
        Dialect::Sqlite => tx.commit().await,
        // The transaction that is open after it is empty; dropped, it ends as the connection goes back to the pool.
        Dialect::Postgres => tx.execute_unprepared(COMMIT_POSTGRES).await.map(drop),
    }
}

/// Answers when all that was committed before is on disk, by a transaction of PostgreSQL that has written nothing.
///
/// # Errors
/// The database's.
pub(super) async fn settle(tx: DatabaseTransaction) -> Result<(), DbErr> {
    tx.execute_unprepared(MESSAGE_POSTGRES).await?;
    tx.commit().await
}
