//! What the last verification of the audit chain found, as a badge and as a report.

use quarterdeck_api::audit::{ChainStatus, Damage, VerifyReport};
use quarterdeck_api::text::Line;

use super::shown::{Shown, Tone};
use super::time::Times;
use crate::screens::screen::Fact;

/// What is known of the chain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Verification {
    /// Nobody has asked.
    #[default]
    Never,
    /// It is being read.
    Running,
    /// What was found.
    Done(Box<VerifyReport>),
    /// It could not be asked.
    Failed,
}

/// The verdict in a word or two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Badge {
    /// What it says.
    pub text: Shown<'static>,
    /// What it means.
    pub tone: Tone,
}

impl Verification {
    /// The verdict, once there is one.
    pub fn badge(&self) -> Option<Badge> {
        match self {
            Self::Never => None,
            Self::Running => Some(Badge {
                text: "chain: reading...".into(),
                tone: Tone::Pending,
            }),
            Self::Failed => Some(Badge {
                text: "chain: not verified".into(),
                tone: Tone::Warn,
            }),
            Self::Done(report) => Some(badge_of(report)),
        }
    }
}

fn badge_of(report: &VerifyReport) -> Badge {
    let (text, tone) = match report.status.known() {
        Some(ChainStatus::Intact) => (format!("chain: OK to #{}", report.to), Tone::Ok),
        Some(ChainStatus::Broken) => (broken(report), Tone::Bad),
        Some(ChainStatus::Incomplete) => (
            format!("chain: INCOMPLETE, read to #{}", report.to),
            Tone::Warn,
        ),
        Some(ChainStatus::Unverifiable) => {
            ("chain: UNVERIFIABLE by this server".to_owned(), Tone::Warn)
        }
        None => (format!("chain: {}", report.status), Tone::Warn),
    };
    Badge {
        text: Shown::Made(Line::new(&text)),
        tone,
    }
}

fn broken(report: &VerifyReport) -> String {
    match &report.first_bad {
        Some(bad) if bad.kind.is(Damage::TailTruncated) => match &report.watermark {
            Some(mark) => {
                format!(
                    "chain: TRUNCATED, ends at #{}, seen to #{}",
                    report.head.seq, mark.expected
                )
            }
            None => format!("chain: TRUNCATED, ends at #{}", report.head.seq),
        },
        Some(bad) => format!("chain: BROKEN at #{}", bad.seq),
        None => "chain: BROKEN".to_owned(),
    }
}

/// Whether every link is right.
pub fn is_intact(report: &VerifyReport) -> bool {
    report.status.is(ChainStatus::Intact)
}

/// The report in full.
pub fn facts(report: &VerifyReport, times: &Times) -> Vec<Fact> {
    let badge = badge_of(report);
    let mut facts = vec![
        Fact::Field {
            label: "Verdict",
            value: badge.text,
            tone: badge.tone,
        },
        Fact::field(
            "Rows",
            &format!("{} read, #{} to #{}", report.rows, report.from, report.to),
        ),
        Fact::field(
            "Head",
            &format!("#{} {}", report.head.seq, report.head.hash),
        ),
    ];
    facts.extend(
        report
            .head
            .recorded_at
            .map(|at| Fact::field("Written", &times.in_full(at))),
    );
    facts.extend(report.watermark.as_ref().map(|mark| {
        let met = if mark.satisfied { "met" } else { "NOT met" };
        Fact::field("Seen before", &format!("to #{}: {met}", mark.expected))
    }));
    if let Some(bad) = &report.first_bad {
        facts.extend([
            Fact::Heading("First thing that does not fit"),
            Fact::field("Row", &format!("#{}", bad.seq)),
            Fact::field("What", &bad.kind.to_string()),
            Fact::field("Expected", bad.expected.as_str()),
            Fact::field("Found", bad.found.as_str()),
            Fact::field("In all", &format!("{} do not fit", report.bad_count)),
        ]);
    }
    facts.push(Fact::field(
        "Verifier",
        &format!("{}, {} ms", report.verifier_version, report.took_ms),
    ));
    facts
}
