//! A TCP proxy that cuts connections where it is told to.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// Where a connection is cut.
#[derive(Clone, Copy, Debug)]
pub enum Cut {
    /// After so many bytes of the request.
    InRequest(usize),
    /// So long after it was opened, wherever the server is then.
    After(Duration),
    /// After so many bytes of the reply: what was asked for is done.
    InReply(usize),
}

impl Cut {
    const fn request_bytes(self) -> usize {
        match self {
            Self::InRequest(bytes) => bytes,
            Self::After(_) | Self::InReply(_) => usize::MAX,
        }
    }

    const fn reply_bytes(self) -> usize {
        match self {
            Self::InReply(bytes) => bytes,
            Self::InRequest(_) | Self::After(_) => usize::MAX,
        }
    }

    const fn time(self) -> Duration {
        match self {
            Self::After(time) => time,
            Self::InRequest(_) | Self::InReply(_) => Duration::from_mins(1),
        }
    }
}

/// A proxy in front of a server; gone when dropped.
pub struct Proxy {
    /// Where it listens.
    pub address: SocketAddr,
    task: JoinHandle<()>,
}

impl Proxy {
    /// Listens on a free port and cuts each connection as `next` says.
    pub async fn start(server: SocketAddr, next: impl FnMut() -> Cut + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let next = Arc::new(Mutex::new(next));
        let task = tokio::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.unwrap();
                let cut = next.lock().unwrap_or_else(PoisonError::into_inner)();
                tokio::spawn(carry(client, server, cut));
            }
        });
        Self { address, task }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Carries bytes both ways until the cut; both connections are then closed at once.
async fn carry(client: TcpStream, server: SocketAddr, cut: Cut) {
    let Ok(server) = TcpStream::connect(server).await else {
        return;
    };
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    tokio::select! {
        () = pump(from_client, to_server, cut.request_bytes()) => {}
        () = pump(from_server, to_client, cut.reply_bytes()) => {}
        () = tokio::time::sleep(cut.time()) => {}
    }
}

/// Ends when it has carried so many bytes, and reads no more than one beyond them.
async fn pump(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, bytes: usize) {
    let mut left = bytes;
    let mut buffer = [0; 4096];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        let carried = length.min(left);
        if to.write_all(&buffer[..carried]).await.is_err() {
            return;
        }
        left -= carried;
        if left == 0 {
            return;
        }
    }
}
