//! What the console remembers of the audit log, held against a server whose log has become shorter.

use crate::picture::text;
use crate::proxy::Proxy;
use crate::server::Server;
use crate::sign_in::{ROOT, signed_in_as};

#[test]
fn s002_53_a_log_that_was_truncated_shows_at_the_next_refresh() {
    let mut server = Server::start();
    let proxy = Proxy::to(server.address());
    let mut console = signed_in_as(ROOT, &proxy.url());
    let backup = server.back_up();

    console.keys("   ").keys("a");
    console.wait_for("Approve 3 applications?");
    console.keys("y").wait_for("3 approved");
    console.keys("5").wait_for("chain: OK to #");
    console.wait_for("Application approved");

    // Nothing is wrong with the log itself: only what was seen of it tells that its end is missing.
    server.put_back(&backup);
    proxy.lead_to(server.address());
    console.keys("r").wait_for("chain: TRUNCATED, ends at #");
    console.wait_for("ERROR Audit chain: TRUNCATED, ends at #");
    assert!(
        !text(&console.screen()).contains("Verification of the audit chain"),
        "the report is for who asks"
    );
    console
        .keys("V")
        .wait_for("Verification of the audit chain");
    console.wait_for("NOT met");
}
