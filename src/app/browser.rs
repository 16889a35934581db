//! A sign-in that goes on in a browser: the console asks now and then whether it is done.

use quarterdeck_api::problem::Class;
use quarterdeck_api::sessions::DeviceSignIn;
use quarterdeck_api::text::Line;

use super::explain::explain_sign_in;
use super::message::{Failed, Failure, SessionCall};
use super::model::{Model, Session};
use crate::screens::sign_in::{Form, browser_of};

/// Shows where to go, and begins to ask.
pub(super) fn wait(model: &mut Model, flow: DeviceSignIn) {
    let after = flow.interval;
    model.session = Session::SigningIn(Box::new(Form::browser(flow)));
    wait_on(model, after);
}

/// Asks once more after so many seconds, as long as the form is shown that waits.
pub(super) fn wait_on(model: &mut Model, after: u32) {
    if let Some(flow) = flow(model) {
        let device = flow.device.clone();
        model.take_step(SessionCall::PollDevice { device, after });
    }
}

/// What a failure is to a sign-in that goes on in a browser: one of the moment is outlasted, any other ends it. Tells
/// whether there is such a sign-in.
pub(super) fn outlasts(model: &mut Model, failed: &Failed) -> bool {
    let Some(flow) = flow(model) else {
        return false;
    };
    if is_of_the_moment(&failed.why) {
        let after = flow.interval;
        wait_on(model, after);
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

fn is_of_the_moment(why: &Failure) -> bool {
    match why {
        Failure::Problem(problem) => match Class::of(problem.status) {
            Class::Throttled | Class::Server => true,
            Class::Invalid
            | Class::Unauthenticated
            | Class::Payment
            | Class::Forbidden
            | Class::NotFound
            | Class::Conflict => false,
        },
        Failure::Unreachable(_) | Failure::Lost(_) | Failure::Timeout => true,
        Failure::SignedOut(_) | Failure::Undecodable(_) => false,
    }
}
