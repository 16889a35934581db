//! Signing in by keyboard on a server that is a process of its own.

use std::process::Command;

use clap::Parser;
use qrcode::{Color, EcLevel, QrCode};
use quarterdeck_server::gate::totp;

use crate::console::{Console, ENTER, SMALL, TAB, WIDE};
use crate::limit;
use crate::picture::{cursor_id, lines};
use crate::proxy::Proxy;
use crate::server::{PASSWORD, Server, code, current_step};

pub const ANA: &str = "ana@quarterdeck.example";
pub const ROOT: &str = "root@quarterdeck.example";

/// Goes through e-mail and password to the question for the code.
pub fn give_password(console: &mut Console, email: &str, password: &str) {
    console.wait_for("Sign in");
    console.type_text(email).next_field();
    console.type_text(password).keys(ENTER);
}

/// A console in which Ana is signed in.
pub fn signed_in(url: &str) -> Console {
    signed_in_as(ANA, url)
}

/// A console in which a demo account is signed in.
pub fn signed_in_as(email: &str, url: &str) -> Console {
    let mut console = Console::start(SMALL, &["--server", url]);
    give_password(&mut console, email, PASSWORD);
    console.wait_for("One-time code");
    console.type_text(&code()).keys(ENTER);
    console.find(&"row under the cursor", cursor_id);
    console
}

#[test]
fn s004_03_e_mail_password_and_code_lead_to_the_queue() {
    let server = Server::start();
    let console = signed_in(&server.url());
    assert!(
        console.line(0).contains("[DEMO]  ") && console.line(0).contains(ANA),
        "{}",
        console.line(0)
    );
}

#[test]
fn a_wrong_password_says_what_to_do_and_asks_again() {
    let server = Server::start();
    let mut console = Console::start(SMALL, &["--server", &server.url()]);
    give_password(&mut console, ANA, "not the password");
    console.wait_for("E-mail or password is wrong. Type the password again");
    console
        .type_text(PASSWORD)
        .keys(ENTER)
        .wait_for("One-time code");
    console
        .type_text("000000")
        .keys(ENTER)
        .wait_for("The code is wrong or was used.");
    console.type_text(&code()).keys(ENTER);
    console.find(&"row under the cursor", cursor_id);
}

/// Not a test: the server's command line as a process of its own. Cargo builds `quarterdeck-server` for
/// the tests of its own package only.
#[test]
#[ignore = "run by other tests with arguments in the environment"]
fn server_command_line() {
    if let Ok(arguments) = std::env::var("QUARTERDECK_TEST_SERVER_ARGUMENTS") {
        let words = std::iter::once("quarterdeck-server").chain(arguments.lines());
        quarterdeck_server::cli::run(quarterdeck_server::cli::Cli::parse_from(words)).unwrap();
    }
}

/// The server's command line as a process, with an argument a line.
pub fn server_command(arguments: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args([
            "--exact",
            "sign_in::server_command_line",
            "--ignored",
            "--nocapture",
        ])
        .env("QUARTERDECK_TEST_SERVER_ARGUMENTS", arguments);
    command
}

/// Makes an account at the server's command line; its token for the first login.
pub fn create_admin(server: &Server, email: &str) -> String {
    let arguments = format!("create-admin\n{email}\n--database\n{}", server.database());
    let output = limit::output(&mut server_command(&arguments));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let is_token = |line: &&str| line.len() >= 40 && !line.contains(' ');
    said.lines()
        .find(is_token)
        .expect("a token on a line of its own")
        .to_owned()
}

/// The value of a field in an answer that went over the wire.
pub fn answered(proxy: &Proxy, field: &str) -> Vec<String> {
    // What goes over the realtime connection is text, but for the heads of its frames.
    let answered = proxy.answered();
    let text = String::from_utf8_lossy(&answered);
    let begin = format!("\"{field}\":\"");
    let values = text
        .split(&begin)
        .skip(1)
        .filter_map(|rest| rest.split('"').next());
    values.map(str::to_owned).collect()
}

/// A QR code in half blocks, drawn anew from the text that it must hold.
fn half_blocks(text: &str) -> Vec<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::L).unwrap();
    let width = code.width();
    let is_light = |x: usize, y: usize| y >= width || code[(x, y)] == Color::Light;
    let block = |x, y| match (is_light(x, y), is_light(x, y + 1)) {
        (true, true) => '█',
        (true, false) => '▀',
        (false, true) => '▄',
        (false, false) => ' ',
    };
    (0..width)
        .step_by(2)
        .map(|y| (0..width).map(|x| block(x, y)).collect())
        .collect()
}

#[test]
fn a_new_admin_sets_a_password_scans_the_code_and_is_in() {
    let server = Server::start();
    let proxy = Proxy::to(server.address());
    let token = create_admin(&server, "new@quarterdeck.example");
    let mut console = Console::start(WIDE, &["--server", &proxy.url()]);
    console.wait_for("Sign in");
    console
        .keys(TAB)
        .keys(TAB)
        .wait_for("> First login with a token");
    console.keys(ENTER).wait_for("New password");
    console.type_text(&token).next_field();
    console.type_text("a password of my own").next_field();
    console.type_text("a password of my own").keys(ENTER);
    console.wait_for("Set up your second factor");

    let secret = answered(&proxy, "secret").remove(0);
    let groups: Vec<&str> = secret
        .as_bytes()
        .chunks(4)
        .map(|four| str::from_utf8(four).unwrap())
        .collect();
    console.wait_for(&groups.join(" "));
    let address = answered(&proxy, "otpauth_url").remove(0);
    console.wait_until(&"the code to scan", |screen| {
        let shown = lines(screen);
        let code = half_blocks(&address);
        shown.windows(code.len()).any(|shown| {
            shown
                .iter()
                .zip(&code)
                .all(|(shown, code)| shown.contains(code))
        })
    });

    let secret = totp::decode_secret(&secret).unwrap();
    console
        .type_text(&totp::code_at(&secret, current_step()))
        .keys(ENTER);
    console.wait_for("The second factor is on");
    console.wait_for("Your recovery codes");
    console.keys("y");
    console.find(&"row under the cursor", cursor_id);
    assert!(
        console.line(0).contains("new@quarterdeck.example"),
        "{}",
        console.line(0)
    );
}
