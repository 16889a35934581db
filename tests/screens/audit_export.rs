//! Exporting the audit log: all rows that the filter shows, whatever row is under the cursor.

use quarterdeck::app::list::RowId;
use quarterdeck::app::message::{Effect, Failure, Slot};
use quarterdeck::app::options::{AccessMode, Options};
use quarterdeck::app::tab::Tab;
use quarterdeck_api::audit::{
    AuditExport, AuditFilter, ExportAudit, ExportedChain, ExportedRow, Extract, ListAudit,
};
use quarterdeck_api::call::AnyReply;
use quarterdeck_api::page::Page;
use quarterdeck_api::permission::Permission;
use quarterdeck_api::problem::Code;
use quarterdeck_api::sessions::GetMe;
use quarterdeck_api::text::Line;

use crate::desk::{Desk, SMALL, WIDE, options};
use crate::fixtures::{self, NOW, chain};

const AUDIT: Slot = Slot::List(Tab::Audit);
const HELP: &str = "Export all rows that the filter shows to a file";

/// A total that the list said.
#[derive(Clone, Copy)]
struct Said {
    total: u64,
    is_exact: bool,
}

fn list(said: Said) -> AnyReply {
    AnyReply::new::<ListAudit>(Page {
        total: said.total,
        total_exact: said.is_exact,
        ..fixtures::page(fixtures::log())
    })
}

fn answered(desk: &mut Desk, total: u64) -> &mut Desk {
    let said = Said {
        total,
        is_exact: true,
    };
    desk.answer(AUDIT, list(said));
    if desk.model.is_loading(Slot::Verify) {
        desk.answer_chain(chain());
    }
    desk.forget()
}

/// The log, with so many rows that match.
fn at_the_log(total: u64) -> Desk {
    let mut desk = Desk::on(SMALL, Tab::Audit);
    answered(&mut desk, total);
    desk
}

fn filtered(filter: &str, total: u64) -> Desk {
    let mut desk = at_the_log(1_204);
    desk.keys("/").text(filter).keys("Enter");
    answered(&mut desk, total);
    desk
}

/// The log under a filter that asks the server nothing.
fn locally(filter: &str) -> Desk {
    let mut desk = at_the_log(1_204);
    desk.keys("/").text(filter).keys("Enter");
    desk
}

fn exported(count: i64) -> AuditExport {
    let row = |seq: i64| ExportedRow {
        seq,
        recorded_at_us: seq,
        actor_type: "human".to_owned(),
        actor_id: Some(7),
        actor_email: Some("ana@quarterdeck.example".to_owned()),
        action_code: "handover_noted".to_owned(),
        action: "\u{1b}]0;pwned\u{7}".to_owned(),
        target_type: String::new(),
        target_id: String::new(),
        details: "{}".to_owned(),
        request_id: "r".to_owned(),
        canon: "01".to_owned(),
        leaf: "02".to_owned(),
        link: "03".to_owned(),
    };
    AuditExport {
        chain: ExportedChain {
            instance: "i".to_owned(),
            scope: "platform".to_owned(),
            head_seq: count,
            head_link: "03".to_owned(),
        },
        extract: Extract {
            exported_at: NOW,
            exported_by: Line::new("root@quarterdeck.example"),
            filter: AuditFilter::default(),
            rows: usize::try_from(count).unwrap(),
            first: Some(1),
            last: Some(count),
        },
        rows: (1..=count).map(row).collect(),
    }
}

#[test]
fn s004_e_exports_the_whole_log_after_a_question_that_names_count_filter_and_place() {
    let mut desk = at_the_log(1_204);
    desk.keys("j e Enter");
    assert_eq!(desk.writes(), [], "a bare Enter does nothing");
    for line in [
        "Export 1204 audit rows?",
        "[DEMO] on 127.0.0.1:4000",
        "The whole log: no filter is set.",
        "Saved to a file that only you can read. The export is audited.",
        "y export",
    ] {
        assert!(desk.shows(line), "{line} is not in\n{}", desk.screen());
    }
    desk.keys("y");
    assert_eq!(desk.body::<ExportAudit>(), AuditFilter::default());
    let export = exported(2);
    desk.answer_write(Ok(AnyReply::new::<ExportAudit>(export.clone())));
    let file = desk.effects.iter().find_map(|effect| match effect {
        Effect::SaveFile(file) => Some(file.clone()),
        _ => None,
    });
    let file = file.expect("no file was saved");
    assert_eq!(file.name(), "audit-20261120T140000Z.ndjson");
    assert_eq!(file.contents(), export.ndjson().unwrap());
    let size = file.contents().len();
    assert_eq!(
        file.saved("/tmp/a".as_ref()),
        format!("2 audit rows, {size} bytes, saved as /tmp/a")
    );
    assert!(file.contents().iter().all(|byte| *byte != 0x1b));
    let list = &desk.model.here().state().list;
    assert_eq!(list.cursor(), Some(RowId(1_203)), "the cursor stays");
    assert!(desk.model.overlay.is_none());
}

#[test]
fn s004_a_filter_is_said_in_words_and_sent_as_it_was_when_asked() {
    let mut desk = filtered("by:#7 action:bulk_reject on:application age<2h", 1);
    desk.keys("e");
    for line in [
        "Export 1 audit row?",
        "Rows that pass the filter by:#7 action:bulk_reject on:application",
        "age<2h",
    ] {
        assert!(desk.shows(line), "{line} is not in\n{}", desk.screen());
    }
    desk.wait(60).keys("y");
    let expected = AuditFilter {
        filter: Some("by:#7 action:bulk_reject on:application age<2h".to_owned()),
        ..AuditFilter::default()
    };
    assert_eq!(desk.body::<ExportAudit>(), expected);
}

#[test]
fn s004_what_the_server_cannot_filter_by_or_hold_is_not_exported() {
    let cases = [
        (locally("reject"), "`reject` filters loaded rows only"),
        (
            filtered("by:#7 reject", 3),
            "`reject` filters loaded rows only",
        ),
        (filtered("by:#8", 0), "the filter shows no rows"),
        (
            at_the_log(5_001),
            "at most 5000 audit rows at once; narrow the filter",
        ),
    ];
    for (mut desk, why) in cases {
        desk.keys("e");
        assert_eq!(desk.toast(), format!("{HELP}: {why}"));
        assert_eq!(
            (desk.writes().len(), desk.model.overlay.is_none()),
            (0, true)
        );
    }
    let mut desk = at_the_log(5_000);
    desk.keys("e");
    assert!(desk.shows("Export 5000 audit rows?"));
    let mut desk = Desk::on(SMALL, Tab::Audit);
    let said = Said {
        total: 4_000,
        is_exact: false,
    };
    desk.answer(AUDIT, list(said)).keys("e");
    assert!(
        desk.toast().ends_with("narrow the filter"),
        "{}",
        desk.toast()
    );
}

#[test]
fn s004_a_count_that_may_be_of_another_filter_is_not_asked_about() {
    let mut desk = at_the_log(1_204);
    desk.keys("/").text("by:#7").keys("Enter e");
    assert_eq!(desk.toast(), format!("{HELP}: the list is not loaded"));
    desk.fail(
        AUDIT,
        Failure::Problem(Box::new(fixtures::problem(Code::Internal, "no"))),
    );
    desk.keys("e");
    assert_eq!(desk.toast(), format!("{HELP}: the list is not loaded"));
    desk.keys("r").answer_list(vec![]);
    answered(&mut desk, 12).keys("e");
    assert!(desk.shows("Export 12 audit rows?"), "{}", desk.screen());
}

#[test]
fn s004_without_the_right_read_only_or_offline_it_says_why() {
    let at_audit = |options: Options, permissions: &[Permission]| {
        let mut desk = Desk::started(options);
        desk.answer(
            Slot::Me,
            AnyReply::new::<GetMe>(fixtures::admin(permissions)),
        );
        desk.keys("5");
        answered(&mut desk, 1_204);
        desk
    };
    let with_it = [Permission::AuditView, Permission::AuditExport];
    let read_only = Options {
        access: AccessMode::ReadOnly,
        ..options(WIDE)
    };
    let mut away = at_audit(options(WIDE), &with_it);
    away.keys("r").fail(AUDIT, fixtures::away()).forget();
    let cases = [
        (
            at_audit(options(WIDE), &with_it[..1]),
            "you lack the permission audit.export",
        ),
        (at_audit(read_only, &with_it), "this console is read-only"),
        (away, "offline; r tries again"),
    ];
    for (mut desk, why) in cases {
        desk.keys("e");
        assert_eq!(desk.toast(), format!("{HELP}: {why}"));
        desk.keys("?").text("export all");
        assert!(desk.shows(why), "the menu says it too\n{}", desk.screen());
        assert_eq!(desk.writes(), []);
    }
    let mut allowed = at_audit(options(WIDE), &with_it);
    assert!(allowed.shows("e export"), "{}", allowed.screen());
    allowed.keys("e");
    assert!(allowed.shows("Export 1204 audit rows?"));
}

#[test]
fn s004_one_export_at_a_time_and_a_lost_one_is_asked_again_under_its_key() {
    let mut desk = at_the_log(1_204);
    desk.keys("e y e");
    assert_eq!(
        desk.toast(),
        format!("{HELP}: the last one is being written; wait for the answer")
    );
    desk.answer_write(Err(Failure::Undecodable(Line::new("cut off"))));
    let said = desk.toast();
    assert!(
        said.starts_with("1204 audit rows: outcome unknown."),
        "{said}"
    );
    desk.keys("e");
    let said = desk.toast();
    assert!(said.contains("outcome of the last one unknown"), "{said}");
    let first = desk.writes();
    desk.forget().keys("=");
    let again = desk.writes();
    assert_eq!((&again[0].1, &again[0].2), (&first[0].1, &first[0].2));
    let done = fixtures::problem(Code::AlreadyDone, "it was carried out");
    desk.answer_write(Err(Failure::Problem(Box::new(done))));
    assert!(desk.toast().starts_with("1204 audit rows not exported."));
    desk.keys("e");
    assert!(desk.shows("Export 1204 audit rows?"), "{}", desk.screen());
}

#[test]
fn s004_the_palette_and_the_repeat_know_it_and_rows_are_still_not_marked() {
    let mut desk = at_the_log(1_204);
    desk.keys("Space");
    assert!(
        desk.toast().contains("audit rows are not marked"),
        "{}",
        desk.toast()
    );
    desk.keys(":").text("export").keys("Enter");
    assert!(desk.shows("Export 1204 audit rows?"), "{}", desk.screen());
    desk.keys("y")
        .answer_write(Ok(AnyReply::new::<ExportAudit>(exported(1))))
        .forget();
    desk.keys(".");
    assert!(desk.shows("Export 1204 audit rows?"), "it asks each time");
    desk.keys("n");
    assert_eq!(desk.writes(), []);
}
