//! How a filter is written: every production, every error with its column.

use super::super::{Filter, Span};
use super::{Animal, error, read};

/// A filter, and how it is printed: what joins what becomes plain by its parentheses.
#[test]
fn every_production_of_the_grammar() {
    let cases = [
        ("", ""),
        ("ana bo", "ana bo"),
        ("a OR b|c", "a OR b OR c"),
        ("a b OR c", "a b OR c"),
        ("a (b OR c)", "a (b OR c)"),
        ("((a)) (b c)", "a b c"),
        ("(a OR (b OR c))", "a OR b OR c"),
        ("-a !b", "!a !b"),
        ("!(a b) -(a OR b)", "!(a b) !(a OR b)"),
        ("!(!a)", "!(!a)"),
        ("or and", "or and"),
        ("name:ana", "name:ana"),
        ("name=ana name!=bo", "name=ana name!=bo"),
        (
            "legs>1 legs>=2 legs<8 legs<=9",
            "legs>1 legs>=2 legs<8 legs<=9",
        ),
        ("species:otter,owl", "species:otter,owl"),
        ("name:\"a b\",\"c,d\",e", "name:\"a b\",\"c,d\",e"),
        ("name:\"a\\\"b\\\\c\"", "name:\"a\\\"b\\\\c\""),
        ("name:ana*,*bo,a*b", "name:ana*,*bo,a*b"),
        ("name:/a b|c\\/d/,e", "name:/a b|c\\/d/,e"),
        ("/a.c/ ana*", "/a.c/ ana*"),
        ("legs:2..4,6.. id:..9", "legs:2..4,6.. id:..9"),
        ("age>2h came:3d", "age>2h came:3d"),
        ("came:2026-09-01,today", "came:2026-09-01,today"),
        ("came>=2026-09-01T10:00", "came>=2026-09-01T10:00"),
        ("keeper:me,none,#7", "keeper:me,none,#7"),
        ("\"status:x\" #12 a@b.org", "\"status:x\" #12 a@b.org"),
        ("~ans ~\"a s\"", "~\"ans\" ~\"a s\""),
        ("is:bird", "species=owl"),
        ("is:bird,tame", "species=owl OR tame:yes"),
        ("is!=bird", "!species=owl"),
        ("has:nick", "!nick:none"),
        ("sort:age- ana", "ana sort:age-"),
        ("kind:otter", "kind:otter"),
        ("tame:yes home:cage#7", "tame:yes home:cage#7"),
    ];
    for (text, printed) in cases {
        assert_eq!(read(text).to_string(), printed, "{text}");
        assert_eq!(read(printed).to_string(), printed, "{text}, read again");
    }
}

#[test]
fn errors_name_column_and_suggestion() {
    let cases = [
        (
            "ana spceies:owl",
            "column 5: no filter `spceies`; did you mean `species`?",
        ),
        (
            "zzzzzzzz:1",
            "column 1: no filter `zzzzzzzz`; there is id, species, name, nick, keeper, legs, tame, age, came, \
             fed, home, is, has, sort",
        ),
        (
            "species:",
            "column 1: `species` needs a value: species:otter,owl or all",
        ),
        (
            "species:owl,rat",
            "column 13: no species `rat`; there is otter, owl, ox or all",
        ),
        ("species>owl", "column 9: `species` takes `:`, `=` or `!=`"),
        ("a \"b", "column 3: the quote is not closed"),
        (
            "a\"b\"",
            "column 2: a quote opens at the beginning of a value",
        ),
        (
            "/usr/bin",
            "column 1: a space or a comma is missing behind this; text that begins with `/` goes in quotes",
        ),
        (
            "/usr",
            "column 1: the pattern is not closed; text that begins with `/` goes in quotes",
        ),
        ("name:/(/", "column 6: unclosed group"),
        ("(a b", "column 1: the parenthesis is not closed"),
        ("a b)", "column 4: no `(` goes with this `)`"),
        (
            "a ()",
            "column 4: something to look for is missing before this",
        ),
        ("OR a", "column 1: OR stands between two things to look for"),
        ("a OR", "column 5: something to look for is missing here"),
        ("a AND b", "column 3: a space means AND already"),
        ("NOT a", "column 1: write `!` for NOT"),
        (
            "a - b",
            "column 3: this stands right before what it leaves out, once; as text it goes in quotes",
        ),
        (
            "!!a",
            "column 1: this stands right before what it leaves out, once; as text it goes in quotes",
        ),
        ("~", "column 1: `~` stands before what to look for"),
        (
            "legs:many",
            "column 6: `many` is no whole number; write legs>=3",
        ),
        ("legs>2..3", "column 6: write legs:2..3"),
        ("id:-1", "column 4: `-1` is no whole number; write id:4711"),
        ("tame:perhaps", "column 6: write tame:yes or tame:no"),
        ("age:2d", "column 5: write age>2d or age<2d"),
        (
            "age>soon",
            "column 5: `soon` is no span of time; write age>2d or age<2h, in m, h, d or w",
        ),
        (
            "came:2026-13-01",
            "column 6: `2026-13-01` is no date; write came:today",
        ),
        (
            "came:+99999-01-01",
            "column 6: `+99999-01-01` is no date; write came:today",
        ),
        ("came>none", "column 6: `none` is no size; write came:none"),
        ("home:#", "column 6: `#` is no object; write home:cage#7"),
        ("is:wild", "column 4: no `is:wild`; there is bird, tame"),
        ("is:", "column 1: `is` needs a value: bird, tame"),
        ("sort:name", "column 1: no order `name`; there is age, age-"),
        (
            "sort:age sort:age-",
            "column 10: `sort:` stands in a filter once",
        ),
        (
            "a OR sort:age",
            "column 6: `sort:` stands by itself, once, and not within OR, `!` or parentheses",
        ),
        (
            "a\u{1b}b",
            "column 2: a control character cannot be looked for",
        ),
    ];
    for (text, problem) in cases {
        assert_eq!(error(text), problem, "{text}");
    }
}

#[test]
fn an_error_spans_what_is_at_fault() {
    let span = |text: &str| Filter::<Animal>::parse(text).unwrap_err().span;
    assert_eq!(span("søt species:owl,rat x"), Span { start: 16, end: 19 });
    assert_eq!(span("a zz:1"), Span { start: 2, end: 4 });
}

#[test]
fn a_filter_has_bounds() {
    let terms = |count: usize| vec!["a"; count].join(" ");
    assert!(Filter::<Animal>::parse(&terms(50)).is_ok());
    assert_eq!(
        error(&terms(51)),
        "column 101: a filter takes 50 terms at most"
    );
    let long = "x".repeat(1_001);
    assert_eq!(
        error(&long),
        "column 1001: a filter takes 1000 characters at most"
    );
    let deep = |depth: usize| format!("{}a{}", "(".repeat(depth), ")".repeat(depth));
    assert!(Filter::<Animal>::parse(&deep(16)).is_ok());
    assert_eq!(
        error(&deep(17)),
        "column 17: parentheses stand too deep in each other"
    );
    let values = |count: usize| format!("legs:{}", vec!["1"; count].join(","));
    assert!(Filter::<Animal>::parse(&values(100)).is_ok());
    assert_eq!(
        error(&values(101)),
        "column 1: `legs` takes 100 values at most"
    );
    assert!(
        error("name:/(a{1000}){1000}/").contains("size limit"),
        "{}",
        error("name:/(a{1000}){1000}/")
    );
    // Within the bounds as it is written, and beyond them as it travels.
    let short = |count: usize| vec!["is:bird"; count].join(" OR ");
    assert!(Filter::<Animal>::parse(&short(50)).is_ok());
    let two_each = vec!["is:bird,tame"; 26].join(" OR ");
    let problem = "column 1: this is too much once `is:`, `has:` and `~` are written out";
    assert_eq!(error(&two_each), problem);
}
