//! Finding a person and reading what is known of them.

use quarterdeck_api::ids::UserId;
use quarterdeck_api::page::Page;
use quarterdeck_api::problem::{Code, FieldProblem};
use quarterdeck_api::users::{
    AllUsersReply, BanEvent, BlockedRow, GetBanHistory, GetUser, ListAllUsers, ListBlocked,
    ListUsers, UserRow, UserView,
};

use super::ban_events;
use super::directory_store::{self, AllSelection, Selection};
use super::view::{Shown, exists, view};
use crate::gate::{Answer, Call, Refusal};

/// Lists users for the console.
pub async fn list(call: Call<ListUsers>) -> Result<Answer<Page<UserRow>>, Refusal> {
    let narrowing = call.narrowing(call.query.filter.as_deref())?;
    let now = narrowing.context.now;
    let selection = Selection::of(&call.query, narrowing).map_err(invalid)?;
    let page = directory_store::page(call.services.database.reads(), &selection, now).await?;
    Ok(page.into())
}

/// Lists users as the seed does: a read, whatever its method.
pub async fn list_all(call: Call<ListAllUsers>) -> Result<Answer<AllUsersReply>, Refusal> {
    let selection = AllSelection::of(&call.body).map_err(invalid)?;
    let now = call.services.clock.now();
    let reply = directory_store::all(call.services.database.reads(), &selection, now).await?;
    Ok(reply.into())
}

/// Reads one user in full.
pub async fn get(call: Call<GetUser>) -> Result<Answer<UserView>, Refusal> {
    let now = call.services.clock.now();
    let shown = Shown::To(call.caller()?);
    let found = view(call.services.database.reads(), call.path, now, shown).await?;
    Ok(found.ok_or_else(|| unknown(call.path))?.into())
}

/// Reads a user's bans and how they ended.
pub async fn ban_history(call: Call<GetBanHistory>) -> Result<Answer<Page<BanEvent>>, Refusal> {
    let paging = ban_events::paging(&call.query).map_err(invalid)?;
    let connection = call.services.database.reads();
    if !exists(connection, call.path).await? {
        return Err(unknown(call.path));
    }
    let page = ban_events::page(connection, call.path, &paging).await?;
    Ok(page.into())
}

/// Lists the accounts that are shut out.
pub async fn blocked(call: Call<ListBlocked>) -> Result<Answer<Page<BlockedRow>>, Refusal> {
    let paging = directory_store::blocked_paging(&call.query).map_err(invalid)?;
    let now = call.services.clock.now();
    let page = directory_store::blocked(call.services.database.reads(), &paging, now).await?;
    Ok(page.into())
}

fn invalid(field: FieldProblem) -> Refusal {
    Refusal::invalid(vec![field])
}

/// There is no such user.
pub fn unknown(id: UserId) -> Refusal {
    Refusal::with_detail(Code::NotFound, format!("there is no user {id}"))
}
