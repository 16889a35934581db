//! What is amiss with an admin, as far as the row tells: a second factor that is missing, nobody seen for
//! long, sessions from several places at once (S001-33).

use chrono::{DateTime, TimeDelta, Utc};
use quarterdeck_api::admins::{AdminRow, AdminView, IDLE_DAYS, MANY_SUPER_ADMINS};
use quarterdeck_api::role::Role;
use quarterdeck_api::users::UserStatus;

/// Whether the admin may do everything.
pub(super) fn is_super_admin(row: &AdminRow) -> bool {
    row.row.roles.iter().any(|role| role.is(Role::SuperAdmin))
}

/// Whether nobody was seen for so long that the rights are worth a question.
pub(super) fn is_idle(row: &AdminRow, now: DateTime<Utc>) -> bool {
    let seen = row.last_seen_at.unwrap_or(row.row.created_at);
    row.row.status.is(UserStatus::Active) && now - seen > TimeDelta::days(IDLE_DAYS)
}

/// What is amiss, in words.
pub(super) fn findings(row: &AdminRow, now: DateTime<Utc>) -> Vec<String> {
    let mut findings = Vec::new();
    if !row.mfa_enabled {
        findings.push("no second factor: nothing opens before it is set up".to_owned());
    }
    if is_idle(row, now) {
        findings.push(format!("not seen for more than {IDLE_DAYS} days"));
    }
    if row.open_addresses > 1 {
        let text = format!("sessions open from {} addresses", row.open_addresses);
        findings.push(text);
    }
    findings
}

/// That there are more who may do everything than there should be, of one of them.
pub(super) fn too_many(view: &AdminView) -> Option<String> {
    let count = view.active_super_admins;
    let is_finding = is_super_admin(&view.admin) && count > MANY_SUPER_ADMINS;
    is_finding.then(|| format!("{count} super-admins; {MANY_SUPER_ADMINS} are enough"))
}
