//! Mail: a letter is written into the outbox in the transaction of what it tells of, and sent after that
//! was committed.
//!
//! It leaves at least once: a server that dies between sending and noting it sends again, under the same
//! `Message-ID`. What cannot be delivered stays in the outbox as failed, until somebody looks after it.

mod letter;
mod sender;
mod store;
mod transport;

use chrono::{DateTime, Utc};
use sea_orm::{DatabaseTransaction, DbErr};
use thiserror::Error;

use crate::db::vault::VaultError;
use crate::gate::{Refusal, Services};

pub use letter::{FirstLogin, NewMail, Template};
pub use sender::{send_due, tell_of_backlog};
pub use store::{Letter, NotRetried, Standing, all, erase, retry, sent_to};
pub use transport::{NotSendable, Transport};

/// Why a letter is not in the outbox.
#[derive(Debug, Error)]
pub enum NotQueued {
    /// It cannot be encrypted.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The database's.
    #[error(transparent)]
    Database(#[from] DbErr),
}

impl From<NotQueued> for Refusal {
    fn from(error: NotQueued) -> Self {
        match error {
            NotQueued::Vault(error) => Self::internal(error),
            NotQueued::Database(error) => error.into(),
        }
    }
}

/// Puts a letter into the outbox. Who commits wakes the sender: [`Services::outbox`].
///
/// # Errors
/// The key's, or the database's.
pub async fn queue(
    services: &Services,
    tx: &DatabaseTransaction,
    mail: &NewMail<'_>,
    now: DateTime<Utc>,
) -> Result<(), NotQueued> {
    let context = letter::context(mail.user_id, mail.template.as_str());
    let nonce = services.ids.bytes();
    let sealed = services
        .vault
        .encrypt(mail.text.as_bytes(), &context, nonce)?;
    store::insert(tx, mail, &sealed, now).await?;
    Ok(())
}
