//! What the realtime connections of this process are told.
//!
//! One writer, as many readers as there are connections. It is bounded: a reader that falls behind by
//! more than [`CAPACITY`] is told so instead of the rest. Several processes need no more than one each, because
//! what is told is read from the database; a bus between them would only tell it sooner.

use bytes::Bytes;
use quarterdeck_api::operation::Access;
use quarterdeck_api::realtime::{Event, Farewell, Frame, Resource};
use tokio::sync::broadcast;

/// How far a reader may fall behind, in frames.
pub const CAPACITY: usize = 256;

/// What a connection is told.
#[derive(Clone, Debug)]
pub enum Told {
    /// A frame, to those whom it is meant for.
    Frame {
        /// Whom it is meant for.
        access: Access,
        /// Its place in the audit log, where it has one: who was told of that row already is not told again.
        seq: Option<i64>,
        /// Its JSON text.
        text: Bytes,
    },
    /// The connection ends.
    End(Farewell),
}

impl Told {
    /// A frame about a resource, made into text once for all who read it.
    pub fn frame(resource: Resource, seq: Option<i64>, event: Event) -> Self {
        Self::Frame {
            access: resource.access(),
            seq,
            text: text(event),
        }
    }
}

/// The JSON text of a frame.
pub fn text(event: Event) -> Bytes {
    // Ids, codes and times always have a JSON form.
    serde_json::to_vec(&Frame::from(event))
        .unwrap_or_default()
        .into()
}

/// The bus of one process.
#[derive(Clone, Debug)]
pub struct Bus(broadcast::Sender<Told>);

impl Default for Bus {
    fn default() -> Self {
        Self(broadcast::Sender::new(CAPACITY))
    }
}

impl Bus {
    /// Tells all who read.
    pub fn tell(&self, told: Told) {
        // Nobody may be reading.
        let _ = self.0.send(told);
    }

    /// Reads from now on.
    pub fn read(&self) -> broadcast::Receiver<Told> {
        self.0.subscribe()
    }
}
