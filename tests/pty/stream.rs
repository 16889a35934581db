//! Reads what a console wrote as a terminal would: which modes it set, and what it left set.

use std::collections::{BTreeMap, BTreeSet};

/// What the parser is given for U+FFFD, which it takes for a fault of the stream and does not draw.
pub const REPLACEMENT: &str = "¿";

/// The bytes as the parser can draw them.
pub fn parseable(bytes: &[u8]) -> Vec<u8> {
    replaced(bytes, "\u{fffd}".as_bytes(), REPLACEMENT.as_bytes())
}

/// How many bytes at the end begin a character that is not complete.
pub fn begun_character(bytes: &[u8]) -> usize {
    for (before, byte) in bytes.iter().rev().take(3).enumerate() {
        let length = match byte {
            0x80..0xc0 => continue,
            0xc0..0xe0 => 2,
            0xe0..0xf0 => 3,
            0xf0.. => 4,
            0..0x80 => 1,
        };
        return if before + 1 < length { before + 1 } else { 0 };
    }
    0
}

fn replaced(bytes: &[u8], part: &[u8], by: &[u8]) -> Vec<u8> {
    let mut rest = bytes;
    let mut kept = Vec::with_capacity(bytes.len());
    while let Some(at) = find(rest, part) {
        kept.extend(&rest[..at]);
        kept.extend(by);
        rest = &rest[at + part.len()..];
    }
    kept.extend(rest);
    kept
}

pub fn contains(bytes: &[u8], part: &str) -> bool {
    find(bytes, part.as_bytes()).is_some()
}

/// Where a part begins.
pub fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}

/// Modes that a terminal has on by itself.
const ON_BY_DEFAULT: &[&str] = &["7", "25"];

/// The private modes that are not as a terminal has them by itself, once all of this is obeyed:
/// `?2004h` for one that was left on, `?25l` for one that was left off.
pub fn modes_left_on(bytes: &[u8]) -> Vec<String> {
    let mut modes: BTreeMap<String, char> = BTreeMap::new();
    for (mode, change) in private_modes(bytes) {
        modes.insert(mode, change);
    }
    let is_changed = |(mode, change): &(String, char)| {
        let own = if ON_BY_DEFAULT.contains(&mode.as_str()) {
            'h'
        } else {
            'l'
        };
        *change != own
    };
    let changed = modes.into_iter().filter(is_changed);
    changed
        .map(|(mode, change)| format!("?{mode}{change}"))
        .collect()
}

/// Every `CSI ? n h` and `CSI ? n l`, in order.
pub fn private_modes(bytes: &[u8]) -> Vec<(String, char)> {
    let text = String::from_utf8_lossy(bytes);
    let mut modes = Vec::new();
    for sequence in text.split("\x1b[?").skip(1) {
        let end =
            sequence.find(|character: char| !(character.is_ascii_digit() || character == ';'));
        let Some(end) = end else { continue };
        let change = sequence[end..].chars().next();
        if let Some(change @ ('h' | 'l')) = change {
            modes.extend(
                sequence[..end]
                    .split(';')
                    .map(|mode| (mode.to_owned(), change)),
            );
        }
    }
    modes
}

/// Every sequence and every control character in what was written, each once: numbers stand as `#`, but for
/// those of modes and of clearing, which say what is done.
pub fn sequences(bytes: &[u8]) -> BTreeSet<String> {
    let text = String::from_utf8_lossy(bytes);
    let mut found = BTreeSet::new();
    let mut rest = text.as_ref();
    while let Some(at) = rest.find(char::is_control) {
        let length = sequence_length(&rest[at..]);
        found.insert(named(&rest[at..at + length]));
        rest = &rest[at + length..];
    }
    found
}

/// How long the sequence is that a text begins with; a control character alone is one.
fn sequence_length(text: &str) -> usize {
    let mut characters = text.chars();
    let first = characters.next().map_or(0, char::len_utf8);
    if !text.starts_with('\x1b') {
        return first;
    }
    match characters.next() {
        Some('[') => {
            let end = text[2..].find(|sign: char| ('@'..='~').contains(&sign));
            end.map_or(text.len(), |end| end + 3)
        }
        Some(']' | 'P' | '_' | '^' | 'X') => {
            let ends = ["\x1b\\", "\x07"];
            let end = ends
                .iter()
                .filter_map(|end| Some(text[2..].find(end)? + 2 + end.len()));
            end.min().unwrap_or(text.len())
        }
        Some(second) => 1 + second.len_utf8(),
        None => 1,
    }
}

fn named(sequence: &str) -> String {
    let says_by_number = sequence.ends_with(['h', 'l', 'J', 'K']);
    if says_by_number || !sequence.starts_with("\x1b[") {
        return sequence.escape_debug().to_string();
    }
    let mut name = String::new();
    for sign in sequence.chars() {
        match sign {
            '0'..='9' | ';' | ':' => {
                if !name.ends_with('#') {
                    name.push('#');
                }
            }
            sign => name.push(sign),
        }
    }
    name.escape_debug().to_string()
}
