use crate::console::{Console, SMALL, WIDE, lines, text};
#[test]
fn dump() {
    for size in [WIDE, SMALL] {
    let mut console = Console::start(size, &["demo"]);
    console.wait_for("PENDING");
    eprintln!("{}", text(&console.screen()));
    console.keys("a");
    console.wait_for("takes it back");
    eprintln!("{}", text(&console.screen()));
    console.keys("5");
    console.wait_for("Approved");
    eprintln!("{}", text(&console.screen()));
    console.keys("V");
    console.wait_for("chain");
    eprintln!("{}", text(&console.screen()));
    console.keys("q");
    eprintln!("{:?}", console.wait_for_exit());
    console.assert_terminal_is_sane();
    }
}
