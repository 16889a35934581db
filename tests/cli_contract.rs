//! What can be done by keyboard can be done by a command, and the other way round: every verb of every
//! tab against the commands that there are (S003-91, console.md §4.15).

use std::collections::BTreeSet;

use clap::CommandFactory;
use quarterdeck::app::rooms::Rooms;
use quarterdeck::app::tab::Tab;
use quarterdeck::cli::Arguments;
use quarterdeck::cli::commands::deeds;
use quarterdeck::screens::verb::About;

/// Commands that are no verbs of a row.
const OTHERS: &[&str] = &[
    "admin-logs",
    "audit",
    "completions",
    "config",
    "demo",
    "get",
    "keys",
    "list",
    "login",
    "logout",
    "man",
    "whoami",
    "doctor",
    "notes",
    "recovery-codes",
];

/// What no command of the tab does: the audit log only says why nothing of it is taken back, and notes about
/// one of the staff are written by the commands of users, which take the same id.
const WITHOUT: &[(Tab, &str)] = &[
    (Tab::Audit, "take back"),
    (Tab::Admins, "note"),
    (Tab::Admins, "rewrite"),
    (Tab::Admins, "wipe note"),
];

/// Every verb of the console by its tab and word; one whose ways have words of their own, by those.
fn verbs() -> BTreeSet<(Tab, &'static str)> {
    let rooms = Rooms::default();
    let of_tab = |tab: &Tab| {
        let verbs = rooms.of(*tab).verbs().into_iter();
        let verbs = verbs.filter(|verb| verb.about != About::Elsewhere);
        let words = verbs.flat_map(|verb| {
            let ways: Vec<_> = verb.choices.iter().map(|choice| choice.verb).collect();
            let has_words = ways.iter().any(|way| *way != verb.verb);
            if has_words { ways } else { vec![verb.command] }
        });
        words.map(|word| (*tab, word)).collect::<Vec<_>>()
    };
    Tab::ALL.iter().flat_map(of_tab).collect()
}

fn commands() -> BTreeSet<String> {
    let arguments = Arguments::command();
    let commands = arguments.get_subcommands();
    commands
        .map(|command| command.get_name().to_owned())
        .collect()
}

#[test]
fn every_verb_of_the_console_is_a_command() {
    let deeds: BTreeSet<_> = deeds().iter().map(|deed| (deed.tab, deed.name())).collect();
    let without: BTreeSet<_> = WITHOUT.iter().copied().collect();
    let verbs = verbs();
    assert!(verbs.len() > 15, "the console has verbs: {verbs:?}");
    let missing: Vec<_> = verbs.difference(&deeds).copied().collect();
    assert_eq!(missing, without.into_iter().collect::<Vec<_>>());
    let commands = commands();
    let unknown: Vec<_> = deeds
        .iter()
        .filter(|(_, name)| !commands.contains(*name))
        .collect();
    assert_eq!(unknown, Vec::<&(Tab, &str)>::new());
}

#[test]
fn every_command_is_a_verb_of_the_console_or_one_of_a_few_others() {
    let verbs: BTreeSet<_> = verbs().into_iter().map(|(_, word)| word).collect();
    let invented: Vec<_> = commands()
        .into_iter()
        .filter(|name| !verbs.contains(name.as_str()) && !OTHERS.contains(&name.as_str()))
        .collect();
    assert_eq!(invented, Vec::<String>::new());
}
