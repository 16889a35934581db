//! What is amiss with an admin, as far as the row tells: a second factor that is missing, nobody seen for
//! long, sessions from several places at once (S001-33).

use chrono::{DateTime, TimeDelta, Utc};
use quarterdeck_api::admins::{AdminRow, AdminView, IDLE_DAYS, MANY_SUPER_ADMINS};
use quarterdeck_api::role::Role;
use quarterdeck_api::users::UserStatus;

/// Whether the admin may do everything.
pub fn is_super_admin(row: &AdminRow) -> bool {
    row.row.roles.iter().any(|role| role.is(Role::SuperAdmin))
}

/// Whether nobody was seen for so long that the rights are worth a question.
pub fn is_idle(row: &AdminRow, now: DateTime<Utc>) -> bool {
    let seen = row.last_seen_at.unwrap_or(row.row.created_at);
    row.row.status.is(UserStatus::Active) && now - seen > TimeDelta::days(IDLE_DAYS)
}

/// What is amiss, in words.
pub fn findings(row: &AdminRow, now: DateTime<Utc>) -> Vec<String> {
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

/// What is amiss with the admins as a whole, in a line: `4 super-admins; 1 without a second factor, ...`.
pub fn of_all<'a>(rows: impl Iterator<Item = &'a AdminRow>, now: DateTime<Utc>) -> Option<String> {
    let (mut supers, mut bare, mut idle, mut shared) = (0_u64, 0_u64, 0_u64, 0_u64);
    for row in rows.filter(|row| row.row.status.is(UserStatus::Active)) {
        supers += u64::from(is_super_admin(row));
        bare += u64::from(!row.mfa_enabled);
        idle += u64::from(is_idle(row, now));
        shared += u64::from(row.open_addresses > 1);
    }
    let findings = [
        (supers > MANY_SUPER_ADMINS).then(|| format!("{supers} super-admins")),
        (bare > 0).then(|| format!("{bare} without MFA")),
        (idle > 0).then(|| format!("{idle} idle")),
        (shared > 0).then(|| format!("{shared} from several addresses")),
    ];
    let findings: Vec<_> = findings.into_iter().flatten().collect();
    (!findings.is_empty()).then(|| findings.join(", "))
}

/// That there are more who may do everything than there should be, of one of them.
pub fn too_many(view: &AdminView) -> Option<String> {
    let count = view.active_super_admins;
    let is_finding = is_super_admin(&view.admin) && count > MANY_SUPER_ADMINS;
    is_finding.then(|| format!("{count} super-admins; {MANY_SUPER_ADMINS} are enough"))
}
