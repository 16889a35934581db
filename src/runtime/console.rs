//! The loop itself.

mod copying;
mod editing;
mod effects;
mod moving;

use std::time::Duration;
use std::{io, iter};

use chrono::{DateTime, Utc};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Instant, sleep_until};

use super::clipboard::TmuxCopy;
use super::errands::Errands;
use super::frames::Frames;
use super::idle::IdleSignal;
use super::launch::HeaderNote;
use super::note::header_note;
use super::pacing::{Cause, Pacing};
use super::preparation::Prepared;
use super::system;
use crate::app::dispatch::dispatched;
use crate::app::input::InputEvent;
use crate::app::message::{Msg, Signal};
use crate::app::model::Model;
use crate::app::one_time_code::next_code;
use crate::app::options::ThemeChoice;
use crate::app::update::update;
use crate::terminal::{ColorDepth, Ending, Events, Interruption, RecentActions, Terminal};
use crate::view;

/// Messages handled before a frame is drawn, so that a flood of them shows progress.
const MOST_MESSAGES_A_FRAME: usize = 256;
/// Time spent on them, for the same reason.
const MOST_TIME_A_FRAME: Duration = Duration::from_millis(4);
/// The longest the loop waits without looking at the clock, which may be set.
const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// What the loop is made of.
pub(super) struct Parts {
    pub(super) prepared: Prepared,
    pub(super) terminal: Terminal,
    pub(super) events: Events,
    pub(super) actions: RecentActions,
    pub(super) colors: ColorDepth,
    pub(super) frame_gap: Duration,
    pub(super) idle: Option<IdleSignal>,
    pub(super) panic_at: Option<String>,
}

/// How the loop was left.
#[derive(Debug)]
pub(super) enum Leave {
    /// The operator quit; the message is printed once the terminal is given back.
    Quit { message: Option<String> },
    /// A signal, a panic or a vanished terminal.
    Ended(Ending),
}

pub(super) struct Console {
    model: Model,
    terminal: Terminal,
    events: Events,
    errands: Errands,
    messages: UnboundedReceiver<Msg>,
    pacing: Pacing,
    frames: Frames,
    actions: RecentActions,
    header_note: Option<HeaderNote>,
    note_due: DateTime<Utc>,
    /// When the model asked to be told the time.
    tick_due: Option<DateTime<Utc>>,
    theme_choice: ThemeChoice,
    /// As many as the terminal has shown from the start.
    colors: ColorDepth,
    idle: Option<IdleSignal>,
    /// For tests of what a panic leaves behind.
    panic_at: Option<String>,
    /// Who has the terminal, if we have not.
    lent: Option<editing::Lent>,
    /// A text that tmux was asked to take.
    copying: Option<TmuxCopy>,
    leave: Option<Leave>,
}

/// The queue of messages with those in it that a run begins with.
fn opening(
    prepared: &Prepared,
    now: DateTime<Utc>,
) -> (UnboundedSender<Msg>, UnboundedReceiver<Msg>) {
    let (sender, messages) = unbounded_channel();
    let note = prepared.header_note.as_ref();
    let note = note.map(|note| header_note(note, now));
    let notices = prepared.notices.iter().cloned().map(Msg::Notice);
    for message in iter::once(Msg::Started).chain(note).chain(notices) {
        // The receiver is ours, so that nothing is refused here.
        let _own_receiver = sender.send(message);
    }
    (sender, messages)
}

/// What woke the loop.
enum Wakening {
    Interrupted(Interruption),
    Message(Msg),
    Input(InputEvent),
    /// The reading thread has ended: there is no terminal any more.
    InputEnded,
    /// As it should, or how else.
    EditorEnded(Result<(), String>),
    /// What was typed for the editor has come.
    Drained,
    /// It took a text, or why not.
    TmuxEnded(io::Result<()>),
    Timer,
}

impl Console {
    pub(super) fn new(parts: Parts) -> Self {
        let Parts {
            prepared,
            terminal,
            events,
            actions,
            colors,
            frame_gap,
            ..
        } = parts;
        let now = system::now();
        let (sender, messages) = opening(&prepared, now);
        Self {
            model: Model::new(prepared.options),
            terminal,
            events,
            errands: Errands::new(prepared.outside, sender),
            messages,
            pacing: Pacing::new(frame_gap),
            actions,
            header_note: prepared.header_note,
            note_due: next_code(now),
            tick_due: None,
            theme_choice: prepared.theme_choice,
            colors,
            frames: Frames::default(),
            idle: parts.idle,
            panic_at: parts.panic_at,
            lent: None,
            copying: None,
            leave: None,
        }
    }

    pub(super) async fn run(mut self) -> Leave {
        loop {
            match self.turn().await {
                Ok(None) => {}
                Ok(Some(leave)) => return leave,
                Err(error) => {
                    tracing::error!(%error, "the terminal is gone");
                    return Leave::Ended(Ending::HangUp);
                }
            }
        }
    }

    /// Fails only where the terminal does.
    async fn turn(&mut self) -> io::Result<Option<Leave>> {
        self.handle_all_that_waits()?;
        if let Some(leave) = self.leave.take() {
            return Ok(Some(leave));
        }
        self.draw_if_due()?;
        self.report_idleness();
        let wakening = self.wakening().await;
        self.handle(wakening)?;
        Ok(None)
    }

    /// Handles what is there without waiting, within bounds, in the order of `wakening`.
    fn handle_all_that_waits(&mut self) -> io::Result<()> {
        let until = Instant::now() + MOST_TIME_A_FRAME;
        for _ in 0..MOST_MESSAGES_A_FRAME {
            let Some(wakening) = self.waiting() else {
                break;
            };
            self.handle(wakening)?;
            if self.leave.is_some() || Instant::now() >= until {
                break;
            }
        }
        Ok(())
    }

    fn waiting(&mut self) -> Option<Wakening> {
        if let Ok(interruption) = self.events.interruptions.try_recv() {
            return Some(Wakening::Interrupted(interruption));
        }
        if let Ok(message) = self.messages.try_recv() {
            return Some(Wakening::Message(message));
        }
        self.events.input.try_recv().ok().map(Wakening::Input)
    }

    async fn wakening(&mut self) -> Wakening {
        let timer = self.timer();
        tokio::select! {
            biased;
            Some(interruption) = self.events.interruptions.recv() => Wakening::Interrupted(interruption),
            Some(message) = self.messages.recv() => Wakening::Message(message),
            wakening = editing::next(&mut self.lent) => wakening,
            wakening = copying::next(&mut self.copying) => wakening,
            event = self.events.input.recv() => event.map_or(Wakening::InputEnded, Wakening::Input),
            () = sleep_until(timer) => Wakening::Timer,
        }
    }

    /// When something is due by time alone: a frame, a change of the model, a new header note.
    fn timer(&self) -> Instant {
        let (instant, now) = (Instant::now(), system::now());
        let until = |at: DateTime<Utc>| instant + (at - now).to_std().unwrap_or_default();
        let note_due = self.header_note.is_some().then_some(self.note_due);
        let due = [
            self.pacing.due(instant),
            self.tick_due.map(until),
            note_due.map(until),
        ];
        due.into_iter()
            .flatten()
            .min()
            .unwrap_or(instant + LONGEST_WAIT)
            .min(instant + LONGEST_WAIT)
    }

    fn handle(&mut self, wakening: Wakening) -> io::Result<()> {
        match wakening {
            Wakening::Interrupted(interruption) => self.interrupted(interruption),
            Wakening::Message(message) => self.update(message, Cause::Other),
            Wakening::Input(event) if !self.is_heard(&event) => Ok(()),
            Wakening::Input(event) => {
                let cause = self.before_input(&event);
                self.update(Msg::Input(event), cause)
            }
            Wakening::InputEnded => {
                self.leave = Some(Leave::Ended(Ending::HangUp));
                Ok(())
            }
            Wakening::EditorEnded(ended) => self.editor_ended(ended),
            Wakening::Drained => self.drained(),
            Wakening::TmuxEnded(result) => self.tmux_ended(result),
            Wakening::Timer => self.timed(),
        }
    }

    fn before_input(&mut self, event: &InputEvent) -> Cause {
        match event {
            InputEvent::Key(key) => {
                if let Some(action) = dispatched(&self.model, *key) {
                    self.actions.record(action.name());
                    assert!(
                        self.panic_at.as_deref() != Some(action.name()),
                        "asked for by --test-panic-at"
                    );
                }
                Cause::Key
            }
            InputEvent::Paste(_) | InputEvent::Burst(_) => Cause::Key,
            InputEvent::Resize { columns, rows } => {
                self.terminal.resize(*columns, *rows);
                Cause::Other
            }
            InputEvent::FocusGained | InputEvent::FocusLost => Cause::Other,
        }
    }

    fn timed(&mut self) -> io::Result<()> {
        let now = system::now();
        if let Some(note) = self.header_note.as_ref().filter(|_| now >= self.note_due) {
            let message = header_note(note, now);
            self.note_due = next_code(now);
            self.update(message, Cause::Other)?;
        }
        if self.tick_due.is_some_and(|due| due <= now) {
            self.update(Msg::Tick, Cause::Other)?;
        }
        Ok(())
    }

    fn interrupted(&mut self, interruption: Interruption) -> io::Result<()> {
        match interruption {
            Interruption::End(ending) => {
                self.update(Msg::Signal(Signal::Terminate), Cause::Other)?;
                self.leave = Some(Leave::Ended(ending));
                Ok(())
            }
            Interruption::Suspend if self.is_lent() => editing::suspend_beside_editor(),
            Interruption::Suspend => {
                self.suspend();
                Ok(())
            }
            Interruption::Continued if self.is_lent() => Ok(()),
            Interruption::Continued => {
                let size = self.terminal.resume()?;
                let resized = InputEvent::Resize {
                    columns: size.width,
                    rows: size.height,
                };
                self.update(Msg::Input(resized), Cause::Key)?;
                self.update(Msg::Signal(Signal::Continue), Cause::Key)
            }
        }
    }

    fn update(&mut self, message: Msg, cause: Cause) -> io::Result<()> {
        if let Some(idle) = &mut self.idle {
            idle.busy();
        }
        let now = system::now();
        for effect in update(&mut self.model, now, message) {
            self.carry_out(effect)?;
        }
        self.tick_due = self.model.next_deadline(now);
        if self.model.take_dirty() {
            self.pacing.want(cause);
        }
        Ok(())
    }

    fn draw_if_due(&mut self) -> io::Result<()> {
        let now = Instant::now();
        if self.pacing.due(now).is_some_and(|due| due <= now) {
            let model = &self.model;
            if self.lent.is_none() {
                self.terminal.draw(|frame| view::draw(model, frame))?;
                self.frames
                    .drawn(now.elapsed(), self.terminal.bytes_written());
            }
            self.pacing.drawn(now);
        }
        Ok(())
    }

    fn report_idleness(&mut self) {
        let is_idle = self.pacing.due(Instant::now()).is_none()
            && self.messages.is_empty()
            && self.events.input.is_empty()
            && self.events.interruptions.is_empty();
        if let Some(idle) = self.idle.as_mut().filter(|_| is_idle) {
            idle.idle();
        }
    }
}
