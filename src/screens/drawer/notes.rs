//! Notes about a person: the risk that they name, and what they say.

use quarterdeck_api::notes::{RiskLevel, UserNote};
use quarterdeck_api::page::Page;
use quarterdeck_api::text::Body;
use quarterdeck_api::users::UserRow;
use quarterdeck_api::wire_enum::OpenEnum;

use crate::app::shown::{Shown, Tone};
use crate::app::time::Times;
use crate::screens::screen::Fact;

/// The risk in a list: a letter, a capital where it is the highest.
pub fn letter(row: &UserRow) -> char {
    match row.risk_level.as_ref() {
        None => ' ',
        Some(OpenEnum::Known(RiskLevel::Low)) => 'l',
        Some(OpenEnum::Known(RiskLevel::Medium)) => 'm',
        Some(OpenEnum::Known(RiskLevel::High)) => 'h',
        Some(OpenEnum::Known(RiskLevel::Critical)) => 'C',
        Some(OpenEnum::Unknown(_)) => '?',
    }
}

/// What a risk that must not be overlooked looks like.
pub fn alarm(row: &UserRow) -> Option<Tone> {
    let tone = tone_of(row);
    matches!(tone, Tone::Warn | Tone::Bad).then_some(tone)
}

/// The risk in the detail.
pub(super) fn risk(row: &UserRow) -> Option<Fact> {
    let risk = row.risk_level.as_ref()?;
    Some(Fact::Field {
        label: "Risk",
        value: Shown::made(&word(risk)),
        tone: tone_of(row),
    })
}

fn tone_of(row: &UserRow) -> Tone {
    match row.risk_level.as_ref().and_then(OpenEnum::known) {
        Some(RiskLevel::Low) => Tone::Dim,
        Some(RiskLevel::High) => Tone::Warn,
        Some(RiskLevel::Critical) => Tone::Bad,
        Some(RiskLevel::Medium) | None => Tone::Info,
    }
}

/// What matters stands out without color too.
pub fn word(risk: &OpenEnum<RiskLevel>) -> String {
    match risk {
        OpenEnum::Known(level @ (RiskLevel::High | RiskLevel::Critical)) => {
            level.as_str().to_uppercase()
        }
        OpenEnum::Known(level @ (RiskLevel::Low | RiskLevel::Medium)) => level.to_string(),
        OpenEnum::Unknown(other) => other.to_string(),
    }
}

/// The newest note in a line, and how many there are.
pub(super) fn newest(notes: Option<&Page<UserNote>>, times: &Times) -> Option<Fact> {
    let notes = notes?;
    let newest = notes.data.first()?;
    let (risk, when) = (word(&newest.risk_level), times.stamp(newest.created_at));
    let words = newest.note.lines().next().unwrap_or_default();
    let told = format!("{} in all; {when} {risk}: {words}", notes.total);
    Some(Fact::field("Notes", &told))
}

/// The notes, newest first.
pub(super) fn part(notes: Option<&Page<UserNote>>, times: &Times) -> Vec<Fact> {
    let Some(notes) = notes else {
        let denied = Body::new("You lack the permission user-note.view.");
        return vec![Fact::Prose(denied)];
    };
    if notes.data.is_empty() {
        return vec![Fact::Prose(Body::new("Nobody wrote a note."))];
    }
    let told = notes.data.iter().map(|note| told(note, times));
    let shown = notes.data.len();
    let rest = notes.next_cursor.as_ref().map(|_| {
        let total = notes.total;
        format!("... {shown} of {total}; `user-notes?userId=` of the API has the others")
    });
    let told = told.chain(rest);
    told.map(|text| Fact::Prose(Body::new(&text))).collect()
}

/// `#7  2026-11-20 13:09Z  HIGH by rita: Called twice.`
fn told(note: &UserNote, times: &Times) -> String {
    let by = if note.mine {
        "you"
    } else {
        note.created_by.email.as_str()
    };
    let changed = (note.updated_at > note.created_at).then_some(", changed");
    format!(
        "{}  {}  {} by {by}{}: {}",
        note.id,
        times.in_full(note.created_at),
        word(&note.risk_level),
        changed.unwrap_or_default(),
        note.note
    )
}
