//! The reasons that decisions take, asked for once the operator has signed in.

use quarterdeck_api::call::{AnyCall, AnyReply};
use quarterdeck_api::operation::Nothing;
use quarterdeck_api::reasons::ListReasons;

use crate::app::message::{Failed, Failure, Slot};
use crate::app::model::Model;
use crate::app::reasons::Reasons;

/// What an older server answers, which has no lists.
const NOT_FOUND: u16 = 404;

/// Asks for the lists: a server that was started anew may have others.
pub fn ask_reasons(model: &mut Model) {
    model.fetch(Slot::Reasons, AnyCall::query::<ListReasons>(Nothing {}));
}

/// Asks for the lists, unless the server has said what it has.
pub fn ask_missing_reasons(model: &mut Model) {
    if model.reasons.are_open() && !model.is_loading(Slot::Reasons) {
        ask_reasons(model);
    }
}

/// Takes the lists. Without them those that were there stand, at first the built-in ones; they are asked for
/// again with the next refresh, unless the server is an older one.
pub fn receive_reasons(model: &mut Model, result: Result<AnyReply, Failed>) {
    match result.map(AnyReply::take::<ListReasons>) {
        Ok(Some(lists)) => model.reasons = Reasons::served(lists),
        Ok(None) => {}
        Err(failed) => match failed.why {
            Failure::Problem(problem) if problem.status == NOT_FOUND => model.reasons.stand(),
            Failure::Problem(_)
            | Failure::SignedOut(_)
            | Failure::Unreachable(_)
            | Failure::Lost(_)
            | Failure::Timeout
            | Failure::Undecodable(_) => {}
        },
    }
}
