//! Open sessions of a user.

use quarterdeck_api::active_sessions::{SessionKind, SessionRow};
use quarterdeck_api::page::Page;
use quarterdeck_api::text::Body;
use quarterdeck_api::wire_enum::OpenEnum;

use crate::app::time::Times;
use crate::screens::screen::Fact;

/// The open sessions, newest first.
pub(super) fn part(sessions: Option<&Page<SessionRow>>, times: &Times) -> Vec<Fact> {
    let Some(sessions) = sessions else {
        let denied = Body::new("You lack the permission sessions.view.");
        return vec![Fact::Prose(denied)];
    };
    if sessions.data.is_empty() {
        return vec![Fact::Prose(Body::new("No session is open."))];
    }
    let told = sessions.data.iter().map(|session| told(session, times));
    let shown = sessions.data.len();
    let rest = sessions.next_cursor.as_ref();
    let rest = rest.map(|_| format!("... {shown} of {}", sessions.total));
    let told = told.chain(rest);
    told.map(|text| Fact::Prose(Body::new(&text))).collect()
}

/// `#7  since 2026-11-20 13:09Z, seen ...  127.0.0.1  quarterdeck/0.1`
fn told(session: &SessionRow, times: &Times) -> String {
    let kind = match &session.kind {
        OpenEnum::Known(SessionKind::Full) => "",
        OpenEnum::Known(SessionKind::Enrolling) => ", second factor missing",
        OpenEnum::Unknown(other) => other.as_str(),
    };
    let current = if session.current { ", this one" } else { "" };
    format!(
        "{}  since {}, seen {}{kind}{current}  {}  {}",
        session.id,
        times.in_full(session.created_at),
        times.stamp(session.last_seen_at),
        session.ip_address,
        session.user_agent
    )
}
