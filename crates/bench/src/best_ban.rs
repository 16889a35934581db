//! A ban in its best form: the account with its history and sessions, and the chained audit row, in one
//! transaction, and nothing else. The two statements are those that the server was seen to send.

use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result};
use bytes::Bytes;
use quarterdeck_server::db::{Clock, Ids};

use crate::statement::{Kind, Script, Statement};

/// How the two statements begin, without the space before.
const BEGINNINGS: [&str; 2] = [
    "WITH part_0 AS (UPDATE users SET is_banned = TRUE",
    "WITH stamped AS",
];

/// The statements, and what differs from one ban to the next.
#[derive(Debug)]
pub(crate) struct BestBan {
    statements: Script,
    user: Bytes,
    request: Bytes,
    targets: Vec<i64>,
    taken: AtomicUsize,
}

impl BestBan {
    /// Of a ban of this user as the server carried it out; `targets` are banned by it one after the other.
    pub(crate) fn new(sent: &[Statement], user: i64, targets: Vec<i64>) -> Result<Self> {
        let find = |beginning: &str| {
            let found = sent
                .iter()
                .find(|statement| statement.text.trim_start().starts_with(beginning));
            found
                .cloned()
                .with_context(|| format!("a ban sends nothing that begins with {beginning}"))
        };
        let [update, append] = BEGINNINGS;
        let update = find(update)?;
        let request = request_id(&update).context("the history names no request")?;
        Ok(Self {
            statements: vec![update, find(append)?],
            user: Bytes::copy_from_slice(&user.to_be_bytes()),
            request,
            targets,
            taken: AtomicUsize::new(0),
        })
    }

    /// The next ban.
    pub(crate) fn next(&self) -> Result<Script> {
        let taken = self.taken.fetch_add(1, Ordering::Relaxed);
        let target = self.targets.get(taken).context("no user is left to ban")?;
        let request = Ids.request_id(Clock::System.now()).to_string();
        let own = |statement: &Statement| self.of(statement, *target, request.as_bytes());
        let mut script = vec![simple("BEGIN")];
        script.extend(self.statements.iter().map(own));
        script.push(simple("COMMIT"));
        Ok(script)
    }

    /// A statement about another user, on another request.
    fn of(&self, statement: &Statement, target: i64, request: &[u8]) -> Statement {
        let Kind::Prepared { types, parameters } = &statement.kind else {
            return statement.clone();
        };
        let own = |bytes: &Bytes| {
            if *bytes == self.user {
                Bytes::copy_from_slice(&target.to_be_bytes())
            } else {
                replaced(bytes, &self.request, request)
            }
        };
        let parameters = parameters.iter();
        Statement {
            text: statement.text.clone(),
            kind: Kind::Prepared {
                types: types.clone(),
                parameters: parameters.map(|bytes| bytes.as_ref().map(own)).collect(),
            },
        }
    }
}

fn simple(text: &str) -> Statement {
    Statement {
        text: text.into(),
        kind: Kind::Simple,
    }
}

/// The parameter that is a UUID.
fn request_id(statement: &Statement) -> Option<Bytes> {
    let Kind::Prepared { parameters, .. } = &statement.kind else {
        return None;
    };
    let is_id =
        |bytes: &&Bytes| bytes.len() == 36 && [8, 13, 18, 23].iter().all(|at| bytes[*at] == b'-');
    parameters.iter().flatten().find(is_id).cloned()
}

/// The bytes with another id of the same length in the place of this one.
fn replaced(bytes: &Bytes, id: &[u8], with: &[u8]) -> Bytes {
    let Some(at) = bytes.windows(id.len()).position(|window| window == id) else {
        return bytes.clone();
    };
    [&bytes[..at], with, &bytes[at + id.len()..]]
        .concat()
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUEST: &str = "0190b0aa-0000-7000-8000-000000000001";

    fn prepared(text: &str, parameters: Vec<Option<Bytes>>) -> Statement {
        Statement {
            text: text.into(),
            kind: Kind::Prepared {
                types: [].into(),
                parameters,
            },
        }
    }

    fn parameters(statement: &Statement) -> &[Option<Bytes>] {
        match &statement.kind {
            Kind::Simple => &[],
            Kind::Prepared { parameters, .. } => parameters,
        }
    }

    fn sent() -> Script {
        let user = || Some(Bytes::copy_from_slice(&7_i64.to_be_bytes()));
        let canonical = format!("what was hashed by {REQUEST}, and more");
        vec![
            simple("BEGIN"),
            prepared("SELECT 1", vec![]),
            prepared(
                "WITH part_0 AS (UPDATE users SET is_banned = TRUE",
                vec![user(), Some(REQUEST.into()), None],
            ),
            prepared("\n    WITH stamped AS", vec![Some(canonical.into())]),
        ]
    }

    #[test]
    fn a_ban_is_its_two_statements_about_another_user_and_request() {
        let ban = BestBan::new(&sent(), 7, vec![8]).unwrap();
        let script = ban.next().unwrap();
        let texts: Vec<_> = script
            .iter()
            .map(|statement| statement.text.trim())
            .collect();
        assert_eq!(texts[0], "BEGIN");
        assert_eq!(texts[3], "COMMIT");
        let other = Some(Bytes::copy_from_slice(&8_i64.to_be_bytes()));
        let [user, Some(request), None] = parameters(&script[1]) else {
            panic!("{script:?}");
        };
        assert_eq!(*user, other);
        assert_ne!(request, REQUEST);
        let canonical = format!(
            "what was hashed by {}, and more",
            String::from_utf8_lossy(request)
        );
        assert_eq!(parameters(&script[2]), [Some(canonical.into())]);
        assert!(ban.next().is_err(), "there was one user to ban");
    }

    #[test]
    fn a_ban_that_sends_something_else_has_no_best_form() {
        let error = BestBan::new(&sent()[..3], 7, vec![]).unwrap_err();
        assert!(error.to_string().contains("WITH stamped"), "{error}");
    }
}
