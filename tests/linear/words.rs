//! Lines against the model itself.

use chrono::TimeDelta;
use quarterdeck::app::field::Display;
use quarterdeck::app::input::InputEvent;
use quarterdeck::app::message::{Effect, LiveNews, Msg, SessionReply, Slot};
use quarterdeck::app::tab::Tab;
use quarterdeck::linear::{Conversation, Request};
use quarterdeck_api::admins::ListAdmins;
use quarterdeck_api::applications::{ApplicationRow, GetApplication};
use quarterdeck_api::audit::{Damage, ListAudit, VerifyAudit};
use quarterdeck_api::call::AnyReply;
use quarterdeck_api::claim::Claim;
use quarterdeck_api::problem::Code;
use quarterdeck_api::realtime::{Event, New, Resource};
use quarterdeck_api::sessions::{GetGate, RecoveryCodes, Secret};
use quarterdeck_api::text::Line;
use serde_json::json;

use crate::desk::{Desk, SMALL, fixtures};

/// Somebody who speaks with a console at a desk.
struct Talk {
    desk: Desk,
    conversation: Conversation,
}

impl Talk {
    /// In front of a queue of so many plain rows, which was said.
    fn before(count: i64) -> Self {
        let mut talk = Self {
            desk: Desk::before(count),
            conversation: Conversation::default(),
        };
        talk.said();
        talk
    }

    fn carry(&mut self, request: Request) {
        let Request::Press(keys) = request else {
            return;
        };
        for press in keys {
            if let Some(key) = press.key(&self.desk.model) {
                let before = self.desk.effects.len();
                self.desk.send(Msg::Input(InputEvent::Key(key)));
                self.note(before);
            }
        }
    }

    /// As the runtime does with what is to be logged.
    fn note(&mut self, from: usize) {
        for effect in &self.desk.effects[from..] {
            match effect {
                Effect::Log { severity, text } => self.conversation.note(*severity, text),
                Effect::Copy(text) => self.conversation.copy(text),
                _ => {}
            }
        }
    }

    /// Says a line and goes on as far as no answer is needed.
    fn line(&mut self, line: &str) -> &mut Self {
        let request = self.conversation.hear(&self.desk.model, line);
        self.carry(request);
        while let Some(request) = self.conversation.follow(&self.desk.model) {
            self.carry(request);
        }
        self
    }

    fn lines(&mut self, lines: &[&str]) -> &mut Self {
        for line in lines {
            self.line(line);
            self.said();
        }
        self
    }

    fn said(&mut self) -> Vec<String> {
        self.conversation.speak(&self.desk.model)
    }

    fn prompt(&self) -> String {
        self.conversation.prompt(&self.desk.model).text
    }

    /// What was sent, as far as anybody but the console can tell.
    fn writes(&self) -> Vec<String> {
        writes(&self.desk)
    }
}

fn writes(desk: &Desk) -> Vec<String> {
    let writes = desk.writes().into_iter();
    writes.map(|write| format!("{write:?}")).collect()
}

#[test]
fn a_line_writes_what_its_keys_write() {
    let cases: &[(&str, &[&str])] = &[
        ("a", &["approve"]),
        ("a", &["a"]),
        ("a", &[":approve"]),
        ("x 2", &["reject 2"]),
        ("x 2", &["reject", "2"]),
        ("x 2", &["x 2"]),
        ("w", &["waitlist"]),
        ("j w", &["next", "waitlist"]),
        ("j w", &["", "waitlist"]),
        ("Space Space x 2 y", &["mark", "mark", "reject 2", "y"]),
        ("Space Space a y", &["mark", "mark", "approve", "yes"]),
        ("x 1 j .", &["reject 1", "next", "repeat"]),
    ];
    for (keys, lines) in cases {
        let mut desk = Desk::before(5);
        desk.keys(keys);
        let mut talk = Talk::before(5);
        talk.lines(lines);
        assert!(!desk.writes().is_empty(), "{keys}");
        assert_eq!(talk.writes(), writes(&desk), "{lines:?}");
    }
}

#[test]
fn recovery_codes_are_said_only_where_that_is_asked_for_and_saved_otherwise() {
    let mut talk = Talk::before(3);
    talk.line(":codes");
    assert!(talk.said().join("\n").contains("New recovery codes on "));
    assert_eq!(talk.prompt(), "Code:");
    talk.line("123456");
    let code = |number: usize| Secret::new(format!("abcd-efgh-ijkl-mno{number}"));
    talk.desk
        .answer_session(Ok(SessionReply::CodesRenewed(RecoveryCodes {
            made_at: fixtures::NOW,
            recovery_codes: (0..10).map(code).collect(),
        })));
    let said = talk.said().join("\n");
    assert!(
        said.contains("`:s` Save them to a file") && said.contains("`:y` I have them"),
        "{said}"
    );
    assert!(!said.contains("abcd"), "{said}");
    talk.line(":show");
    let said = talk.said();
    assert_eq!(
        (said[0].as_str(), said[9].as_str()),
        ("abcd-efgh-ijkl-mno0", "abcd-efgh-ijkl-mno9")
    );
    talk.line(":s");
    let is_saved = |effect: &Effect| matches!(effect, Effect::SaveSecret(_));
    assert!(talk.desk.effects.iter().any(is_saved));
    talk.line(":y");
    assert_eq!(talk.desk.queries(Slot::Me).len(), 1);
}

/// Before the admins, one of whom holds a role and two permissions.
fn before_admins() -> Desk {
    let mut desk = Desk::on(SMALL, Tab::Admins);
    let row = json!({
        "id": 4, "email": "staff4@quarterdeck.example", "display_name": "Staff 4", "username": null,
        "status": "active", "isBanned": false, "banReason": null, "banReasonCode": null, "banned_at": null,
        "banned_by": null, "ban_expires_at": null, "roles": ["Support"], "is_staff": true,
        "verified_at": null, "report_count": 0, "created_at": "2026-09-01T08:00:00Z",
        "last_login_at": null, "updated_at": "2026-09-01T08:00:00Z", "version": 3,
        "permissions": ["user.view", "user.ban"], "permission_count": 2, "mfaEnabled": true,
        "last_seen_at": null, "open_addresses": 1,
    });
    let page = json!({ "data": [row], "total": 1, "total_exact": true, "next_cursor": null });
    let page = serde_json::from_value(page).unwrap();
    desk.answer(Slot::List(Tab::Admins), AnyReply::new::<ListAdmins>(page));
    desk
}

#[test]
fn roles_and_permissions_are_picked_by_name_on_a_line() {
    for (keys, typed, lines) in [
        ("c", "risk", ["roles", "+Risk"]),
        (
            "P",
            "withdrawals.approve",
            ["permissions", "+withdrawals.approve"],
        ),
    ] {
        let mut desk = before_admins();
        desk.keys(keys).text(typed).keys("Space Enter y");
        desk.text("123456").keys("Enter");
        let mut talk = Talk {
            desk: before_admins(),
            conversation: Conversation::default(),
        };
        talk.said();
        talk.lines(&lines);
        assert!(talk.writes().is_empty(), "{lines:?}");
        talk.lines(&["yes", "123456"]);
        assert!(!desk.writes().is_empty(), "{keys}");
        assert_eq!(talk.writes(), writes(&desk), "{lines:?}");
    }
}

#[test]
fn a_reason_in_words_of_ones_own_is_what_is_typed_behind_e() {
    let mut desk = Desk::before(3);
    desk.keys("x e").text("no fit for us").keys("Enter");
    let mut talk = Talk::before(3);
    talk.lines(&["reject e no fit for us"]);
    assert_eq!(talk.writes(), writes(&desk));
    let mut talk = Talk::before(3);
    talk.lines(&["reject", "help"]);
    assert_eq!(talk.writes(), [""; 0], "a word is no reason");
    assert_eq!(talk.prompt(), "reason>");
}

#[test]
fn what_stands_before_a_write_is_answered_on_a_line_of_its_own() {
    let mut talk = Talk::before(12);
    talk.lines(&["mark", "mark", "reject 2 y"]);
    assert_eq!(talk.prompt(), "y or n>");
    assert_eq!(talk.writes(), [""; 0]);
    talk.lines(&["", "maybe", "approve"]);
    assert_eq!(
        (talk.prompt().as_str(), talk.writes().len()),
        ("y or n>", 0)
    );
    talk.lines(&["no", "*", "approve 12"]);
    assert_eq!(talk.prompt(), "Apps, 12 marked>", "it asks for no answer");
    talk.lines(&["approve"]);
    assert_eq!(
        (talk.prompt().as_str(), talk.writes().len()),
        ("number>", 0)
    );
    // Letters of a wrong answer are not keys: `n` closes the question, and `a` would approve.
    talk.lines(&["na", "13"]);
    assert_eq!(
        (talk.prompt().as_str(), talk.writes().len()),
        ("number>", 0)
    );
    talk.lines(&["12"]);
    assert_eq!(talk.writes().len(), 1);
}

#[test]
fn who_is_at_work_on_a_row_is_said_before_it_is_decided() {
    let mut talk = Talk::before(3);
    let now = talk.desk.model.now;
    let claimed = ApplicationRow {
        claim: Some(Claim {
            by: Line::new("bob@quarterdeck.example"),
            mine: false,
            since: now - TimeDelta::minutes(3),
            until: now + TimeDelta::minutes(2),
        }),
        ..fixtures::pending(1)
    };
    talk.desk.keys("r").answer_list(vec![claimed]).forget();
    talk.said();
    talk.line("approve");
    let said = talk.said().join("\n");
    assert!(
        said.contains("#1 is claimed by bob@quarterdeck.example"),
        "{said}"
    );
    assert_eq!(
        (talk.prompt().as_str(), talk.writes().len()),
        ("y or n>", 0)
    );
    talk.lines(&["y"]);
    assert_eq!(talk.writes().len(), 1);
}

#[test]
fn a_command_with_a_mistake_types_nothing_at_the_table() {
    let mut talk = Talk::before(5);
    // `o` waits for a second key; the letters of a command must not be taken for it.
    talk.lines(&["o", "aprove", "axw", "approve now", "a now", "reject me"]);
    assert_eq!(talk.writes(), [""; 0]);
    talk.lines(&["cancel"]);
    talk.line("aprove");
    assert_eq!(
        talk.said(),
        ["error: `approve` writes: type its name in full"]
    );
}

#[test]
fn the_row_is_said_with_its_place_and_what_it_is() {
    let mut talk = Talk::before(12);
    talk.line("next");
    let row = "2 of 12: #2 PENDING, 2h old, Applicant 2, e-mail applicant2@example.com";
    assert_eq!(talk.said(), [row]);
    talk.line("mark").said();
    talk.line("previous");
    assert_eq!(talk.said(), [format!("{row}, marked")]);
    assert_eq!(talk.prompt(), "Apps, 1 marked>");
    talk.line("list");
    assert_eq!(talk.said().len(), 10);
    talk.line("more");
    let said = talk.said();
    assert!(said[0].starts_with("12 of 12: #12 "), "{said:?}");
}

#[test]
fn a_wrong_filter_points_at_its_column_and_the_last_good_one_stays() {
    let mut talk = Talk::before(5);
    talk.line("/status:PENDNG");
    let said = talk.said();
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(
        said[0].starts_with("error: Column 8: no status `PENDNG`"),
        "{said:?}"
    );
    assert_eq!(talk.prompt(), "Apps>");
    assert_eq!(talk.desk.model.here().state().filter, "");
    talk.line("filter applicant4");
    let said = talk.said();
    assert!(
        said.iter().any(|line| line.starts_with("1 of 1: #4 ")),
        "{said:?}"
    );
}

#[test]
fn what_others_do_is_said_once_at_the_next_prompt() {
    let mut talk = Talk::before(5);
    talk.desk.send(Msg::Live(LiveNews::Heard(Event::New(New {
        resource: Resource::Reports.into(),
        count: 7,
        newest: 90,
    }))));
    assert_eq!(talk.said(), ["7 new on Reports; `refresh` loads"]);
    assert_eq!(talk.said(), [""; 0]);
}

#[test]
fn whatever_lies_over_the_screen_has_words_and_is_left_by_cancel() {
    let asked = ["reject", "sort", "copy_menu", "journal", "cols"];
    for line in asked {
        let mut talk = Talk::before(5);
        talk.line(line);
        assert!(talk.desk.model.overlay.is_some(), "{line}");
        assert!(talk.said().len() > 1, "{line}");
        talk.line("cancel");
        assert!(talk.desk.model.overlay.is_none(), "{line}");
        assert_eq!(talk.writes(), [""; 0], "{line}");
    }
    let told = [
        "?",
        "doctor",
        "messages",
        "nonsense",
        "/status:x",
        ":",
        "marks show",
    ];
    for line in told {
        let mut talk = Talk::before(5);
        talk.lines(&["mark"]);
        talk.line(line);
        assert!(talk.desk.model.overlay.is_none(), "{line}");
        let said = talk.said();
        assert!(line == ":" || !said.is_empty(), "{line}");
    }
    let mut talk = Talk::before(5);
    talk.lines(&["mark", "quit"]);
    assert_eq!(talk.prompt(), "y or n>");
    talk.lines(&["n"]);
    assert_eq!(talk.prompt(), "Apps, 1 marked>");
}

#[test]
fn columns_are_named_and_said_in_their_order() {
    let mut talk = Talk::before(2);
    talk.line("cols");
    assert_eq!(talk.prompt(), "columns>");
    let asked = talk.said();
    assert!(asked.contains(&"status, stays".to_owned()), "{asked:?}");
    talk.line("nmae");
    let wrong = talk.said().join("\n");
    assert!(wrong.contains("did you mean `name`?"), "{wrong}");
    assert_eq!(talk.prompt(), "columns>", "it is still asked");
    talk.line("id, status, e-mail, name");
    let said = talk.said().join("\n");
    assert!(said.contains("Columns: id, status, e-mail, name"), "{said}");
    talk.line("next");
    let row = talk.said().join("\n");
    let told = "#2 PENDING, e-mail applicant2@example.com, Applicant 2";
    assert!(row.contains(told), "{row}");
    talk.line("cols");
    assert!(talk.said().contains(&"age, not said now".to_owned()));
    talk.lines(&["default", "previous", "C id,status"]);
    talk.line("next");
    assert!(!talk.said().join("").contains("Applicant"));
}

#[test]
fn the_lines_of_a_row_that_hold_a_text_are_found() {
    let find = |line: &str| {
        let mut talk = Talk::before(2);
        let request = talk.conversation.hear(&talk.desk.model, line);
        talk.carry(request);
        let view = fixtures::view(fixtures::pending(1));
        let slot = Slot::Detail(Tab::Applications);
        talk.desk
            .answer(slot, AnyReply::new::<GetApplication>(view));
        while let Some(request) = talk.conversation.follow(&talk.desk.model) {
            talk.carry(request);
        }
        let said = talk.said();
        assert!(!talk.desk.model.is_in_detail(), "{said:?}");
        said
    };
    let said = find("find every day");
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(said[0].contains("tools that I use every day"), "{said:?}");
    assert_eq!(
        find("find APPLICANT"),
        ["`APPLICANT` is not found in this row"]
    );
    assert!(
        find("find applicant 1")
            .iter()
            .all(|line| line.contains("Applicant 1"))
    );
    let mut talk = Talk::before(2);
    talk.line("find");
    assert!(talk.said()[0].starts_with("error: "));
}

#[test]
fn the_keys_that_may_follow_are_said_as_far_as_they_lead_somewhere() {
    let mut talk = Talk::before(2);
    talk.line("o");
    let said = talk.said();
    assert_eq!(
        said,
        [
            "a: The audit trail of the row",
            "u: The user that the row is about"
        ]
    );
    talk.line("a");
    assert_eq!(talk.desk.model.tab, Tab::Audit);
}

#[test]
fn the_report_of_a_verification_is_read_and_closed() {
    let mut talk = Talk::before(5);
    talk.line("audit");
    talk.desk.answer(
        Slot::List(Tab::Audit),
        AnyReply::new::<ListAudit>(fixtures::page(fixtures::log())),
    );
    talk.line("verify");
    talk.desk.answer(
        Slot::Verify,
        AnyReply::new::<VerifyAudit>(fixtures::damaged(Damage::LinkMismatch, 7)),
    );
    let closing = talk.conversation.follow(&talk.desk.model);
    talk.carry(closing.expect("the report is closed"));
    let said = talk.said().join("\n");
    assert!(said.contains("Verdict: chain: BROKEN at #7"), "{said}");
    assert!(talk.desk.model.overlay.is_none());
}

#[test]
fn help_says_what_can_be_done_and_why_the_rest_cannot() {
    let mut talk = Talk::before(2);
    talk.line("help");
    let mut help = talk.said();
    while help
        .last()
        .is_some_and(|line| line.ends_with("Enter goes on"))
    {
        help.extend(talk.line("").said());
    }
    for expected in [
        "approve: Approve",
        "retry: not now, no call of unknown outcome",
    ] {
        assert!(
            help.iter().any(|line| line == expected),
            "{expected:?} in {help:#?}"
        );
    }
    assert_eq!(talk.writes(), [""; 0]);
}

#[test]
fn a_code_is_typed_unseen_and_a_name_is_not() {
    let mut desk = Desk::started(crate::desk::options(SMALL));
    desk.fail(
        Slot::Me,
        fixtures::refusal(Code::SessionRevoked, "Your session was revoked"),
    );
    desk.answer(
        Slot::Gate,
        AnyReply::new::<GetGate>(
            serde_json::from_str(r#"{"required": false, "passed": false}"#).unwrap(),
        ),
    );
    let mut talk = Talk {
        desk,
        conversation: Conversation::default(),
    };
    let said = talk.said();
    assert_eq!(said[0], "Sign in on 127.0.0.1:4000");
    let prompt = talk.conversation.prompt(&talk.desk.model);
    assert_eq!(
        (prompt.text.as_str(), prompt.typed),
        ("E-mail:", Display::Plain)
    );
    talk.line("ana@quarterdeck.example");
    let prompt = talk.conversation.prompt(&talk.desk.model);
    assert_eq!(
        (prompt.text.as_str(), prompt.typed),
        ("Password:", Display::Masked)
    );
    talk.line(":f").said();
    assert_eq!(talk.prompt(), "Token:");
    talk.line(":back").said();
    assert_eq!(talk.prompt(), "E-mail:");
}
