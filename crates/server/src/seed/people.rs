//! The ordinary users of the demo profile: those whose applications were approved, and others.

use anyhow::{Context, Result};
use chrono::{DateTime, TimeDelta, Utc};
use quarterdeck_api::applications::ApplicationStatus;
use quarterdeck_api::audit::AuditCode;
use quarterdeck_api::role::Role;
use sea_orm::DatabaseTransaction;

use super::names;
use super::profile::{Random, SeedApplication, SeedOptions};
use crate::chain::{self, Actor, Entry, PLATFORM};
use crate::users::{self, NewPerson};

/// A name, the local part of an e-mail, a handle and a Twitch handle.
type Resident = (
    &'static str,
    &'static str,
    Option<&'static str>,
    Option<&'static str>,
);

/// People who were there before applications were asked for; some of their names are attacks.
const RESIDENTS: [Resident; 24] = [
    (
        "Nora Vestergaard",
        "nora.vestergaard",
        Some("noravest"),
        None,
    ),
    (
        "Gustavo Íñiguez",
        "gustavo.iniguez",
        Some("guga"),
        Some("guga_plays"),
    ),
    ("Øyvind Ødegård", "oyvind", Some("oyvind"), None),
    ("Çiğdem Yıldız", "cigdem.yildiz", None, None),
    ("Straße & Söhne", "strasse", Some("strasse"), None),
    ("Валентина Терешкова", "valya", Some("валя"), None),
    (
        "Θάλεια Μαυρίδη",
        "thaleia",
        Some("thaleia"),
        Some("thaleia_live"),
    ),
    ("فاطمة الزهراء", "fatima.alzahra", Some("fatima"), None),
    ("יעל כהן", "yael.cohen", None, None),
    ("陳美玲", "meiling.chen", Some("meiling"), Some("meilingtw")),
    ("山田太郎", "yamada", Some("yamada_taro"), None),
    ("박지민", "jimin.park", Some("jimin"), Some("jimin_on_air")),
    ("प्रिया शर्मा", "psharma", None, None),
    ("สมชาย ใจดี", "somchai", Some("somchai"), None),
    ("ქეთევან ლომიძე", "keti.lomidze", Some("keti"), None),
    ("Արամ Սարգսյան", "aram", None, None),
    ("አበበ ቢቂላ", "abebe", Some("abebe"), None),
    ("👩‍🚀 Cosmo", "cosmo", Some("cosmo"), Some("cosmo_tv")),
    ("\u{1b}[2J\u{1b}[HMallory", "mallory", Some("mallory"), None),
    ("\u{202e}nimda", "not.nimda", Some("nimda"), None),
    ("rооt", "cyrillic.root", Some("rооt"), None),
    (
        "=HYPERLINK(\"https://evil.example\")",
        "formula",
        None,
        None,
    ),
    (
        "Zoe\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}\u{307} Stack",
        "zoe.stack",
        None,
        None,
    ),
    ("\u{3164}", "nobody.there", Some("invisible"), None),
];

const COUNTRIES: [&str; 12] = [
    "Brasil",
    "Danmark",
    "Deutschland",
    "Ελλάδα",
    "Italia",
    "日本",
    "Kenya",
    "México",
    "Polska",
    "Україна",
    "Viet Nam",
    "대한민국",
];

const BIOS: [&str; 5] = [
    "Makes things out of wood, mostly shavings.",
    "Streams restoration of old radios on Sundays.",
    "Teaches, knits, and answers slowly.",
    "日曜大工",
    "Ask me about bees.",
];

/// Who verifies, as an index into the accounts of the profile.
const VERIFIER: usize = 1;
/// Every decision on an application is younger, so that the log's times only go forward.
const YOUNGEST_VERIFICATION: TimeDelta = TimeDelta::days(20);

/// Brings the people in and tells their keys.
pub async fn people(
    tx: &DatabaseTransaction,
    options: &SeedOptions,
    applications: &[SeedApplication],
    staff: &[Actor],
) -> Result<Vec<i64>> {
    let by = staff.get(VERIFIER).context("nobody verifies")?;
    let verified_by = by.id.context("the verifier has no account")?;
    let mut ids = Vec::new();
    let mut verified = Vec::new();
    for mut person in persons(options, applications) {
        person.verified = person.verified.map(|(at, _)| (at, verified_by));
        let id = users::insert_person(tx, &person).await?;
        users::grant(tx, id, role_of(&person), &[], person.created_at).await?;
        verified.extend(person.verified.map(|(at, _)| (at, id)));
        ids.push(id);
    }
    verified.sort_unstable();
    for (at, id) in verified {
        let entry = Entry::new(AuditCode::UserVerified, "user", id);
        chain::append(
            tx,
            PLATFORM,
            by,
            &[entry],
            &format!("seed-verified-{id}"),
            at,
        )
        .await?;
    }
    Ok(ids)
}

fn role_of(person: &NewPerson) -> Role {
    if person.twitch_username.is_some() {
        Role::Streamer
    } else {
        Role::User
    }
}

/// The people as pure data, oldest account first; whoever is verified is so by account 0.
fn persons(options: &SeedOptions, applications: &[SeedApplication]) -> Vec<NewPerson> {
    let mut random = Random(options.random_seed ^ 0x7065_6f70_6c65);
    let mut persons: Vec<_> = RESIDENTS
        .iter()
        .map(|resident| settled(resident, options.at, &mut random))
        .collect();
    let approved = applications
        .iter()
        .filter(|application| application.status == ApplicationStatus::Active);
    persons.extend(approved.filter_map(|application| {
        let created_at = application.decided_at? + TimeDelta::minutes(2);
        Some(NewPerson {
            email: application.email.clone(),
            display_name: application.name.clone(),
            created_at,
            last_login_at: last_login(created_at, options.at, &mut random),
            ..NewPerson::default()
        })
    }));
    persons.sort_by(|a, b| (a.created_at, &a.email).cmp(&(b.created_at, &b.email)));
    persons
}

fn settled(resident: &Resident, at: DateTime<Utc>, random: &mut Random) -> NewPerson {
    let (name, mailbox, username, twitch) = *resident;
    let created_at = at - TimeDelta::days(60) - minutes(random, 900 * 24 * 60);
    let verified_at = at - YOUNGEST_VERIFICATION - minutes(random, 30 * 24 * 60);
    NewPerson {
        email: format!("{mailbox}@{}", random.pick(&names::DOMAINS)),
        display_name: name.to_owned(),
        username: username.map(str::to_owned),
        twitch_username: twitch.map(str::to_owned),
        created_at,
        last_login_at: last_login(created_at, at, random),
        bio: random.chance(40).then(|| (*random.pick(&BIOS)).to_owned()),
        country: random
            .chance(70)
            .then(|| (*random.pick(&COUNTRIES)).to_owned()),
        verified: (twitch.is_some() || random.chance(35)).then_some((verified_at, 0)),
    }
}

/// One in five never signed in.
fn last_login(
    created_at: DateTime<Utc>,
    at: DateTime<Utc>,
    random: &mut Random,
) -> Option<DateTime<Utc>> {
    let age = u64::try_from((at - created_at).num_minutes()).unwrap_or(0);
    random.chance(80).then(|| at - minutes(random, age.max(1)))
}

/// Fewer than that many minutes.
fn minutes(random: &mut Random, bound: u64) -> TimeDelta {
    TimeDelta::minutes(i64::try_from(random.below(bound)).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::profile;
    use super::*;

    fn options(random_seed: u64) -> SeedOptions {
        SeedOptions {
            random_seed,
            at: "2026-11-20T09:30:00Z".parse().unwrap(),
        }
    }

    fn made(random_seed: u64) -> Vec<NewPerson> {
        let options = options(random_seed);
        persons(&options, &profile::demo(&options).applications)
    }

    #[test]
    fn about_forty_people_whom_no_two_accounts_share() {
        for random_seed in 0..200 {
            let people = made(random_seed);
            assert!((40..60).contains(&people.len()), "{}", people.len());
            let mut keys = BTreeSet::new();
            for person in &people {
                assert!(keys.insert(person.email.to_lowercase()), "{person:?}");
                for handle in [&person.username, &person.twitch_username]
                    .into_iter()
                    .flatten()
                {
                    assert!(keys.insert(handle.to_lowercase()), "{handle}");
                }
                assert!(
                    !person.email.ends_with("@quarterdeck.example"),
                    "{person:?}"
                );
            }
        }
    }

    #[test]
    fn nothing_happens_before_an_account_is_made_or_after_now() {
        for random_seed in 0..200 {
            let at = options(random_seed).at;
            for person in made(random_seed) {
                assert!(person.created_at < at, "{person:?}");
                let verified = person.verified.map(|(when, _)| when);
                for when in [person.last_login_at, verified].into_iter().flatten() {
                    assert!(person.created_at <= when && when <= at, "{person:?}");
                }
                assert!(verified.is_none_or(|when| when <= at - YOUNGEST_VERIFICATION));
            }
        }
    }

    #[test]
    fn some_are_verified_and_some_never_signed_in() {
        let people = made(1);
        let share = |holds: fn(&NewPerson) -> bool| people.iter().filter(|one| holds(one)).count();
        for some in [
            share(|one| one.verified.is_some()),
            share(|one| one.last_login_at.is_none()),
            share(|one| one.username.is_some()),
            share(|one| one.twitch_username.is_some()),
            share(|one| one.country.is_some()),
        ] {
            assert!((3..people.len() - 3).contains(&some), "{some}");
        }
    }
}
