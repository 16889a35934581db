//! The network: carries the model's calls out and turns what comes back into messages.
//!
//! The only module that knows the client. `runtime` calls it with every effect that is a call; each
//! runs as a task of its own, so that the network never blocks a key. It knows no screen, no model
//! and no terminal, and no text it hands on has not been sanitized.

mod calls;
mod connection;
mod direct;
mod live;
mod queue;
mod record;

use std::collections::HashMap;

use quarterdeck_api::call::AnyCall;
use quarterdeck_api::sessions::Secret;
use quarterdeck_client::CallOptions;
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::AbortHandle;

pub use connection::{ConnectError, Connection};
pub use direct::{Answered, Beside};
pub use quarterdeck_client::{KeeperTurn, RandomBytes, SessionKeeper};

use crate::app::message::{ActionId, Generation, Msg, Reply, SessionCall, Slot, Touched};
use queue::WriteQueue;
use record::Record;

/// Every call that is under way.
#[derive(Debug)]
pub struct Net {
    connection: Connection,
    // Unbounded: as many answers as there were calls, and each call is a key press or a tick.
    messages: UnboundedSender<Msg>,
    reads: HashMap<Slot, AbortHandle>,
    writes: WriteQueue,
    live: Option<AbortHandle>,
    polling: Option<AbortHandle>,
}

impl Net {
    /// Answers go to `messages`.
    pub fn new(connection: Connection, messages: UnboundedSender<Msg>) -> Self {
        Self {
            connection,
            messages,
            reads: HashMap::new(),
            writes: WriteQueue::default(),
            live: None,
            polling: None,
        }
    }

    /// Reads, in place of an earlier read of the slot.
    pub fn fetch(&mut self, slot: Slot, generation: Generation, query: AnyCall) {
        self.cancel(slot);
        let (client, messages) = (self.connection.client.clone(), self.messages.clone());
        let id = client.new_id();
        let read = tokio::spawn(async move {
            let options = CallOptions {
                id: Some(id),
                ..CallOptions::default()
            };
            let record = Record::begin(query.spec().id, id);
            let result = client.call_any(&query, options).await;
            record.end(&result);
            answer(
                &messages,
                Reply::Read {
                    slot,
                    generation,
                    result: calls::reply(result, id),
                },
            );
        });
        self.reads.insert(slot, read.abort_handle());
    }

    /// Aborts the read of a slot, if one is under way.
    pub fn cancel(&mut self, slot: Slot) {
        if let Some(read) = self.reads.remove(&slot) {
            read.abort();
        }
    }

    /// Writes, after earlier writes of the same objects. Never aborted: what was sent may have
    /// happened, and only its answer tells.
    pub fn call(
        &mut self,
        action_id: ActionId,
        idempotency_key: String,
        otp: Option<Secret>,
        call: AnyCall,
        touches: &Touched,
    ) {
        let (client, messages) = (self.connection.client.clone(), self.messages.clone());
        let mut turn = self.writes.enter(touches);
        tokio::spawn(async move {
            turn.come().await;
            let (name, id) = (call.spec().id, client.new_id());
            tracing::info!(operation = name, call_id = %id, idempotency_key, "sending");
            let options = CallOptions {
                id: Some(id),
                idempotency_key: Some(idempotency_key),
                otp,
            };
            let record = Record::begin(name, id);
            let result = client.call_any(&call, options).await;
            record.end(&result);
            answer(
                &messages,
                Reply::Write {
                    action_id,
                    result: calls::reply(result, id),
                },
            );
        });
    }

    /// Keeps a realtime connection, in place of an earlier one.
    pub fn listen(&mut self) {
        self.stop_listening();
        let (client, messages) = (self.connection.client.clone(), self.messages.clone());
        let listening = tokio::spawn(live::listen(client, messages));
        self.live = Some(listening.abort_handle());
    }

    /// Ends it.
    pub fn stop_listening(&mut self) {
        if let Some(listening) = self.live.take() {
            listening.abort();
        }
    }

    /// Leaves the server: whatever is only read is given up, and what was written goes on.
    pub fn leave(&mut self) {
        self.stop_listening();
        for (_, read) in self.reads.drain() {
            read.abort();
        }
    }

    /// Waits for no browser any more: who goes another way is not signed in behind their back.
    pub fn stop_polling(&mut self) {
        if let Some(polling) = self.polling.take() {
            polling.abort();
        }
    }

    /// Takes a step of sign-in.
    pub fn session(&mut self, generation: Generation, call: SessionCall) {
        self.stop_polling();
        let is_poll = matches!(call, SessionCall::PollDevice { .. });
        let id = self.connection.client.new_id();
        let (client, messages) = (self.connection.client.bearing(id), self.messages.clone());
        let step = tokio::spawn(async move {
            let record = Record::begin(call.operation(), id);
            let result = calls::session(&client, call).await;
            record.end_step(&result);
            let result = result.map_err(|error| calls::failed(error, id));
            answer(&messages, Reply::Session { generation, result });
        });
        self.polling = is_poll.then(|| step.abort_handle());
    }
}

fn answer(messages: &UnboundedSender<Msg>, reply: Reply) {
    // Nobody listens any more once the console is leaving.
    let _leaving = messages.send(Msg::Replied(reply));
}

#[cfg(test)]
mod tests;
