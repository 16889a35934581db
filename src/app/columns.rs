//! Which columns of its table a tab shows, and in which order: chosen by the picker or by `:cols`, and kept
//! between runs.

use std::collections::BTreeMap;

use quarterdeck_api::suggest::suggestion;
use quarterdeck_api::text::Line;

use super::any_room::AnyRoom;
use super::input::Key;
use super::keymap::{Action, Section};
use super::message::{Effect, Severity};
use super::model::Model;
use super::overlay::Overlay;
use super::tab::Tab;
use crate::screens::screen::Head;

/// Up to which priority a column always stays: what a row is, and its state.
const STAYS: u8 = 1;

/// The columns of tabs, by their names; of others all are shown.
pub type KeptColumns = BTreeMap<Tab, Vec<String>>;

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
    before: Option<Vec<usize>>,
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

/// Shows these columns, by their names with commas between; `default` shows all as they are declared.
pub fn choose(model: &mut Model, names: &str) {
    let heads = model.here().heads();
    let columns = match names {
        "default" => Ok(None),
        _ => read(&heads, names).map(|columns| complete(&heads, columns)),
    };
    match columns {
        Ok(columns) => {
            let before = std::mem::replace(&mut model.here_mut().state_mut().columns, columns);
            keep(model, before.as_ref());
        }
        Err(why) => model.toast(Severity::Warn, &why),
    }
}

/// Opens the picker.
pub fn open(model: &mut Model) {
    let room = model.here();
    let shown = shown(room);
    let hidden = (0..room.heads().len()).filter(|column| !shown.contains(column));
    let choice = |is_shown| move |column| Choice { column, is_shown };
    let choices = shown.iter().copied().map(choice(true));
    let choices = choices.chain(hidden.map(choice(false))).collect();
    model.overlay = Some(Overlay::Columns(Box::new(ColumnPicker {
        choices,
        selected: 0,
        before: room.state().columns.clone(),
    })));
}

/// A key in the picker.
pub fn press(model: &mut Model, mut picker: Box<ColumnPicker>, key: Key) {
    let action = model
        .keymap
        .action(&[Section::Dialog, Section::Prompt], key);
    let last = picker.choices.len().saturating_sub(1);
    match action {
        Some(Action::Confirm | Action::Submit) => return keep(model, picker.before.as_ref()),
        Some(Action::Decline) => {
            model.here_mut().state_mut().columns = picker.before;
            return;
        }
        Some(Action::ScrollDown) => picker.selected = (picker.selected + 1).min(last),
        Some(Action::ScrollUp) => picker.selected = picker.selected.saturating_sub(1),
        Some(Action::Lower) => picker.swap_with((picker.selected + 1).min(last)),
        Some(Action::Raise) => picker.swap_with(picker.selected.saturating_sub(1)),
        Some(Action::Toggle) => toggle(model, &mut picker),
        Some(Action::Standard) => {
            picker.choices.sort_by_key(|choice| choice.column);
            for choice in &mut picker.choices {
                choice.is_shown = true;
            }
        }
        Some(_) | None => {}
    }
    let heads = model.here().heads();
    model.here_mut().state_mut().columns = complete(&heads, picker.columns());
    model.overlay = Some(Overlay::Columns(picker));
}

impl ColumnPicker {
    fn swap_with(&mut self, place: usize) {
        self.choices.swap(self.selected, place);
        self.selected = place;
    }

    fn columns(&self) -> Vec<usize> {
        let shown = self.choices.iter().filter(|choice| choice.is_shown);
        shown.map(|choice| choice.column).collect()
    }
}

fn toggle(model: &mut Model, picker: &mut ColumnPicker) {
    let heads = model.here().heads();
    let Some(choice) = picker.choices.get_mut(picker.selected) else {
        return;
    };
    match heads
        .get(choice.column)
        .copied()
        .filter(|head| stays(*head))
    {
        Some(head) => {
            let text = format!("{} cannot be hidden", head.title);
            model.toast(Severity::Warn, &text);
        }
        None => choice.is_shown = !choice.is_shown,
    }
}

/// Keeps what is shown now, where it is another choice than before, and says it.
fn keep(model: &mut Model, before: Option<&Vec<usize>>) {
    let (tab, room) = (model.tab, model.here());
    if room.state().columns.as_ref() == before {
        return;
    }
    let heads = room.heads();
    let shown = shown(room).into_iter();
    let names: Vec<String> = shown
        .filter_map(|column| heads.get(column).copied().map(name))
        .collect();
    let text = format!("Columns: {}", names.join(", "));
    let is_default = room.state().columns.is_none();
    model.effects.push(Effect::KeepColumns {
        tab,
        columns: (!is_default).then_some(names),
    });
    model.toast(Severity::Info, &text);
}

fn read(heads: &[Head], names: &str) -> Result<Vec<usize>, String> {
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
fn complete(heads: &[Head], columns: Vec<usize>) -> Option<Vec<usize>> {
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
