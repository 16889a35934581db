//! Reports, data requests and the dashboard in the demo: decided by keyboard, audited, counted.

use crate::console::{Console, ENTER, ESC, SMALL, Size, WIDE};
use crate::picture::{cursor_id, cursor_line, lines};

/// The demo on the tab of this digit, and the row under its cursor.
fn on(size: Size, tab: &str, name: &str) -> (Console, String) {
    let mut console = Console::start(size, &["demo"]);
    console.find(&"the first tab", cursor_id);
    console.keys(tab).wait_until(&name, |screen| {
        cursor_line(screen).is_some_and(|line| line.contains("pending"))
    });
    let id = console.find(&"row under the cursor", cursor_id);
    (console, id)
}

/// Waits until the newest row of the audit log is about this.
fn wait_for_newest(console: &Console, target: &str) {
    console.wait_until(&format!("{target} in the newest row"), |screen| {
        let newest = lines(screen).into_iter().nth(5).unwrap_or_default();
        newest.contains(target)
    });
}

#[test]
fn s003_09_a_report_is_resolved_with_a_note_and_reopened() {
    for size in [WIDE, SMALL] {
        let (mut console, id) = on(size, "2", "reports");
        console.keys("A").wait_for("1  Content removed");
        console
            .keys("1")
            .wait_for(&format!("{id} resolved, was pending"));
        console.keys("5");
        wait_for_newest(&console, &format!("report{id} "));
        console.keys("2").keys(";").keys(ENTER);
        console.wait_for("Note        Content removed");
        console
            .keys("u")
            .wait_for(&format!("{id} reopened, was resolved"));
    }
}

#[test]
fn s003_10_a_data_request_fails_with_a_reason_is_retried_and_completed_for_good() {
    let (mut console, id) = on(SMALL, "3", "data requests");
    console.wait_for("OVERDUE ");
    console.keys("x").wait_for("2  Must be kept by law");
    console
        .keys("2")
        .wait_for(&format!("{id} failed, was pending"));
    console
        .keys("u")
        .wait_for(&format!("{id} back to pending, was failed"));
    console.keys("a").wait_for(&format!("Complete {id} "));
    console
        .keys("y")
        .wait_for(&format!("{id} completed, was pending"));
    console
        .keys(";")
        .keys("u")
        .wait_for(&format!("{id}: completed is final"));
    console.keys("5");
    wait_for_newest(&console, &format!("data_request{id} "));
}

#[test]
fn the_dashboard_counts_what_is_decided_and_leads_to_what_is_overdue() {
    let (mut console, _) = on(WIDE, "2", "reports");
    let open = |console: &Console| {
        console.find(&"open reports", |screen| {
            let all = lines(screen);
            let line = all.iter().find(|line| line.starts_with("   Reports "))?;
            line.split_whitespace().nth(1)?.parse::<u32>().ok()
        })
    };
    console.keys("0");
    let before = open(&console);
    console.keys("2").keys("a").wait_for(" resolved, was ");
    console.keys("0").keys("r").wait_for("Data refreshed");
    assert_eq!(open(&console), before - 1);
    console.keys("God").wait_for("/overdue:yes server");
    console.wait_until(&"the overdue ones", |screen| {
        cursor_line(screen).is_some_and(|line| line.contains("OVERDUE "))
    });
    console.keys(ESC).wait_for("Next deadline");
}
