//! The realtime connection against a server that says what the test has it say.

use std::sync::{Arc, Mutex};

use futures_util::{SinkExt, StreamExt};
use quarterdeck_api::problem::Code;
use quarterdeck_api::realtime::{Event, Farewell, MAX_FRAME_BYTES};
use quarterdeck_api::sessions::Secret;
use quarterdeck_client::{CallError, Client, ClientOptions, Live, LiveEnd, Timeouts, Trust};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;
use tokio_tungstenite::tungstenite::protocol::frame::CloseFrame;

use crate::scripted::{ScriptedServer, Then};
use crate::{tokens, tokens_json};

const HELLO: &str = r#"{"v":1,"type":"hello","seq":7,"missed":false,"newest":[]}"#;

/// What the server does with a connection once it stands.
#[derive(Clone)]
enum Says {
    /// This, and waits.
    Messages(Vec<Message>),
    /// Bytes that are no frame.
    Bytes(&'static [u8]),
    /// Nothing: the other side of the wire goes.
    Nothing,
}

/// How it answers the handshake.
#[derive(Clone, Copy)]
enum Answers {
    /// As it should.
    Well,
    /// To another request.
    AnotherKey,
    /// With another protocol.
    AnotherProtocol,
}

/// A server that speaks to each connection alike; it remembers the heads of their requests.
struct Speaker {
    url: String,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Speaker {
    async fn start(answers: Answers, says: Says) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let heads = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&heads);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(speak(stream, Arc::clone(&kept), answers, says.clone()));
            }
        });
        Self { url, heads }
    }

    async fn live(&self) -> Result<Live, CallError> {
        signed_in(&self.url).connect_live(Some(12)).await
    }

    fn head(&self) -> String {
        self.heads.lock().unwrap().concat()
    }
}

async fn speak(
    mut stream: TcpStream,
    heads: Arc<Mutex<Vec<String>>>,
    answers: Answers,
    says: Says,
) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    let head = String::from_utf8(head).unwrap();
    let key = head
        .lines()
        .find_map(|line| line.strip_prefix("sec-websocket-key: "))
        .unwrap_or_default();
    let accept = match answers {
        Answers::Well | Answers::AnotherProtocol => derive_accept_key(key.as_bytes()),
        Answers::AnotherKey => derive_accept_key(b"another"),
    };
    let protocol = match answers {
        Answers::Well | Answers::AnotherKey => "qd.v1",
        Answers::AnotherProtocol => "chat",
    };
    let answer = format!(
        "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
         sec-websocket-accept: {accept}\r\nsec-websocket-protocol: {protocol}\r\n\r\n"
    );
    heads.lock().unwrap().push(head);
    stream.write_all(answer.as_bytes()).await.unwrap();
    match says {
        Says::Nothing => {}
        Says::Bytes(bytes) => {
            stream.write_all(bytes).await.unwrap();
            let _waits_for_the_end = stream.read_u8().await;
        }
        Says::Messages(messages) => {
            let mut socket = WebSocketStream::from_raw_socket(stream, Role::Server, None).await;
            for message in messages {
                let _gone = socket.send(message).await;
            }
            while let Some(Ok(_)) = socket.next().await {}
        }
    }
}

fn client(url: &str) -> Client {
    Client::new(ClientOptions {
        server: url.parse().unwrap(),
        timeouts: Timeouts::default(),
        trust: Trust::System,
        random: Arc::new(|| [7; 16]),
    })
    .unwrap()
}

fn signed_in(url: &str) -> Client {
    let client = client(url);
    client.resume(tokens(1));
    client
}

/// What is heard of these messages until the end: the types of the frames, then why.
async fn heard(says: Says) -> (usize, LiveEnd) {
    let speaker = Speaker::start(Answers::Well, says).await;
    let mut live = speaker.live().await.unwrap();
    let mut frames = 0;
    loop {
        match live.next().await {
            Ok(frame) => frames += usize::from(frame.is_some()),
            Err(end) => return (frames, end),
        }
    }
}

fn closing(code: u16) -> Says {
    let close = CloseFrame {
        code: code.into(),
        reason: "because".into(),
    };
    Says::Messages(vec![Message::text(HELLO), Message::Close(Some(close))])
}

#[tokio::test]
async fn s004_24_the_token_goes_in_a_header_and_never_in_the_address() {
    let speaker = Speaker::start(Answers::Well, Says::Messages(vec![Message::text(HELLO)])).await;
    let mut live = speaker.live().await.unwrap();
    let frame = live.next().await.unwrap().unwrap();
    assert!(matches!(frame.event, Event::Hello(hello) if hello.seq == 7));
    let head = speaker.head();
    assert!(
        head.starts_with("GET /api/v1/rt?after=12 HTTP/1.1\r\n"),
        "{head}"
    );
    assert!(
        head.contains("\r\nsec-websocket-protocol: qd.v1, bearer.socket-1\r\n"),
        "{head}"
    );
    assert!(!head.contains("access-1"), "{head}");
}

#[tokio::test]
async fn the_end_says_why() {
    for farewell in Farewell::ALL {
        let end = LiveEnd::Farewell(*farewell);
        assert_eq!(heard(closing(farewell.close_code())).await, (1, end));
    }
    for says in [
        closing(1000),
        Says::Nothing,
        Says::Messages(vec![Message::Close(None)]),
    ] {
        assert!(matches!(heard(says).await, (_, LiveEnd::Lost(_))));
    }
}

#[tokio::test]
async fn what_is_no_frame_ends_it() {
    let large = "x".repeat(1024 * 1024);
    let just_too_large = format!("{HELLO}{}", " ".repeat(MAX_FRAME_BYTES + 1 - HELLO.len()));
    let deep = "[".repeat(60_000);
    for says in [
        Says::Messages(vec![Message::text("not JSON")]),
        Says::Messages(vec![Message::text("{}")]),
        Says::Messages(vec![Message::text(deep)]),
        Says::Messages(vec![Message::binary(HELLO.as_bytes().to_vec())]),
        Says::Messages(vec![Message::text(large)]),
        Says::Messages(vec![Message::text(just_too_large)]),
        // A length of 2^62 bytes that never come, an unknown opcode, text that is no UTF-8.
        Says::Bytes(&[0x81, 127, 0x40, 0, 0, 0, 0, 0, 0, 0]),
        Says::Bytes(&[0x83, 0]),
        Says::Bytes(&[0x81, 2, 0xff, 0xfe]),
    ] {
        let (frames, end) = heard(says).await;
        assert!(matches!(end, LiveEnd::Unreadable(_)), "{end}");
        assert_eq!(frames, 0);
    }
}

#[tokio::test]
async fn a_frame_of_a_newer_server_and_a_ping_are_no_end() {
    let says = Says::Messages(vec![
        Message::Ping(vec![1].into()),
        Message::text(r#"{"v":2,"type":"viewing","who":[4]}"#),
        Message::text(HELLO),
        Message::Close(None),
    ]);
    assert_eq!(heard(says).await.0, 2);
}

#[tokio::test]
async fn an_answer_to_something_else_opens_nothing() {
    for answers in [Answers::AnotherKey, Answers::AnotherProtocol] {
        let speaker = Speaker::start(answers, Says::Nothing).await;
        let error = speaker.live().await.unwrap_err();
        assert!(
            matches!(error, CallError::Undecodable { status: 101, .. }),
            "{error}"
        );
    }
}

/// A server that lets nobody in and renews every session.
async fn refusing(code: Code) -> ScriptedServer {
    ScriptedServer::start(move |request| {
        if request.target == "/api/v1/auth/refresh" {
            Then::json(200, &tokens_json(2))
        } else {
            Then::problem(code)
        }
    })
    .await
}

#[tokio::test]
async fn a_token_that_has_expired_is_renewed_once() {
    let server = refusing(Code::TokenExpired).await;
    let error = signed_in(server.url())
        .connect_live(None)
        .await
        .unwrap_err();
    assert!(matches!(error, CallError::Problem(_)), "{error}");
    let targets = ["/api/v1/rt", "/api/v1/auth/refresh", "/api/v1/rt"];
    assert_eq!(server.targets(), targets);
    let offered: Vec<_> = server
        .received()
        .iter()
        .filter_map(|request| request.header("sec-websocket-protocol").map(str::to_owned))
        .collect();
    assert_eq!(
        offered,
        ["qd.v1, bearer.socket-1", "qd.v1, bearer.socket-2"]
    );
}

#[tokio::test]
async fn a_session_that_was_revoked_is_over_and_is_not_renewed() {
    let server = refusing(Code::SessionRevoked).await;
    let error = signed_in(server.url())
        .connect_live(None)
        .await
        .unwrap_err();
    assert!(matches!(error, CallError::SessionEnded(_)), "{error}");
    assert_eq!(server.targets(), ["/api/v1/rt"]);
}

#[tokio::test]
async fn a_redirection_is_not_followed() {
    let server =
        ScriptedServer::start(|_| Then::json(307, "").with_header("location: /elsewhere")).await;
    let error = signed_in(server.url())
        .connect_live(None)
        .await
        .unwrap_err();
    assert!(matches!(error, CallError::Undecodable { .. }), "{error}");
    assert_eq!(server.targets(), ["/api/v1/rt"]);
}

#[tokio::test]
async fn an_access_token_alone_opens_none_and_is_not_sent() {
    let server = refusing(Code::TokenExpired).await;
    let client = client(server.url());
    client.resume_with_token(Secret::new("access".to_owned()));
    assert!(!client.may_be_live());
    assert!(client.connect_live(None).await.is_err());
    assert_eq!(server.targets(), Vec::<String>::new());
}
