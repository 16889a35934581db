//! Who a person is, and in which state the account.

use quarterdeck_api::users::{UserDrawer, UserRow, UserView};

use super::status::roles;
use super::{notes, suspension};
use crate::app::shown::{Shown, Tone};
use crate::app::time::Times;
use crate::screens::screen::{Fact, code_points, tone_of_reports};

/// Who the person is.
pub(super) fn part(row: &UserRow, person: Option<&UserDrawer>, times: &Times) -> Vec<Fact> {
    let mut facts = vec![Fact::Field {
        label: "Name",
        value: Shown::Made(row.display_name.clone()),
        tone: Tone::Strong,
    }];
    let handle = row.username.as_ref();
    facts.extend(handle.map(|handle| Fact::field("Handle", handle.as_str())));
    facts.push(Fact::field("E-mail", row.email.as_str()));
    facts.extend(suspects(row));
    facts.push(Fact::field("Roles", &roles(row)));
    facts.extend(row.is_staff.then_some(Fact::Field {
        label: "Staff",
        value: Shown::Word("yes: changing it takes a SuperAdmin and a code"),
        tone: Tone::Accent,
    }));
    let verified = row.verified_at.map(|at| times.in_full(at));
    facts.push(Fact::field("Verified", verified.as_deref().unwrap_or("no")));
    facts.extend((row.report_count > 0).then(|| Fact::Field {
        label: "Reports",
        value: Shown::made(&format!("×{}", row.report_count)),
        tone: tone_of_reports(row.report_count),
    }));
    let noted = person.and_then(|person| notes::newest(person.notes.as_ref(), times));
    facts.extend(noted);
    facts.push(Fact::field("Created", &times.in_full(row.created_at)));
    let seen = row.last_login_at.map(|at| times.in_full(at));
    facts.push(Fact::field("Seen", seen.as_deref().unwrap_or("never")));
    facts.push(Fact::field("Changed", &times.in_full(row.updated_at)));
    facts.push(Fact::field("Version", &row.version.to_string()));
    facts.extend(person.map_or_else(Vec::new, |person| more(&person.user, times)));
    facts
}

/// Letters that are not what they look like.
fn suspects(row: &UserRow) -> Vec<Fact> {
    let handle = row.username.as_ref().and_then(code_points);
    let suspects = [
        ("In name", code_points(&row.display_name)),
        ("In handle", handle),
        ("In e-mail", code_points(&row.email)),
    ];
    let facts = suspects.into_iter().filter_map(|(label, points)| {
        Some(Fact::Field {
            label,
            value: Shown::made(&points?),
            tone: Tone::Warn,
        })
    });
    facts.collect()
}

fn more(view: &UserView, times: &Times) -> Vec<Fact> {
    let mut facts = Vec::new();
    let lines = [
        ("Twitch", view.twitch_username.as_ref()),
        ("Country", view.country.as_ref()),
        ("Verified by", view.verified_by.as_ref()),
    ];
    let lines = lines.into_iter();
    facts.extend(lines.filter_map(|(label, value)| Some(Fact::field(label, value?.as_str()))));
    let moments = [
        ("Banned", view.row.banned_at.filter(|_| view.row.is_banned)),
        ("Deleted", view.deleted_at),
        ("Anonymized", view.anonymized_at),
    ];
    let moments = moments.into_iter();
    facts.extend(moments.filter_map(|(label, at)| Some(Fact::field(label, &times.in_full(at?)))));
    facts.extend(view.suspended_at.map(|at| {
        let text = format!("{}{}", times.in_full(at), suspension(view));
        Fact::field("Suspended", &text)
    }));
    let mfa = if view.mfa_enabled { "yes" } else { "no" };
    facts.push(Fact::field("Two factors", mfa));
    facts.extend((!view.permissions.is_empty()).then(|| {
        let held: Vec<_> = view.permissions.iter().map(ToString::to_string).collect();
        Fact::field("Permissions", &held.join(", "))
    }));
    facts.push(Fact::field("Sessions", &view.active_sessions.to_string()));
    facts.extend((view.open_data_requests > 0).then(|| Fact::Field {
        label: "Requests",
        value: Shown::made(&format!("{} open", view.open_data_requests)),
        tone: Tone::Warn,
    }));
    facts
}
