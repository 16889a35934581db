//! Keys in dialogs and prompts.

use quarterdeck_api::text::Line;

use super::act;
use super::any_room::LastWord;
use super::availability::why_not;
use super::confirm::{Answer, Confirm};
use super::copies::Copyable;
use super::input::Key;
use super::keymap::{Action, Section};
use super::loading;
use super::message::{Effect, Severity};
use super::model::Model;
use super::overlay::{FilterPrompt, Overlay, Prompt};
use super::palette::{self, Command, Entry};
use super::reading;
use super::verbs;
use super::words;
use super::writing;

/// A key in the question before a write.
pub fn press_confirm(model: &mut Model, mut confirm: Box<Confirm>, key: Key) {
    match confirm.press(key, &model.keymap) {
        Answer::Asking => model.overlay = Some(Overlay::Confirm(confirm)),
        Answer::Written(text) => writing::begin(model, confirm, text),
        Answer::Declined => model.toast(Severity::Info, "Nothing was sent"),
        Answer::Accepted(accepted) => verbs::commit(model, *accepted),
    }
}

/// A key in the filter prompt: the loaded rows follow each letter.
pub fn press_filter(model: &mut Model, mut prompt: FilterPrompt, key: Key) {
    match model.keymap.action(&[Section::Prompt], key) {
        Some(Action::Submit) => submit_filter(model, prompt),
        Some(Action::Abandon) => loading::drop_typed(model),
        Some(Action::Complete) => {
            complete_filter(model, &mut prompt);
            preview(model, prompt);
        }
        Some(_) | None => {
            prompt.field.edit(key);
            preview(model, prompt);
        }
    }
}

/// Completes the name at the end of what is typed, if one name alone begins so.
fn complete_filter(model: &Model, prompt: &mut FilterPrompt) {
    let text = prompt.field.value().to_owned();
    let before = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let begun = &text[before.len()..];
    let offers = model.here().offers();
    let mut fitting = offers.iter().filter(|offer| offer.name.starts_with(begun));
    if let (false, Some(offer), None) = (begun.is_empty(), fitting.next(), fitting.next()) {
        let completed = format!("{before}{}:", offer.name);
        prompt.field = prompt.field.clone().holding(&completed);
    }
}

/// What cannot be read keeps the rows of what could.
fn preview(model: &mut Model, mut prompt: FilterPrompt) {
    let now = model.now;
    let room = model.here_mut();
    let read = room.preview_filter(prompt.field.value(), LastWord::MayBecomeName, now);
    prompt.error = read.err();
    if prompt.error.is_none() {
        loading::plan_ask(model);
    } else {
        model.filter_due = None;
    }
    model.overlay = Some(Overlay::Filter(prompt));
}

fn submit_filter(model: &mut Model, mut prompt: FilterPrompt) {
    let (now, tab) = (model.now, model.tab);
    match model.here_mut().apply_filter(prompt.field.value(), now) {
        Ok(()) => {
            model.filter_due = None;
            if model.here().lacks_rows() {
                loading::load(model, tab);
            }
        }
        Err(error) => {
            prompt.error = Some(error);
            model.overlay = Some(Overlay::Filter(prompt));
        }
    }
}

/// The lines of the palette for what is typed.
pub fn palette_entries(model: &Model, typed: &str) -> Vec<Entry> {
    palette::entries(typed, &model.tabs(), &words::named(model), |wanted| {
        let is_possible = match wanted.verb {
            Some(_) => verbs::refusal(model, wanted).is_none(),
            None => why_not(model, wanted.action).is_none(),
        };
        words::of(model, wanted).filter(|_| is_possible)
    })
}

/// A key in the palette.
pub fn press_palette(model: &mut Model, mut prompt: Prompt, key: Key) {
    let entries = palette_entries(model, prompt.field.value());
    prompt.error = None;
    match model.keymap.action(&[Section::Prompt], key) {
        Some(Action::Submit) => return submit_palette(model, prompt, &entries),
        Some(Action::Abandon) => return,
        Some(Action::Next) if prompt.recalled.is_some() => prompt.recall_newer(&model.history),
        Some(Action::Next) => prompt.next(entries.len()),
        Some(Action::Previous) if prompt.selected == 0 => prompt.recall_older(&model.history),
        Some(Action::Previous) => prompt.previous(),
        Some(Action::Complete) => {
            if let Some(entry) = entries.get(prompt.selected) {
                prompt = Prompt {
                    field: prompt.field.holding(&entry.text),
                    ..Prompt::new()
                };
            }
        }
        Some(_) | None => {
            prompt.field.edit(key);
            prompt.selected = 0;
            prompt.recalled = None;
        }
    }
    model.overlay = Some(Overlay::Palette(prompt));
}

/// An exact command runs; else the chosen entry, unless it writes: a near miss must not.
fn submit_palette(model: &mut Model, mut prompt: Prompt, entries: &[Entry]) {
    let typed = prompt.field.value().trim().to_owned();
    let chosen = entries.get(prompt.selected);
    let verbs = words::named(model);
    let error = match (palette::parse(&typed, model.tab, &verbs), chosen) {
        (Ok(command), _) => return run_command(model, &typed, command),
        // It was run elsewhere: what comes near it here was never meant.
        (Err(error), Some(_)) if prompt.recalled.is_some() => error,
        (Err(_), Some(entry)) if entry.is_verb => {
            Line::new(&format!("`{}` writes: type its name in full", entry.text))
        }
        (Err(error), Some(entry)) => match palette::parse(&entry.text, model.tab, &verbs) {
            Ok(command) if !typed.contains(char::is_whitespace) => {
                return run_command(model, &entry.text, command);
            }
            Ok(_) | Err(_) => error,
        },
        (Err(error), None) => error,
    };
    prompt.error = Some(error);
    model.overlay = Some(Overlay::Palette(prompt));
}

fn run_command(model: &mut Model, text: &str, command: Command) {
    model.history.ran(text);
    act::command(model, command);
}

/// A key in the sort picker: the letter of a column, the same one again for the other way round.
pub fn press_sort(model: &mut Model, key: Key) {
    let tab = model.tab;
    let (orders, now) = (model.here().orders(), model.here().state().order_shown());
    let letter = |order: &usize| orders.get(*order).map(|order| order.letter) == key.typed();
    let fitting: Vec<usize> = (0..orders.len()).filter(letter).collect();
    let next = fitting
        .iter()
        .copied()
        .find(|order| *order != now)
        .or(fitting.first().copied());
    let Some(order) = next else {
        if model.keymap.action(&[Section::Dialog], key) != Some(Action::Decline) {
            model.overlay = Some(Overlay::Sort);
        }
        return;
    };
    model.here_mut().sort_by(order);
    model.toast(Severity::Info, &format!("Sorted {}", orders[order].name));
    if order != now {
        loading::load(model, tab);
    }
}

/// A key in the copy menu: the letter of what is copied.
pub fn press_copy(model: &mut Model, all: Vec<Copyable>, key: Key) {
    let chosen = all.iter().find(|one| key.typed() == Some(one.letter));
    if let Some(chosen) = chosen {
        match &chosen.text {
            Some(text) => model.effects.push(Effect::Copy(text.clone())),
            None => reading::copy_raw(model, all),
        }
    } else if model.keymap.action(&[Section::Dialog], key) != Some(Action::Decline) {
        model.overlay = Some(Overlay::Copy(all));
    }
}

/// A key in the list of messages.
pub fn press_messages(model: &mut Model, scroll: usize, key: Key) {
    if let Some(scroll) = press_reader(model, scroll, key) {
        let last = model.toasts.messages().len().saturating_sub(1);
        model.overlay = Some(Overlay::Messages {
            scroll: scroll.min(last),
        });
    }
}

/// A key in something to be read: the line it is scrolled to, or nothing where it is closed.
pub fn press_reader(model: &Model, scroll: usize, key: Key) -> Option<usize> {
    match model.keymap.action(&[Section::Dialog], key) {
        Some(Action::Decline) => None,
        Some(Action::ScrollDown) => Some(scroll.saturating_add(1).min(200)),
        Some(Action::ScrollUp) => Some(scroll.saturating_sub(1)),
        Some(_) | None => Some(scroll),
    }
}

/// A key in the question whether to leave.
pub fn press_leave(model: &mut Model, why: Line, key: Key) {
    match model.keymap.action(&[Section::Dialog], key) {
        Some(Action::Confirm) => model.effects.push(Effect::Quit { message: None }),
        Some(Action::Decline) => {}
        Some(_) | None => model.overlay = Some(Overlay::Leave { why }),
    }
}

/// Text was pasted into a field: what follows each letter follows it too.
pub fn pasted(model: &mut Model) {
    if let Some(Overlay::Filter(prompt)) = model
        .overlay
        .take_if(|over| matches!(over, Overlay::Filter(_)))
    {
        preview(model, prompt);
    }
    if let Some(Overlay::Search(prompt)) = model
        .overlay
        .take_if(|over| matches!(over, Overlay::Search(_)))
    {
        reading::follow(model, prompt);
    }
    if let Some(Overlay::Palette(prompt) | Overlay::Menu(prompt)) = &mut model.overlay {
        prompt.selected = 0;
        prompt.recalled = None;
    }
}
