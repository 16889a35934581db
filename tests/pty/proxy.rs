//! The wire between console and server: one address whatever port the server has, a copy of all that
//! was answered, and a knife for cutting it.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

/// What becomes of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answers {
    Pass,
    /// The request reaches the server, and the connection breaks before the answer is passed on.
    Lose,
}

struct Wire {
    server: SocketAddr,
    answers: Answers,
    answered: Vec<u8>,
    lost: usize,
}

struct Shared {
    wire: Mutex<Wire>,
    news: Condvar,
}

/// Forwards until it is dropped; connections that are open then end with their ends.
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
            answers: Answers::Pass,
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

    pub fn set(&self, answers: Answers) {
        self.shared.wire.lock().unwrap().answers = answers;
    }

    /// Waits until so many answers were lost.
    pub fn wait_for_lost(&self, count: usize) {
        let wire = self.shared.wire.lock().unwrap();
        drop(
            self.shared
                .news
                .wait_while(wire, |wire| wire.lost < count)
                .unwrap(),
        );
    }

    /// Everything the server has answered so far.
    pub fn answered(&self) -> Vec<u8> {
        self.shared.wire.lock().unwrap().answered.clone()
    }
}

/// A server that is away is a connection that is closed at once.
fn connect(console: TcpStream, shared: &Arc<Shared>) {
    let address = shared.wire.lock().unwrap().server;
    let Ok(server) = TcpStream::connect(address) else {
        return;
    };
    let (mut requests, mut requests_out) =
        (console.try_clone().unwrap(), server.try_clone().unwrap());
    thread::spawn(move || {
        // Ends with the console's end of the connection, or with the server's.
        let _broken = std::io::copy(&mut requests, &mut requests_out);
        let _gone = requests_out.shutdown(Shutdown::Write);
    });
    let shared = Arc::clone(shared);
    thread::spawn(move || pass_answers(server, console, &shared));
}

fn pass_answers(mut server: TcpStream, mut console: TcpStream, shared: &Shared) {
    let mut bytes = [0; 16 * 1024];
    while let Ok(count @ 1..) = server.read(&mut bytes) {
        let mut wire = shared.wire.lock().unwrap();
        wire.answered.extend(&bytes[..count]);
        if wire.answers == Answers::Lose {
            wire.lost += 1;
            shared.news.notify_all();
            break;
        }
        drop(wire);
        if console.write_all(&bytes[..count]).is_err() {
            break;
        }
    }
    let _gone = (
        console.shutdown(Shutdown::Both),
        server.shutdown(Shutdown::Both),
    );
}
