//! The order of writes: those that touch the same object go out one after another, others do not wait.

use std::collections::HashMap;

use tokio::sync::watch;

use crate::app::list::RowId;
use crate::app::message::Touched;
use crate::app::tab::Tab;

/// A row, or all that a tab is about.
type Entity = (Tab, Option<RowId>);

fn entities(touched: &Touched) -> Vec<Entity> {
    match touched.ids.as_slice() {
        [] => vec![(touched.tab, None)],
        ids => ids.iter().map(|id| (touched.tab, Some(*id))).collect(),
    }
}

/// The last write in line for each object.
#[derive(Debug, Default)]
pub(super) struct WriteQueue {
    last: HashMap<Entity, watch::Receiver<()>>,
}

/// A place in the line, given up by dropping it, however its write ends.
#[derive(Debug)]
pub(super) struct Turn {
    before: Vec<watch::Receiver<()>>,
    _place: watch::Sender<()>,
}

impl WriteQueue {
    /// Takes a place behind every earlier write of the same objects.
    pub(super) fn enter(&mut self, touched: &Touched) -> Turn {
        self.last.retain(|_, turn| turn.has_changed().is_ok());
        let (place, taken) = watch::channel(());
        let before = entities(touched)
            .into_iter()
            .filter_map(|entity| self.last.insert(entity, taken.clone()));
        Turn {
            before: before.collect(),
            _place: place,
        }
    }
}

impl Turn {
    /// Waits for the writes before it.
    pub(super) async fn come(&mut self) {
        for turn in &mut self.before {
            // Nothing is ever sent: the wait ends when the place is given up.
            while turn.changed().await.is_ok() {}
        }
        self.before.clear();
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    fn applications(ids: &[i64]) -> Touched {
        Touched {
            tab: Tab::Applications,
            ids: ids.iter().copied().map(RowId).collect(),
        }
    }

    fn has_come(turn: &mut Turn) -> bool {
        pin!(turn.come()).poll(&mut Context::from_waker(Waker::noop())) == Poll::Ready(())
    }

    #[test]
    fn writes_of_one_object_go_in_order_and_others_do_not_wait() {
        let mut queue = WriteQueue::default();
        let mut first = queue.enter(&applications(&[1]));
        let mut both = queue.enter(&applications(&[1, 2]));
        let mut second = queue.enter(&applications(&[2]));
        let mut audit = queue.enter(&Touched {
            tab: Tab::Audit,
            ids: Vec::new(),
        });
        assert!(has_come(&mut first) && has_come(&mut audit));
        assert!(!has_come(&mut both) && !has_come(&mut second));
        drop(first);
        assert!(has_come(&mut both) && !has_come(&mut second));
        drop(both);
        assert!(has_come(&mut second));
    }

    #[test]
    fn finished_writes_are_forgotten() {
        let mut queue = WriteQueue::default();
        drop(queue.enter(&applications(&[1])));
        let mut second = queue.enter(&applications(&[2]));
        assert_eq!(queue.last.len(), 1);
        assert!(has_come(&mut second));
    }
}
