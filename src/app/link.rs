//! The realtime connection as the model knows it: how it stands, and what of it is not shown yet.

use std::collections::BTreeMap;

use quarterdeck_api::realtime::{Event, Resource};

/// How the realtime connection stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Link {
    /// There is none, and none is tried.
    #[default]
    Off,
    /// The first one is tried.
    Trying,
    /// It stands.
    Up,
    /// It stood, and is tried again.
    Down,
}

/// What is known of the realtime connection.
#[derive(Clone, Debug, Default)]
pub struct Live {
    /// How it stands.
    pub link: Link,
    /// Whether the server does without something that it was given.
    pub is_degraded: bool,
    /// What is held back.
    pub(super) held: Vec<Event>,
    /// Whether there was more than is held back.
    pub(super) has_missed: bool,
    /// The newest row of each list that was told of.
    pub(super) newest: BTreeMap<Resource, i64>,
}

impl Live {
    /// What the header says.
    pub const fn label(&self) -> Option<&'static str> {
        match self.link {
            Link::Off | Link::Trying => None,
            Link::Up if self.is_degraded => Some("DEGRADED"),
            Link::Up => Some("LIVE"),
            Link::Down => Some("NOT LIVE"),
        }
    }
}
