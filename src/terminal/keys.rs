//! Translates what termina's parser recognized into our own keys. Called by `decoder` only; the one
//! place that names termina's event types.

use termina::Event;
use termina::event::{KeyCode as ParsedCode, KeyEvent, KeyEventKind, Modifiers as ParsedModifiers};

use crate::app::input::{InputEvent, Key, KeyCode, Modifiers};

/// `None` for everything that is no input: mouse reports and replies to queries nobody made.
pub(super) fn input_event(parsed: &Event) -> Option<InputEvent> {
    match parsed {
        Event::Key(event) => key(*event).map(InputEvent::Key),
        Event::FocusIn => Some(InputEvent::FocusGained),
        Event::FocusOut => Some(InputEvent::FocusLost),
        Event::Mouse(_)
        | Event::WindowResized(_)
        | Event::Paste(_)
        | Event::Csi(_)
        | Event::Osc(_)
        | Event::Dcs(_) => None,
    }
}

fn key(event: KeyEvent) -> Option<Key> {
    // A key with Super or Hyper is a different key, and no keymap can name it.
    let foreign = ParsedModifiers::SUPER | ParsedModifiers::HYPER | ParsedModifiers::META;
    if event.kind == KeyEventKind::Release || event.modifiers.intersects(foreign) {
        return None;
    }
    let modifiers = Modifiers {
        control: event.modifiers.contains(ParsedModifiers::CONTROL),
        alt: event.modifiers.contains(ParsedModifiers::ALT),
        shift: event.modifiers.contains(ParsedModifiers::SHIFT),
    };
    if let ParsedCode::Char(character) = event.code {
        return Some(character_key(character, modifiers));
    }
    if event.code == ParsedCode::BackTab {
        let shift = true;
        return Some(Key::new(KeyCode::Tab, Modifiers { shift, ..modifiers }));
    }
    code(event.code).map(|code| Key::new(code, modifiers))
}

/// Shift goes into the character; the control bytes 0x1C to 0x1F get the names printed on keycaps
/// (termina calls them Control with 4 to 7, after a habit of the VT220).
fn character_key(character: char, modifiers: Modifiers) -> Key {
    let character = match character {
        '4' if modifiers.control => '\\',
        '5' if modifiers.control => ']',
        '6' if modifiers.control => '^',
        '7' if modifiers.control => '_',
        _ if modifiers.control => character.to_ascii_lowercase(),
        _ if modifiers.shift => character.to_ascii_uppercase(),
        _ => character,
    };
    let shift = false;
    Key::new(KeyCode::Char(character), Modifiers { shift, ..modifiers })
}

fn code(parsed: ParsedCode) -> Option<KeyCode> {
    Some(match parsed {
        ParsedCode::Enter => KeyCode::Enter,
        ParsedCode::Escape => KeyCode::Esc,
        ParsedCode::Tab => KeyCode::Tab,
        ParsedCode::Backspace => KeyCode::Backspace,
        ParsedCode::Insert => KeyCode::Insert,
        ParsedCode::Delete => KeyCode::Delete,
        ParsedCode::Home => KeyCode::Home,
        ParsedCode::End => KeyCode::End,
        ParsedCode::PageUp => KeyCode::PageUp,
        ParsedCode::PageDown => KeyCode::PageDown,
        ParsedCode::Up => KeyCode::Up,
        ParsedCode::Down => KeyCode::Down,
        ParsedCode::Left => KeyCode::Left,
        ParsedCode::Right => KeyCode::Right,
        ParsedCode::Function(number) => KeyCode::F(number),
        _ => return None,
    })
}
