//! What others did and what has come to stand at the top of the screen: said once, at the next prompt.

use std::collections::{BTreeMap, BTreeSet};

use crate::app::list::RowId;
use crate::app::model::Model;
use crate::app::tab::Tab;

#[derive(Debug, Default)]
pub(super) struct News {
    came: BTreeMap<Tab, u64>,
    overtaken: BTreeSet<(Tab, RowId)>,
    banner: Option<String>,
    offline: Option<String>,
    is_stale: bool,
}

impl News {
    /// What is new since it was last asked.
    pub(super) fn take(&mut self, model: &Model) -> Vec<String> {
        let tabs = model.tabs();
        let mut lines: Vec<String> = tabs
            .iter()
            .filter_map(|tab| self.came(model, *tab))
            .collect();
        let overtaken: BTreeSet<_> = tabs.iter().flat_map(|tab| overtaken(model, *tab)).collect();
        lines.extend(
            tabs.iter()
                .filter_map(|tab| self.first(model, *tab, &overtaken)),
        );
        self.overtaken = overtaken;
        let banner = model.banner().map(|banner| format!("warning: {banner}"));
        let offline = model
            .offline_label()
            .map(|_| "warning: OFFLINE, `refresh` tries again".to_owned());
        lines.extend(changed(&mut self.banner, banner));
        lines.extend(changed(&mut self.offline, offline));
        lines.extend(self.stale(model));
        lines
    }

    /// `7 new on Reports`
    fn came(&mut self, model: &Model, tab: Tab) -> Option<String> {
        let came = model.room(tab).state().came;
        let before = self.came.insert(tab, came).unwrap_or(0);
        // The log grows by what one does oneself.
        let is_news = came > before && tab != Tab::Audit;
        is_news.then(|| format!("{came} new on {}; `refresh` loads", tab.name()))
    }

    /// Rows that somebody else has dealt with.
    fn first(&self, model: &Model, tab: Tab, overtaken: &BTreeSet<(Tab, RowId)>) -> Option<String> {
        let is_new = |row: &&(Tab, RowId)| row.0 == tab && !self.overtaken.contains(row);
        let new: Vec<RowId> = overtaken.iter().filter(is_new).map(|(_, id)| *id).collect();
        match new.as_slice() {
            [] => None,
            [id] => {
                let code = model.room(tab).state().overtaken.get(id)?.code;
                Some(format!(
                    "{id} on {}: {}, by somebody else",
                    tab.name(),
                    code.text()
                ))
            }
            several => Some(format!(
                "{} rows on {} were dealt with by others",
                several.len(),
                tab.name()
            )),
        }
    }

    fn stale(&mut self, model: &Model) -> Option<String> {
        let freshness = model.here().state().freshness;
        let was_stale = std::mem::replace(&mut self.is_stale, freshness.is_stale(model.now));
        let age = freshness.age_text(model.now)?;
        (self.is_stale && !was_stale)
            .then(|| format!("warning: STALE, what is said is {age} old; `refresh` loads"))
    }
}

fn overtaken(model: &Model, tab: Tab) -> Vec<(Tab, RowId)> {
    let ids = model.room(tab).state().overtaken.keys();
    ids.map(|id| (tab, *id)).collect()
}

/// What it is now, where that is something else.
fn changed(before: &mut Option<String>, now: Option<String>) -> Option<String> {
    if *before == now {
        return None;
    }
    before.clone_from(&now);
    now
}
