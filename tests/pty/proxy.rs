//! The wire between console and server: one address whatever port the server has, a copy of all that
//! was answered, and a knife for cutting it.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use crate::output::PATIENCE;
use crate::stream;

/// What becomes of bytes on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Pass,
    /// The connection breaks before they are passed on.
    Lose,
}

struct Wire {
    server: SocketAddr,
    answers: Fate,
    asked: Vec<u8>,
    answered: Vec<u8>,
    lost: usize,
}

struct Shared {
    wire: Mutex<Wire>,
    news: Condvar,
}

/// Forwards for as long as the tests run.
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl Proxy {
    pub fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let wire = Wire {
            server,
            answers: Fate::Pass,
            asked: Vec::new(),
            answered: Vec::new(),
            lost: 0,
        };
        let shared = Arc::new(Shared {
            wire: Mutex::new(wire),
            news: Condvar::new(),
        });
        let forwarding = Arc::clone(&shared);
        thread::spawn(move || {
            for console in listener.incoming().map_while(Result::ok) {
                connect(console, &forwarding);
            }
        });
        Self { address, shared }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Leads to another server from the next connection on.
    pub fn lead_to(&self, server: SocketAddr) {
        self.shared.wire.lock().unwrap().server = server;
    }

    /// What becomes of the server's answers from now on.
    pub fn set_answers(&self, fate: Fate) {
        self.shared.wire.lock().unwrap().answers = fate;
    }

    /// Waits until a request that holds this is on its way to the server.
    pub fn wait_for_request(&self, part: &str) {
        self.wait(|wire| stream::contains(&wire.asked, part));
    }

    /// Waits until so many answers were lost.
    pub fn wait_for_lost(&self, count: usize) {
        self.wait(|wire| wire.lost >= count);
    }

    fn wait(&self, is: impl Fn(&Wire) -> bool) {
        let wire = self.shared.wire.lock().unwrap();
        let waited = self
            .shared
            .news
            .wait_timeout_while(wire, PATIENCE, |wire| !is(wire));
        let has_timed_out = waited.unwrap().1.timed_out();
        assert!(!has_timed_out, "it did not come within {PATIENCE:?}");
    }

    /// Everything the server has answered so far.
    pub fn answered(&self) -> Vec<u8> {
        self.shared.wire.lock().unwrap().answered.clone()
    }
}

impl Shared {
    fn ask(&self, bytes: &[u8]) -> Fate {
        self.wire.lock().unwrap().asked.extend(bytes);
        self.news.notify_all();
        Fate::Pass
    }

    fn answer(&self, bytes: &[u8]) -> Fate {
        let mut wire = self.wire.lock().unwrap();
        wire.answered.extend(bytes);
        if wire.answers == Fate::Lose {
            wire.lost += 1;
            self.news.notify_all();
        }
        wire.answers
    }
}

/// A server that is away is a connection that is closed at once.
fn connect(console: TcpStream, shared: &Arc<Shared>) {
    let address = shared.wire.lock().unwrap().server;
    let Ok(server) = TcpStream::connect(address) else {
        return;
    };
    let (requests, requests_out) = (console.try_clone().unwrap(), server.try_clone().unwrap());
    let (asking, answering) = (Arc::clone(shared), Arc::clone(shared));
    thread::spawn(move || pass(requests, requests_out, |bytes| asking.ask(bytes)));
    thread::spawn(move || pass(server, console, |bytes| answering.answer(bytes)));
}

/// Passes on what comes until one end is closed or something is to be lost; then both ends are.
fn pass(mut from: TcpStream, mut to: TcpStream, fate: impl Fn(&[u8]) -> Fate) {
    let mut bytes = [0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut bytes) {
        if fate(&bytes[..count]) == Fate::Lose || to.write_all(&bytes[..count]).is_err() {
            break;
        }
    }
    let _gone = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
}
