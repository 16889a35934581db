//! One console and two environments: whoever goes on to the other signs in there and acts there alone.

use crate::console::{Console, ENTER, SMALL};
use crate::picture::{cursor_id, text};
use crate::server::{PASSWORD, Server, code};
use crate::sign_in::{ANA, ROOT, give_password};

/// A console that begins with one of two profiles.
fn console_of(first: &Server, second: &Server) -> Console {
    let script = format!(
        r#"mkdir -p "$HOME/.config/quarterdeck"
        printf '[profiles.first]\nserver = "{}"\n[profiles.second]\nserver = "{}"\n' \
            > "$HOME/.config/quarterdeck/config.toml"
        exec "$@""#,
        first.url(),
        second.url(),
    );
    Console::start_in_shell(SMALL, &script, &["--profile", "first"])
}

fn sign_in(console: &mut Console, email: &str) -> String {
    give_password(console, email, PASSWORD);
    console.wait_for("One-time code");
    console.type_text(&code()).keys(ENTER);
    console.find(&"row under the cursor", cursor_id)
}

fn command(console: &mut Console, words: &str) {
    console.keys(":").wait_until(&"the palette", |screen| {
        text(screen).trim_end().ends_with("\n:")
    });
    console.type_text(words).keys(ENTER);
}

#[test]
fn the_other_environment_is_signed_in_to_and_what_is_done_there_stays_there() {
    let (first, second) = (Server::start(), Server::start());
    let mut console = console_of(&first, &second);
    let seen_first = sign_in(&mut console, ANA);
    let approved = format!("{seen_first} approved");
    console.keys("a").wait_for(&approved);
    command(&mut console, "env second");
    let seen_there = sign_in(&mut console, ROOT);
    assert_eq!(seen_there, seen_first, "it is still open there");
    let (header, address) = (console.line(0), second.address().to_string());
    assert!(
        header.contains(&address) && header.contains(ROOT),
        "{header}"
    );
}

#[test]
fn whoever_says_readonly_writes_nothing_until_they_say_otherwise() {
    let mut console = Console::start(SMALL, &["demo"]);
    let id = console.find(&"row under the cursor", cursor_id);
    command(&mut console, "readonly on");
    console.wait_for("  RO");
    console.keys("a").wait_for(":readonly off");
    command(&mut console, "readonly off");
    console.wait_for("  RW");
    console.keys("a").wait_for(&format!("{id} approved"));
}
