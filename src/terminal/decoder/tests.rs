use std::time::{Duration, Instant};

use super::*;
use crate::app::input::Modifiers;

const LOCAL: Duration = Duration::from_millis(25);
const SSH: Duration = Duration::from_millis(100);

/// Sequences of real terminals with the one event each stands for.
fn sequences() -> Vec<(&'static [u8], InputEvent)> {
    let key = |written: &str| InputEvent::Key(written.parse().unwrap());
    let mut sequences: Vec<(&'static [u8], InputEvent)> = [
        (&b"\x1b[A"[..], "Up"),
        (b"\x1b[B", "Down"),
        (b"\x1b[C", "Right"),
        (b"\x1b[D", "Left"),
        (b"\x1b[H", "Home"),
        (b"\x1b[F", "End"),
        (b"\x1b[Z", "S-Tab"),
        (b"\x1b[P", "F1"),
        (b"\x1b[Q", "F2"),
        (b"\x1b[S", "F4"),
        (b"\x1bOA", "Up"),
        (b"\x1bOB", "Down"),
        (b"\x1bOC", "Right"),
        (b"\x1bOD", "Left"),
        (b"\x1bOH", "Home"),
        (b"\x1bOF", "End"),
        (b"\x1bOP", "F1"),
        (b"\x1bOQ", "F2"),
        (b"\x1bOR", "F3"),
        (b"\x1bOS", "F4"),
        (b"\x1b[[A", "F1"),
        (b"\x1b[[E", "F5"),
        (b"\x1b[1~", "Home"),
        (b"\x1b[2~", "Insert"),
        (b"\x1b[3~", "Delete"),
        (b"\x1b[4~", "End"),
        (b"\x1b[5~", "PgUp"),
        (b"\x1b[6~", "PgDn"),
        (b"\x1b[7~", "Home"),
        (b"\x1b[8~", "End"),
        (b"\x1b[11~", "F1"),
        (b"\x1b[15~", "F5"),
        (b"\x1b[17~", "F6"),
        (b"\x1b[21~", "F10"),
        (b"\x1b[24~", "F12"),
        (b"\x1b[3;5~", "C-Delete"),
        (b"\x1b[6;2~", "S-PgDn"),
        (b"\x1b[1;5A", "C-Up"),
        (b"\x1b[1;3D", "A-Left"),
        (b"\x1b[1;2H", "S-Home"),
        (b"\x1b[1;6C", "C-S-Right"),
        (b"\x1b[1;5P", "C-F1"),
        (b"\x1b[97;5u", "C-a"),
        (b"\x1b[13;1:1u", "Enter"),
        (b"\x1b[9;2u", "S-Tab"),
        (b"\x1b[27u", "Esc"),
        ("é".as_bytes(), "é"),
        ("あ".as_bytes(), "あ"),
        ("😀".as_bytes(), "😀"),
    ]
    .map(|(bytes, written)| (bytes, key(written)))
    .into();
    sequences.push((b"\x1b[I", InputEvent::FocusGained));
    sequences.push((b"\x1b[O", InputEvent::FocusLost));
    sequences.push((b"\x1b[200~ban\rx\x1b[201~", paste("ban\nx")));
    sequences.push((b"\x1b[200~\x1b[201~", paste("")));
    sequences.push((b"\x1b[200~\x1b[A\x1b\x1b[201~", paste("\u{fffd}[A\u{fffd}")));
    sequences
}

/// What a terminal may say that nobody typed.
const REPLIES: [&[u8]; 16] = [
    b"\x1b]11;rgb:fafa/babe/dead\x07",
    b"\x1b]10;rgb:ffff/abab/cdcd\x1b\\",
    b"\x1b]4;1;rgb:abab/cdcd/efef\x1b\\",
    b"\x1bP>|XTerm(390)\x1b\\",
    b"\x1bP1$r0m\x1b\\",
    b"\x1bP1+r544e=787465726d\x1b\\",
    b"\x1b_Gi=31;OK\x1b\\",
    b"\x1b[?62;4;22c",
    b"\x1b[>41;390;0c",
    b"\x1b[>0q",
    b"\x1b[?2026;2$y",
    b"\x1b[!p",
    b"\x1b[24;80R",
    b"\x1b[<0;12;7M",
    b"\x1b[Mabc",
    b"\x1b[8;24;80t",
];

fn paste(text: &str) -> InputEvent {
    InputEvent::Paste(text.to_owned())
}

fn keys(written: &[&str]) -> Vec<InputEvent> {
    let key = |key: &&str| InputEvent::Key(key.parse().unwrap());
    written.iter().map(key).collect()
}

/// A link that cuts and delays: what `input` does with the clock, without the clock.
struct Link {
    decoder: Decoder,
    now: Instant,
    events: Vec<InputEvent>,
}

impl Link {
    fn new(escape_window: Duration) -> Self {
        Self {
            decoder: Decoder::new(escape_window),
            now: Instant::now(),
            events: Vec::new(),
        }
    }

    fn send(mut self, bytes: &[u8]) -> Self {
        self.events.extend(self.decoder.feed(bytes, self.now));
        self
    }

    fn pause(mut self, millis: u64) -> Self {
        let end = self.now + Duration::from_millis(millis);
        while let Some(timeout) = self.decoder.timeout()
            && timeout <= end
        {
            self.events.extend(self.decoder.expire(timeout));
        }
        self.now = end;
        self
    }

    fn settle(self) -> Vec<InputEvent> {
        let link = self.pause(10_000);
        assert_eq!(link.decoder.timeout(), None);
        link.events
    }
}

#[test]
fn a_sequence_split_anywhere_is_one_event() {
    for (window, gaps) in [(LOCAL, [0, 1, 10, 24]), (SSH, [0, 26, 60, 90])] {
        for (sequence, event) in sequences() {
            for split in 1..sequence.len() {
                for gap in gaps {
                    let link = Link::new(window).send(&sequence[..split]).pause(gap);
                    let events = link.send(&sequence[split..]).settle();
                    let case = format!("{:?} at {split}, {gap} ms", sequence.escape_ascii());
                    assert_eq!(events, std::slice::from_ref(&event), "{case}");
                }
            }
        }
    }
}

#[test]
fn a_sequence_that_trickles_in_byte_by_byte_is_one_event() {
    for (sequence, event) in sequences() {
        // An answer that takes longer than a second has lost its claim; a paste has not.
        let gap = if sequence.starts_with(PASTE_START) {
            0
        } else {
            90
        };
        let link = sequence
            .iter()
            .fold(Link::new(SSH), |link, byte| link.send(&[*byte]).pause(gap));
        assert_eq!(link.settle(), [event], "{:?}", sequence.escape_ascii());
    }
}

#[test]
fn keys_around_a_split_sequence_are_kept_apart() {
    for (sequence, event) in sequences() {
        for split in 1..sequence.len() {
            let first = [b"j", &sequence[..split]].concat();
            let second = [&sequence[split..], b"k"].concat();
            let link = Link::new(SSH).send(&first).pause(90).send(&second);
            let expected = [keys(&["j"]), vec![event.clone()], keys(&["k"])].concat();
            assert_eq!(link.settle(), expected, "{:?}", sequence.escape_ascii());
        }
    }
}

#[test]
fn replies_split_anywhere_type_nothing() {
    for reply in REPLIES {
        for split in 1..reply.len() {
            for gap in [0, 30, 90] {
                let link = Link::new(SSH).send(&reply[..split]).pause(gap);
                let events = link.send(&reply[split..]).send(b"k").settle();
                let case = format!("{:?} at {split}, {gap} ms", reply.escape_ascii());
                assert_eq!(events, keys(&["k"]), "{case}");
            }
        }
    }
}

#[test]
fn a_reply_that_never_ends_is_dropped_after_a_second() {
    for reply in REPLIES {
        let all_but_last = &reply[..reply.len() - 1];
        let link = Link::new(SSH).send(all_but_last).pause(999);
        assert_eq!(link.events, []);
        let events = link.pause(1).send(b"k").settle();
        assert_eq!(events, keys(&["k"]), "{:?}", reply.escape_ascii());
    }
}

#[test]
fn any_bytes_at_all_leave_the_keyboard_usable() {
    proptest::proptest!(|(reads: Vec<Vec<u8>>)| {
        let mut link = Link::new(LOCAL);
        for read in reads {
            link = link.send(&read).pause(7);
        }
        let mut link = link.pause(10_000);
        link.events.clear();
        assert_eq!(link.send(b"k").settle(), keys(&["k"]));
    });
}

#[test]
fn escape_alone_is_a_key_once_its_window_is_over() {
    for (window, millis) in [(LOCAL, 25), (SSH, 100)] {
        let link = Link::new(window).send(b"\x1b").pause(millis - 1);
        assert_eq!(link.events, []);
        let link = link.pause(1);
        assert_eq!(link.events, keys(&["Esc"]));
        assert_eq!(link.send(b"j").settle(), keys(&["Esc", "j"]));
    }
    let twice = Link::new(LOCAL).send(b"\x1b\x1b").settle();
    assert_eq!(twice, keys(&["Esc", "Esc"]));
}

#[test]
fn bytes_that_are_already_there_join_even_when_the_thread_woke_late() {
    let mut decoder = Decoder::new(LOCAL);
    let start = Instant::now();
    assert_eq!(decoder.feed(b"\x1b", start), []);
    let late = start + Duration::from_millis(60);
    assert_eq!(decoder.feed(b"[A", late), keys(&["Up"]));
}

#[test]
fn escape_with_a_character_is_alt() {
    let link = Link::new(LOCAL).send(b"\x1bx\x1b\r\x1b\x7f");
    let link = link.send("\u{1b}é".as_bytes());
    assert_eq!(
        link.settle(),
        keys(&["A-x", "A-Enter", "A-Backspace", "A-é"])
    );
}

#[test]
fn control_characters_are_named_by_their_keys() {
    let events = Link::new(LOCAL)
        .send(b"\x03\x00\r\n\t\x7f\x1c\x1a")
        .settle();
    let expected = [
        "C-c",
        "C-Space",
        "Enter",
        "C-j",
        "Tab",
        "Backspace",
        "C-\\",
        "C-z",
    ];
    assert_eq!(events, keys(&expected));
}

#[test]
fn shift_is_part_of_the_character() {
    let events = Link::new(LOCAL).send(b"G\x1b[103;2u").settle();
    assert_eq!(events, keys(&["G", "G"]));
    let InputEvent::Key(key) = &events[0] else {
        panic!("{events:?}")
    };
    assert_eq!(key.modifiers, Modifiers::NONE);
}

#[test]
fn text_that_is_not_utf8_loses_only_the_broken_bytes() {
    let events = Link::new(LOCAL).send(b"\xe9a\xffb\xed\xa0\x80c").settle();
    assert_eq!(events, keys(&["a", "b", "c"]));
}

#[test]
fn a_paste_is_text_however_it_looks() {
    let pasted = b"\x1b[200~approve\r\nreject\rban\n\x1b]0;owned\x07\x03\x1b[201~q";
    let expected = "approve\nreject\nban\n\u{fffd}]0;owned\u{fffd}\u{fffd}";
    let events = Link::new(LOCAL).send(pasted).settle();
    assert_eq!(events, [vec![paste(expected)], keys(&["q"])].concat());
}

#[test]
fn a_long_paste_in_many_reads_is_cut_at_its_bound_and_still_ends() {
    let mut link = Link::new(LOCAL).send(PASTE_START);
    for _ in 0..100 {
        link = link.send(&[b'a'; 1024]).pause(400);
    }
    let events = link.send(PASTE_END).send(b"q").settle();
    let text = "a".repeat(PASTE_MAX_BYTES);
    assert_eq!(events, [vec![paste(&text)], keys(&["q"])].concat());
}

#[test]
fn a_paste_whose_end_is_lost_gives_the_keyboard_back() {
    let link = Link::new(LOCAL).send(b"\x1b[200~half").pause(4_999);
    assert_eq!(link.events, []);
    let events = link.pause(1).send(b"q").settle();
    assert_eq!(events, [vec![paste("half")], keys(&["q"])].concat());
}

#[test]
fn more_text_than_a_hand_types_is_a_burst() {
    let typed = Link::new(LOCAL).send(b"jjjjaaaa").settle();
    assert_eq!(typed, keys(&["j", "j", "j", "j", "a", "a", "a", "a"]));
    let burst = |text: &str| InputEvent::Burst(text.to_owned());
    let pasted = Link::new(LOCAL).send(b"approve\tall\r\x03").settle();
    assert_eq!(pasted, [burst("approve\tall\n")]);
    let arrows = Link::new(LOCAL).send(&b"\x1b[B".repeat(20)).settle();
    assert_eq!(arrows.len(), 20);
}

#[test]
fn the_tail_of_a_burst_belongs_to_it() {
    let burst = |text: &str| InputEvent::Burst(text.to_owned());
    let link = Link::new(LOCAL).send(b"delete the").pause(19).send(b"m\r");
    let link = link.pause(30).send(b"a");
    let expected = [burst("delete the"), burst("m\n")];
    assert_eq!(link.settle(), [&expected[..], &keys(&["a"])].concat());

    let long = "x".repeat(300);
    let link = Link::new(LOCAL).send(long.as_bytes());
    let events = link.pause(90).send(b"a").settle();
    assert_eq!(events, [burst(&long), burst("a")]);
}

#[test]
fn control_keys_act_right_after_a_burst() {
    let link = Link::new(LOCAL).send(b"a long paste").send(b"\x03");
    assert_eq!(link.settle().last(), keys(&["C-c"]).last());
}
