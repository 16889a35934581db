//! A mail server of the tests: real sockets, RFC 5321 as far as mail is sent here.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What became known to it.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Commands, without what they carry.
    pub commands: Vec<String>,
    /// Letters that it took.
    pub letters: Vec<String>,
}

/// How it meets letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// It takes them.
    Takes,
    /// It takes them and never says so.
    Stalls,
    /// It knows nobody.
    KnowsNobody,
    /// It asks to come again.
    IsBusy,
}

/// A mail server that runs until it is dropped.
pub struct Sink {
    pub address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
    mood: Arc<Mutex<Mood>>,
    task: JoinHandle<()>,
}

fn lock<T>(it: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    it.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Sink {
    pub async fn start(mood: Mood) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::<Mutex<Seen>>::default();
        let mood = Arc::new(Mutex::new(mood));
        let (to, its) = (Arc::clone(&seen), Arc::clone(&mood));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let mood = *lock(&its);
                tokio::spawn(talk(stream, mood, Arc::clone(&to)));
            }
        });
        Self {
            address,
            seen,
            mood,
            task,
        }
    }

    pub fn seen(&self) -> Seen {
        lock(&self.seen).clone()
    }

    pub fn becomes(&self, mood: Mood) {
        *lock(&self.mood) = mood;
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// One connection.
async fn talk(stream: TcpStream, mood: Mood, seen: Arc<Mutex<Seen>>) {
    let (reads, mut writes) = stream.into_split();
    let mut lines = BufReader::new(reads).lines();
    let mut letter = None::<String>;
    let mut reply = "220 sink ready";
    loop {
        if !reply.is_empty()
            && writes
                .write_all(format!("{reply}\r\n").as_bytes())
                .await
                .is_err()
        {
            return;
        }
        let Ok(Some(line)) = lines.next_line().await else {
            return;
        };
        if let Some(text) = &mut letter {
            reply = "";
            if line == "." {
                lock(&seen).letters.push(letter.take().unwrap_or_default());
                if mood == Mood::Stalls {
                    std::future::pending::<()>().await;
                }
                reply = "250 taken";
            } else {
                *text += line.strip_prefix('.').unwrap_or(&line);
                text.push('\n');
            }
            continue;
        }
        let command = line.split(' ').next().unwrap_or_default().to_owned();
        lock(&seen).commands.push(line.clone());
        reply = match (command.as_str(), mood) {
            ("EHLO", _) => "250-sink\r\n250 AUTH PLAIN",
            ("AUTH", _) => "235 welcome",
            ("RCPT", Mood::KnowsNobody) => "550 5.1.1 no such user here",
            ("RCPT", Mood::IsBusy) => "451 4.7.1 come again",
            ("DATA", _) => {
                letter = Some(String::new());
                "354 go on"
            }
            ("QUIT", _) => "221 bye",
            _ => "250 ok",
        };
    }
}
