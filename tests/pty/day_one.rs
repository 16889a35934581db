//! An admin is made by keys, the mail comes, and its token opens the way in.

use std::fs::{metadata, read_dir, read_to_string};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use quarterdeck_server::gate::totp;

use crate::console::{Console, ENTER, ESC, WIDE};
use crate::picture::text;
use crate::server::{PASSWORD, current_step};
use crate::sign_in::ROOT;
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

/// The secret to be typed into an authenticator, in its groups of four.
fn secret_shown(screen: &vt100::Screen) -> Option<String> {
    let is_base32 = |letter: char| letter.is_ascii_uppercase() || ('2'..='7').contains(&letter);
    let text = text(screen);
    let words = text.split_whitespace();
    let groups = words.filter(|word| word.len() == 4 && word.chars().all(is_base32));
    let secret: String = groups.collect();
    (secret.len() == 32).then_some(secret)
}

fn codes_shown(screen: &vt100::Screen) -> Vec<String> {
    let text = text(screen);
    let is_code = |word: &&str| word.len() == 19 && word.matches('-').count() == 3;
    let words = text.split_whitespace().filter(is_code);
    words.map(str::to_owned).collect()
}

/// The one file of recovery codes that a console saved, which is its owner's alone.
fn saved_codes(console: &Console) -> String {
    let [name] = console.exported_files().try_into().unwrap();
    let exports = console.home().join(".local/share/quarterdeck/exports");
    let path = exports.join(name);
    assert_eq!(metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    read_to_string(path).unwrap()
}

#[test]
fn s001_20_a_recovery_code_of_the_console_signs_a_command_in_and_is_not_seen() {
    let mut root = Console::start(WIDE, &["demo"]);
    root.wait_for(" PENDING ");
    root.keys(":").wait_until(&"the palette", |screen| {
        text(screen).trim_end().ends_with("\n:")
    });
    root.type_text("codes").keys(ENTER);
    root.wait_for("New recovery codes");
    let code = code(&root);
    root.type_text(&code).keys(ENTER);
    root.wait_for("Your recovery codes");
    let codes = codes_shown(&root.screen());
    root.keys("y").wait_gone("Your recovery codes");

    let login = format!("\"$@\" login --store --recovery --email {ROOT}; echo \"ended $?.\"");
    let mut shell = Console::start_in_shell(WIDE, &login, &["--server", &server_of(&root)]);
    shell.wait_for("Password:");
    shell.burst(PASSWORD).keys(ENTER);
    shell.wait_for("Recovery code:");
    shell.burst(&codes[0]).keys(ENTER);
    shell.wait_for("Signed in as root@").wait_for("ended 0.");
    assert!(!crate::stream::contains(&shell.written(), &codes[0]));
}

#[test]
fn s001_19_s001_20_an_admin_is_made_by_keys_and_begins_with_the_token_of_the_mail() {
    let data = tempfile::tempdir().unwrap();
    let directory = data.path().to_str().unwrap();
    let mut root = Console::start(WIDE, &["demo", "--keep", directory]);
    root.wait_for(" PENDING ");
    root.keys("6").wait_for("SuperAdmin");
    root.keys("a").wait_for("Find: ");
    root.keys("Support").wait_for("Find: Support");
    root.keys(" ").wait_for("[x] Support");
    root.keys(ENTER)
        .wait_for("those of the roles' presets are ticked");
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
    let secret = newcomer.find(&"the secret", secret_shown);
    let secret = totp::decode_secret(&secret).unwrap();
    let code = totp::code_at(&secret, current_step());
    newcomer.type_text(&code).keys(ENTER);
    newcomer.wait_for("Your recovery codes");
    let codes = codes_shown(&newcomer.screen());
    assert_eq!(codes.len(), 10, "{codes:?}");
    newcomer.keys(ESC).wait_for("They are not shown again");
    newcomer.keys("s").wait_for("10 recovery codes, ");
    let saved = saved_codes(&newcomer);
    let lines: Vec<_> = saved.lines().skip(3).collect();
    assert_eq!(lines, codes);
    newcomer.keys("s").wait_for("Not saved: ");
    newcomer.keys("y").wait_gone("Your recovery codes");
    newcomer.wait_for(" PENDING ");
    assert!(codes_shown(&newcomer.screen()).is_empty());
    for (path, text) in newcomer.state_files() {
        let is_told = codes.iter().any(|code| text.contains(code.as_str()));
        assert!(!is_told, "a code is in {}", path.display());
    }
}
