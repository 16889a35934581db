//! What the last verification of the audit chain found, as a badge and as a report.

use quarterdeck_api::audit::{ChainStatus, Damage, VerifyReport};
use quarterdeck_api::text::Line;

use super::shown::{Shown, Tone};
use super::time::Times;
use crate::screens::screen::Fact;

/// Who wants the chain verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asker {
    /// The operator, who waits for the answer: it is said in full.
    Operator,
    /// A load of the log, by the way: the badge tells, and only a new finding is said.
    Load,
}

/// The newest try to have the chain verified.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Attempt {
    /// None is under way, and none has failed since the last answer.
    #[default]
    None,
    /// It is being read.
    Running(Asker),
    /// It brought no answer.
    Failed,
}

/// What is known of the chain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verification {
    found: Option<Box<VerifyReport>>,
    attempt: Attempt,
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
    /// It is being read; what was found before stands until the answer.
    pub const fn begin(&mut self, asker: Asker) {
        self.attempt = Attempt::Running(asker);
    }

    /// It could not be asked, or the reading was stopped.
    pub const fn fail(&mut self) {
        self.attempt = Attempt::Failed;
    }

    /// Takes what was found; says whether that differs from what was known.
    pub fn learn(&mut self, report: VerifyReport) -> Finding {
        let is_known = self
            .found
            .as_ref()
            .is_some_and(|known| is_same_verdict(known, &report));
        *self = Self {
            found: Some(Box::new(report)),
            attempt: Attempt::None,
        };
        if is_known {
            Finding::Known
        } else {
            Finding::New
        }
    }

    /// Whether nobody has asked yet.
    pub const fn is_unasked(&self) -> bool {
        matches!((self.attempt, &self.found), (Attempt::None, None))
    }

    /// Who waits for the answer that is under way.
    pub const fn asker(&self) -> Option<Asker> {
        match self.attempt {
            Attempt::Running(asker) => Some(asker),
            Attempt::None | Attempt::Failed => None,
        }
    }

    /// The verdict, once there is one. An older one stands while the chain is read by the way; after
    /// a try that failed it is no longer said to be up to date.
    pub fn badge(&self) -> Option<Badge> {
        match (self.attempt, &self.found) {
            (Attempt::None, None) => None,
            (Attempt::Running(Asker::Operator), _) | (Attempt::Running(Asker::Load), None) => {
                Some(Badge {
                    text: "chain: reading...".into(),
                    tone: Tone::Pending,
                })
            }
            (Attempt::Failed, None) => Some(Badge {
                text: "chain: not verified".into(),
                tone: Tone::Warn,
            }),
            (Attempt::Failed, Some(report)) if is_intact(report) => Some(Badge {
                text: Shown::made(&format!("chain: OK to #{}, not verified since", report.to)),
                tone: Tone::Warn,
            }),
            (Attempt::None | Attempt::Running(Asker::Load) | Attempt::Failed, Some(report)) => {
                Some(badge_of(report))
            }
        }
    }
}

/// Whether a verification found something else than the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The same verdict, though the log may have grown.
    Known,
    /// Another one, or the first.
    New,
}

fn is_same_verdict(known: &VerifyReport, report: &VerifyReport) -> bool {
    known.status == report.status && first_damage(known) == first_damage(report)
}

/// What does not fit first, and where; a truncated log ends ever later as it grows again.
fn first_damage(report: &VerifyReport) -> Option<(String, Option<i64>)> {
    let bad = report.first_bad.as_ref()?;
    let place = (!bad.kind.is(Damage::TailTruncated)).then_some(bad.seq);
    Some((bad.kind.to_string(), place))
}

/// The verdict of a report.
pub fn badge_of(report: &VerifyReport) -> Badge {
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
