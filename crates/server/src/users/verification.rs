//! Marking a person as verified.

use quarterdeck_api::audit::AuditCode;
use quarterdeck_api::problem::{Code, Conflict};
use quarterdeck_api::text::Line;
use quarterdeck_api::users::{UserStatus, UserView, VerifyUser};
use quarterdeck_api::wire_enum::OpenEnum;

use super::answer;
use super::directory::unknown;
use super::store;
use super::view::{Shown, view};
use crate::chain::Entry;
use crate::gate::{Call, Committed, Refusal};

/// What becomes of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Change,
    Noop,
    /// The account is not as the caller saw it.
    Stale,
    /// There is nobody left to verify.
    Gone,
}

/// Marks a person as verified, whatever else the account is; only one that is gone cannot be.
pub async fn verify(call: Call<VerifyUser>) -> Result<Committed<UserView>, Refusal> {
    let id = call.path;
    let tx = call.begin_in_turn().await?;
    store::lock(tx.connection(), id.0).await?;
    let user = view(tx.connection(), id, tx.now, Shown::To(tx.caller())).await?;
    let user = user.ok_or_else(|| unknown(id))?;
    match judge(&user, call.body.expected_version) {
        Verdict::Noop => return tx.noop(UserView { noop: true, ..user }).await,
        verdict @ (Verdict::Stale | Verdict::Gone) => return Err(conflict(&user, verdict)),
        Verdict::Change => {}
    }
    let by = call.caller()?.user_id;
    store::set_verified(tx.connection(), id.0, by, tx.now).await?;
    let entry = Entry::new(AuditCode::UserVerified, "user", id.0);
    answer::finish(tx, id, &[entry]).await
}

fn judge(user: &UserView, expected_version: Option<i64>) -> Verdict {
    let row = &user.row;
    if matches!(
        row.status,
        OpenEnum::Known(UserStatus::Deleted | UserStatus::Anonymized)
    ) {
        Verdict::Gone
    } else if expected_version.is_some_and(|expected| expected != row.version) {
        Verdict::Stale
    } else if row.verified_at.is_some() {
        Verdict::Noop
    } else {
        Verdict::Change
    }
}

fn conflict(user: &UserView, verdict: Verdict) -> Refusal {
    let (id, status) = (user.row.id, user.row.status.to_string());
    let detail = if verdict == Verdict::Gone {
        format!("{id} is {status}; nothing can be done to it any more")
    } else {
        format!("{id} changed since you read it; look at it again and decide anew")
    };
    Refusal {
        conflict: Some(Conflict {
            status: Line::verbatim(status),
            decided_by: user.verified_by.clone(),
            decided_at: user.row.verified_at,
            version: user.row.version,
        }),
        ..Refusal::with_detail(Code::StaleVersion, detail)
    }
}
