//! Where a key goes: to what lies over the screen, to a form, or through the key table to an action.
//! Decided by the model alone, never by what was last drawn.

use super::act;
use super::choosing;
use super::dispatch;
use super::explained;
use super::input::{InputEvent, Key};
use super::keymap::{Action, Section};
use super::layout::{Mode, Size};
use super::menu;
use super::message::{Effect, Severity};
use super::model::{Model, Session};
use super::overlay::Overlay;
use super::prompts;
use super::reading;
use super::second_key::SecondKey;
use super::session;
use super::taking_back;
use crate::screens::sign_in::Progress;

/// Takes what a person did.
pub fn receive(model: &mut Model, event: InputEvent) {
    match event {
        InputEvent::Key(key) => press(model, key),
        InputEvent::Paste(text) | InputEvent::Burst(text) => paste(model, &text),
        InputEvent::Resize { columns, rows } => model.size = Size { columns, rows },
        InputEvent::FocusGained | InputEvent::FocusLost => {}
    }
}

fn press(model: &mut Model, key: Key) {
    let now = model.now;
    model.here_mut().state_mut().changed.clear();
    let is_drawn = Mode::of(model.size) != Mode::TooSmall;
    if is_drawn && explained::press(model, key) {
        return disarm_quit(model, key);
    }
    model.toasts.dismiss(now);
    if Mode::of(model.size) == Mode::TooSmall {
        press_too_small(model, key);
    } else if let Some(overlay) = model.overlay.take() {
        press_in_overlay(model, overlay, key);
    } else {
        press_on_screen(model, key);
    }
    disarm_quit(model, key);
}

/// Too small to be drawn: only the keys that leave work, so that nothing happens unseen.
fn press_too_small(model: &mut Model, key: Key) {
    match model.keymap.action(&[Section::Global], key) {
        Some(Action::Quit | Action::Cancel) => model.effects.push(Effect::Quit { message: None }),
        Some(Action::Suspend) => model.effects.push(Effect::Suspend),
        Some(_) | None => {}
    }
}

/// Any other key between two C-c means the first was no wish to leave.
fn disarm_quit(model: &mut Model, key: Key) {
    if model.keymap.action(&[Section::Global], key) != Some(Action::Cancel) {
        model.quit_armed_until = None;
    }
}

fn press_in_overlay(model: &mut Model, overlay: Overlay, key: Key) {
    match overlay {
        Overlay::Confirm(confirm) => prompts::press_confirm(model, confirm, key),
        Overlay::Filter(prompt) => prompts::press_filter(model, prompt, key),
        Overlay::Palette(prompt) => prompts::press_palette(model, prompt, key),
        Overlay::Menu(prompt) => menu::press(model, prompt, key),
        Overlay::Copy(all) => prompts::press_copy(model, all, key),
        Overlay::Sort => prompts::press_sort(model, key),
        Overlay::Messages { scroll } => prompts::press_messages(model, scroll, key),
        Overlay::Journal(journal) => taking_back::press(model, journal, key),
        Overlay::Doctor(mut examination) => {
            if let Some(scroll) = prompts::press_reader(model, examination.scroll, key) {
                examination.scroll = scroll;
                model.overlay = Some(Overlay::Doctor(examination));
            }
        }
        Overlay::Report {
            title,
            facts,
            scroll,
        } => {
            if let Some(scroll) = prompts::press_reader(model, scroll, key) {
                model.overlay = Some(Overlay::Report {
                    title,
                    facts,
                    scroll,
                });
            }
        }
        Overlay::Columns(picker) => choosing::press(model, picker, key),
        Overlay::Search(prompt) => reading::press_search(model, prompt, key),
        Overlay::Leave { why } => prompts::press_leave(model, why, key),
    }
}

fn press_on_screen(model: &mut Model, key: Key) {
    match &model.session {
        Session::Active => press_at_work(model, key),
        Session::SigningIn(form) => {
            let is_editing = form.progress == Progress::Editing;
            let is_cancel = model.keymap.action(&[Section::Global], key) == Some(Action::Cancel);
            if is_cancel && is_editing {
                act::cancel(model);
            } else {
                press_beside_form(model, key);
            }
        }
        Session::Connecting | Session::Unreachable { .. } | Session::NotAdmin { .. } => {
            press_outside(model, key);
        }
    }
}

fn press_beside_form(model: &mut Model, key: Key) {
    match model.keymap.action(&[Section::Global], key) {
        Some(Action::Suspend) => model.effects.push(Effect::Suspend),
        Some(Action::Repaint) => model.effects.push(Effect::Repaint),
        Some(_) | None => session::press(model, key),
    }
}

/// Before sign-in there is little to do: try again, or leave.
fn press_outside(model: &mut Model, key: Key) {
    match model.keymap.action(&[Section::Global], key) {
        Some(Action::Quit) => model.effects.push(Effect::Quit { message: None }),
        Some(Action::Cancel) => act::cancel(model),
        Some(Action::Suspend) => model.effects.push(Effect::Suspend),
        Some(Action::Repaint) => model.effects.push(Effect::Repaint),
        Some(Action::Refresh) if matches!(model.session, Session::NotAdmin { .. }) => {
            session::sign_in_again(model);
        }
        Some(Action::Refresh) if !matches!(model.session, Session::Connecting) => {
            session::start(model);
        }
        Some(_) | None => {}
    }
}

fn press_at_work(model: &mut Model, key: Key) {
    let action = dispatch::at_work(model, key);
    let was_awaited = model.second_key.take().is_some();
    match action {
        Some(action) => act::run(model, action),
        None if was_awaited => {
            // None of them: it asks for their list, or leaves.
            let asks = model.keymap.action(&[Section::Global], key) == Some(Action::Help);
            model.second_key = asks.then(|| SecondKey::asked_for(model.now));
        }
        None => say_why_nothing_happens(model, key),
    }
}

fn say_why_nothing_happens(model: &mut Model, key: Key) {
    let help = model.keymap.shown(Action::Help);
    let Some(typed) = key.typed() else {
        return;
    };
    let text = match dispatch::silenced(model, key) {
        Some(_) => format!("{typed} does nothing: single_keys is off. {help} and : have the verbs"),
        None => format!("{typed} has no meaning here; {help} shows what has"),
    };
    model.toast(Severity::Info, &text);
}

/// Pasted text goes into a field or nowhere.
fn paste(model: &mut Model, text: &str) {
    if Mode::of(model.size) == Mode::TooSmall {
        return;
    }
    let field = match (&mut model.overlay, &mut model.session) {
        (Some(overlay), _) => overlay.field_mut(),
        (None, Session::SigningIn(form)) if form.progress == Progress::Editing => form.field_mut(),
        (
            None,
            Session::SigningIn(_)
            | Session::Active
            | Session::Connecting
            | Session::Unreachable { .. }
            | Session::NotAdmin { .. },
        ) => None,
    };
    match field.map(|field| field.paste(text)) {
        Some(Ok(())) => prompts::pasted(model),
        Some(Err(_)) => model.toast(Severity::Warn, "Type it; a paste does not count here"),
        None => model.toast(Severity::Warn, "Paste dropped: no text field is open"),
    }
}
