//! A server that lies: in front of a real one, it twists every text of its answers, or answers with
//! something that no server of this API would.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use chrono::DateTime;
use serde_json::Value;

use crate::output::PATIENCE;

/// Writes an answer, for as long as the console takes it.
pub type Lie = fn(&mut TcpStream) -> std::io::Result<()>;

/// What the console is told.
#[derive(Clone, Copy)]
pub enum Answers {
    /// What the server says, with hostile text around every text.
    Twisted,
    /// This, whatever was asked.
    Lie(Lie),
}

struct Shared {
    server: SocketAddr,
    answers: Mutex<Answers>,
    /// Lies that were told, to their end or until the console hung up.
    told: AtomicUsize,
}

/// Lies for as long as the tests run.
pub struct Liar {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl Liar {
    pub fn before(server: SocketAddr, answers: Answers) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            server,
            answers: Mutex::new(answers),
            told: AtomicUsize::new(0),
        });
        let answering = Arc::clone(&shared);
        thread::spawn(move || {
            for console in listener.incoming().map_while(Result::ok) {
                let shared = Arc::clone(&answering);
                // A console that has hung up is not to be answered any more.
                thread::spawn(move || shared.answer(console).unwrap_or(()));
            }
        });
        Self { address, shared }
    }

    /// One that has no server behind it.
    pub fn alone(lie: Lie) -> Self {
        Self::before(SocketAddr::from(([127, 0, 0, 1], 9)), Answers::Lie(lie))
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn set_answers(&self, answers: Answers) {
        *self.shared.answers.lock().unwrap() = answers;
    }

    /// How many lies were told, to their end or until the console hung up.
    pub fn told(&self) -> usize {
        self.shared.told.load(Ordering::SeqCst)
    }

    /// Waits until so many lies were told.
    pub fn wait_until_told(&self, count: usize) {
        let deadline = Instant::now() + PATIENCE;
        while self.told() < count {
            assert!(Instant::now() < deadline, "nobody asked, or nobody hung up");
            thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Shared {
    fn answer(&self, mut console: TcpStream) -> std::io::Result<()> {
        let Some(request) = Message::read(&mut console)? else {
            return Ok(());
        };
        let answers = *self.answers.lock().unwrap();
        match answers {
            Answers::Twisted => console.write_all(&self.twisted(&request)?)?,
            Answers::Lie(lie) => {
                let ended = lie(&mut console);
                self.told.fetch_add(1, Ordering::SeqCst);
                ended?;
            }
        }
        console.shutdown(Shutdown::Write)
    }

    fn twisted(&self, request: &Message) -> std::io::Result<Vec<u8>> {
        let mut server = TcpStream::connect(self.server)?;
        server.write_all(&request.bytes())?;
        let mut answer = Message::read(&mut server)?.unwrap_or_default();
        if let Ok(mut json) = serde_json::from_slice(&answer.body) {
            twist(&mut json, "", &mut 0);
            answer.body = json.to_string().into_bytes();
        }
        Ok(answer.bytes())
    }
}

/// A request or an answer: its first line, its headers but for those of the connection, its body.
#[derive(Default)]
struct Message {
    head: Vec<String>,
    body: Vec<u8>,
}

impl Message {
    /// None where the other side has nothing to say.
    fn read(from: &mut TcpStream) -> std::io::Result<Option<Self>> {
        let mut bytes = Vec::new();
        let end = loop {
            if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
                break end;
            }
            let mut more = [0; 4096];
            match from.read(&mut more)? {
                0 => return Ok(None),
                count => bytes.extend(&more[..count]),
            }
        };
        let mut body = bytes.split_off(end + 4);
        let head = String::from_utf8(bytes).unwrap();
        let length = |line: &str| line.strip_prefix("content-length: ")?.parse().ok();
        let length: usize = head.lines().find_map(length).unwrap_or(0);
        let begun = body.len();
        body.resize(length, 0);
        from.read_exact(&mut body[begun..])?;
        let is_kept = |line: &&str| {
            !line.is_empty()
                && !line.starts_with("content-length:")
                && !line.starts_with("connection:")
        };
        Ok(Some(Self {
            head: head.lines().filter(is_kept).map(str::to_owned).collect(),
            body,
        }))
    }

    fn bytes(&self) -> Vec<u8> {
        let head = self.head.join("\r\n");
        let length = self.body.len();
        let head = format!("{head}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n");
        [head.as_bytes(), &self.body].concat()
    }
}

/// Texts that a console must send back or compare as they are, or it would not go on.
const KEPT: &[&str] = &[
    "token",
    "access_token",
    "refresh_token",
    "socket_token",
    "next_cursor",
    "contract_version",
    "permissions",
    "roles",
    "otpauth_url",
    "hash",
];

/// Puts a hostile text before and behind every text.
fn twist(value: &mut Value, key: &str, count: &mut usize) {
    match value {
        Value::String(text) => {
            let is_time = DateTime::parse_from_rfc3339(text).is_ok();
            if !is_time && !KEPT.contains(&key) {
                let hostile = hostile_texts();
                let next = &hostile[*count % hostile.len()];
                *count += 1;
                *text = format!("{next}{text}{next}");
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| twist(value, key, count)),
        Value::Object(fields) => {
            for (name, value) in fields {
                twist(value, name, count);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The attacks of `hostile.json`.
pub fn hostile_texts() -> Vec<String> {
    let texts: Value = serde_json::from_str(include_str!("../hostile.json")).unwrap();
    let attacks = texts["terminal"].as_array().unwrap().iter();
    attacks
        .map(|attack| attack["text"].as_str().unwrap().to_owned())
        .collect()
}

const CHUNK: usize = 16 * 1024;

fn head(to: &mut TcpStream, head: &str) -> std::io::Result<()> {
    write!(to, "HTTP/1.1 {head}\r\nconnection: close\r\n\r\n")
}

/// As much of this as is taken.
fn without_end(to: &mut TcpStream, bytes: &[u8]) -> std::io::Result<()> {
    loop {
        to.write_all(bytes)?;
    }
}

fn json(to: &mut TcpStream, status: &str, body: &[u8]) -> std::io::Result<()> {
    let length = body.len();
    head(
        to,
        &format!("{status}\r\ncontent-type: application/json\r\ncontent-length: {length}"),
    )?;
    to.write_all(body)
}

fn body_without_end(to: &mut TcpStream) -> std::io::Result<()> {
    head(
        to,
        "200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked",
    )?;
    let chunk = [format!("{CHUNK:x}\r\n").as_bytes(), &[b' '; CHUNK], b"\r\n"].concat();
    without_end(to, &chunk)
}

fn length_of_terabytes(to: &mut TcpStream) -> std::io::Result<()> {
    head(
        to,
        "200 OK\r\ncontent-type: application/json\r\ncontent-length: 9999999999999",
    )?;
    without_end(to, &[b'['; CHUNK])
}

fn deep_json(to: &mut TcpStream) -> std::io::Result<()> {
    json(to, "200 OK", &vec![b'['; 7 << 20])
}

fn wide_json(to: &mut TcpStream) -> std::io::Result<()> {
    let rows = "{},".repeat(2 << 20);
    json(
        to,
        "200 OK",
        format!("{{\"data\":[{rows}{{}}],\"total\":1}}").as_bytes(),
    )
}

fn long_texts(to: &mut TcpStream) -> std::io::Result<()> {
    let text = "\\u001b[2J\u{301}".repeat(200_000);
    let fields = ["type", "title", "detail", "instance", "code", "request_id"];
    let fields = fields
        .map(|name| format!("\"{name}\":\"{text}\""))
        .join(",");
    let body = format!("{{{fields},\"status\":500}}");
    let length = body.len();
    head(
        to,
        &format!("500 No\r\ncontent-type: application/problem+json\r\ncontent-length: {length}"),
    )?;
    to.write_all(body.as_bytes())
}

fn wrong_types(to: &mut TcpStream) -> std::io::Result<()> {
    let body = r#"{"required":"yes","passed":[],"data":{"a":1},"total":"many","id":{},"email":7,"roles":null}"#;
    json(to, "200 OK", body.as_bytes())
}

fn another_root(to: &mut TcpStream) -> std::io::Result<()> {
    json(to, "200 OK", b"[1e999, null, \"\\ud800\", true]")
}

fn page_of_a_proxy(to: &mut TcpStream) -> std::io::Result<()> {
    head(to, "502 Bad Gateway\r\ncontent-type: text/html")?;
    write!(to, "<h1>\x1b]0;owned\x07\x1b[2J502</h1>")
}

fn reason_and_headers_with_sequences(to: &mut TcpStream) -> std::io::Result<()> {
    head(
        to,
        "500 \x1b]0;owned\x07\r\nx-request-id: \x1b[2J\r\nretry-after: \x1b[6n",
    )
}

fn headers_without_end(to: &mut TcpStream) -> std::io::Result<()> {
    write!(to, "HTTP/1.1 200 OK\r\n")?;
    without_end(to, b"x-more: and more and more and more\r\n")
}

fn interim_answers_without_end(to: &mut TcpStream) -> std::io::Result<()> {
    without_end(to, b"HTTP/1.1 100 Continue\r\n\r\n")
}

fn no_http(to: &mut TcpStream) -> std::io::Result<()> {
    let noise: Vec<u8> = (0..=255).cycle().take(4096).collect();
    to.write_all(&noise)
}

fn less_than_announced(to: &mut TcpStream) -> std::io::Result<()> {
    head(
        to,
        "200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000",
    )?;
    write!(to, "{{\"data\":")
}

fn other_encoding(to: &mut TcpStream) -> std::io::Result<()> {
    head(
        to,
        "200 OK\r\ncontent-type: application/json\r\ncontent-encoding: gzip",
    )?;
    to.write_all(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xff, 0xff])
}

fn nothing_and_no_end(to: &mut TcpStream) -> std::io::Result<()> {
    let mut byte = [0];
    to.read(&mut byte).map(|_| ())
}

/// A byte now and then: never silent, never done.
fn drip(to: &mut TcpStream) -> std::io::Result<()> {
    head(to, "200 OK\r\ncontent-type: application/json")?;
    loop {
        thread::sleep(Duration::from_millis(50));
        to.write_all(b" ")?;
    }
}

/// Lies that a console finds out by reading them.
pub const QUICK: &[(&str, Lie)] = &[
    ("a body without end", body_without_end),
    ("a length of terabytes", length_of_terabytes),
    ("deep JSON", deep_json),
    ("wide JSON", wide_json),
    ("long texts", long_texts),
    ("wrong types", wrong_types),
    ("another root", another_root),
    ("a page of a proxy", page_of_a_proxy),
    ("sequences in the head", reason_and_headers_with_sequences),
    ("headers without end", headers_without_end),
    ("no HTTP", no_http),
    ("less than announced", less_than_announced),
    ("another encoding", other_encoding),
];

/// Lies that only time finds out.
pub const SLOW: &[(&str, Lie)] = &[
    ("interim answers without end", interim_answers_without_end),
    ("nothing", nothing_and_no_end),
    ("a byte now and then", drip),
];

/// Sends the console elsewhere: to whoever listens at `TRAP`.
pub fn redirection(to: &mut TcpStream) -> std::io::Result<()> {
    let trap = TRAP.lock().unwrap().unwrap();
    head(
        to,
        &format!("307 Elsewhere\r\nlocation: http://{trap}/api/v1/auth/me\r\ncontent-length: 0"),
    )
}

/// Where redirections lead.
pub static TRAP: Mutex<Option<SocketAddr>> = Mutex::new(None);
