//! The session that all calls of a client share: tokens in memory, renewed by one caller for all.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use quarterdeck_api::problem::{Class, Problem};
use quarterdeck_api::sessions::{Secret, SessionTokens};
use tokio::sync::watch;

use crate::error::CallError;
use crate::keeper::SessionKeeper;

/// What became of a renewal.
pub(crate) type Renewal = Result<(), CallError>;
/// Tells everybody who waits for a renewal what became of it; `None` until it is known.
pub(crate) type RenewalWatch = watch::Receiver<Option<Renewal>>;

#[derive(Default)]
pub(crate) struct Session(Mutex<State>);

#[derive(Default)]
struct State {
    credential: Option<Credential>,
    keeper: Option<Arc<dyn SessionKeeper>>,
    gate: Option<Secret>,
    renewal: Option<RenewalWatch>,
}

enum Credential {
    /// Such a session ends with its token.
    Token(Secret),
    Session(Box<SessionTokens>),
}

impl Credential {
    fn access(&self) -> &Secret {
        match self {
            Self::Token(access) => access,
            Self::Session(tokens) => &tokens.access_token,
        }
    }

    fn refresh(&self) -> Option<&Secret> {
        match self {
            Self::Token(_) => None,
            Self::Session(tokens) => Some(&tokens.refresh_token),
        }
    }
}

/// Whether a refusal to renew is about the session, and not about the moment.
pub(crate) const fn ends_session(refusal: &Problem) -> bool {
    matches!(
        Class::of(refusal.status),
        Class::Unauthenticated | Class::Forbidden
    )
}

/// What a caller whose token was refused does next.
pub(crate) enum Next {
    /// Replay: somebody has renewed the session since.
    Replay,
    /// There is nothing to renew it with.
    GiveUp,
    /// Somebody is at it: wait for the outcome.
    Wait(RenewalWatch),
    /// Renew it with this token, and tell the others.
    Renew {
        refresh: Secret,
        report: watch::Sender<Option<Renewal>>,
        outcome: RenewalWatch,
    },
}

impl Session {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn access(&self) -> Option<Secret> {
        self.state()
            .credential
            .as_ref()
            .map(|credential| credential.access().clone())
    }

    pub(crate) fn gate(&self) -> Option<Secret> {
        self.state().gate.clone()
    }

    pub(crate) fn keep_gate(&self, token: Option<Secret>) {
        self.state().gate = token;
    }

    /// A session of this process alone.
    pub(crate) fn keep(&self, tokens: SessionTokens) {
        let mut state = self.state();
        state.credential = Some(tokens.into());
        state.keeper = None;
    }

    /// A session that is kept elsewhere as well.
    pub(crate) fn share(&self, tokens: SessionTokens, keeper: Arc<dyn SessionKeeper>) {
        let mut state = self.state();
        state.credential = Some(tokens.into());
        state.keeper = Some(keeper);
    }

    pub(crate) fn keep_access(&self, access: Secret) {
        let mut state = self.state();
        state.credential = Some(Credential::Token(access));
        state.keeper = None;
    }

    pub(crate) fn forget(&self) {
        let mut state = self.state();
        state.credential = None;
        state.keeper = None;
    }

    pub(crate) fn tokens(&self) -> Option<SessionTokens> {
        match self.state().credential.as_ref()? {
            Credential::Token(_) => None,
            Credential::Session(tokens) => Some(SessionTokens::clone(tokens)),
        }
    }

    pub(crate) fn keeper(&self) -> Option<Arc<dyn SessionKeeper>> {
        self.state().keeper.clone()
    }

    /// Decides who renews. `refused` is the token that the caller was refused with.
    pub(crate) fn after_refusal(&self, refused: &Secret) -> Next {
        let mut state = self.state();
        if let Some(outcome) = &state.renewal {
            return Next::Wait(outcome.clone());
        }
        let Some(credential) = &state.credential else {
            return Next::GiveUp;
        };
        if *credential.access() != *refused {
            return Next::Replay;
        }
        let Some(refresh) = credential.refresh().cloned() else {
            return Next::GiveUp;
        };
        let (report, outcome) = watch::channel(None);
        state.renewal = Some(outcome.clone());
        Next::Renew {
            refresh,
            report,
            outcome,
        }
    }

    /// Ends a renewal: the new tokens are there before anybody hears of them.
    pub(crate) fn end_renewal(
        &self,
        spent: &Secret,
        tokens: Result<SessionTokens, CallError>,
    ) -> Renewal {
        let mut state = self.state();
        state.renewal = None;
        // Signed out, or in as somebody else, in the meantime: these tokens are nobody's.
        let is_current = state
            .credential
            .as_ref()
            .is_some_and(|credential| credential.refresh() == Some(spent));
        match tokens {
            Ok(tokens) if is_current => state.credential = Some(tokens.into()),
            // A refused refresh token stays refused, and to send it again looks like theft.
            Err(CallError::Problem(problem)) if ends_session(&problem) => {
                state.credential.take_if(|_| is_current);
                return Err(CallError::Problem(problem));
            }
            Ok(_) => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

impl From<SessionTokens> for Credential {
    fn from(tokens: SessionTokens) -> Self {
        Self::Session(Box::new(tokens))
    }
}
