//! The loop of `--linear`: a line in, the same messages through `update` as the screen's keys, lines out.
//!
//! A line is read only when all that the last one asked for has come and was said; what others do meanwhile
//! waits for the next prompt.

mod input;
mod output;

use std::io;
use std::time::Duration;

use chrono::{DateTime, Utc};
use quarterdeck_api::text::Line;
use ratatui::layout::Size;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::sleep;

use super::console::Leave;
use super::errands::{Errands, OfTerminal};
use super::idle::IdleSignal;
use super::launch::{Face, HeaderNote, Launch};
use super::note::header_note;
use super::preparation::{Prepared, Surface, prepare};
use super::system;
use crate::app::dispatch::dispatched;
use crate::app::input::{InputEvent, Key};
use crate::app::keymap::UserKeys;
use crate::app::message::{self, Effect, Generation, Msg, Notice, Reply, Severity};
use crate::app::model::Model;
use crate::app::one_time_code::next_code;
use crate::app::options::{Motion, Options};
use crate::app::update::update;
use crate::linear::{Conversation, Request, is_settled};
use crate::terminal::{ColorDepth, Ending, RecentActions};
use input::{Lines, Typed, Unseen};
use output::PromptEnd;

/// The longest the loop waits without looking at the clock, which may be set.
const LONGEST_WAIT: Duration = Duration::from_mins(1);
/// The longest it waits while something is under way that time alone may end.
const UNSETTLED_WAIT: Duration = Duration::from_millis(50);

/// What the loop is made of.
pub(super) struct Parts {
    pub(super) prepared: Prepared,
    pub(super) actions: RecentActions,
    pub(super) idle: Option<IdleSignal>,
}

/// What it begins with. There is no size, so that the model is told one that shows a list alone; nothing
/// counts by itself, and keys of one's own are for a screen.
pub(super) fn prepare_lines(launch: Launch) -> Prepared {
    let surface = Surface {
        colors: ColorDepth::Monochrome,
        size: Size::new(80, 24),
    };
    let prepared = prepare(launch, surface);
    Prepared {
        options: Options {
            motion: Motion::Reduced,
            user_keys: UserKeys::default(),
            ..prepared.options
        },
        ..prepared
    }
}

pub(super) struct Console {
    model: Model,
    errands: Errands,
    messages: UnboundedReceiver<Msg>,
    conversation: Conversation,
    lines: Lines,
    signals: Signals,
    actions: RecentActions,
    header_note: Option<HeaderNote>,
    note_due: DateTime<Utc>,
    /// When the model asked to be told the time.
    tick_due: Option<DateTime<Utc>>,
    /// The step of sign-in that is not answered yet.
    signing: Option<Generation>,
    /// What was said of a write of several calls.
    progress: Option<Line>,
    /// Told at each prompt.
    idle: Option<IdleSignal>,
    leave: Option<Leave>,
}

struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hang_up: Signal,
    quit: Signal,
}

impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
            quit: signal(SignalKind::quit())?,
        })
    }
}

/// What woke the loop.
enum Wakening {
    Interrupted,
    Ended(Ending),
    Message(Box<Msg>),
    Typed(Typed),
    Timer,
}

/// Whether a line is waited for as well.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wait {
    ForLine,
    ForAnswers,
}

impl Console {
    pub(super) fn new(parts: Parts) -> io::Result<Self> {
        let Prepared {
            options,
            outside,
            header_note,
            notices,
            ..
        } = parts.prepared;
        let (sender, messages) = unbounded_channel();
        let mut console = Self {
            model: Model::new(options),
            errands: Errands::new(outside, sender),
            messages,
            conversation: Conversation::default(),
            lines: Lines::start()?,
            signals: Signals::listen()?,
            actions: parts.actions,
            header_note,
            note_due: next_code(system::now()),
            tick_due: None,
            signing: None,
            progress: None,
            idle: parts.idle,
            leave: None,
        };
        console.begin(notices);
        Ok(console)
    }

    fn begin(&mut self, notices: Vec<Notice>) {
        self.update(Msg::Started);
        if let Some(note) = &self.header_note {
            let message = header_note(note, system::now());
            self.update(message);
        }
        for notice in notices {
            self.update(Msg::Notice(notice));
        }
    }

    /// Moves to the server of another profile, or stays and says why.
    fn enter(&mut self, profile: &str) {
        let Some(launch) = self.errands.elsewhere(Face::Lines, profile) else {
            return;
        };
        let prepared = prepare_lines(launch);
        let (sender, messages) = unbounded_channel();
        self.errands.leave();
        self.model = Model::succeeding(&self.model, prepared.options);
        self.errands = Errands::new(prepared.outside, sender);
        self.messages = messages;
        self.conversation = Conversation::default();
        self.header_note = prepared.header_note;
        self.note_due = next_code(system::now());
        self.signing = None;
        self.begin(prepared.notices);
    }

    pub(super) async fn run(mut self) -> Leave {
        loop {
            self.settle().await;
            if let Some(leave) = self.leave.take() {
                return self.left(leave);
            }
            if let Some(request) = self.conversation.follow(&self.model) {
                self.carry(request);
                continue;
            }
            if let Err(error) = self.ask().await {
                tracing::error!(%error, "standard output or the terminal is gone");
                return Leave::Ended(Ending::HangUp);
            }
        }
    }

    /// Says what is left to be said.
    fn left(mut self, leave: Leave) -> Leave {
        let lines = self.conversation.parting();
        match output::say(&lines, None, self.model.options.charset) {
            Ok(()) => leave,
            Err(_) => Leave::Ended(Ending::HangUp),
        }
    }

    /// Waits until all has come that was asked for.
    async fn settle(&mut self) {
        while self.leave.is_none()
            && !(is_settled(&self.model) && self.signing.is_none() && self.messages.is_empty())
        {
            let wakening = self.wakening(Wait::ForAnswers).await;
            self.handle(wakening);
            self.tell_progress();
        }
    }

    /// How far a write of several calls is, whenever that has changed.
    fn tell_progress(&mut self) {
        let progress = self.model.progress();
        if progress != self.progress {
            let lines: Vec<String> = progress.iter().map(ToString::to_string).collect();
            self.progress = progress;
            // Whoever does not read is noticed at the next prompt.
            let _gone = output::say(&lines, None, self.model.options.charset);
        }
    }

    /// Says what is to be said, and takes a line.
    async fn ask(&mut self) -> io::Result<()> {
        let lines = self.conversation.speak(&self.model);
        let prompt = self.conversation.prompt(&self.model);
        // Before the question, since whoever has read it may already be typing.
        let unseen = Unseen::begin(prompt.typed)?;
        let end = if input::is_typed() {
            PromptEnd::Space
        } else {
            PromptEnd::Line
        };
        output::say(
            &lines,
            Some((&prompt.text, end)),
            self.model.options.charset,
        )?;
        if let Some(idle) = &mut self.idle {
            idle.busy();
            idle.idle();
        }
        loop {
            match self.wakening(Wait::ForLine).await {
                Wakening::Typed(typed) => {
                    drop(unseen);
                    self.heard(typed);
                    return Ok(());
                }
                Wakening::Interrupted => {
                    drop(unseen);
                    self.handle(Wakening::Interrupted);
                    return output::say(&[String::new()], None, self.model.options.charset);
                }
                other @ (Wakening::Ended(_) | Wakening::Message(_) | Wakening::Timer) => {
                    self.handle(other);
                }
            }
            if self.leave.is_some() {
                return Ok(());
            }
        }
    }

    fn heard(&mut self, typed: Typed) {
        match typed {
            Typed::Line(line) => {
                let request = self.conversation.hear(&self.model, &line);
                self.carry(request);
            }
            Typed::TooLong => self
                .conversation
                .note(Severity::Error, "that line is too long"),
            // Nobody is left to answer a question.
            Typed::End => self.update(Msg::Signal(message::Signal::Terminate)),
        }
    }

    fn carry(&mut self, request: Request) {
        match request {
            Request::Leave => self.update(Msg::Signal(message::Signal::Terminate)),
            Request::Press(keys) => {
                for press in keys {
                    let key = press.key(&self.model);
                    if let Some(key) = key.filter(|_| self.leave.is_none()) {
                        self.press(key);
                    }
                }
            }
        }
    }

    fn press(&mut self, key: Key) {
        if let Some(action) = dispatched(&self.model, key) {
            self.actions.record(action.name());
        }
        self.update(Msg::Input(InputEvent::Key(key)));
    }

    async fn wakening(&mut self, wait: Wait) -> Wakening {
        let timer = self.timer(wait);
        let signals = &mut self.signals;
        tokio::select! {
            biased;
            _ = signals.terminate.recv() => Wakening::Ended(Ending::Terminate),
            _ = signals.hang_up.recv() => Wakening::Ended(Ending::HangUp),
            _ = signals.quit.recv() => Wakening::Ended(Ending::Quit),
            _ = signals.interrupt.recv() => Wakening::Interrupted,
            Some(message) = self.messages.recv() => Wakening::Message(Box::new(message)),
            typed = self.lines.next(), if wait == Wait::ForLine => Wakening::Typed(typed),
            () = sleep(timer) => Wakening::Timer,
        }
    }

    /// How long until something is due by time alone.
    fn timer(&self, wait: Wait) -> Duration {
        let now = system::now();
        let longest = match wait {
            Wait::ForLine => LONGEST_WAIT,
            Wait::ForAnswers => UNSETTLED_WAIT,
        };
        let note_due = self.header_note.is_some().then_some(self.note_due);
        let due = [self.tick_due, note_due].into_iter().flatten().min();
        due.map_or(longest, |due| (due - now).to_std().unwrap_or_default())
            .min(longest)
    }

    fn handle(&mut self, wakening: Wakening) {
        match wakening {
            Wakening::Interrupted => {
                self.signing = None;
                self.press(Key::control('c'));
            }
            Wakening::Ended(ending) => self.leave = Some(Leave::Ended(ending)),
            Wakening::Message(message) => self.update(*message),
            Wakening::Typed(typed) => self.heard(typed),
            Wakening::Timer => self.timed(),
        }
    }

    fn timed(&mut self) {
        let now = system::now();
        if let Some(note) = self.header_note.as_ref().filter(|_| now >= self.note_due) {
            let message = header_note(note, now);
            self.note_due = next_code(now);
            self.update(message);
        } else {
            self.update(Msg::Tick);
        }
    }

    fn update(&mut self, message: Msg) {
        let message = without_keys(message);
        if let Msg::Replied(Reply::Session { generation, .. }) = &message
            && self.signing == Some(*generation)
        {
            self.signing = None;
        }
        let now = system::now();
        for effect in update(&mut self.model, now, message) {
            self.carry_out(effect);
        }
        self.tick_due = self.model.next_deadline(now);
    }

    fn carry_out(&mut self, effect: Effect) {
        match &effect {
            Effect::Log { severity, text } => self.conversation.note(*severity, text),
            Effect::Session { generation, .. } => self.signing = Some(*generation),
            Effect::Fetch { .. }
            | Effect::CancelRead(_)
            | Effect::Call { .. }
            | Effect::ReloadConfig
            | Effect::Enter(_)
            | Effect::Examine
            | Effect::NotePending(_)
            | Effect::ForgetPending(_)
            | Effect::KeepColumns { .. }
            | Effect::SaveWatermark(_)
            | Effect::Copy(_)
            | Effect::Edit(_)
            | Effect::SaveFile(_)
            | Effect::SaveSecret(_)
            | Effect::Listen
            | Effect::StopListening
            | Effect::StopPolling
            | Effect::Repaint
            | Effect::Suspend
            | Effect::Quit { .. } => {}
        }
        match self.errands.run(effect) {
            None => {}
            // There is no screen whose colors and frames could be told.
            Some(OfTerminal::Examine) => self.errands.tell(Msg::Examined(self.errands.files())),
            Some(OfTerminal::Enter(profile)) => self.enter(&profile),
            Some(OfTerminal::Copy(text)) => self.conversation.copy(&text),
            Some(OfTerminal::Edit(_)) => {
                let why = Line::new("there is no editor here; type it in one line");
                self.errands.tell(Msg::Edited(Err(why)));
            }
            Some(OfTerminal::Repaint) => self.conversation.forget(),
            Some(OfTerminal::Suspend) => self
                .errands
                .notice(Severity::Info, "Ctrl-Z suspends, where a shell waits"),
            Some(OfTerminal::Quit { message }) => self.leave = Some(Leave::Quit { message }),
        }
    }
}

/// Keys of one's own are for a screen: here they would unname those that the words stand for.
fn without_keys(message: Msg) -> Msg {
    match message {
        Msg::Reloaded(Ok(mut preferences)) => {
            preferences.user_keys = UserKeys::default();
            Msg::Reloaded(Ok(preferences))
        }
        other @ (Msg::Started
        | Msg::Input(_)
        | Msg::Tick
        | Msg::Replied(_)
        | Msg::Signal(_)
        | Msg::HeaderNote(_)
        | Msg::Notice(_)
        | Msg::Reloaded(Err(_))
        | Msg::Live(_)
        | Msg::Examined(_)
        | Msg::Edited(_)) => other,
    }
}
