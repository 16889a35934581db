//! What a verb lets pick from: things of which a row holds some, such as roles and permissions.

/// How many are picked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Picks {
    /// All that the row is to hold: what is held is ticked at first.
    All,
    /// One that it is to gain.
    OneMore,
    /// One that it is to lose.
    OneLess,
    /// One that the verb is about.
    One,
}

/// One of the things on offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pickable {
    /// Its name, as it is sent.
    pub name: String,
    /// What it is listed under.
    pub group: &'static str,
    /// What it means, in a line; empty where the name says it.
    pub help: &'static str,
    /// Whether the row holds it now.
    pub is_held: bool,
}

/// What a pick that changes nothing comes to, where all are picked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unchanged {
    /// It is not sent, for this reason.
    Refused(&'static str),
    /// What is ticked at first is taken.
    Taken,
}

impl Unchanged {
    /// Of what is changed there is nothing to send without a change.
    pub const NOTHING: Self = Self::Refused("Nothing would change.");
}

/// What is on offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Menu {
    /// `roles`
    pub of: &'static str,
    /// What is to be known of what is ticked at first; empty where it is what the row holds.
    pub note: &'static str,
    /// How many are picked.
    pub picks: Picks,
    /// What no change comes to.
    pub unchanged: Unchanged,
    /// In the order of the list.
    pub on_offer: Vec<Pickable>,
}

/// What a pick changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is held from now on.
    Added(String),
    /// It is not held any more.
    Removed(String),
    /// The verb is about it.
    Chosen(String),
}

impl Change {
    /// `+ Risk`
    pub fn in_words(&self) -> String {
        match self {
            Self::Added(name) => format!("+ {name}"),
            Self::Removed(name) => format!("- {name}"),
            Self::Chosen(name) => name.clone(),
        }
    }
}

impl Menu {
    /// The names of what was picked, by its places.
    pub fn names(&self, picked: &[usize]) -> Vec<String> {
        let on_offer = picked.iter().filter_map(|place| self.on_offer.get(*place));
        on_offer.map(|it| it.name.clone()).collect()
    }

    /// What a pick changes, in the order of the list.
    pub fn changes(&self, picked: &[usize]) -> Vec<Change> {
        let places = self.on_offer.iter().enumerate();
        let change = |(place, it): (usize, &Pickable)| {
            let is_picked = picked.contains(&place);
            let name = || it.name.clone();
            match (self.picks, is_picked, it.is_held) {
                (Picks::All | Picks::OneMore, true, false) => Some(Change::Added(name())),
                (Picks::All, false, true) | (Picks::OneLess, true, true) => {
                    Some(Change::Removed(name()))
                }
                (Picks::One, true, _) => Some(Change::Chosen(name())),
                (Picks::All | Picks::OneMore | Picks::OneLess | Picks::One, _, _) => None,
            }
        };
        places.filter_map(change).collect()
    }

    /// The place of a name, or of its first word: `#7` of `#7 high: Called twice`.
    pub fn place(&self, name: &str) -> Option<usize> {
        let is_it = |it: &Pickable| it.name == name || it.name.split(' ').next() == Some(name);
        self.on_offer.iter().position(is_it)
    }

    /// The places of what is held.
    pub fn held(&self) -> Vec<usize> {
        let places = self.on_offer.iter().enumerate();
        let held = places.filter(|(_, it)| it.is_held);
        held.map(|(place, _)| place).collect()
    }
}
