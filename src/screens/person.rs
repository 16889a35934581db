//! What several screens do to the person that a row is about: ban for a time, export to a file.

use quarterdeck_api::call::AnyCall;
use quarterdeck_api::ids::UserId;
use quarterdeck_api::operation::Nothing;
use quarterdeck_api::users::{ExportUser, UserExport};

use super::verb::{Choice, Class, Given, Prepared};
use crate::app::download::Download;

/// How long a ban lasts, in hours; none for the last choice, which is without end.
const HOURS: &[u32] = &[1, 24, 72, 168, 720];
/// What ends with a ban or a suspension.
pub(super) const ENDS_SESSIONS: &str = "Every session of the account ends.";

/// A choice of how long a ban lasts.
pub(super) const fn ban_for(label: &'static str, class: Class) -> Choice {
    Choice {
        label,
        verb: "ban",
        past: "banned",
        class,
        permission: None,
    }
}

/// The hours of the choice that was made; none for a ban without end.
pub(super) fn hours(given: &Given) -> Option<u32> {
    HOURS.get(given.choice).copied()
}

/// What a ban brings with it.
pub(super) fn what_a_ban_does(given: &Given) -> String {
    let lasting = match hours(given) {
        Some(_) => "The ban ends by itself.",
        None => "The ban lasts until somebody lifts it.",
    };
    format!("{ENDS_SESSIONS} {lasting}")
}

/// Exports all that is held about a person.
pub(super) fn export(id: UserId) -> Prepared {
    Prepared::new(move |_| AnyCall::of::<ExportUser>(id, Nothing {}, Nothing {})).telling(|_| {
        vec![
            "Personal data: profile, applications, reports, data requests, bans, sessions."
                .to_owned(),
            "Saved to a file that only you can read. The export is audited.".to_owned(),
        ]
    })
}

/// The file that an export is kept as.
pub(super) fn export_file(export: &UserExport) -> Option<Download> {
    let json = serde_json::to_vec_pretty(export).ok()?;
    let name = format!(
        "user-{}-{}.json",
        export.user.row.id.0,
        export.exported_at.format("%Y%m%dT%H%M%SZ")
    );
    Some(Download::new(&name, json).cut(export.truncated.clone()))
}
