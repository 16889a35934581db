//! A sign-in that goes on in a browser: the console asks now and then whether it is done.

use quarterdeck_api::sessions::{DevicePending, DeviceSignIn};
use quarterdeck_api::text::Line;

use super::explain::explain_sign_in;
use super::message::{Failed, Failure, SessionCall};
use super::model::{Model, Session};
use crate::screens::sign_in::{Form, browser_of};

/// Shows where to go, and begins to ask.
pub(super) fn wait(model: &mut Model, flow: DeviceSignIn) {
    model.session = Session::SigningIn(Box::new(Form::browser(flow)));
    ask_again(model);
}

/// Goes on to ask, as the server says.
pub(super) fn wait_on(model: &mut Model, pending: DevicePending) {
    if let Session::SigningIn(form) = &mut model.session {
        form.slow_down(pending);
    }
    ask_again(model);
}

/// Asks once more, as long as the form is shown that waits.
fn ask_again(model: &mut Model) {
    if let Some(flow) = flow(model) {
        let (device, after) = (flow.device.clone(), flow.interval);
        model.take_step(SessionCall::PollDevice { device, after });
    }
}

/// What a failure is to a sign-in that goes on in a browser: one of the moment is outlasted, any other ends it. Tells
/// whether there is such a sign-in.
pub(super) fn outlasts(model: &mut Model, failed: &Failed) -> bool {
    if flow(model).is_none() {
        return false;
    }
    if is_of_the_moment(&failed.why) {
        ask_again(model);
        return true;
    }
    let mut form = Form::provider(model.ways);
    form.refuse(&Line::new(&explain_sign_in(failed)));
    model.session = Session::SigningIn(Box::new(form));
    true
}

fn flow(model: &Model) -> Option<&DeviceSignIn> {
    match &model.session {
        Session::SigningIn(form) => browser_of(form),
        Session::Active
        | Session::Connecting
        | Session::Unreachable { .. }
        | Session::NotAdmin { .. } => None,
    }
}

/// Whether a poll that failed so may be made again: nobody answered, or the server says when.
pub fn is_of_the_moment(why: &Failure) -> bool {
    match why {
        Failure::Problem(problem) => problem.retry_after.is_some(),
        Failure::Unreachable(_) | Failure::Lost(_) | Failure::Timeout => true,
        Failure::SignedOut(_) | Failure::Undecodable(_) => false,
    }
}
