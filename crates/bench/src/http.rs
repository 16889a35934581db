//! A keep-alive HTTP/1.1 connection that costs next to nothing: prepared bytes out, status and length in.

use std::net::SocketAddr;

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A request, as bytes.
#[derive(Clone, Debug)]
pub(crate) struct Request(Vec<u8>);

impl Request {
    pub(crate) fn new(method: &str, path: &str, token: &str) -> Self {
        Self::with(method, path, token, "", "")
    }

    /// A write, with its key and its body.
    pub(crate) fn write(method: &str, path: &str, token: &str, key: &str, json: &str) -> Self {
        let key = format!("Idempotency-Key: {key}\r\nContent-Type: application/json\r\n");
        Self::with(method, path, token, &key, json)
    }

    fn with(method: &str, path: &str, token: &str, headers: &str, body: &str) -> Self {
        let length = body.len();
        let text = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: quarterdeck-bench\r\n\
             Accept: application/json\r\nAuthorization: Bearer {token}\r\n{headers}\
             Content-Length: {length}\r\n\r\n{body}"
        );
        Self(text.into_bytes())
    }
}

/// A connection.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: Vec::with_capacity(64 * 1024),
        })
    }

    /// Sends a request and reads its answer, which must be a success; tells the body.
    pub(crate) async fn call(&mut self, request: &Request) -> Result<&[u8]> {
        self.stream.write_all(&request.0).await?;
        self.buffer.clear();
        let (status, body) = loop {
            if let Some(head) = head(&self.buffer)? {
                break head;
            }
            self.read().await?;
        };
        while self.buffer.len() < body.end {
            self.read().await?;
        }
        let body = &self.buffer[body];
        if !(200..300).contains(&status) {
            bail!(
                "the server answered {status}: {}",
                String::from_utf8_lossy(body)
            );
        }
        Ok(body)
    }

    async fn read(&mut self) -> Result<()> {
        let read = self.stream.read_buf(&mut self.buffer).await?;
        if read == 0 {
            bail!("the server hung up");
        }
        Ok(())
    }
}

/// The status and where the body stands, once the head has come in full.
fn head(bytes: &[u8]) -> Result<Option<(u16, std::ops::Range<usize>)>> {
    let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Ok(None);
    };
    let head = std::str::from_utf8(&bytes[..end]).context("the head is not text")?;
    let status = head.split(' ').nth(1).context("no status")?.parse()?;
    let length = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .context("no length")?;
    let length: usize = length.1.trim().parse()?;
    let start = end + 4;
    Ok(Some((status, start..start + length)))
}

#[cfg(test)]
mod tests {
    use super::head;

    #[test]
    fn a_head_tells_status_and_body() {
        let answer = b"HTTP/1.1 404 Not Found\r\nX: y\r\ncontent-length: 2\r\n\r\nno";
        let (status, body) = head(answer).unwrap().unwrap();
        assert_eq!((status, &answer[body]), (404, &b"no"[..]));
        assert_eq!(head(&answer[..40]).unwrap(), None);
    }
}
