//! What stands beside a decision about a person: what their account has behind it, and which other accounts
//! are likely theirs.

use quarterdeck_api::users::{LikelySame, Likeness, PersonContext, TrackRecord, UserStatus};
use quarterdeck_api::wire_enum::OpenEnum;

use super::screen::Fact;
use crate::app::shown::{Shown, Tone};

/// The facts; none of somebody with nothing behind them and no account like theirs.
pub(super) fn facts(context: &PersonContext) -> Vec<Fact> {
    let record = (!context.record.is_clean()).then(|| Fact::Field {
        label: "Before",
        value: Shown::made(&in_words(context.record)),
        tone: Tone::Warn,
    });
    let likely = context.likely_same.iter().flatten();
    let likely = likely.enumerate().map(|(place, other)| Fact::Field {
        label: if place == 0 { "Same as?" } else { "" },
        value: Shown::made(&told(other)),
        tone: tone_of(other),
    });
    record.into_iter().chain(likely).collect()
}

/// `2 reports upheld, banned 3 times, 1 application rejected, 4 notes`
fn in_words(record: TrackRecord) -> String {
    let reports = counted(record.upheld_reports, "1 report upheld", "reports upheld");
    let bans = match record.bans {
        0 => None,
        1 => Some("banned once".to_owned()),
        count => Some(format!("banned {count} times")),
    };
    let applications = counted(
        record.rejected_applications,
        "1 application rejected",
        "applications rejected",
    );
    let notes = counted(record.notes.unwrap_or_default(), "1 note", "notes");
    let all = [reports, bans, applications, notes];
    all.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn counted(count: u64, one: &str, several: &str) -> Option<String> {
    match count {
        0 => None,
        1 => Some(one.to_owned()),
        count => Some(format!("{count} {several}")),
    }
}

/// `#77 BANNED ana+2@example.com, same mailbox; banned once`
fn told(other: &LikelySame) -> String {
    let status = other.status.to_string().to_uppercase();
    let because = match &other.because {
        OpenEnum::Known(Likeness::Mailbox) => "same mailbox",
        OpenEnum::Known(Likeness::Handle) => "same handle",
        OpenEnum::Unknown(other) => other.as_str(),
    };
    let record = if other.record.is_clean() {
        String::new()
    } else {
        format!("; {}", in_words(other.record))
    };
    format!("{} {status} {}, {because}{record}", other.id, other.email)
}

fn tone_of(other: &LikelySame) -> Tone {
    match other.status.known() {
        Some(UserStatus::Banned) => Tone::Bad,
        Some(_) if !other.record.is_clean() => Tone::Warn,
        Some(UserStatus::Suspended | UserStatus::Deleted) => Tone::Warn,
        Some(UserStatus::Active | UserStatus::Anonymized) | None => Tone::Info,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_told_in_words() {
        let cases = [
            (0, 1, 0, None, "banned once"),
            (1, 0, 0, Some(0), "1 report upheld"),
            (0, 0, 1, Some(1), "1 application rejected, 1 note"),
            (
                2,
                3,
                4,
                Some(5),
                "2 reports upheld, banned 3 times, 4 applications rejected, 5 notes",
            ),
        ];
        for (upheld_reports, bans, rejected_applications, notes, words) in cases {
            let record = TrackRecord {
                upheld_reports,
                bans,
                rejected_applications,
                notes,
            };
            assert_eq!(in_words(record), words);
        }
        assert_eq!(facts(&PersonContext::default()), []);
    }
}
