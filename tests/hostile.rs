//! Text that strangers wrote, in every place where an operator sees it (U-16): nothing panics, nothing
//! but the console's own sequences is written, and nothing leaves its row.
//!
//! The texts are `hostile.json`. They come in as JSON, as they do from a server, so that the decoder
//! that sanitizes them is the real one.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of a test fail it as its own lines do"
)]

#[path = "screens/desk.rs"]
#[expect(dead_code, reason = "shared; not every test binary needs all of it")]
mod desk;

use std::num::NonZero;

use desk::{Desk, SMALL, WIDE, options};
use quarterdeck::app::input::{InputEvent, Key};
use quarterdeck::app::layout::Size;
use quarterdeck::app::message::{Effect, Failure, Msg, SessionReply, Slot};
use quarterdeck::app::options::Options;
use quarterdeck::app::tab::Tab;
use quarterdeck::linear::Conversation;
use quarterdeck::terminal::{AnsiBackend, ColorDepth};
use quarterdeck::view;
use quarterdeck_api::applications::{DecideApplications, GetApplication, ListApplications};
use quarterdeck_api::audit::{ListAudit, VerifyAudit};
use quarterdeck_api::call::AnyReply;
use quarterdeck_api::problem::Problem;
use quarterdeck_api::sessions::{GetGate, GetMe};
use quarterdeck_api::text::Line;
use ratatui::Terminal;
use ratatui::buffer::{Buffer, CellWidth};
use ratatui::layout;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Texts {
    terminal: Vec<Named>,
    strings: Vec<String>,
}

#[derive(Deserialize)]
struct Named {
    text: String,
}

fn texts() -> Vec<String> {
    let texts: Texts = serde_json::from_str(include_str!("hostile.json")).unwrap();
    texts
        .terminal
        .into_iter()
        .map(|named| named.text)
        .chain(texts.strings)
        .collect()
}

/// As `net` decodes an answer.
fn decoded<T: DeserializeOwned>(answer: Value) -> T {
    serde_json::from_value(answer).unwrap()
}

/// How far an account may come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Account {
    NoAdmin,
    NotEnrolled,
    Admin,
}

fn problem(text: &str) -> Box<Problem> {
    Box::new(decoded(json!({
        "type": text, "title": text, "status": 409, "detail": text,
        "instance": text, "code": text, "class": text, "surface": text,
        "request_id": text, "component": text, "permission": text,
        "fields": [{"name": text, "problem": text}],
    })))
}

fn row(text: &str, id: i64, status: &str) -> Value {
    json!({
        "id": id, "user_id": 7, "name": text, "email": text, "status": status,
        "submitted_at": "2026-11-19T10:00:00Z", "decided_at": "2026-11-20T10:00:00Z",
        "decided_by": text, "reason": text, "version": 1,
    })
}

fn me(text: &str, account: Account) -> AnyReply {
    AnyReply::new::<GetMe>(decoded(json!({
        "id": 1, "email": text, "roles": ["SuperAdmin", text], "permissions": [text],
        "is_platform_admin": account != Account::NoAdmin, "mfaEnabled": account != Account::NotEnrolled, "environment": text,
        "issued_at": "2026-11-20T13:59:00Z", "exp": "2026-11-20T14:14:00Z", "contract_version": text,
    })))
}

/// A console that is led past every place where text from outside is shown.
struct Journey<'a> {
    desk: Desk,
    text: &'a str,
}

impl<'a> Journey<'a> {
    fn new(size: Size, text: &'a str) -> Self {
        let line = Line::new(text);
        let options = Options {
            environment: Some(line.clone()),
            host: line,
            ..options(size)
        };
        Self {
            desk: Desk::started(options),
            text,
        }
    }

    /// Draws as the console does and looks at every cell and every byte.
    fn look(&self, place: &str) {
        let what = || {
            format!(
                "{:?} at {place}",
                self.text.chars().take(40).collect::<String>()
            )
        };
        let Size { columns, rows } = self.desk.model.size;
        let backend = AnsiBackend::new(
            Vec::new(),
            ColorDepth::Indexed256,
            layout::Size::new(columns, rows),
        );
        let mut terminal = Terminal::new(backend).unwrap();
        terminal
            .draw(|frame| {
                view::draw(&self.desk.model, frame);
                check_cells(frame.buffer_mut(), &what);
            })
            .unwrap();
        let bytes = terminal.backend().writer();
        check_bytes(bytes, &what);
        let mut parser = vt100::Parser::new(
            NonZero::new(rows).unwrap(),
            NonZero::new(columns).unwrap(),
            0,
        );
        parser.process(bytes);
        let wrapped = (0..rows).find(|row| parser.screen().row_wrapped(*row));
        assert_eq!(wrapped, None, "{}: a row runs over into the next", what());
        // Lines have no width: once is enough.
        if self.desk.model.size == SMALL {
            self.hear(&what);
        }
    }

    /// The same in lines.
    fn hear(&self, what: &impl Fn() -> String) {
        let model = &self.desk.model;
        let mut talk = Conversation::default();
        talk.hear(model, "where");
        talk.follow(model);
        let mut lines = talk.speak(model);
        lines.push(talk.prompt(model).text);
        for line in lines {
            assert!(!line.contains(char::is_control), "{}: {line:?}", what());
        }
    }

    /// Presses keys, then looks.
    fn press(&mut self, keys: &str) -> &mut Self {
        self.desk.keys(keys);
        self.look(&format!("{keys} in {:?}", self.desk.model.tab));
        self
    }

    /// Types and pastes the text, then looks.
    fn enter_text(&mut self, place: &str) {
        for character in self
            .text
            .chars()
            .filter(|character| !character.is_control())
            .take(100)
        {
            self.desk
                .send(Msg::Input(InputEvent::Key(Key::from(character))));
        }
        self.look(place);
        self.desk
            .send(Msg::Input(InputEvent::Paste(self.text.to_owned())));
        self.look(place);
    }

    fn answer_applications(&mut self) {
        let page = json!({
            "data": [row(self.text, 1, "PENDING"), row(self.text, 2, "PENDING"), row(self.text, 3, self.text)],
            "total": 3, "total_exact": true, "next_cursor": self.text,
        });
        self.desk.answer(
            Slot::List(Tab::Applications),
            AnyReply::new::<ListApplications>(decoded(page)),
        );
        self.desk.forget();
    }

    fn answer_audit(&mut self) {
        let row = json!({
            "scope": self.text, "seq": 9, "created_at": "2026-11-20T13:00:00Z", "actor_type": self.text,
            "admin_user_id": 1, "admin_email": self.text, "action": self.text, "action_code": self.text,
            "target_type": self.text, "target_id": self.text, "details": self.text,
            "request_id": self.text, "hash": self.text,
        });
        let mut by_system = row.clone();
        by_system["admin_email"] = Value::Null;
        by_system["seq"] = json!(8);
        let page = json!({"data": [row, by_system], "total": 2, "total_exact": false, "next_cursor": null});
        self.desk.answer(
            Slot::List(Tab::Audit),
            AnyReply::new::<ListAudit>(decoded(page)),
        );
        self.desk.forget();
    }

    /// Whether a list was asked for since it was last forgotten.
    fn has_asked(&self, slot: Slot) -> bool {
        let is_of_slot =
            |effect: &Effect| matches!(effect, Effect::Fetch { slot: of, .. } if *of == slot);
        self.desk.effects.iter().any(is_of_slot)
    }

    fn in_front_of_the_console(&mut self) {
        self.desk.send(Msg::HeaderNote(Line::new(self.text)));
        self.look("connecting");
        self.desk
            .fail(Slot::Me, Failure::Unreachable(Line::new(self.text)));
        self.look("unreachable");
        self.desk
            .keys("r")
            .answer(Slot::Me, me(self.text, Account::NoAdmin));
        self.look("not an admin");
        let gate = json!({"required": true, "passed": false, "app_url": self.text});
        self.desk
            .keys("r")
            .answer(Slot::Gate, AnyReply::new::<GetGate>(decoded(gate)));
        self.enter_text("gate");
        // Some of the texts are nothing once they are sanitized.
        self.desk
            .text("x")
            .keys("Enter")
            .answer_session(Err(Failure::Problem(problem(self.text))));
        self.look("refused at the gate");
        self.desk.text("password").keys("Enter");
        let gate = json!({"required": true, "passed": true});
        self.desk
            .answer_session(Ok(SessionReply::GatePassed(decoded(gate))));
        self.desk.text("ana@example.com");
        self.enter_text("e-mail");
        self.desk.keys("Enter").text("password").keys("Enter");
        self.desk
            .answer_session(Err(Failure::Undecodable(Line::new(self.text))));
        self.look("refused at sign-in");
    }

    fn through_sign_in(&mut self) {
        self.desk.text("password").keys("Enter");
        let challenge =
            json!({"token": self.text, "requireMfa": true, "mfaEnrollmentRequired": false});
        self.desk
            .answer_session(Ok(SessionReply::Challenged(decoded(challenge))));
        self.desk
            .text("123456")
            .keys("Enter")
            .answer_session(Err(Failure::SignedOut(problem(self.text))));
        self.look("refused with a code");
        self.desk
            .text("123456")
            .keys("Enter")
            .answer_session(Ok(SessionReply::Opened));
        self.desk
            .answer(Slot::Me, me(self.text, Account::NotEnrolled));
        let secret = json!({"secret": self.text, "otpauth_url": self.text});
        self.desk
            .answer_session(Ok(SessionReply::Enrolling(decoded(secret))));
        self.look("enrollment");
        let enrolled = json!({"enrolled_at": "2026-11-20T13:00:00Z"});
        self.desk.text("123456").keys("Enter");
        self.desk
            .answer_session(Ok(SessionReply::Enrolled(decoded(enrolled))));
        self.desk.answer(Slot::Me, me(self.text, Account::Admin));
        self.look("loading");
        self.answer_applications();
        self.look("queue");
    }

    fn through_the_queue(&mut self) {
        self.press("Enter");
        let mut view = row(self.text, 1, "PENDING");
        view["answers"] = json!(self.text);
        self.desk.answer(
            Slot::Detail(Tab::Applications),
            AnyReply::new::<GetApplication>(decoded(view)),
        );
        self.press("C-d").press("Esc").press("G").press("g");
        self.press("x").press("e");
        self.enter_text("reason");
        self.press("Esc").press("Esc");
        self.press("Space Space")
            .press("x")
            .press("2")
            .press("Esc")
            .press("Esc");
    }

    fn through_refusals(&mut self) {
        self.desk
            .keys("g a")
            .answer_write(Err(Failure::Problem(problem(self.text))));
        self.look("refused");
        let conflict = json!({
            "results": [{
                "id": 1, "outcome": "conflict", "application": row(self.text, 1, self.text),
                "conflict": {"status": self.text, "decided_by": self.text, "decided_at": null, "version": 2},
            }],
            "changed": 0, "noop": true,
        });
        self.desk
            .keys("g a")
            .answer_write(Ok(AnyReply::new::<DecideApplications>(decoded(conflict))));
        self.look("conflict");
        self.press("Space Space a");
        self.desk
            .keys("y")
            .answer_write(Err(Failure::Lost(Line::new(self.text))));
        self.look("lost");
    }

    fn through_prompts(&mut self) {
        self.desk.keys(":");
        self.enter_text("palette");
        self.press("Enter").press("Esc").press("Esc");
        self.desk.keys("?");
        self.enter_text("menu");
        self.press("Esc");
        self.desk.forget().keys("/");
        self.enter_text("filter");
        self.press("Enter");
        if self.has_asked(Slot::List(Tab::Applications)) {
            self.answer_applications();
        }
        self.press("Esc");
        if self.has_asked(Slot::List(Tab::Applications)) {
            self.answer_applications();
        }
        self.desk.keys(":").text("messages");
        self.press("Enter").press("Esc");
    }

    fn through_the_log(&mut self) {
        self.desk.keys("5");
        self.desk
            .fail(Slot::Verify, Failure::Problem(problem(self.text)));
        self.look("verification refused");
        self.answer_audit();
        self.press("Enter")
            .press("Esc")
            .press("j Enter")
            .press("Esc");
        self.desk.keys("V");
        let report = json!({
            "status": self.text, "scope": self.text, "from": 1, "to": 9, "rows": 9,
            "head": {"seq": 9, "hash": self.text, "recorded_at": null},
            "watermark": {"expected": 12, "satisfied": false},
            "first_bad": {"seq": 3, "kind": self.text, "expected": self.text, "found": self.text},
            "bad_count": 1, "verifier_version": self.text, "took_ms": 1,
        });
        self.desk
            .answer(Slot::Verify, AnyReply::new::<VerifyAudit>(decoded(report)));
        self.look("verification");
        self.press("Esc");
        self.desk.keys("o a");
        self.look("audit trail");
        if self.has_asked(Slot::List(Tab::Audit)) {
            self.desk
                .fail(Slot::List(Tab::Audit), Failure::Problem(problem(self.text)));
            self.look("audit trail refused");
        }
    }
}

/// No control character in a cell, and no cell that is wider than what is left of its row.
fn check_cells(buffer: &Buffer, what: &dyn Fn() -> String) {
    for position in buffer.area.positions() {
        let cell = &buffer[position];
        let symbol = cell.symbol();
        assert!(
            !symbol.contains(char::is_control),
            "{}: {symbol:?} at {position}",
            what()
        );
        let end = position.x + cell.cell_width();
        assert!(
            end <= buffer.area.width,
            "{}: {symbol:?} at {position} leaves its row",
            what()
        );
    }
}

/// Only the sequences that draw a frame, and no control character outside of them.
fn check_bytes(bytes: &[u8], what: &dyn Fn() -> String) {
    let text = std::str::from_utf8(bytes).unwrap_or_else(|error| panic!("{}: {error}", what()));
    let mut parts = text.split('\x1b');
    let plain = parts
        .next()
        .into_iter()
        .chain(parts.map(|sequence| after_own(sequence, what)));
    for plain in plain {
        assert!(!plain.contains(char::is_control), "{}: {plain:?}", what());
    }
}

/// What follows the sequence at the start, which must be a cursor movement, a style, the erasing of
/// the rest of a row, or the cursor's own visibility.
fn after_own<'a>(sequence: &'a str, what: &dyn Fn() -> String) -> &'a str {
    let parameters = sequence
        .strip_prefix('[')
        .unwrap_or_else(|| panic!("{}: ESC {sequence:?}", what()));
    let end = parameters.find(|character: char| !matches!(character, '0'..='9' | ';' | '?'));
    let (parameters, rest) =
        parameters.split_at(end.unwrap_or_else(|| panic!("{}: {sequence:?}", what())));
    let last = rest
        .chars()
        .next()
        .expect("there is one where it was found");
    let is_own = match last {
        'H' | 'C' | 'm' => !parameters.contains('?'),
        'K' => parameters.is_empty(),
        'h' | 'l' => parameters == "?25",
        _ => false,
    };
    assert!(
        is_own,
        "{}: a sequence that is not ours: ESC {sequence:?}",
        what()
    );
    &rest[last.len_utf8()..]
}

fn every_text_through_every_screen(size: Size) {
    for text in texts() {
        let mut journey = Journey::new(size, &text);
        journey.in_front_of_the_console();
        journey.through_sign_in();
        journey.through_the_queue();
        journey.through_refusals();
        journey.through_prompts();
        journey.through_the_log();
    }
}

#[test]
fn u_16_hostile_text_writes_no_control_byte_on_any_screen_at_120x40() {
    every_text_through_every_screen(WIDE);
}

#[test]
fn u_16_hostile_text_writes_no_control_byte_on_any_screen_at_80x24() {
    every_text_through_every_screen(SMALL);
}

#[test]
fn a_sequence_that_is_not_ours_would_be_found() {
    let what = || "test".to_owned();
    let is_found = |bytes: &str| {
        let bytes = bytes.as_bytes().to_vec();
        std::panic::catch_unwind(move || check_bytes(&bytes, &what)).is_err()
    };
    let foreign = [
        "\x1b]52;c;aGk=\x07",
        "\x1b[?1049l",
        "\x1b[2J",
        "\x1bP$q\x1b\\",
        "\x1b_G\x1b\\",
        "a\rb",
        "\u{9b}31m",
    ];
    for foreign in foreign {
        assert!(is_found(foreign), "{foreign:?}");
    }
    assert!(!is_found("\x1b[1;1H\x1b[0;1mé\x1b[0m\x1b[2Cx\x1b[?25h"));
}
