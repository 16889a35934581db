//! The drawer that users and admins share: its parts, and what stands beside a decision.

use chrono::TimeDelta;
use quarterdeck::app::layout::Size;
use quarterdeck::app::message::Slot;
use quarterdeck::app::tab::Tab;
use quarterdeck_api::admins::{AdminRow, ListAdmins};
use quarterdeck_api::applications::GetApplication;
use quarterdeck_api::audit::AuditRow;
use quarterdeck_api::call::AnyReply;
use quarterdeck_api::ids::UserId;
use quarterdeck_api::notes::RiskLevel;
use quarterdeck_api::reports::{GetReport, ReportView};
use quarterdeck_api::text::Line;
use quarterdeck_api::users::{
    GetUserDrawer, LikelySame, Likeness, PersonContext, TrackRecord, UserDrawer, UserStatus,
};

use crate::desk::{Desk, SMALL, WIDE};
use crate::fixtures::{self, NOW};
use crate::people::{self, banned, before, drawer_with_bans, note, staff, user, view};
use crate::queues::{before_reports, report, report_view};

const PARTS: [&str; 7] = [
    "Profile", "Stats", "Notes", "Bans", "Sessions", "Admin", "Audit",
];

fn trail() -> Vec<AuditRow> {
    let row = fixtures::log().remove(0);
    vec![AuditRow {
        action: Line::new("Banned user"),
        admin_email: Some(Line::new("ana@quarterdeck.example")),
        created_at: NOW - TimeDelta::days(1),
        ..row
    }]
}

fn context() -> PersonContext {
    let record = TrackRecord {
        upheld_reports: 2,
        bans: 1,
        rejected_applications: 1,
        notes: Some(3),
    };
    let other = |id: i64, status: UserStatus, because: Likeness| LikelySame {
        id: UserId(id),
        email: Line::new(&format!("person3+{id}@example.com")),
        status: status.into(),
        because: because.into(),
        record: TrackRecord { bans: 2, ..record },
    };
    PersonContext {
        record,
        likely_same: Some(vec![
            other(77, UserStatus::Banned, Likeness::Mailbox),
            other(12, UserStatus::Active, Likeness::Handle),
        ]),
    }
}

fn whole() -> UserDrawer {
    UserDrawer {
        notes: Some(fixtures::page(vec![note(7, RiskLevel::High, "Called.")])),
        trail: Some(trail()),
        context: context(),
        ..drawer_with_bans(view(banned(3)))
    }
}

fn opened(size: Size) -> Desk {
    let mut desk = before(size, vec![banned(3), user(4)]);
    desk.keys("Enter").answer_drawer(whole());
    desk
}

fn shown(desk: &Desk) -> String {
    let screen = desk.screen();
    let parts = PARTS.iter();
    let marked: Vec<_> = parts
        .filter(|part| screen.contains(&format!(">{part}")))
        .collect();
    assert_eq!(marked.len(), 1, "{marked:?}\n{screen}");
    (*marked[0]).to_owned()
}

#[test]
fn the_parts_are_gone_through_by_two_keys_and_around_the_end() {
    for size in [SMALL, WIDE] {
        let mut desk = opened(size);
        for part in PARTS.iter().chain(["Profile"].iter()) {
            assert_eq!(shown(&desk), *part);
            assert!(desk.shows("BANNED by ana"), "{}", desk.screen());
            desk.keys("}");
        }
        desk.keys("{");
        assert_eq!(shown(&desk), "Profile");
        desk.keys("{");
        assert_eq!(shown(&desk), "Audit");
    }
}

#[test]
fn each_part_tells_its_own_and_the_full_screen_all_of_them() {
    let told = [
        ("Profile", "Handle      person3"),
        ("Stats", "Nothing was moved."),
        ("Notes", "HIGH by rita@quarterdeck.example: Called."),
        ("Bans", "ended by itself: Its time was up"),
        ("Sessions", "No session is open."),
        ("Admin", "Roles, and who granted them"),
        ("Audit", "Banned user by ana@quarterdeck.example"),
    ];
    let mut desk = opened(SMALL);
    for (part, words) in told {
        assert_eq!(shown(&desk), part);
        assert!(desk.shows(words), "{part}: {}", desk.screen());
        let elsewhere = told.iter().filter(|(other, _)| *other != part);
        for (other, words) in elsewhere.filter(|(other, _)| *other != "Admin") {
            assert!(!desk.shows(words), "{other} in {part}: {}", desk.screen());
        }
        desk.keys("}");
    }
    let mut tall = opened(Size {
        columns: 120,
        rows: 90,
    });
    tall.keys("f");
    for (part, words) in told {
        assert!(tall.shows(words), "{part}: {}", tall.screen());
    }
}

#[test]
fn the_part_stays_while_the_cursor_moves_and_in_the_preview() {
    let mut desk = before(WIDE, vec![banned(3), user(4)]);
    desk.wait(1).answer_drawer(whole());
    desk.keys("} } j").wait(1);
    desk.answer_drawer(people::drawer(view(user(4))));
    assert_eq!(shown(&desk), "Notes");
    assert!(desk.shows("Nobody wrote a note."), "{}", desk.screen());
}

#[test]
fn a_detail_of_one_part_says_so() {
    let mut desk = Desk::at_work(WIDE);
    desk.keys("}");
    assert!(
        desk.toast().ends_with("the detail has one part only"),
        "{}",
        desk.toast()
    );
    let mut desk = before(SMALL, vec![user(4)]);
    desk.keys("}");
    assert!(
        desk.toast().ends_with("open the row first"),
        "{}",
        desk.toast()
    );
}

#[test]
fn s001_37_users_and_admins_share_one_drawer_with_another_part_in_front() {
    let person = || UserDrawer {
        trail: Some(trail()),
        ..people::drawer(view(staff(4)))
    };
    let mut users = before(SMALL, vec![staff(4)]);
    users.keys("Enter").answer_drawer(person());
    assert_eq!(shown(&users), "Profile");
    let mut admins = Desk::on(SMALL, Tab::Admins);
    let row = AdminRow {
        row: staff(4),
        ..person().rights.admin
    };
    let page = fixtures::page(vec![row]);
    admins.answer(Slot::List(Tab::Admins), AnyReply::new::<ListAdmins>(page));
    admins.keys("Enter");
    let reply = AnyReply::new::<GetUserDrawer>(person());
    admins.answer(Slot::Detail(Tab::Admins), reply);
    assert_eq!(shown(&admins), "Admin");
    // From the same part on they are the same to the letter.
    users.keys("{ {");
    let body = |desk: &Desk| -> Vec<String> {
        let screen = desk.screen();
        screen.lines().skip(4).take(18).map(str::to_owned).collect()
    };
    assert_eq!(body(&users), body(&admins));
}

#[test]
fn s003_84_who_offended_before_and_who_is_likely_the_same_stands_beside_the_decision() {
    let facts = [
        "2 reports upheld, banned once",
        "#77 BANNED person3+77@example.com, same mailbox;",
        "#12 ACTIVE person3+12@example.com, same handle;",
    ];
    let mut desk = before_reports(SMALL, vec![report(1)]);
    desk.keys("Enter");
    let of_report = ReportView {
        context: context(),
        ..report_view(report(1))
    };
    desk.answer(
        Slot::Detail(Tab::Reports),
        AnyReply::new::<GetReport>(of_report),
    );
    let mut applications = Desk::at_work(SMALL);
    applications.keys("Enter");
    let row = fixtures::queue(1).remove(0);
    let mut of_application = fixtures::view(row);
    of_application.context = context();
    applications.answer(
        Slot::Detail(Tab::Applications),
        AnyReply::new::<GetApplication>(of_application),
    );
    for desk in [&desk, &applications, &opened(SMALL)] {
        for fact in facts {
            assert!(desk.shows(fact), "{fact}\n{}", desk.screen());
        }
    }
}

#[test]
fn the_drawer_looks() {
    for (name, size) in [("120x40", WIDE), ("80x24", SMALL)] {
        let mut desk = opened(size);
        insta::assert_snapshot!(format!("drawer_profile_{name}"), desk.screen());
        desk.keys("} }");
        insta::assert_snapshot!(format!("drawer_notes_{name}"), desk.screen());
    }
}
