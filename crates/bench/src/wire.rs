//! As much of PostgreSQL's protocol as tells which statements a client sends.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::{Context, Result};
use bytes::{Buf, Bytes, BytesMut};

use crate::statement::{Kind, Statement};

const SSL_REQUEST: u32 = 80_877_103;
const GSS_REQUEST: u32 = 80_877_104;

/// What is known of one connection, from the client's side of it.
#[derive(Default)]
pub(crate) struct Frontend {
    unread: BytesMut,
    stage: Stage,
    prepared: HashMap<Bytes, Prepared>,
}

#[derive(Default)]
enum Stage {
    /// The first messages have no type.
    #[default]
    Opening,
    Open,
}

#[derive(Clone)]
struct Prepared {
    text: Arc<str>,
    types: Arc<[u32]>,
}

impl Frontend {
    /// Takes what the client sent and tells the statements that are complete with it.
    pub(crate) fn feed(&mut self, bytes: &[u8]) -> Result<Vec<Statement>> {
        self.unread.extend_from_slice(bytes);
        let mut statements = Vec::new();
        while let Some((kind, body)) = self.message() {
            statements.extend(self.read(kind, body)?);
        }
        Ok(statements)
    }

    /// The next message that has come in full: its type, 0 where it has none, and its body.
    fn message(&mut self) -> Option<(u8, Bytes)> {
        let typed = usize::from(matches!(self.stage, Stage::Open));
        let length = self.unread.get(typed..typed + 4)?.try_into().ok()?;
        let end = typed + u32::from_be_bytes(length) as usize;
        if self.unread.len() < end {
            return None;
        }
        let mut message = self.unread.split_to(end).freeze();
        let kind = if typed == 1 { message.get_u8() } else { 0 };
        message.advance(4);
        Some((kind, message))
    }

    fn read(&mut self, kind: u8, mut body: Bytes) -> Result<Option<Statement>> {
        match kind {
            0 => {
                let code = body.try_get_u32()?;
                if code != SSL_REQUEST && code != GSS_REQUEST {
                    self.stage = Stage::Open;
                }
                Ok(None)
            }
            b'P' => {
                let name = string(&mut body)?;
                let text = text(&string(&mut body)?)?;
                let count = body.try_get_u16()?;
                let types = (0..count).map(|_| body.try_get_u32());
                let types = types.collect::<Result<_, _>>()?;
                self.prepared.insert(name, Prepared { text, types });
                Ok(None)
            }
            b'B' => self.bound(body).map(Some),
            b'Q' => Ok(Some(Statement {
                text: text(&string(&mut body)?)?,
                kind: Kind::Simple,
            })),
            _ => Ok(None),
        }
    }

    fn bound(&self, mut body: Bytes) -> Result<Statement> {
        let _portal = string(&mut body)?;
        let name = string(&mut body)?;
        let prepared = self.prepared.get(&name);
        let Prepared { text, types } = prepared.context("never prepared")?.clone();
        for _ in 0..body.try_get_u16()? {
            let _format = body.try_get_u16()?;
        }
        let mut parameters = Vec::new();
        for _ in 0..body.try_get_u16()? {
            let length = body.try_get_i32()?;
            // A negative length stands for NULL.
            parameters.push(
                usize::try_from(length)
                    .ok()
                    .map(|length| body.split_to(length)),
            );
        }
        Ok(Statement {
            text,
            kind: Kind::Prepared { types, parameters },
        })
    }
}

/// A text that ends with a zero.
fn string(body: &mut Bytes) -> Result<Bytes> {
    let end = body.iter().position(|byte| *byte == 0);
    let text = body.split_to(end.context("a text without an end")?);
    body.advance(1);
    Ok(text)
}

fn text(bytes: &[u8]) -> Result<Arc<str>> {
    Ok(std::str::from_utf8(bytes)?.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(kind: &[u8], body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len() + 4).unwrap().to_be_bytes();
        [kind, &length, body].concat()
    }

    fn conversation() -> Vec<u8> {
        [
            message(b"", &SSL_REQUEST.to_be_bytes()),
            message(b"", b"\0\x03\0\0user\0me\0\0"),
            message(b"Q", b"BEGIN\0"),
            message(b"P", b"s1\0SELECT $1, $2\0\0\x02\0\0\0\x14\0\0\0\x19"),
            message(b"D", b"Ss1\0"),
            message(
                b"B",
                b"\0s1\0\0\x01\0\x01\0\x02\0\0\0\x02hi\xff\xff\xff\xff\0\x01\0\x01",
            ),
            message(b"E", b"\0\0\0\0\0"),
            message(b"S", b""),
        ]
        .concat()
    }

    #[test]
    fn statements_are_read_however_the_bytes_come() {
        let expected = [
            Statement {
                text: "BEGIN".into(),
                kind: Kind::Simple,
            },
            Statement {
                text: "SELECT $1, $2".into(),
                kind: Kind::Prepared {
                    types: [20, 25].into(),
                    parameters: vec![Some(Bytes::from_static(b"hi")), None],
                },
            },
        ];
        for size in [1, 7, 1000] {
            let mut frontend = Frontend::default();
            let chunks = conversation();
            let read = chunks
                .chunks(size)
                .flat_map(|chunk| frontend.feed(chunk).unwrap());
            assert_eq!(read.collect::<Vec<_>>(), expected, "{size}");
        }
    }
}
