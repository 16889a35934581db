//! The command palette: what can be typed behind `:`, how it is found, and what it means.

use std::cmp::Reverse;

use quarterdeck_api::filter::{beginning, searching};
use quarterdeck_api::suggest::suggestion;
use quarterdeck_api::text::Line;
use quarterdeck_api::users::UserField;

use super::any_room::Wanted;
use super::auto_refresh::SHORTEST;
use super::fuzzy::Fuzzy;
use super::keymap::Action;
use super::options::{AccessMode, ThemeName};
use super::paths;
use super::tab::Tab;
use crate::screens::verb::VerbWords;

/// What a typed command means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Show a tab, with a filter where one is given.
    Show(Tab, Option<String>),
    /// Do what a key would do.
    Run(Action),
    /// Do what is called so.
    Verb(Wanted),
    /// What was said so far.
    Messages,
    /// What the operator did.
    Journal,
    /// What stands between the operator and their work.
    Doctor,
    /// What drawing costs, and what the console holds.
    Debug,
    /// Whether the console writes.
    Access(AccessMode),
    /// The server of another profile; which there are, where none is named.
    Environment(String),
    /// The keys that work here.
    Keys,
    /// Something about the marks.
    Marks(MarksCommand),
    /// Something about a saved filter.
    Filter(FilterCommand),
    /// The columns of these names, with commas between; their picker where there are none.
    Columns(String),
    /// Other colors.
    Theme(ThemeName),
    /// The tab shown is loaded every so many seconds, or no more.
    AutoRefresh(Option<u32>),
    /// The configuration, read again.
    Reload,
    /// Sign in again.
    SignIn,
    /// End the session.
    SignOut,
    /// New recovery codes.
    RecoveryCodes,
    /// Leave.
    Quit,
}

/// What can be done to the marks as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarksCommand {
    /// List them.
    Show,
    /// Mark what is not marked, and the other way round.
    Invert,
    /// Bring back those that were cleared last.
    Restore,
}

/// What is done about a saved filter, by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FilterCommand {
    /// Keep the filter in force.
    Save(String),
    /// Keep it, and show it to everybody.
    Share(String),
    /// Show the rows of a saved one.
    Load(String),
    /// Keep one no more.
    Drop(String),
}

/// A line of the palette.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What would be typed.
    pub text: String,
    /// What it does.
    pub help: Line,
    /// Whether its name has to be typed in full: a near miss must not write.
    pub is_verb: bool,
}

/// The users who are shut out.
const BLOCKED: &str = "blocked";

/// Commands that are not actions of the key table.
const WORDS: &[(&str, &str)] = &[
    (
        BLOCKED,
        "Show banned and suspended users; a filter may follow",
    ),
    ("marks show", "List the marked rows, hidden ones too"),
    ("marks invert", "Mark the other rows that are shown instead"),
    (
        "marks restore",
        "Bring back the marks that were cleared last",
    ),
    (
        "filter save",
        "Keep the filter in force under the name that follows",
    ),
    ("filter share", "The same, for everybody to load"),
    ("filter drop", "Keep the filter of this name no more"),
    (
        "cols",
        "Choose the columns; names may follow: cols id,status",
    ),
    ("cols default", "All columns, as they come"),
    ("refresh 30", "Load the tab shown every 30 s, 10 at least"),
    ("refresh off", "Load nothing by itself"),
    ("messages", "The last 200 messages"),
    ("journal", "What you did, and what can still be taken back"),
    (
        "doctor",
        "Round trip, session, terminal and files, and what to mend",
    ),
    (
        "debug",
        "What frames cost in time and bytes, and what is held",
    ),
    (
        "readonly on",
        "Write nothing, whatever key is pressed, until `readonly off`",
    ),
    (
        "readonly off",
        "Write again, as far as the configuration allows",
    ),
    (
        "env",
        "The profiles; a name behind it switches to that server",
    ),
    ("keys", "The keys that work here"),
    (
        "reload",
        "Read the configuration again: keys, colors, times",
    ),
    ("login", "Sign in again"),
    ("logout", "Sign out"),
    (
        "codes",
        "Make ten new recovery codes; those from before are void",
    ),
    ("q", "Quit"),
];

/// Actions that can be typed by name; movements cannot.
pub const TYPED: &[Action] = &[
    Action::TakeBack,
    Action::Repeat,
    Action::Retry,
    Action::Verify,
    Action::Refresh,
    Action::Times,
    Action::Range,
    Action::MarkAll,
    Action::Sort,
    Action::AuditTrail,
    Action::SubjectUser,
    Action::TargetRow,
    Action::DoneBy,
    Action::Actor,
    Action::ReportsAbout,
    Action::ApplicationsOf,
    Action::DataRequestsOf,
    Action::RequestsOn,
    Action::RequestsBy,
    Action::SameRequest,
    Action::WithdrawalsOf,
    Action::Handled,
    Action::LastView,
    Action::CopyId,
    Action::CopyMenu,
    Action::Repaint,
    Action::Compact,
    Action::Suspend,
];

/// Whether an action of `TYPED` writes.
pub const fn is_verb(action: Action) -> bool {
    matches!(action, Action::TakeBack | Action::Repeat | Action::Retry)
}

/// The verbs that have a name, by the tab shown.
#[derive(Clone, Debug, Default)]
pub struct Named {
    /// Those of this tab.
    pub here: Vec<VerbWords>,
    /// Those of other tabs.
    pub elsewhere: Vec<&'static str>,
    /// The profiles of the configuration.
    pub profiles: Vec<String>,
    /// The saved filters of this tab: names, and what they are.
    pub saved: Vec<(String, Line)>,
    /// The objects that were opened: the commands that lead to them, and what they are called.
    pub recent: Vec<(String, Line)>,
}

/// Reads a command: an exact name, with what belongs behind it.
///
/// # Errors
/// There is no such command.
pub fn parse(text: &str, here: Tab, verbs: &Named) -> Result<Command, Line> {
    let text = text.trim();
    if text.starts_with('/') {
        return paths::read(text).map(show);
    }
    let (name, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let rest = rest.trim();
    if let Some(tab) = Tab::of_command(name) {
        let filter = rest.strip_prefix('/').unwrap_or(rest);
        return Ok(Command::Show(
            tab,
            (!filter.is_empty()).then(|| filter.to_owned()),
        ));
    }
    if name == "user" && !rest.is_empty() {
        // An address is known from its beginning, and one within another is somebody else's.
        let asked = if rest.contains('@') {
            beginning(rest)
        } else {
            searching::<UserField>(rest)
        };
        return Ok(Command::Show(Tab::Users, Some(asked)));
    }
    if name == BLOCKED {
        return Ok(Command::Show(Tab::Users, paths::both(paths::BLOCKED, rest)));
    }
    if name == "go" {
        return paths::object(rest, here).map(show);
    }
    if name == "theme" {
        return theme(rest);
    }
    if name == "marks" {
        return marks(rest);
    }
    if name == "cols" {
        return Ok(Command::Columns(rest.to_owned()));
    }
    if name == "filter" {
        return filter(rest);
    }
    if name == "readonly" {
        return access(rest);
    }
    if name == "env" {
        return Ok(Command::Environment(rest.to_owned()));
    }
    if name == Action::Refresh.name() && !rest.is_empty() {
        return every(rest);
    }
    if !rest.is_empty() {
        return Err(Line::new(&format!("`{name}` takes nothing behind it")));
    }
    match name {
        "messages" => Ok(Command::Messages),
        "journal" => Ok(Command::Journal),
        "doctor" => Ok(Command::Doctor),
        "debug" => Ok(Command::Debug),
        "keys" => Ok(Command::Keys),
        "reload" => Ok(Command::Reload),
        "login" => Ok(Command::SignIn),
        "logout" => Ok(Command::SignOut),
        "codes" => Ok(Command::RecoveryCodes),
        "q" | "quit" => Ok(Command::Quit),
        _ => action(name, verbs),
    }
}

fn show((tab, filter): (Tab, Option<String>)) -> Command {
    Command::Show(tab, filter)
}

fn action(name: &str, verbs: &Named) -> Result<Command, Line> {
    if let Some(words) = verbs.here.iter().find(|words| words.verb == name) {
        return Ok(Command::Verb((*words).into()));
    }
    if let Some(action) = TYPED.iter().find(|action| action.name() == name) {
        return Ok(Command::Run(*action));
    }
    if verbs.elsewhere.contains(&name) {
        return Err(Line::new(&format!("`{name}` is not on this tab")));
    }
    let words = WORDS.iter().map(|(word, _)| *word);
    let tabs = Tab::ALL.iter().map(|tab| tab.command());
    let actions = TYPED.iter().map(|action| action.name());
    let here = verbs.here.iter().map(|words| words.verb);
    let near = suggestion(name, words.chain(tabs).chain(here).chain(actions));
    Err(Line::new(&format!("no command `{name}`{near}")))
}

fn marks(what: &str) -> Result<Command, Line> {
    match what {
        "show" => Ok(Command::Marks(MarksCommand::Show)),
        "invert" => Ok(Command::Marks(MarksCommand::Invert)),
        "restore" => Ok(Command::Marks(MarksCommand::Restore)),
        _ => Err(Line::new("marks show, marks invert or marks restore")),
    }
}

fn filter(what: &str) -> Result<Command, Line> {
    let (verb, name) = what.split_once(char::is_whitespace).unwrap_or((what, ""));
    let name = name.trim().to_owned();
    match verb {
        "save" => Ok(Command::Filter(FilterCommand::Save(name))),
        "share" => Ok(Command::Filter(FilterCommand::Share(name))),
        "load" => Ok(Command::Filter(FilterCommand::Load(name))),
        "drop" => Ok(Command::Filter(FilterCommand::Drop(name))),
        _ => Err(Line::new("filter save, share, load or drop, and a name")),
    }
}

fn access(what: &str) -> Result<Command, Line> {
    match what {
        "on" => Ok(Command::Access(AccessMode::ReadOnly)),
        "off" => Ok(Command::Access(AccessMode::ReadWrite)),
        _ => Err(Line::new("readonly on or readonly off")),
    }
}

fn every(seconds: &str) -> Result<Command, Line> {
    if seconds == "off" {
        return Ok(Command::AutoRefresh(None));
    }
    let number = seconds.parse().ok().filter(|number| *number >= SHORTEST);
    number
        .map(|number| Command::AutoRefresh(Some(number)))
        .ok_or_else(|| Line::new(&format!("refresh takes {SHORTEST} or more seconds, or off")))
}

fn theme(name: &str) -> Result<Command, Line> {
    let names: Vec<_> = ThemeName::ALL.iter().map(|theme| theme.as_str()).collect();
    ThemeName::named(name)
        .map(Command::Theme)
        .ok_or_else(|| Line::new(&format!("themes are {}", names.join(", "))))
}

/// The entries that fit what is typed, the best first. `help` gives the line of an action that can be
/// done here, nothing for others.
pub fn entries(
    typed: &str,
    tabs: &[Tab],
    verbs: &Named,
    help: impl Fn(Wanted) -> Option<Line>,
) -> Vec<Entry> {
    let word = typed
        .split_whitespace()
        .next()
        .unwrap_or_default()
        .trim_start_matches('/');
    let shows = tabs.iter().map(|tab| Entry {
        text: tab.command().to_owned(),
        help: Line::new(&format!("Show {}; a filter may follow", tab.name())),
        is_verb: false,
    });
    let here = verbs.here.iter().filter_map(|words| {
        Some(Entry {
            text: words.verb.to_owned(),
            help: help((*words).into())?,
            is_verb: true,
        })
    });
    let actions = TYPED.iter().filter_map(|action| {
        Some(Entry {
            text: action.name().to_owned(),
            help: help((*action).into())?,
            is_verb: is_verb(*action),
        })
    });
    let words = WORDS.iter().map(|(word, help)| Entry {
        text: (*word).to_owned(),
        help: Line::new(help),
        is_verb: false,
    });
    let themes = ThemeName::ALL.iter().map(|theme| Entry {
        text: format!("theme {}", theme.as_str()),
        help: Line::new("Colors"),
        is_verb: false,
    });
    let profiles = verbs.profiles.iter().map(|name| Entry {
        text: format!("env {name}"),
        help: Line::new("Switch to the server of this profile"),
        is_verb: false,
    });
    let saved = verbs.saved.iter().map(|(name, help)| Entry {
        text: format!("filter load {name}"),
        help: help.clone(),
        is_verb: false,
    });
    let recent = verbs.recent.iter().map(|(command, name)| Entry {
        text: command.clone(),
        help: name.clone(),
        is_verb: false,
    });
    let all = shows.chain(here).chain(actions).chain(words);
    let all = all.chain(saved).chain(themes).chain(profiles).chain(recent);
    let has_more = [
        "theme ",
        "marks ",
        "refresh ",
        "filter ",
        "cols ",
        "go ",
        "env ",
        "readonly ",
    ];
    let needle = if has_more.iter().any(|start| typed.starts_with(start)) {
        typed
    } else {
        word
    };
    let mut fuzzy = Fuzzy::new(needle);
    let mut scored: Vec<_> = all
        .filter_map(|entry| {
            let is_recent = verbs
                .recent
                .iter()
                .any(|(command, _)| *command == entry.text);
            let score = if is_recent {
                fuzzy.score(&format!("{} {}", entry.text, entry.help))
            } else {
                fuzzy.score(&entry.text)
            };
            score.map(|score| (score, entry))
        })
        .collect();
    scored.sort_by_key(|(score, entry)| (entry.text != needle, Reverse(*score), entry.is_verb));
    scored.into_iter().map(|(_, entry)| entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screens::verb::{About, Asks};

    fn verbs() -> Named {
        let words = [
            (Action::Accept, "approve"),
            (Action::Refuse, "reject"),
            (Action::Hold, "waitlist"),
        ];
        let here = words.map(|(action, verb)| VerbWords {
            action,
            verb,
            command: verb,
            help: verb,
            asks: Asks::Nothing,
            choices: &[],
            picks: None,
            is_within: false,
            is_filled_in: false,
            about: About::Rows,
        });
        Named {
            here: here.to_vec(),
            elsewhere: vec!["resolve"],
            profiles: vec!["test".to_owned()],
            saved: vec![("old ones".to_owned(), Line::new("age>2d"))],
            recent: vec![("go user#4711".to_owned(), Line::new("Zoë Xu"))],
        }
    }

    fn all(typed: &str) -> Vec<Entry> {
        entries(typed, Tab::ALL, &verbs(), |wanted| {
            Some(Line::new(wanted.action.name()))
        })
    }

    fn names(typed: &str) -> Vec<String> {
        let found = all(typed);
        found.into_iter().map(|entry| entry.text).collect()
    }

    #[test]
    fn commands_are_read_by_their_exact_names() {
        let cases = [
            ("apps", Ok(Command::Show(Tab::Applications, None))),
            (
                "apps /status:PENDING age>2d",
                Ok(Command::Show(
                    Tab::Applications,
                    Some("status:PENDING age>2d".to_owned()),
                )),
            ),
            (
                "audit actor:ana",
                Ok(Command::Show(Tab::Audit, Some("actor:ana".to_owned()))),
            ),
            (
                "/admin-logs?userId=12",
                Ok(Command::Show(Tab::AdminLogs, Some("by:#12".to_owned()))),
            ),
            (
                "/admin-applications",
                Ok(Command::Show(Tab::Applications, None)),
            ),
            (
                "approve",
                Ok(Command::Verb(Wanted {
                    action: Action::Accept,
                    verb: Some("approve"),
                })),
            ),
            ("resolve", Err("`resolve` is not on this tab")),
            ("accept", Err("no command `accept`")),
            (
                "blocked",
                Ok(Command::Show(
                    Tab::Users,
                    Some("status:banned,suspended".to_owned()),
                )),
            ),
            (
                "blocked ana",
                Ok(Command::Show(
                    Tab::Users,
                    Some("status:banned,suspended ana".to_owned()),
                )),
            ),
            ("refresh", Ok(Command::Run(Action::Refresh))),
            ("refresh 30", Ok(Command::AutoRefresh(Some(30)))),
            ("refresh off", Ok(Command::AutoRefresh(None))),
            ("refresh 9", Err("refresh takes 10 or more seconds, or off")),
            (
                "filter save old  ones ",
                Ok(Command::Filter(FilterCommand::Save("old  ones".to_owned()))),
            ),
            (
                "filter keep x",
                Err("filter save, share, load or drop, and a name"),
            ),
            ("cols", Ok(Command::Columns(String::new()))),
            ("cols id, age", Ok(Command::Columns("id, age".to_owned()))),
            ("theme mono", Ok(Command::Theme(ThemeName::Mono))),
            (
                "theme pink",
                Err("themes are auto, dark, light, contrast, mono"),
            ),
            ("q", Ok(Command::Quit)),
            (
                "aprove",
                Err("no command `aprove`; did you mean `approve`?"),
            ),
            ("/admin-nobody", Err("no page `/admin-nobody` here")),
            ("q now", Err("`q` takes nothing behind it")),
        ];
        for (text, expected) in cases {
            assert_eq!(
                parse(text, Tab::Applications, &verbs()),
                expected.map_err(Line::new),
                "{text}"
            );
        }
    }

    #[test]
    fn every_command_that_is_offered_can_be_read() {
        for entry in all("") {
            assert!(
                parse(&entry.text, Tab::Applications, &verbs()).is_ok(),
                "{}",
                entry.text
            );
        }
    }

    #[test]
    fn letters_in_order_find_a_command_and_the_nearest_comes_first() {
        assert_eq!(names("aud")[0], "audit");
        assert_eq!(names("msg")[0], "messages");
        assert_eq!(names("rej"), ["reject"]);
        assert_eq!(names("theme m")[0], "theme mono");
        assert_eq!(names("oldo"), ["filter load old ones"]);
        assert_eq!(names("zzz"), [""; 0]);
    }

    #[test]
    fn a_name_typed_in_full_comes_first_and_then_what_stands_together() {
        let case = [
            ("refresh", "refresh"),
            ("q", "q"),
            ("reject", "reject"),
            ("mi", "marks invert"),
            ("#47", "go user#4711"),
            ("zoe", "go user#4711"),
            ("go #4", "go user#4711"),
        ];
        for (typed, first) in case {
            assert_eq!(
                names(typed).first().map(String::as_str),
                Some(first),
                "{typed}"
            );
        }
    }

    #[test]
    fn every_action_that_writes_is_a_verb_by_name() {
        let verbs = all("");
        let verbs: Vec<_> = verbs
            .iter()
            .filter(|entry| entry.is_verb)
            .map(|entry| entry.text.as_str())
            .collect();
        assert_eq!(verbs.len(), 6, "{verbs:?}");
    }
}
