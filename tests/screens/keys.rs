//! Keys, paste, menu, palette, sizes, quitting.

use quarterdeck::app::dispatch::dispatched;
use quarterdeck::app::input::{InputEvent, Key};
use quarterdeck::app::keymap::{Action, read_user_keys};
use quarterdeck::app::layout::Size;
use quarterdeck::app::message::{Effect, Msg, Signal, Slot};
use quarterdeck::app::options::{
    AccessMode, Ambiguous, CursorMark, Motion, Options, SessionStart, SingleKeys, ThemeName,
};
use quarterdeck::app::overlay::Overlay;
use quarterdeck::app::preferences::Preferences;
use quarterdeck::app::tab::Tab;
use quarterdeck::app::time::TimeStyle;
use quarterdeck_api::call::AnyReply;
use quarterdeck_api::data_requests::UpdateDataRequests;
use quarterdeck_api::reports::DecideReports;
use quarterdeck_api::sessions::{GetGate, GetMe, Me};
use quarterdeck_api::text::Line;

use crate::desk::{Desk, SMALL, options};
use crate::fixtures;
use crate::queues;
use crate::session;

fn quits(desk: &Desk) -> usize {
    desk.effects
        .iter()
        .filter(|effect| matches!(effect, Effect::Quit { .. }))
        .count()
}

fn paste(desk: &mut Desk, text: &str) {
    desk.send(Msg::Input(InputEvent::Paste(text.to_owned())));
}

#[test]
fn u_10_every_action_appears_in_the_menu_of_some_context() {
    let mut apps = Desk::before(3);
    apps.keys("?");
    let mut audit = Desk::before(3);
    audit.keys("5").answer_audit().keys("?");
    let entries = |desk: &Desk| quarterdeck::app::menu::entries(&desk.model, "");
    let listed: Vec<Action> = entries(&apps)
        .into_iter()
        .chain(entries(&audit))
        .map(|entry| entry.action)
        .collect();
    for action in Action::ALL {
        assert!(listed.contains(action), "{action:?}");
    }
    for entry in entries(&apps) {
        assert!(!entry.keys.as_str().is_empty(), "{:?}", entry.action);
    }
}

#[test]
fn the_menu_filters_runs_and_says_why_not() {
    let mut desk = Desk::before(3);
    desk.keys("?").text("waiting").keys("Enter");
    assert_eq!(
        desk.decision().action,
        quarterdeck_api::applications::ApplicationAction::Waitlist
    );
    desk.forget().keys("?").text("reload").keys("Enter");
    assert_eq!(desk.queries(Slot::List(Tab::Applications)).len(), 1);
    desk.keys("?").text("unknown outcome").keys("Enter");
    assert!(
        desk.toast().ends_with("no call of unknown outcome"),
        "{}",
        desk.toast()
    );
    assert!(matches!(desk.model.overlay, Some(Overlay::Menu(_))));
    desk.keys("Esc");
    assert!(desk.model.overlay.is_none());
}

#[test]
fn s003_91_every_verb_key_leads_to_a_call() {
    let reports = |keys: &str| {
        let mut desk = queues::before_reports(SMALL, vec![queues::report(1)]);
        desk.keys(keys);
        desk.bodies::<DecideReports>().len()
    };
    for keys in ["a", "x", "A 1", "X 1"] {
        assert_eq!(reports(keys), 1, "{keys}");
    }
    let requests = |keys: &str| {
        let mut desk = queues::before_requests(SMALL, vec![queues::data_request(1, 3)]);
        desk.keys(keys);
        desk.bodies::<UpdateDataRequests>().len()
    };
    for keys in ["a y", "x 1"] {
        assert_eq!(requests(keys), 1, "{keys}");
    }
    for (keys, tab) in [("a", 1), ("w", 1), ("x 1", 1), ("V", 5), ("r", 1), ("r", 5)] {
        let mut desk = Desk::before(3);
        if tab == 5 {
            desk.keys("5")
                .answer_audit()
                .answer_chain(fixtures::chain());
        }
        desk.forget().keys(keys);
        let calls = desk
            .effects
            .iter()
            .filter(|effect| matches!(effect, Effect::Call { .. } | Effect::Fetch { .. }));
        assert!(calls.count() > 0, "{keys}");
    }
}

#[test]
fn the_users_own_keys_are_used_and_wrong_ones_are_said() {
    let config = "[keys.verbs]\naccept = [\"F2\"]\nacept = [\"F3\"]\nhold = 3\n";
    let mut desk = Desk::started(Options {
        user_keys: read_user_keys("/home/ana/own.toml", config),
        ..options(SMALL)
    });
    desk.answer(Slot::Me, AnyReply::new::<GetMe>(fixtures::root()));
    desk.answer_list(vec![fixtures::pending(1)]).forget();
    desk.keys("a");
    assert!(desk.writes().is_empty());
    desk.keys("F2");
    assert_eq!(desk.writes().len(), 1);
    let banner = "KEYS 2 are wrong: the defaults stand. :messages names them.";
    assert!(desk.screen().contains(banner), "no key dismisses it");
    let messages = desk
        .model
        .toasts
        .messages()
        .map(|message| message.text.as_str());
    let named: Vec<_> = messages.filter(|text| text.contains("own.toml")).collect();
    assert_eq!(
        named,
        [
            "/home/ana/own.toml:3: no action `acept` in `keys.verbs`; did you mean `accept`?; the default stands",
            "/home/ana/own.toml:4: `hold` must be a list of keys, as [\"m\", \"F2\"]; the default stands",
        ]
    );
}

/// `?` and the palette are left, and keys that type nothing.
#[test]
fn single_keys_can_be_turned_off_for_what_writes() {
    let mut desk = Desk::started(Options {
        single_keys: SingleKeys::Off,
        user_keys: read_user_keys("own.toml", "[keys.verbs]\n'+hold' = ['F2']"),
        ..options(SMALL)
    });
    desk.answer(Slot::Me, AnyReply::new::<GetMe>(fixtures::root()));
    desk.answer_list((1..=5).map(fixtures::pending).collect());
    desk.forget();
    for key in ["a", "x", "w", "u", "z", ".", "="] {
        desk.keys(key);
        assert!(
            desk.writes().is_empty() && desk.model.overlay.is_none(),
            "{key}"
        );
        let why = "does nothing: single_keys is off. ? and : have the verbs";
        assert!(desk.toast().ends_with(why), "{key}: {}", desk.toast());
        assert_eq!(dispatched(&desk.model, Key::from('a')), None);
    }
    desk.wait(4);
    assert!(
        !desk.screen().contains("a approve"),
        "the footer promises nothing"
    );
    desk.keys("j F2");
    assert_eq!(desk.writes().len(), 1, "F2 types nothing");
    desk.forget().keys("?").text("approve").keys("Enter");
    assert_eq!(desk.writes().len(), 1, "the menu");
    desk.forget().keys(":").text("approve").keys("Enter");
    assert_eq!(desk.writes().len(), 1, "the palette");
}

#[test]
fn the_configuration_is_read_again_on_demand() {
    let mut desk = Desk::before(3);
    desk.keys(":").text("reload").keys("Enter");
    let asks = |effect: &Effect| matches!(effect, Effect::ReloadConfig);
    assert!(desk.effects.iter().any(asks));
    let preferences = |config: &str, access| Preferences {
        user_keys: read_user_keys("own.toml", config),
        single_keys: SingleKeys::On,
        access,
        theme: ThemeName::Contrast,
        times: TimeStyle::Utc,
        cursor: CursorMark::Cell,
        motion: Motion::Full,
        ambiguous: Ambiguous::Narrow,
    };
    let mut reload = |config: &str, access| {
        desk.send(Msg::Reloaded(Ok(Box::new(preferences(config, access)))));
        (desk.model.access, desk.screen())
    };
    let (_, wrong) = reload("[keys.verbs]\nacept = ['F2']", AccessMode::ReadOnly);
    assert!(wrong.contains("KEYS 1 is wrong"), "{wrong}");
    let (access, right) = reload("[keys.verbs]\naccept = ['F2']", AccessMode::ReadWrite);
    assert_eq!(access, AccessMode::ReadOnly, "what was denied stays denied");
    assert!(
        !right.contains("KEYS") && right.contains("was read again"),
        "{right}"
    );
    assert_eq!(desk.model.keymap.shown(Action::Accept), "F2");
    assert_eq!(desk.model.theme, ThemeName::Contrast);
    assert_eq!(desk.model.options.cursor, CursorMark::Cell);
    desk.send(Msg::Reloaded(Err(Line::new(
        "own.toml:3: `thema`: no such key",
    ))));
    assert_eq!(
        desk.toast(),
        "Nothing was changed. own.toml:3: `thema`: no such key"
    );
    assert_eq!(desk.model.keymap.shown(Action::Accept), "F2");
}

/// What a crash report names must not be read back into what was typed.
#[test]
fn u_14_a_letter_typed_into_a_field_is_no_action() {
    let mut form = Desk::started(Options {
        session: SessionStart::SignIn,
        ..options(SMALL)
    });
    form.answer(
        Slot::Gate,
        AnyReply::new::<GetGate>(session::gate(false, false)),
    );
    let over_the_queue = |keys: &str| {
        let mut desk = Desk::before(12);
        desk.keys(keys);
        desk
    };
    let mut desks = vec![form];
    desks.extend(["/", ":", "?", "x e", "* a"].map(over_the_queue));
    for (place, desk) in desks.iter().enumerate() {
        for letter in (' '..='~').map(Key::from) {
            assert_eq!(dispatched(&desk.model, letter), None, "{letter} at {place}");
        }
        let cancel = dispatched(&desk.model, Key::control('c'));
        assert!(cancel.is_some(), "C-c at {place}");
    }
    assert_eq!(
        dispatched(&Desk::before(1).model, Key::from('a')),
        Some(Action::Accept)
    );
}

#[test]
fn a_paste_outside_a_field_is_dropped_and_said() {
    let mut desk = Desk::before(3);
    paste(&mut desk, "a\nx\n1\n");
    assert_eq!(desk.toast(), "Paste dropped: no text field is open");
    desk.send(Msg::Input(InputEvent::Burst("aaaaaaaaaaaa".to_owned())));
    assert!(desk.writes().is_empty() && desk.model.overlay.is_none());
}

#[test]
fn a_paste_into_a_field_is_text_and_never_submits() {
    let mut desk = Desk::before(12);
    desk.keys("/");
    paste(&mut desk, "applicant 1\n");
    assert_eq!(
        desk.model.here().state().list.visible().len(),
        4,
        "the rows follow"
    );
    assert!(matches!(desk.model.overlay, Some(Overlay::Filter(_))));
    desk.keys("Esc * x 1");
    paste(&mut desk, "12");
    assert_eq!(desk.toast(), "Type it; a paste does not count here");
    desk.keys("Enter");
    assert!(desk.writes().is_empty());
}

#[test]
fn the_palette_runs_exact_names_and_near_ones_that_write_nothing() {
    let mut desk = Desk::before(3);
    desk.keys(":").text("approv").keys("Enter");
    assert!(desk.writes().is_empty());
    assert_eq!(desk.line(22), "`approve` writes: type its name in full");
    desk.text("e").keys("Enter");
    assert_eq!(desk.writes().len(), 1);
    desk.keys(":").text("aud").keys("Enter");
    assert_eq!(desk.model.tab, Tab::Audit);
    desk.forget()
        .keys(":")
        .text("apps /status:WAITLISTED")
        .keys("Enter");
    assert_eq!(desk.model.here().state().filter, "status:WAITLISTED");
    assert_eq!(desk.queries(Slot::List(Tab::Applications)).len(), 1);
    desk.keys(":").text("theme mono").keys("Enter");
    assert_eq!(desk.model.theme, ThemeName::Mono);
    desk.keys(":").text("zzz").keys("Enter");
    assert!(desk.shows("no command `zzz`"), "{}", desk.screen());
    desk.keys("Esc :").text("q").keys("Enter");
    assert_eq!(quits(&desk), 0, "a write is on its way");
    assert!(matches!(desk.model.overlay, Some(Overlay::Leave { .. })));
}

#[test]
fn tab_completes_in_the_palette_and_in_the_filter() {
    let mut desk = Desk::before(3);
    desk.keys(":").text("mess").keys("Tab Enter");
    assert!(matches!(desk.model.overlay, Some(Overlay::Messages { .. })));
    desk.keys("Esc /")
        .text("st")
        .keys("Tab")
        .text("REJ")
        .keys("Enter");
    assert_eq!(desk.model.here().state().filter, "status:REJ");
}

#[test]
fn q_closes_a_layer_quits_at_the_root_and_asks_when_something_would_be_lost() {
    let mut desk = Desk::before(3);
    desk.keys("Enter q");
    assert!(!desk.model.is_in_detail());
    desk.keys("q");
    assert_eq!(quits(&desk), 1);
    let mut desk = Desk::before(3);
    desk.keys("Space q Enter n");
    assert_eq!(quits(&desk), 0);
    desk.keys("q y");
    assert_eq!(quits(&desk), 1);
    let mut desk = Desk::before(3);
    desk.keys("a q");
    assert!(desk.shows("1 call is not answered yet; it may still happen."));
}

#[test]
fn c_c_at_the_root_quits_the_second_time() {
    let mut desk = Desk::before(3);
    desk.keys("C-c j C-c");
    assert_eq!(quits(&desk), 0, "another key lies between");
    desk.keys("C-c");
    assert_eq!(quits(&desk), 1);
}

#[test]
fn signals_are_answered() {
    let mut desk = Desk::before(3);
    desk.send(Msg::Signal(Signal::Continue));
    assert!(
        desk.effects
            .iter()
            .any(|effect| matches!(effect, Effect::Repaint))
    );
    desk.keys("a").send(Msg::Signal(Signal::Terminate));
    assert_eq!(quits(&desk), 1, "without a question");
}

#[test]
fn c_l_repaints_and_c_z_suspends_from_anywhere() {
    for keys in ["C-l C-z", "Enter C-l C-z"] {
        let mut desk = Desk::before(3);
        desk.keys(keys);
        assert!(
            desk.effects
                .iter()
                .any(|effect| matches!(effect, Effect::Repaint))
        );
        assert!(
            desk.effects
                .iter()
                .any(|effect| matches!(effect, Effect::Suspend))
        );
    }
    let mut desk = session::signing_in(SMALL);
    desk.keys("C-z");
    assert!(
        desk.effects
            .iter()
            .any(|effect| matches!(effect, Effect::Suspend))
    );
}

#[test]
fn t_goes_round_the_ways_to_write_times() {
    let mut desk = Desk::before(3);
    assert!(desk.line(5).contains(" 1h "));
    desk.keys("t");
    assert!(
        desk.line(5).contains("2026-11-20 14:00"),
        "{}",
        desk.line(5)
    );
    desk.keys("t");
    assert!(
        desk.line(5).contains("2026-11-20 13:00Z"),
        "{}",
        desk.line(5)
    );
    desk.keys("t");
    assert!(desk.line(5).contains(" 1h "));
}

#[test]
fn u_08_when_it_is_too_small_only_the_keys_that_leave_work() {
    let mut desk = Desk::before(3);
    desk.resize(Size {
        columns: 39,
        rows: 9,
    });
    assert_eq!(desk.line(0), "need 40x10, have 39x9");
    desk.keys("a x Space j r");
    paste(&mut desk, "a");
    assert!(desk.writes().is_empty() && desk.model.overlay.is_none());
    desk.keys("q");
    assert_eq!(quits(&desk), 1);
    desk.resize(Size {
        columns: 0,
        rows: 0,
    });
    assert_eq!(desk.screen(), "");
    desk.resize(SMALL);
    assert!(desk.shows("Applicant 1"));
}

#[test]
fn u_08_every_size_is_drawn() {
    for (columns, rows) in [
        (1, 1),
        (1, 60),
        (200, 1),
        (40, 10),
        (41, 11),
        (400, 150),
        (120, 15),
        (60, 200),
    ] {
        let size = Size { columns, rows };
        for keys in [
            "",
            "x",
            "Space Space x 1",
            "?",
            ":",
            "/ z",
            "Enter",
            "s",
            "5",
            "o",
        ] {
            let mut desk = Desk::before(30);
            desk.keys(keys).resize(size).screen();
        }
        session::enrolling(SMALL).resize(size).screen();
        session::at_the_gate(SMALL).resize(size).screen();
    }
}

#[test]
fn production_cannot_be_missed_and_what_is_unknown_counts_as_production() {
    for (name, badge) in [
        ("production", "[PROD]"),
        ("demo", "[DEMO]"),
        ("staging", "[STAGE]"),
        ("eu-live-1", "[EU-LIVE-1]"),
    ] {
        let mut desk = Desk::started(options(SMALL));
        let me = Me {
            environment: Line::new(name),
            ..fixtures::root()
        };
        desk.answer(Slot::Me, AnyReply::new::<GetMe>(me));
        assert!(desk.line(0).starts_with(badge), "{}", desk.line(0));
        desk.resize(Size {
            columns: 40,
            rows: 10,
        });
        assert!(desk.line(0).starts_with(badge), "{}", desk.line(0));
    }
}

#[test]
fn a_key_without_a_meaning_says_where_to_look() {
    let mut desk = Desk::before(3);
    desk.send(Msg::Input(InputEvent::Key(Key::from('é'))));
    assert_eq!(desk.toast(), "é has no meaning here; ? shows what has");
}

#[test]
fn who_may_see_nothing_is_told_so() {
    let mut desk = Desk::started(options(SMALL));
    desk.answer(Slot::Me, AnyReply::new::<GetMe>(fixtures::admin(&[])));
    assert!(
        desk.shows("Your account may not see applications; ask a super-admin for"),
        "{}",
        desk.screen()
    );
    desk.forget().keys("r 1 5 / Enter");
    assert!(
        !desk
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::Fetch { .. }))
    );
}

#[test]
fn the_footer_names_only_what_can_be_done() {
    let mut desk = Desk::before(3);
    assert!(
        desk.line(23)
            .starts_with("a approve  x reject  w waitlist  Space mark  / filter  ? keys")
    );
    desk.keys("5").answer_audit();
    assert!(desk.line(23).starts_with("V verify"));
    assert!(!desk.line(23).contains("approve"));
}
