//! Sign-in by an OpenID provider: by the browser of any device, or by a token that is pasted (C-09).

use quarterdeck::app::layout::Size;
use quarterdeck::app::message::{Effect, Failure, SessionCall, SessionReply, Slot};
use quarterdeck_api::call::AnyReply;
use quarterdeck_api::problem::Code;
use quarterdeck_api::sessions::{
    DevicePending, DeviceSignIn, GateView, GetGate, GetMe, Secret, SignInReply, SignInWay,
};
use quarterdeck_api::text::Line;

use crate::desk::{Desk, SMALL};
use crate::fixtures::{self, NOW};
use crate::session::{gate, signed_out};

fn offering(size: Size, ways: &[SignInWay]) -> Desk {
    let mut desk = Desk::started(signed_out(size));
    let ways = ways.iter().copied().map(Into::into).collect();
    let gate = GateView {
        ways,
        ..gate(false, false)
    };
    desk.answer(Slot::Gate, AnyReply::new::<GetGate>(gate));
    desk
}

const EITHER: &[SignInWay] = &[SignInWay::Password, SignInWay::Oidc];

pub(crate) fn either(size: Size) -> Desk {
    offering(size, EITHER)
}

pub(crate) fn by_provider(size: Size) -> Desk {
    offering(size, &[SignInWay::Oidc])
}

fn flow() -> DeviceSignIn {
    DeviceSignIn {
        device: Secret::new("device".to_owned()),
        user_code: Line::new("WDJB-MJHT"),
        verification_uri: Line::new("https://id.example.com/activate"),
        verification_uri_complete: Some(Line::new(
            "https://id.example.com/activate?user_code=WDJB-MJHT",
        )),
        expires_at: NOW,
        interval: 5,
    }
}

pub(crate) fn waiting(size: Size) -> Desk {
    let mut desk = by_provider(size);
    desk.keys("Enter");
    desk.answer_session(Ok(SessionReply::DeviceStarted(flow())));
    desk
}

/// How often the browser was asked for, and after how many seconds last.
fn polls(desk: &Desk) -> Vec<u32> {
    let polls = desk.effects.iter().filter_map(|effect| match effect {
        Effect::Session {
            call: SessionCall::PollDevice { device, after },
            ..
        } => {
            assert_eq!(device.expose(), "device");
            Some(*after)
        }
        _ => None,
    });
    polls.collect()
}

fn pending(desk: &mut Desk, interval: u32) {
    desk.answer_session(Ok(SessionReply::DevicePending(DevicePending {
        interval,
        device: None,
    })));
}

fn asks_who(desk: &Desk) -> bool {
    !desk.queries(Slot::Me).is_empty()
}

#[test]
fn c_09_the_provider_is_offered_where_the_server_has_one() {
    let mut desk = offering(SMALL, &[]);
    assert!(!desk.shows("provider"), "{}", desk.screen());
    desk = either(SMALL);
    desk.keys("Tab Tab o");
    assert!(
        desk.shows("In a browser, on any device"),
        "{}",
        desk.screen()
    );
    desk.keys("Esc");
    assert!(desk.shows("Password"), "{}", desk.screen());
    desk = by_provider(SMALL);
    assert!(
        desk.shows("In a browser, on any device"),
        "{}",
        desk.screen()
    );
    assert!(
        !desk.shows("Password") && !desk.shows("password"),
        "{}",
        desk.screen()
    );
}

#[test]
fn c_09_the_console_waits_for_the_browser_and_goes_on_by_itself() {
    let mut desk = waiting(SMALL);
    for text in [
        "https://id.example.com/activate",
        "WDJB-MJHT",
        "Waiting for the browser",
    ] {
        assert!(desk.shows(text), "{text}: {}", desk.screen());
    }
    assert_eq!(polls(&desk), [5]);
    pending(&mut desk, 10);
    assert_eq!(polls(&desk), [5, 10]);
    desk.keys("c");
    let copied = desk.effects.iter().any(|effect| {
        matches!(effect, Effect::Copy(text) if text == "https://id.example.com/activate?user_code=WDJB-MJHT")
    });
    assert!(copied);
    desk.answer_session(Ok(SessionReply::Opened));
    assert!(asks_who(&desk));
    desk.answer(Slot::Me, AnyReply::new::<GetMe>(fixtures::root()));
    assert!(!desk.shows("browser"), "{}", desk.screen());
}

#[test]
fn c_09_an_account_with_a_second_factor_here_is_asked_for_it() {
    let mut desk = waiting(SMALL);
    desk.answer_session(Ok(SessionReply::Challenged(SignInReply {
        token: Secret::new("challenge".to_owned()),
        require_mfa: true,
        mfa_enrollment_required: false,
    })));
    assert!(desk.shows("One-time code"), "{}", desk.screen());
    desk.text("123456").keys("Enter");
    let (_, SessionCall::VerifyMfa(request)) = desk.session_call() else {
        panic!("no code")
    };
    assert_eq!(request.token.expose(), "challenge");
}

#[test]
fn whoever_goes_another_way_waits_for_the_browser_no_more() {
    for away in ["Esc", "s"] {
        let mut desk = either(SMALL);
        desk.keys("Tab Tab o Enter");
        desk.answer_session(Ok(SessionReply::DeviceStarted(flow())));
        let (generation, _) = desk.session_call();
        desk.keys(away);
        let stops = desk
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::StopPolling));
        assert!(stops, "{away}");
        assert!(desk.shows("E-mail"), "{away}: {}", desk.screen());
        let late = quarterdeck::app::message::Reply::Session {
            generation,
            result: Ok(SessionReply::Opened),
        };
        desk.send(quarterdeck::app::message::Msg::Replied(late));
        assert!(!asks_who(&desk), "{away}");
        assert!(desk.shows("E-mail"), "{away}: {}", desk.screen());
    }
}

#[test]
fn a_sign_in_that_is_over_says_so_and_is_begun_anew() {
    let mut desk = waiting(SMALL);
    let over = "the sign-in in the browser took too long; start again";
    desk.answer_session(Err(fixtures::refusal(Code::TokenInvalid, over)));
    assert!(
        desk.shows("took too long; start again"),
        "{}",
        desk.screen()
    );
    assert!(!desk.shows("Waiting for the browser"), "{}", desk.screen());
    desk.keys("Esc");
    assert!(
        desk.shows("In a browser, on any device"),
        "{}",
        desk.screen()
    );
}

#[test]
fn a_poll_that_finds_no_server_is_made_again() {
    let mut desk = waiting(SMALL);
    desk.answer_session(Err(Failure::Timeout));
    assert_eq!(polls(&desk), [5, 5]);
    pending(&mut desk, 10);
    desk.answer_session(Err(Failure::Timeout));
    assert_eq!(
        polls(&desk),
        [5, 5, 10, 10],
        "it is not asked more often again"
    );
    assert!(desk.shows("Waiting for the browser"), "{}", desk.screen());
}

#[test]
fn c_09_a_token_is_pasted_where_there_is_one() {
    let mut desk = by_provider(SMALL);
    desk.keys("Tab Enter");
    assert!(desk.shows("Paste an ID token"), "{}", desk.screen());
    desk.text("eyJhbGciOiJFUzI1NiJ9.e30.c2ln").keys("Enter");
    let (_, SessionCall::SignInByOidc(request)) = desk.session_call() else {
        panic!("no token")
    };
    assert_eq!(request.id_token.expose(), "eyJhbGciOiJFUzI1NiJ9.e30.c2ln");
    assert!(!desk.screen().contains("eyJ"), "{}", desk.screen());
    let why = "the ID token has expired; ask the provider for a new one";
    desk.answer_session(Err(fixtures::refusal(Code::TokenInvalid, why)));
    assert!(
        desk.shows("has expired; ask the provider"),
        "{}",
        desk.screen()
    );
}
