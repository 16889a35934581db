//! The data requests of the demo profile: some overdue, some answered, some that had to be retried.

use anyhow::{Context, Result};
use chrono::{DateTime, TimeDelta, Utc};
use quarterdeck_api::data_requests::{DataRequestKind, DataRequestStatus};
use quarterdeck_api::reasons::ReasonVerb;
use sea_orm::DatabaseTransaction;

use super::profile::{Random, SeedOptions};
use super::{SeedCall, codes};
use crate::chain::Actor;
use crate::data_requests::{self, NewDataRequest};
use crate::reasons::{self, Given};

use DataRequestKind::{Deletion, Export};
use DataRequestStatus::{Completed, Failed, Pending};

/// Who answers, as an index into the accounts of the profile: Léa, of the legal team.
const HANDLER: usize = 3;
/// People who were there before any request was sent in.
const LONG_HERE: u64 = 10;
/// Every request was handled in those days; all that the log tells of others is older or younger, so that
/// its times only go forward.
const HANDLED: (TimeDelta, TimeDelta) = (TimeDelta::days(20), TimeDelta::days(16));

const FAILURES: [&str; 4] = [
    "The person could not be identified",
    "Archive is larger than the mail server takes",
    "Legal hold until the dispute is settled",
    "Wrote from an address that is not the account's",
];

/// What became of requests: the statuses they were set to, one after the other, and how many there are of
/// each kind.
const STORIES: [(&[DataRequestStatus], usize); 4] = [
    (&[Completed], 5),
    (&[Failed], 2),
    (&[Failed, Pending], 1),
    (&[Failed, Pending, Completed], 1),
];
/// Days old, and days after which they are due where that was set, of those that nobody touched.
const WAITING: [(i64, Option<i64>); 7] = [
    (41, None),
    (33, None),
    (29, None),
    (12, Some(10)),
    (9, Some(10)),
    (6, None),
    (1, None),
];

/// A data request, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Story {
    /// Index into the people.
    person: usize,
    kind: DataRequestKind,
    created_at: DateTime<Utc>,
    due_at: Option<DateTime<Utc>>,
    history: Vec<Step>,
}

/// A change of its status.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Step {
    to: DataRequestStatus,
    at: DateTime<Utc>,
    error: Option<&'static str>,
}

/// Brings the data requests of these people in, with the rows that their changes left in the log.
pub async fn data_requests(
    tx: &DatabaseTransaction,
    options: &SeedOptions,
    people: &[i64],
    staff: &[Actor],
) -> Result<Vec<SeedCall>> {
    let handler = staff.get(HANDLER).context("nobody answers")?;
    let handled_by = handler.id.context("who answers has no account")?;
    let mut calls = Vec::new();
    for story in stories(options) {
        let user_id = *people.get(story.person).context("nobody asks")?;
        let id = data_requests::insert(tx, story.request(user_id, handled_by)).await?;
        let mut from = Pending;
        for step in story.history {
            let entries = data_requests::entries(step.to, &[(id, from)], 1);
            calls.push(SeedCall {
                at: step.at,
                by: HANDLER,
                entries: reasons::noted(entries, step.reason()),
            });
            from = step.to;
        }
    }
    Ok(calls)
}

impl Step {
    fn reason(&self) -> Given<'static> {
        codes::given(ReasonVerb::FailDataRequest, self.error)
    }
}

impl Story {
    fn request(&self, user_id: i64, handled_by: i64) -> NewDataRequest {
        let last = self.history.last();
        let changes = i64::try_from(self.history.len()).unwrap_or_default();
        NewDataRequest {
            user_id,
            kind: self.kind,
            status: last.map_or(Pending, |step| step.to),
            created_at: self.created_at,
            due_at: self.due_at,
            handled: last.map(|step| (step.at, handled_by)),
            error: last.and_then(|step| step.error).map(str::to_owned),
            reason_code: last.and_then(|step| step.reason().code).map(str::to_owned),
            version: 1 + changes,
        }
    }
}

/// The requests as pure data, oldest first, so that ids grow with time.
fn stories(options: &SeedOptions) -> Vec<Story> {
    let mut random = Random(options.random_seed ^ 0x6461_7461);
    let mut stories = Vec::new();
    for kind in [Export, Deletion] {
        for (statuses, count) in STORIES {
            stories.extend((0..count).map(|_| handled(kind, statuses, options.at, &mut random)));
        }
        stories
            .extend(WAITING.map(|(days, due)| waiting(kind, days, due, options.at, &mut random)));
    }
    stories.sort_by_key(|story| (story.created_at, story.person));
    stories
}

fn handled(
    kind: DataRequestKind,
    statuses: &[DataRequestStatus],
    now: DateTime<Utc>,
    random: &mut Random,
) -> Story {
    let (first, last) = HANDLED;
    let span = (first - last).num_minutes() / i64::try_from(statuses.len()).unwrap_or(1);
    let mut history = Vec::new();
    let mut begins = now - first;
    for to in statuses {
        let error = (*to == Failed).then(|| *random.pick(&FAILURES));
        let at = begins + minutes(random, span);
        history.push(Step { to: *to, at, error });
        begins += TimeDelta::minutes(span);
    }
    Story {
        person: person(random),
        kind,
        created_at: now - first - TimeDelta::hours(1) - minutes(random, 20 * 24 * 60),
        due_at: None,
        history,
    }
}

fn waiting(
    kind: DataRequestKind,
    days: i64,
    due: Option<i64>,
    now: DateTime<Utc>,
    random: &mut Random,
) -> Story {
    let created_at = now - TimeDelta::days(days) + minutes(random, 20 * 60);
    Story {
        person: person(random),
        kind,
        created_at,
        due_at: due.map(|days| created_at + TimeDelta::days(days)),
        history: Vec::new(),
    }
}

fn person(random: &mut Random) -> usize {
    usize::try_from(random.below(LONG_HERE)).unwrap_or_default()
}

/// Fewer than that many minutes.
fn minutes(random: &mut Random, bound: i64) -> TimeDelta {
    let bound = u64::try_from(bound).unwrap_or(1);
    TimeDelta::minutes(i64::try_from(random.below(bound)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(random_seed: u64) -> SeedOptions {
        SeedOptions {
            random_seed,
            at: "2026-11-20T09:30:00Z".parse().unwrap(),
        }
    }

    #[test]
    fn the_same_options_give_the_same_requests_and_others_do_not() {
        assert_eq!(stories(&options(1)), stories(&options(1)));
        assert_ne!(stories(&options(1)), stories(&options(2)));
    }

    #[test]
    fn s003_48_whatever_the_seed_is_the_same_are_overdue() {
        for random_seed in 0..50 {
            let options = options(random_seed);
            let stories = stories(&options);
            assert_eq!(stories.len(), 32);
            let overdue = stories.iter().filter(|story| {
                let age = options.at - story.created_at;
                story.history.is_empty()
                    && story
                        .due_at
                        .map_or(age > TimeDelta::days(30), |due| due < options.at)
            });
            assert_eq!(overdue.count(), 6);
        }
    }

    #[test]
    fn a_request_is_handled_after_it_was_sent_in_and_in_order() {
        for random_seed in 0..50 {
            let options = options(random_seed);
            for story in stories(&options) {
                let mut time = story.created_at;
                for step in &story.history {
                    assert!(time < step.at, "{story:?}");
                    assert!((options.at - HANDLED.0..options.at - HANDLED.1).contains(&step.at));
                    assert_eq!(step.error.is_some(), step.to == Failed);
                    time = step.at;
                }
            }
        }
    }
}
