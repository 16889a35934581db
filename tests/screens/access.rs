//! What the palette says of the console itself: whether it writes, which server it is for, what it costs.

use quarterdeck::app::finding::{About, Finding};
use quarterdeck::app::message::{Effect, Msg, Slot};
use quarterdeck::app::model::Model;
use quarterdeck::app::options::{AccessMode, Options, Profiles};
use quarterdeck_api::call::AnyReply;
use quarterdeck_api::sessions::GetMe;

use crate::desk::{Desk, SMALL, WIDE, options};
use crate::fixtures;

fn command(desk: &mut Desk, text: &str) {
    desk.keys(":").text(text).keys("Enter");
}

fn denied() -> Options {
    Options {
        access: AccessMode::ReadOnly,
        ..options(SMALL)
    }
}

fn with_profiles(chosen: Option<&str>) -> Desk {
    let mut desk = Desk::at_work(SMALL);
    desk.model.options.profiles = Profiles {
        names: vec!["production".to_owned(), "test".to_owned()],
        chosen: chosen.map(str::to_owned),
    };
    desk
}

fn entered(desk: &Desk) -> Vec<String> {
    let names = desk.effects.iter().filter_map(|effect| match effect {
        Effect::Enter(name) => Some(name.clone()),
        _ => None,
    });
    names.collect()
}

#[test]
fn whoever_says_readonly_writes_nothing_until_they_take_it_back() {
    let mut desk = Desk::before(3);
    command(&mut desk, "readonly on");
    assert!(desk.line(0).contains("RO"), "{}", desk.screen());
    for keys in ["a", "x", "w", "m", "."] {
        desk.keys(keys);
        assert!(desk.model.overlay.is_none(), "{keys}");
    }
    desk.keys("a");
    assert!(desk.toast().contains(":readonly off"), "{}", desk.toast());
    assert!(desk.writes().is_empty());
    command(&mut desk, "readonly off");
    assert!(desk.line(0).contains("RW"), "{}", desk.screen());
    desk.keys("a");
    assert_eq!(desk.decisions().len(), 1);
}

#[test]
fn what_the_configuration_denies_is_not_switched_on() {
    let mut desk = Desk::started(denied());
    desk.answer(Slot::Me, AnyReply::new::<GetMe>(fixtures::root()));
    command(&mut desk, "readonly off");
    assert!(desk.toast().contains("it stays so"), "{}", desk.toast());
    assert_eq!(desk.model.access, AccessMode::ReadOnly);
    command(&mut desk, "readonly on");
    command(&mut desk, "readonly off");
    assert_eq!(desk.model.access, AccessMode::ReadOnly);
}

#[test]
fn readonly_outlasts_a_switch_by_choice_and_not_by_profile() {
    let mut desk = Desk::before(3);
    command(&mut desk, "readonly on");
    let there = Model::succeeding(&desk.model, options(SMALL));
    assert_eq!(there.access, AccessMode::ReadOnly);
    let of_profile = Model::new(denied());
    let there = Model::succeeding(&of_profile, options(SMALL));
    assert_eq!(there.access, AccessMode::ReadWrite);
}

#[test]
fn more_rows_than_the_configuration_allows_are_not_written_to() {
    let mut desk = Desk::before(3);
    desk.model.options.max_bulk = Some(2);
    desk.keys("* a");
    let toast = "Approve: at most 2 at once by `max_bulk` of the configuration, not 3";
    assert_eq!(desk.toast(), toast);
    assert!(desk.model.overlay.is_none() && desk.writes().is_empty());
    desk.keys("Space a");
    assert!(desk.model.overlay.is_some(), "{}", desk.screen());
}

#[test]
fn env_switches_to_a_profile_unless_something_would_be_lost() {
    let mut desk = with_profiles(Some("test"));
    desk.keys("Space");
    command(&mut desk, "env production");
    assert_eq!(desk.toast(), "Not switched. 1 row is marked.");
    assert!(entered(&desk).is_empty());
    desk.keys("Esc");
    command(&mut desk, "env production");
    assert_eq!(entered(&desk), ["production"]);
}

#[test]
fn env_alone_says_which_profiles_there_are() {
    let mut desk = with_profiles(Some("test"));
    command(&mut desk, "env");
    assert_eq!(desk.toast(), "Profiles: production, test; this is test");
    let mut desk = with_profiles(None);
    command(&mut desk, "env");
    let toast = "Profiles: production, test; this is none of them";
    assert_eq!(desk.toast(), toast);
    let mut desk = Desk::at_work(SMALL);
    command(&mut desk, "env");
    assert!(desk.toast().starts_with("There are no profiles"));
}

#[test]
fn the_palette_offers_the_profiles() {
    let mut desk = with_profiles(None);
    desk.keys(":").text("env pro");
    assert!(desk.shows("env production"), "{}", desk.screen());
    desk.keys("Tab Enter");
    assert_eq!(entered(&desk), ["production"]);
}

#[test]
fn debug_says_what_frames_cost_and_nothing_of_terminal_or_files() {
    let mut desk = Desk::at_work(WIDE);
    command(&mut desk, "debug");
    desk.send(Msg::Examined(vec![
        Finding::new(About::Drawing, "Last frame", "120 us, 60 B"),
        Finding::new(About::Files, "Log", "/home/root/.local/state/quarterdeck"),
        Finding::new(About::Terminal, "TERM", "tmux-256color"),
    ]));
    for text in ["Debug", "120 us, 60 B", "Rows        25", "reads, 0 writes"] {
        assert!(desk.shows(text), "{text}: {}", desk.screen());
    }
    for text in ["/home/root", "tmux", "Round trip"] {
        assert!(!desk.shows(text), "{text}: {}", desk.screen());
    }
    desk.keys("Esc");
    assert!(desk.model.overlay.is_none());
}
