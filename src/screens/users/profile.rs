//! A user in full: the profile and its bans.

use quarterdeck_api::page::Page;
use quarterdeck_api::text::{Body, Line};
use quarterdeck_api::users::{BanAction, BanEvent, UserDrawer, UserRow, UserStatus, UserView};
use quarterdeck_api::wire_enum::OpenEnum;

use super::notes;
use super::sessions;
use super::stats;
use super::status::{roles, status_text, tone_of};
use crate::app::shown::{Shown, Tone};
use crate::app::time::Times;
use crate::screens::reason::with_code;
use crate::screens::screen::{Fact, code_points, tone_of_reports};

/// What the detail adds to the row: the drawer, with the bans as far as they are here.
#[derive(Clone, Debug)]
pub struct Profile {
    /// The drawer.
    pub(super) drawer: UserDrawer,
}

/// Bans that a detail holds at most: nobody reads more here, and the audit log has them all.
const MOST_BANS: usize = 500;

impl Profile {
    /// Of a drawer as it came.
    pub(super) const fn of(drawer: UserDrawer) -> Self {
        Self { drawer }
    }

    /// Adds a page behind those that are here.
    pub(super) fn add_bans(&mut self, page: Page<BanEvent>) {
        let mut data = std::mem::take(&mut self.drawer.bans.data);
        data.extend(page.data);
        self.drawer.bans = Page { data, ..page };
    }

    /// Where the next page of bans begins, if there is one to be loaded.
    pub(super) fn bans_after(&self) -> Option<&str> {
        let bans = &self.drawer.bans;
        let after = bans.next_cursor.as_deref();
        after.filter(|_| bans.data.len() < MOST_BANS)
    }
}

/// The user in full.
pub(super) fn describe(row: &UserRow, profile: Option<&Profile>, times: &Times) -> Vec<Fact> {
    let mut facts = vec![status_line(row, profile, times)];
    facts.push(Fact::Field {
        label: "Name",
        value: Shown::Made(row.display_name.clone()),
        tone: Tone::Strong,
    });
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
    facts.extend(notes::risk(row));
    facts.push(Fact::field("Created", &times.in_full(row.created_at)));
    let seen = row.last_login_at.map(|at| times.in_full(at));
    facts.push(Fact::field("Seen", seen.as_deref().unwrap_or("never")));
    facts.push(Fact::field("Changed", &times.in_full(row.updated_at)));
    facts.push(Fact::field("Version", &row.version.to_string()));
    if let Some(Profile { drawer }) = profile {
        facts.extend(notes::part(drawer.notes.as_ref(), times));
        facts.extend(more(&drawer.user, times));
        facts.extend(stats::part(&drawer.stats));
        facts.extend(history(&drawer.bans, times));
        facts.extend(sessions::part(drawer.sessions.as_ref(), times));
    }
    facts
}

/// `BANNED by ana until ..., Spam`: who, how long, why, in one line at the top.
fn status_line(row: &UserRow, profile: Option<&Profile>, times: &Times) -> Fact {
    let status = status_text(row);
    let why = match row.status.known() {
        Some(UserStatus::Banned) => ban(row, times),
        Some(UserStatus::Suspended) => {
            profile.map_or_else(String::new, |profile| suspension(&profile.drawer.user))
        }
        Some(UserStatus::Active | UserStatus::Deleted | UserStatus::Anonymized) | None => {
            String::new()
        }
    };
    Fact::Field {
        label: "Status",
        value: Shown::made(&format!("{}{why}", status.as_str())),
        tone: tone_of(row),
    }
}

fn ban(row: &UserRow, times: &Times) -> String {
    let end = row.ban_expires_at.map(|at| times.ahead(at));
    let end = end.map_or_else(|| "without end".to_owned(), |end| format!("until {end}"));
    let code = row.ban_reason_code.as_ref();
    let why = row.ban_reason.as_ref().map(|words| with_code(words, code));
    let why = why.unwrap_or_default();
    format!(" by {} {end}, {why}", actor(row.banned_by.as_ref()))
}

fn suspension(view: &UserView) -> String {
    let code = view.suspend_reason_code.as_ref();
    let why = view
        .suspend_reason
        .as_ref()
        .map(|words| with_code(words, code));
    let why = why.unwrap_or_default();
    format!(" by {}, {why}", actor(view.suspended_by.as_ref()))
}

fn actor(by: Option<&Line>) -> &str {
    by.map_or("the system", Line::as_str)
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
    let mut facts = vec![Fact::Heading("Account")];
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

fn history(bans: &Page<BanEvent>, times: &Times) -> Vec<Fact> {
    if bans.data.is_empty() {
        return Vec::new();
    }
    let events = bans.data.iter().map(|event| ban_line(event, times));
    let rest = bans.next_cursor.as_ref().map(|_| {
        let elsewhere = if bans.data.len() < MOST_BANS {
            ""
        } else {
            "; the audit trail has the others"
        };
        format!("... {} of {}{elsewhere}", bans.data.len(), bans.total)
    });
    let told = events.chain(rest).map(|line| Fact::Prose(Body::new(&line)));
    std::iter::once(Fact::Heading("Bans")).chain(told).collect()
}

fn ban_line(event: &BanEvent, times: &Times) -> String {
    let what = match &event.action {
        OpenEnum::Known(BanAction::Ban) => "banned",
        OpenEnum::Known(BanAction::Unban) => "unbanned",
        OpenEnum::Known(BanAction::AutoUnban) => "ended by itself",
        OpenEnum::Unknown(other) => other.as_str(),
    };
    let by = event.actor.as_ref().map(|by| format!(" by {by}"));
    let hours = event.duration_hours.map(|hours| format!(" for {hours} h"));
    format!(
        "{}  {what}{}{}: {}",
        times.in_full(event.created_at),
        by.unwrap_or_default(),
        hours.unwrap_or_default(),
        with_code(&event.reason, event.reason_code.as_ref())
    )
}
