//! Text that strangers write to be obeyed, in every field of every screen.

use quarterdeck::app::message::{Msg, Slot};
use quarterdeck::app::tab::Tab;
use quarterdeck_api::applications::{ApplicationRow, ApplicationView, GetApplication};
use quarterdeck_api::audit::{AuditRow, ListAudit};
use quarterdeck_api::call::AnyReply;
use quarterdeck_api::dashboard::{DashboardView, QueueRow};
use quarterdeck_api::data_requests::{DataRequestRow, DataRequestStatus};
use quarterdeck_api::ids::UserId;
use quarterdeck_api::notes::{RiskLevel, UserNote, UserShort};
use quarterdeck_api::problem::Code;
use quarterdeck_api::reports::{GetReport, ReportRow, ReportStatus, ReportView};
use quarterdeck_api::sessions::{GetMe, Me};
use quarterdeck_api::text::{Body, Line};
use quarterdeck_api::users::{
    BanEvent, LikelySame, PersonContext, TrackRecord, UserDrawer, UserRow, UserView,
};
use quarterdeck_api::wire_enum::OpenEnum;

use crate::desk::{Desk, SMALL, WIDE, options};
use crate::fixtures;
use crate::people;
use crate::queues;

pub(crate) const ATTACKS: &[&str] = &[
    "\u{1b}[31mred\u{1b}[0m",
    "\u{1b}]52;c;c2VjcmV0\u{1b}\\",
    "\u{1b}]0;pwned\u{7}",
    "\u{1b}]8;;https://evil.example/\u{1b}\\click\u{1b}]8;;\u{1b}\\",
    "\u{1b}[2J\u{1b}[H",
    "\u{1b}[?1049l",
    "\u{1b}[6n",
    "\u{1b}P$q\"p\u{1b}\\",
    "\u{9b}31mred",
    "\u{9d}0;title\u{9c}",
    "innocent\rGUILTY!!",
    "admin\u{8}\u{8}\u{8}\u{8}\u{8}user!",
    "line\nbreak\ttab\u{7}\u{0}\u{7f}",
    "user\u{202e}gnp.exe",
    "\u{2066}admin\u{2069}",
    "ad\u{200b}min\u{feff}",
    "a\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}",
    "漢字かな交じり文",
    "👩\u{200d}👩\u{200d}👧\u{200d}👦🇺🇳",
    "ﷺ﷽",
];

/// Characters that a terminal obeys, or that change what stands around them.
fn is_foreign(character: char) -> bool {
    let reorders = matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    character.is_control() || reorders || character == '\u{feff}'
}

pub(crate) fn check(desk: &Desk) {
    let buffer = desk.buffer();
    for cell in buffer.content() {
        assert!(
            !cell.symbol().contains(is_foreign),
            "{:?} in\n{}",
            cell.symbol(),
            desk.screen()
        );
    }
}

fn line(place: usize) -> Line {
    Line::new(ATTACKS[place % ATTACKS.len()])
}

fn row(place: usize) -> ApplicationRow {
    ApplicationRow {
        name: line(place),
        email: line(place + 1),
        decided_by: Some(line(place + 2)),
        reason: Some(line(place + 3)),
        ..fixtures::pending(i64::try_from(place).unwrap() + 1)
    }
}

fn entry(place: usize) -> AuditRow {
    AuditRow {
        seq: 100 - i64::try_from(place).unwrap(),
        admin_email: Some(line(place)),
        action: line(place + 1),
        target_type: line(place + 2),
        target_id: line(place + 3),
        details: Body::new(&ATTACKS.join("\n")),
        request_id: line(place + 4),
        hash: line(place + 5),
        ..fixtures::log().remove(0)
    }
}

fn report(place: usize) -> ReportRow {
    ReportRow {
        status: OpenEnum::Unknown(line(place)),
        reason: line(place + 1),
        reporter: line(place + 2),
        reported: line(place + 3),
        reviewed_by: Some(line(place + 4)),
        notes: Some(line(place + 5)),
        ..queues::report(i64::try_from(place).unwrap() + 1)
    }
}

fn request(place: usize) -> DataRequestRow {
    DataRequestRow {
        status: OpenEnum::Unknown(line(place)),
        kind: OpenEnum::Unknown(line(place + 1)),
        user: line(place + 2),
        handled_by: Some(line(place + 3)),
        error: Some(line(place + 4)),
        ..queues::data_request(i64::try_from(place).unwrap() + 1, 3)
    }
}

fn waiting(place: usize) -> QueueRow {
    QueueRow {
        queue: OpenEnum::Unknown(line(place)),
        ..queues::dashboard().queues.remove(2)
    }
}

/// Reads each row in full, and asks what its verbs would do.
fn read_all(desk: &mut Desk) {
    for _ in 0..ATTACKS.len() {
        check(desk);
        desk.keys("Tab");
        check(desk);
        desk.keys("Esc a");
        check(desk);
        desk.keys("Esc X");
        check(desk);
        desk.keys("Esc j");
    }
}

/// Others like the person, whose e-mails mean harm.
fn suspicious() -> PersonContext {
    let other = |place: usize| LikelySame {
        id: UserId(1),
        email: line(place),
        status: OpenEnum::Unknown(line(place + 1)),
        because: OpenEnum::Unknown(line(place + 2)),
        record: TrackRecord {
            upheld_reports: 2,
            bans: 1,
            ..TrackRecord::default()
        },
    };
    PersonContext {
        record: TrackRecord::default(),
        likely_same: Some((0..ATTACKS.len()).map(other).collect()),
    }
}

#[test]
fn u_16_on_the_other_queues_alike() {
    for size in [SMALL, WIDE] {
        let places = || 0..ATTACKS.len();
        let mut desk = queues::before_reports(size, places().map(report).collect());
        read_all(&mut desk);
        let slot = Slot::Detail(Tab::Reports);
        let view = ReportView {
            row: report(0),
            body: Body::new(&ATTACKS.join("\n")),
            context: suspicious(),
        };
        desk.keys("g Enter")
            .answer(slot, AnyReply::new::<GetReport>(view));
        check(&desk);
        desk.keys("G");
        check(&desk);
        // Known statuses, so that the dialogs open.
        let pending = |row| ReportRow {
            status: ReportStatus::Pending.into(),
            ..row
        };
        let rows = places().map(report).map(pending).collect();
        let mut desk = queues::before_reports(size, rows);
        read_all(&mut desk);
        desk.keys("* A 1");
        check(&desk);
        let mut desk = queues::before_requests(size, places().map(request).collect());
        read_all(&mut desk);
        let pending = |row| DataRequestRow {
            status: DataRequestStatus::Pending.into(),
            ..row
        };
        let rows = places().map(request).map(pending).collect();
        let mut desk = queues::before_requests(size, rows);
        read_all(&mut desk);
        desk.keys("* x 1");
        check(&desk);
        let mut desk = Desk::on(size, Tab::Dashboard);
        let view = DashboardView {
            queues: places().map(waiting).collect(),
            counted_at: fixtures::NOW,
        };
        queues::answer_dashboard(&mut desk, view);
        read_all(&mut desk);
    }
}

#[test]
fn u_16_what_strangers_write_is_drawn_and_never_obeyed() {
    for size in [SMALL, WIDE] {
        let mut desk = Desk::started(options(size));
        let me = Me {
            email: line(0),
            environment: line(2),
            ..fixtures::root()
        };
        desk.answer(Slot::Me, AnyReply::new::<GetMe>(me));
        desk.send(Msg::HeaderNote(line(1)));
        desk.answer_list((0..ATTACKS.len()).map(row).collect());
        check(&desk);
        for place in 0..ATTACKS.len() {
            desk.keys("Enter");
            let answers = Body::new(&ATTACKS.join("\n"));
            let view = ApplicationView {
                row: row(place),
                answers,
                context: suspicious(),
            };
            desk.answer(
                Slot::Detail(Tab::Applications),
                AnyReply::new::<GetApplication>(view),
            );
            check(&desk);
            desk.keys("G");
            check(&desk);
            desk.keys("Esc x");
            check(&desk);
            desk.keys("Esc j");
        }
        desk.keys("* x 1");
        check(&desk);
        desk.keys("Esc 5").answer(
            Slot::List(Tab::Audit),
            AnyReply::new::<ListAudit>(fixtures::page((0..ATTACKS.len()).map(entry).collect())),
        );
        for _ in 0..ATTACKS.len() {
            check(&desk);
            desk.keys("Enter");
            check(&desk);
            desk.keys("Esc j");
        }
    }
}

fn person(place: usize) -> UserRow {
    UserRow {
        email: line(place),
        display_name: line(place + 1),
        username: Some(line(place + 2)),
        ban_reason: Some(line(place + 3)),
        banned_by: Some(line(place + 4)),
        status: OpenEnum::Unknown(line(place + 5)),
        roles: vec![OpenEnum::Unknown(line(place + 6))],
        ..people::banned(i64::try_from(place).unwrap() + 1)
    }
}

fn bans(place: usize) -> Vec<BanEvent> {
    let rows = people::history().into_iter();
    let hostile = rows.map(|event| BanEvent {
        action: OpenEnum::Unknown(line(place)),
        reason: line(place + 1),
        actor: Some(line(place + 2)),
        ..event
    });
    hostile.collect()
}

fn noted(place: usize) -> UserNote {
    let note = people::note(1, RiskLevel::High, "");
    UserNote {
        note: Body::new(line(place).as_str()),
        risk_level: OpenEnum::Unknown(line(place + 1)),
        created_by: UserShort {
            email: line(place + 2),
            ..note.created_by
        },
        ..note
    }
}

#[test]
fn u_16_what_strangers_write_of_themselves_as_users_is_never_obeyed() {
    for size in [SMALL, WIDE] {
        let mut desk = people::before(size, (0..ATTACKS.len()).map(person).collect());
        check(&desk);
        for place in 0..ATTACKS.len() {
            let view = UserView {
                twitch_username: Some(line(place)),
                country: Some(line(place + 1)),
                verified_by: Some(line(place + 2)),
                suspended_by: Some(line(place + 3)),
                suspend_reason: Some(line(place + 4)),
                permissions: vec![OpenEnum::Unknown(line(place + 5))],
                ..people::view(person(place))
            };
            desk.keys("Enter").answer_drawer(UserDrawer {
                bans: fixtures::page(bans(place)),
                notes: Some(fixtures::page(vec![noted(place)])),
                context: suspicious(),
                ..people::drawer(view)
            });
            for _ in 0..7 {
                check(&desk);
                desk.keys("G");
                check(&desk);
                desk.keys("}");
            }
            for dialog in ["b", "x", "D 1", "D 2 1", "a", "e", "Y", "o"] {
                desk.keys("Esc Esc").keys(dialog);
                check(&desk);
                desk.keys("Esc Esc");
            }
            desk.keys("j");
        }
    }
}

#[test]
fn u_16_refusals_and_typed_text_are_cleaned_as_well() {
    for attack in ATTACKS {
        let mut desk = Desk::before(3);
        desk.keys("r").fail(
            Slot::List(Tab::Applications),
            fixtures::refusal(Code::Internal, attack),
        );
        check(&desk);
        desk.keys(":").text("messages").keys("Enter");
        check(&desk);
        for keys in ["Esc /", "Esc :", "Esc ?"] {
            desk.keys(keys);
            desk.send(Msg::Input(quarterdeck::app::input::InputEvent::Paste(
                (*attack).to_owned(),
            )));
            desk.text(attack);
            check(&desk);
        }
        let mut form = crate::session::signing_in(SMALL);
        form.text(attack);
        check(&form);
    }
}
