//! The grammar on a small list of its own; the real lists are tested beside their rows.

mod grammar;
mod meaning;
mod properties;

use chrono::{DateTime, Utc};

use super::{Context, Datum, Field, Filter, Kind, Listed, Me, Shorthand, fields, has, is};
use crate::ids::UserId;

fields! {
    /// What the list is filtered by.
    pub enum Animal {
        /// Key.
        Id = "id", Kind::Id, Server, "id:4711";
        /// Species.
        Species = "species" | "kind", Kind::Choice(&["otter", "owl", "ox"]), Server, "species:otter,owl or all";
        /// Name.
        Name = "name", Kind::Text, Server, "name:ana*";
        /// Nickname.
        Nick = "nick", Kind::Text, Locally, "nick:ana";
        /// Whoever keeps it.
        Keeper = "keeper", Kind::Person, Exactly, "keeper:me";
        /// Legs.
        Legs = "legs", Kind::Number, Server, "legs>=3";
        /// Whether it is tame.
        Tame = "tame", Kind::Flag, Server, "tame:yes";
        /// How long it has been here.
        Age = "age", Kind::Age, Server, "age>2d";
        /// When it came.
        Came = "came", Kind::Past, Server, "came:today";
        /// When it is fed.
        Fed = "fed", Kind::Ahead, Server, "fed<2h";
        /// Where it lives.
        Home = "home", Kind::Target, Server, "home:cage#7";
    }
}

impl Field for Animal {
    type Sort = i8;
    const ID: Self = Self::Id;
    const SEARCHED: &'static [Self] = &[Self::Name];
    const SHORTHANDS: &'static [Shorthand] = &[
        is("bird", "species=owl"),
        is("tame", "tame:yes"),
        has("nick", "!nick:none"),
    ];
    const SORTS: &'static [(&'static str, i8)] = &[("age", 1), ("age-", -1)];
}

struct Row {
    id: i64,
    species: &'static str,
    name: &'static str,
    nick: Option<&'static str>,
    keeper: Option<(i64, &'static str)>,
    legs: i64,
    tame: bool,
    came: DateTime<Utc>,
    fed: DateTime<Utc>,
    home: (&'static str, &'static str),
}

impl Listed for Row {
    type Field = Animal;

    fn datum(&self, field: Animal, _context: &Context) -> Datum<'_> {
        match field {
            Animal::Id => Datum::Number(self.id),
            Animal::Species => Datum::Words(vec![self.species]),
            Animal::Name => Datum::Text(self.name),
            Animal::Nick => self.nick.map_or(Datum::Missing, Datum::Text),
            Animal::Keeper => self
                .keeper
                .map_or(Datum::Missing, |(id, email)| Datum::Person {
                    id: Some(UserId(id)),
                    email: Some(email),
                }),
            Animal::Legs => Datum::Number(self.legs),
            Animal::Tame => Datum::Flag(self.tame),
            Animal::Age | Animal::Came => Datum::Time(self.came),
            Animal::Fed => Datum::Time(self.fed),
            Animal::Home => Datum::Target {
                kind: self.home.0,
                id: self.home.1,
            },
        }
    }

    fn visible(&self) -> String {
        format!("#{} {} {}", self.id, self.species, self.name)
    }
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn context() -> Context {
    Context {
        now: at("2026-11-20T14:00:00Z"),
        me: Some(Me {
            id: UserId(7),
            email: "kim@example.org".to_owned(),
        }),
    }
}

fn otter() -> Row {
    Row {
        id: 12,
        species: "otter",
        name: "Ana Sørensen",
        nick: None,
        keeper: Some((7, "kim@example.org")),
        legs: 4,
        tame: true,
        came: at("2026-11-18T14:00:00Z"),
        fed: at("2026-11-20T15:00:00Z"),
        home: ("cage", "7"),
    }
}

fn owl() -> Row {
    Row {
        id: 13,
        species: "owl",
        name: "Bo",
        nick: Some("Nana"),
        keeper: None,
        legs: 2,
        tame: false,
        came: at("2026-11-20T08:00:00Z"),
        fed: at("2026-11-20T13:00:00Z"),
        home: ("tree", "7"),
    }
}

fn read(text: &str) -> Filter<Animal> {
    Filter::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn error(text: &str) -> String {
    Filter::<Animal>::parse(text).expect_err(text).to_string()
}
