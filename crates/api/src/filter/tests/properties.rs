//! What holds for every filter.

use proptest::prelude::*;

use super::super::tree::{Form, Leaf, Named, Operator, Tree, Written};
use super::super::{Filter, Span, parse};
use super::{Animal, context, otter, owl, read};

fn written(form: Form, text: String) -> Written {
    Written {
        span: Span::default(),
        form,
        text,
    }
}

fn quoted() -> impl Strategy<Value = Written> {
    "[a-zø \"\\\\()|,/*:.~-]{0,8}".prop_map(|text| written(Form::Quoted, text))
}

fn pattern() -> impl Strategy<Value = Written> {
    prop_oneof!["[a-z .|()*,-]{0,8}", Just("a\\/b\\\\".to_owned())]
        .prop_map(|text| written(Form::Regex, text))
}

fn text_value() -> impl Strategy<Value = Written> {
    let is_word = |text: &String| !matches!(text.as_str(), "OR" | "AND" | "NOT");
    prop_oneof![
        "[a-zA-Z0-9ø#@][a-zA-Z0-9ø#@.,/~!-]{0,8}"
            .prop_filter("joins", is_word)
            .prop_map(|text| written(Form::Word, text)),
        "[a-z]{0,3}\\*[a-z*]{0,3}".prop_map(|text| written(Form::Glob, text)),
        "[a-z \"]{1,5}".prop_map(|text| written(Form::Fuzzy, text)),
        quoted(),
        pattern(),
    ]
}

fn value() -> impl Strategy<Value = Written> {
    prop_oneof![
        "[a-zA-Z0-9#@!~-][a-zA-Z0-9ø#@:=<>/~!-]{0,8}".prop_map(|text| written(Form::Word, text)),
        "[a-z]{0,3}\\*[a-z*.]{0,3}".prop_map(|text| written(Form::Glob, text)),
        "[a-z0-9-]{0,4}\\.\\.[a-z0-9:-]{0,4}".prop_map(|text| written(Form::Range, text)),
        quoted(),
        pattern(),
    ]
}

fn leaf() -> impl Strategy<Value = Tree<Leaf>> {
    let operator = proptest::sample::select(Operator::ALL.to_vec());
    let named = (
        "[a-z_]{1,6}",
        operator,
        proptest::collection::vec(value(), 0..4),
    );
    let named = named.prop_map(|(name, operator, values)| Leaf {
        span: Span::default(),
        named: Some(Named {
            span: Span::default(),
            name,
            operator,
        }),
        values,
    });
    let text = text_value().prop_map(|value| Leaf {
        span: Span::default(),
        named: None,
        values: vec![value],
    });
    prop_oneof![named, text].prop_map(Tree::Leaf)
}

fn tree() -> impl Strategy<Value = Tree<Leaf>> {
    leaf().prop_recursive(4, 24, 4, |inner| {
        let several = proptest::collection::vec(inner.clone(), 1..4);
        prop_oneof![
            several.clone().prop_map(Tree::all),
            several.prop_map(Tree::any),
            inner.prop_map(Tree::negated),
        ]
    })
}

/// Text made of what filters are made of, so that most of it comes near to one.
fn near_text() -> impl Strategy<Value = String> {
    let pieces = [
        "ana",
        "name",
        "species",
        "legs",
        "age",
        "came",
        "is",
        "has",
        "sort",
        "keeper",
        "home",
        ":",
        "=",
        "!=",
        ">",
        ">=",
        "<",
        "<=",
        " ",
        " ",
        "OR",
        "|",
        "!",
        "-",
        "(",
        ")",
        "\"",
        "\\",
        "/",
        "*",
        "..",
        ",",
        "~",
        "#",
        "12",
        "2h",
        "today",
        "2026-09-01",
        "me",
        "none",
        "all",
        "otter",
        "ø",
        "\u{202e}",
    ];
    proptest::collection::vec(proptest::sample::select(pieces.to_vec()), 0..16)
        .prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn what_is_printed_is_read_back(tree in tree()) {
        let text = tree.to_string();
        let read = parse::tree(&text).map_err(|error| TestCaseError::fail(format!("{text}: {error}")))?;
        let read = read.map(|tree| tree.standing_at(Span::default()));
        prop_assert_eq!(read, Some(tree), "{}", text);
    }

    #[test]
    fn what_is_read_is_printed_and_means_the_same(text in near_text()) {
        if let Ok(filter) = Filter::<Animal>::parse(&text) {
            let again = read(&filter.to_string());
            prop_assert_eq!(again.to_string(), filter.to_string(), "{}", text);
            let (server, local) = filter.clone().split();
            prop_assert!(server.asked().is_ok());
            for row in [otter(), owl()] {
                let passes = filter.passes(&row, &context());
                prop_assert_eq!(again.passes(&row, &context()), passes, "{}", text);
                let both = server.passes(&row, &context()) && local.passes(&row, &context());
                prop_assert_eq!(both, passes, "{}", text);
            }
        }
    }

    #[test]
    fn no_text_panics(text in "\\PC{0,60}") {
        check_error(&text)?;
    }

    #[test]
    fn nothing_like_a_filter_panics(text in near_text()) {
        check_error(&text)?;
    }
}

fn check_error(text: &str) -> Result<(), TestCaseError> {
    if let Err(error) = Filter::<Animal>::parse(text) {
        let length = text.chars().count();
        prop_assert!(error.span.start <= error.span.end, "{text}: {error:?}");
        prop_assert!(
            error.span.end <= length.max(error.span.start),
            "{text}: {error:?}"
        );
        prop_assert!(error.span.start <= length, "{text}: {error:?}");
        prop_assert!(!error.message.as_str().is_empty(), "{text}");
    }
    Ok(())
}
