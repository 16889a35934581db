//! The caller's own rows, held while the transaction runs.

use sea_orm::{ConnectionTrait, DatabaseTransaction, Value};

use super::{Caller, Refusal};
use crate::db::{Dialect, sql};

/// How the caller's rows are locked.
pub(super) type RowLock = fn(Dialect) -> &'static str;

/// The caller as the guard saw them, to be found so again under a lock.
#[derive(Clone, Copy, Debug)]
pub struct Held<'a> {
    /// Who calls.
    pub caller: &'a Caller,
    /// How their rows are locked.
    pub lock: RowLock,
}

impl Held<'_> {
    /// What follows `SELECT`: the caller's account `u` and session `s`, locked, where neither has lost its
    /// rights since. [`Self::values`] are `$1` to `$3`. Both are named by their keys: without the account's,
    /// PostgreSQL has read all accounts to find the one of the session.
    pub fn rows(&self, tx: &DatabaseTransaction) -> String {
        format!(
            "FROM users u JOIN sessions s ON s.user_id = u.id \
             WHERE u.id = $1 AND u.epoch = $2 AND s.id = $3 AND s.revoked_at IS NULL{}",
            (self.lock)(Dialect::of(tx))
        )
    }

    /// The values of [`Self::rows`].
    pub fn values(&self) -> [Value; 3] {
        let Caller {
            user_id,
            epoch,
            session_id,
            ..
        } = self.caller;
        [(*user_id).into(), (*epoch).into(), (*session_id).into()]
    }

    /// Locks the rows, and tells whether they are as they were.
    ///
    /// # Errors
    /// The database's.
    pub async fn take(&self, tx: &DatabaseTransaction) -> Result<bool, Refusal> {
        let text = format!("SELECT u.id {}", self.rows(tx));
        let row = tx.query_one_raw(sql(tx, &text, self.values())).await?;
        Ok(row.is_some())
    }
}
