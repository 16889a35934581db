//! A session that an operator chose to keep between runs: one file for each server in the state
//! directory, which only its owner can read, with a lock beside it. A refresh token is good once, so
//! whoever renews holds the lock, and finds what another process has renewed in the meantime.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use quarterdeck_api::sessions::SessionTokens;
use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use super::watermark::file_name;
use crate::config::{TokenError, read_private};
use crate::net::{KeeperTurn, SessionKeeper};

/// Between two looks whether the lock is free.
const LOCK_PAUSE: Duration = Duration::from_millis(20);
/// A renewal is given up after ten seconds; whoever holds the lock longer is stopped or hangs.
const MOST_PAUSES: u32 = 750;

/// Where the session of one server and account is kept.
#[derive(Clone, Debug)]
pub struct StoredSession {
    path: PathBuf,
    server: String,
    account: Option<String>,
}

#[derive(Deserialize, Serialize)]
struct Written {
    server: String,
    account: String,
    tokens: SessionTokens,
}

impl StoredSession {
    /// The file for a server, by its address.
    pub fn of_server(state: &Path, server: &str, host: &str) -> Self {
        let name = format!("{}.json", file_name(host));
        Self {
            path: state.join("sessions").join(name),
            server: server.to_owned(),
            account: None,
        }
    }

    /// The same for what this account keeps alone: nobody is to act as somebody else unawares.
    #[must_use]
    pub fn of_account(self, email: &str) -> Self {
        Self {
            account: Some(email.to_lowercase()),
            ..self
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The session that is kept, and the file as its account's; none where none is.
    ///
    /// # Errors
    /// The file cannot be read, or others can read it.
    pub fn load(&self) -> Result<Option<(SessionTokens, Self)>, TokenError> {
        if !self.path.exists() {
            return Ok(None);
        }
        let text = read_private(&self.path)?;
        let of_server = |written: &Written| written.server == self.server;
        // A damaged file is as good as none: signing in writes it anew.
        let written = serde_json::from_str(&text).ok().filter(of_server);
        Ok(written.map(|written: Written| {
            let file = self.clone().of_account(&written.account);
            (written.tokens, file)
        }))
    }

    fn lock(&self) -> io::Result<File> {
        let directory = self.path.parent().unwrap_or(Path::new(""));
        let mut builder = DirBuilder::new();
        builder.recursive(true).mode(0o700).create(directory)?;
        let mut options = OpenOptions::new();
        let options = options.write(true).create(true).truncate(false).mode(0o600);
        let file = options.open(self.path.with_extension("lock"))?;
        for _ in 0..MOST_PAUSES {
            match flock(&file, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => return Ok(file),
                Err(Errno::WOULDBLOCK | Errno::INTR) => sleep(LOCK_PAUSE),
                Err(error) => return Err(error.into()),
            }
        }
        Err(io::Error::new(
            ErrorKind::TimedOut,
            "another quarterdeck has held its lock for long",
        ))
    }
}

impl SessionKeeper for StoredSession {
    fn turn(&self) -> io::Result<Box<dyn KeeperTurn>> {
        Ok(Box::new(Turn {
            _lock: self.lock()?,
            session: self.clone(),
        }))
    }
}

/// Held as long as its file is open.
struct Turn {
    _lock: File,
    session: StoredSession,
}

impl KeeperTurn for Turn {
    fn kept(&self) -> io::Result<Option<SessionTokens>> {
        let loaded = self.session.load().map_err(io::Error::other)?;
        let is_same = |file: &StoredSession| file.account == self.session.account;
        Ok(loaded.and_then(|(tokens, file)| is_same(&file).then_some(tokens)))
    }

    /// A crash leaves the old file or the new one.
    fn keep(&mut self, tokens: &SessionTokens) -> io::Result<()> {
        let StoredSession {
            path,
            server,
            account,
        } = &self.session;
        let directory = path.parent().unwrap_or(Path::new(""));
        // For its owner alone from the start: that is how temporary files are made.
        let mut file = NamedTempFile::new_in(directory)?;
        let written = Written {
            server: server.clone(),
            account: account.clone().unwrap_or_default(),
            tokens: tokens.clone(),
        };
        serde_json::to_writer(&mut file, &written)?;
        file.flush()?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        Ok(())
    }

    fn forget(&mut self) -> io::Result<()> {
        match fs::remove_file(&self.session.path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{Permissions, set_permissions};
    use std::os::unix::fs::PermissionsExt;
    use std::sync::mpsc;
    use std::thread;

    use super::*;

    const SERVER: &str = "https://prod.example/";

    fn tokens(generation: u32) -> SessionTokens {
        let text = format!(
            r#"{{"access_token":"access-{generation}","access_expires_at":"2026-11-20T10:15:00Z",
            "refresh_token":"refresh-{generation}","refresh_expires_at":"2026-11-20T22:00:00Z",
            "socket_token":"socket-{generation}"}}"#
        );
        serde_json::from_str(&text).unwrap()
    }

    fn session(state: &Path) -> StoredSession {
        StoredSession::of_server(state, SERVER, "prod.example").of_account("Ana@example.com")
    }

    fn kept(session: &StoredSession) -> Option<SessionTokens> {
        session.load().unwrap().map(|(tokens, _)| tokens)
    }

    #[test]
    fn what_is_kept_is_its_owners_alone_and_found_by_server() {
        let state = tempfile::tempdir().unwrap();
        let session = session(state.path());
        assert_eq!(kept(&session), None);
        session.turn().unwrap().keep(&tokens(1)).unwrap();
        assert_eq!(kept(&session), Some(tokens(1)));
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let directory = state.path().join("sessions");
        assert_eq!((mode(session.path()), mode(&directory)), (0o600, 0o700));
        let other =
            StoredSession::of_server(state.path(), "https://other.example/", "prod.example");
        assert_eq!(
            kept(&other),
            None,
            "a token goes to the server that gave it"
        );
        session.turn().unwrap().forget().unwrap();
        assert_eq!(kept(&session), None);
    }

    #[test]
    fn a_wide_credentials_file_is_refused() {
        let state = tempfile::tempdir().unwrap();
        let session = session(state.path());
        session.turn().unwrap().keep(&tokens(1)).unwrap();
        set_permissions(session.path(), Permissions::from_mode(0o640)).unwrap();
        let error = session.load().unwrap_err().to_string();
        assert!(error.contains("others may read it"), "{error}");
        assert!(!error.contains("access-1"), "{error}");
        assert!(session.turn().unwrap().kept().is_err());
    }

    #[test]
    fn another_accounts_session_is_not_taken_for_ours() {
        let state = tempfile::tempdir().unwrap();
        let ana = session(state.path());
        ana.turn().unwrap().keep(&tokens(1)).unwrap();
        let bob = ana.clone().of_account("bob@example.com");
        assert_eq!(bob.turn().unwrap().kept().unwrap(), None);
        assert_eq!(ana.turn().unwrap().kept().unwrap(), Some(tokens(1)));
    }

    #[test]
    fn only_one_at_a_time_has_its_turn() {
        let state = tempfile::tempdir().unwrap();
        let session = session(state.path());
        let mut first = session.turn().unwrap();
        let (said, heard) = mpsc::channel();
        let waiting = {
            let (session, said) = (session.clone(), said.clone());
            thread::spawn(move || {
                let turn = session.turn().unwrap();
                said.send("second").unwrap();
                turn.kept().unwrap()
            })
        };
        first.keep(&tokens(2)).unwrap();
        said.send("first").unwrap();
        drop(first);
        assert_eq!(waiting.join().unwrap(), Some(tokens(2)));
        assert_eq!(heard.try_iter().collect::<Vec<_>>(), ["first", "second"]);
    }

    #[test]
    fn a_damaged_file_is_as_good_as_none() {
        let state = tempfile::tempdir().unwrap();
        let session = session(state.path());
        session.turn().unwrap().keep(&tokens(1)).unwrap();
        fs::write(session.path(), "{").unwrap();
        assert_eq!(kept(&session), None);
    }
}
