//! Every dialog of the queues, at both sizes: left once, completed, and what the server holds then.

use quarterdeck_api::applications::{ApplicationStatus, ApplicationView};
use quarterdeck_api::data_requests::{DataRequestRow, DataRequestStatus};
use quarterdeck_api::reports::{ReportRow, ReportStatus};
use quarterdeck_api::text::Line;
use quarterdeck_api::users::{UserStatus, UserView};

use crate::api::Api;
use crate::console::{Console, ENTER, SMALL, Size, WIDE};
use crate::dialog::{Answer, Dialog};
use crate::picture::{cursor_id, cursor_line, ids};

/// The demo on the tab of this digit, whose rows have this status.
fn on(size: Size, tab: &str, status: &str) -> Console {
    let mut console = Console::start(size, &["demo"]);
    console.find(&"the first tab", cursor_id);
    console.keys(tab).wait_until(&status, |screen| {
        cursor_line(screen).is_some_and(|line| line.contains(status))
    });
    console
}

fn cursor(console: &Console) -> String {
    console.find(&"row under the cursor", cursor_id)
}

/// Marks so many rows from the one under the cursor on, and tells which.
fn mark(console: &mut Console, count: usize) -> Vec<String> {
    let first = cursor(console);
    let rows = console.find(&"rows enough", |screen| {
        let from = ids(screen).into_iter().skip_while(|id| *id != first);
        Some(from.take(count).collect::<Vec<_>>()).filter(|rows| rows.len() == count)
    });
    console
        .keys(&" ".repeat(count))
        .wait_for(&format!("{count} marked"));
    rows
}

/// A report with the account that it is about.
type Reported = (ReportRow, UserView);

fn noted(report: &ReportRow) -> Option<&str> {
    report.notes.as_ref().map(Line::as_str)
}

/// What is done to a report, each to the next one.
const OF_A_REPORT: &[Dialog<Reported>] = &[
    Dialog {
        verb: "Ban",
        steps: &[
            ("b", &["1  1 hour", "6  permanent"]),
            ("4", &["The ban ends by itself.", "2  Harassment"]),
            ("2", &["Also: Resolve #", "Reason: Harassment"]),
            ("r", &["Not: Resolve #", "y ban"]),
        ],
        answer: &[Answer::Key("y")],
        said: " reported user banned, was pending",
        changes: 1,
        holds: |(report, user)| {
            report.status.is(ReportStatus::Pending)
                && user.row.status.is(UserStatus::Banned)
                && user.row.ban_expires_at.is_some()
        },
    },
    Dialog {
        verb: "Dismiss",
        steps: &[(
            "X",
            &[
                "Which note? It is kept with the decision.",
                "2  Not enough to act on",
                "e write one",
            ],
        )],
        answer: &[Answer::Key("2")],
        said: " dismissed, was pending",
        changes: 1,
        holds: |(report, _)| {
            report.status.is(ReportStatus::Dismissed)
                && noted(report) == Some("Not enough to act on")
        },
    },
    Dialog {
        verb: "Resolve",
        steps: &[("A", &["Which note?", "1  Content removed"])],
        answer: &[Answer::Own("Talked to both of them")],
        said: " resolved, was pending",
        changes: 1,
        holds: |(report, _)| {
            report.status.is(ReportStatus::Resolved)
                && noted(report) == Some("Talked to both of them")
        },
    },
];

fn what_is_done_to_reports(size: Size) {
    let mut console = on(size, "2", "pending");
    let api = Api::of(&console);
    for dialog in OF_A_REPORT {
        let id = cursor(&console);
        // A ban names the person; the others name the report.
        let about = match dialog.verb {
            "Ban" => api.report(&id).reported.to_string(),
            _ => id.clone(),
        };
        dialog.run(&mut console, &about, || {
            let report = api.report(&id);
            let user = api.user(&report.reported_user_id.to_string());
            (report, user)
        });
    }
}

#[test]
fn s003_09_each_dialog_about_a_report_at_120x40() {
    what_is_done_to_reports(WIDE);
}

#[test]
fn s003_09_each_dialog_about_a_report_at_80x24() {
    what_is_done_to_reports(SMALL);
}

const EXPORT: Dialog<DataRequestRow> = Dialog {
    verb: "Export",
    steps: &[(
        "e",
        &["Personal data: profile", "only you can read", "y export"],
    )],
    answer: &[Answer::Key("y")],
    said: "saved as ",
    changes: 0,
    holds: |request| request.status.is(DataRequestStatus::Pending),
};

const FAIL_TWO: Dialog<Vec<DataRequestRow>> = Dialog {
    verb: "Fail",
    steps: &[
        ("x", &["2  Must be kept by law", "digit choose"]),
        ("2", &["Reason: Must be kept by law", "y fail"]),
    ],
    answer: &[Answer::Key("y")],
    said: "2 failed (u takes 2 back)",
    changes: 2,
    holds: |requests| {
        requests.iter().all(|request| {
            let why = request.error.as_ref().map(Line::as_str);
            request.status.is(DataRequestStatus::Failed) && why == Some("Must be kept by law")
        })
    },
};

const RETRY_TWO: Dialog<Vec<DataRequestRow>> = Dialog {
    verb: "Retry",
    steps: &[("u", &["y retry"])],
    answer: &[Answer::Key("y")],
    said: "2 back to pending",
    changes: 2,
    holds: |requests| {
        let mut all = requests.iter();
        all.all(|request| request.status.is(DataRequestStatus::Pending))
    },
};

fn what_is_done_to_data_requests(size: Size) {
    let mut console = on(size, "3", "pending");
    let api = Api::of(&console);
    let id = cursor(&console);
    EXPORT.run(&mut console, &id, || api.data_request(&id));
    let files = console.exported_files();
    let user = api.data_request(&id).user_id.0;
    assert!(
        matches!(files.as_slice(), [one] if one.starts_with(&format!("user-{user}-"))),
        "{files:?}"
    );

    let read = |ids: &[String]| ids.iter().map(|id| api.data_request(id)).collect();
    let marked = mark(&mut console, 2);
    FAIL_TWO.run(&mut console, "2 data requests", || read(&marked));
    // With nothing left to take back, the key is that of the rows.
    console.keys("u").wait_for("2 back to pending");
    console.wait_gone("2 back to pending");
    console.keys("/").wait_for("/ words, or ");
    console.type_text("status:failed").keys(ENTER);
    console.wait_for("/status:failed server");
    console.wait_until(&"failed ones", |screen| {
        cursor_line(screen).is_some_and(|line| line.contains("failed"))
    });
    console.keys("g");
    let marked = mark(&mut console, 2);
    RETRY_TWO.run(&mut console, "2 data requests", || read(&marked));
}

#[test]
fn s003_10_each_dialog_about_data_requests_at_120x40() {
    what_is_done_to_data_requests(WIDE);
}

#[test]
fn s003_10_each_dialog_about_data_requests_at_80x24() {
    what_is_done_to_data_requests(SMALL);
}

const REJECT_THREE: Dialog<Vec<ApplicationView>> = Dialog {
    verb: "Reject",
    steps: &[("x", &["2  Does not meet the criteria", "e write one"])],
    answer: &[Answer::Own("Came a week too late"), Answer::Key("y")],
    said: "3 rejected (u takes 3 back)",
    changes: 3,
    holds: |applications| {
        applications.iter().all(|application| {
            let why = application.row.reason.as_ref().map(Line::as_str);
            application.row.status.is(ApplicationStatus::Rejected)
                && why == Some("Came a week too late")
        })
    },
};

#[test]
fn s003_08_several_are_rejected_with_a_reason_in_words() {
    for size in [WIDE, SMALL] {
        let mut console = on(size, "1", "PENDING");
        let api = Api::of(&console);
        let marked = mark(&mut console, 3);
        let read = || marked.iter().map(|id| api.application(id)).collect();
        REJECT_THREE.run(&mut console, "3 applications", read);
    }
}
