//! Roles and permissions of a person, and who granted what.

use chrono::{DateTime, Utc};
use quarterdeck_api::admins::{AdminRow, AdminView};
use quarterdeck_api::permission::{Group, Permission};
use quarterdeck_api::text::Line;
use quarterdeck_api::wire_enum::OpenEnum;

use super::hygiene;
use super::status::roles;
use crate::app::shown::{Shown, Tone};
use crate::app::time::Times;
use crate::screens::screen::{Fact, code_points};

/// What the account may do, and who granted it.
pub(super) fn part(row: &AdminRow, view: Option<&AdminView>, times: &Times) -> Vec<Fact> {
    let mut facts = Vec::new();
    facts.push(Fact::field("E-mail", row.row.email.as_str()));
    let suspect = code_points(&row.row.email).or_else(|| code_points(&row.row.display_name));
    facts.extend(suspect.map(|points| Fact::Field {
        label: "Letters",
        value: Shown::made(&points),
        tone: Tone::Warn,
    }));
    facts.push(Fact::field("Roles", &roles(&row.row)));
    facts.push(Fact::field(
        "MFA",
        if row.mfa_enabled { "on" } else { "off" },
    ));
    let seen = row.last_seen_at.map(|at| times.in_full(at));
    facts.push(Fact::field("Seen", seen.as_deref().unwrap_or("never")));
    facts.push(Fact::field("Created", &times.in_full(row.row.created_at)));
    facts.push(Fact::field("Version", &row.row.version.to_string()));
    match view {
        Some(view) => facts.extend(grants(view, times)),
        None => facts.extend(held(row)),
    }
    facts
}

/// What is known before the answer about who granted it is here.
fn held(row: &AdminRow) -> Vec<Fact> {
    let count = row.permission_count;
    vec![Fact::field("Permissions", &count.to_string())]
}

fn grants(view: &AdminView, times: &Times) -> Vec<Fact> {
    let mut facts = vec![Fact::Heading("Roles, and who granted them")];
    facts.extend(view.role_grants.iter().map(|grant| {
        let by = granted(grant.granted_by.as_ref(), grant.granted_at, times);
        right(&grant.role.to_string(), &by)
    }));
    if hygiene::is_super_admin(&view.admin) {
        facts.push(Fact::field("All", "a SuperAdmin needs no permission"));
    }
    let mut group = "";
    for permission in Permission::ALL {
        let grants = &view.permission_grants;
        let grant = grants.iter().find(|grant| grant.permission.is(*permission));
        let Some(grant) = grant else { continue };
        if group_name(permission.group()) != group {
            group = group_name(permission.group());
            facts.push(Fact::Heading(group));
        }
        let by = granted(grant.granted_by.as_ref(), grant.granted_at, times);
        facts.push(right(permission.key(), &by));
    }
    facts.extend(unknown(view, times));
    facts
}

/// Permissions that a newer server granted.
fn unknown<'a>(view: &'a AdminView, times: &'a Times) -> impl Iterator<Item = Fact> + 'a {
    view.permission_grants
        .iter()
        .filter_map(move |grant| match &grant.permission {
            OpenEnum::Known(_) => None,
            OpenEnum::Unknown(key) => {
                let by = granted(grant.granted_by.as_ref(), grant.granted_at, times);
                Some(right(key.as_str(), &by))
            }
        })
}

fn right(name: &str, by: &str) -> Fact {
    Fact::field("", &format!("{name}, {by}"))
}

fn granted(by: Option<&Line>, at: DateTime<Utc>, times: &Times) -> String {
    let by = by.map_or("the installation", Line::as_str);
    format!("{by} {}", times.stamp(at))
}

/// A part of the catalogue, as a heading.
pub const fn group_name(group: Group) -> &'static str {
    match group {
        Group::Users => "Users",
        Group::Audit => "Audit",
        Group::Moderation => "Moderation",
        Group::Business => "Business",
        Group::Platform => "Platform",
        Group::Operations => "Operations",
    }
}
