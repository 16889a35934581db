//! The way in: gate, sign-in, code, enrollment, and who the operator turns out to be.

use quarterdeck_api::call::{AnyCall, AnyReply};
use quarterdeck_api::operation::Nothing;
use quarterdeck_api::sessions::{GetGate, GetMe, Me, SignInReply, VerifyMfaRequest};
use quarterdeck_api::text::Line;
use quarterdeck_api::{CONTRACT_VERSION, is_our_contract};

use super::explain::{explain, explain_sign_in};
use super::input::Key;
use super::keymap::{Action, Section};
use super::live;
use super::loading;
use super::message::{
    Effect, Failed, Failure, Generation, SessionCall, SessionReply, Severity, Slot,
};
use super::model::{Connection, Model, Session};
use super::options::SessionStart;
use super::pending;
use super::saved;
use crate::screens::sign_in::{Form, Link, Pressed, Progress, Step};

/// Asks the server what it wants: who we are if there is a session, else whether the gate is closed.
pub fn start(model: &mut Model) {
    model.session = Session::Connecting;
    match model.options.session {
        SessionStart::Resume => ask_who(model),
        SessionStart::SignIn | SessionStart::FirstLogin => {
            model.fetch(Slot::Gate, AnyCall::query::<GetGate>(Nothing {}));
        }
    }
}

fn ask_who(model: &mut Model) {
    model.fetch(Slot::Me, AnyCall::query::<GetMe>(Nothing {}));
}

/// Leads to sign-in; what is shown stays where the same account comes back.
pub fn sign_in_again(model: &mut Model) {
    model.options.session = SessionStart::SignIn;
    live::stop(model);
    start(model);
}

/// Ends the session.
pub fn sign_out(model: &mut Model) {
    call(model, SessionCall::SignOut);
}

/// The state of the gate.
pub fn receive_gate(model: &mut Model, result: Result<AnyReply, Failed>) {
    match result.map(AnyReply::take::<GetGate>) {
        Ok(Some(gate)) if gate.required && !gate.passed => {
            model.session = Session::SigningIn(Box::new(Form::gate(gate.app_url)));
        }
        Ok(_) => show_way_in(model),
        Err(failure) => unreachable_because(model, &failure),
    }
}

/// Who the operator is.
pub fn receive_me(model: &mut Model, result: Result<AnyReply, Failed>) {
    match result.map(AnyReply::take::<GetMe>) {
        Ok(Some(me)) => welcome(model, Box::new(me)),
        Ok(_) => show_credentials(model, None),
        Err(failed) => match &failed.why {
            Failure::Problem(_) | Failure::SignedOut(_) => {
                model.toast(Severity::Error, &explain_sign_in(&failed));
                sign_in_again(model);
            }
            Failure::Unreachable(_)
            | Failure::Lost(_)
            | Failure::Timeout
            | Failure::Undecodable(_) => unreachable_because(model, &failed),
        },
    }
}

fn unreachable_because(model: &mut Model, failed: &Failed) {
    model.session = Session::Unreachable {
        why: Line::new(&explain(failed)),
    };
}

/// The form that a run begins with.
fn show_way_in(model: &mut Model) {
    match model.options.session {
        SessionStart::FirstLogin => {
            model.session = Session::SigningIn(Box::new(Form::first_login()));
        }
        SessionStart::SignIn | SessionStart::Resume => show_credentials(model, None),
    }
}

fn show_credentials(model: &mut Model, remark: Option<&str>) {
    let email = model.me.as_ref().map_or("", |me| me.email.as_str());
    let form = Form::credentials(email);
    let form = remark.map_or(form.clone(), |remark| form.saying(remark));
    model.session = Session::SigningIn(Box::new(form));
}

fn welcome(model: &mut Model, me: Box<Me>) {
    if !me.mfa_enabled {
        call(model, SessionCall::EnrollMfa);
        return;
    }
    if !me.is_platform_admin {
        model.session = Session::NotAdmin { email: me.email };
        return;
    }
    if model.me.as_ref().is_some_and(|before| before.id != me.id) {
        model.clear_rooms();
    }
    warn_of_version(model, &me);
    model.signed_out = None;
    model.session = Session::Active;
    model.enter_as(me);
    live::listen(model);
    enter(model);
}

/// A console of another major version may misread replies: it says so and stays readable.
fn warn_of_version(model: &mut Model, me: &Me) {
    let theirs = me.contract_version.as_str();
    if !is_our_contract(theirs) {
        let text = format!(
            "The server speaks version {theirs} of the contract, this console {CONTRACT_VERSION}. \
             Install the console that belongs to it; until then trust what you read, decide nothing."
        );
        model.toast(Severity::Error, &text);
    }
}

/// Shows the first tab that the operator may see.
fn enter(model: &mut Model) {
    let tabs = model.tabs();
    let here = model.tab;
    match tabs.iter().find(|tab| **tab == here).or(tabs.first()) {
        Some(tab) if model.room(*tab).state().is_visited => loading::refresh(model),
        Some(tab) => loading::show(model, *tab),
        None => model.toast(
            Severity::Warn,
            "Your account may see none of the tabs; ask a super-admin.",
        ),
    }
    loading::ask_reasons(model);
    saved::ask(model);
    pending::ask(model);
}

/// Takes a key on a form. While an answer is awaited only the way back works.
pub fn press(model: &mut Model, key: Key) {
    let action = model.keymap.action(&[Section::Prompt], key);
    let Session::SigningIn(form) = &mut model.session else {
        return;
    };
    let pressed = match form.progress {
        Progress::Editing => form.press(key, action),
        Progress::Sent if action == Some(Action::Abandon) => Pressed::Back,
        Progress::Sent => Pressed::Taken,
    };
    match pressed {
        Pressed::Taken => {}
        Pressed::Submit => submit(model),
        Pressed::Follow(link) => follow(model, link),
        Pressed::Back => back(model),
    }
}

fn submit(model: &mut Model) {
    let Session::SigningIn(form) = &mut model.session else {
        return;
    };
    match form.request() {
        Ok(request) => {
            form.error = None;
            form.progress = Progress::Sent;
            call(model, request);
        }
        Err(missing) => form.error = Some(Line::new(missing)),
    }
}

fn follow(model: &mut Model, link: Link) {
    let Session::SigningIn(form) = &model.session else {
        return;
    };
    match (link, &form.step) {
        (Link::BackToApp, Step::Gate { app_url: Some(url) }) => {
            let message = Some(url.to_string());
            model.effects.push(Effect::Quit { message });
        }
        (Link::BackToApp, _) => model.effects.push(Effect::Quit { message: None }),
        (Link::FirstLogin, _) => model.session = Session::SigningIn(Box::new(Form::first_login())),
        (Link::SignIn, _) => show_credentials(model, None),
    }
}

/// One step back: from waiting to the form, from a later form to the first one, from there to the
/// data of a session that has ended.
fn back(model: &mut Model) {
    let Session::SigningIn(form) = &mut model.session else {
        return;
    };
    if form.progress == Progress::Sent {
        form.progress = Progress::Editing;
        model.session_generation = model.session_generation.next();
        model.cancel_read(Slot::Me);
        return;
    }
    match form.step {
        Step::Code { .. } | Step::FirstLogin => show_credentials(model, None),
        Step::Enroll(_) => {
            show_credentials(
                model,
                Some("The second factor is not set up yet; sign in to go on."),
            );
        }
        Step::Gate { .. } | Step::Credentials if model.signed_out.is_some() => {
            model.session = Session::Active;
        }
        Step::Gate { .. } | Step::Credentials => {}
    }
}

fn call(model: &mut Model, call: SessionCall) {
    model.session_generation = model.session_generation.next();
    model.effects.push(Effect::Session {
        generation: model.session_generation,
        call,
    });
}

/// Takes the answer to a step of sign-in; an older one is dropped.
pub fn receive(model: &mut Model, generation: Generation, result: Result<SessionReply, Failed>) {
    if generation != model.session_generation {
        return;
    }
    match result {
        Ok(reply) => {
            model.connection = Connection::Online;
            proceed(model, reply);
        }
        Err(failure) => refused(model, &failure),
    }
}

fn proceed(model: &mut Model, reply: SessionReply) {
    match reply {
        SessionReply::GatePassed(_) => show_way_in(model),
        SessionReply::Challenged(reply) => challenged(model, reply),
        SessionReply::Opened => ask_who(model),
        SessionReply::Enrolling(secret) => {
            model.session = Session::SigningIn(Box::new(Form::enroll(secret)));
        }
        SessionReply::Enrolled(_) => {
            model.toast(Severity::Info, "The second factor is on");
            ask_who(model);
        }
        SessionReply::SignedOut => {
            model.clear_rooms();
            live::stop(model);
            show_credentials(model, Some("Signed out."));
        }
    }
}

/// With a second factor the code is asked for; without one the session can only enroll.
fn challenged(model: &mut Model, reply: SignInReply) {
    if reply.require_mfa {
        model.session = Session::SigningIn(Box::new(Form::code(reply.token)));
    } else {
        call(
            model,
            SessionCall::VerifyMfa(VerifyMfaRequest {
                token: reply.token,
                mfa_code: None,
            }),
        );
    }
}

fn refused(model: &mut Model, failed: &Failed) {
    let said = Line::new(&explain_sign_in(failed));
    model.note_failure(&failed.why);
    match &mut model.session {
        Session::SigningIn(form) => form.refuse(&said),
        Session::Active
        | Session::Connecting
        | Session::Unreachable { .. }
        | Session::NotAdmin { .. } => {
            model.toast(Severity::Error, &explain(failed));
        }
    }
}
