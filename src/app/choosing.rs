//! Choosing columns: the keys of the picker, and the names behind `:cols`.

use super::columns::{Choice, ColumnPicker, complete, name, read, shown, stays};
use super::input::Key;
use super::keymap::{Action, Section};
use super::message::{Effect, Severity};
use super::model::Model;
use super::overlay::Overlay;

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
