//! An admin is made by keys, the mail comes, and its token opens the way in.

use std::fs::{read_dir, read_to_string};
use std::path::Path;

use crate::console::{Console, ENTER, WIDE};
use crate::users::code;

const NEW: &str = "new@ops.example";

/// The token in the one mail of a directory, once it is there.
fn mailed_token(mails: &Path) -> Option<String> {
    let mail = read_dir(mails).ok()?.next()?.ok()?.path();
    if mail.extension()? != "eml" {
        return None;
    }
    let text = read_to_string(mail).ok()?;
    let is_token = |line: &&str| line.len() == 43 && !line.contains(' ');
    text.lines()
        .map(str::trim)
        .find(is_token)
        .map(str::to_owned)
}

/// Where the demo's server is, as the header says.
fn server_of(console: &Console) -> String {
    let header = console.line(0);
    let is_address = |word: &&str| word.starts_with("127.0.0.1:");
    let address = header.split_whitespace().find(is_address).unwrap();
    format!("http://{address}")
}

#[test]
fn s001_19_an_admin_is_made_by_keys_and_begins_with_the_token_of_the_mail() {
    let data = tempfile::tempdir().unwrap();
    let directory = data.path().to_str().unwrap();
    let mut root = Console::start(WIDE, &["demo", "--keep", directory]);
    root.wait_for(" PENDING ");
    root.keys("6").wait_for("SuperAdmin");
    root.keys("a").wait_for("Find: ");
    root.keys("Support").wait_for("Find: Support");
    root.keys(" ").wait_for("[x] Support");
    root.keys(ENTER).wait_for("E-mail: ");
    root.type_text(NEW).keys(ENTER);
    root.wait_for(&format!("goes to {NEW}"))
        .wait_for("y create");
    root.keys("y").wait_for("type your one-time code");
    let code = code(&root);
    root.type_text(&code).keys(ENTER);
    root.wait_for(&format!("{NEW} created; the mail is on its way"));
    let mails = data.path().join("mails");
    let token = root.find(&"the mail", |_| mailed_token(&mails));
    assert!(
        !crate::stream::contains(&root.written(), &token),
        "the token is in the mail alone"
    );

    let server = server_of(&root);
    let mut newcomer = Console::start(WIDE, &["--first-login", "--server", &server]);
    newcomer.wait_for("New password");
    newcomer.type_text(&token).next_field();
    newcomer.type_text("a password of my own").next_field();
    newcomer.type_text("a password of my own").keys(ENTER);
    newcomer.wait_for("Set up your second factor");
}
