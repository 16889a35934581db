//! Whether a password may be chosen: its length, how easily it is guessed, and whether others know it.

mod breached;
mod strength;

use quarterdeck_api::problem::Code;
use quarterdeck_api::sessions::{MAX_PASSWORD_BYTES, Secret};

pub use breached::{BreachedList, ListError};
use strength::Weakness;

use crate::gate::{Refusal, Services};

/// What is known of whoever chooses, so that no password is made of it.
#[derive(Clone, Debug)]
pub struct Chooser {
    /// E-mail.
    pub email: String,
    /// Name.
    pub name: String,
}

/// Refuses a password that may not be chosen; the answer never repeats it.
///
/// # Errors
/// 400 that names the field and says what to do; 503 where the list of breached passwords cannot be read.
pub async fn check(
    services: &Services,
    password: &Secret,
    chooser: Chooser,
) -> Result<(), Refusal> {
    let (text, list) = (password.clone(), services.config.breached_passwords.clone());
    // Both take time: one to compute, one to read.
    let judged = tokio::task::spawn_blocking(move || {
        let known = [chooser.email.as_str(), chooser.name.as_str()];
        if let Err(weakness) = strength::judge(text.expose(), &known) {
            return Ok(Some(weakness));
        }
        let Some(path) = list else { return Ok(None) };
        let is_known = BreachedList::open(&path)?.holds(text.expose())?;
        Ok(is_known.then_some(Weakness::Breached))
    });
    match judged.await.map_err(Refusal::internal)? {
        Ok(None) => Ok(()),
        Ok(Some(weakness)) => Err(Refusal::invalid_field("newPassword", weakness.to_string())),
        Err(error) => Err(unreadable(&error)),
    }
}

fn unreadable(error: &ListError) -> Refusal {
    tracing::error!(%error, "the list of breached passwords cannot be read");
    Refusal::with_detail(
        Code::Unavailable,
        "the list of breached passwords cannot be read; ask whoever runs the server",
    )
}

/// Refuses what is too long to be hashed at all.
///
/// # Errors
/// 400 that names the field.
pub fn check_size(password: &Secret, name: &str) -> Result<(), Refusal> {
    if password.expose().len() <= MAX_PASSWORD_BYTES {
        return Ok(());
    }
    Err(Refusal::invalid_field(
        name,
        format!("may have {MAX_PASSWORD_BYTES} bytes at most"),
    ))
}
