//! The drawer: one person in full, in parts. The users and the admins show the same one and begin with
//! different parts of it.

mod bans;
pub(super) mod hygiene;
pub(super) mod notes;
mod profile;
mod rights;
mod sessions;
mod stats;
pub(super) mod status;
mod trail;

use quarterdeck_api::admins::AdminRow;
use quarterdeck_api::call::{AnyCall, AnyReply};
use quarterdeck_api::ids::UserId;
use quarterdeck_api::operation::Nothing;
use quarterdeck_api::page::MAX_TAKE;
use quarterdeck_api::users::{
    BanHistoryQuery, GetBanHistory, GetUserDrawer, UserDrawer, UserRow, UserStatus, UserView,
};

pub(super) use self::rights::group_name;
use self::status::{status_text, tone_of};
use super::context;
use super::reason::with_code;
use super::screen::Fact;
use crate::app::list::RowId;
use crate::app::shown::{Shown, Tone};
use crate::app::time::Times;

/// Who it is.
pub(super) const PROFILE: &str = "Profile";
/// Roles and permissions, and who granted them.
pub(super) const ADMIN: &str = "Admin";
const STATS: &str = "Stats";
const NOTES: &str = "Notes";
const BANS: &str = "Bans";
const SESSIONS: &str = "Sessions";
const AUDIT: &str = "Audit";

/// The parts, in their order.
pub(super) const PARTS: &[&str] = &[PROFILE, STATS, NOTES, BANS, SESSIONS, ADMIN, AUDIT];

/// One person as the server tells it, with the bans as far as they are here.
#[derive(Clone, Debug)]
pub struct Drawer {
    /// The person.
    pub(super) person: UserDrawer,
}

impl Drawer {
    /// The request for it.
    pub(super) fn call(id: RowId) -> AnyCall {
        AnyCall::of::<GetUserDrawer>(UserId(id.0), Nothing {}, Nothing {})
    }

    /// The one in an answer.
    pub(super) fn of(reply: AnyReply) -> Option<Self> {
        let person = reply.take::<GetUserDrawer>()?;
        Some(Self { person })
    }

    /// The request for the bans after those that are here, where they are shown.
    pub(super) fn more(&self, part: Option<&str>) -> Option<AnyCall> {
        if part.is_some_and(|part| part != BANS) {
            return None;
        }
        let query = BanHistoryQuery {
            take: Some(MAX_TAKE),
            cursor: Some(bans::after(&self.person.bans)?.to_owned()),
        };
        let id = self.person.user.row.id;
        Some(AnyCall::of::<GetBanHistory>(id, query, Nothing {}))
    }

    /// Puts the answer to that behind those that are here.
    pub(super) fn add(&mut self, reply: AnyReply) {
        if let Some(page) = reply.take::<GetBanHistory>() {
            bans::add(&mut self.person.bans, page);
        }
    }
}

/// Whom it shows, as far as that is known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Subject<'a> {
    /// The account.
    pub(super) row: &'a UserRow,
    /// What the list of admins says of it, where it is one of its rows.
    pub(super) admin: Option<&'a AdminRow>,
    /// All the rest, once it is here.
    pub(super) drawer: Option<&'a Drawer>,
}

/// The person in full: first what matters whatever part is read.
pub(super) fn describe(subject: Subject<'_>, times: &Times) -> Vec<Fact> {
    let person = subject.drawer.map(|drawer| &drawer.person);
    let admin = person.map_or(subject.admin, |person| Some(&person.rights.admin));
    let mut facts = head(subject.row, admin, person, times);
    facts.push(Fact::Part(PROFILE));
    facts.extend(profile::part(subject.row, person, times));
    if let Some(person) = person {
        facts.push(Fact::Part(STATS));
        facts.extend(stats::part(&person.stats));
        facts.push(Fact::Part(NOTES));
        facts.extend(notes::part(person.notes.as_ref(), times));
        facts.push(Fact::Part(BANS));
        facts.extend(bans::part(&person.bans, times));
        facts.push(Fact::Part(SESSIONS));
        facts.extend(sessions::part(person.sessions.as_ref(), times));
    }
    if let Some(admin) = admin {
        facts.push(Fact::Part(ADMIN));
        facts.extend(rights::part(
            admin,
            person.map(|person| &person.rights),
            times,
        ));
    }
    if let Some(person) = person {
        facts.push(Fact::Part(AUDIT));
        facts.extend(trail::part(person.trail.as_deref(), times));
    }
    facts
}

fn head(
    row: &UserRow,
    admin: Option<&AdminRow>,
    person: Option<&UserDrawer>,
    times: &Times,
) -> Vec<Fact> {
    let mut facts = vec![status_line(row, person, times)];
    let findings = admin.filter(|_| row.is_staff).into_iter();
    let findings = findings.flat_map(|admin| hygiene::findings(admin, times.now));
    let many = person.and_then(|person| hygiene::too_many(&person.rights));
    facts.extend(findings.chain(many).map(|finding| Fact::Field {
        label: "Amiss",
        value: Shown::made(&finding),
        tone: Tone::Warn,
    }));
    facts.extend(notes::risk(row));
    facts.extend(person.map_or_else(Vec::new, |person| context::facts(&person.context)));
    facts
}

/// `BANNED by ana until ..., Spam`: who, how long, why, in one line at the top.
fn status_line(row: &UserRow, person: Option<&UserDrawer>, times: &Times) -> Fact {
    let status = status_text(row);
    let why = match row.status.known() {
        Some(UserStatus::Banned) => bans::in_force(row, times),
        Some(UserStatus::Suspended) => {
            person.map_or_else(String::new, |person| suspension(&person.user))
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

fn suspension(view: &UserView) -> String {
    let code = view.suspend_reason_code.as_ref();
    let why = view
        .suspend_reason
        .as_ref()
        .map(|words| with_code(words, code));
    let why = why.unwrap_or_default();
    format!(" by {}, {why}", bans::actor(view.suspended_by.as_ref()))
}
