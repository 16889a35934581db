//! Saved filters: operators' own, and those that they share.

mod rules;
mod store;

use quarterdeck_api::audit::AuditCode;
use quarterdeck_api::filters::{
    DropFilter, DroppedFilter, ListFilters, SaveFilter, SavedFilter, SavedFilters,
};
use quarterdeck_api::ids::FilterId;
use quarterdeck_api::permission::Permission;
use quarterdeck_api::problem::Code;
use quarterdeck_api::realtime::Resource;

use crate::chain::Entry;
use crate::gate::{Answer, Call, Caller, Committed, Refusal};
use rules::Drop;

pub use store::{erase, of_user};

/// Lists what the caller can use.
pub async fn list(call: Call<ListFilters>) -> Result<Answer<SavedFilters>, Refusal> {
    let caller = call.caller()?;
    let mut filters = store::seen_by(call.services.database.reads(), caller.user_id).await?;
    filters.retain(|filter| filter.mine || may_see(caller, filter));
    Ok(SavedFilters { filters }.into())
}

/// Whether the caller may see the list that a filter is of.
fn may_see(caller: &Caller, filter: &SavedFilter) -> bool {
    let access = filter.resource.known().map(Resource::access);
    access.is_some_and(|access| caller.may_any(access.permissions()))
}

/// Keeps a filter. Calls of one account take turns, so that two cannot both be its hundredth.
pub async fn save(call: Call<SaveFilter>) -> Result<Committed<SavedFilter>, Refusal> {
    let caller = call.caller()?;
    let kept = rules::read(&call.body).map_err(|field| Refusal::invalid(vec![field]))?;
    if kept.shared && !caller.may(Permission::FiltersShare) {
        return Err(Refusal::permission_denied(&[Permission::FiltersShare]));
    }
    let owner = caller.user_id;
    let tx = call.begin_on_caller().await?;
    match store::named(tx.connection(), owner, &kept).await? {
        Some(before) if before.is(&kept) => return tx.noop(before.filter).await,
        Some(_) => {}
        None => {
            let count = store::count(tx.connection(), owner).await?;
            rules::check_count(count).map_err(|field| Refusal::invalid(vec![field]))?;
        }
    }
    store::put(tx.connection(), owner, &kept, tx.now).await?;
    let saved = store::named(tx.connection(), owner, &kept).await?;
    let saved = saved.ok_or_else(|| Refusal::internal("a filter that was kept is not there"))?;
    let entry = entry(AuditCode::FilterSaved, &saved.filter);
    tx.commit(&[entry], saved.filter).await
}

/// Drops a filter.
pub async fn remove(call: Call<DropFilter>) -> Result<Committed<DroppedFilter>, Refusal> {
    let (id, caller) = (call.path, call.caller()?);
    let tx = call.begin().await?;
    let found = store::lock(tx.connection(), id, caller.user_id).await?;
    let found = found.ok_or_else(|| unknown(id))?;
    let may_share = || caller.may(Permission::FiltersShare);
    match rules::may_drop(found.owned, may_share) {
        Drop::Allowed => {}
        Drop::NeedsSharing => {
            return Err(Refusal::permission_denied(&[Permission::FiltersShare]));
        }
        Drop::Unseen => return Err(unknown(id)),
    }
    store::remove(tx.connection(), id).await?;
    let entry = entry(AuditCode::FilterDropped, &found.filter);
    tx.commit(&[entry], DroppedFilter { id }).await
}

/// What the log says of a filter: never its name or text, which may be about a person.
fn entry(code: AuditCode, filter: &SavedFilter) -> Entry {
    Entry::new(code, "filter", filter.id.0).detail("resource", &filter.resource.to_string())
}

fn unknown(id: FilterId) -> Refusal {
    Refusal::with_detail(Code::NotFound, format!("there is no saved filter {id}"))
}
