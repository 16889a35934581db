//! The one table of keys: which key means which action in which context, and how each is called.
//!
//! Dispatch, the footer, the `?` menu and the palette are all made from it, so nothing is listed
//! twice. The defaults are `assets/keymap.toml`; the user's own keys are laid over them.

use std::collections::BTreeMap;
use std::fmt;

use quarterdeck_api::text::Line;
use serde::Deserialize;

use super::input::{Key, KeyCode};
pub use super::suggest::suggestion;

/// The default table.
pub const DEFAULT: &str = include_str!("../../assets/keymap.toml");

macro_rules! actions {
    ($( $section:ident = $section_name:literal { $( $action:ident = $name:literal, )+ } )+) => {
        /// A context in which keys have a meaning.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Section {
            $(
                #[doc = concat!("`[", $section_name, "]`")]
                $section,
            )+
        }

        impl Section {
            /// Every section, in the order of the table.
            pub const ALL: &'static [Self] = &[$( Self::$section, )+];

            /// Its name in the table.
            pub const fn name(self) -> &'static str {
                match self {
                    $( Self::$section => $section_name, )+
                }
            }
        }

        /// Something that a key can mean.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Action {
            $( $(
                #[doc = concat!("`", $section_name, ".", $name, "`")]
                $action,
            )+ )+
        }

        impl Action {
            /// Every action, in the order of the table.
            pub const ALL: &'static [Self] = &[$( $( Self::$action, )+ )+];

            /// Its name in the table and in the palette.
            pub const fn name(self) -> &'static str {
                match self {
                    $( $( Self::$action => $name, )+ )+
                }
            }

            /// The section it belongs to.
            pub const fn section(self) -> Section {
                match self {
                    $( $( Self::$action => Section::$section, )+ )+
                }
            }
        }
    };
}

actions! {
    Global = "global" {
        Palette = "palette",
        Help = "help",
        Tab0 = "tab_0",
        Tab1 = "tab_1",
        Tab2 = "tab_2",
        Tab3 = "tab_3",
        Tab4 = "tab_4",
        Tab5 = "tab_5",
        Tab6 = "tab_6",
        Tab7 = "tab_7",
        Tab8 = "tab_8",
        Tab9 = "tab_9",
        NextTab = "next_tab",
        PreviousTab = "previous_tab",
        LastView = "last_view",
        Refresh = "refresh",
        TakeBack = "take_back",
        Repeat = "repeat",
        Retry = "retry",
        Times = "times",
        Escape = "escape",
        Quit = "quit",
        Cancel = "cancel",
        Repaint = "repaint",
        Suspend = "suspend",
    }
    Table = "table" {
        Down = "down",
        Up = "up",
        Top = "top",
        Bottom = "bottom",
        HalfDown = "half_down",
        HalfUp = "half_up",
        PageDown = "page_down",
        PageUp = "page_up",
        Open = "open",
        Back = "back",
        SwitchPane = "switch_pane",
        Mark = "mark",
        Range = "range",
        MarkAll = "mark_all",
        Filter = "filter",
        Sort = "sort",
        CopyId = "copy_id",
        CopyMenu = "copy_menu",
        Handled = "handled",
        Related = "related",
    }
    Related = "related" {
        AuditTrail = "audit_trail",
        SubjectUser = "subject_user",
        TargetRow = "target_row",
        DoneBy = "done_by",
        ReportsAbout = "reports_about",
    }
    Verbs = "verbs" {
        Accept = "accept",
        Refuse = "refuse",
        Hold = "hold",
        Ban = "ban",
        Export = "export",
        Remove = "remove",
        AcceptWithNote = "accept_with_note",
        RefuseWithNote = "refuse_with_note",
        Verify = "verify",
        Overdue = "overdue",
    }
    Dialog = "dialog" {
        Confirm = "confirm",
        FreeText = "free_text",
        ScrollDown = "scroll_down",
        ScrollUp = "scroll_up",
        Decline = "decline",
    }
    Prompt = "prompt" {
        Submit = "submit",
        Next = "next",
        Previous = "previous",
        Complete = "complete",
        Abandon = "abandon",
    }
}

/// Keys that an escape sequence split on its way can end in: `Esc [ A` may arrive as three keys.
const SEQUENCE_TAILS: &str = "ABCDFHIMOPQRSZ";

impl Action {
    /// Whether the action writes as soon as its key is pressed, or answers the question whether to.
    /// Those that always open a dialog first do not.
    const fn is_unconfirmed_write(self) -> bool {
        matches!(
            self,
            Self::Accept
                | Self::Refuse
                | Self::Hold
                | Self::Ban
                | Self::Export
                | Self::TakeBack
                | Self::Repeat
                | Self::Retry
                | Self::Confirm
        )
    }

    /// The verb that a screen declares for this action: that of a verb with a note is the verb.
    #[must_use]
    pub const fn verb(self) -> Self {
        if matches!(self, Self::AcceptWithNote) {
            Self::Accept
        } else if matches!(self, Self::RefuseWithNote) {
            Self::Refuse
        } else {
            self
        }
    }

    /// The same with something to say, where there is such an action.
    #[must_use]
    pub const fn with_note(self) -> Self {
        if matches!(self, Self::Accept) {
            Self::AcceptWithNote
        } else if matches!(self, Self::Refuse) {
            Self::RefuseWithNote
        } else {
            self
        }
    }

    /// Whether the operator wants to say something with the verb.
    pub const fn is_with_note(self) -> bool {
        matches!(self, Self::AcceptWithNote | Self::RefuseWithNote)
    }

    /// The digit of the tab that it opens, if it opens one.
    pub fn tab_digit(self) -> Option<char> {
        self.name()
            .strip_prefix("tab_")
            .and_then(|digit| digit.chars().next())
    }

    /// Why a key must not mean this action, if it must not.
    fn refuses(self, key: Key) -> Option<&'static str> {
        let is_tail = |character| SEQUENCE_TAILS.contains(character);
        match key.code {
            KeyCode::Char(character) if self.is_unconfirmed_write() && is_tail(character) => {
                Some("a split escape sequence can end in this letter; choose another")
            }
            KeyCode::Enter if matches!(self, Self::Confirm) => {
                Some("a bare Enter never confirms; choose another key")
            }
            _ => None,
        }
    }
}

/// An action with its keys and its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// What the keys mean.
    pub action: Action,
    /// The keys; the first one is shown.
    pub keys: Vec<Key>,
    /// The word in the footer.
    pub label: Option<Line>,
    /// The rank in the footer, the smallest first.
    pub hint: Option<u8>,
    /// The line in the menu.
    pub help: Line,
}

impl Binding {
    /// The key that is shown, if any is bound.
    pub fn shown_key(&self) -> Option<Key> {
        self.keys.first().copied()
    }
}

/// A key of the user's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserKey {
    /// Section, as written.
    pub section: String,
    /// Action, as written; `+` before it adds.
    pub action: String,
    /// Keys, as written.
    pub keys: Vec<String>,
    /// Line in the file.
    pub line: usize,
}

/// What is wrong with a key of the user's own; the default stands instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeymapProblem {
    /// Line in the file.
    pub line: usize,
    /// What is wrong, and what to write.
    pub message: Line,
}

impl fmt::Display for KeymapProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message.as_str())
    }
}

/// The table in force.
#[derive(Clone, Debug, Default)]
pub struct Keymap {
    bindings: Vec<Binding>,
    by_key: BTreeMap<(Section, Key), Action>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    keys: Vec<String>,
    label: Option<Line>,
    hint: Option<u8>,
    help: Line,
}

type WrittenTable = BTreeMap<String, BTreeMap<String, Written>>;

impl Keymap {
    /// The default table with the user's own keys laid over it, and what of those could not be used.
    pub fn load(default: &str, user: &[UserKey]) -> (Self, Vec<KeymapProblem>) {
        let mut keymap = Self::read(default);
        let problems = user
            .iter()
            .filter_map(|own| keymap.lay_over(own).err())
            .collect();
        (keymap, problems)
    }

    fn read(text: &str) -> Self {
        // The default table is an asset of ours: a test holds that it can be read and names every action.
        let table: WrittenTable = toml::from_str(text).unwrap_or_default();
        let bindings = Action::ALL.iter().filter_map(|action| {
            let written = table.get(action.section().name())?.get(action.name())?;
            Some(Binding {
                action: *action,
                keys: written
                    .keys
                    .iter()
                    .filter_map(|key| key.parse().ok())
                    .collect(),
                label: written.label.clone(),
                hint: written.hint,
                help: written.help.clone(),
            })
        });
        let mut keymap = Self {
            bindings: bindings.collect(),
            by_key: BTreeMap::new(),
        };
        keymap.index();
        keymap
    }

    fn index(&mut self) {
        self.by_key = self
            .bindings
            .iter()
            .flat_map(|binding| {
                let section = binding.action.section();
                binding
                    .keys
                    .iter()
                    .map(move |key| ((section, *key), binding.action))
            })
            .collect();
    }

    fn lay_over(&mut self, own: &UserKey) -> Result<(), KeymapProblem> {
        let problem = |message: String| KeymapProblem {
            line: own.line,
            message: Line::new(&message),
        };
        let (name, adds) = match own.action.strip_prefix('+') {
            Some(name) => (name, true),
            None => (own.action.as_str(), false),
        };
        let action = find_action(&own.section, name).map_err(problem)?;
        let keys = own.keys.iter().map(|key| self.usable_key(action, key));
        let keys = keys.collect::<Result<Vec<_>, _>>().map_err(problem)?;
        if let Some(binding) = self
            .bindings
            .iter_mut()
            .find(|binding| binding.action == action)
        {
            if adds {
                binding.keys.extend(keys);
            } else {
                binding.keys = keys;
            }
        }
        self.index();
        Ok(())
    }

    fn usable_key(&self, action: Action, written: &str) -> Result<Key, String> {
        let key: Key = written.parse().map_err(|error| format!("{error}"))?;
        if let Some(why) = action.refuses(key) {
            return Err(format!("`{key}` for `{}`: {why}", action.name()));
        }
        match self.by_key.get(&(action.section(), key)) {
            Some(holder) if *holder != action => Err(format!(
                "`{key}` is `{}` already; unbind that first with `{} = []`",
                holder.name(),
                holder.name()
            )),
            Some(_) | None => Ok(key),
        }
    }

    /// What a key means where these sections apply, the most particular first.
    pub fn action(&self, sections: &[Section], key: Key) -> Option<Action> {
        sections
            .iter()
            .find_map(|section| self.by_key.get(&(*section, key)).copied())
    }

    /// Keys and words of an action.
    pub fn binding(&self, action: Action) -> Option<&Binding> {
        self.bindings
            .iter()
            .find(|binding| binding.action == action)
    }

    /// The key of an action as it is shown; `:name` where none is bound.
    pub fn shown(&self, action: Action) -> String {
        self.binding(action)
            .and_then(Binding::shown_key)
            .map_or_else(|| format!(":{}", action.name()), |key| key.to_string())
    }

    /// The bindings of these sections, in their order.
    pub fn of<'a>(&'a self, sections: &'a [Section]) -> impl Iterator<Item = &'a Binding> {
        sections.iter().flat_map(|section| {
            self.bindings
                .iter()
                .filter(move |binding| binding.action.section() == *section)
        })
    }

    /// Every binding.
    pub fn bindings(&self) -> &[Binding] {
        &self.bindings
    }
}

fn find_action(section: &str, name: &str) -> Result<Action, String> {
    let in_section = |action: &&Action| action.section().name() == section;
    if !Section::ALL.iter().any(|known| known.name() == section) {
        let names = Section::ALL.iter().map(|known| known.name());
        return Err(format!(
            "no section `keys.{section}`{}",
            suggestion(section, names)
        ));
    }
    Action::ALL
        .iter()
        .filter(in_section)
        .find(|action| action.name() == name)
        .copied()
        .ok_or_else(|| {
            let names = Action::ALL
                .iter()
                .filter(in_section)
                .map(|action| action.name());
            format!(
                "no action `{name}` in `keys.{section}`{}",
                suggestion(name, names)
            )
        })
}

#[derive(Deserialize)]
struct UserFile {
    #[serde(default)]
    keys: BTreeMap<String, BTreeMap<toml::Spanned<String>, Vec<String>>>,
}

/// The keys in the text of a configuration file, with their lines.
///
/// # Errors
/// The file's `[keys]` cannot be read.
pub fn read_user_keys(config: &str) -> Result<Vec<UserKey>, toml::de::Error> {
    let file: UserFile = toml::from_str(config)?;
    let line_of = |offset: usize| config[..offset.min(config.len())].matches('\n').count() + 1;
    let keys = file.keys.into_iter().flat_map(|(section, actions)| {
        actions.into_iter().map(move |(action, keys)| UserKey {
            section: section.clone(),
            line: line_of(action.span().start),
            action: action.into_inner(),
            keys,
        })
    });
    Ok(keys.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(section: &str, action: &str, keys: &[&str]) -> UserKey {
        UserKey {
            section: section.to_owned(),
            action: action.to_owned(),
            keys: keys.iter().map(|key| (*key).to_owned()).collect(),
            line: 7,
        }
    }

    fn load(user: &[UserKey]) -> (Keymap, Vec<String>) {
        let (keymap, problems) = Keymap::load(DEFAULT, user);
        (keymap, problems.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn u_10_every_action_has_a_key_and_a_help_line() {
        let table: WrittenTable = toml::from_str(DEFAULT).unwrap();
        let named: usize = table.values().map(BTreeMap::len).sum();
        assert_eq!(
            named,
            Action::ALL.len(),
            "the table names an action that does not exist"
        );
        let (keymap, _) = load(&[]);
        for action in Action::ALL {
            let binding = keymap
                .binding(*action)
                .unwrap_or_else(|| panic!("{action:?}"));
            assert!(!binding.keys.is_empty(), "{action:?} has no key");
            assert!(!binding.help.as_str().is_empty(), "{action:?} has no help");
            assert_eq!(
                binding.hint.is_some(),
                binding.label.is_some(),
                "{action:?}"
            );
        }
    }

    #[test]
    fn every_key_of_the_table_can_be_read_and_is_bound_once_in_its_section() {
        let table: WrittenTable = toml::from_str(DEFAULT).unwrap();
        for (section, actions) in &table {
            let mut seen = std::collections::BTreeSet::new();
            for key in actions.values().flat_map(|written| &written.keys) {
                let key: Key = key.parse().unwrap();
                assert!(seen.insert(key), "`{key}` twice in [{section}]");
            }
        }
    }

    #[test]
    fn a_verb_never_shadows_a_key_of_the_table_or_of_all() {
        let (keymap, _) = load(&[]);
        for binding in keymap.of(&[Section::Verbs, Section::Table]) {
            for key in &binding.keys {
                let below = match binding.action.section() {
                    Section::Table => &[Section::Global][..],
                    _ => &[Section::Table, Section::Global],
                };
                assert_eq!(
                    keymap.action(below, *key),
                    None,
                    "`{key}` of {:?}",
                    binding.action
                );
            }
        }
    }

    #[test]
    fn no_unconfirmed_write_is_on_a_letter_that_ends_a_split_escape_sequence() {
        let (keymap, _) = load(&[]);
        for binding in keymap.bindings() {
            for key in &binding.keys {
                assert_eq!(
                    binding.action.refuses(*key),
                    None,
                    "{:?} on `{key}`",
                    binding.action
                );
            }
        }
        let (keymap, problems) = load(&[own("verbs", "accept", &["A"])]);
        assert_eq!(
            problems,
            [
                "line 7: `A` for `accept`: a split escape sequence can end in this letter; choose another"
            ]
        );
        assert_eq!(keymap.shown(Action::Accept), "a");
    }

    #[test]
    fn the_users_keys_replace_add_and_unbind() {
        let (keymap, problems) = load(&[
            own("table", "mark", &["m"]),
            own("table", "+down", &["n"]),
            own("table", "range", &[]),
        ]);
        assert_eq!(problems, [""; 0]);
        let sections = [Section::Table];
        assert_eq!(keymap.action(&sections, Key::from('m')), Some(Action::Mark));
        assert_eq!(keymap.action(&sections, Key::from(' ')), None);
        assert_eq!(keymap.action(&sections, Key::from('n')), Some(Action::Down));
        assert_eq!(keymap.action(&sections, Key::from('j')), Some(Action::Down));
        assert_eq!(keymap.action(&sections, Key::from('v')), None);
        assert_eq!(keymap.shown(Action::Range), ":range");
    }

    #[test]
    fn a_wrong_key_is_named_with_its_line_and_what_to_write() {
        let cases = [
            (
                own("tabel", "mark", &["m"]),
                "line 7: no section `keys.tabel`; did you mean `table`?",
            ),
            (
                own("table", "makr", &["m"]),
                "line 7: no action `makr` in `keys.table`; did you mean `mark`?",
            ),
            (
                own("table", "mark", &["j"]),
                "line 7: `j` is `down` already; unbind that first with `down = []`",
            ),
            (
                own("dialog", "confirm", &["Enter"]),
                "line 7: `Enter` for `confirm`: a bare Enter never confirms; choose another key",
            ),
            (
                own("table", "mark", &["C-pgup"]),
                "line 7: `C-pgup` names no key; did you mean `C-PgUp`?",
            ),
        ];
        for (key, message) in cases {
            assert_eq!(load(&[key]).1, [message]);
        }
    }

    #[test]
    fn user_keys_are_read_with_their_lines() {
        let keys = read_user_keys(
            "theme = \"dark\"\n\n[keys.table]\nmark = [\"m\"]\n\"+down\" = [\"n\"]\n",
        )
        .unwrap();
        let lines: Vec<_> = keys
            .iter()
            .map(|key| (key.action.as_str(), key.line))
            .collect();
        assert_eq!(lines, [("+down", 5), ("mark", 4)]);
    }
}
