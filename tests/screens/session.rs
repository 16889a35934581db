//! The way in.

use quarterdeck::app::layout::Size;
use quarterdeck::app::message::{Effect, ReadReply, SessionCall, SessionReply, Slot};
use quarterdeck::app::options::{Options, SessionStart};
use quarterdeck::app::tab::Tab;
use quarterdeck_api::problem::Code;
use quarterdeck_api::sessions::{ConfirmMfaReply, EnrollReply, GateView, Me, Secret, SignInReply};
use quarterdeck_api::text::Line;

use crate::desk::{Desk, SMALL, options};
use crate::fixtures::{self, NOW};

pub(crate) fn signed_out(size: Size) -> Options {
    Options { session: SessionStart::SignIn, ..options(size) }
}

fn gate(required: bool, passed: bool) -> GateView {
    GateView { required, passed, token: None, app_url: Some(Line::new("https://app.example")) }
}

pub(crate) fn at_the_gate(size: Size) -> Desk {
    let mut desk = Desk::started(signed_out(size));
    desk.answer(Slot::Gate, ReadReply::Gate(gate(true, false)));
    desk
}

pub(crate) fn signing_in(size: Size) -> Desk {
    let mut desk = Desk::started(signed_out(size));
    desk.answer(Slot::Gate, ReadReply::Gate(gate(false, false)));
    desk
}

fn challenge(require_mfa: bool) -> SessionReply {
    SessionReply::Challenged(SignInReply {
        token: Secret::new("challenge".to_owned()),
        require_mfa,
        mfa_enrollment_required: !require_mfa,
    })
}

pub(crate) fn asked_for_a_code(size: Size) -> Desk {
    let mut desk = signing_in(size);
    desk.text("root@quarterdeck.example").keys("Enter").text("quarterdeck-demo").keys("Enter");
    desk.answer_session(Ok(challenge(true)));
    desk
}

pub(crate) fn enrolling(size: Size) -> Desk {
    let mut desk = signing_in(size);
    desk.text("new@quarterdeck.example").keys("Enter").text("quarterdeck-demo").keys("Enter");
    desk.answer_session(Ok(challenge(false)));
    desk.answer_session(Ok(SessionReply::Opened));
    let me = Me { mfa_enabled: false, email: Line::new("new@quarterdeck.example"), ..fixtures::root() };
    desk.answer(Slot::Me, ReadReply::Me(Box::new(me)));
    let secret = "QUARTERDECKDEMO2QUARTERDECK2DEMO";
    let url = format!("otpauth://totp/Quarterdeck:new@quarterdeck.example?secret={secret}&issuer=Quarterdeck");
    desk.answer_session(Ok(SessionReply::Enrolling(EnrollReply {
        secret: Secret::new(secret.to_owned()),
        otpauth_url: Secret::new(url),
    })));
    desk
}

pub(crate) fn not_an_admin(size: Size) -> Desk {
    let mut desk = Desk::started(options(size));
    let me = Me {
        is_platform_admin: false,
        email: Line::new("plain@quarterdeck.example"),
        ..fixtures::root()
    };
    desk.answer(Slot::Me, ReadReply::Me(Box::new(me)));
    desk
}
