//! docs/DAY-ONE.md, as it is written.

use std::path::Path;
use std::process::Command;

use crate::harness::process::{Finished, ServerProcess, bare_command, finished};
use crate::harness::until;

const PAGE: &str = include_str!("../../../../docs/DAY-ONE.md");

/// The commands of the page that begin so, without that.
fn commands(program: &str) -> Vec<Vec<&'static str>> {
    let begin = format!("    {program} ");
    let lines = PAGE.lines().filter_map(|line| line.strip_prefix(&begin));
    lines.map(|line| line.split(' ').collect()).collect()
}

fn command(directory: &Path, arguments: &[&str]) -> Command {
    let mut command = bare_command(arguments);
    command.current_dir(directory);
    command
}

fn run(directory: &Path, arguments: &[&str]) -> Finished {
    finished(&mut command(directory, arguments))
}

#[tokio::test]
async fn s001_39_the_commands_of_the_first_day_do_what_the_page_says() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    let [migrate, create, serve, reset_factor, list, reset] =
        commands("quarterdeck-server").try_into().unwrap();
    run(path, &migrate).succeeded();
    let first = run(path, &create).succeeded();
    assert_eq!(run(path, &list).succeeded(), "all mail was sent\n");
    let second = run(path, &reset).succeeded();
    assert_ne!(first, second);

    // Where the page's port may be taken, a free one does as well.
    let mut serve = command(path, &serve);
    let server = ServerProcess::spawn(serve.args(["--listen", "127.0.0.1:0"]));
    let login = async |token: &str| {
        let body =
            serde_json::json!({ "token": token.trim(), "newPassword": "seven purple walruses" });
        let request = server.request("POST", "/api/v1/auth/first-login");
        request.json(body).send().await
    };
    login(&first).await.refused(401, "token_invalid");
    assert_eq!(login(&second).await.status, 200);
    run(path, &reset_factor).succeeded();
    until("the directory of mails is there", async || {
        path.join("mails").is_dir().then_some(())
    })
    .await;
}
