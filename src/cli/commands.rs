//! The commands that the screens' verbs are: one for each, by its own word. A verb whose ways have
//! words of their own, such as deletion and anonymization, is a command for each of them.

use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{ArgMatches, Args, Command, Error, FromArgMatches, Subcommand};

use super::common::{CommonArguments, tab};
use super::exit::Stopped;
use super::picks::PickArguments;
use crate::app::any_room::Wanted;
use crate::app::keymap::Action;
use crate::app::rooms::Rooms;
use crate::app::tab::Tab;
use crate::screens::pick::Picks;
use crate::screens::verb::{About, Asks, Choice, VerbWords};

/// What a command does: a verb of a tab, in one of its ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deed {
    /// Whose rows.
    pub tab: Tab,
    /// Which verb.
    pub words: VerbWords,
    /// Place of the way that the command itself names, among the verb's choices.
    pub way: Option<usize>,
}

impl Deed {
    /// The command's name.
    pub fn name(self) -> &'static str {
        let way = self.way.and_then(|place| self.words.choices.get(place));
        way.map_or(self.words.command, |choice| choice.verb)
    }

    /// What its screen calls it.
    pub fn word(self) -> &'static str {
        let way = self.way.and_then(|place| self.words.choices.get(place));
        way.map_or(self.words.verb, |choice| choice.verb)
    }

    /// The ways to do it that the command leaves open.
    pub const fn open_ways(self) -> &'static [Choice] {
        match self.way {
            Some(_) => &[],
            None => self.words.choices,
        }
    }

    /// What its open ways are.
    pub fn ways(self) -> Ways {
        match self.words.asks {
            Asks::Text => Ways::Risks,
            Asks::Nothing | Asks::Note | Asks::Reason | Asks::Address => Ways::Spans,
        }
    }

    /// Whether it leaves ways of this kind open.
    fn named_ways(self, ways: Ways) -> bool {
        !self.open_ways().is_empty() && self.ways() == ways
    }

    /// The verb, with a note where one is to go with it and it takes one.
    pub fn wanted(self, has_note: bool) -> Wanted {
        let mut wanted = Wanted::from(self.words);
        if has_note && self.words.asks == Asks::Note {
            wanted.action = wanted.action.with_note();
        }
        wanted
    }
}

/// What the ways are that a command leaves open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ways {
    /// How long it lasts: `--for`.
    Spans,
    /// How much of a risk somebody is: `--risk`.
    Risks,
}

impl Ways {
    /// The flag that names one.
    pub const fn flag(self) -> &'static str {
        match self {
            Self::Spans => "--for",
            Self::Risks => "--risk",
        }
    }
}

/// Every deed of every tab. A verb of several words only says why there is none.
pub fn deeds() -> Vec<Deed> {
    let rooms = Rooms::default();
    let mut deeds: Vec<Deed> = Vec::new();
    for tab in Tab::ALL.iter().copied() {
        let verbs = rooms.of(tab).verbs().into_iter();
        let is_written = |words: &VerbWords| words.about != About::Elsewhere;
        let verbs = verbs.filter(is_written);
        for words in verbs.filter(|words| !words.verb.contains(' ')) {
            let has_words = |choice: &Choice| choice.verb != words.verb;
            let ways: Vec<_> = if words.choices.iter().any(has_words) {
                (0..words.choices.len()).map(Some).collect()
            } else {
                vec![None]
            };
            let of_verb = ways.into_iter().map(|way| Deed { tab, words, way });
            for deed in of_verb {
                let is_known = |known: &Deed| known.tab == tab && known.name() == deed.name();
                // A verb may stand on two keys.
                if !deeds.iter().any(is_known) {
                    deeds.push(deed);
                }
            }
        }
    }
    deeds
}

/// The value of `--for` that means a way to do a verb: `7d` for `7 days`.
pub fn short(choice: &Choice) -> String {
    match choice.label.split_once(' ') {
        Some((count, unit)) => format!("{count}{}", unit.chars().next().unwrap_or_default()),
        None => choice.label.to_owned(),
    }
}

/// What is written behind a verb.
#[derive(Clone, Debug, Default, Args)]
pub struct ActArguments {
    /// Ids, or `-` for ids or lines of `list --json` on standard input; before them the tab, where
    /// several have the verb
    #[arg(value_name = "[TAB] ID")]
    pub targets: Vec<String>,
    /// The reason, kept with the decision: a code of the server's list, or words of your own
    #[arg(long, value_name = "CODE|TEXT")]
    pub reason: Option<String>,
    /// Words of your own, beside a code or instead of one
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
    /// How long
    #[arg(long = "for", value_name = "SPAN")]
    pub lasting: Option<String>,
    /// What the note says
    #[arg(long, value_name = "TEXT")]
    pub text: Option<String>,
    /// The address of whoever is made; the first-login mail goes there
    #[arg(long, value_name = "ADDRESS")]
    pub email: Option<String>,
    /// How much of a risk the person is
    #[arg(long, value_name = "LEVEL")]
    pub risk: Option<String>,
    /// Where the export is saved; nothing there is ever replaced
    #[arg(long, short = 'o', value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// A value of the person from now on, once for each; nothing behind the `=` takes it away
    #[arg(long, value_name = "NAME=VALUE")]
    pub field: Vec<String>,
    #[command(flatten)]
    pub picks: PickArguments,
    /// Of a list as a whole: only rows that pass this filter
    #[arg(long, value_name = "FILTER")]
    pub filter: Option<String>,
    /// Only if the row is of this version
    #[arg(long, value_name = "N")]
    pub if_version: Option<i64>,
    /// Only rows of this status
    #[arg(long, value_name = "STATUS")]
    pub if_status: Option<String>,
    /// The same for every attempt at the same command, so that it happens once
    #[arg(long, value_name = "KEY")]
    pub idempotency_key: Option<String>,
    /// Say what would be done, and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Do it without asking; needed where there is no terminal to ask on
    #[arg(long, short = 'y')]
    pub yes: bool,
    /// What would have to be typed: the count of rows, or the name of what is lost
    #[arg(long, value_name = "PHRASE")]
    pub confirm: Option<String>,
    #[command(flatten)]
    pub common: CommonArguments,
}

/// A verb as a command.
#[derive(Clone, Debug)]
pub struct Act {
    /// Its name.
    pub name: String,
    /// What is behind it.
    pub arguments: Box<ActArguments>,
}

impl Act {
    /// What is to be done, and the words that are left for ids.
    ///
    /// # Errors
    /// Several tabs have the verb and none is named, or one is that has it not.
    pub fn deed(&self) -> Result<(Deed, &[String]), Stopped> {
        let fitting: Vec<_> = deeds()
            .into_iter()
            .filter(|deed| deed.name() == self.name)
            .collect();
        let targets = self.arguments.targets.as_slice();
        let named = targets.first().and_then(|word| tab(word).ok());
        let rest = if named.is_some() {
            &targets[1..]
        } else {
            targets
        };
        let owners = || {
            let tabs: Vec<_> = fitting.iter().map(|deed| deed.tab.command()).collect();
            tabs.join(" or ")
        };
        let name = &self.name;
        match (named, fitting.as_slice()) {
            (None, [one]) => Ok((*one, rest)),
            (None, _) => Err(Stopped::usage(&format!(
                "say of which: `quarterdeck {name} {} ID`",
                owners()
            ))),
            (Some(tab), _) => {
                let of_tab = fitting.iter().find(|deed| deed.tab == tab);
                let why = || format!("`{name}` is of {}, not of {}", owners(), tab.command());
                of_tab
                    .map(|deed| (*deed, rest))
                    .ok_or_else(|| Stopped::usage(&why()))
            }
        }
    }
}

/// The command of all deeds of one name.
fn command(name: &'static str, deeds: &[Deed]) -> Command {
    let mut about: Vec<_> = deeds.iter().map(|deed| help(*deed)).collect();
    about.dedup();
    let any = |is: &dyn Fn(&Deed) -> bool| deeds.iter().any(is);
    let takes = [
        ("reason", any(&takes_reason)),
        ("note", any(&takes_reason)),
        ("lasting", any(&|deed| deed.named_ways(Ways::Spans))),
        ("text", any(&|deed| deed.words.asks == Asks::Text)),
        ("email", any(&|deed| deed.words.asks == Asks::Address)),
        ("field", any(&|deed| deed.words.is_filled_in)),
        ("risk", any(&|deed| deed.named_ways(Ways::Risks))),
        ("output", any(&is_export)),
        ("set", any(&|deed| deed.words.picks == Some(Picks::All))),
        ("add", any(&|deed| deed.words.picks == Some(Picks::All))),
        ("drop", any(&|deed| deed.words.picks == Some(Picks::All))),
        ("permissions", any(&|deed| deed.words.about == About::New)),
        ("role", any(&|deed| takes_one(deed.words.picks))),
        ("which", any(&|deed| deed.words.picks == Some(Picks::One))),
        ("filter", any(&|deed| deed.words.about == About::AllShown)),
    ];
    let mut command = ActArguments::augment_args(Command::new(name)).about(about.join("; "));
    for (argument, _) in takes.iter().filter(|(_, takes)| !takes) {
        command = command.mut_arg(argument, |argument| argument.hide(true));
    }
    if let Some(deed) = deeds.iter().find(|deed| !deed.open_ways().is_empty()) {
        let ways: Vec<_> = deed.open_ways().iter().map(short).collect();
        let ways = ways.join(", ");
        let (argument, help) = match deed.ways() {
            Ways::Spans => ("lasting", format!("How long: {ways}")),
            Ways::Risks => ("risk", format!("How much of a risk: {ways}")),
        };
        command = command.mut_arg(argument, |argument| argument.help(help));
    }
    command
}

fn takes_reason(deed: &Deed) -> bool {
    matches!(deed.words.asks, Asks::Note | Asks::Reason)
}

fn help(deed: Deed) -> String {
    let tab = deed.tab.name();
    match deed.way.and_then(|place| deed.words.choices.get(place)) {
        Some(way) => format!("{tab}: {}", way.label),
        None => format!("{tab}: {}", deed.words.help),
    }
}

const fn takes_one(picks: Option<Picks>) -> bool {
    matches!(picks, Some(Picks::OneMore | Picks::OneLess))
}

/// Whether a verb leaves a file behind.
pub fn is_export(deed: &Deed) -> bool {
    deed.words.action == Action::Export
}

impl FromArgMatches for Act {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let (name, matches) = matches
            .subcommand()
            .ok_or_else(|| Error::new(ErrorKind::MissingSubcommand))?;
        Ok(Self {
            name: name.to_owned(),
            arguments: Box::new(ActArguments::from_arg_matches(matches)?),
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Subcommand for Act {
    fn augment_subcommands(mut all: Command) -> Command {
        let deeds = deeds();
        let mut names: Vec<_> = deeds.iter().map(|deed| deed.name()).collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            let of_name = deeds.iter().copied().filter(|deed| deed.name() == name);
            all = all.subcommand(command(name, &of_name.collect::<Vec<_>>()));
        }
        all
    }

    fn augment_subcommands_for_update(all: Command) -> Command {
        Self::augment_subcommands(all)
    }

    fn has_subcommand(name: &str) -> bool {
        deeds().iter().any(|deed| deed.name() == name)
    }
}
