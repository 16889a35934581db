//! The bans of a person: the one in force, and those before.

use quarterdeck_api::page::Page;
use quarterdeck_api::text::{Body, Line};
use quarterdeck_api::users::{BanAction, BanEvent, UserRow};
use quarterdeck_api::wire_enum::OpenEnum;

use crate::app::time::Times;
use crate::screens::reason::with_code;
use crate::screens::screen::Fact;

/// Bans that a detail holds at most: nobody reads more here, and the audit log has them all.
const MOST_BANS: usize = 500;

/// Adds a page behind those that are here.
pub(super) fn add(bans: &mut Page<BanEvent>, page: Page<BanEvent>) {
    let mut data = std::mem::take(&mut bans.data);
    data.extend(page.data);
    *bans = Page { data, ..page };
}

/// Where the next page of bans begins, if there is one to be loaded.
pub(super) fn after(bans: &Page<BanEvent>) -> Option<&str> {
    let after = bans.next_cursor.as_deref();
    after.filter(|_| bans.data.len() < MOST_BANS)
}

/// ` by ana until ..., Spam`
pub(super) fn in_force(row: &UserRow, times: &Times) -> String {
    let end = row.ban_expires_at.map(|at| times.ahead(at));
    let end = end.map_or_else(|| "without end".to_owned(), |end| format!("until {end}"));
    let code = row.ban_reason_code.as_ref();
    let why = row.ban_reason.as_ref().map(|words| with_code(words, code));
    let why = why.unwrap_or_default();
    format!(" by {} {end}, {why}", actor(row.banned_by.as_ref()))
}

/// Who did it.
pub(super) fn actor(by: Option<&Line>) -> &str {
    by.map_or("the system", Line::as_str)
}

/// The history, newest first.
pub(super) fn part(bans: &Page<BanEvent>, times: &Times) -> Vec<Fact> {
    if bans.data.is_empty() {
        return vec![Fact::Prose(Body::new("Never banned."))];
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
    let told = events.chain(rest);
    told.map(|line| Fact::Prose(Body::new(&line))).collect()
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
