//! What a key can mean: the contexts and their actions, each with its name in the table.

use crate::app::input::{Key, KeyCode};

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

            const fn is_of_screen(self) -> bool {
                match self {
                    Self::Verbs | Self::Table | Self::Global => true,
                    Self::Text | Self::Related | Self::Dialog | Self::Prompt => false,
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
        TabL = "tab_L",
        TabM = "tab_M",
        NextTab = "next_tab",
        PreviousTab = "previous_tab",
        LastView = "last_view",
        Refresh = "refresh",
        Pause = "pause",
        TakeBack = "take_back",
        Repeat = "repeat",
        Retry = "retry",
        Times = "times",
        Escape = "escape",
        Quit = "quit",
        Cancel = "cancel",
        Repaint = "repaint",
        Compact = "compact",
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
        Full = "full",
        Raw = "raw",
        Columns = "columns",
        NextPart = "next_part",
        PreviousPart = "previous_part",
    }
    Text = "text" {
        Search = "search",
        NextMatch = "next_match",
        PreviousMatch = "previous_match",
        Wrap = "wrap",
        Right = "right",
        Left = "left",
    }
    Related = "related" {
        AuditTrail = "audit_trail",
        SubjectUser = "subject_user",
        TargetRow = "target_row",
        DoneBy = "done_by",
        Actor = "actor",
        ReportsAbout = "reports_about",
        ApplicationsOf = "applications_of",
        DataRequestsOf = "data_requests_of",
        RequestsOn = "requests_on",
        RequestsBy = "requests_by",
        SameRequest = "same_request",
        WithdrawalsOf = "withdrawals_of",
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
        Note = "note",
        Claim = "claim",
        Roles = "roles",
        Rights = "rights",
        Grant = "grant",
        Revoke = "revoke",
        RewriteNote = "rewrite_note",
        WipeNote = "wipe_note",
        Edit = "edit",
        Balance = "balance",
    }
    Dialog = "dialog" {
        Confirm = "confirm",
        FreeText = "free_text",
        ScrollDown = "scroll_down",
        ScrollUp = "scroll_up",
        Decline = "decline",
        Besides = "besides",
        Editor = "editor",
        Toggle = "toggle",
        Lower = "lower",
        Raise = "raise",
        Standard = "standard",
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
                | Self::Claim
                | Self::Note
                | Self::Ban
                | Self::Export
                | Self::TakeBack
                | Self::Repeat
                | Self::Retry
                | Self::Confirm
        )
    }

    /// Whether it writes, or opens what writes.
    pub fn is_verb(self) -> bool {
        self.section() == Section::Verbs
            || matches!(self, Self::TakeBack | Self::Repeat | Self::Retry)
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

    /// Whether both can be what a key means in one place, so that they must not share any. Between the
    /// sections of a screen the more particular one would hide the other.
    pub(super) fn is_live_with(self, other: Self) -> bool {
        let (section, beside) = (self.section(), other.section());
        section == beside
            || section.is_of_screen() && beside.is_of_screen()
            || self.is_hidden_by(other)
            || other.is_hidden_by(self)
    }

    /// What stands beside the keys of a dialog or a prompt, and comes first: the count is submitted
    /// between the keys of the dialog, the editor is called from where words are typed, a form can be left and drawn anew.
    fn is_hidden_by(self, other: Self) -> bool {
        match self.section() {
            Section::Dialog => {
                other == Self::Submit || self == Self::Editor && other.section() == Section::Prompt
            }
            // C-c is both: what leaves a form leaves a prompt.
            Section::Prompt => {
                other.is_beside_forms() && (self, other) != (Self::Abandon, Self::Cancel)
            }
            Section::Verbs
            | Section::Table
            | Section::Text
            | Section::Global
            | Section::Related => false,
        }
    }

    const fn is_beside_forms(self) -> bool {
        matches!(self, Self::Cancel | Self::Suspend | Self::Repaint)
    }

    /// Whether something could not be left any more without it.
    pub(super) const fn is_a_way_out(self) -> bool {
        matches!(
            self,
            Self::Cancel | Self::Decline | Self::Submit | Self::Abandon
        )
    }

    /// Why a key must not mean this action, if it must not.
    pub(super) fn refuses(self, key: Key) -> Option<&'static str> {
        let is_tail = |character| SEQUENCE_TAILS.contains(character);
        match (key.code, key.typed()) {
            (KeyCode::Char(character), _) if self.is_unconfirmed_write() && is_tail(character) => {
                Some("a split escape sequence can end in this letter; choose another")
            }
            (KeyCode::Enter, _) if matches!(self, Self::Confirm) => {
                Some("a bare Enter never confirms; choose another key")
            }
            (_, Some(_)) if self.section() == Section::Prompt || self.is_beside_forms() => {
                Some("it could not be typed any more; choose another key")
            }
            (_, Some(digit)) if self.section() == Section::Dialog && digit.is_ascii_digit() => {
                Some("a digit answers the dialog; choose another key")
            }
            _ => None,
        }
    }
}
