//! Which columns of its table a tab shows, and in which order: chosen by the picker or by `:cols`, and kept
//! between runs.

use quarterdeck_api::suggest::suggestion;
use quarterdeck_api::text::Line;

use super::any_room::AnyRoom;
use crate::screens::screen::Head;

/// Up to which priority a column always stays: what a row is, and its state.
const STAYS: u8 = 1;

/// A column in the picker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Its place in the declaration.
    pub column: usize,
    /// Whether it is shown.
    pub is_shown: bool,
}

/// The picker: what is chosen is seen in the table behind it.
#[derive(Clone, Debug)]
pub struct ColumnPicker {
    /// All columns, those that are shown in their order.
    pub choices: Vec<Choice>,
    /// Which one the keys are about.
    pub selected: usize,
    /// What was chosen before.
    pub before: Option<Vec<usize>>,
}

/// What a column is called: its title as one word.
pub fn name(head: Head) -> String {
    head.title.to_lowercase().replace(' ', "-")
}

/// Whether a column cannot be hidden.
pub const fn stays(head: Head) -> bool {
    head.priority <= STAYS
}

/// The columns that are shown, in their order.
pub fn shown(room: &dyn AnyRoom) -> Vec<usize> {
    let chosen = room.state().columns.clone();
    chosen.unwrap_or_else(|| (0..room.heads().len()).collect())
}

/// Takes over what was kept; names that the tab does not know are left out.
pub fn restore(room: &mut dyn AnyRoom, names: &[String]) {
    let heads = room.heads();
    let known = names.iter().filter_map(|name| place(&heads, name));
    let known = known.collect();
    room.state_mut().columns = complete(&heads, known);
}

impl ColumnPicker {
    /// Moves the selected one to another place.
    pub fn swap_with(&mut self, place: usize) {
        self.choices.swap(self.selected, place);
        self.selected = place;
    }

    /// Those that are shown.
    pub fn columns(&self) -> Vec<usize> {
        let shown = self.choices.iter().filter(|choice| choice.is_shown);
        shown.map(|choice| choice.column).collect()
    }
}

/// The columns of these names.
///
/// # Errors
/// There is no such column, and which there are.
pub fn read(heads: &[Head], names: &str) -> Result<Vec<usize>, String> {
    let names = names.split(',').map(str::trim);
    let known = names.filter(|name| !name.is_empty()).map(|name| {
        place(heads, &name.to_lowercase()).ok_or_else(|| {
            let all: Vec<String> = heads.iter().copied().map(self::name).collect();
            let near = suggestion(name, all.iter().map(String::as_str));
            let name = Line::new(name);
            format!("no column `{name}`{near}: {} or default", all.join(", "))
        })
    });
    known.collect()
}

fn place(heads: &[Head], wanted: &str) -> Option<usize> {
    heads.iter().position(|head| name(*head) == wanted)
}

/// Each column once and those that stay among them; nothing where that is the declaration itself.
pub(super) fn complete(heads: &[Head], columns: Vec<usize>) -> Option<Vec<usize>> {
    let staying = (0..heads.len()).filter(|column| stays(heads[*column]));
    let missing = staying.filter(|column| !columns.contains(column));
    let mut complete: Vec<usize> = missing.collect();
    for column in columns {
        if !complete.contains(&column) {
            complete.push(column);
        }
    }
    (!complete.iter().copied().eq(0..heads.len())).then_some(complete)
}
