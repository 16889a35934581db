//! What the people of the demo profile say of each other, and what operators made of it.

use anyhow::{Context, Result, ensure};
use chrono::{DateTime, TimeDelta, Utc};
use quarterdeck_api::ids::ReportId;
use quarterdeck_api::reasons::ReasonVerb;
use quarterdeck_api::reports::ReportStatus;
use sea_orm::DatabaseTransaction;

use super::profile::{Random, SeedOptions};
use super::{SeedCall, codes};
use crate::chain::{Actor, Entry};
use crate::reasons::{self, Given};
use crate::reports::{self, NewReport};

/// Reporters and reported are the first so many of the people, the oldest accounts.
const PEOPLE: usize = 20;

/// What becomes of a report.
#[derive(Clone, Copy)]
enum Story {
    Waiting,
    Resolved(&'static str),
    Dismissed(&'static str),
    /// Without a word.
    Waved,
    DismissedThenReopened,
    /// One of a feud that was dismissed in one call.
    Feud,
}
use Story::{Dismissed, DismissedThenReopened, Feud, Resolved, Waiting, Waved};

/// Who is reported, as an index into the people, for what, in which words, and what became of it.
type Scene = (usize, &'static str, &'static str, Story);

const FEUD_NOTES: &str = "A feud between two members; both were written to";

const SCENES: [Scene; 32] = [
    // One person whom many report.
    (
        0,
        "spam",
        "The same link under every picture.\nhttps://boost.example/?ref=7",
        Waiting,
    ),
    (
        0,
        "spam",
        "Sends me offers since Monday, four today.",
        Waiting,
    ),
    (
        0,
        "Spam",
        "広告ばかり投稿しています。\n止めてほしいです。",
        Waiting,
    ),
    (
        0,
        "scam",
        "Asked for a deposit and was never heard of again.\nI have the receipt.",
        Waiting,
    ),
    (
        0,
        "spam",
        "Реклама в каждой теме.",
        Resolved("Warned once; links removed"),
    ),
    (
        0,
        "impersonation",
        "That is my portfolio, not theirs. Mine is at https://studio.example/works",
        Resolved("Pictures taken down"),
    ),
    (
        1,
        "harassment",
        "Writes to me under new threads after I asked to stop.\nThree times this week.",
        Waiting,
    ),
    (1, "harassment", "يرسل رسائل مزعجة كل ليلة.", Waiting),
    (
        1,
        "hate",
        "Look at the second comment on the bridge podcast.",
        Resolved("Comment removed, first warning"),
    ),
    (
        1,
        "harassment",
        "He knows why.",
        Dismissed("No message found; asked for a link"),
    ),
    (
        2,
        "copyright",
        "Scanned from my grandmother's dye book, page by page.",
        Waiting,
    ),
    (
        2,
        "copyright",
        "Das sind unsere Schnittmuster. Wir haben sie nie freigegeben.",
        Waiting,
    ),
    (
        2,
        "copyright",
        "Mes plans, sans mon nom.",
        DismissedThenReopened,
    ),
    // Two who report each other.
    (3, "rude", "Called my glaze \"brown\".", Feud),
    (4, "rude", "It was brown.", Feud),
    (3, "rude", "Now says it in three languages.", Feud),
    (4, "lying", "I said it in two.", Feud),
    // Once each.
    (
        5,
        "underage",
        "Writes that he is twelve. It may be a joke.",
        Waiting,
    ),
    (
        6,
        "self-harm",
        "I am worried about her last three posts. Please look soon.",
        Waiting,
    ),
    (7, "off-topic", "Sells bicycles in the choir.", Waved),
    (
        8,
        "spam",
        "안녕하세요, 같은 글이 다섯 번 올라왔어요.",
        Resolved("Duplicates removed; it was the upload that stuttered"),
    ),
    (9, "wrong-category", "", Waved),
    (
        10,
        "privacy",
        "My address is in the photograph, on the letterbox.",
        Resolved("Photograph replaced by the author"),
    ),
    (
        11,
        "spam",
        "\u{1b}[31mRED\u{1b}[0m\u{1b}]0;owned\u{7}\nIs your terminal all right?",
        Waiting,
    ),
    (
        12,
        "\u{202e}maps",
        "I reverse\u{202e} what you read.\u{2066}",
        Waiting,
    ),
    (
        13,
        "=HYPERLINK(\"https://evil.example\")",
        "=1+1\n@SUM(A1:A9)",
        Waiting,
    ),
    (
        14,
        "z\u{334}\u{321}a\u{335}\u{322}l\u{336}g\u{337}o\u{338}",
        "It comes.\r\n\u{9b}2J\u{200b}",
        Waiting,
    ),
    (
        15,
        "other",
        "I reported this before and nobody answered. I reported this before and nobody answered. I reported this \
        before and nobody answered. I reported this before and nobody answered. I reported this before and nobody \
        answered.",
        Waiting,
    ),
    (
        16,
        "scam",
        "Cobra antes y no entrega. Tengo las capturas.",
        Waiting,
    ),
    (17, "harassment", "मुझे बार-बार संदेश भेजता है।", Waiting),
    (
        18,
        "nudity",
        "Needs a label, I think. It is a good drawing.",
        Dismissed("Labeled by the author already"),
    ),
    (
        19,
        "spam",
        "clicked by mistake, sorry",
        Dismissed("Taken back by the reporter"),
    ),
];

/// Who reviews: indices into the accounts of the profile, all with both permissions.
const REVIEWERS: [usize; 5] = [OMAR, OMAR, RITA, RITA, ANA];
const ANA: usize = 1;
const OMAR: usize = 2;
const RITA: usize = 4;

/// A report, with its state after all of its history.
#[derive(Clone, Debug, PartialEq, Eq)]
struct SeedReport {
    reporter: usize,
    reported: usize,
    reason: &'static str,
    body: &'static str,
    created_at: DateTime<Utc>,
    history: Vec<Review>,
}

/// A decision on one report.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Review {
    status: ReportStatus,
    by: usize,
    at: DateTime<Utc>,
    notes: Option<&'static str>,
    call: CallKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CallKind {
    Single,
    Feud,
}

/// Brings the reports in, and tells the calls that decided them.
pub async fn reports(
    tx: &DatabaseTransaction,
    options: &SeedOptions,
    people: &[i64],
    actors: &[Actor],
) -> Result<Vec<SeedCall>> {
    ensure!(
        people.len() >= PEOPLE,
        "too few people to report each other"
    );
    let mut calls = Vec::new();
    let mut feud = Vec::new();
    for report in made_up(options) {
        let new = new_report(&report, people, actors)?;
        let id = reports::insert(tx, new).await?;
        let mut from = ReportStatus::Pending;
        for review in report.history {
            match review.call {
                CallKind::Single => calls.push(SeedCall {
                    at: review.at,
                    by: review.by,
                    entries: entries(&review, &[(id, from)]),
                }),
                CallKind::Feud => feud.push((id, from, review.clone())),
            }
            from = review.status;
        }
    }
    if let Some((_, _, review)) = feud.first() {
        let changes: Vec<_> = feud.iter().map(|(id, from, _)| (*id, *from)).collect();
        calls.push(SeedCall {
            at: review.at,
            by: review.by,
            entries: entries(review, &changes),
        });
    }
    Ok(calls)
}

fn entries(review: &Review, changes: &[(ReportId, ReportStatus)]) -> Vec<Entry> {
    let entries = reports::entries(review.status, changes, changes.len());
    reasons::noted(entries, review.reason())
}

impl Review {
    fn reason(&self) -> Given<'static> {
        let verb = match self.status {
            ReportStatus::Resolved => ReasonVerb::ResolveReport,
            ReportStatus::Dismissed | ReportStatus::Pending => ReasonVerb::DismissReport,
        };
        codes::given(verb, self.notes)
    }
}

fn new_report(report: &SeedReport, people: &[i64], actors: &[Actor]) -> Result<NewReport> {
    let person = |index: usize| people.get(index).copied().context("nobody is there");
    let last = report.history.last();
    let settled = last.filter(|review| !review.status.is_open());
    let reviewed = settled.and_then(|review| Some((review.at, actors.get(review.by)?.id?)));
    Ok(NewReport {
        reporter_id: person(report.reporter)?,
        reported_user_id: person(report.reported)?,
        reason: report.reason.to_owned(),
        body: report.body.to_owned(),
        status: last.map_or(ReportStatus::Pending, |review| review.status),
        created_at: report.created_at,
        reviewed,
        notes: settled.and_then(|review| review.notes).map(str::to_owned),
        reason_code: settled
            .and_then(|review| review.reason().code)
            .map(str::to_owned),
    })
}

/// The reports as pure data, oldest first, so that ids grow with time.
fn made_up(options: &SeedOptions) -> Vec<SeedReport> {
    let mut author = Author {
        random: Random(options.random_seed ^ 0x0072_6570_6f72_7473),
        at: options.at,
    };
    let mut reports: Vec<_> = SCENES.iter().map(|scene| author.report(scene)).collect();
    reports.sort_by_key(|report| report.created_at);
    reports
}

struct Author {
    random: Random,
    at: DateTime<Utc>,
}

impl Author {
    fn report(&mut self, (reported, reason, body, story): &Scene) -> SeedReport {
        let age = match story {
            Waiting => self.between(TimeDelta::minutes(4), TimeDelta::days(4)),
            Resolved(_) | Dismissed(_) | Waved | DismissedThenReopened => {
                self.between(TimeDelta::days(5), TimeDelta::days(16))
            }
            Feud => TimeDelta::days(6) + self.between(TimeDelta::hours(1), TimeDelta::hours(9)),
        };
        let created_at = self.at - age;
        SeedReport {
            reporter: self.somebody_but(*reported, *story),
            reported: *reported,
            reason,
            body,
            created_at,
            history: self.history(created_at, *story),
        }
    }

    /// Those of the feud report each other.
    fn somebody_but(&mut self, reported: usize, story: Story) -> usize {
        match story {
            Feud => 7 - reported,
            Waiting | Resolved(_) | Dismissed(_) | Waved | DismissedThenReopened => {
                let others: Vec<_> = (0..PEOPLE).filter(|index| *index != reported).collect();
                *self.random.pick(&others)
            }
        }
    }

    fn history(&mut self, created_at: DateTime<Utc>, story: Story) -> Vec<Review> {
        let (resolved, dismissed) = (ReportStatus::Resolved, ReportStatus::Dismissed);
        match story {
            Waiting => Vec::new(),
            Resolved(notes) => vec![self.review(created_at, resolved, Some(notes))],
            Dismissed(notes) => vec![self.review(created_at, dismissed, Some(notes))],
            Waved => vec![self.review(created_at, dismissed, None)],
            DismissedThenReopened => {
                let first = self.review(created_at, dismissed, Some("No proof of authorship"));
                let second = self.review(first.at, ReportStatus::Pending, None);
                vec![first, second]
            }
            Feud => vec![Review {
                status: dismissed,
                by: RITA,
                at: self.at - TimeDelta::days(6),
                notes: Some(FEUD_NOTES),
                call: CallKind::Feud,
            }],
        }
    }

    /// Some time in the two days after.
    fn review(
        &mut self,
        after: DateTime<Utc>,
        status: ReportStatus,
        notes: Option<&'static str>,
    ) -> Review {
        Review {
            status,
            by: *self.random.pick(&REVIEWERS),
            at: after + self.between(TimeDelta::minutes(6), TimeDelta::days(2)),
            notes,
            call: CallKind::Single,
        }
    }

    fn between(&mut self, least: TimeDelta, most: TimeDelta) -> TimeDelta {
        let span = u64::try_from((most - least).num_seconds()).unwrap_or(0);
        least + TimeDelta::seconds(i64::try_from(self.random.below(span + 1)).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use quarterdeck_api::permission::Permission;
    use quarterdeck_api::reports::NOTES_LENGTH;
    use quarterdeck_api::role::Preset;

    use super::super::profile;
    use super::*;

    fn options(random_seed: u64) -> SeedOptions {
        SeedOptions {
            random_seed,
            at: "2026-11-20T09:30:00Z".parse().unwrap(),
        }
    }

    #[test]
    fn the_same_options_give_the_same_data_and_others_do_not() {
        assert_eq!(made_up(&options(1)), made_up(&options(1)));
        assert_ne!(made_up(&options(1)), made_up(&options(2)));
    }

    #[test]
    fn every_state_is_present_and_most_wait() {
        for random_seed in 0..50 {
            let mut counts = BTreeMap::new();
            for report in made_up(&options(random_seed)) {
                let last = report.history.last();
                let status = last.map_or(ReportStatus::Pending, |review| review.status);
                *counts.entry(status).or_insert(0) += 1;
            }
            let expected = [
                (ReportStatus::Pending, 18),
                (ReportStatus::Resolved, 5),
                (ReportStatus::Dismissed, 9),
            ];
            assert_eq!(counts, BTreeMap::from(expected));
        }
    }

    #[test]
    fn s003_84_some_are_reported_again_and_again_and_nobody_by_themselves() {
        for random_seed in 0..50 {
            let mut times = BTreeMap::new();
            for report in made_up(&options(random_seed)) {
                assert_ne!(report.reporter, report.reported);
                *times.entry(report.reported).or_insert(0) += 1;
            }
            assert_eq!(
                (0..6).map(|person| times[&person]).collect::<Vec<_>>(),
                [6, 4, 3, 2, 2, 1]
            );
        }
    }

    #[test]
    fn decisions_follow_the_report_and_come_before_now() {
        for random_seed in 0..200 {
            let options = options(random_seed);
            for report in made_up(&options) {
                let mut last = report.created_at;
                for review in &report.history {
                    assert!(last < review.at && review.at < options.at, "{report:?}");
                    last = review.at;
                }
            }
        }
    }

    #[test]
    fn reviewers_hold_both_permissions_and_notes_have_the_length_of_the_contract() {
        for review in made_up(&options(1)).iter().flat_map(|one| &one.history) {
            let preset = profile::accounts()[review.by].role.preset();
            let held = preset.map(Preset::permissions).unwrap_or_default();
            for needed in [Permission::ReportsResolve, Permission::ReportsDismiss] {
                assert!(held.contains(&needed), "{review:?}");
            }
            if let Some(notes) = review.notes {
                assert!(NOTES_LENGTH.contains(&notes.chars().count()), "{notes}");
            }
        }
    }

    #[test]
    fn the_feud_is_one_call_about_four_reports() {
        let reports = made_up(&options(1));
        let feud: Vec<_> = reports
            .iter()
            .flat_map(|report| &report.history)
            .filter(|review| review.call == CallKind::Feud)
            .collect();
        assert_eq!(feud.len(), 4);
        assert!(feud.iter().all(|review| *review == feud[0]));
    }
}
