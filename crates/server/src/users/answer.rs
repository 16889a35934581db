//! How an act on a user ends: with the user in the answer.

use quarterdeck_api::ids::UserId;
use quarterdeck_api::users::UserView;

use super::target::not_found;
use super::view::view;
use crate::chain::Entry;
use crate::gate::{Committed, Refusal, WriteTx};

/// Commits, and answers with the user as it is now (S004-32).
pub async fn finish(
    tx: WriteTx<'_>,
    id: UserId,
    entries: &[Entry],
) -> Result<Committed<UserView>, Refusal> {
    let user = view(tx.connection(), id, tx.now).await?;
    tx.commit(entries, user.ok_or_else(|| not_found(id))?).await
}

/// Ends without a trace, and answers with the user as it was (C-16).
pub async fn unchanged(tx: WriteTx<'_>, id: UserId) -> Result<Committed<UserView>, Refusal> {
    let user = view(tx.connection(), id, tx.now).await?;
    let user = user.ok_or_else(|| not_found(id))?;
    tx.noop(UserView { noop: true, ..user }).await
}
