//! The drawer: all that there is to know of one person, in one call.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{BanEvent, PersonContext, UserView};
use crate::active_sessions::SessionRow;
use crate::admins::AdminView;
use crate::audit::AuditRow;
use crate::ids::UserId;
use crate::money::UserStats;
use crate::notes::UserNote;
use crate::operation::{Access, Nothing, Operation, Reads, Spec};
use crate::page::Page;
use crate::permission::Permission;

/// Rows that the drawer holds of each list; each list's own operation has the others.
pub const DRAWER_ROWS: u32 = 20;

/// One person in full. What the caller may not see is absent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UserDrawer {
    /// The account.
    pub user: UserView,
    /// What else is worth knowing before something is decided about the person.
    #[serde(default)]
    pub context: PersonContext,
    /// What it may do, and who granted it; of somebody who is no admin too.
    pub rights: AdminView,
    /// What it moved.
    pub stats: UserStats,
    /// Its notes, newest first; takes `user-note.view`. `notes.list` goes on from the cursor.
    pub notes: Option<Page<UserNote>>,
    /// Its bans and how they ended, newest first. `users.ban_history` goes on from the cursor.
    pub bans: Page<BanEvent>,
    /// Its open sessions, newest first; takes `sessions.view`. `sessions.list` goes on from the cursor.
    pub sessions: Option<Page<SessionRow>>,
    /// What was done to it, newest first; takes `audit.view`. `audit.list` with `target_type=user` has the
    /// others.
    #[serde(default)]
    pub trail: Option<Vec<AuditRow>>,
}

/// Reads one user with all that belongs to it.
#[derive(Debug)]
pub struct GetUserDrawer;

impl Operation for GetUserDrawer {
    type Path = UserId;
    type Query = Nothing;
    type Body = Nothing;
    type Reply = UserDrawer;
    type Kind = Reads;
    const SPEC: Spec = Spec {
        access: Access::Permission(Permission::UserView),
        summary: "Reads one user with rights, figures, notes, bans, sessions and trail, each as far as the caller may see it.",
        ..Spec::read("users.drawer", "/api/v1/admin/users/{id}/full")
    };
}
