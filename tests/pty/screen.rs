//! What an operator sees: the start, any size, and what a paste does not do.

use crate::console::{CTRL_L, Console, ESC, SMALL, Size, WIDE};
use crate::picture::{cursor_id, cursor_line, lines};

/// A demo with its queue loaded.
fn demo(size: Size) -> Console {
    let console = Console::start(size, &["demo"]);
    console.find(&"row under the cursor", cursor_id);
    console
}

/// Runs the console as whoever has set nothing sees it.
const BY_DEFAULT: &str = "unset QUARTERDECK_DEFAULT_VIEW; exec \"$@\"";

/// Lines of the queue's table.
fn rows(screen: &vt100::Screen) -> usize {
    let is_row = |line: &&String| line.contains("  PENDING  ");
    lines(screen).iter().filter(is_row).count()
}

#[test]
fn u_07_the_demo_opens_the_dashboard_signed_in_and_a_digit_leads_to_a_full_queue() {
    for (size, least, age) in [(WIDE, 30, "  Last updated: "), (SMALL, 15, "s ago")] {
        let mut console = Console::start_in_shell(size, BY_DEFAULT, &["demo"]);
        console.wait_until(&"the queues", |screen| {
            let shown = lines(screen);
            let names = [">  Applications ", "   Reports ", "   Data requests "];
            names
                .iter()
                .all(|name| shown.iter().any(|line| line.starts_with(name)))
        });
        let tabs = console.line(1);
        for counted in ["1 Apps ", "2 Reports ", "3 Data "] {
            let waiting = tabs.split_once(counted).map(|(_, rest)| rest);
            let count = waiting.and_then(|rest| rest.chars().next());
            assert!(count.is_some_and(|digit| digit.is_ascii_digit()), "{tabs}");
        }
        console.keys("1");
        console.wait_until(&"a full table", |screen| rows(screen) >= least);
        let header = console.line(0);
        assert!(
            header.starts_with("[DEMO]  ") && header.contains("root@quarterdeck.example  RW"),
            "{header}"
        );
        let (_, code) = header
            .split_once("  code ")
            .expect("the header shows the code");
        assert!(
            code[..6].chars().all(|digit| digit.is_ascii_digit()),
            "{header}"
        );
        for part in ["  127.0.0.1:", age] {
            assert!(header.contains(part), "{part} is not in {header}");
        }
        let tabs = console.line(1);
        assert!(
            tabs.starts_with(" 0 Dash   1 Apps 93   2 Reports "),
            "{tabs}"
        );
        console.keys("q");
        assert_eq!(console.wait_for_exit().0, 0);
        console.assert_terminal_is_sane();
    }
}

#[test]
fn the_idle_byte_says_that_a_frame_is_painted() {
    let console = Console::start(SMALL, &["demo"]);
    console.written();
    assert_ne!(
        console.line(0),
        "",
        "the first idle byte comes behind the first frame"
    );
}

/// A linear congruential generator: the same sizes in every run.
fn sizes(count: usize) -> impl Iterator<Item = Size> {
    let step = |state: &mut u32| {
        *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        Some(*state >> 16)
    };
    let numbers: Vec<u32> = std::iter::repeat_n((), 2 * count)
        .scan(7, |state, ()| step(state))
        .collect();
    let size = |pair: &[u32]| Size {
        columns: u16::try_from(1 + pair[0] % 200).unwrap(),
        rows: u16::try_from(1 + pair[1] % 60).unwrap(),
    };
    numbers.chunks(2).map(size).collect::<Vec<_>>().into_iter()
}

#[test]
fn u_08_a_storm_of_sizes_ends_in_the_right_screen() {
    let mut console = demo(WIDE);
    for size in sizes(200).chain([
        Size {
            columns: 2,
            rows: 2,
        },
        Size {
            columns: 1,
            rows: 1,
        },
        SMALL,
    ]) {
        console.resize(size);
    }
    // A frame for an earlier size of the storm may still come: only the last one reaches both edges.
    console.wait_until(&"a full table that ends where the screen does", |screen| {
        let lines = lines(screen);
        rows(screen) >= 15
            && screen.size() == SMALL.parsed()
            && lines[0].ends_with("s ago")
            && lines[0].chars().count() == usize::from(SMALL.columns)
            && lines[usize::from(SMALL.rows) - 1].starts_with("a approve")
    });
    console.written();
    let after_the_storm = lines(&console.screen());
    console.keys(CTRL_L);
    // The header holds a clock.
    console.wait_until(&"the same table from an empty screen", |screen| {
        lines(screen)[1..] == after_the_storm[1..]
    });
}

#[test]
fn u_08_a_screen_that_is_too_small_says_so_and_grows_and_quits() {
    let mut console = demo(SMALL);
    let before = console.find(&"row under the cursor", cursor_line);
    console
        .resize(Size {
            columns: 39,
            rows: 12,
        })
        .wait_for("need 40x10, have 39x12");
    console
        .resize_to_nothing()
        .resize(SMALL)
        .wait_until(&"the row under the cursor", |screen| {
            cursor_line(screen).as_ref() == Some(&before)
        });
    console
        .resize(Size {
            columns: 20,
            rows: 5,
        })
        .wait_for("need 40x10");
    console.keys("q");
    assert_eq!(console.wait_for_exit().0, 0);
    console.assert_terminal_is_sane();
}

#[test]
fn a_paste_outside_of_a_field_is_dropped_and_said() {
    let mut console = demo(SMALL);
    let before = console.find(&"row under the cursor", cursor_line);
    console.paste("aaax2\ry");
    console.wait_for("Paste dropped: no text field is open");
    assert_eq!(console.find(&"row under the cursor", cursor_line), before);
    console
        .keys(":")
        .wait_for("Show Audit; a filter may follow");
    console.paste("messages").wait_for(":messages");
    console.keys(ESC).wait_gone(":messages");
    console.burst("jjjjjjjjj");
    console.wait_until(&"the same a second time", |screen| {
        let toast = lines(screen).pop().unwrap();
        toast.contains("Paste dropped: no text field is open") && toast.ends_with("x2")
    });
    assert_eq!(console.find(&"row under the cursor", cursor_line), before);
}
