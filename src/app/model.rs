//! The model: everything the console knows. `update` alone changes it, `view` draws it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use quarterdeck_api::call::AnyCall;
use quarterdeck_api::filter;
use quarterdeck_api::filters::SavedFilter;
use quarterdeck_api::permission::Permission;
use quarterdeck_api::problem::Problem;
use quarterdeck_api::sessions::{Me, Secret};
use quarterdeck_api::text::Line;

use super::any_room::AnyRoom;
use super::auto_refresh::AutoRefresh;
use super::columns;
use super::cut_off::Inquiry;
use super::keymap::{self, Keymap, KeymapProblem, Section};
use super::layout::{Chrome, Size};
use super::link::Live;
use super::list::RowId;
use super::message::{Effect, Failure, Generation, SeenHead, SessionCall, Severity, Slot};
use super::options::{AccessMode, Options, SingleKeys, ThemeName};
use super::overlay::{Explained, Overlay};
use super::preferences::Preferences;
use super::reasons::Reasons;
use super::recent::{History, Object};
use super::room_state::{Pane, Reads};
use super::rooms::Rooms;
use super::second_key::SecondKey;
use super::tab::Tab;
use super::time::{TimeStyle, ago};
use super::toasts::{Lifetimes, Toasts};
use super::verification::Verification;
use super::views::Views;
use super::writes::{Write, Writes};
use crate::screens::sign_in::{Form, Ways};

/// How far the operator is.
#[derive(Clone, Debug)]
pub enum Session {
    /// Asking the server what it wants.
    Connecting,
    /// The server cannot be reached.
    Unreachable {
        /// Why.
        why: Line,
    },
    /// Signing in.
    SigningIn(Box<Form>),
    /// Signed in, and nobody who may enter.
    NotAdmin {
        /// Who.
        email: Line,
    },
    /// At work.
    Active,
}

/// Whether the server answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connection {
    /// It does.
    Online,
    /// It does not.
    Offline {
        /// Since when.
        since: DateTime<Utc>,
    },
}

/// A refresh of every visited tab, under way.
#[derive(Clone, Debug, Default)]
pub struct RefreshRun {
    /// Tabs that have not answered.
    pub waiting: Vec<Tab>,
    /// Tabs that are loaded.
    pub done: Vec<Tab>,
    /// Tabs that failed, and why.
    pub failed: Vec<(Tab, String)>,
}

/// A row that came under the cursor by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// Which row.
    pub id: RowId,
    /// When it came.
    pub at: DateTime<Utc>,
}

/// A preview that does not follow the cursor yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeldPreview {
    /// Whose row.
    pub tab: Tab,
    /// Which row it shows.
    pub id: RowId,
    /// Until when.
    pub until: DateTime<Utc>,
}

/// Everything the console knows.
pub struct Model {
    /// The present, as of the last message.
    pub now: DateTime<Utc>,
    /// Size of the terminal.
    pub size: Size,
    /// Host of the server.
    pub host: Line,
    /// Environment by the profile.
    pub environment: Option<Line>,
    /// Whether writing is allowed at all.
    pub access: AccessMode,
    /// The key table in force.
    pub keymap: Keymap,
    /// What of the user's own keys could not be used.
    pub keymap_problems: Vec<KeymapProblem>,
    /// Whether a single letter starts what writes.
    pub single_keys: SingleKeys,
    /// The reasons that pickers offer.
    pub reasons: Reasons,
    /// The filters that are kept under names.
    pub saved_filters: Vec<SavedFilter>,
    /// Which colors.
    pub theme: ThemeName,
    /// How much stands above the rows.
    pub chrome: Chrome,
    /// How times are written.
    pub time_style: TimeStyle,
    /// What a run was given and does not change.
    pub options: Options,
    /// How far the operator is.
    pub session: Session,
    /// Who the operator is.
    pub me: Option<Box<Me>>,
    /// Why the session is over, while its data is still shown.
    pub signed_out: Option<Box<Problem>>,
    /// Whether the server answers.
    pub connection: Connection,
    /// Text for the header from the runtime.
    pub header_note: Option<Line>,
    /// The tab shown.
    pub tab: Tab,
    /// The tab shown before.
    pub last_tab: Option<Tab>,
    /// The jumps that led here.
    pub views: Views,
    /// What lies over the screen.
    pub overlay: Option<Overlay>,
    /// The second key of `o`, where it is awaited.
    pub second_key: Option<SecondKey>,
    /// The commands that ran.
    pub history: History,
    /// The objects that were opened, the last one first.
    pub recent: Vec<Object>,
    /// Toasts and messages.
    pub toasts: Toasts,
    /// Writes in flight, undo, repeat.
    pub writes: Writes,
    /// The refresh under way.
    pub refresh: Option<RefreshRun>,
    /// What is being found out about writes of earlier runs.
    pub inquiry: Inquiry,
    /// Refreshes that failed in a row.
    pub failed_refreshes: u32,
    /// What is known of the chain of the audit log.
    pub verification: Verification,
    /// How far this console has seen the audit log.
    pub watermark: Option<SeenHead>,
    /// Until when the server has asked to wait with writes.
    pub throttled_until: Option<DateTime<Utc>>,
    /// Until when a second C-c quits.
    pub quit_armed_until: Option<DateTime<Utc>>,
    /// When the row under the cursor is loaded for the preview.
    pub preview_due: Option<DateTime<Utc>>,
    /// When the server is asked for what is typed into the filter prompt.
    pub filter_due: Option<DateTime<Utc>>,
    /// The row that the preview stays on while the cursor moves.
    pub held_preview: Option<HeldPreview>,
    /// What is behind a toast.
    pub explained: Option<Explained>,
    /// The row that an answer, and not the operator, has put under the cursor.
    pub arrival: Option<Arrival>,
    /// What is loaded by itself.
    pub auto_refresh: Option<AutoRefresh>,
    /// What is known of the realtime connection.
    pub live: Live,
    pub(super) effects: Vec<Effect>,
    rooms: Rooms,
    requests: BTreeMap<Slot, Generation>,
    last_generation: Generation,
    /// The newest step of sign-in.
    pub(super) session_generation: Generation,
    /// How people sign in to the server.
    pub(super) ways: Ways,
    is_dirty: bool,
}

impl Model {
    /// A console that has not started yet.
    pub fn new(options: Options) -> Self {
        let (keymap, problems) = Keymap::load(keymap::DEFAULT, &options.user_keys);
        let toasts = Toasts::new(Lifetimes::of(&options));
        let mut rooms = Rooms::default();
        for (tab, names) in &options.columns {
            columns::restore(rooms.of_mut(*tab), names);
        }
        Self {
            now: DateTime::UNIX_EPOCH,
            size: options.size,
            host: options.host.clone(),
            environment: options.environment.clone(),
            access: options.access,
            keymap,
            keymap_problems: problems,
            single_keys: options.single_keys,
            reasons: Reasons::built_in(),
            saved_filters: Vec::new(),
            theme: options.theme,
            chrome: Chrome::default(),
            time_style: options.times,
            session: Session::Connecting,
            me: None,
            signed_out: None,
            connection: Connection::Online,
            header_note: None,
            tab: options.default_view,
            last_tab: None,
            views: Views::default(),
            overlay: None,
            history: History::default(),
            recent: Vec::new(),
            second_key: None,
            toasts,
            writes: Writes::new(options.run_id.clone(), options.undo_seconds),
            refresh: None,
            inquiry: Inquiry::default(),
            failed_refreshes: 0,
            verification: Verification::default(),
            watermark: options.watermark.clone(),
            throttled_until: None,
            quit_armed_until: None,
            preview_due: None,
            filter_due: None,
            held_preview: None,
            explained: None,
            arrival: None,
            auto_refresh: None,
            live: Live::default(),
            effects: Vec::new(),
            rooms,
            requests: BTreeMap::new(),
            last_generation: Generation::default(),
            session_generation: Generation::default(),
            ways: Ways::default(),
            is_dirty: true,
            options,
        }
    }

    /// A console that goes on elsewhere; an operator who writes nothing here does not there either.
    pub fn succeeding(before: &Self, options: Options) -> Self {
        let mut model = Self::new(options);
        if before.is_read_only_by_choice() {
            model.access = AccessMode::ReadOnly;
        }
        model
    }

    /// The room of a tab.
    pub fn room(&self, tab: Tab) -> &dyn AnyRoom {
        self.rooms.of(tab)
    }

    /// The room of a tab, to be changed.
    pub fn room_mut(&mut self, tab: Tab) -> &mut dyn AnyRoom {
        self.rooms.of_mut(tab)
    }

    #[cfg(test)]
    pub(super) fn put_room(&mut self, tab: Tab, room: Box<dyn AnyRoom>) {
        self.rooms.put(tab, room);
    }

    /// The room shown.
    pub fn here(&self) -> &dyn AnyRoom {
        self.room(self.tab)
    }

    /// The room shown, to be changed.
    pub fn here_mut(&mut self) -> &mut dyn AnyRoom {
        self.room_mut(self.tab)
    }

    /// The tabs that the operator may see.
    pub fn tabs(&self) -> Vec<Tab> {
        Tab::ALL
            .iter()
            .copied()
            .filter(|tab| self.may_see(*tab))
            .collect()
    }

    /// Those of them that the tab row shows.
    pub fn tab_row(&self) -> Vec<Tab> {
        let mut tabs = self.tabs();
        tabs.retain(|tab| match tab.in_place_of() {
            Some(_) => *tab == self.tab,
            None => self.tab.in_place_of() != Some(*tab),
        });
        tabs
    }

    /// Whether the operator may see a tab.
    pub fn may_see(&self, tab: Tab) -> bool {
        tab.permissions()
            .iter()
            .any(|permission| self.may(*permission))
    }

    /// Whether the operator holds a permission.
    pub fn may(&self, permission: Permission) -> bool {
        self.me.as_ref().is_some_and(|me| me.may(permission))
    }

    /// The sections whose keys work on the screen shown, the most particular first.
    pub fn sections(&self) -> &'static [Section] {
        if self.second_key.is_some() {
            &[Section::Related]
        } else if self.is_reading() {
            &[
                Section::Text,
                Section::Verbs,
                Section::Table,
                Section::Global,
            ]
        } else {
            &[Section::Verbs, Section::Table, Section::Global]
        }
    }

    /// The row that is shown in full: the one under the cursor, or over a slow link the one before it for
    /// as long as the cursor moves.
    pub fn detailed_row(&self) -> Option<RowId> {
        let list = &self.here().state().list;
        let is_shown = |held: &HeldPreview| {
            held.tab == self.tab && !self.is_in_detail() && list.visible().contains(&held.id)
        };
        let held = self.held_preview.filter(is_shown);
        held.map(|held| held.id).or_else(|| list.cursor())
    }

    /// Whether the detail has the focus.
    pub fn is_in_detail(&self) -> bool {
        self.here().state().pane != Pane::List
    }

    /// Whether it has the whole screen.
    pub fn is_reading(&self) -> bool {
        self.here().state().pane == Pane::Full
    }

    /// Whether the row is read as the server sent it.
    pub fn reads_raw(&self) -> bool {
        self.is_reading() && self.here().state().reading.reads == Reads::Raw
    }

    /// Whether it is read-only because the operator said so here, and not by the configuration.
    pub fn is_read_only_by_choice(&self) -> bool {
        (self.access, self.options.access) == (AccessMode::ReadOnly, AccessMode::ReadWrite)
    }

    /// How many reads are in flight.
    pub fn reads_in_flight(&self) -> usize {
        self.requests.len()
    }

    /// Shows a toast; it is remembered and logged.
    pub fn toast(&mut self, severity: Severity, text: &str) {
        self.toasts.push(self.now, severity, text);
        self.effects.push(Effect::Log {
            severity,
            text: Line::new(text).to_string(),
        });
    }

    /// Takes over a configuration that was read again. What was denied stays denied.
    pub(super) fn prefer(&mut self, preferences: Preferences) {
        let Preferences {
            user_keys,
            single_keys,
            access,
            theme,
            times,
            cursor,
            motion,
            ambiguous,
        } = preferences;
        (self.keymap, self.keymap_problems) = Keymap::load(keymap::DEFAULT, &user_keys);
        self.single_keys = single_keys;
        if access == AccessMode::ReadOnly {
            self.access = access;
            self.options.access = access;
        }
        self.theme = theme;
        self.time_style = times;
        self.options.cursor = cursor;
        self.options.motion = motion;
        self.options.charset = self.options.charset.with(ambiguous);
        self.say_keymap_problems();
    }

    /// Remembers a line and logs it, without a toast.
    pub(super) fn remember(&mut self, severity: Severity, text: &str) {
        let text = Line::new(text);
        self.toasts.remember(self.now, severity, text.clone());
        self.effects.push(Effect::Log {
            severity,
            text: text.to_string(),
        });
    }

    /// Names every problem of the user's keys in `:messages`; the banner says that there are some.
    pub(super) fn say_keymap_problems(&mut self) {
        for problem in self.keymap_problems.clone() {
            let text = format!("{problem}; the default stands");
            self.remember(Severity::Error, &text);
        }
    }

    /// Sends a write as it is: anew, or again under its key.
    pub(super) fn emit(&mut self, write: Write, otp: Option<Secret>) {
        let account = self.me.as_ref().map(|me| me.id.0);
        let note = account.and_then(|account| write.pending(account, self.now));
        self.effects.extend(note.map(Effect::NotePending));
        self.effects.push(Effect::Call {
            action_id: write.id,
            idempotency_key: write.idempotency_key.clone(),
            otp,
            call: write.call.clone(),
            touches: write.touches.clone(),
        });
        self.writes.sent(write);
    }

    /// Reads into a slot; an older read of it no longer counts.
    pub(super) fn fetch(&mut self, slot: Slot, query: AnyCall) {
        self.last_generation = self.last_generation.next();
        self.requests.insert(slot, self.last_generation);
        self.effects.push(Effect::Fetch {
            slot,
            generation: self.last_generation,
            query,
        });
    }

    /// Takes a step of sign-in; the answer to an earlier one no longer counts.
    pub(super) fn take_step(&mut self, call: SessionCall) {
        self.session_generation = self.session_generation.next();
        self.effects.push(Effect::Session {
            generation: self.session_generation,
            call,
        });
    }

    /// Takes the read of a slot off the list if this is its newest; else the answer is to be dropped.
    pub(super) fn accept(&mut self, slot: Slot, generation: Generation) -> bool {
        let is_newest = self.requests.get(&slot) == Some(&generation);
        if is_newest {
            self.requests.remove(&slot);
        }
        is_newest
    }

    /// Whether a read is in flight.
    pub fn is_loading(&self, slot: Slot) -> bool {
        self.requests.contains_key(&slot)
    }

    /// Aborts the read of a slot.
    pub(super) fn cancel_read(&mut self, slot: Slot) {
        if self.requests.remove(&slot).is_some() {
            self.effects.push(Effect::CancelRead(slot));
        }
    }

    /// Draws what follows from any failure: the server is away, or the session is over.
    pub(super) fn note_failure(&mut self, failure: &Failure) {
        self.connection = match (failure.is_offline(), self.connection) {
            (true, Connection::Online) => Connection::Offline { since: self.now },
            (true, offline @ Connection::Offline { .. }) => offline,
            (false, _) => Connection::Online,
        };
        if let (Failure::SignedOut(problem), Session::Active) = (failure, &self.session) {
            self.signed_out = Some(problem.clone());
        }
    }

    /// Takes over who the operator is.
    pub(super) fn enter_as(&mut self, me: Box<Me>) {
        let who = filter::Me {
            id: me.id,
            email: me.email.to_string(),
        };
        for tab in Tab::ALL {
            self.room_mut(*tab).state_mut().me = Some(who.clone());
        }
        self.me = Some(me);
    }

    /// Forgets what another account saw.
    pub(super) fn clear_rooms(&mut self) {
        for tab in Tab::ALL {
            self.room_mut(*tab).clear();
        }
        self.views.clear();
        self.saved_filters.clear();
        self.history.clear();
        self.recent.clear();
        self.cancel_read(Slot::Verify);
        self.cancel_read(Slot::Journal);
        self.cancel_read(Slot::Doctor);
        self.cancel_read(Slot::Health);
        self.overlay
            .take_if(|over| matches!(over, Overlay::Journal(_) | Overlay::Doctor(_)));
        self.verification = Verification::default();
    }

    pub(super) const fn mark_dirty(&mut self) {
        self.is_dirty = true;
    }

    /// Whether something has changed since it was last asked.
    pub const fn take_dirty(&mut self) -> bool {
        std::mem::replace(&mut self.is_dirty, false)
    }
}

/// Who decided and how long ago: `by bob, 4s ago`.
pub fn decided(by: Option<&Line>, at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> String {
    let by = by.map_or_else(String::new, |by| format!(" by {by}"));
    let at = at.map_or_else(String::new, |at| format!(", {}", ago(now - at)));
    format!("{by}{at}")
}
