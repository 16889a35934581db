//! The mail that was not sent, and sending what failed once more.

use anyhow::{Result, bail};
use quarterdeck_api::audit::AuditCode;
use quarterdeck_api::text::Line;

use crate::chain::{Actor, Entry};
use crate::gate::Services;
use crate::mail::{self, Letter, NotRetried};

/// Most that is listed.
const MOST: u32 = 1_000;

/// Lists what waits and what failed; never what it says.
pub(super) async fn list(services: &Services) -> Result<()> {
    let letters = mail::all(services.database.reads(), MOST).await?;
    if letters.is_empty() {
        println!("all mail was sent");
    }
    for letter in &letters {
        println!("{}", line(letter));
    }
    Ok(())
}

/// The last column is what went wrong, in the words of the mail server.
fn line(letter: &Letter) -> String {
    let to = Line::new(&letter.to);
    let error = Line::new(letter.last_error.as_deref().unwrap_or_default());
    let written = letter.created_at.format("%Y-%m-%dT%H:%M:%SZ");
    format!(
        "{}\t{}\t{}\t{written}\t{to}\t{} tries\t{error}",
        letter.id,
        letter.standing.as_str(),
        letter.template,
        letter.attempts,
    )
}

/// Has a failed mail sent again, by the server that runs.
pub(super) async fn retry(services: &Services, id: i64) -> Result<()> {
    let tx = services.system_write("mail_retry").await?;
    match mail::retry(tx.connection(), id, tx.now).await? {
        Ok(()) => {}
        Err(NotRetried::NotFound) => bail!("there is no mail {id}"),
        Err(NotRetried::NotFailed) => bail!("mail {id} has not failed; it waits or was sent"),
        Err(NotRetried::Useless) => bail!(
            "the token in mail {id} is too old; `reset-password` prints a new one for the account"
        ),
    }
    let entry = Entry::new(AuditCode::MailRetried, "mail", id);
    let request_id = tx.id.clone();
    tx.commit_audited(&Actor::COMMAND_LINE, &[entry], &request_id)
        .await?;
    println!("mail {id} is sent again when the server looks next");
    Ok(())
}
