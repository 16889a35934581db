//! Calling an operation, and the calls that open, renew and close a session.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use quarterdeck_api::call::{AnyCall, AnyReply, EncodeError, Encoded};
use quarterdeck_api::headers;
use quarterdeck_api::operation::{Nothing, Operation, Spec};
use quarterdeck_api::problem::{Code, Problem};
use quarterdeck_api::sessions::{
    DevicePending, DevicePollRequest, DeviceSignIn, FirstLogin, FirstLoginRequest, GateRequest,
    GateView, OidcReply, OidcRequest, PassGate, PollDevice, Refresh, RefreshRequest, Secret,
    SessionTokens, SignIn, SignInByOidc, SignInReply, SignInRequest, SignOut, StartDevice,
    VerifyMfa, VerifyMfaRequest,
};
use reqwest::header::AUTHORIZATION;

use crate::call_id::{CallId, RandomBytes};
use crate::error::CallError;
use crate::keeper::{KeeperTurn, SessionKeeper};
use crate::options::{ClientOptions, OptionsError, ServerUrl, http_client};
use crate::request::{CallOptions, JSON, Prepared, secret_value};
use crate::response::{Answer, Success};
use crate::session::{Next, RenewalWatch, Session, ends_session};

/// A client of one server with one session. Clones share both.
#[derive(Clone)]
pub struct Client {
    pub(crate) shared: Arc<Shared>,
    /// What calls are named that name themselves nothing.
    id: Option<CallId>,
}

pub(crate) struct Shared {
    http: reqwest::Client,
    server: ServerUrl,
    pub(crate) random: RandomBytes,
    pub(crate) session: Session,
    deadline: Option<Duration>,
}

/// What a step of a sign-in by the OpenID provider came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OidcStep {
    /// There is a session.
    Opened,
    /// The account's own second factor is asked for.
    Challenged(SignInReply),
    /// Not yet.
    Pending(DevicePending),
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("server", &self.shared.server)
            .finish_non_exhaustive()
    }
}

impl Client {
    /// A client without a session.
    pub fn new(options: ClientOptions) -> Result<Self, OptionsError> {
        let http = http_client(&options)?;
        let ClientOptions {
            server,
            random,
            timeouts,
            trust: _,
        } = options;
        Ok(Self {
            shared: Arc::new(Shared {
                http,
                server,
                random,
                session: Session::default(),
                deadline: timeouts.total,
            }),
            id: None,
        })
    }

    /// Calls an operation.
    ///
    /// An expired session is renewed once and the call replayed once. A read is tried again once where
    /// the connection failed; a write never is.
    pub async fn call<Op: Operation>(
        &self,
        path: Op::Path,
        query: Op::Query,
        body: Op::Body,
        options: CallOptions,
    ) -> Result<Success<Op::Reply>, CallError> {
        let arguments = Encoded::of::<Op>(&path, &query, &body);
        let request = self.prepare(&Op::SPEC, arguments, options)?;
        self.exchange(&request).await?.decode::<Op>()
    }

    /// Calls an operation whose types the caller does not know. Everything else is as with
    /// [`call`](Self::call).
    pub async fn call_any(
        &self,
        call: &AnyCall,
        options: CallOptions,
    ) -> Result<Success<AnyReply>, CallError> {
        let request = self.prepare(call.spec(), call.encode(), options)?;
        let answer = self.exchange(&request).await?;
        answer.decode_with(call.spec(), |json| call.decode(json))
    }

    /// A fresh id, for a caller that logs a call before it makes it.
    pub fn new_id(&self) -> CallId {
        CallId::new((self.shared.random)())
    }

    /// The same client, whose calls bear this id unless their options name another: for a caller that
    /// logs the steps of sign-in, which take no options.
    #[must_use]
    pub fn bearing(&self, id: CallId) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            id: Some(id),
        }
    }

    /// Whether there is a session to call with.
    pub fn has_session(&self) -> bool {
        self.shared.session.access().is_some()
    }

    /// Takes over a session that was opened elsewhere.
    pub fn resume(&self, tokens: SessionTokens) {
        self.shared.session.keep(tokens);
    }

    /// Takes over a session that is kept elsewhere and shared with other processes.
    pub fn resume_kept(&self, tokens: SessionTokens, keeper: Arc<dyn SessionKeeper>) {
        self.shared.session.share(tokens, keeper);
    }

    /// Has the session kept from now on.
    ///
    /// # Errors
    /// It cannot be kept, or there is none that could be renewed.
    pub async fn keep_with(&self, keeper: Arc<dyn SessionKeeper>) -> io::Result<()> {
        let tokens = self.shared.session.tokens();
        let tokens = tokens.ok_or_else(|| io::Error::other("there is no session to keep"))?;
        turn(&keeper).await?.keep(&tokens)?;
        self.shared.session.share(tokens, keeper);
        Ok(())
    }

    /// Takes over an access token alone; the session ends when it expires.
    pub fn resume_with_token(&self, access: Secret) {
        self.shared.session.keep_access(access);
    }

    /// Passes the gate in front of sign-in.
    pub async fn pass_gate(&self, request: GateRequest) -> Result<GateView, CallError> {
        let gate = self.session_call::<PassGate>(request).await?;
        self.shared.session.keep_gate(gate.token.clone());
        Ok(gate)
    }

    /// First step of sign-in.
    pub async fn sign_in(&self, request: SignInRequest) -> Result<SignInReply, CallError> {
        self.session_call::<SignIn>(request).await
    }

    /// Second step of sign-in: opens the session.
    pub async fn verify_mfa(&self, request: VerifyMfaRequest) -> Result<(), CallError> {
        let tokens = self.session_call::<VerifyMfa>(request).await?;
        self.resume(tokens);
        Ok(())
    }

    /// Signs in with an ID token of the OpenID provider.
    pub async fn sign_in_by_oidc(&self, request: OidcRequest) -> Result<OidcStep, CallError> {
        let reply = self.session_call::<SignInByOidc>(request).await?;
        Ok(self.take(reply))
    }

    /// Begins a sign-in that is completed in a browser.
    pub async fn start_device(&self) -> Result<DeviceSignIn, CallError> {
        self.session_call::<StartDevice>(Nothing {}).await
    }

    /// Asks whether the browser's part is done.
    pub async fn poll_device(&self, request: DevicePollRequest) -> Result<OidcStep, CallError> {
        let reply = self.session_call::<PollDevice>(request).await?;
        Ok(self.take(reply))
    }

    fn take(&self, reply: OidcReply) -> OidcStep {
        match reply {
            OidcReply::Opened(tokens) => {
                self.resume(tokens);
                OidcStep::Opened
            }
            OidcReply::Challenged(challenge) => OidcStep::Challenged(challenge),
            OidcReply::Pending(pending) => OidcStep::Pending(pending),
        }
    }

    /// Sets the first password and opens a session that can only enroll.
    pub async fn first_login(&self, request: FirstLoginRequest) -> Result<(), CallError> {
        let tokens = self.session_call::<FirstLogin>(request).await?;
        self.resume(tokens);
        Ok(())
    }

    /// Renews the session now, or joins a renewal that is under way.
    pub async fn refresh(&self) -> Result<(), CallError> {
        match self.shared.session.access() {
            Some(access) => self
                .renew(&access)
                .await
                .unwrap_or_else(|| Err(nothing_to_renew())),
            None => Err(nothing_to_renew()),
        }
    }

    /// Ends the session, here only once the server agreed that it is over.
    pub async fn sign_out(&self) -> Result<(), CallError> {
        match self.session_call::<SignOut>(Nothing {}).await {
            Ok(Nothing {}) | Err(CallError::SessionEnded(_)) => {
                if let Some(keeper) = self.shared.session.keeper() {
                    // Tokens that are left behind are good for nothing any more.
                    let _left = turn(&keeper).await.and_then(|mut turn| turn.forget());
                }
                self.shared.session.forget();
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    async fn session_call<Op>(&self, body: Op::Body) -> Result<Op::Reply, CallError>
    where
        Op: Operation<Path = (), Query = Nothing>,
    {
        let success = self
            .call::<Op>((), Nothing {}, body, CallOptions::default())
            .await?;
        Ok(success.reply)
    }

    pub(crate) fn prepare(
        &self,
        spec: &Spec,
        arguments: Result<Encoded, EncodeError>,
        options: CallOptions,
    ) -> Result<Prepared, CallError> {
        let arguments = arguments.map_err(|error| CallError::not_sent(&error.to_string()))?;
        let id = options.id.or(self.id).unwrap_or_else(|| self.new_id());
        Prepared::new(self.shared.server.url(), spec, arguments, options, id)
    }

    /// Sends, renews the session where it has expired, and sends again.
    async fn exchange(&self, request: &Prepared) -> Result<Answer, CallError> {
        let access = self
            .shared
            .session
            .access()
            .filter(|_| request.takes_session);
        let answer = self.send(request, access.as_ref()).await?;
        let Some(refusal) = refused_session(request, &answer) else {
            return Ok(answer);
        };
        let (Some(access), true) = (&access, is_renewable(&refusal)) else {
            return Err(refused(refusal, access.as_ref()));
        };
        match self.renew(access).await {
            Some(Ok(())) => {}
            None => return Err(CallError::SessionEnded(refusal)),
            Some(Err(error)) => return Err(failed_renewal(error)),
        }
        let renewed = self.shared.session.access();
        let answer = self.send(request, renewed.as_ref()).await?;
        match refused_session(request, &answer) {
            Some(refusal) => Err(refused(refusal, renewed.as_ref())),
            None => Ok(answer),
        }
    }

    async fn send(&self, request: &Prepared, access: Option<&Secret>) -> Result<Answer, CallError> {
        match self.send_once(request, access).await {
            Err(error) if error.is_connection() && request.is_repeatable() => {
                self.send_once(request, access).await
            }
            answer => answer,
        }
    }

    async fn send_once(
        &self,
        request: &Prepared,
        access: Option<&Secret>,
    ) -> Result<Answer, CallError> {
        let response = self
            .builder(request, access)?
            .send()
            .await
            .map_err(|error| CallError::of_network(&error))?;
        Answer::read(response).await
    }

    pub(crate) fn builder(
        &self,
        request: &Prepared,
        access: Option<&Secret>,
    ) -> Result<reqwest::RequestBuilder, CallError> {
        let mut builder = self
            .shared
            .http
            .request(request.method.clone(), request.url.clone())
            .timeout(self.shared.deadline.unwrap_or(request.deadline))
            .headers(request.headers.clone());
        if let Some(access) = access {
            builder = builder.header(
                AUTHORIZATION,
                secret_value(&format!("Bearer {}", access.expose()))?,
            );
        }
        if let Some(gate) = self
            .shared
            .session
            .gate()
            .filter(|_| !request.takes_session)
        {
            builder = builder.header(headers::GATE_TOKEN, secret_value(gate.expose())?);
        }
        if let Some(body) = &request.body {
            builder = builder.header(JSON.0, JSON.1).body(body.clone());
        }
        Ok(builder)
    }

    /// Renews the session that `refused` belongs to, or joins whoever does; `None` where there is
    /// nothing to renew it with.
    pub(crate) async fn renew(&self, refused: &Secret) -> Option<Result<(), CallError>> {
        let outcome = match self.shared.session.after_refusal(refused) {
            Next::Replay => return Some(Ok(())),
            Next::GiveUp => return None,
            Next::Wait(outcome) => outcome,
            Next::Renew {
                refresh,
                report,
                outcome,
            } => {
                let (client, refused) = (self.clone(), refused.clone());
                // In a task of its own: a caller that is aborted half-way must not lose the new tokens,
                // since the old refresh token is spent and to use it twice ends the session.
                tokio::spawn(async move {
                    let tokens = client.new_tokens(&refused, refresh.clone()).await;
                    report.send_replace(Some(client.shared.session.end_renewal(&refresh, tokens)));
                });
                outcome
            }
        };
        Some(told(outcome).await)
    }

    /// Tokens in place of those that were refused: where the session is shared, those that somebody
    /// else has renewed it to, or new ones for all.
    async fn new_tokens(
        &self,
        refused: &Secret,
        refresh: Secret,
    ) -> Result<SessionTokens, CallError> {
        let Some(keeper) = self.shared.session.keeper() else {
            return self.call_refresh(refresh).await;
        };
        let unkept =
            |error: io::Error| CallError::not_sent(&format!("the stored session: {error}"));
        let mut turn = turn(&keeper).await.map_err(unkept)?;
        let Some(kept) = turn.kept().map_err(unkept)? else {
            return self.call_refresh(refresh).await;
        };
        if kept.access_token != *refused {
            return Ok(kept);
        }
        let tokens = self.call_refresh(kept.refresh_token).await;
        let written = match &tokens {
            Ok(tokens) => turn.keep(tokens),
            Err(CallError::Problem(problem)) if ends_session(problem) => turn.forget(),
            Err(_) => Ok(()),
        };
        if written.is_err() {
            // What is kept is spent: better none than one whose use looks like theft.
            let _stuck = turn.forget();
        }
        tokens
    }

    async fn call_refresh(&self, refresh: Secret) -> Result<SessionTokens, CallError> {
        let body = RefreshRequest {
            refresh_token: Some(refresh),
        };
        let arguments = Encoded::of::<Refresh>(&(), &Nothing {}, &body);
        let options = CallOptions {
            id: Some(self.new_id()),
            ..CallOptions::default()
        };
        let request = self.prepare(&Refresh::SPEC, arguments, options)?;
        Ok(self
            .send_once(&request, None)
            .await?
            .decode::<Refresh>()?
            .reply)
    }
}

async fn told(mut outcome: RenewalWatch) -> Result<(), CallError> {
    let told = outcome
        .wait_for(Option::is_some)
        .await
        .ok()
        .and_then(|told| told.clone());
    told.unwrap_or_else(|| {
        Err(CallError::not_sent(
            "the renewal of the session was interrupted",
        ))
    })
}

/// The refusal of the credential itself, as opposed to that of a password or a code.
fn refused_session(request: &Prepared, answer: &Answer) -> Option<Box<Problem>> {
    let refusal = answer
        .problem()
        .filter(|_| request.takes_session && answer.is_unauthorized())?;
    let of_session = [
        Code::TokenExpired,
        Code::TokenInvalid,
        Code::SessionRevoked,
        Code::MissingAuthorization,
    ];
    of_session
        .iter()
        .any(|code| refusal.code.is(*code))
        .then_some(refusal)
}

/// What a refused credential means. One that was sent and is missing to the server was taken out on
/// the way, which says nothing of the session (S000-09).
fn refused(refusal: Box<Problem>, sent: Option<&Secret>) -> CallError {
    if sent.is_some() && refusal.code.is(Code::MissingAuthorization) {
        CallError::Problem(refusal)
    } else {
        CallError::SessionEnded(refusal)
    }
}

/// An expired token that the server has purged is an unknown one to it. A revoked session is not
/// brought back by renewing it.
fn is_renewable(refusal: &Problem) -> bool {
    refusal.code.is(Code::TokenExpired) || refusal.code.is(Code::TokenInvalid)
}

/// The call that needed the renewal was refused, so whatever happened to the renewal, it did not
/// happen.
pub(crate) fn failed_renewal(error: CallError) -> CallError {
    match error {
        CallError::Problem(problem) | CallError::SessionEnded(problem)
            if ends_session(&problem) =>
        {
            CallError::SessionEnded(problem)
        }
        other => CallError::not_sent(&format!("the session could not be renewed: {other}")),
    }
}

fn nothing_to_renew() -> CallError {
    CallError::not_sent("there is no session to renew")
}

/// Waits for a turn, off the thread that drives everything else.
async fn turn(keeper: &Arc<dyn SessionKeeper>) -> io::Result<Box<dyn KeeperTurn>> {
    let keeper = Arc::clone(keeper);
    tokio::task::spawn_blocking(move || keeper.turn())
        .await
        .map_err(io::Error::other)?
}
