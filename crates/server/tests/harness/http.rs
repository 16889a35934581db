//! Raw HTTP: what is sent is what the test says, and a reply is status, headers and text.

use std::net::SocketAddr;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::{DEADLINE, Session};

const PROBLEM: &str = quarterdeck_api::problem::CONTENT_TYPE;

/// A request to be sent on a connection of its own.
#[derive(Clone, Debug)]
pub struct Request {
    address: SocketAddr,
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Bytes,
}

impl Request {
    /// A request without credential and body.
    pub fn new(address: SocketAddr, method: &str, path: &str) -> Self {
        Self {
            address,
            method: method.to_owned(),
            path: path.to_owned(),
            headers: Vec::new(),
            body: Bytes::new(),
        }
    }

    /// Adds a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sends a bearer token.
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// Sends the access token of a session.
    pub fn session(self, session: &Session) -> Self {
        self.bearer(&session.access)
    }

    /// Sends an idempotency key.
    pub fn key(self, key: &str) -> Self {
        self.header("idempotency-key", key)
    }

    /// Sends a JSON body.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "reads best with json!({…}) at the call"
    )]
    pub fn json(self, body: Value) -> Self {
        self.body("application/json", body.to_string())
    }

    /// Sends any body.
    pub fn body(mut self, content_type: &str, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self.header("content-type", content_type)
    }

    /// Sends it and waits for the whole reply.
    pub async fn send(self) -> Reply {
        let line = format!("{} {}", self.method, self.path);
        self.try_send()
            .await
            .unwrap_or_else(|error| panic!("{line}: {error}"))
    }

    /// Sends it where the server may be gone.
    pub async fn try_send(self) -> Result<Reply, String> {
        timeout(DEADLINE, self.exchange())
            .await
            .map_err(|elapsed| elapsed.to_string())?
            .map_err(|error| error.to_string())
    }

    async fn exchange(self) -> Result<Reply, Box<dyn std::error::Error + Send + Sync>> {
        let stream = TcpStream::connect(self.address).await?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        let connection = tokio::spawn(connection);
        let mut request = http::Request::builder()
            .method(self.method.as_str())
            .uri(&self.path)
            .header("host", self.address.to_string());
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let request = request.body(Full::new(self.body))?;
        let response = sender.send_request(request).await?;
        let (parts, body) = response.into_parts();
        let body = body.collect().await?.to_bytes();
        drop(sender);
        connection.abort();
        Ok(Reply {
            status: parts.status.as_u16(),
            headers: parts.headers,
            text: String::from_utf8(body.to_vec())?,
        })
    }
}

/// A reply.
#[derive(Clone, Debug)]
pub struct Reply {
    /// Its status.
    pub status: u16,
    /// Its headers.
    pub headers: http::HeaderMap,
    /// Its body as it came.
    pub text: String,
}

impl Reply {
    /// A header; empty where it is absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// All `Set-Cookie` headers.
    pub fn cookies(&self) -> Vec<&str> {
        let values = self.headers.get_all("set-cookie").iter();
        values.map(|value| value.to_str().unwrap()).collect()
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text)
            .unwrap_or_else(|error| panic!("{error}: {} {}", self.status, self.text))
    }

    /// The text at a JSON pointer.
    #[track_caller]
    pub fn text_at(&self, pointer: &str) -> String {
        let json = self.json();
        let text = json.pointer(pointer).and_then(Value::as_str);
        text.unwrap_or_else(|| panic!("no text at {pointer} in {json}"))
            .to_owned()
    }

    /// The session of a body of tokens.
    #[track_caller]
    pub fn session(&self) -> Session {
        Session {
            access: self.text_at("/access_token"),
            refresh: self.text_at("/refresh_token"),
            socket: self.text_at("/socket_token"),
        }
    }

    /// Status and body are exactly these. A problem's `request_id` is written `"…"` after it was
    /// found equal to the header.
    #[track_caller]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "reads best with json!({…}) at the call"
    )]
    pub fn is(&self, status: u16, body: Value) {
        let mut found = self.json();
        if self.header("content-type") == PROBLEM {
            assert_eq!(found["request_id"], self.header("x-request-id"));
            found["request_id"] = json!("…");
        }
        assert!(
            (self.status, &found) == (status, &body),
            "expected {status} {body:#}\n   found {} {found:#}",
            self.status
        );
    }

    /// It is a well-formed problem of this status and code; tells the body for more.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) -> Value {
        assert_eq!(
            (self.status, self.header("content-type")),
            (status, PROBLEM),
            "{}",
            self.text
        );
        let body = self.json();
        assert_eq!(body["code"], code, "{body}");
        assert_eq!(body["type"], format!("urn:quarterdeck:problem:{code}"));
        assert_eq!(body["status"], status);
        assert_eq!(body["request_id"], self.header("x-request-id"));
        body
    }

    /// It is a 400 that names exactly these fields.
    #[track_caller]
    pub fn names_fields(&self, names: &[&str]) -> Value {
        let body = self.refused(400, "validation_failed");
        let fields = body["fields"].as_array().cloned().unwrap_or_default();
        let found: Vec<_> = fields.iter().map(|field| field["name"].clone()).collect();
        assert_eq!(found, names, "{body}");
        body
    }
}
