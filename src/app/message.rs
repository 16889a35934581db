//! The messages that reach the model and the effects it asks for: the whole border between the pure
//! part of the console and the rest.
//!
//! `runtime` and `net` speak it. Nothing here knows HTTP, tasks, files, the clock or the terminal.

use std::fmt;

use chrono::{DateTime, Utc};
use quarterdeck_api::call::{AnyCall, AnyReply};
use quarterdeck_api::operation::Operation as _;
use quarterdeck_api::problem::Problem;
use quarterdeck_api::realtime::{Event, Farewell};
use quarterdeck_api::sessions::{
    ConfirmMfa, ConfirmMfaReply, ConfirmMfaRequest, DevicePending, DeviceSignIn, EnrollMfa,
    EnrollReply, FirstLogin, FirstLoginRequest, GateRequest, GateView, OidcRequest, PassGate,
    PollDevice, RecoveryCodes, RenewRecoveryCodes, Secret, SignIn, SignInByOidc, SignInReply,
    SignInRequest, SignOut, StartDevice, VerifyMfa, VerifyMfaRequest,
};
use quarterdeck_api::text::Line;

use super::cut_off::PendingWrite;
use super::download::Download;
use super::finding::Finding;
use super::input::InputEvent;
use super::list::RowId;
use super::preferences::Preferences;
use super::tab::Tab;

/// Everything that can happen to the model, in one ordered queue.
#[derive(Clone, Debug)]
pub enum Msg {
    /// The first message of a run: the model answers with its first requests.
    Started,
    /// A key, a paste, a burst, a resize.
    Input(InputEvent),
    /// Time has passed: sent when [`Model::next_deadline`](super::model::Model::next_deadline) is due.
    Tick,
    /// An answer to an effect.
    Replied(Reply),
    /// What a signal asks for.
    Signal(Signal),
    /// Text for the header, given by the runtime: in the demo, the current one-time code.
    HeaderNote(Line),
    /// What became of an effect that has no reply, to be said in a toast.
    Notice(Notice),
    /// The configuration was read again: what it says, or why it cannot be used.
    Reloaded(Result<Box<Preferences>, Line>),
    /// What was heard of the realtime connection.
    Live(LiveNews),
    /// What was found around the console.
    Examined(Vec<Finding>),
    /// The editor has ended: what it wrote, or why it wrote nothing.
    Edited(Result<String, Line>),
}

/// What is heard of the realtime connection.
#[derive(Clone, Debug)]
pub enum LiveNews {
    /// It tells this.
    Heard(Event),
    /// It is down, and is tried again.
    Down(Line),
    /// There will be none for this session.
    Off(Line),
    /// The server has ended the session.
    Over(Farewell),
    /// The session was found to be over when it was tried.
    SignedOut(Box<Problem>),
}

/// The signals that the model answers; the runtime keeps the others to itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// TERM: leave at once, without a question.
    Terminate,
    /// CONT after a stop: everything has to be drawn again.
    Continue,
}

/// A remark of the runtime: "copied by OSC 52", "no job control here".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// How it is shown.
    pub severity: Severity,
    /// What it says.
    pub text: Line,
}

/// How a toast is shown and how long it stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Good to know.
    Info,
    /// Done, and can be taken back.
    Undoable,
    /// Not what was meant.
    Warn,
    /// Failed; stays until a key.
    Error,
}

/// Where the answer to a read belongs. A new read of a slot replaces the one in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Slot {
    /// Rows of a tab.
    List(Tab),
    /// The row that a tab shows in full.
    Detail(Tab),
    /// Verification of the audit chain.
    Verify,
    /// Who the caller is.
    Me,
    /// Whether the gate is closed.
    Gate,
    /// The reasons that decisions take.
    Reasons,
    /// The saved filters.
    Filters,
    /// What a decision needs of all rows of a tab that match.
    All(Tab),
    /// What the operator did.
    Journal,
    /// How the server is, as somebody who asks finds it.
    Doctor,
    /// The same, as it says itself.
    Health,
    /// What became of writes of earlier runs.
    Fate,
    /// Who is at work on rows of a tab.
    Holders(Tab),
}

/// Tells the newest request of a slot from older ones, whose replies are dropped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Generation(pub u64);

impl Generation {
    /// The generation after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// Names one write of this run; a retry keeps it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ActionId(pub u64);

impl fmt::Display for ActionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// What the model asks the rest of the program to do, in this order.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Read; a read of the same slot that is still in flight is aborted. Answered by [`Reply::Read`].
    Fetch {
        /// Where the answer belongs.
        slot: Slot,
        /// Goes back with the answer.
        generation: Generation,
        /// What to read.
        query: AnyCall,
    },
    /// Abort the read of a slot; nothing answers.
    CancelRead(Slot),
    /// Note that a write is about to be sent.
    NotePending(PendingWrite),
    /// Note that writes were answered, by their keys.
    ForgetPending(Vec<String>),
    /// Write; never aborted, never retried by itself. Answered by [`Reply::Write`].
    Call {
        /// Goes back with the answer.
        action_id: ActionId,
        /// The same for every attempt at the same write.
        idempotency_key: String,
        /// The one-time code that goes with this attempt.
        otp: Option<Secret>,
        /// What to write.
        call: AnyCall,
        /// What it touches.
        touches: Touched,
    },
    /// A step of sign-in. Answered by [`Reply::Session`].
    Session {
        /// Goes back with the answer.
        generation: Generation,
        /// Which step.
        call: SessionCall,
    },
    /// Read the configuration again. Answered by [`Msg::Reloaded`].
    ReloadConfig,
    /// Go on with the server of a profile; a [`Msg::Notice`] says why not.
    Enter(String),
    /// Look around: the terminal, the files. Answered by [`Msg::Examined`].
    Examine,
    /// Remember how far this console has seen the audit log.
    SaveWatermark(SeenHead),
    /// Put text on the clipboard; a [`Msg::Notice`] says by which way.
    Copy(String),
    /// Let the operator's editor have the terminal and this text. Answered by [`Msg::Edited`].
    Edit(String),
    /// Remember which columns a tab shows.
    KeepColumns {
        /// Whose.
        tab: Tab,
        /// By their names, in their order; none for all as they are declared.
        columns: Option<Vec<String>>,
    },
    /// Save a file for the operator; a [`Msg::Notice`] says where, or why not.
    SaveFile(Download),
    /// The same for what is secret: under this name, or not at all.
    SaveSecret(Download),
    /// Write a line to the log file.
    Log {
        /// Its level.
        severity: Severity,
        /// Its text.
        text: String,
    },
    /// Open the realtime connection and keep it; answered by [`Msg::Live`].
    Listen,
    /// Close it.
    StopListening,
    /// Ask no more whether the browser's part of a sign-in is done.
    StopPolling,
    /// Draw everything again, from a cleared screen.
    Repaint,
    /// Stop the process until it is continued.
    Suspend,
    /// Leave.
    Quit {
        /// Printed after the terminal is restored.
        message: Option<String>,
    },
}

/// What a write touches: those that touch the same thing go out one after another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touched {
    /// Whose rows.
    pub tab: Tab,
    /// Which rows; none where it is the resource as a whole.
    pub ids: Vec<RowId>,
}

/// A step of sign-in. Tokens stay in `net`: the model learns that there is a session, not its secret.
#[derive(Clone, Debug)]
pub enum SessionCall {
    /// `sessions.pass_gate`
    PassGate(GateRequest),
    /// `sessions.sign_in`
    SignIn(SignInRequest),
    /// `sessions.verify_mfa`
    VerifyMfa(VerifyMfaRequest),
    /// `sessions.oidc`
    SignInByOidc(OidcRequest),
    /// `sessions.start_device`
    StartDevice,
    /// `sessions.poll_device`, after so many seconds
    PollDevice {
        /// Names the sign-in.
        device: Secret,
        /// Seconds to wait first.
        after: u32,
    },
    /// `sessions.first_login`
    FirstLogin(FirstLoginRequest),
    /// `sessions.enroll_mfa`
    EnrollMfa,
    /// `sessions.confirm_mfa`
    ConfirmMfa(ConfirmMfaRequest),
    /// `sessions.renew_recovery_codes`, with a one-time code
    RenewCodes(Secret),
    /// `sessions.sign_out`
    SignOut,
}

impl SessionCall {
    /// The operation.
    pub const fn operation(&self) -> &'static str {
        match self {
            Self::PassGate(_) => PassGate::SPEC.id,
            Self::SignIn(_) => SignIn::SPEC.id,
            Self::VerifyMfa(_) => VerifyMfa::SPEC.id,
            Self::SignInByOidc(_) => SignInByOidc::SPEC.id,
            Self::StartDevice => StartDevice::SPEC.id,
            Self::PollDevice { .. } => PollDevice::SPEC.id,
            Self::FirstLogin(_) => FirstLogin::SPEC.id,
            Self::EnrollMfa => EnrollMfa::SPEC.id,
            Self::ConfirmMfa(_) => ConfirmMfa::SPEC.id,
            Self::RenewCodes(_) => RenewRecoveryCodes::SPEC.id,
            Self::SignOut => SignOut::SPEC.id,
        }
    }
}

/// The answer to a [`SessionCall`].
#[derive(Clone, Debug)]
pub enum SessionReply {
    /// The gate is open.
    GatePassed(GateView),
    /// The first step is done.
    Challenged(SignInReply),
    /// The sign-in goes on in a browser.
    DeviceStarted(DeviceSignIn),
    /// There it is not done yet.
    DevicePending(DevicePending),
    /// There is a session; it may be one that can only enroll.
    Opened,
    /// A second factor to set up.
    Enrolling(EnrollReply),
    /// The second factor is on.
    Enrolled(ConfirmMfaReply),
    /// There are new recovery codes.
    CodesRenewed(RecoveryCodes),
    /// The session is over.
    SignedOut,
}

/// An answer to an effect.
#[derive(Clone, Debug)]
pub enum Reply {
    /// To [`Effect::Fetch`].
    Read {
        /// From the effect.
        slot: Slot,
        /// From the effect.
        generation: Generation,
        /// What came.
        result: Result<AnyReply, Failed>,
    },
    /// To [`Effect::Call`].
    Write {
        /// From the effect.
        action_id: ActionId,
        /// What came.
        result: Result<AnyReply, Failed>,
    },
    /// To [`Effect::Session`].
    Session {
        /// From the effect.
        generation: Generation,
        /// What came.
        result: Result<SessionReply, Failed>,
    },
}

/// A call that failed, and how to find it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    /// Why.
    pub why: Failure,
    /// The trace that the console began: in its own log, in the server's, in any tool between them.
    pub trace_id: Line,
}

/// Why a call failed, as far as an operator acts differently on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The server refused and said why.
    Problem(Box<Problem>),
    /// The session is over: the credential was refused, and so was the one attempt to renew it.
    SignedOut(Box<Problem>),
    /// No connection was made, so nothing was sent.
    Unreachable(Line),
    /// The connection broke after the request was sent: a write may have happened.
    Lost(Line),
    /// No answer in time: a write may have happened.
    Timeout,
    /// The answer was not what the contract says: a write may have happened.
    Undecodable(Line),
}

impl Failure {
    /// Whether a write that failed so may have happened all the same.
    pub const fn is_outcome_unknown(&self) -> bool {
        match self {
            Self::Lost(_) | Self::Timeout | Self::Undecodable(_) => true,
            Self::Problem(_) | Self::SignedOut(_) | Self::Unreachable(_) => false,
        }
    }

    /// The server's id of the request, if it answered one that can be read.
    pub const fn request_id(&self) -> Option<&Line> {
        match self {
            Self::Problem(problem) | Self::SignedOut(problem) => Some(&problem.request_id),
            Self::Unreachable(_) | Self::Lost(_) | Self::Timeout | Self::Undecodable(_) => None,
        }
    }

    /// Whether the server could not be reached or did not answer.
    pub const fn is_offline(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::Lost(_) | Self::Timeout => true,
            Self::Problem(_) | Self::SignedOut(_) | Self::Undecodable(_) => false,
        }
    }
}

/// The last row of the audit log that this console has seen, held against the log when it is verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenHead {
    /// Its place.
    pub seq: i64,
    /// Its link, hexadecimal.
    pub hash: Line,
    /// When this console saw it.
    pub seen_at: DateTime<Utc>,
}
