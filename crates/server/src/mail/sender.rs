//! Sends what is due, one letter after the other, outside of any transaction: a mail server may take long.

use chrono::TimeDelta;
use sea_orm::DbErr;

use super::letter::{self, Template};
use super::store::{self, Outcome, Taken};
use super::transport::{self, NotSendable, Refused, Transport};
use crate::gate::Services;

/// Wait after the first try; it doubles with each.
const FIRST_RETRY: TimeDelta = TimeDelta::seconds(30);
/// Longest wait between two tries.
const LAST_RETRY: TimeDelta = TimeDelta::hours(1);
/// Tries before a letter has failed: some five hours.
const MAX_ATTEMPTS: i32 = 12;

/// Why nothing more was sent.
#[derive(Debug, thiserror::Error)]
pub enum Stuck {
    /// Mail cannot leave as it is configured.
    #[error(transparent)]
    Configuration(#[from] NotSendable),
    /// The database's.
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// Sends every letter that is due, and tells how many left. None does where no way out is configured.
///
/// # Errors
/// What keeps all letters; one that cannot leave by itself holds up no other.
pub async fn send_due(services: &Services) -> Result<u32, Stuck> {
    let Some(transport) = Transport::open(&services.config.mail)? else {
        return Ok(0);
    };
    let mut sent = 0;
    while let Some(taken) = take(services).await? {
        let outcome = attempt(services, &transport, &taken).await;
        tell(&taken, &outcome);
        sent += u32::from(outcome == Outcome::Sent);
        let tx = services.system_write("mail").await?;
        store::note(tx.connection(), &taken, &outcome, tx.now).await?;
        tx.commit().await?;
    }
    Ok(sent)
}

async fn take(services: &Services) -> Result<Option<Taken>, DbErr> {
    let now = services.clock.now();
    if !store::is_any_due(services.database.reads(), now).await? {
        return Ok(None);
    }
    let tx = services.system_write("mail").await?;
    let taken = store::take(tx.connection(), tx.now).await?;
    tx.commit().await?;
    Ok(taken)
}

async fn attempt(services: &Services, transport: &Transport, taken: &Taken) -> Outcome {
    let now = services.clock.now();
    if now >= taken.useless_at {
        return Outcome::Useless;
    }
    let sent = match read(services, taken) {
        Ok(message) => transport.send(taken, message).await,
        Err(refused) => Err(refused),
    };
    match sent {
        Ok(()) => Outcome::Sent,
        Err(Refused::ForNow(error)) if taken.attempt < MAX_ATTEMPTS => Outcome::Again {
            at: now + retry_after(taken.attempt),
            error,
        },
        Err(Refused::ForNow(error) | Refused::ForGood(error)) => Outcome::Failed { error },
    }
}

fn read(services: &Services, taken: &Taken) -> Result<lettre::Message, Refused> {
    let for_good = |error: &dyn std::error::Error| Refused::ForGood(error.to_string());
    let context = letter::context(taken.user_id, &taken.template);
    let text = services.vault.decrypt(&taken.sealed, &context);
    let text = String::from_utf8(text.map_err(|error| for_good(&error))?);
    let template = Template::named(&taken.template);
    let template = template.ok_or_else(|| Refused::ForGood("no such template".to_owned()))?;
    let subject = template.subject(&services.config.environment);
    let text = text.map_err(|error| for_good(&error))?;
    transport::message(taken, &services.config.mail.from, &subject, text)
        .map_err(|error| for_good(&error))
}

fn retry_after(attempt: i32) -> TimeDelta {
    let doubled = u32::try_from(attempt - 1)
        .ok()
        .and_then(|times| 2_i32.checked_pow(times));
    doubled
        .and_then(|factor| FIRST_RETRY.checked_mul(factor))
        .map_or(LAST_RETRY, |wait| wait.min(LAST_RETRY))
}

/// The log names the letter, not its reader.
fn tell(taken: &Taken, outcome: &Outcome) {
    let (mail, template, attempt) = (taken.id, &taken.template, taken.attempt);
    match outcome {
        Outcome::Sent => tracing::info!(mail, template, attempt, "a mail was sent"),
        Outcome::Again { at, error } => {
            tracing::warn!(mail, template, attempt, error, again_at = %at, "a mail was not sent");
        }
        Outcome::Failed { error } => {
            tracing::error!(
                mail,
                template,
                attempt,
                error,
                "a mail failed; `mail list` shows it, `mail retry` sends it again"
            );
        }
        Outcome::Useless => {
            tracing::error!(
                mail,
                template,
                attempt,
                "a mail was of no use before it was sent"
            );
        }
    }
}

/// Tells the metrics how many letters wait, and how many failed.
///
/// # Errors
/// The database's.
pub async fn tell_of_backlog(services: &Services) -> Result<(), DbErr> {
    let (queued, failed) = store::backlog(services.database.reads()).await?;
    for (status, count) in [("queued", queued), ("failed", failed)] {
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        metrics::gauge!("quarterdeck_mails", "status" => status).set(count);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_come_less_and_less_often_and_end_after_some_hours() {
        let waits: Vec<_> = [1, 2, 3, 7, 8, 11]
            .map(|n| retry_after(n).num_seconds())
            .into();
        assert_eq!(waits, [30, 60, 120, 1_920, 3_600, 3_600]);
        let all: TimeDelta = (1..MAX_ATTEMPTS).map(retry_after).sum();
        assert_eq!(all.num_hours(), 5);
    }
}
