//! What the operator did a moment ago, for the palette: the commands that ran and the objects that were opened.
//! Neither outlives the session.

use quarterdeck_api::text::Line;

use super::list::RowId;
use super::model::Model;
use super::tab::Tab;

/// Commands that are remembered.
const MOST_COMMANDS: usize = 50;
/// Objects that are.
const MOST_OBJECTS: usize = 20;

/// The commands of the palette that ran, the last one at the end. What the palette takes is never secret.
#[derive(Clone, Debug, Default)]
pub struct History(Vec<String>);

impl History {
    /// Remembers a command that runs.
    pub fn ran(&mut self, command: &str) {
        self.0.retain(|known| known != command);
        if self.0.len() == MOST_COMMANDS {
            self.0.remove(0);
        }
        self.0.push(command.to_owned());
    }

    /// The command at a place, counted back from the last one.
    pub fn back(&self, steps: usize) -> Option<&str> {
        let place = self.0.len().checked_sub(steps + 1)?;
        self.0.get(place).map(String::as_str)
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

/// An object that was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Whose row.
    pub tab: Tab,
    /// Which row.
    pub id: RowId,
    /// What it was called then.
    pub name: Line,
}

impl Object {
    /// The command that leads to it: `go user#12`.
    pub fn command(&self) -> String {
        let resource = self.tab.resource();
        let kind = resource.strip_suffix('s').unwrap_or(resource);
        format!("go {kind}{}", self.id)
    }
}

/// Remembers that the row under the cursor was opened.
pub fn opened(model: &mut Model) {
    let (tab, here) = (model.tab, model.here());
    let cursor = here.state().list.cursor().filter(|_| here.has_ids());
    let Some((id, name)) = cursor.and_then(|id| Some((id, here.name(id)?))) else {
        return;
    };
    let recent = &mut model.recent;
    recent.retain(|known| (known.tab, known.id) != (tab, id));
    recent.insert(0, Object { tab, id, name });
    recent.truncate(MOST_OBJECTS);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_stands_once_in_the_history_and_the_oldest_are_forgotten() {
        let mut history = History::default();
        assert_eq!(history.back(0), None);
        for number in 0..60 {
            history.ran(&format!("go #{number}"));
        }
        history.ran("go #58");
        let back: Vec<_> = (0..3).filter_map(|steps| history.back(steps)).collect();
        assert_eq!(back, ["go #58", "go #59", "go #57"]);
        assert_eq!((history.back(49), history.back(50)), (Some("go #10"), None));
    }
}
