//! `:doctor`: what stands between the operator and their work.

use quarterdeck::app::finding::{About, Finding};
use quarterdeck::app::layout::Size;
use quarterdeck::app::message::{Effect, LiveNews, Msg, Slot};
use quarterdeck::app::overlay::Overlay;
use quarterdeck_api::call::AnyReply;
use quarterdeck_api::ops::{GetHealth, HealthStatus, HealthView};
use quarterdeck_api::sessions::GetMe;
use quarterdeck_api::text::Line;

use crate::desk::{Desk, SMALL};
use crate::fixtures;
use crate::snapshots::at_both_sizes;

fn around() -> Vec<Finding> {
    let terminal = |name, value| Finding::new(About::Terminal, name, value);
    vec![
        terminal("TERM", "tmux-256color"),
        terminal("Characters", "ASCII").advising("Lines lose letters: `export LANG=C.UTF-8`."),
        Finding::new(About::Drawing, "Last frame", "120 us, 60 B"),
        Finding::new(
            About::Files,
            "Log",
            "/home/root/.local/state/quarterdeck/log",
        ),
    ]
}

fn open(size: Size) -> Desk {
    let mut desk = Desk::at_work(size);
    desk.forget();
    desk.keys(":").text("doctor").keys("Enter");
    desk
}

fn asks_around(desk: &Desk) -> bool {
    let mut effects = desk.effects.iter();
    effects.any(|effect| matches!(effect, Effect::Examine))
}

#[test]
fn doctor_looks() {
    at_both_sizes("doctor", |size| {
        let mut desk = open(size);
        desk.send(Msg::Examined(around()));
        desk.answer(Slot::Doctor, AnyReply::new::<GetMe>(fixtures::root()));
        desk
    });
}

#[test]
fn it_looks_around_and_measures_a_question() {
    let mut desk = open(SMALL);
    assert!(asks_around(&desk));
    assert!(desk.shows("asked..."));
    desk.wait(1);
    desk.answer(Slot::Doctor, AnyReply::new::<GetMe>(fixtures::root()));
    assert!(desk.shows("1000 ms"));
    assert!(desk.shows("Slow:"));
}

#[test]
fn a_server_that_is_away_is_a_finding_and_the_rest_stays() {
    let mut desk = open(SMALL);
    desk.send(Msg::Examined(around()));
    desk.fail(Slot::Doctor, fixtures::away());
    assert!(desk.shows("no answer"));
    assert!(desk.shows("TERM"));
}

#[test]
fn a_server_that_does_without_something_says_what_it_is_and_what_to_do() {
    let mut desk = open(SMALL);
    desk.answer(Slot::Doctor, AnyReply::new::<GetMe>(fixtures::root()));
    let up = |name: &str| (name.to_owned(), HealthStatus::Up.into());
    let redis = ("redis".to_owned(), HealthStatus::Degraded.into());
    desk.answer(
        Slot::Health,
        AnyReply::new::<GetHealth>(HealthView {
            status: HealthStatus::Degraded.into(),
            components: [up("db"), up("jobs"), redis].into(),
        }),
    );
    assert!(desk.shows("redis is DEGRADED"), "{}", desk.screen());
    assert!(desk.shows("Limits are stricter"), "{}", desk.screen());
    assert!(!desk.shows("db is"), "{}", desk.screen());
}

#[test]
fn how_live_stands_is_as_of_now() {
    let mut desk = open(SMALL);
    desk.send(Msg::Live(LiveNews::Off(Line::new("no socket token"))));
    assert!(desk.shows("`:messages` says why"));
}

#[test]
fn what_comes_after_it_was_closed_opens_nothing() {
    let mut desk = open(SMALL);
    desk.keys("Esc");
    desk.send(Msg::Examined(around()));
    desk.answer(Slot::Doctor, AnyReply::new::<GetMe>(fixtures::root()));
    assert!(!matches!(desk.model.overlay, Some(Overlay::Doctor(_))));
    assert!(!desk.shows("TERM"));
}
