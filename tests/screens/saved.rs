//! Saved filters: kept by name from the palette, loaded from it, dropped, and shared.

use quarterdeck::app::message::{Failure, Slot};
use quarterdeck_api::call::AnyReply;
use quarterdeck_api::filters::{
    DropFilter, DroppedFilter, ListFilters, SaveFilter, SavedFilter, SavedFilters,
};
use quarterdeck_api::ids::FilterId;
use quarterdeck_api::realtime::Resource;
use quarterdeck_api::text::Line;

use crate::desk::{Desk, SMALL, WIDE};
use crate::fixtures::{self, NOW};
use crate::hostile::{self, ATTACKS};

fn saved(id: i64, name: &str, filter: &str) -> SavedFilter {
    SavedFilter {
        id: FilterId(id),
        resource: Resource::Applications.into(),
        name: Line::new(name),
        filter: Line::new(filter),
        shared: false,
        mine: true,
        owner: Line::new("root@quarterdeck.example"),
        updated_at: NOW,
        version: 1,
    }
}

fn of_the_team(id: i64, name: &str, filter: &str) -> SavedFilter {
    SavedFilter {
        shared: true,
        mine: false,
        owner: Line::new("ana@quarterdeck.example"),
        ..saved(id, name, filter)
    }
}

/// A queue of five whose operator keeps these.
fn keeping(filters: Vec<SavedFilter>) -> Desk {
    let mut desk = Desk::entering(SMALL);
    desk.answer_list((1..=5).map(fixtures::pending).collect());
    desk.answer(
        Slot::Filters,
        AnyReply::new::<ListFilters>(SavedFilters { filters }),
    );
    desk.forget();
    desk
}

fn type_in(desk: &mut Desk, command: &str) {
    desk.keys(":").text(command).keys("Enter");
}

fn filter(desk: &Desk) -> &str {
    &desk.model.here().state().filter
}

#[test]
fn saving_loading_and_dropping_by_name() {
    let mut desk = keeping(vec![saved(7, "old ones", "age>2d"), saved(8, "b", "ana")]);
    desk.keys("/").text("age>3d").keys("Enter").forget();
    type_in(&mut desk, "filter save older ones");
    let body = desk.body::<SaveFilter>();
    assert_eq!(
        (body.name.as_str(), body.filter.as_str()),
        ("older ones", "age>3d")
    );
    assert_eq!(
        (body.resource, body.shared),
        (Resource::Applications, false)
    );
    let reply = AnyReply::new::<SaveFilter>(saved(9, "older ones", "age>3d"));
    desk.answer_write(Ok(reply));
    assert_eq!(desk.toast(), "Filter older ones saved");
    assert_eq!(desk.queries(Slot::Filters).len(), 1, "asked for anew");

    desk.forget();
    type_in(&mut desk, "filter load old ones");
    assert_eq!(filter(&desk), "age>2d");
    desk.keys("-");
    assert_eq!(filter(&desk), "age>3d", "what it replaced is not forgotten");

    desk.forget();
    type_in(&mut desk, "filter drop old ones");
    let (_, _, call) = desk.writes().remove(0);
    assert_eq!(
        call.args::<DropFilter>().map(|(id, ..)| *id),
        Some(FilterId(7))
    );
    desk.answer_write(Ok(AnyReply::new::<DropFilter>(DroppedFilter {
        id: FilterId(7),
    })));
    assert_eq!(desk.toast(), "Filter old ones dropped");
}

#[test]
fn sharing_is_said_and_a_refusal_too() {
    let mut desk = keeping(Vec::new());
    desk.keys("/").text("age>3d").keys("Enter").forget();
    type_in(&mut desk, "filter share team");
    assert!(desk.body::<SaveFilter>().shared);
    desk.answer_write(Err(Failure::Timeout));
    let toast = desk.toast();
    assert!(
        toast.starts_with("Filter team not shared. The server did not answer in time."),
        "{toast}"
    );
    assert_eq!(
        desk.queries(Slot::Filters).len(),
        1,
        "it may be kept all the same"
    );
}

#[test]
fn a_name_that_is_missing_or_unknown_is_said() {
    let mut desk = keeping(vec![saved(7, "old", "age>2d")]);
    for (command, said) in [
        ("filter load", "Type the filter's name behind it"),
        ("filter load new", "Apps has no saved filter new"),
        ("filter drop new", "Apps has no saved filter new"),
        ("filter save new", "No filter is in force to be kept as new"),
    ] {
        type_in(&mut desk, command);
        assert_eq!(desk.toast(), said, "{command}");
    }
    assert!(desk.writes().is_empty());
    desk.keys("4");
    type_in(&mut desk, "filter load old");
    assert_eq!(desk.toast(), "Users has no saved filter old");
}

#[test]
fn a_saved_filter_that_no_longer_parses_says_where() {
    let mut desk = keeping(vec![saved(7, "old", "ana nobody:7")]);
    type_in(&mut desk, "filter load old");
    assert!(
        desk.toast().starts_with("Column 5: no filter `nobody`"),
        "{}",
        desk.toast()
    );
    assert_eq!(filter(&desk), "");
}

#[test]
fn the_palette_has_those_of_the_tab_and_a_near_miss_writes_nothing() {
    let others = SavedFilter {
        resource: Resource::Users.into(),
        ..saved(9, "old users", "ana")
    };
    let mut desk = keeping(vec![
        saved(7, "old", "age>2d"),
        of_the_team(8, "team", "age>9d"),
        others,
    ]);
    desk.keys(":").text("load");
    assert!(desk.shows("filter load old"), "{}", desk.screen());
    assert!(
        desk.shows("age>9d (shared by ana@quarterdeck.example)"),
        "{}",
        desk.screen()
    );
    assert!(!desk.shows("old users"));
    desk.keys("C-u").text("filsav").keys("Enter");
    assert!(desk.writes().is_empty());
    desk.keys("Esc :").text("flold").keys("Enter");
    assert_eq!(filter(&desk), "age>2d");
}

#[test]
fn names_of_strangers_are_drawn_as_text() {
    let hostile = |(place, attack): (usize, &&str)| {
        of_the_team(i64::try_from(place).unwrap(), attack, attack)
    };
    let filters: Vec<_> = ATTACKS.iter().enumerate().map(hostile).collect();
    for size in [SMALL, WIDE] {
        let mut desk = keeping(filters.clone());
        desk.resize(size).keys(":").text("filter load");
        for _ in 0..ATTACKS.len() {
            hostile::check(&desk);
            desk.keys("Down");
        }
    }
}

#[test]
fn saved_filters_look() {
    for size in [WIDE, SMALL] {
        let mut desk = keeping(vec![
            saved(7, "old", "age>2d"),
            of_the_team(8, "team", "age>9d"),
        ]);
        desk.resize(size).keys(":").text("filter ");
        let name = format!("saved_filters_{}x{}", size.columns, size.rows);
        insta::assert_snapshot!(name, desk.screen());
    }
}
