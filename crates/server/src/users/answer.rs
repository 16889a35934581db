//! How an act on a user ends: with the user in the answer.

use quarterdeck_api::ids::UserId;
use quarterdeck_api::users::UserView;

use super::target::not_found;
use super::view::{Shown, view};
use crate::chain::Entry;
use crate::cluster::profiles;
use crate::gate::{Committed, Refusal, WriteTx};

/// Commits, and answers with the user as it is now (S004-32).
pub async fn finish(
    tx: WriteTx<'_>,
    id: UserId,
    entries: &[Entry],
) -> Result<Committed<UserView>, Refusal> {
    let user = view(tx.connection(), id, tx.now, Shown::To(tx.caller())).await?;
    let user = user.ok_or_else(|| not_found(id))?;
    let tx = without_words(tx, &user, entries)?;
    tx.commit(entries, user).await
}

/// The words of notes stay with the notes, where they can be wiped: the action log and whoever is told of a ban get
/// the answer without them.
fn without_words<'a>(
    tx: WriteTx<'a>,
    user: &UserView,
    entries: &[Entry],
) -> Result<WriteTx<'a>, Refusal> {
    let has_words = user.notes.as_ref().is_some_and(|notes| !notes.is_empty());
    let is_told = !profiles::changed_by(entries).is_empty();
    if !has_words && !is_told {
        return Ok(tx);
    }
    let wordless = UserView {
        notes: None,
        ..user.clone()
    };
    let answer = serde_json::to_string(&wordless).map_err(Refusal::internal)?;
    let tx = tx.telling(answer.as_str().into());
    Ok(if has_words {
        tx.logging_answer(answer)
    } else {
        tx
    })
}

/// Ends without a trace, and answers with the user as it was (C-16).
pub async fn unchanged(tx: WriteTx<'_>, id: UserId) -> Result<Committed<UserView>, Refusal> {
    let user = view(tx.connection(), id, tx.now, Shown::To(tx.caller())).await?;
    let user = user.ok_or_else(|| not_found(id))?;
    tx.noop(UserView { noop: true, ..user }).await
}
