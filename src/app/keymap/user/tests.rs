use std::collections::BTreeMap;

use proptest::prelude::*;

use super::super::read_user_keys;
use super::*;
use crate::app::input::KeyCode;
use crate::app::keymap::DEFAULT;

fn load(config: &str) -> (Keymap, Vec<String>) {
    let (keymap, problems) = Keymap::load(DEFAULT, &read_user_keys("own.toml", config));
    (keymap, problems.iter().map(ToString::to_string).collect())
}

const SCREEN: [Section; 3] = [Section::Verbs, Section::Table, Section::Global];

#[test]
fn no_unconfirmed_write_is_on_a_letter_that_ends_a_split_escape_sequence() {
    let (keymap, _) = load("");
    for binding in keymap.bindings() {
        for key in &binding.keys {
            let why = binding.action.refuses(*key);
            assert_eq!(why, None, "{:?} on `{key}`", binding.action);
        }
    }
    let (keymap, problems) = load("[keys.verbs]\naccept = ['A']");
    assert_eq!(
        problems,
        [
            "own.toml:2: `A` for `accept`: a split escape sequence can end in this letter; choose another"
        ]
    );
    assert_eq!(keymap.shown(Action::Accept), "a");
}

#[test]
fn the_users_keys_replace_add_and_unbind() {
    let (keymap, problems) = load("[keys.table]\nmark = ['%']\n'+down' = ['n']\nrange = []");
    assert_eq!(problems, [""; 0]);
    let sections = [Section::Table];
    assert_eq!(keymap.action(&sections, Key::from('%')), Some(Action::Mark));
    assert_eq!(keymap.action(&sections, Key::from(' ')), None);
    assert_eq!(keymap.action(&sections, Key::from('n')), Some(Action::Down));
    assert_eq!(keymap.action(&sections, Key::from('j')), Some(Action::Down));
    assert_eq!(keymap.action(&sections, Key::from('v')), None);
    assert_eq!(keymap.shown(Action::Range), ":range");
}

#[test]
fn two_keys_are_swapped() {
    let (keymap, problems) = load("[keys.verbs]\naccept = ['x']\nrefuse = ['a']");
    assert_eq!(problems, [""; 0]);
    assert_eq!(keymap.action(&SCREEN, Key::from('x')), Some(Action::Accept));
    assert_eq!(keymap.action(&SCREEN, Key::from('a')), Some(Action::Refuse));
}

#[test]
fn an_unbound_key_is_free_whatever_the_order() {
    for config in [
        "[keys.table]\nmark = ['v']\nrange = []",
        "[keys.table]\nrange = []\nmark = ['v']",
        "[keys.table]\n'+mark' = ['v']\nrange = ['F4']",
    ] {
        let (keymap, problems) = load(config);
        assert_eq!(problems, [""; 0], "{config}");
        assert_eq!(keymap.action(&SCREEN, Key::from('v')), Some(Action::Mark));
    }
}

#[test]
fn a_key_of_another_section_in_the_same_context_is_a_conflict() {
    let cases = [
        (
            "[keys.table]\nmark = ['a']",
            "own.toml:2: `a` for `mark` is `accept` already; unbind that with `accept = []` in [keys.verbs]",
        ),
        (
            "[keys.table]\nmark = ['r']",
            "own.toml:2: `r` for `mark` is `refresh` already; unbind that with `refresh = []` in [keys.global]",
        ),
        (
            "[keys.verbs]\nhold = ['F6']\n[keys.global]\ntimes = ['F6']",
            "own.toml:4: `F6` for `times` is `hold` already, by line 2; choose another",
        ),
        (
            "[keys.dialog]\nscroll_down = ['Enter']",
            "own.toml:2: `Enter` for `scroll_down` is `submit` already; unbind that with `submit = []` in [keys.prompt]",
        ),
        (
            "[keys.prompt]\nnext = ['C-l']",
            "own.toml:2: `C-l` for `next` is `repaint` already; unbind that with `repaint = []` in [keys.global]",
        ),
    ];
    for (config, message) in cases {
        assert_eq!(load(config).1, [message]);
    }
    // `o` waits for a key of its own, and no other section is live then.
    assert_eq!(load("[keys.related]\ntarget_row = ['x']").1, [""; 0]);
}

#[test]
fn a_wrong_key_is_named_with_its_line_and_what_to_write() {
    let cases = [
        (
            "[keys.tabel]\nmark = ['m']",
            "no section `keys.tabel`; did you mean `table`?",
        ),
        (
            "[keys.table]\nmakr = ['m']",
            "no action `makr` in `keys.table`; did you mean `mark`?",
        ),
        (
            "[keys.table]\nmark = ['j']",
            "`j` for `mark` is `down` already; unbind that with `down = []` in [keys.table]",
        ),
        (
            "[keys.table]\nmark = ['m', 'm']",
            "`m` is a key of `mark` twice",
        ),
        (
            "[keys.table]\n'+mark' = ['Space']",
            "`Space` is a key of `mark` twice",
        ),
        (
            "[keys.dialog]\nconfirm = ['Enter']",
            "`Enter` for `confirm`: a bare Enter never confirms; choose another key",
        ),
        (
            "[keys.dialog]\nconfirm = ['1']",
            "`1` for `confirm`: a digit answers the dialog; choose another key",
        ),
        (
            "[keys.prompt]\nnext = ['n']",
            "`n` for `next`: it could not be typed any more; choose another key",
        ),
        (
            "[keys.global]\nrepaint = ['L']",
            "`L` for `repaint`: it could not be typed any more; choose another key",
        ),
        (
            "[keys.dialog]\ndecline = []",
            "`decline` needs a key: nothing else leads out",
        ),
        (
            "[keys.table]\nmark = ['C-pgup']",
            "`C-pgup` names no key; did you mean `C-PgUp`?",
        ),
    ];
    for (config, message) in cases {
        assert_eq!(load(config).1, [format!("own.toml:2: {message}")]);
    }
}

/// Keys that a table could hold, and a few that none may.
fn any_key() -> impl Strategy<Value = String> {
    let (keymap, _) = load("");
    let bound = keymap.bindings().iter().flat_map(|binding| &binding.keys);
    let mut keys: Vec<String> = bound.map(ToString::to_string).collect();
    keys.extend((1..=12).map(|number| Key::from(KeyCode::F(number)).to_string()));
    keys.extend(["m", "i", "1", "C-i", "S-g", "", "nonsense"].map(str::to_owned));
    proptest::sample::select(keys)
}

fn any_name() -> impl Strategy<Value = (String, String)> {
    let action = proptest::sample::select(Action::ALL);
    (action, 0..12_u8).prop_map(|(action, chance)| {
        let section = action.section().name().to_owned();
        match chance {
            0 => ("nowhere".to_owned(), action.name().to_owned()),
            1 => (section, format!("{}s", action.name())),
            2..=4 => (section, format!("+{}", action.name())),
            _ => (section, action.name().to_owned()),
        }
    })
}

prop_compose! {
    fn any_user_keys()(entries in proptest::collection::btree_map(
        any_name(), proptest::collection::vec(any_key(), 0..4), 0..24,
    )) -> UserKeys {
        let keys = entries.into_iter().enumerate();
        UserKeys {
            file: Line::new("own.toml"),
            keys: keys.map(|(place, ((section, action), keys))| UserKey {
                section,
                action,
                keys,
                line: place + 1,
            }).collect(),
            problems: Vec::new(),
        }
    }
}

fn keys_of(keymap: &Keymap) -> BTreeMap<Action, Vec<Key>> {
    let bindings = keymap.bindings().iter();
    bindings
        .map(|binding| (binding.action, binding.keys.clone()))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    /// Whatever is written: each key means one action wherever it is pressed, an action has each key
    /// once, and whatever was not used is said with its line.
    #[test]
    fn a_key_means_one_action_or_there_is_a_problem(user in any_user_keys()) {
        let (keymap, problems) = Keymap::load(DEFAULT, &user);
        for one in keymap.bindings() {
            for key in &one.keys {
                prop_assert_eq!(one.action.refuses(*key), None);
                let times = one.keys.iter().filter(|other| *other == key).count();
                prop_assert_eq!(times, 1);
                for other in keymap.bindings() {
                    let is_same = other.action == one.action;
                    let is_apart = !other.action.is_live_with(one.action);
                    prop_assert!(is_same || is_apart || !other.keys.contains(key));
                }
            }
        }
        let is_said = |line| problems.iter().any(|problem| problem.line == line);
        for own in user.keys.iter().filter(|own| !is_said(own.line)) {
            let action = find_action(&own.section, own.action.trim_start_matches('+'));
            let bound = &keymap.binding(action.unwrap()).unwrap().keys;
            for key in &own.keys {
                prop_assert!(bound.contains(&key.parse().unwrap()));
            }
        }
        prop_assert!(problems.len() <= user.keys.len());
    }

    /// The order of the lines decides nothing where nothing is wrong.
    #[test]
    fn the_order_of_the_lines_does_not_matter(user in any_user_keys()) {
        let (keymap, problems) = Keymap::load(DEFAULT, &user);
        let used = |own: &&UserKey| !problems.iter().any(|problem| problem.line == own.line);
        let mut keys: Vec<_> = user.keys.iter().filter(used).cloned().collect();
        keys.reverse();
        let turned = UserKeys { keys, ..user.clone() };
        let (other, problems) = Keymap::load(DEFAULT, &turned);
        prop_assert_eq!(problems, Vec::new());
        prop_assert_eq!(keys_of(&keymap), keys_of(&other));
    }
}
