//! A realtime connection, as a client that is not ours would hold it.

use std::net::SocketAddr;

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use super::{DEADLINE, Session, TestServer};

/// An open connection.
pub struct Live {
    socket: WebSocketStream<TcpStream>,
}

impl TestServer {
    /// Opens a connection of a session and takes its first frame.
    pub async fn live(&self, session: &Session) -> (Live, Value) {
        Live::open(self.address(), &session.socket, "").await
    }
}

impl Live {
    /// Opens a connection with a token, and takes its first frame.
    pub async fn open(address: SocketAddr, token: &str, query: &str) -> (Self, Value) {
        let mut live = Self::try_open(address, token, query).await.unwrap();
        let hello = live.frame().await;
        assert_eq!(hello["type"], "hello", "{hello}");
        (live, hello)
    }

    /// The status where it is refused.
    pub async fn try_open(address: SocketAddr, token: &str, query: &str) -> Result<Self, u16> {
        let stream = TcpStream::connect(address).await.unwrap();
        let url = format!("ws://{address}/rt{query}");
        let mut request = url.into_client_request().unwrap();
        let offered = format!("qd.v1, bearer.{token}").parse().unwrap();
        request
            .headers_mut()
            .insert("sec-websocket-protocol", offered);
        match timeout(DEADLINE, client_async(request, stream))
            .await
            .unwrap()
        {
            Ok((socket, response)) => {
                assert_eq!(response.headers()["sec-websocket-protocol"], "qd.v1");
                Ok(Self { socket })
            }
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    /// The next frame.
    pub async fn frame(&mut self) -> Value {
        match self.message().await {
            Message::Text(text) => serde_json::from_str(&text).unwrap(),
            other => panic!("{other:?} instead of a frame"),
        }
    }

    /// The next frame of a type, whatever is told before it.
    pub async fn frame_of(&mut self, kind: &str) -> Value {
        loop {
            let frame = self.frame().await;
            if frame["type"] == kind {
                return frame;
            }
        }
    }

    /// All frames until the log has grown to this row.
    pub async fn frames_to(&mut self, seq: i64) -> Vec<Value> {
        let mut frames = Vec::new();
        loop {
            let frame = self.frame().await;
            let is_last =
                frame["type"] == "new" && frame["resource"] == "audit" && frame["newest"] == seq;
            frames.push(frame);
            if is_last {
                return frames;
            }
        }
    }

    /// The last frame's code and the close code, whatever is told before.
    pub async fn end(&mut self) -> (String, u16) {
        let bye = self.frame_of("bye").await;
        match self.message().await {
            Message::Close(Some(close)) => {
                let code = bye["code"].as_str().unwrap().to_owned();
                assert_eq!(close.reason.as_str(), code);
                (code, close.code.into())
            }
            other => panic!("{other:?} instead of a close"),
        }
    }

    /// Says something.
    pub async fn say(&mut self, message: Message) {
        self.socket.send(message).await.unwrap();
    }

    async fn message(&mut self) -> Message {
        loop {
            let message = timeout(DEADLINE, self.socket.next()).await;
            match message.expect("a message in time").unwrap().unwrap() {
                Message::Ping(_) | Message::Pong(_) => {}
                message => return message,
            }
        }
    }
}
