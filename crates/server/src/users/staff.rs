//! Who may enter the admin surface (C-04, C-05).

use quarterdeck_api::audit::AuditCode;
use quarterdeck_api::role::{Preset, Role};
use quarterdeck_api::users::{DemoteUser, PromoteUser, UserView};

use super::rules::{self, Verdict};
use super::{answer, staff_store as store, target};
use crate::chain::Entry;
use crate::gate::{Call, Committed, Refusal};

/// What a promoted user becomes; others are chosen where roles are edited.
const PROMOTED: Role = Role::Admin;
/// The permission rows that come with it (C-43).
const PRESET: Preset = Preset::Admin;

/// Makes a platform admin of a user.
pub async fn promote(call: Call<PromoteUser>) -> Result<Committed<UserView>, Refusal> {
    let expected = call.body.expected_version;
    let act = target::begin_on_staff(&call, call.path, expected, |attempt, account, _| {
        rules::promote(attempt, account)
    })
    .await?;
    let (id, tx) = (act.account.id, act.tx);
    if act.verdict == Verdict::Noop {
        return answer::unchanged(tx, id).await;
    }
    let permissions = PRESET.permissions();
    store::promote(
        tx.connection(),
        id,
        PROMOTED,
        &permissions,
        tx.actor_id(),
        tx.now,
    )
    .await?;
    let details = serde_json::json!({ "roles": [PROMOTED], "permissions": permissions });
    let entry = Entry::new(AuditCode::PlatformAdminGranted, "user", id.0).details(details);
    answer::finish(tx, id, &[entry]).await
}

/// Takes the flag, staff roles and permissions from a user, who stays one.
pub async fn demote(call: Call<DemoteUser>) -> Result<Committed<UserView>, Refusal> {
    let expected = call.body.expected_version;
    let act = target::begin_on_staff(&call, call.path, expected, |attempt, account, _| {
        rules::demote(attempt, account)
    })
    .await?;
    let (id, tx) = (act.account.id, act.tx);
    if act.verdict == Verdict::Noop {
        return answer::unchanged(tx, id).await;
    }
    let taken = store::demote(tx.connection(), id, tx.now).await?;
    let details = serde_json::json!({ "roles": taken.roles, "permissions": taken.permissions });
    let entry = Entry::new(AuditCode::PlatformAdminRevoked, "user", id.0).details(details);
    answer::finish(tx, id, &[entry]).await
}
