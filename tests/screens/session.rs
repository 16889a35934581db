//! The way in.

use quarterdeck::app::layout::Size;
use quarterdeck::app::message::{Effect, Failure, SessionCall, SessionReply, Slot};
use quarterdeck::app::options::{Options, SessionStart};
use quarterdeck::app::tab::Tab;
use quarterdeck_api::call::AnyReply;
use quarterdeck_api::permission::Permission;
use quarterdeck_api::problem::Code;
use quarterdeck_api::sessions::{
    ConfirmMfaReply, EnrollReply, GateView, GetGate, GetMe, Me, RecoveryCodes, Secret, SignInReply,
};
use quarterdeck_api::text::Line;

use crate::desk::{Desk, SMALL, options};
use crate::fixtures::{self, NOW};
use crate::queues;

pub(crate) fn signed_out(size: Size) -> Options {
    Options {
        session: SessionStart::SignIn,
        ..options(size)
    }
}

pub(crate) fn gate(required: bool, passed: bool) -> GateView {
    GateView {
        required,
        passed,
        token: None,
        app_url: Some(Line::new("https://app.example")),
        ways: Vec::new(),
    }
}

pub(crate) fn at_the_gate(size: Size) -> Desk {
    let mut desk = Desk::started(signed_out(size));
    desk.answer(Slot::Gate, AnyReply::new::<GetGate>(gate(true, false)));
    desk
}

pub(crate) fn signing_in(size: Size) -> Desk {
    let mut desk = Desk::started(signed_out(size));
    desk.answer(Slot::Gate, AnyReply::new::<GetGate>(gate(false, false)));
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
    desk.text("root@quarterdeck.example")
        .keys("Enter")
        .text("quarterdeck-demo")
        .keys("Enter");
    desk.answer_session(Ok(challenge(true)));
    desk
}

pub(crate) fn enrolling(size: Size) -> Desk {
    let mut desk = signing_in(size);
    desk.text("new@quarterdeck.example")
        .keys("Enter")
        .text("quarterdeck-demo")
        .keys("Enter");
    desk.answer_session(Ok(challenge(false)));
    desk.answer_session(Ok(SessionReply::Opened));
    let me = Me {
        mfa_enabled: false,
        email: Line::new("new@quarterdeck.example"),
        ..fixtures::root()
    };
    desk.answer(Slot::Me, AnyReply::new::<GetMe>(me));
    let secret = "QUARTERDECKDEMO2QUARTERDECK2DEMO";
    let url = format!(
        "otpauth://totp/Quarterdeck:new@quarterdeck.example?secret={secret}&issuer=Quarterdeck"
    );
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
    desk.answer(Slot::Me, AnyReply::new::<GetMe>(me));
    desk
}

fn quits(desk: &Desk) -> Vec<Option<String>> {
    let quits = desk.effects.iter().filter_map(|effect| match effect {
        Effect::Quit { message } => Some(message.clone()),
        _ => None,
    });
    quits.collect()
}

#[test]
fn s003_05_a_closed_gate_comes_first_and_an_open_one_not_at_all() {
    let mut desk = at_the_gate(SMALL);
    assert!(desk.shows("behind a gate"));
    desk.text("wrong").keys("Enter");
    let (_, SessionCall::PassGate(request)) = desk.session_call() else {
        panic!("no gate")
    };
    assert_eq!(request.password.expose(), "wrong");
    desk.answer_session(Err(fixtures::refusal(
        Code::GatePasswordWrong,
        "the gate password is wrong",
    )));
    assert!(desk.shows("The gate password is wrong."));
    desk.text("right")
        .keys("Enter")
        .answer_session(Ok(SessionReply::GatePassed(gate(true, true))));
    assert!(desk.shows("Sign in"));
    assert!(signing_in(SMALL).shows("Sign in"));
}

#[test]
fn s003_06_from_the_gate_b_leads_back_to_the_app() {
    let mut desk = at_the_gate(SMALL);
    desk.keys("Tab b");
    assert_eq!(quits(&desk), [Some("https://app.example".to_owned())]);
}

#[test]
fn u_11_password_and_code_are_masked() {
    let mut desk = signing_in(SMALL);
    desk.text("ana@quarterdeck.example")
        .keys("Enter")
        .text("hunter2");
    assert!(desk.shows("*******") && !desk.shows("hunter2"));
    let mut desk = asked_for_a_code(SMALL);
    desk.text("123456");
    assert!(desk.shows("******") && !desk.shows("123456"));
}

#[test]
fn sign_in_goes_by_password_and_code_to_the_queue() {
    let mut desk = asked_for_a_code(SMALL);
    desk.text("123456").keys("Enter");
    let (_, SessionCall::VerifyMfa(request)) = desk.session_call() else {
        panic!("no code")
    };
    assert_eq!(request.token.expose(), "challenge");
    assert_eq!(request.mfa_code.unwrap().expose(), "123456");
    desk.answer_session(Ok(SessionReply::Opened));
    desk.answer(Slot::Me, AnyReply::new::<GetMe>(fixtures::root()));
    assert_eq!(desk.queries(Slot::List(Tab::Applications)).len(), 1);
    assert!(desk.shows("Loading applications..."));
}

#[test]
fn what_went_wrong_is_said_with_what_to_do() {
    let mut desk = signing_in(SMALL);
    desk.text("ana@quarterdeck.example")
        .keys("Enter")
        .text("hunter2")
        .keys("Enter");
    desk.answer_session(Err(fixtures::refusal(Code::InvalidCredentials, "")));
    assert!(desk.shows("E-mail or password is wrong. Type the password again;"));
    assert!(desk.shows("ana@quarterdeck.example") && !desk.shows("*******"));
    let mut throttled = fixtures::problem(Code::RateLimited, "too many tries");
    throttled.retry_after = Some(30);
    desk.text("again").keys("Enter");
    desk.answer_session(Err(Failure::Problem(Box::new(throttled))));
    assert!(
        desk.shows("Too many tries. Try again in 30 s."),
        "{}",
        desk.screen()
    );

    let mut desk = asked_for_a_code(SMALL);
    desk.text("12345").keys("Enter");
    assert!(desk.shows("The code has 6 digits."));
    desk.keys("6 Enter")
        .answer_session(Err(fixtures::refusal(Code::MfaCodeInvalid, "")));
    assert!(desk.shows("The code is wrong or was used. Wait for the next one;"));
}

#[test]
fn an_answer_to_a_step_that_was_left_is_dropped() {
    let mut desk = signing_in(SMALL);
    desk.text("ana@quarterdeck.example")
        .keys("Enter")
        .text("hunter2")
        .keys("Enter Esc");
    desk.answer_session(Ok(challenge(true)));
    assert!(desk.shows("Sign in") && !desk.shows("One-time code"));
    desk.text("z");
    assert!(desk.shows("Password        *"), "the form takes keys again");
}

#[test]
fn without_a_second_factor_it_is_set_up_first() {
    let mut desk = enrolling(SMALL);
    assert!(desk.shows("Set up your second factor"));
    assert!(desk.shows("QUAR TERD ECKD EMO2"));
    assert!(desk.shows("▄▄▄▄▄"), "the code to scan");
    desk.text("123 456").keys("Enter");
    let (_, SessionCall::ConfirmMfa(request)) = desk.session_call() else {
        panic!("no code")
    };
    assert_eq!(request.code.expose(), "123456");
    desk.answer_session(Ok(SessionReply::Enrolled(ConfirmMfaReply {
        enrolled_at: NOW,
        recovery_codes: Vec::new(),
    })));
    assert_eq!(desk.queries(Slot::Me).len(), 2);
}

fn recovery_codes() -> Vec<Secret> {
    let code = |number: usize| Secret::new(format!("abcd-efgh-ijkl-mno{number}"));
    (0..10).map(code).collect()
}

/// Before the codes that came with the second factor.
pub(crate) fn given_codes(size: Size) -> Desk {
    let mut desk = enrolling(size);
    desk.text("123456").keys("Enter");
    desk.answer_session(Ok(SessionReply::Enrolled(ConfirmMfaReply {
        enrolled_at: NOW,
        recovery_codes: recovery_codes(),
    })));
    desk.wait(10);
    desk
}

/// The files of secrets that were to be saved.
fn kept(desk: &Desk) -> Vec<String> {
    let files = desk.effects.iter().filter_map(|effect| match effect {
        Effect::SaveSecret(file) => Some(file),
        _ => None,
    });
    files
        .map(|file| String::from_utf8(file.contents().to_vec()).unwrap())
        .collect()
}

#[test]
fn s001_20_recovery_codes_are_shown_once_and_left_by_saying_that_one_has_them() {
    let mut desk = given_codes(SMALL);
    for code in recovery_codes() {
        assert!(desk.shows(code.expose()), "{}", desk.screen());
    }
    desk.keys("Esc q n");
    assert!(desk.shows("They are not shown again."), "{}", desk.screen());
    assert_eq!(
        desk.queries(Slot::Me).len(),
        1,
        "nothing else is possible yet"
    );
    desk.keys("s");
    let [file] = kept(&desk).try_into().unwrap();
    assert!(
        file.ends_with("abcd-efgh-ijkl-mno8\nabcd-efgh-ijkl-mno9\n"),
        "{file}"
    );
    let seen = format!("{:?}", desk.effects);
    assert!(!seen.contains("abcd"), "no effect tells them to a log");
    desk.keys("y");
    assert_eq!(desk.queries(Slot::Me).len(), 2);
    assert!(!desk.shows("abcd"), "{}", desk.screen());
    desk.answer(Slot::Me, AnyReply::new::<GetMe>(fixtures::root()));
    assert_eq!(desk.queries(Slot::List(Tab::Applications)).len(), 1);
}

#[test]
fn a_recovery_code_signs_in_and_few_that_are_left_are_told() {
    for (left, told) in [
        (10, None),
        (4, None),
        (
            3,
            Some(
                "3 recovery codes are left: make new ones by `:codes` or `quarterdeck recovery-codes`",
            ),
        ),
        (
            1,
            Some(
                "1 recovery code is left: make new ones by `:codes` or `quarterdeck recovery-codes`",
            ),
        ),
        (
            0,
            Some(
                "No recovery code is left: make new ones by `:codes` or `quarterdeck recovery-codes`",
            ),
        ),
    ] {
        let mut desk = asked_for_a_code(SMALL);
        desk.keys("Tab r");
        assert!(desk.shows("Recovery code"), "{}", desk.screen());
        desk.text("ABCD efgh").keys("Enter");
        assert!(!desk.shows("ABCD"), "it is masked");
        let (_, SessionCall::VerifyMfa(request)) = desk.session_call() else {
            panic!("no code")
        };
        assert_eq!(request.token.expose(), "challenge");
        assert_eq!(request.recovery_code.unwrap().expose(), "ABCD efgh");
        assert!(request.mfa_code.is_none());
        desk.answer_session(Ok(SessionReply::Opened));
        let me = Me {
            recovery_codes_left: Some(left),
            ..fixtures::root()
        };
        desk.answer(Slot::Me, AnyReply::new::<GetMe>(me));
        let said = desk
            .model
            .toasts
            .messages()
            .map(|message| message.text.to_string());
        let said: Vec<_> = said.filter(|text| text.contains("recovery")).collect();
        let told: Vec<_> = told.into_iter().collect();
        assert_eq!(said, told, "{left}");
    }
}

#[test]
fn a_refused_recovery_code_leads_to_another_or_back_to_the_authenticator() {
    let mut desk = asked_for_a_code(SMALL);
    desk.keys("Tab r").text("wrong").keys("Enter");
    desk.answer_session(Err(fixtures::refusal(Code::MfaCodeInvalid, "")));
    assert!(
        desk.shows("Take another one of the list."),
        "{}",
        desk.screen()
    );
    desk.keys("Esc");
    assert!(desk.shows("One-time code"), "{}", desk.screen());
    desk.text("123456").keys("Enter");
    let (_, SessionCall::VerifyMfa(request)) = desk.session_call() else {
        panic!("no code")
    };
    assert_eq!(request.token.expose(), "challenge", "the same sign-in");
}

#[test]
fn new_recovery_codes_are_made_from_the_palette_for_a_code() {
    let mut desk = Desk::before(3);
    let renew = |desk: &mut Desk| {
        desk.keys(":").text("codes").keys("Enter");
    };
    renew(&mut desk);
    assert!(desk.shows("New recovery codes"), "{}", desk.screen());
    desk.keys("Esc");
    assert!(desk.shows("Applicant 1"), "nothing was asked");
    renew(&mut desk);
    desk.text("123456").keys("Enter");
    let (_, SessionCall::RenewCodes(code)) = desk.session_call() else {
        panic!("no code")
    };
    assert_eq!(code.expose(), "123456");
    desk.answer_session(Err(Failure::Timeout));
    assert!(
        desk.shows("The codes from before may be void"),
        "{}",
        desk.screen()
    );
    desk.text("654321").keys("Enter");
    desk.answer_session(Ok(SessionReply::CodesRenewed(RecoveryCodes {
        made_at: NOW,
        recovery_codes: recovery_codes(),
    })));
    assert!(desk.shows("abcd-efgh-ijkl-mno9"), "{}", desk.screen());
    desk.keys("y");
    desk.answer(Slot::Me, AnyReply::new::<GetMe>(fixtures::root()));
    assert!(desk.shows("Applicant 1"), "back at work");

    let mut desk = Desk::before(3);
    desk.keys(":").text("readonly on").keys("Enter");
    renew(&mut desk);
    assert!(desk.shows("Applicant 1"), "{}", desk.screen());
    assert_eq!(desk.toast(), "Read-only: no new recovery codes are made");
}

#[test]
fn a_first_login_sets_a_password_with_the_token() {
    let mut desk = signing_in(SMALL);
    desk.keys("Tab Tab f");
    assert!(desk.shows("First login"));
    desk.text("token")
        .keys("Enter")
        .text("a long password")
        .keys("Enter")
        .text("a long password")
        .keys("Enter");
    let (_, SessionCall::FirstLogin(request)) = desk.session_call() else {
        panic!("no first login")
    };
    assert_eq!(
        (request.token.expose(), request.new_password.expose()),
        ("token", "a long password")
    );
}

#[test]
fn s001_19_who_has_a_token_begins_with_it_and_keeps_it_while_passwords_are_refused() {
    let mut desk = Desk::started(Options {
        session: SessionStart::FirstLogin,
        ..options(SMALL)
    });
    desk.answer(Slot::Gate, AnyReply::new::<GetGate>(gate(false, false)));
    assert!(desk.shows("First login"), "{}", desk.screen());
    desk.text("token").keys("Enter");
    let password = |desk: &mut Desk, text: &str| {
        desk.text(text).keys("Enter").text(text).keys("Enter");
    };
    password(&mut desk, "passwordpassword");
    let why = "newPassword: is too easy to guess; a few unrelated words do well";
    let refusal = fixtures::problem(Code::ValidationFailed, why);
    desk.answer_session(Err(Failure::Problem(Box::new(refusal))));
    assert!(desk.shows("too easy to guess"), "{}", desk.screen());
    password(&mut desk, "seven purple walruses");
    let (_, SessionCall::FirstLogin(request)) = desk.session_call() else {
        panic!("no first login")
    };
    assert_eq!(
        (request.token.expose(), request.new_password.expose()),
        ("token", "seven purple walruses")
    );
}

#[test]
fn s003_07_who_is_no_admin_sees_no_tabs() {
    let mut desk = not_an_admin(SMALL);
    assert!(desk.shows("plain@quarterdeck.example is signed in and is not a platform admin."));
    assert!(!desk.shows("Apps"));
    desk.keys("1 a x");
    assert!(desk.writes().is_empty());
    desk.keys("q");
    assert_eq!(quits(&desk), [None]);
}

#[test]
fn a_session_that_ends_keeps_its_data_and_says_how_to_go_on() {
    let mut desk = Desk::before(3);
    let problem = fixtures::problem(Code::SessionRevoked, "revoked");
    desk.keys("r").fail(
        Slot::List(Tab::Applications),
        Failure::SignedOut(Box::new(problem)),
    );
    assert!(desk.shows("SIGNED OUT (session_revoked). What you see stays; :login signs in again."));
    assert!(desk.shows("Applicant 1"));
    desk.keys("a");
    assert!(desk.writes().is_empty());
    desk.wait(2).keys(":").text("login").keys("Enter");
    desk.answer(Slot::Gate, AnyReply::new::<GetGate>(gate(false, false)));
    assert!(
        desk.shows("root@quarterdeck.example"),
        "the e-mail is still there"
    );
    desk.text("quarterdeck-demo")
        .keys("Enter")
        .answer_session(Ok(challenge(true)));
    desk.forget()
        .text("123456")
        .keys("Enter")
        .answer_session(Ok(SessionReply::Opened));
    desk.answer(Slot::Me, AnyReply::new::<GetMe>(fixtures::root()));
    assert!(!desk.shows("SIGNED OUT"));
    assert_eq!(
        desk.queries(Slot::List(Tab::Applications)).len(),
        1,
        "what was seen is loaded anew"
    );
    let reasons = desk.queries(Slot::Reasons).len();
    assert_eq!(reasons, 1, "the server may have others now");
}

#[test]
fn on_a_form_c_c_twice_quits_and_q_is_a_letter() {
    let mut desk = signing_in(SMALL);
    desk.keys("q C-c");
    assert!(quits(&desk).is_empty());
    assert_eq!(desk.toast(), "C-c again quits");
    desk.keys("C-c");
    assert_eq!(quits(&desk), [None]);
    let mut desk = signing_in(SMALL);
    desk.keys("C-c").wait(3).keys("C-c");
    assert!(quits(&desk).is_empty(), "too late");
}

#[test]
fn a_server_that_is_away_is_asked_again_by_r() {
    let mut desk = Desk::started(signed_out(SMALL));
    desk.fail(Slot::Gate, fixtures::away());
    assert!(desk.shows("The server cannot be reached (connection refused)."));
    desk.forget().keys("r");
    assert_eq!(desk.queries(Slot::Gate).len(), 1);
}

/// The slots that are read as soon as it is known who this is.
fn first_reads(default_view: Tab, me: Me) -> (Desk, Vec<Slot>) {
    let mut desk = Desk::started(Options {
        default_view,
        ..options(SMALL)
    });
    desk.answer(Slot::Me, AnyReply::new::<GetMe>(me));
    let reads = desk.effects.iter().filter_map(|effect| match effect {
        Effect::Fetch { slot, .. } => Some(*slot),
        _ => None,
    });
    let reads = reads.filter(|slot| *slot != Slot::Me).collect();
    (desk, reads)
}

#[test]
fn the_first_view_is_there_after_one_request() {
    let (mut desk, reads) = first_reads(Tab::default(), fixtures::root());
    assert_eq!(
        reads,
        [Slot::List(Tab::Dashboard), Slot::Reasons, Slot::Filters]
    );
    assert!(desk.shows("Loading queues..."), "{}", desk.screen());
    queues::answer_dashboard(&mut desk, queues::dashboard());
    assert!(
        desk.line(5).starts_with(">  Applications "),
        "{}",
        desk.screen()
    );
    desk.forget().wait(5);
    assert!(desk.effects.is_empty(), "{:?}", desk.effects);
}

#[test]
fn whoever_may_not_see_the_first_view_starts_with_the_first_that_is_left() {
    let cases = [
        (Tab::Dashboard, Permission::UserView, Tab::Users),
        (Tab::Dashboard, Permission::AuditView, Tab::Audit),
        (Tab::Audit, Permission::ReportsView, Tab::Dashboard),
        (Tab::Users, Permission::UserView, Tab::Users),
    ];
    for (wished, may, shown) in cases {
        let (desk, reads) = first_reads(wished, fixtures::admin(&[may]));
        assert_eq!(desk.model.tab, shown, "{wished:?} with {may}");
        let expected = [Slot::List(shown), Slot::Reasons, Slot::Filters];
        assert_eq!(reads, expected, "{wished:?} with {may}");
        assert_eq!(desk.toast(), "", "{wished:?} with {may}");
    }
}

#[test]
fn tokens_that_no_longer_count_lead_to_sign_in() {
    let mut desk = Desk::started(options(SMALL));
    let problem = Box::new(fixtures::problem(
        Code::TokenExpired,
        "the token has expired",
    ));
    desk.fail(Slot::Me, Failure::SignedOut(problem));
    desk.answer(Slot::Gate, AnyReply::new::<GetGate>(gate(false, false)));
    assert!(desk.shows("Sign in"));
}

#[test]
fn a_server_of_another_contract_is_named_and_still_shown() {
    let mut desk = Desk::started(options(SMALL));
    let me = Me {
        contract_version: Line::new("2.0"),
        ..fixtures::root()
    };
    desk.answer(Slot::Me, AnyReply::new::<GetMe>(me));
    assert!(
        desk.toast()
            .starts_with("The server speaks version 2.0 of the contract")
    );
    assert!(desk.shows("Loading applications..."));
}
