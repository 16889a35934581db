//! The way in: gate, sign-in, code, enrollment, and who the operator turns out to be.

use quarterdeck_api::call::{AnyCall, AnyReply};
use quarterdeck_api::operation::Nothing;
use quarterdeck_api::sessions::{GetGate, GetMe, Me, RecoveryCodes, SignInReply, VerifyMfaRequest};
use quarterdeck_api::text::Line;
use quarterdeck_api::{CONTRACT_VERSION, is_our_contract};

use super::browser;
use super::explain::{explain, explain_sign_in};
use super::input::Key;
use super::keymap::{Action, Section};
use super::live;
use super::loading;
use super::message::{
    Effect, Failed, Failure, Generation, SessionCall, SessionReply, Severity, Slot,
};
use super::model::{Connection, Model, Session};
use super::options::{AccessMode, SessionStart};
use super::pending;
use super::recovery::few_codes;
use super::saved;
use crate::screens::sign_in::{self, Form, Link, Pressed, Progress, STILL_SHOWN, Step, Ways};

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
    model.take_step(SessionCall::SignOut);
}

/// The state of the gate.
pub fn receive_gate(model: &mut Model, result: Result<AnyReply, Failed>) {
    let gate = result.map(AnyReply::take::<GetGate>);
    if let Ok(Some(gate)) = &gate {
        model.ways = Ways::of(gate);
    }
    match gate {
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
    let form = Form::way_in(model.ways, email);
    let form = remark.map_or(form.clone(), |remark| form.saying(remark));
    model.session = Session::SigningIn(Box::new(form));
}

fn welcome(model: &mut Model, me: Box<Me>) {
    if !me.mfa_enabled {
        model.take_step(SessionCall::EnrollMfa);
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
    if matches!(model.session, Session::SigningIn(_)) {
        warn_of_codes(model, &me);
    }
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

/// Who signed in and has few recovery codes left is told while there is time to make new ones.
fn warn_of_codes(model: &mut Model, me: &Me) {
    if let Some(text) = few_codes(me) {
        model.toast(Severity::Warn, &text);
    }
}

/// Asks for the code that new recovery codes take.
pub fn renew_codes(model: &mut Model) {
    if model.access == AccessMode::ReadOnly {
        let text = "Read-only: no new recovery codes are made";
        return model.toast(Severity::Warn, text);
    }
    model.session = Session::SigningIn(Box::new(Form::renew_codes()));
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
            send_form(model);
            model.take_step(request);
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
        (Link::SignIn, _) => go_another_way(model),
        (Link::Provider, _) => {
            model.session = Session::SigningIn(Box::new(Form::provider(model.ways)));
        }
        (Link::Browser, _) => {
            send_form(model);
            model.take_step(SessionCall::StartDevice);
        }
        (Link::CopyAddress, Step::Browser(flow)) => {
            let address = sign_in::address(flow).to_owned();
            model.effects.push(Effect::Copy(address));
        }
        (Link::Recovery, Step::Code { challenge }) => {
            let form = Form::recovery(challenge.clone());
            model.session = Session::SigningIn(Box::new(form));
        }
        (Link::Code, Step::Recovery { challenge }) => {
            let form = Form::code(challenge.clone());
            model.session = Session::SigningIn(Box::new(form));
        }
        (Link::SaveCodes, Step::RecoveryCodes(codes)) => {
            let file = sign_in::file(codes, &model.host);
            model.effects.push(Effect::SaveSecret(file));
        }
        (Link::HaveCodes, _) => go_on(model),
        (Link::Recovery | Link::Code | Link::SaveCodes | Link::CopyAddress, _) => {}
    }
}

/// Whatever was waited for is not any more.
fn go_another_way(model: &mut Model) {
    model.session_generation = model.session_generation.next();
    model.effects.push(Effect::StopPolling);
    show_credentials(model, None);
}

/// The server's turn.
fn send_form(model: &mut Model) {
    if let Session::SigningIn(form) = &mut model.session {
        form.error = None;
        form.progress = Progress::Sent;
    }
}

/// The codes are in the operator's hands: they leave the console's memory.
fn go_on(model: &mut Model) {
    model.session = Session::Connecting;
    ask_who(model);
}

/// One step back: from waiting to the form, from a later form to the first one, from there to the
/// data of a session that has ended.
fn back(model: &mut Model) {
    let Session::SigningIn(form) = &mut model.session else {
        return;
    };
    if form.progress == Progress::Sent {
        // An answer that was dropped would take codes along that nobody has seen.
        if form.step.gives_codes() {
            return;
        }
        form.progress = Progress::Editing;
        model.session_generation = model.session_generation.next();
        model.cancel_read(Slot::Me);
        return;
    }
    match &form.step {
        Step::Code { .. } | Step::FirstLogin => show_credentials(model, None),
        Step::Browser(_) => go_another_way(model),
        Step::Provider if model.ways == Ways::Either => show_credentials(model, None),
        Step::Recovery { .. } => follow(model, Link::Code),
        Step::RenewCodes => model.session = Session::Active,
        Step::RecoveryCodes(_) => form.error = Some(Line::new(STILL_SHOWN)),
        Step::Enroll(_) => {
            show_credentials(
                model,
                Some("The second factor is not set up yet; sign in to go on."),
            );
        }
        Step::Gate { .. } | Step::Credentials | Step::Provider if model.signed_out.is_some() => {
            model.session = Session::Active;
        }
        Step::Gate { .. } | Step::Credentials | Step::Provider => {}
    }
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
        SessionReply::DeviceStarted(flow) => browser::wait(model, flow),
        SessionReply::DevicePending(pending) => browser::wait_on(model, pending),
        SessionReply::Opened => ask_who(model),
        SessionReply::Enrolling(secret) => {
            model.session = Session::SigningIn(Box::new(Form::enroll(secret)));
        }
        SessionReply::Enrolled(reply) => {
            model.toast(Severity::Info, "The second factor is on");
            show_codes(
                model,
                RecoveryCodes {
                    made_at: reply.enrolled_at,
                    recovery_codes: reply.recovery_codes,
                },
            );
        }
        SessionReply::CodesRenewed(codes) => show_codes(model, codes),
        SessionReply::SignedOut => {
            model.clear_rooms();
            live::stop(model);
            show_credentials(model, Some("Signed out."));
        }
    }
}

/// Shows new recovery codes, once; a server from before they came gives out none.
fn show_codes(model: &mut Model, codes: RecoveryCodes) {
    if codes.recovery_codes.is_empty() {
        return ask_who(model);
    }
    model.session = Session::SigningIn(Box::new(Form::recovery_codes(codes)));
}

/// With a second factor the code is asked for; without one the session can only enroll.
fn challenged(model: &mut Model, reply: SignInReply) {
    if reply.require_mfa {
        model.session = Session::SigningIn(Box::new(Form::code(reply.token)));
    } else {
        model.take_step(SessionCall::VerifyMfa(VerifyMfaRequest {
            token: reply.token,
            mfa_code: None,
            recovery_code: None,
        }));
    }
}

fn refused(model: &mut Model, failed: &Failed) {
    model.note_failure(&failed.why);
    if browser::outlasts(model, failed) {
        return;
    }
    match &mut model.session {
        Session::SigningIn(form) => {
            let said = sign_in::explain_refusal(&form.step, &failed.why);
            let said = said.unwrap_or_else(|| explain_sign_in(failed));
            form.refuse(&Line::new(&said));
        }
        Session::Active
        | Session::Connecting
        | Session::Unreachable { .. }
        | Session::NotAdmin { .. } => {
            model.toast(Severity::Error, &explain(failed));
        }
    }
}
