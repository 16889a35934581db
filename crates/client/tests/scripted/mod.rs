//! A server of a few lines: it reads requests off a real socket and answers as the test says.

use std::future::pending;
use std::sync::Arc;

use quarterdeck_api::problem::Code;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// A request as it came in.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) target: String,
    headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Received {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(held, _)| held == name)
            .map(|(_, value)| value.as_str())
    }
}

/// What the server does with a request.
pub(crate) enum Then {
    Respond(String),
    /// Waits for the test to say this word.
    After(&'static str, Box<Then>),
    /// Sends a body that never ends.
    Endless,
    /// Closes the connection without an answer.
    Close,
    /// Never answers.
    Hang,
}

impl Then {
    pub(crate) fn json(status: u16, body: &str) -> Self {
        Self::text(status, "application/json", body)
    }

    pub(crate) fn text(status: u16, media_type: &str, body: &str) -> Self {
        let length = body.len();
        Self::Respond(format!(
            "HTTP/1.1 {status} -\r\nconnection: close\r\ncontent-type: {media_type}\r\ncontent-length: {length}\r\n\r\n{body}"
        ))
    }

    pub(crate) fn problem(code: Code) -> Self {
        let body = format!(
            r#"{{"type":"urn:quarterdeck:problem:{code}","title":"{}","status":{},"detail":"detail of {code}",
                "instance":"/","code":"{code}","class":"-","surface":"other","request_id":"r-1"}}"#,
            code.title(),
            code.status()
        );
        Self::text(
            code.status(),
            "application/problem+json; charset=utf-8",
            &body,
        )
    }

    pub(crate) fn with_header(self, header: &str) -> Self {
        match self {
            Self::Respond(text) => Self::Respond(text.replacen(
                "\r\nconnection",
                &format!("\r\n{header}\r\nconnection"),
                1,
            )),
            other => other,
        }
    }
}

type Script = dyn Fn(&Received) -> Then + Send + Sync;

pub(crate) struct ScriptedServer {
    url: String,
    received: watch::Sender<Vec<Received>>,
    said: watch::Sender<String>,
    accepting: JoinHandle<()>,
}

impl ScriptedServer {
    pub(crate) async fn start(script: impl Fn(&Received) -> Then + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (received, said) = (
            watch::Sender::new(Vec::new()),
            watch::Sender::new(String::new()),
        );
        let script: Arc<Script> = Arc::new(script);
        let accepting = tokio::spawn(accept(listener, script, received.clone(), said.clone()));
        Self {
            url,
            received,
            said,
            accepting,
        }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.borrow().clone()
    }

    pub(crate) fn targets(&self) -> Vec<String> {
        self.received()
            .into_iter()
            .map(|request| request.target)
            .collect()
    }

    pub(crate) fn count(&self, target: &str) -> usize {
        self.targets()
            .iter()
            .filter(|received| *received == target)
            .count()
    }

    pub(crate) async fn until_received(&self, count: usize) {
        self.received
            .subscribe()
            .wait_for(|received| received.len() >= count)
            .await
            .unwrap();
    }

    pub(crate) fn say(&self, word: &str) {
        self.said.send_replace(word.to_owned());
    }

    pub(crate) async fn stop(self) {
        self.accepting.abort();
        assert!(self.accepting.await.unwrap_err().is_cancelled());
    }
}

async fn accept(
    listener: TcpListener,
    script: Arc<Script>,
    received: watch::Sender<Vec<Received>>,
    said: watch::Sender<String>,
) {
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        tokio::spawn(serve(
            stream,
            script.clone(),
            received.clone(),
            said.clone(),
        ));
    }
}

async fn serve(
    stream: TcpStream,
    script: Arc<Script>,
    received: watch::Sender<Vec<Received>>,
    said: watch::Sender<String>,
) {
    let mut stream = BufReader::new(stream);
    let Some(request) = read_request(&mut stream).await else {
        return;
    };
    let then = script(&request);
    received.send_modify(|all| all.push(request));
    let then = match then {
        Then::After(word, then) => {
            said.subscribe()
                .wait_for(|said| said == word)
                .await
                .unwrap();
            *then
        }
        now => now,
    };
    // A client that hangs up in the middle is part of some tests.
    let _hung_up = match then {
        Then::Close | Then::After(..) => return,
        Then::Hang => pending().await,
        Then::Endless => send_without_end(&mut stream).await,
        Then::Respond(text) => stream.write_all(text.as_bytes()).await,
    };
}

async fn send_without_end(stream: &mut BufReader<TcpStream>) -> std::io::Result<()> {
    stream
        .write_all(b"HTTP/1.1 200 -\r\ncontent-type: application/json\r\n\r\n")
        .await?;
    loop {
        stream.write_all(&[b' '; 8 * 1024]).await?;
    }
}

async fn read_request(stream: &mut BufReader<TcpStream>) -> Option<Received> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        match line.trim_end() {
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let target = lines.first()?.split(' ').nth(1)?.to_owned();
    let headers: Vec<_> = lines[1..]
        .iter()
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let mut body = vec![0; length.map_or(0, |(_, length)| length.parse().unwrap())];
    stream.read_exact(&mut body).await.ok()?;
    Some(Received {
        target,
        headers,
        body: String::from_utf8(body).ok()?,
    })
}
