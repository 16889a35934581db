//! Answers to effects, led to whoever asked.

use quarterdeck_api::call::AnyReply;

use super::claims;
use super::doctor;
use super::loading;
use super::message::{Failed, Failure, Generation, Reply, Slot};
use super::model::{Connection, Model};
use super::outcomes;
use super::pending;
use super::saved;
use super::session;

/// Takes an answer.
pub fn receive(model: &mut Model, reply: Reply) {
    match reply {
        Reply::Read {
            slot,
            generation,
            result,
        } => receive_read(model, slot, generation, result),
        Reply::Write { action_id, result } => outcomes::receive(model, action_id, result),
        Reply::Session { generation, result } => session::receive(model, generation, result),
    }
}

/// The answer to a read; one that is not the newest of its slot is dropped.
fn receive_read(
    model: &mut Model,
    slot: Slot,
    generation: Generation,
    result: Result<AnyReply, Failed>,
) {
    if !model.accept(slot, generation) {
        return;
    }
    match &result {
        Ok(_) => model.connection = Connection::Online,
        // The whole log is read for it: that this takes too long says nothing of the connection.
        Err(failed) if slot == Slot::Verify && failed.why == Failure::Timeout => {}
        Err(failed) => model.note_failure(&failed.why),
    }
    match slot {
        Slot::List(tab) => loading::receive_list(model, tab, result),
        Slot::Detail(tab) => loading::receive_detail(model, tab, result),
        Slot::Verify => loading::receive_verification(model, result),
        Slot::Me => session::receive_me(model, result),
        Slot::All(tab) => loading::receive_all(model, tab, result),
        Slot::Reasons => loading::receive_reasons(model, result),
        Slot::Doctor => doctor::receive(model, result),
        Slot::Health => doctor::receive_health(model, result),
        Slot::Fate => pending::receive(model, result),
        Slot::Journal => loading::receive_journal(model, result),
        Slot::Filters => saved::receive_list(model, result),
        Slot::Holders(tab) => claims::receive_holders(model, tab, result),
        Slot::Gate => session::receive_gate(model, result),
    }
}
