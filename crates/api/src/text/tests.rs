use proptest::prelude::*;
use unicode_normalization::char::is_combining_mark;
use unicode_normalization::is_nfc;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::*;

fn line(text: &str) -> String {
    Line::new(text).as_str().to_owned()
}

fn body(text: &str) -> String {
    Body::new(text).as_str().to_owned()
}

#[test]
fn ordinary_text_is_kept() {
    for text in [
        "",
        "ana@eu1.example",
        "漢字かな交じり文",
        "사회과학원 어학연구소",
        "مُنَاقَشَةُ سُبُلِ",
        "👩🏽 🇺🇳🇪🇺 🐵",
        "( ͡° ͜ʖ ͡°)",
        "=cmd|' /C calc'!A0",
        "क्षि",
    ] {
        assert_eq!(line(text), text);
        assert_eq!(body(text), text);
    }
}

/// `(received, as a line, as a body)`.
const HOSTILE: &[(&str, &str, &str)] = &[
    // Escape sequences, as C0 and as C1.
    ("\u{1b}[31mred\u{1b}[0m", "�[31mred�[0m", "�[31mred�[0m"),
    (
        "\u{1b}]52;c;c2VjcmV0\u{1b}\\",
        "�]52;c;c2VjcmV0�\\",
        "�]52;c;c2VjcmV0�\\",
    ),
    ("\u{1b}]0;pwned\u{7}", "�]0;pwned�", "�]0;pwned�"),
    (
        "\u{1b}]8;;https://evil.example/\u{1b}\\click",
        "�]8;;https://evil.example/�\\click",
        "�]8;;https://evil.example/�\\click",
    ),
    ("\u{1b}[2J\u{1b}[H", "�[2J�[H", "�[2J�[H"),
    ("\u{1b}[?1049l", "�[?1049l", "�[?1049l"),
    ("\u{1b}[6n", "�[6n", "�[6n"),
    ("\u{1b}P$q\"p\u{1b}\\", "�P$q\"p�\\", "�P$q\"p�\\"),
    ("\u{9b}31mred", "�31mred", "�31mred"),
    ("\u{9d}0;title\u{9c}", "�0;title�", "�0;title�"),
    ("ad\u{1b}min", "ad�min", "ad�min"),
    // Single controls.
    (
        "innocent\rGUILTY!!",
        "innocent�GUILTY!!",
        "innocent�GUILTY!!",
    ),
    ("admin\u{8}\u{8}user!", "admin��user!", "admin��user!"),
    ("\u{7}", "�", "�"),
    ("a\0b", "a�b", "a�b"),
    ("a\u{7f}b", "a�b", "a�b"),
    ("one\u{85}two", "one�two", "one�two"),
    (
        "one\u{2028}two\u{2029}three",
        "one�two�three",
        "one�two�three",
    ),
    ("one\ntwo\r\nthree", "one�two��three", "one\ntwo\nthree"),
    ("\r\r\n", "���", "�\n"),
    ("a\tb", "a b", "a    b"),
    // Order.
    (
        "user\u{202e}gnp.exe",
        "user<202E>gnp.exe",
        "[rtl] usergnp.exe",
    ),
    ("\u{2066}admin\u{2069}", "<2066>admin<2069>", "[rtl] admin"),
    ("\u{202b}test\u{202b}", "<202B>test<202B>", "[rtl] test"),
    ("a\u{200e}b\u{200f}c\u{61c}", "a<200E>b<200F>c<061C>", "abc"),
    // Drawn as nothing.
    ("ad\u{200b}min", "ad<200B>min", "admin"),
    ("\u{feff}admin", "<FEFF>admin", "admin"),
    ("ad\u{ad}min", "ad<00AD>min", "admin"),
    (
        "\u{3164}\u{115f}\u{1160}\u{ffa0}",
        "<3164><115F><1160><FFA0>",
        "",
    ),
    ("a\u{34f}\u{180e}\u{17b4}b", "a<034F><180E><17B4>b", "ab"),
    ("\u{2060}\u{2064}\u{206f}", "<2060><2064><206F>", ""),
    ("a\u{e0041}\u{e0042}", "a<E0041><E0042>", "a"),
    (
        "a\u{fff9}b\u{fffa}c\u{fffb}",
        "a<FFF9>b<FFFA>c<FFFB>",
        "abc",
    ),
    ("\u{e000}\u{f8ff}\u{10fffd}", "<E000><F8FF><10FFFD>", ""),
    ("\u{fdd0}\u{ffff}", "<FDD0><FFFF>", ""),
    ("\u{1f469}\u{200d}\u{1f680}", "👩<200D>🚀", "👩🚀"),
    ("\u{2764}\u{fe0f}", "❤<FE0F>", "❤"),
    ("a\u{e0100}", "a<E0100>", "a"),
    // Marks.
    ("\u{301}abc", "�abc", "�abc"),
    ("one\n\u{301}two", "one�\u{301}two", "one\n�two"),
    ("e\u{301}", "é", "é"),
    ("e\u{200b}\u{301}", "e<200B>\u{301}", "é"),
    ("d\u{1161}\u{11a8}", "d��", "d��"),
    (
        "x\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}",
        "x\u{301}\u{302}\u{303}\u{304}",
        "x\u{301}\u{302}\u{303}\u{304}",
    ),
];

#[test]
fn hostile_text_is_disarmed() {
    for &(received, as_line, as_body) in HOSTILE {
        assert_eq!(line(received), as_line, "{received:?}");
        assert_eq!(body(received), as_body, "{received:?}");
    }
}

#[test]
fn no_character_vanishes_from_a_line() {
    for c in (char::MIN..=char::MAX).filter(|c| !is_combining_mark(*c)) {
        let shown = line(&format!("ad{c}min"));
        assert!(
            shown.width() > "admin".width(),
            "U+{:04X}: {shown}",
            u32::from(c)
        );
    }
}

#[test]
fn every_character_alone_takes_a_cell() {
    for c in char::MIN..=char::MAX {
        let shown = line(c.encode_utf8(&mut [0; 4]));
        assert!(shown.width() > 0, "U+{:04X}", u32::from(c));
        assert!(is_clean(&shown), "U+{:04X}", u32::from(c));
    }
}

#[test]
fn a_long_line_ends_in_an_ellipsis() {
    let fits = "x".repeat(512);
    assert_eq!(line(&fits), fits);
    assert_eq!(line(&"x".repeat(513)), "x".repeat(511) + "…");
    assert_eq!(line(&"é".repeat(513)), "é".repeat(511) + "…");
    assert_eq!(
        line(&"\u{202e}".repeat(1_000_000)).graphemes(true).count(),
        512
    );
}

#[test]
fn a_long_body_ends_in_an_ellipsis_on_a_char_boundary() {
    let fits = "x".repeat(64 * 1024);
    assert_eq!(body(&fits), fits);
    assert_eq!(body(&(fits.clone() + "x")), "x".repeat(64 * 1024 - 3) + "…");
    let wide = body(&"漢".repeat(1_000_000));
    assert_eq!(wide.len(), 64 * 1024 - 1);
    assert!(wide.ends_with("漢…"));
    let tagged = body(&("\u{202e}".to_owned() + &fits));
    assert!(tagged.starts_with(RTL_TAG) && tagged.ends_with("x…") && tagged.len() == 64 * 1024);
}

#[test]
fn a_megabyte_of_attack_becomes_a_handful_of_characters() {
    let accents = "a".to_owned() + &"\u{301}\u{323}".repeat(250_000);
    assert_eq!(line(&accents).chars().count(), 5);
    assert_eq!(body(&accents).chars().count(), 5);
    let jamo = "\u{1100}".repeat(350_000);
    assert_eq!(line(&jamo).chars().count(), 15);
    let broken_run = "a".to_owned() + &"\u{301}\u{200b}".repeat(250_000);
    assert_eq!(body(&broken_run).chars().count(), 5);
    assert_eq!(body(&"\u{2066}".repeat(350_000)), RTL_TAG);
}

#[test]
fn decoding_sanitizes_and_encoding_does_not() {
    let decoded: Line = serde_json::from_str(r#""a\u001b[31mb""#).unwrap();
    assert_eq!(decoded, Line::new("a\u{1b}[31mb"));
    let decoded: Body = serde_json::from_str(r#""a\u202eb""#).unwrap();
    assert!(decoded.is_rtl_tagged());
    let stored = Line::verbatim("a\u{1b}b".to_owned());
    assert_eq!(serde_json::to_string(&stored).unwrap(), r#""a\u001bb""#);
    let stored = Body::verbatim("a\tb".to_owned());
    assert_eq!(serde_json::to_string(&stored).unwrap(), r#""a\tb""#);
}

#[test]
fn of_the_first_latin_blocks_the_letters_alone_are_latin() {
    for c in (' '..='~').chain('À'..='ɏ') {
        let beside_cyrillic = Line::new(&format!("ж{c}"));
        assert_eq!(
            beside_cyrillic.is_mixed_script(),
            c.is_alphabetic(),
            "{c:?}"
        );
        let beside_latin = Line::new(&format!("a{c}"));
        assert!(!beside_latin.is_mixed_script(), "{c:?}");
    }
}

#[test]
fn mixed_scripts_are_told_from_ordinary_ones() {
    for mixed in [
        "\u{430}dmin",
        "p\u{430}ypal",
        "g\u{3bf}\u{3bf}gle",
        "Ελλάδα GR",
        "ａdmiп",
    ] {
        assert!(Line::new(mixed).is_mixed_script(), "{mixed}");
    }
    for ordinary in [
        "",
        "admin",
        "Анна 42",
        "田中 Ken",
        "パーティーへ",
        "김 Lee",
        "Zoë",
        "محمد",
        "a<202E>b",
        "🇺🇳",
    ] {
        assert!(!Line::new(ordinary).is_mixed_script(), "{ordinary}");
    }
}

#[test]
fn text_that_could_pass_for_ascii_is_told() {
    for confusable in [
        "\u{430}dmin",
        "\u{430}\u{440}\u{440}\u{4cf}\u{435}",
        "\u{ff41}dmin",
        "𝚊𝚍𝚖𝚒𝚗",
    ] {
        assert!(Line::new(confusable).is_confusable(), "{confusable}");
    }
    for honest in ["", "admin", "don’t…", "Zoë", "Юлия", "田中", "👩"] {
        assert!(!Line::new(honest).is_confusable(), "{honest}");
    }
}

#[test]
fn a_body_gives_its_lines() {
    let body = Body::new("one\r\n\ntwo\n");
    assert_eq!(body.lines().collect::<Vec<_>>(), ["one", "", "two"]);
}

/// The promises that hold for lines and bodies alike, line feeds of a body aside.
fn is_clean(text: &str) -> bool {
    text.chars().all(|c| !is_forbidden(c))
        && is_nfc(text)
        && text.graphemes(true).all(|grapheme| {
            grapheme.chars().count() <= 16
                && grapheme.chars().filter(|c| is_combining_mark(*c)).count() <= 4
                && grapheme.chars().next().and_then(char::width) != Some(0)
        })
}

fn is_forbidden(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180E}'
            | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}'
            | '\u{E000}'..='\u{F8FF}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}'
            | '\u{FFFE}' | '\u{FFFF}' | '\u{E0000}'..='\u{E0FFF}' | '\u{F0000}'..
        )
}

/// Characters at which the stages of the sanitizer could fall out with each other: marks of several
/// classes, with and without compositions, letters that join what follows, conjuncts, conjoining
/// Hangul, flags, and everything that is replaced.
const AWKWARD: &[char] = &[
    'a',
    'e',
    '<',
    '>',
    ' ',
    '…',
    '�',
    '\n',
    '\r',
    '\t',
    '\0',
    '\u{1b}',
    '\u{9b}',
    '\u{2028}',
    '\u{202e}',
    '\u{2066}',
    '\u{200b}',
    '\u{200c}',
    '\u{200d}',
    '\u{200e}',
    '\u{feff}',
    '\u{fe0f}',
    '\u{34f}',
    '\u{e0041}',
    '\u{e000}',
    '\u{ffff}',
    '\u{300}',
    '\u{301}',
    '\u{323}',
    '\u{338}',
    '\u{344}',
    '\u{345}',
    '\u{f73}',
    '\u{f81}',
    '\u{903}',
    '\u{93c}',
    '\u{94d}',
    '\u{915}',
    '\u{928}',
    '\u{930}',
    '\u{937}',
    '\u{93f}',
    '\u{9c7}',
    '\u{9be}',
    '\u{d4e}',
    '\u{111c2}',
    '\u{1100}',
    '\u{1161}',
    '\u{11a8}',
    '\u{ac00}',
    '\u{ac01}',
    '\u{d7b0}',
    '\u{102b}',
    '\u{102e}',
    '\u{1025}',
    '\u{1039}',
    '\u{1000}',
    '\u{1f469}',
    '\u{1f3fd}',
    '\u{1f1fa}',
    '\u{1f1f3}',
    '\u{3164}',
    '\u{115f}',
    '\u{1d15e}',
    '\u{2329}',
    '\u{212b}',
    '\u{16d63}',
    '\u{16d67}',
    '\u{1611e}',
    '\u{e33}',
    '\u{e34}',
    '漢',
    'א',
    'ب',
    '\u{64e}',
    '\u{651}',
];

fn awkward() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => proptest::sample::select(AWKWARD).prop_map(String::from),
        1 => any::<char>().prop_map(String::from),
        1 => (proptest::sample::select(AWKWARD), 1..40_usize).prop_map(|(c, times)| String::from(c).repeat(times)),
    ];
    proptest::collection::vec(piece, 0..80).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn a_line_is_clean_and_stays_as_it_is(text in awkward()) {
        let once = line(&text);
        prop_assert!(is_clean(&once), "{once:?}");
        prop_assert!(once.graphemes(true).count() <= 512);
        prop_assert_eq!(line(&once), once);
    }

    #[test]
    fn a_body_is_clean_and_stays_as_it_is(text in awkward()) {
        let once = body(&text);
        prop_assert!(is_clean(&once.replace('\n', " ")) || once.contains('\n'), "{once:?}");
        prop_assert!(once.split('\n').all(is_clean), "{once:?}");
        prop_assert_eq!(body(&once), once);
    }

    #[test]
    fn caps_hold_for_any_piece_repeated(piece in awkward(), times in 1..400_usize) {
        let text = piece.repeat(times);
        let (as_line, as_body) = (line(&text), body(&text));
        prop_assert!(as_line.graphemes(true).count() <= 512);
        prop_assert!(as_body.len() <= 64 * 1024);
        prop_assert_eq!(line(&as_line), as_line);
        prop_assert_eq!(body(&as_body), as_body);
    }
}
