//! The realtime connection: opened by the same HTTP client as every call, so that it believes the same
//! certificates and goes nowhere else, and read frame by frame.

use std::fmt;

use futures_util::{SinkExt, StreamExt};
use quarterdeck_api::call::Encoded;
use quarterdeck_api::operation::{Nothing, Operation as _};
use quarterdeck_api::problem::Code;
use quarterdeck_api::realtime::{
    Connect, ConnectQuery, Farewell, Frame, MAX_FRAME_BYTES, PROTOCOL, TOKEN_PREFIX,
};
use quarterdeck_api::sessions::Secret;
use quarterdeck_api::text::Line;
use reqwest::header::{
    CONNECTION, HeaderMap, HeaderValue, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY,
    SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use reqwest::{StatusCode, Upgraded};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::{Error as SocketError, ProtocolError};
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};

use crate::client::{Client, failed_renewal};
use crate::error::CallError;
use crate::request::{CallOptions, secret_value};
use crate::response::Answer;

/// Why a realtime connection is over.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LiveEnd {
    /// The server has said why.
    #[error("the server ended it: {0}")]
    Farewell(Farewell),
    /// It broke off.
    #[error("the connection broke off: {0}")]
    Lost(Line),
    /// What came is not what the contract says.
    #[error("the server said what is not understood: {0}")]
    Unreadable(Line),
}

/// A realtime connection. It answers pings by itself while it is read.
pub struct Live {
    socket: WebSocketStream<Upgraded>,
}

impl fmt::Debug for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Live").finish_non_exhaustive()
    }
}

impl Live {
    /// The next frame, or a mere sign of life.
    ///
    /// # Errors
    /// Why there is none any more.
    pub async fn next(&mut self) -> Result<Option<Frame>, LiveEnd> {
        let Some(message) = self.socket.next().await else {
            return Err(LiveEnd::Lost(Line::new("without a goodbye")));
        };
        match message.map_err(|error| ended(&error))? {
            Message::Text(text) => frame(&text).map(Some),
            Message::Close(close) => {
                let code = close.map(|close| u16::from(close.code));
                Err(closed(code))
            }
            Message::Ping(_) | Message::Pong(_) => Ok(None),
            Message::Binary(_) | Message::Frame(_) => {
                Err(LiveEnd::Unreadable(Line::new("bytes instead of text")))
            }
        }
    }

    /// Closes it.
    pub async fn close(mut self) {
        // Whoever is not there any more need not be told.
        let _ = self.socket.send(Message::Close(None)).await;
    }

    /// Takes over an answer that opens it.
    async fn upgrade(response: reqwest::Response, key: &str) -> Result<Self, CallError> {
        check(response.headers(), key)?;
        let upgraded = response
            .upgrade()
            .await
            .map_err(|error| CallError::of_network(&error))?;
        let limits = WebSocketConfig::default()
            .max_message_size(Some(MAX_FRAME_BYTES))
            .max_frame_size(Some(MAX_FRAME_BYTES))
            .read_buffer_size(16 * 1024);
        let socket = WebSocketStream::from_raw_socket(upgraded, Role::Client, Some(limits)).await;
        Ok(Self { socket })
    }
}

impl Client {
    /// Opens the realtime connection, after a row of the audit log where it is resumed. A session that has
    /// expired is renewed first.
    ///
    /// # Errors
    /// [`CallError::SessionEnded`] also where the session has no token for it: that of an access token alone.
    pub async fn connect_live(&self, after: Option<i64>) -> Result<Live, CallError> {
        let tried = self.live_once(after).await;
        let stale = tried.as_ref().err().filter(|error| is_stale(error));
        let (Some(_), Some(access)) = (stale, self.shared.session.access()) else {
            return tried.map_err(over);
        };
        match self.renew(&access).await {
            Some(Ok(())) => self.live_once(after).await.map_err(over),
            Some(Err(error)) => Err(failed_renewal(error)),
            None => tried.map_err(over),
        }
    }

    /// A random number, for [`quarterdeck_api::backoff::Backoff::next_pause`].
    pub fn random(&self) -> u64 {
        let bytes = (self.shared.random)().into_iter().take(size_of::<u64>());
        bytes.fold(0, |number, byte| number << 8 | u64::from(byte))
    }

    /// Whether the session has a token for the realtime connection.
    pub fn may_be_live(&self) -> bool {
        self.shared.session.tokens().is_some()
    }

    async fn live_once(&self, after: Option<i64>) -> Result<Live, CallError> {
        let tokens = self.shared.session.tokens();
        let tokens =
            tokens.ok_or_else(|| CallError::not_sent("there is no session to be live with"))?;
        let handshake = Handshake::new(&tokens.socket_token, after)?;
        let arguments = Encoded::of::<Connect>(&(), &handshake.query, &Nothing {});
        let mut request = self.prepare(&Connect::SPEC, arguments, CallOptions::default())?;
        request.headers.extend(handshake.headers);
        let response = self.builder(&request, None)?.send().await;
        let response = response.map_err(|error| CallError::of_network(&error))?;
        if response.status() == StatusCode::SWITCHING_PROTOCOLS {
            return Live::upgrade(response, &handshake.key).await;
        }
        let answer = Answer::read(response).await?;
        Err(answer.refusal())
    }
}

/// A session that the server calls revoked is not brought back by renewing it.
fn over(error: CallError) -> CallError {
    match error {
        CallError::Problem(problem) if problem.code.is(Code::SessionRevoked) => {
            CallError::SessionEnded(problem)
        }
        other => other,
    }
}

fn frame(text: &Utf8Bytes) -> Result<Frame, LiveEnd> {
    serde_json::from_str(text).map_err(|error| LiveEnd::Unreadable(Line::new(&error.to_string())))
}

fn ended(error: &SocketError) -> LiveEnd {
    match error {
        SocketError::ConnectionClosed
        | SocketError::AlreadyClosed
        | SocketError::Io(_)
        | SocketError::Protocol(ProtocolError::ResetWithoutClosingHandshake) => {
            LiveEnd::Lost(Line::new(&error.to_string()))
        }
        other => LiveEnd::Unreadable(Line::new(&other.to_string())),
    }
}

fn closed(code: Option<u16>) -> LiveEnd {
    match code.and_then(Farewell::of_close_code) {
        Some(farewell) => LiveEnd::Farewell(farewell),
        None => LiveEnd::Lost(Line::new("closed by the server")),
    }
}

/// What a handshake asks. Holds secrets, so it has no `Debug`.
struct Handshake {
    key: String,
    query: ConnectQuery,
    headers: HeaderMap,
}

impl Handshake {
    /// The handshake of a session's socket token; the token never stands in the address.
    fn new(token: &Secret, after: Option<i64>) -> Result<Self, CallError> {
        let key = generate_key();
        let mut headers = HeaderMap::new();
        headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
        headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
        headers.insert(SEC_WEBSOCKET_KEY, secret_value(&key)?);
        let offered = format!("{PROTOCOL}, {TOKEN_PREFIX}{}", token.expose());
        headers.insert(SEC_WEBSOCKET_PROTOCOL, secret_value(&offered)?);
        Ok(Self {
            key,
            query: ConnectQuery { after },
            headers,
        })
    }
}

/// Whether an answer opens the connection that was asked for: a server that knows the protocol, and the
/// answer to this very request.
fn check(headers: &HeaderMap, key: &str) -> Result<(), CallError> {
    let has = |name, value: &str| {
        headers
            .get(name)
            .and_then(|found: &HeaderValue| found.to_str().ok())
            .is_some_and(|found| found.eq_ignore_ascii_case(value))
    };
    let is_ours = has(SEC_WEBSOCKET_ACCEPT, &derive_accept_key(key.as_bytes()))
        && has(SEC_WEBSOCKET_PROTOCOL, PROTOCOL)
        && has(UPGRADE, "websocket");
    if is_ours {
        Ok(())
    } else {
        Err(CallError::Undecodable {
            status: Connect::SPEC.success,
            detail: Line::new("the handshake of the realtime connection is not the server's"),
        })
    }
}

/// Whether a refusal says that the token is not good any more, where a renewed session may have a better one.
fn is_stale(error: &CallError) -> bool {
    match error {
        CallError::Problem(problem) => {
            problem.code.is(Code::TokenExpired) || problem.code.is(Code::TokenInvalid)
        }
        CallError::SessionEnded(_)
        | CallError::Unreachable(_)
        | CallError::Lost(_)
        | CallError::Timeout
        | CallError::TooLarge { .. }
        | CallError::Undecodable { .. } => false,
    }
}
