//! One person with all that belongs to them, each part as far as the caller may see it.

use quarterdeck_api::permission::Permission;
use quarterdeck_api::users::{BanHistoryQuery, DRAWER_ROWS, GetUserDrawer, UserDrawer};

use super::ban_events;
use super::context::{Person, context};
use super::directory::unknown;
use super::view::{Shown, view};
use crate::gate::{Answer, Call, Refusal};
use crate::{admins, audit, money, notes, sessions};

/// Reads a user in full.
pub async fn drawer(call: Call<GetUserDrawer>) -> Result<Answer<UserDrawer>, Refusal> {
    let (id, caller) = (call.path, call.caller()?);
    let (connection, now) = (call.services.database.reads(), call.services.clock.now());
    let user = view(connection, id, now, Shown::WithoutNotes).await?;
    let user = user.ok_or_else(|| unknown(id))?;
    let notes = if caller.may(Permission::UserNoteView) {
        Some(notes::newest(connection, caller, id, DRAWER_ROWS).await?)
    } else {
        None
    };
    let query = BanHistoryQuery {
        take: Some(DRAWER_ROWS),
        cursor: None,
    };
    let paging = ban_events::paging(&query).map_err(|field| Refusal::invalid(vec![field]))?;
    let bans = ban_events::page(connection, id, &paging).await?;
    let sessions = if caller.may(Permission::SessionsView) {
        Some(sessions::newest(connection, caller, id, DRAWER_ROWS, now).await?)
    } else {
        None
    };
    let trail = if caller.may(Permission::AuditView) {
        Some(audit::newest_about_user(connection, id, DRAWER_ROWS).await?)
    } else {
        None
    };
    let person = Person {
        email: user.row.email.to_string(),
        account: Some(id),
        application: None,
    };
    let drawer = UserDrawer {
        user,
        context: context(connection, caller, &person, now).await?,
        rights: admins::rights(connection, id, now).await?,
        stats: money::stats_of(connection, id).await?,
        notes,
        bans,
        sessions,
        trail,
    };
    Ok(drawer.into())
}
