//! Reads what a console wrote as a terminal would: which modes it set, and what it left set.

use std::collections::BTreeMap;

/// Bytes without every occurrence of a part.
pub fn without(bytes: &[u8], part: &[u8]) -> Vec<u8> {
    let mut rest = bytes;
    let mut kept = Vec::with_capacity(bytes.len());
    while let Some(at) = find(rest, part) {
        kept.extend(&rest[..at]);
        rest = &rest[at + part.len()..];
    }
    kept.extend(rest);
    kept
}

pub fn contains(bytes: &[u8], part: &str) -> bool {
    find(bytes, part.as_bytes()).is_some()
}

fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}

/// Modes that a terminal has on by itself.
const ON_BY_DEFAULT: &[&str] = &["25"];

/// The private modes that are not as a terminal has them by itself, once all of this is obeyed:
/// `?2004h` for one that was left on, `?25l` for one that was left off.
pub fn modes_left_on(bytes: &[u8]) -> Vec<String> {
    let mut modes: BTreeMap<String, char> = BTreeMap::new();
    for (mode, change) in private_modes(bytes) {
        modes.insert(mode, change);
    }
    let is_changed = |(mode, change): &(String, char)| {
        let own = if ON_BY_DEFAULT.contains(&mode.as_str()) { 'h' } else { 'l' };
        *change != own
    };
    let changed = modes.into_iter().filter(is_changed);
    changed.map(|(mode, change)| format!("?{mode}{change}")).collect()
}

/// Every `CSI ? n h` and `CSI ? n l`, in order.
pub fn private_modes(bytes: &[u8]) -> Vec<(String, char)> {
    let text = String::from_utf8_lossy(bytes);
    let mut modes = Vec::new();
    for sequence in text.split("\x1b[?").skip(1) {
        let end = sequence.find(|character: char| !(character.is_ascii_digit() || character == ';'));
        let Some(end) = end else { continue };
        let change = sequence[end..].chars().next();
        if let Some(change @ ('h' | 'l')) = change {
            modes.extend(sequence[..end].split(';').map(|mode| (mode.to_owned(), change)));
        }
    }
    modes
}

#[test]
fn a_mode_that_stays_set_is_found() {
    let stream = b"\x1b[?1049h\x1b[?2004h\x1b[?25lhello\x1b[?1049l";
    assert_eq!(modes_left_on(stream), ["?2004h", "?25l"]);
    assert_eq!(modes_left_on(b"\x1b[?25l\x1b[?1;1000h\x1b[?1;1000l\x1b[?25h"), [""; 0]);
}

#[test]
fn a_part_is_taken_out_wherever_it_stands() {
    assert_eq!(without(b"a--b--", b"--"), b"ab");
}
