//! What a filter means: which rows it lets through, and what of it the server answers.

use super::super::{About, Context, Filter, Listed, Span, beginning, offers, quoted, searching};
use super::{Animal, Row, context, otter, owl, read};
use crate::users::UserField;

#[test]
fn each_value_lets_the_rows_through_that_it_says() {
    let rows = [otter(), owl()];
    let cases: &[(&str, &[i64])] = &[
        ("", &[12, 13]),
        ("ANA", &[12]),
        ("sør", &[12]),
        ("SØR", &[12]),
        ("owl", &[13]),
        ("\"otter ana\"", &[12]),
        ("ana bo", &[]),
        ("ana OR bo", &[12, 13]),
        ("-ana", &[13]),
        ("!(ana OR bo)", &[]),
        ("#12", &[12]),
        ("#1", &[]),
        ("\"#1\"", &[12, 13]),
        ("ana*", &[12]),
        // A plain glob looks where the list searches, and not at all that is visible.
        ("ot*", &[]),
        ("*sen", &[12]),
        ("a*s*n", &[12]),
        ("/^#1[3-9]/", &[13]),
        ("~ttrn", &[12]),
        ("~nrtt", &[]),
        ("name:sen", &[12]),
        ("name=ana", &[]),
        ("name=\"ana sørensen\"", &[12]),
        ("name!=bo", &[12]),
        ("name:/^b/,ana*", &[12, 13]),
        ("nick:none", &[12]),
        ("nick:nana,none", &[12, 13]),
        ("!nick:nana", &[12]),
        ("has:nick", &[13]),
        ("species:o", &[12, 13]),
        ("species=o*", &[12, 13]),
        ("species:ot,ox", &[12]),
        ("species=owl", &[13]),
        ("species!=owl", &[12]),
        ("species:all", &[12, 13]),
        ("is:bird", &[13]),
        ("is:bird,tame", &[12, 13]),
        ("is!=bird", &[12]),
        ("id:12..", &[12, 13]),
        ("id:#13,1..5", &[13]),
        ("id>12", &[13]),
        ("legs:2..3", &[13]),
        ("legs>=4", &[12]),
        ("legs!=4", &[13]),
        ("tame:no", &[13]),
        ("keeper:me", &[12]),
        ("keeper:#7", &[12]),
        ("keeper:7,8", &[12]),
        ("keeper:example", &[12]),
        ("keeper:none", &[13]),
        ("keeper=kim@example.org", &[12]),
        ("age>1d", &[12]),
        ("age>2d", &[]),
        ("age>=2d", &[12]),
        ("age<2d", &[13]),
        ("age<=2d", &[12, 13]),
        ("age:1h..1d", &[13]),
        ("age:2d..", &[12]),
        ("age<4294967295w", &[12, 13]),
        ("age>4294967295w", &[]),
        ("came:today", &[13]),
        ("came:yesterday", &[]),
        ("came:2026-11-18", &[12]),
        ("came!=2026-11-18", &[13]),
        ("came:12h", &[13]),
        ("came>12h", &[13]),
        ("came<12h", &[12]),
        ("came>2026-11-18", &[13]),
        ("came>=2026-11-18", &[12, 13]),
        ("came<2026-11-20", &[12]),
        ("came<=2026-11-20", &[12, 13]),
        ("came<=2026-11-18T14:00", &[12]),
        ("came<2026-11-18T14:00:00Z", &[]),
        ("came:2026-11-18T15:00:00+01:00", &[12]),
        ("came:..2026-11-19", &[12]),
        ("came:2026-11-18..2026-11-20", &[12, 13]),
        ("came:3d..1d", &[12]),
        ("fed:2h", &[12, 13]),
        ("fed<2h", &[12, 13]),
        ("fed>0m", &[12]),
        ("fed:tomorrow", &[]),
        ("home:cage#7", &[12]),
        ("home:#7", &[12, 13]),
        ("home:7", &[12, 13]),
        ("home:tree", &[13]),
    ];
    for (text, expected) in cases {
        let filter = read(text);
        let passing = rows.iter().filter(|row| filter.passes(*row, &context()));
        let passing: Vec<_> = passing.map(|row| row.id).collect();
        assert_eq!(&passing, expected, "{text}");
        let printed = read(&filter.to_string());
        assert_eq!(printed.to_string(), filter.to_string(), "{text}");
    }
}

#[test]
fn who_nobody_is_filters_as_nobody() {
    let nobody = Context {
        me: None,
        ..context()
    };
    assert!(!read("keeper:me").passes(&otter(), &nobody));
}

#[test]
fn the_server_answers_and_not_and_values_of_one_name() {
    let cases = [
        "species:owl",
        "species:all",
        "!species:owl",
        "species:owl OR species=ox",
        "!(name:a* OR name=b)",
        "name:a* age>2d -legs:2..4",
        "ana*",
        "-ana*",
        "#12",
        "is:bird",
        "keeper=kim@example.org keeper:me",
        "keeper:#7",
        "sort:age",
    ];
    for text in cases {
        assert!(
            read(text).asked().is_ok(),
            "{text}: {:?}",
            read(text).asked()
        );
    }
}

#[test]
fn what_no_index_answers_is_named_with_its_column() {
    let cases = [
        (
            "ana",
            "column 1: `ana` filters loaded rows only; write the beginning with a star: ana*",
        ),
        (
            "legs>2 *na",
            "column 8: `*na` filters loaded rows only; write the beginning with a star: ana*",
        ),
        (
            "~an",
            "column 1: `~\"an\"` filters loaded rows only; write the beginning with a star: ana*",
        ),
        (
            "name:ana",
            "column 6: `name:ana` filters loaded rows only; write name=... or name:ana*",
        ),
        (
            "name:a*,/b/",
            "column 9: `name:a*,/b/` filters loaded rows only; write name=... or name:ana*",
        ),
        ("nick:a*", "column 6: `nick:a*` filters loaded rows only"),
        (
            "keeper:a*",
            "column 8: `keeper:a*` filters loaded rows only; write keeper=...",
        ),
        (
            "keeper:none",
            "column 8: `keeper:none` filters loaded rows only; write keeper=...",
        ),
        (
            "legs:2 (name:a* OR legs:3)",
            "column 9: the server answers OR between values of one name only",
        ),
        (
            "name:a* OR !name:b*",
            "column 1: the server answers OR between values of one name only",
        ),
        (
            "!(name:a* legs:2)",
            "column 3: the server answers no terms that hold together within OR or `!`",
        ),
    ];
    for (text, problem) in cases {
        assert_eq!(
            read(text).asked().unwrap_err().to_string(),
            problem,
            "{text}"
        );
    }
}

#[test]
fn an_index_of_parts_answers_three_letters_that_stand_together() {
    let read = |text: &str| Filter::<UserField>::parse(text).unwrap();
    for text in [
        "*ana*",
        "*ana",
        "a*ana*o",
        "-*ana*",
        "*ana* OR *bob*",
        "email:ana",
        "name:ana,bob*",
        "!handle:陳美玲",
        "handle:\"a b\"",
    ] {
        let filter = read(text);
        assert!(filter.asked().is_ok(), "{text}: {:?}", filter.asked());
    }
    for (text, problem) in [
        (
            "ana",
            "column 1: `ana` filters loaded rows only; write the beginning with a star, ana*, or 3 letters and more \
             between two: *ana*",
        ),
        (
            "*an*",
            "column 1: `*an*` filters loaded rows only; write the beginning with a star, ana*, or 3 letters and more \
             between two: *ana*",
        ),
        (
            "email:ana,an",
            "column 11: `email:ana,an` filters loaded rows only; write email=..., email:ana*, or 3 letters and more: \
             email:ana",
        ),
        (
            "name:/ana/",
            "column 6: `name:/ana/` filters loaded rows only; write name=..., name:ana*, or 3 letters and more: \
             name:ana",
        ),
    ] {
        assert_eq!(read(text).asked().unwrap_err().to_string(), problem);
    }
}

#[test]
fn a_plain_word_becomes_the_most_that_the_server_answers_of_it() {
    for (text, of_users, of_animals) in [
        ("ana", "*ana*", "ana*"),
        (" ana ", "*ana*", "ana*"),
        ("an", "an*", "an*"),
        ("ana@x.org", "*ana@x.org*", "ana@x.org*"),
        ("#12", "#12", "#12"),
        ("ana bo", "ana bo", "ana bo"),
        ("ana*", "ana*", "ana*"),
        ("name:ana", "name:ana", "name:ana"),
        ("", "", ""),
    ] {
        assert_eq!(searching::<UserField>(text), of_users, "{text}");
        assert_eq!(searching::<Animal>(text), of_animals, "{text}");
    }
}

#[test]
fn a_filter_is_split_between_server_and_loaded_rows() {
    let (server, local) = read("ana species:owl /x/ legs>2 sort:age-").split();
    assert_eq!(server.to_string(), "species:owl legs>2 sort:age-");
    assert_eq!(local.to_string(), "ana /x/");
    assert_eq!(server.sort(), Some(-1));
    let whole = read("name:a* ana");
    let (server, local) = whole.clone().split();
    for row in [otter(), owl()] {
        let both = server.passes(&row, &context()) && local.passes(&row, &context());
        assert_eq!(both, whole.passes(&row, &context()), "{}", row.visible());
    }
}

#[test]
fn what_is_asked_stands_in_the_order_of_the_names() {
    let names = |text: &str| -> Vec<About<Animal>> {
        let filter = read(text);
        filter
            .asked()
            .unwrap()
            .iter()
            .map(|one| one.about)
            .collect()
    };
    assert_eq!(
        names("age>1d species:owl bo*"),
        names("bo* species:owl age>1d")
    );
}

#[test]
fn an_outline_names_nobody() {
    let outline = |text: &str| read(text).outline();
    assert_eq!(
        outline("ana species:owl !keeper:kim@example.org,#7 (nick=a OR home:cage#7) age>2d"),
        "... species:owl !keeper:...,#7 (nick=... OR home:...) age>2d"
    );
}

#[test]
fn a_filter_knows_what_it_speaks_of() {
    assert!(read("a !(b OR species:owl)").names(Animal::Species));
    assert!(read("is:bird").names(Animal::Species));
    assert!(!read("owl").names(Animal::Species));
    assert!(Filter::<Animal>::default().is_empty());
    assert!(read("sort:age").is_empty());
}

#[test]
fn text_that_is_quoted_is_one_value_whatever_it_holds() {
    for text in [
        "ana b", "a\"b\\", "(x) OR y", "#7", "me", "", "a*", "/x/", "name:y",
    ] {
        let filter = read(&format!("name={}", quoted(text)));
        assert_eq!(filter.terms().count(), 1, "{text}");
        let row = Row {
            name: text,
            ..otter()
        };
        assert!(filter.passes(&row, &context()), "{text}");
    }
}

#[test]
fn a_word_becomes_a_beginning_and_nothing_else_does() {
    let cases = [
        ("ana", "ana*"),
        (" ana@example.org ", "ana@example.org*"),
        ("a.b+c", "a.b+c*"),
        ("ana*", "ana*"),
        ("#7", "#7"),
        ("ana bo", "ana bo"),
        ("\"ana\"", "\"ana\""),
        ("name:ana", "name:ana"),
        ("(ana", "(ana"),
        ("-ana", "-ana"),
        ("/x/", "/x/"),
        ("~ana", "~ana"),
        ("\"", "\""),
        ("", ""),
    ];
    for (text, expected) in cases {
        assert_eq!(beginning(text), expected, "{text}");
    }
}

#[test]
fn what_plain_words_look_for_is_told_and_what_must_not_be_there_is_not() {
    let cases: [(&str, &[&str]); 6] = [
        ("Ana BO*", &["ana", "bo"]),
        ("ana OR (bo tame:yes)", &["ana", "bo"]),
        ("-ana !(bo | x)", &[]),
        ("name:ana #7 /x/ ~bo", &[]),
        ("\"ana b\"", &["ana b"]),
        ("", &[]),
    ];
    for (text, expected) in cases {
        assert_eq!(read(text).sought(), expected, "{text}");
    }
}

#[test]
fn an_order_can_be_taken_off_and_stands_somewhere() {
    let filter = read("ana sort:age bo");
    assert_eq!(filter.sort_span(), Some(Span { start: 4, end: 12 }));
    assert_eq!(filter.without_sort().to_string(), "ana bo");
}

#[test]
fn a_prompt_offers_every_name_and_every_short_word() {
    let offers = offers::<Animal>();
    let last: Vec<_> = offers[offers.len() - 3..]
        .iter()
        .map(|offer| offer.example.as_str())
        .collect();
    assert_eq!(last, ["is:bird,tame", "has:nick", "sort:age,age-"]);
    for offer in offers {
        let first = offer
            .example
            .split(' ')
            .next()
            .unwrap()
            .split(',')
            .next()
            .unwrap();
        assert!(first.starts_with(offer.name));
        assert!(Filter::<Animal>::parse(first).is_ok(), "{first}");
    }
}
