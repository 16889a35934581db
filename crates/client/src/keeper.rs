//! A session that outlives the process, and that several processes may share.
//!
//! The client knows no files: whoever keeps the session gives it a [`SessionKeeper`]. A refresh token is
//! good once and to use it twice ends the session, so that whoever renews must first have its turn.

use std::io;

use quarterdeck_api::sessions::SessionTokens;

/// Keeps a session outside of this process.
pub trait SessionKeeper: Send + Sync + 'static {
    /// Waits until nobody else renews or changes what is kept. It blocks.
    fn turn(&self) -> io::Result<Box<dyn KeeperTurn>>;
}

/// The right to renew and to change what is kept; given up by dropping it.
pub trait KeeperTurn: Send {
    /// The session as it is kept now; none where it is gone or another account's.
    fn kept(&self) -> io::Result<Option<SessionTokens>>;
    /// Keeps these tokens in place of those before.
    fn keep(&mut self, tokens: &SessionTokens) -> io::Result<()>;
    /// Keeps it no longer.
    fn forget(&mut self) -> io::Result<()>;
}
