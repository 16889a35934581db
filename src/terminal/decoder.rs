//! Turns the bytes a terminal sends into input events, however the link cut them up.
//!
//! Called by `input` with every read; pure, so that its tests split sequences at every offset and
//! invent the time between the pieces. It finds where each sequence ends and hands complete ones to
//! termina's parser, which knows what they mean. That parser alone is not enough: it forgets a
//! sequence it cannot read half-way and types the rest as keys, and an unknown one blocks it for
//! good. Knows nothing of file descriptors or threads.

use std::time::{Duration, Instant};

use termina::Parser;

use super::keys;
use crate::app::input::{InputEvent, Key, KeyCode};

/// A sequence that does not end within this time never will. It is dropped, not typed: the tail of
/// a color report reads as verb keys.
const SEQUENCE_LIMIT: Duration = Duration::from_secs(1);
/// How long a paste may stall before what has come is taken as the whole.
const PASTE_STALL_LIMIT: Duration = Duration::from_secs(5);
/// More text than any field takes; the rest of a larger paste is read and dropped.
const PASTE_MAX_BYTES: usize = 64 * 1024;
/// No key has a longer sequence.
const SEQUENCE_MAX_BYTES: usize = 64;

/// Printable keys that a fast typist may have ahead of the console.
const TYPE_AHEAD_MAX: usize = 8;
/// The end of a paste may come in a read of its own, too short to look like one. A key held down
/// repeats about every 30 ms, which must not count as the same burst.
const BURST_TAIL: Duration = Duration::from_millis(20);
/// For a text that is certainly no key held down.
const LONG_BURST_TAIL: Duration = Duration::from_millis(100);
const LONG_BURST_BYTES: usize = 256;

const ESC: u8 = 0x1B;
const BEL: u8 = 0x07;
const PASTE_START: &[u8] = b"\x1b[200~";
const PASTE_END: &[u8] = b"\x1b[201~";

#[derive(Debug)]
pub(super) struct Decoder {
    parser: Parser,
    /// How long a lone Esc waits for the rest of a sequence.
    escape_window: Duration,
    state: State,
    /// The bytes of the unfinished sequence.
    held: Vec<u8>,
    /// When the unfinished sequence began; for a paste, when its last bytes came.
    held_since: Option<Instant>,
    burst_until: Option<Instant>,
}

#[derive(Debug)]
enum State {
    Ground,
    Escape,
    Utf8 { missing: usize },
    Ss3,
    Csi,
    LinuxFunctionKey,
    X10Mouse { missing: usize },
    ControlString(ControlString),
    Paste(Paste),
}

/// OSC, DCS, APC, PM and SOS: answers to queries. Their content is never looked at.
#[derive(Debug, Clone, Copy)]
enum ControlString {
    Osc,
    Other,
    /// An Esc inside: the first half of the terminator, or the start of something else.
    Ending,
}

impl Decoder {
    pub(super) fn new(escape_window: Duration) -> Self {
        Self {
            parser: Parser::default(),
            escape_window,
            state: State::Ground,
            held: Vec::new(),
            held_since: None,
            burst_until: None,
        }
    }

    /// Takes the bytes of one read. An unfinished sequence is continued even when its time has just
    /// passed: bytes that are already there must not lose to a thread that woke late.
    pub(super) fn feed(&mut self, bytes: &[u8], now: Instant) -> Vec<InputEvent> {
        let mut events = Vec::new();
        for &byte in bytes {
            events.extend(self.step(byte, now));
        }
        if matches!(self.state, State::Paste(_)) {
            self.held_since = Some(now);
        }
        self.fold_burst(events, now)
    }

    /// When `expire` has something to do if no byte comes before.
    pub(super) fn timeout(&self) -> Option<Instant> {
        let limit = match self.state {
            State::Ground => return None,
            State::Escape => self.escape_window,
            State::Paste(_) => PASTE_STALL_LIMIT,
            State::Utf8 { .. }
            | State::Ss3
            | State::Csi
            | State::LinuxFunctionKey
            | State::X10Mouse { .. }
            | State::ControlString(_) => SEQUENCE_LIMIT,
        };
        self.held_since.map(|since| since + limit)
    }

    /// Gives up on what is unfinished, once its time has passed.
    pub(super) fn expire(&mut self, now: Instant) -> Option<InputEvent> {
        if self.timeout().is_none_or(|timeout| now < timeout) {
            return None;
        }
        self.held.clear();
        match std::mem::replace(&mut self.state, State::Ground) {
            State::Escape => Some(InputEvent::Key(Key::from(KeyCode::Esc))),
            State::Paste(paste) => Some(InputEvent::Paste(paste.into_text())),
            State::Ground
            | State::Utf8 { .. }
            | State::Ss3
            | State::Csi
            | State::LinuxFunctionKey
            | State::X10Mouse { .. }
            | State::ControlString(_) => None,
        }
    }

    fn step(&mut self, byte: u8, now: Instant) -> Option<InputEvent> {
        match &mut self.state {
            State::Ground => self.ground(byte, now),
            State::Escape => self.after_escape(byte, now),
            State::Utf8 { missing } => {
                if !matches!(byte, 0x80..=0xBF) {
                    return self.abandon(byte, now);
                }
                *missing -= 1;
                let is_complete = *missing == 0;
                self.held.push(byte);
                is_complete.then(|| self.deliver()).flatten()
            }
            State::Ss3 => match byte {
                b'0'..=b'9' | b';' => self.hold(byte),
                0x40..=0x7E => self.finish_sequence(byte),
                _ => self.abandon(byte, now),
            },
            State::Csi => self.csi(byte, now),
            State::LinuxFunctionKey => self.finish_sequence(byte),
            State::X10Mouse { missing: 0 | 1 } => self.drop_held(),
            State::X10Mouse { missing } => {
                *missing -= 1;
                None
            }
            State::ControlString(string) => {
                let string = *string;
                self.control_string(string, byte, now)
            }
            State::Paste(paste) => match paste.take(byte) {
                Progress::Unfinished => None,
                Progress::Finished => {
                    let text = std::mem::take(paste).into_text();
                    self.state = State::Ground;
                    Some(InputEvent::Paste(text))
                }
            },
        }
    }

    fn ground(&mut self, byte: u8, now: Instant) -> Option<InputEvent> {
        self.held.clear();
        self.held_since = Some(now);
        self.state = State::Ground;
        if byte == ESC {
            self.held.push(ESC);
            self.state = State::Escape;
            return None;
        }
        self.character(byte)
    }

    fn after_escape(&mut self, byte: u8, now: Instant) -> Option<InputEvent> {
        self.state = match byte {
            ESC => {
                self.held_since = Some(now);
                return Some(InputEvent::Key(Key::from(KeyCode::Esc)));
            }
            b'[' => State::Csi,
            b'O' => State::Ss3,
            b']' => State::ControlString(ControlString::Osc),
            b'P' | b'X' | b'^' | b'_' => State::ControlString(ControlString::Other),
            // Esc and a character is how terminals report Alt.
            _ => return self.character(byte),
        };
        self.held.push(byte);
        None
    }

    fn character(&mut self, first: u8) -> Option<InputEvent> {
        let missing = match first {
            0x00..=0x7F => 0,
            0xC2..=0xDF => 1,
            0xE0..=0xEF => 2,
            0xF0..=0xF4 => 3,
            0x80..=0xC1 | 0xF5..=0xFF => return self.drop_held(),
        };
        self.held.push(first);
        if missing == 0 {
            return self.deliver();
        }
        self.state = State::Utf8 { missing };
        None
    }

    fn csi(&mut self, byte: u8, now: Instant) -> Option<InputEvent> {
        let is_first = self.held.len() == 2;
        match byte {
            0x20..=0x3F => self.hold(byte),
            b'[' if is_first => {
                self.state = State::LinuxFunctionKey;
                self.hold(byte)
            }
            b'M' if is_first => {
                self.state = State::X10Mouse { missing: 3 };
                None
            }
            0x40..=0x7E => self.finish_sequence(byte),
            _ => self.abandon(byte, now),
        }
    }

    fn control_string(
        &mut self,
        string: ControlString,
        byte: u8,
        now: Instant,
    ) -> Option<InputEvent> {
        const CANCEL: u8 = 0x18;
        const SUBSTITUTE: u8 = 0x1A;
        match (string, byte) {
            (ControlString::Ending, b'\\')
            | (ControlString::Osc, BEL)
            | (ControlString::Osc | ControlString::Other, CANCEL | SUBSTITUTE) => self.drop_held(),
            (ControlString::Osc | ControlString::Other, ESC) => {
                self.state = State::ControlString(ControlString::Ending);
                None
            }
            (ControlString::Ending, _) => {
                let _escape_is_held = self.ground(ESC, now);
                self.after_escape(byte, now)
            }
            (ControlString::Osc | ControlString::Other, _) => None,
        }
    }

    fn hold(&mut self, byte: u8) -> Option<InputEvent> {
        if self.held.len() < SEQUENCE_MAX_BYTES {
            self.held.push(byte);
        }
        None
    }

    /// The sequence cannot go on with this byte: whatever it was, the byte starts anew.
    fn abandon(&mut self, byte: u8, now: Instant) -> Option<InputEvent> {
        self.ground(byte, now)
    }

    fn drop_held(&mut self) -> Option<InputEvent> {
        self.held.clear();
        self.state = State::Ground;
        None
    }

    fn finish_sequence(&mut self, last: u8) -> Option<InputEvent> {
        self.held.push(last);
        if self.held == PASTE_START {
            self.held.clear();
            self.state = State::Paste(Paste::default());
            return None;
        }
        if is_key_sequence(&self.held) {
            return self.deliver();
        }
        self.drop_held()
    }

    fn deliver(&mut self) -> Option<InputEvent> {
        self.parser.parse(&self.held, false);
        self.drop_held();
        let parsed = self.parser.pop();
        if parsed.is_none() {
            // Whatever termina made of it must not prefix the next key.
            self.parser = Parser::default();
        }
        parsed.as_ref().and_then(keys::input_event)
    }

    fn fold_burst(&mut self, events: Vec<InputEvent>, now: Instant) -> Vec<InputEvent> {
        let printable = events.iter().filter(|event| is_printable(event)).count();
        let text: String = events.iter().filter_map(text_of).collect();
        let continues = self.burst_until.is_some_and(|until| now <= until) && !text.is_empty();
        if printable <= TYPE_AHEAD_MAX && !continues {
            return events;
        }
        let tail = if text.len() > LONG_BURST_BYTES {
            LONG_BURST_TAIL
        } else {
            BURST_TAIL
        };
        self.burst_until = Some(now + tail);
        let others = events
            .into_iter()
            .filter(|event| !matches!(event, InputEvent::Key(_)));
        others.chain([InputEvent::Burst(text)]).collect()
    }
}

/// Whether termina reads these bytes as one whole. What it does not know - private markers,
/// intermediates, a leading separator - it gives up in the middle and types the rest.
fn is_key_sequence(sequence: &[u8]) -> bool {
    let Some((_, parameters)) = sequence[2..].split_last() else {
        return false;
    };
    if sequence[1] == b'O' {
        return parameters.is_empty();
    }
    let is_linux_function_key = parameters == b"[";
    let are_numbers = parameters
        .iter()
        .all(|byte| matches!(byte, b'0'..=b'9' | b';' | b':'))
        && parameters.first().is_none_or(u8::is_ascii_digit);
    (are_numbers || is_linux_function_key) && sequence.len() <= SEQUENCE_MAX_BYTES
}

fn is_printable(event: &InputEvent) -> bool {
    matches!(event, InputEvent::Key(key) if key.typed().is_some())
}

/// What a key stands for inside a pasted text.
fn text_of(event: &InputEvent) -> Option<char> {
    let InputEvent::Key(key) = event else {
        return None;
    };
    if *key == Key::from(KeyCode::Enter) {
        return Some('\n');
    }
    if *key == Key::from(KeyCode::Tab) {
        return Some('\t');
    }
    key.typed()
}

#[derive(Debug, Default)]
struct Paste {
    bytes: Vec<u8>,
    /// How much of `PASTE_END` the last bytes are.
    matched: usize,
}

enum Progress {
    Unfinished,
    Finished,
}

impl Paste {
    fn take(&mut self, byte: u8) -> Progress {
        if byte == PASTE_END[self.matched] {
            self.matched += 1;
            if self.matched == PASTE_END.len() {
                self.matched = 0;
                return Progress::Finished;
            }
            return Progress::Unfinished;
        }
        // Only its first byte is an Esc, so a failed match can only begin again at this byte.
        self.keep(&PASTE_END[..self.matched]);
        self.matched = usize::from(byte == ESC);
        if byte != ESC {
            self.keep(&[byte]);
        }
        Progress::Unfinished
    }

    fn keep(&mut self, bytes: &[u8]) {
        let room = PASTE_MAX_BYTES.saturating_sub(self.bytes.len());
        self.bytes.extend(bytes.iter().take(room));
    }

    /// Terminals send a line break as `\r`. Other control characters are replaced, not deleted:
    /// what was pasted must not look shorter than it was.
    fn into_text(self) -> String {
        let text = String::from_utf8_lossy(&self.bytes).replace("\r\n", "\n");
        let plain = |character: char| match character {
            '\r' | '\n' => '\n',
            '\t' => '\t',
            other if other.is_control() => char::REPLACEMENT_CHARACTER,
            other => other,
        };
        text.chars().map(plain).collect()
    }
}

#[cfg(test)]
mod tests;
