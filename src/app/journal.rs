//! The journal as it lies over the screen: the operator's own acts, and which of them is chosen.

use quarterdeck_api::journal::{JournalEntry, JournalPage, WayBack};
use quarterdeck_api::text::Line;

/// Where the journal stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JournalLoad {
    /// Acts are on their way.
    Loading,
    /// All that was asked for is here.
    Idle,
    /// What was asked for last did not come, and why.
    Failed(Line),
}

/// The journal.
#[derive(Clone, Debug)]
pub struct Journal {
    /// The acts that are loaded, newest first.
    pub entries: Vec<JournalEntry>,
    /// Which of them is chosen.
    pub selected: usize,
    /// Where it stands.
    pub load: JournalLoad,
    next_cursor: Option<String>,
}

impl Journal {
    /// Nothing has come yet.
    pub const fn loading() -> Self {
        Self {
            entries: Vec::new(),
            selected: 0,
            load: JournalLoad::Loading,
            next_cursor: None,
        }
    }

    /// Takes the next page.
    pub fn hold(&mut self, page: JournalPage) {
        self.entries.extend(page.data);
        self.next_cursor = page.next_cursor;
        self.load = JournalLoad::Idle;
    }

    /// The act before.
    pub const fn step_up(&mut self) {
        self.selected = self.selected.saturating_sub(1);
    }

    /// The next act. At the last one, tells what to ask for where others follow.
    pub fn step_down(&mut self) -> Option<String> {
        if self.selected + 1 < self.entries.len() {
            self.selected += 1;
        }
        let is_last = self.selected + 1 >= self.entries.len();
        let wanted = self.next_cursor.clone();
        let wanted = wanted.filter(|_| is_last && self.load != JournalLoad::Loading);
        if wanted.is_some() {
            self.load = JournalLoad::Loading;
        }
        wanted
    }

    /// The act that is chosen.
    pub fn chosen(&self) -> Option<&JournalEntry> {
        self.entries.get(self.selected)
    }
}

/// `Bulk approve, 12 applications`, `Application approved #12`
pub fn what(entry: &JournalEntry) -> String {
    let count = entry.targets.len();
    let code = entry.action_code.known();
    let text = code.map_or_else(
        || entry.action_code.to_string(),
        |code| code.text_with_count(count).replace(" confirmed", ""),
    );
    match entry.targets.as_slice() {
        [one] => format!("{text} #{}", one.id),
        _ => text,
    }
}

/// Whether it can be taken back, or why not.
pub fn way_back(entry: &JournalEntry) -> String {
    let count = entry.targets.len();
    match (entry.targets.as_slice(), entry.possible) {
        ([], _) => word(WayBack::None).to_owned(),
        ([one], _) => one
            .way_back
            .known()
            .map_or_else(|| one.way_back.to_string(), |way| word(way).to_owned()),
        ([first, ..], 0) => {
            let way = first.way_back.known();
            let is_same = entry
                .targets
                .iter()
                .all(|target| target.way_back == first.way_back);
            match way.filter(|_| is_same) {
                Some(way) => word(way).to_owned(),
                None => format!("none of {count} possible"),
            }
        }
        (_, possible) if possible == count => word(WayBack::Possible).to_owned(),
        (_, possible) => format!("{possible} of {count} possible"),
    }
}

/// Why none of its objects can be taken back: `2 decided again since, 1 final`.
pub fn why_not(entry: &JournalEntry) -> String {
    let ways = WayBack::ALL.iter().filter_map(|way| {
        let targets = entry.targets.iter();
        let count = targets.filter(|target| target.way_back.is(*way)).count();
        (count > 0).then(|| format!("{count} {}", word(*way)))
    });
    let ways: Vec<_> = ways.collect();
    match (entry.targets.as_slice(), ways.as_slice()) {
        ([_], _) | (_, []) => way_back(entry),
        (_, ways) => ways.join(", "),
    }
}

const fn word(way: WayBack) -> &'static str {
    match way {
        WayBack::Possible => "can be taken back",
        WayBack::AsBefore => "as before already",
        WayBack::Overtaken => "decided again since",
        WayBack::Final => "final",
        WayBack::None => "no way back",
        WayBack::Forbidden => "a permission is missing",
        WayBack::SuperAdminOnly => "SuperAdmin only",
        WayBack::NotFound => "no longer there",
    }
}
