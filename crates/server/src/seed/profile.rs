//! The demo profile as pure data: accounts, applications and what became of them.
//!
//! `seed` writes it through the gate's second door. The same options give the same data, to the
//! microsecond; nothing here reads a clock, a file or the system's randomness.

use chrono::{DateTime, TimeDelta, Utc};
use quarterdeck_api::applications::{ApplicationAction, ApplicationStatus};
use quarterdeck_api::role::Role;

use super::answers;
use super::names::{self, Person};

/// Password of every demo account. Public, which is why `serve` refuses such a database unasked.
pub const DEMO_PASSWORD: &str = "quarterdeck-demo";
/// Second-factor secret of every demo account, base 32. As public as the password.
pub const DEMO_TOTP_SECRET: &str = "QUARTERDECKDEMO2QUARTERDECK2DEMO";

/// What the profile depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeedOptions {
    /// Where the pseudo-random sequence begins.
    pub random_seed: u64,
    /// The moment that all ages are counted from.
    pub at: DateTime<Utc>,
}

/// An account of a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeedAccount<'a> {
    /// Sign-in name.
    pub email: &'a str,
    /// Display name.
    pub name: &'a str,
    /// Its one role; a staff role brings the rows of its preset.
    pub role: Role,
}

/// An application, with its state after all of its history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeedApplication {
    /// Name, as untrusted as any.
    pub name: String,
    /// E-mail at a domain that cannot exist.
    pub email: String,
    /// What the applicant wrote.
    pub answers: String,
    /// Where it stands.
    pub status: ApplicationStatus,
    /// When it was sent in.
    pub submitted_at: DateTime<Utc>,
    /// When it was decided, unless it is PENDING.
    pub decided_at: Option<DateTime<Utc>>,
    /// Who decided, as an index into `accounts`.
    pub decided_by: Option<usize>,
    /// Why.
    pub reason: Option<String>,
    /// Every decision, oldest first.
    pub history: Vec<SeedDecision>,
}

/// A decision on one application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeedDecision {
    /// What was done.
    pub action: ApplicationAction,
    /// By whom, as an index into `accounts`.
    pub by: usize,
    /// When.
    pub at: DateTime<Utc>,
    /// Why.
    pub reason: Option<String>,
    /// The bulk call that it was part of; decisions of one call share actor, action, time and reason.
    pub bulk: Option<Bulk>,
}

/// The bulk calls in the history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bulk {
    /// Omar rejected a wave of spam.
    SpamRejected,
    /// Ana put those who came too late for a cohort on the waiting list.
    CohortFull,
}

/// The whole profile. Applications are sorted by age, oldest first, so that ids grow with time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoProfile {
    /// Every application.
    pub applications: Vec<SeedApplication>,
}

const ROOT: usize = 0;
const ANA: usize = 1;
const OMAR: usize = 2;

const ACCOUNTS: [SeedAccount<'static>; 8] = [
    SeedAccount {
        email: "root@quarterdeck.example",
        name: "Rowan Okafor",
        role: Role::SuperAdmin,
    },
    SeedAccount {
        email: "ana@quarterdeck.example",
        name: "Ana Lindqvist",
        role: Role::Admin,
    },
    SeedAccount {
        email: "omar@quarterdeck.example",
        name: "Omar Haddad",
        role: Role::Operations,
    },
    SeedAccount {
        email: "lea@quarterdeck.example",
        name: "Léa Fontaine",
        role: Role::Legal,
    },
    SeedAccount {
        email: "rita@quarterdeck.example",
        name: "Rita Kovács",
        role: Role::Risk,
    },
    SeedAccount {
        email: "sam@quarterdeck.example",
        name: "Sam Whitfield",
        role: Role::Support,
    },
    SeedAccount {
        email: "iris@quarterdeck.example",
        name: "Iris Papadaki",
        role: Role::Auditor,
    },
    SeedAccount {
        email: "plain@quarterdeck.example",
        name: "Pat Plain",
        role: Role::User,
    },
];

/// The demo accounts. `plain` has no staff role.
pub const fn accounts() -> &'static [SeedAccount<'static>] {
    &ACCOUNTS
}

/// What becomes of an application.
#[derive(Clone, Copy)]
enum Story {
    Approved,
    ApprovedFromWaitlist,
    Rejected,
    RejectedThenReopened,
    Waitlisted,
    WaitlistedWithCohort,
}

/// How many go through which story. Everybody else waits.
const STORIES: [(Story, usize); 6] = [
    (Story::Approved, 16),
    (Story::ApprovedFromWaitlist, 4),
    (Story::Rejected, 8),
    (Story::RejectedThenReopened, 2),
    (Story::Waitlisted, 7),
    (Story::WaitlistedWithCohort, 5),
];

/// Makes the profile.
pub fn demo(options: &SeedOptions) -> DemoProfile {
    let mut author = Author {
        random: Random(options.random_seed),
        at: options.at,
    };
    let mut people = names::PEOPLE.to_vec();
    author.random.shuffle(&mut people);

    let mut people = people.into_iter();
    let mut applications = Vec::new();
    for (story, count) in STORIES {
        applications.extend(
            people
                .by_ref()
                .take(count)
                .map(|person| author.decided(person, story)),
        );
    }
    applications.extend(people.map(|person| author.waiting(person)));
    applications.extend(names::HOSTILE.iter().map(|hostile| author.hostile(hostile)));
    applications.extend(names::SPAM.iter().map(|spammer| author.spam(*spammer)));
    applications.sort_by(|a, b| (a.submitted_at, &a.email).cmp(&(b.submitted_at, &b.email)));
    DemoProfile { applications }
}

/// Makes up one application after the other.
struct Author {
    random: Random,
    at: DateTime<Utc>,
}

impl Author {
    fn waiting(&mut self, (name, mailbox): Person) -> SeedApplication {
        let answers = self.answers();
        let age = self.waiting_age();
        self.application(name, mailbox, answers, age)
    }

    fn hostile(&mut self, hostile: &names::Hostile) -> SeedApplication {
        let age = self.waiting_age();
        self.application(
            hostile.name,
            hostile.mailbox,
            hostile.answers.to_owned(),
            age,
        )
    }

    fn spam(&mut self, (name, mailbox): Person) -> SeedApplication {
        let age = TimeDelta::days(3) + self.between(TimeDelta::minutes(70), TimeDelta::minutes(95));
        let mut application = self.application(name, mailbox, names::SPAM_ANSWERS.to_owned(), age);
        application.decide(SeedDecision {
            action: ApplicationAction::Reject,
            by: OMAR,
            at: self.at - TimeDelta::days(3),
            reason: Some("Spam: the same text and link six times".to_owned()),
            bulk: Some(Bulk::SpamRejected),
        });
        application
    }

    fn decided(&mut self, (name, mailbox): Person, story: Story) -> SeedApplication {
        let answers = self.answers();
        let age = self.between(TimeDelta::hours(40), TimeDelta::days(16));
        let mut application = self.application(name, mailbox, answers, age);
        match story {
            Story::Approved => self.decide(&mut application, ApplicationAction::Approve),
            Story::Rejected => self.decide(&mut application, ApplicationAction::Reject),
            Story::Waitlisted => self.decide(&mut application, ApplicationAction::Waitlist),
            Story::ApprovedFromWaitlist => {
                self.decide(&mut application, ApplicationAction::Waitlist);
                self.decide(&mut application, ApplicationAction::Approve);
            }
            Story::RejectedThenReopened => {
                self.decide(&mut application, ApplicationAction::Reject);
                self.decide(&mut application, ApplicationAction::Reopen);
            }
            Story::WaitlistedWithCohort => application.decide(SeedDecision {
                action: ApplicationAction::Waitlist,
                by: ANA,
                at: self.at - TimeDelta::hours(26),
                reason: Some("Autumn cohort is full; first in line for the next one".to_owned()),
                bulk: Some(Bulk::CohortFull),
            }),
        }
        application
    }

    /// Decides some time between the last event and ten minutes ago.
    fn decide(&mut self, application: &mut SeedApplication, action: ApplicationAction) {
        let last_event = application
            .history
            .last()
            .map_or(application.submitted_at, |last| last.at);
        let until = self.at - TimeDelta::minutes(10);
        let delay = self.between(
            TimeDelta::minutes(5),
            (until - last_event).min(TimeDelta::hours(30)),
        );
        application.decide(SeedDecision {
            action,
            by: *self.random.pick(&[ANA, ANA, ANA, OMAR, OMAR, ROOT]),
            at: last_event + delay,
            reason: self.reason(action),
            bulk: None,
        });
    }

    fn reason(&mut self, action: ApplicationAction) -> Option<String> {
        let reason = match action {
            // Who says yes is seldom asked why.
            ApplicationAction::Approve => self
                .random
                .chance(40)
                .then(|| *self.random.pick(answers::APPROVAL_REASONS)),
            ApplicationAction::Reject => Some(*self.random.pick(answers::REJECTION_REASONS)),
            ApplicationAction::Waitlist => Some(*self.random.pick(answers::WAITLIST_REASONS)),
            ApplicationAction::Reopen => Some("Applicant wrote back; looking again"),
        };
        reason.map(str::to_owned)
    }

    fn application(
        &mut self,
        name: &str,
        mailbox: &str,
        answers: String,
        age: TimeDelta,
    ) -> SeedApplication {
        SeedApplication {
            name: name.to_owned(),
            email: format!("{mailbox}@{}", self.random.pick(&names::DOMAINS)),
            answers,
            status: ApplicationStatus::Pending,
            submitted_at: self.at - age,
            decided_at: None,
            decided_by: None,
            reason: None,
            history: Vec::new(),
        }
    }

    /// Two minutes to nine days: a quarter of this shift, a third of the last day, the rest older.
    fn waiting_age(&mut self) -> TimeDelta {
        let (shift, day) = (TimeDelta::hours(3), TimeDelta::hours(30));
        match self.random.below(100) {
            0..25 => self.between(TimeDelta::minutes(2), shift),
            25..60 => self.between(shift, day),
            _ => self.between(day, TimeDelta::days(9)),
        }
    }

    fn answers(&mut self) -> String {
        if self.random.chance(18) {
            return (*self.random.pick(answers::WHOLE)).to_owned();
        }
        let mut lines = vec![
            self.opening(),
            (*self.random.pick(answers::MOTIVES)).to_owned(),
        ];
        for (chance, choices) in [
            (55, answers::DETAILS),
            (20, answers::DETAILS),
            (60, answers::CLOSINGS),
        ] {
            if self.random.chance(chance) {
                let line = (*self.random.pick(choices)).to_owned();
                if !lines.contains(&line) {
                    lines.push(line);
                }
            }
        }
        lines.join("\n")
    }

    fn opening(&mut self) -> String {
        let city = self.random.pick(answers::CITIES);
        let count = 3 + self.random.below(11);
        self.random
            .pick(answers::OPENINGS)
            .replace("{city}", city)
            .replace("{count}", &count.to_string())
    }

    fn between(&mut self, least: TimeDelta, most: TimeDelta) -> TimeDelta {
        let span = u64::try_from((most - least).num_seconds()).unwrap_or(0);
        least + TimeDelta::seconds(i64::try_from(self.random.below(span + 1)).unwrap_or(0))
    }
}

impl SeedApplication {
    /// Adds a decision and lets it take effect.
    fn decide(&mut self, decision: SeedDecision) {
        self.status = decision.action.target();
        let is_decided = self.status != ApplicationStatus::Pending;
        self.decided_at = is_decided.then_some(decision.at);
        self.decided_by = is_decided.then_some(decision.by);
        self.reason = decision.reason.clone().filter(|_| is_decided);
        self.history.push(decision);
    }
}

/// The `SplitMix64` generator: a few lines whose sequence no library update can change.
pub(super) struct Random(pub(super) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below the bound. The bias of the remainder does not matter here.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    pub(super) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    pub(super) fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.index(choices.len())]
    }

    fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap_or(0)
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for end in (1..items.len()).rev() {
            items.swap(end, self.index(end + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use quarterdeck_api::applications::REASON_LENGTH;
    use quarterdeck_api::role::Preset;

    use super::*;

    fn options(random_seed: u64) -> SeedOptions {
        SeedOptions {
            random_seed,
            at: "2026-11-20T09:30:00Z".parse().unwrap(),
        }
    }

    /// What must hold whatever the seed is.
    fn each_profile(check: impl Fn(&SeedOptions, &DemoProfile)) {
        for random_seed in (0..50).chain([u64::MAX]) {
            let options = options(random_seed);
            check(&options, &demo(&options));
        }
    }

    #[test]
    fn splitmix_gives_its_published_sequence() {
        let mut random = Random(1_234_567);
        let sequence = [random.next(), random.next(), random.next()];
        assert_eq!(
            sequence,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423
            ]
        );
    }

    #[test]
    fn the_same_options_give_the_same_data_and_others_do_not() {
        assert_eq!(demo(&options(1)), demo(&options(1)));
        assert_ne!(demo(&options(1)), demo(&options(2)));
    }

    #[test]
    fn a_later_moment_moves_every_time_and_nothing_else() {
        let earlier = options(1);
        let later = SeedOptions {
            at: earlier.at + TimeDelta::days(7),
            ..earlier
        };
        for (a, b) in demo(&earlier)
            .applications
            .iter()
            .zip(&demo(&later).applications)
        {
            assert_eq!(
                (&a.name, &a.answers, a.status),
                (&b.name, &b.answers, b.status)
            );
            assert_eq!(a.submitted_at + TimeDelta::days(7), b.submitted_at);
        }
    }

    #[test]
    fn every_state_is_present_and_most_wait() {
        each_profile(|_, profile| {
            let mut counts = BTreeMap::new();
            for application in &profile.applications {
                *counts.entry(application.status).or_insert(0) += 1;
            }
            let expected = [
                (ApplicationStatus::Pending, 93),
                (ApplicationStatus::Active, 20),
                (ApplicationStatus::Rejected, 14),
                (ApplicationStatus::Waitlisted, 12),
            ];
            assert_eq!(counts, BTreeMap::from(expected));
        });
    }

    #[test]
    fn the_queue_is_from_minutes_to_days_old() {
        each_profile(|options, profile| {
            let ages: Vec<_> = profile
                .applications
                .iter()
                .filter(|application| application.status == ApplicationStatus::Pending)
                .filter(|application| application.history.is_empty())
                .map(|application| options.at - application.submitted_at)
                .collect();
            let (youngest, oldest) = (ages.iter().min().unwrap(), ages.iter().max().unwrap());
            assert!(
                *youngest >= TimeDelta::minutes(2) && *youngest < TimeDelta::hours(2),
                "{youngest}"
            );
            assert!(
                *oldest <= TimeDelta::days(9) && *oldest > TimeDelta::days(5),
                "{oldest}"
            );
        });
    }

    #[test]
    fn ids_will_grow_with_time() {
        each_profile(|_, profile| {
            assert!(
                profile
                    .applications
                    .is_sorted_by_key(|application| application.submitted_at)
            );
        });
    }

    #[test]
    fn the_state_is_what_the_history_leads_to() {
        each_profile(|options, profile| {
            for application in &profile.applications {
                let mut status = ApplicationStatus::Pending;
                let mut time = application.submitted_at;
                for decision in &application.history {
                    assert_ne!(decision.action.target(), status, "{application:?}");
                    assert!(
                        decision.at > time && decision.at < options.at,
                        "{application:?}"
                    );
                    (status, time) = (decision.action.target(), decision.at);
                }
                let last = application
                    .history
                    .last()
                    .filter(|_| status != ApplicationStatus::Pending);
                assert_eq!(application.status, status);
                assert_eq!(application.decided_at, last.map(|last| last.at));
                assert_eq!(application.decided_by, last.map(|last| last.by));
                assert_eq!(
                    application.reason,
                    last.and_then(|last| last.reason.clone())
                );
            }
        });
    }

    #[test]
    fn deciders_hold_the_permission_and_reasons_have_the_length_of_the_contract() {
        each_profile(|_, profile| {
            for decision in profile
                .applications
                .iter()
                .flat_map(|application| &application.history)
            {
                let role = accounts()[decision.by].role;
                assert!(
                    role == Role::SuperAdmin
                        || matches!(role.preset(), Some(Preset::Admin | Preset::Operations)),
                    "{decision:?}"
                );
                if let Some(reason) = &decision.reason {
                    assert!(REASON_LENGTH.contains(&reason.chars().count()), "{reason}");
                }
            }
        });
    }

    #[test]
    fn the_decisions_of_a_bulk_call_are_one_call() {
        each_profile(|options, profile| {
            let mut calls: BTreeMap<Bulk, Vec<&SeedDecision>> = BTreeMap::new();
            for decision in profile
                .applications
                .iter()
                .flat_map(|application| &application.history)
            {
                if let Some(bulk) = decision.bulk {
                    calls.entry(bulk).or_default().push(decision);
                }
            }
            for decisions in calls.values() {
                assert!(
                    decisions.iter().all(|decision| *decision == decisions[0]),
                    "{decisions:?}"
                );
            }
            let spam = &calls[&Bulk::SpamRejected];
            assert_eq!(
                (spam.len(), spam[0].by, spam[0].at),
                (6, OMAR, options.at - TimeDelta::days(3))
            );
            assert_eq!(calls[&Bulk::CohortFull].len(), 5);
        });
    }

    #[test]
    fn every_address_is_one_that_nobody_has_and_nobody_applies_twice() {
        each_profile(|_, profile| {
            let mut seen = BTreeSet::new();
            for application in &profile.applications {
                let (_, domain) = application.email.rsplit_once('@').unwrap();
                assert!(names::DOMAINS.contains(&domain), "{}", application.email);
                assert!(
                    seen.insert(&application.email),
                    "{} applies twice",
                    application.email
                );
            }
        });
    }

    #[test]
    fn both_databases_can_store_it() {
        each_profile(|_, profile| {
            for application in &profile.applications {
                // PostgreSQL has no NUL in text, and indexes the name.
                assert!(!application.name.contains('\0') && !application.answers.contains('\0'));
                assert!(
                    !application.name.is_empty() && application.name.len() < 1_000,
                    "{}",
                    application.name
                );
            }
        });
    }

    #[test]
    fn most_people_write_two_to_six_lines() {
        each_profile(|_, profile| {
            let (mut within, mut all) = (0, 0);
            for application in &profile.applications {
                all += 1;
                within += usize::from((2..=6).contains(&application.answers.lines().count()));
                assert!(
                    !application.answers.contains(['{', '}']),
                    "{}",
                    application.answers
                );
            }
            assert!(within * 10 > all * 8, "{within} of {all}");
        });
    }

    #[test]
    fn many_scripts_and_every_kind_of_attack_are_there() {
        let profile = demo(&options(1));
        let text: String = profile
            .applications
            .iter()
            .flat_map(|it| [it.name.as_str(), it.answers.as_str()])
            .collect();
        for (kind, sample) in [
            ("diacritics", 'ğ'),
            ("Vietnamese", 'ễ'),
            ("Cyrillic", 'Ш'),
            ("Greek", 'Π'),
            ("Arabic", 'ل'),
            ("Hebrew", 'נ'),
            ("Han", '王'),
            ("Hiragana", 'さ'),
            ("Katakana", 'タ'),
            ("Hangul", '김'),
            ("Devanagari", 'श'),
            ("Thai", 'ส'),
            ("emoji", '🚀'),
            ("escape", '\u{1b}'),
            ("C1", '\u{9b}'),
            ("bell", '\u{7}'),
            ("return", '\r'),
            ("override", '\u{202e}'),
            ("isolate", '\u{2067}'),
            ("zero width", '\u{200b}'),
            ("stacked marks", '\u{352}'),
            ("filler", '\u{3164}'),
            ("line separator", '\u{2028}'),
        ] {
            assert!(text.contains(sample), "{kind}");
        }
        assert!(
            profile.applications.iter().any(|it| it.name == "аdmin"),
            "confusable"
        );
        assert!(
            profile
                .applications
                .iter()
                .any(|it| it.name.starts_with('=')),
            "formula"
        );
        assert!(
            profile
                .applications
                .iter()
                .any(|it| it.name.chars().count() > 300),
            "very long"
        );
    }

    #[test]
    fn there_is_one_account_for_each_role_of_the_demo() {
        let roles: Vec<_> = accounts()
            .iter()
            .map(|account| (account.email, account.role))
            .collect();
        assert_eq!(
            roles,
            [
                ("root@quarterdeck.example", Role::SuperAdmin),
                ("ana@quarterdeck.example", Role::Admin),
                ("omar@quarterdeck.example", Role::Operations),
                ("lea@quarterdeck.example", Role::Legal),
                ("rita@quarterdeck.example", Role::Risk),
                ("sam@quarterdeck.example", Role::Support),
                ("iris@quarterdeck.example", Role::Auditor),
                ("plain@quarterdeck.example", Role::User),
            ]
        );
    }

    #[test]
    fn the_demo_secret_is_base_32() {
        let secret = data_encoding::BASE32_NOPAD
            .decode(DEMO_TOTP_SECRET.as_bytes())
            .unwrap();
        assert_eq!(secret.len(), 20);
    }
}
