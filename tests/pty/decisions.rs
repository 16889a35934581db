//! Deciding by keyboard in the demo: each decision shows at once, is in the audit log, and can be taken
//! back.

use crate::console::{Console, ENTER, ESC, SMALL, Size, WIDE};
use crate::picture::{cursor_id, cursor_line, lines};

fn demo(size: Size) -> Console {
    let console = Console::start(size, &["demo"]);
    console.find(&"row under the cursor", cursor_id);
    console
}

fn cursor(console: &Console) -> String {
    console.find(&"row under the cursor", cursor_id)
}

/// Waits until the newest row of the audit log is about this.
fn wait_for_newest(console: &Console, action: &str, target: &str) {
    console.wait_until(
        &format!("{action} on {target} as the newest row"),
        |screen| {
            let newest = lines(screen).into_iter().nth(5).unwrap_or_default();
            newest.contains(action) && newest.contains(target)
        },
    );
}

/// Rows of the audit log, from behind the filter while its tab is shown.
fn audit_rows(console: &Console) -> u64 {
    console.find(&"count of audit rows", |screen| {
        let chips = lines(screen).into_iter().nth(2)?;
        let (_, count) = chips.split_once("newest first")?.1.rsplit_once(" of ")?;
        count.trim().parse().ok()
    })
}

#[test]
fn s003_08_approving_moves_on_is_audited_and_taken_back_with_a_row_for_each() {
    for size in [WIDE, SMALL] {
        let mut console = demo(size);
        let id = cursor(&console);
        console.keys("a").wait_for(&format!("{id} approved, was "));
        assert_ne!(
            cursor(&console),
            id,
            "the cursor went on to the next open row"
        );

        console.keys("5");
        wait_for_newest(
            &console,
            "Application approved",
            &format!("application{id} "),
        );
        console
            .keys("u")
            .wait_for(&format!("{id} reopened, was ACTIVE"));
        console.keys("r").wait_for("Data refreshed");
        wait_for_newest(
            &console,
            "Application reopened",
            &format!("application{id} "),
        );
        console.keys("V").wait_for("chain: OK to #");
    }
}

#[test]
fn s003_08_rejecting_one_takes_a_digit_for_the_reason() {
    let mut console = demo(SMALL);
    let id = cursor(&console);
    console.keys("x").wait_for("2  Does not meet the criteria");
    console.keys("2").wait_for(&format!("{id} rejected, was "));
    console
        .keys(";")
        .wait_until(&"the row just handled", |screen| {
            cursor_line(screen).is_some_and(|line| line.contains(&id) && line.contains("REJECTED"))
        });
    console
        .keys(ENTER)
        .wait_for("Reason      Does not meet the criteria");
}

#[test]
fn s003_16_rejecting_three_asks_and_only_y_sends() {
    let mut console = demo(SMALL);
    console.keys("   ").wait_for("3 marked");
    console.keys("x").wait_for("Reject 3 applications?");
    console.keys("2").wait_for("y reject");
    // Keys and pastes keep their order, so that what Enter does is seen by now.
    console.keys(ENTER).paste("y").wait_for("Paste dropped");
    console.wait_for("Reject 3 applications?");
    console.keys("y").wait_for("3 rejected (u takes 3 back)");
    console.wait_gone("3 marked");
    console.keys("5");
    wait_for_newest(&console, "Bulk reject confirmed, 3", "application");
}

#[test]
fn s003_16_a_question_that_is_left_sends_nothing() {
    let mut console = demo(SMALL);
    console.keys("5");
    let before = audit_rows(&console);
    console.keys("1").keys("  ").wait_for("2 marked");
    console.keys("x").wait_for("Reject 2 applications?");
    console.keys("2").wait_for("y reject");
    console.keys(ESC).wait_gone("Reject 2 applications?");
    console.wait_for("2 marked");
    console.keys("5").keys("r").wait_for("Data refreshed");
    assert_eq!(audit_rows(&console), before);
}
