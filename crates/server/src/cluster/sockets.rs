//! The realtime connections of this process: how many there may be, and how the session of each stands.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

/// Connections that one account may have in a process.
pub const MOST_OF_AN_ACCOUNT: usize = 16;

/// Whose connection it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The account.
    pub user_id: i64,
    /// The session that it was opened with.
    pub session_id: i64,
}

/// Why there is no place for another connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Full {
    /// The process has as many as it may.
    #[error("this process has as many realtime connections as it may")]
    Process,
    /// The account has.
    #[error("this account has as many realtime connections as it may")]
    Account,
    /// The process stops.
    #[error("this process stops")]
    Stopping,
}

/// The connections that are open. `T` is how a session stands.
#[derive(Debug)]
pub struct Sockets<T> {
    state: Arc<Mutex<State<T>>>,
    count: Arc<watch::Sender<usize>>,
}

#[derive(Debug)]
struct State<T> {
    open: BTreeMap<u64, Open<T>>,
    last: u64,
    is_closed: bool,
}

#[derive(Debug)]
struct Open<T> {
    owner: Owner,
    standing: watch::Sender<T>,
}

impl<T> Clone for Sockets<T> {
    fn clone(&self) -> Self {
        Self {
            state: Arc::clone(&self.state),
            count: Arc::clone(&self.count),
        }
    }
}

impl<T> Default for Sockets<T> {
    fn default() -> Self {
        let state = State {
            open: BTreeMap::new(),
            last: 0,
            is_closed: false,
        };
        Self {
            state: Arc::new(Mutex::new(state)),
            count: Arc::default(),
        }
    }
}

impl<T> Sockets<T> {
    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a place for a connection; it is given up when the place is dropped.
    ///
    /// # Errors
    /// There is none.
    pub fn take(&self, owner: Owner, standing: T, most: usize) -> Result<Place<T>, Full> {
        let mut state = self.state();
        let mut owners = state.open.values().map(|open| open.owner.user_id);
        if state.is_closed {
            return Err(Full::Stopping);
        }
        if state.open.len() >= most {
            return Err(Full::Process);
        }
        if owners.by_ref().filter(|id| *id == owner.user_id).count() >= MOST_OF_AN_ACCOUNT {
            return Err(Full::Account);
        }
        drop(owners);
        state.last += 1;
        let number = state.last;
        let (standing, told) = watch::channel(standing);
        state.open.insert(number, Open { owner, standing });
        self.count.send_replace(state.open.len());
        Ok(Place {
            sockets: self.clone(),
            number,
            standing: told,
        })
    }

    /// Takes no further connection.
    pub fn close(&self) {
        self.state().is_closed = true;
    }

    /// How many are open, now and whenever that changes.
    pub fn count(&self) -> watch::Receiver<usize> {
        self.count.subscribe()
    }

    /// The sessions of those that are open.
    pub fn sessions(&self) -> Vec<i64> {
        let state = self.state();
        let sessions = state.open.values().map(|open| open.owner.session_id);
        let mut sessions: Vec<_> = sessions.collect();
        sessions.sort_unstable();
        sessions.dedup();
        sessions
    }

    /// Tells every connection how its session stands, where that is known.
    pub fn judge(&self, standing: impl Fn(i64) -> Option<T>) {
        for open in self.state().open.values() {
            if let Some(standing) = standing(open.owner.session_id) {
                open.standing.send_replace(standing);
            }
        }
    }
}

/// The place of an open connection.
#[derive(Debug)]
pub struct Place<T> {
    sockets: Sockets<T>,
    number: u64,
    /// How its session stands.
    pub standing: watch::Receiver<T>,
}

impl<T> Drop for Place<T> {
    fn drop(&mut self) {
        let mut state = self.sockets.state();
        state.open.remove(&self.number);
        self.sockets.count.send_replace(state.open.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(user_id: i64, session_id: i64) -> Owner {
        Owner {
            user_id,
            session_id,
        }
    }

    #[test]
    fn there_are_places_for_so_many_and_a_place_is_given_back() {
        let sockets = Sockets::default();
        let first = sockets.take(owner(1, 10), (), 2);
        let second = sockets.take(owner(2, 20), (), 2);
        assert!(first.is_ok() && second.is_ok());
        assert_eq!(
            sockets.take(owner(3, 30), (), 2).map(|_| ()),
            Err(Full::Process)
        );
        assert_eq!(*sockets.count().borrow(), 2);
        drop(first);
        assert_eq!(sockets.sessions(), [20]);
        assert!(sockets.take(owner(3, 30), (), 2).is_ok());
    }

    #[test]
    fn one_account_cannot_take_all_places() {
        let sockets = Sockets::default();
        let held: Vec<_> = (0..MOST_OF_AN_ACCOUNT)
            .map(|_| sockets.take(owner(1, 10), (), 1_000))
            .collect();
        assert!(held.iter().all(Result::is_ok));
        assert_eq!(
            sockets.take(owner(1, 11), (), 1_000).map(|_| ()),
            Err(Full::Account)
        );
        assert!(sockets.take(owner(2, 20), (), 1_000).is_ok());
        assert_eq!(sockets.sessions(), [10]);
    }

    #[test]
    fn each_is_told_how_its_own_session_stands() {
        let sockets = Sockets::default();
        let ana = sockets.take(owner(1, 10), 0, 9);
        let bob = sockets.take(owner(2, 20), 0, 9);
        sockets.judge(Some);
        let told = |place: Result<Place<i64>, Full>| place.map(|place| *place.standing.borrow());
        assert_eq!((told(ana), told(bob)), (Ok(10), Ok(20)));
        sockets.close();
        assert_eq!(
            sockets.take(owner(3, 30), 0, 9).map(|_| ()),
            Err(Full::Stopping)
        );
    }
}
