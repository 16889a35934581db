//! Every job as a command, against the bundled server: what is written, what is done, how it ends.

use std::fs;
use std::io::{BufReader, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::PathBuf;
use std::process::{Child, ChildStderr, ChildStdout, Command, Output, Stdio};

use quarterdeck_api::operation::Nothing;
use quarterdeck_api::sessions::{
    Secret, SessionTokens, SignInRequest, VerifyMfa, VerifyMfaRequest,
};
use quarterdeck_client::{CallOptions, Client, ClientOptions, Timeouts, Trust};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::server::{PASSWORD, Server, code};
use crate::{Home, limit, text};

const ROOT: &str = "root@quarterdeck.example";
const SAM: &str = "sam@quarterdeck.example";

/// A server, and somebody who writes commands.
struct Operator {
    server: Server,
    home: Home,
    token: PathBuf,
}

/// What a command said and how it ended.
struct Said {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Said {
    fn of(output: &Output) -> Self {
        let said = Self {
            code: output.status.code(),
            out: text(&output.stdout).to_owned(),
            err: text(&output.stderr).to_owned(),
        };
        let is_obeyed = |letter: char| letter.is_control() && letter != '\n';
        assert!(!said.out.contains(is_obeyed), "{:?}", said.out);
        assert!(!said.err.contains(is_obeyed), "{:?}", said.err);
        said
    }

    /// The code is this one.
    #[track_caller]
    fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}\n{}", self.out, self.err);
        self
    }

    fn json(&self) -> Vec<Value> {
        let lines = self.out.lines();
        lines
            .map(|line| {
                let record: Value = serde_json::from_str(line).unwrap();
                assert_eq!(record["v"], 1, "{line}");
                record
            })
            .collect()
    }

    fn outcomes(&self) -> Vec<String> {
        let records = self.json();
        let outcomes = records.iter().map(|record| record["outcome"].as_str());
        outcomes.map(|word| word.unwrap().to_owned()).collect()
    }

    fn error(&self) -> Value {
        let line = self.err.lines().last().unwrap();
        let record: Value = serde_json::from_str(line).unwrap();
        assert_eq!(record["v"], 1);
        record["error"].clone()
    }
}

impl Operator {
    fn new(email: &str) -> Self {
        let server = Server::start();
        let home = Home::new();
        let token = home.path().join("token");
        let tokens = sign_in(&server, email);
        private_file(&token, tokens.access_token.expose());
        Self {
            server,
            home,
            token,
        }
    }

    fn bare(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_quarterdeck"));
        command
            .args(words)
            .args(["--server", &self.server.url()])
            .env_clear()
            .env("HOME", self.home.path());
        command
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = self.bare(words);
        command.arg("--token-file").arg(&self.token);
        command
    }

    fn run(&self, words: &[&str]) -> Said {
        Said::of(&limit::output(&mut self.command(words)))
    }

    /// Runs it with text on standard input.
    fn feed(&self, words: &[&str], input: &str) -> Said {
        let mut child = spawn(self.command(words).stdin(Stdio::piped()));
        child
            .stdin
            .take()
            .unwrap()
            .write_all(input.as_bytes())
            .unwrap();
        Said::of(&limit::wait(child))
    }

    fn ids(&self, tab: &str, filter: &str, count: usize) -> Vec<String> {
        let (count, listed) = (
            count.to_string(),
            ["list", tab, "--json", "--filter", filter],
        );
        let words = [&listed[..], &["--limit", &count]].concat();
        let rows = self.run(&words).ends(0).json();
        rows.iter().map(|row| row["id"].to_string()).collect()
    }

    fn status(&self, id: &str) -> String {
        let said = self.run(&["get", "apps", id, "--json"]).ends(0);
        said.json()[0]["status"].as_str().unwrap().to_owned()
    }
}

fn spawn(command: &mut Command) -> Child {
    let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

fn private_file(path: &PathBuf, contents: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut options = fs::OpenOptions::new();
    let mut file = options
        .write(true)
        .create(true)
        .mode(0o600)
        .open(path)
        .unwrap();
    file.write_all(contents.as_bytes()).unwrap();
}

fn sign_in(server: &Server, email: &str) -> SessionTokens {
    let options = ClientOptions {
        server: server.url().parse().unwrap(),
        timeouts: Timeouts::default(),
        trust: Trust::System,
        random: quarterdeck::runtime::random_bytes().unwrap(),
    };
    let client = Client::new(options).unwrap();
    let credentials = SignInRequest {
        email: email.to_owned(),
        password: Secret::new(PASSWORD.to_owned()),
    };
    let runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = { runtime }.enable_all().build().unwrap();
    runtime.block_on(async {
        let challenge = client.sign_in(credentials).await.unwrap();
        let request = VerifyMfaRequest {
            token: challenge.token,
            mfa_code: Some(Secret::new(code())),
            recovery_code: None,
        };
        let call = client.call::<VerifyMfa>((), Nothing {}, request, CallOptions::default());
        call.await.unwrap().reply
    })
}

#[test]
fn lists_and_rows_are_written_in_three_forms() {
    let operator = Operator::new(ROOT);
    let me = operator.run(&["whoami", "--json"]).ends(0).json();
    assert_eq!(me[0]["email"], ROOT);
    assert!(operator.run(&["whoami"]).ends(0).out.contains(ROOT));

    let rows = operator.run(&["list", "apps", "--json", "--limit", "3"]);
    let rows = rows.ends(0).json();
    assert_eq!(rows.len(), 3);
    assert!(
        rows.iter().all(|row| row["status"] == "PENDING"),
        "{rows:?}"
    );

    // More than a page holds, the hostile rows of the profile among them.
    let all = ["list", "apps", "--filter", "status:all", "--limit", "1000"];
    let json = operator
        .run(&[&all[..], &["--json"]].concat())
        .ends(0)
        .json();
    assert!(json.len() > 100, "{}", json.len());
    let csv = operator.run(&[&all[..], &["--csv"]].concat()).ends(0).out;
    assert!(
        csv.lines().count() > json.len(),
        "a header, and lines in cells"
    );
    assert!(csv.lines().next().unwrap().contains("email"), "{csv}");
    let table = operator.run(&all).ends(0).out;
    assert_eq!(table.lines().count(), json.len() + 1);

    let id = rows[0]["id"].to_string();
    let one = operator
        .run(&["get", "applications", &id, "--json"])
        .ends(0);
    assert!(one.json()[0]["answers"].is_string(), "{}", one.out);
    let facts = operator.run(&["get", "apps", &id]).ends(0).out;
    assert!(
        facts.contains("Submitted") && facts.contains("Answers"),
        "{facts}"
    );
    operator.run(&["get", "apps", "999999"]).ends(4);
    operator.run(&["get", "apps", &id, "999999"]).ends(7);
    for tab in ["dash", "reports", "data", "users", "audit"] {
        let rows = operator.run(&["list", tab, "--json"]).ends(0);
        assert!(!rows.json().is_empty(), "{tab}");
        operator.run(&["list", tab]).ends(0);
        if matches!(tab, "reports" | "data" | "users") {
            let id = rows.json()[0]["id"].to_string();
            operator.run(&["get", tab, &id]).ends(0);
        }
    }
    operator.run(&["get", "audit", "1"]).ends(2);
    let verdict = operator.run(&["audit", "verify", "--json"]).ends(0).json();
    assert_eq!(verdict[0]["status"], "intact");
}

#[test]
fn what_went_wrong_is_said_by_code_and_in_json() {
    let operator = Operator::new(SAM);
    let wrong = operator.run(&["list", "apps", "--filter", "a statsu:x", "--json"]);
    let error = wrong.ends(2).error();
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("column 3"), "{message}");
    assert_eq!(error["exit"], 2);
    operator.run(&["list", "nonsense"]).ends(2);
    let usage = operator
        .run(&["list", "apps", "--json", "--lmit", "3"])
        .ends(2);
    assert_eq!(usage.error()["exit"], 2);
    operator.run(&["approve", "x", "--yes"]).ends(2);

    let nobody = Said::of(&limit::output(&mut operator.bare(&["whoami"]))).ends(3);
    assert!(nobody.err.contains("login --store"), "{}", nobody.err);
    let stranger = operator.home.path().join("stranger");
    private_file(&stranger, "nonsense");
    let mut command = operator.bare(&["whoami", "--json"]);
    let said = Said::of(&limit::output(command.arg("--token-file").arg(&stranger))).ends(3);
    assert_eq!(said.error()["exit"], 3);

    // Support sees applications and decides none.
    let denied = operator.run(&["list", "audit", "--json"]).ends(8);
    assert_eq!(denied.error()["code"], "permission_denied");
    assert!(denied.error()["request_id"].is_string());

    let mut away = Command::new(env!("CARGO_BIN_EXE_quarterdeck"));
    let away = away
        .args([
            "list",
            "apps",
            "--server",
            "http://127.0.0.1:1",
            "--token-file",
        ])
        .arg(&stranger)
        .env_clear()
        .env("HOME", operator.home.path());
    Said::of(&limit::output(away)).ends(6);
}

#[test]
fn without_yes_and_a_terminal_nothing_is_written() {
    let operator = Operator::new(ROOT);
    let ids = operator.ids("apps", "status:pending", 14);
    let one = ids[0].as_str();
    operator.run(&["approve", one]).ends(2);
    let foretold = operator
        .run(&["approve", one, "--dry-run", "--json"])
        .ends(0);
    assert_eq!(foretold.outcomes(), ["would"]);
    operator
        .run(&["approve", one, "--yes", "--readonly"])
        .ends(8);
    let mut held_back = operator.command(&["approve", one, &ids[1], "--yes"]);
    let said = Said::of(&limit::output(held_back.env("QUARTERDECK_MAX_BULK", "1")));
    said.ends(8);
    operator.run(&["reject", one, "--yes"]).ends(2);
    operator
        .run(&["approve", one, "--yes", "--reason", "because"])
        .ends(2);
    operator
        .run(&["approve", one, "--yes", "--if-version", "99"])
        .ends(5);
    operator
        .run(&["approve", one, "--yes", "--if-status", "REJECTED"])
        .ends(5);
    operator.run(&["reopen", one, "--yes"]).ends(2);
    let twelve: Vec<_> = ids[..12].iter().map(String::as_str).collect();
    let many = [&["waitlist"][..], &twelve, &["--yes"]].concat();
    let said = operator.run(&many).ends(2);
    assert!(said.err.contains("--confirm '12'"), "{}", said.err);
    let many = [&["waitlist"][..], &twelve, &["--confirm", "11"]].concat();
    operator.run(&many).ends(8);
    for id in &ids {
        assert_eq!(operator.status(id), "PENDING");
    }
}

#[test]
fn decisions_are_taken_one_by_one_and_many_at_once() {
    let operator = Operator::new(ROOT);
    let ids = operator.ids("apps", "status:pending", 40);
    let done = operator
        .run(&["approve", &ids[0], "--yes", "--json"])
        .ends(0);
    assert_eq!(done.outcomes(), ["changed"]);
    assert_eq!(done.json()[0]["status"], "ACTIVE");
    let again = operator
        .run(&["approve", &ids[0], "--yes", "--json"])
        .ends(5);
    assert_eq!(again.outcomes(), ["refused"]);
    let words = [
        "reject",
        "-",
        "--reason",
        "spam and more",
        "--json",
        "--confirm",
        "3",
    ];
    let input = format!("{}\n#{}\n\n{}\n", ids[0], ids[1], ids[2]);
    let partial = operator.feed(&words[..5], &input);
    let partial = partial.ends(2);
    assert!(partial.err.contains("--yes"), "{}", partial.err);
    let partial = operator
        .feed(&[&words[..5], &["--yes"]].concat(), &input)
        .ends(7);
    assert_eq!(partial.outcomes(), ["refused", "changed", "changed"]);
    operator
        .run(&["reopen", "apps", &ids[1], &ids[2], "--yes"])
        .ends(0);
    assert_eq!(operator.status(&ids[1]), "PENDING");
    operator.run(&["approve", "999999", "--yes"]).ends(4);

    // A list is what was seen: it is decided as it was listed, and once by its key.
    let listed = operator
        .run(&["list", "apps", "--json", "--limit", "20"])
        .ends(0);
    let words = [
        "waitlist",
        "-",
        "--json",
        "--confirm",
        "20",
        "--idempotency-key",
    ];
    let words = [&words[..], &["job-2026-11-20-waitlist"]].concat();
    let first = operator.feed(&words, &listed.out).ends(0);
    assert_eq!(first.outcomes(), ["changed"; 20]);
    let replayed = operator.feed(&words, &listed.out).ends(0);
    assert_eq!(replayed.outcomes(), ["changed"; 20]);
    let late = operator.feed(&words[..5], &listed.out).ends(5);
    assert_eq!(late.outcomes(), ["conflict"; 20]);
    let by = &late.json()[0]["conflict"]["decided_by"];
    assert_eq!(by, ROOT, "{}", late.out);
}

#[test]
fn reports_and_data_requests_are_settled_by_command() {
    let operator = Operator::new(ROOT);
    let reports = operator.ids("reports", "status:pending", 2);
    let [first, second] = [&reports[0], &reports[1]];
    operator
        .run(&["resolve", first, "--note", "talked to them", "--yes"])
        .ends(0);
    operator.run(&["dismiss", second, "--yes"]).ends(0);
    // Of two kinds of decision, each is taken back by a call of its own.
    let back = operator.run(&["reopen", "reports", first, second, "--yes", "--json"]);
    assert_eq!(back.ends(0).outcomes(), ["changed", "changed"]);

    let requests = operator.ids("data", "status:pending", 2);
    let request = &requests[0];
    operator
        .run(&["fail", request, "--reason", "no such person", "--yes"])
        .ends(0);
    let other = &requests[1];
    let words = ["fail", other, "--yes", "--reason"];
    let near = operator.run(&[&words[..], &["identty"]].concat()).ends(2);
    assert!(
        near.err.contains("did you mean `identity`?"),
        "{}",
        near.err
    );
    let coded = ["identity", "--note", "sent a picture of a cat"];
    operator.run(&[&words[..], &coded].concat()).ends(0);
    let failed = operator
        .run(&["get", "data", other, "--json"])
        .ends(0)
        .json();
    assert_eq!(failed[0]["reason_code"], "identity");
    assert_eq!(failed[0]["error"], "sent a picture of a cat");
    operator.run(&["retry", request, "--yes"]).ends(0);
    let file = operator.home.path().join("person.json");
    let path = file.display().to_string();
    let words = [
        "export",
        "data",
        request.as_str(),
        "-o",
        &path,
        "--yes",
        "--json",
    ];
    let exported = operator.run(&words).ends(0);
    assert_eq!(exported.json()[0]["sha256"].as_str().unwrap().len(), 64);
    assert_eq!(
        fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let before = fs::read(&file).unwrap();
    operator.run(&words).ends(2);
    assert_eq!(fs::read(&file).unwrap(), before, "nothing is replaced");
    operator.run(&["complete", request, "--yes"]).ends(0);
    operator.run(&["retry", request, "--yes"]).ends(5);

    let file = operator.home.path().join("audit.ndjson");
    let path = file.display().to_string();
    let words = [
        "audit",
        "export",
        "--filter",
        "date:today",
        "-o",
        &path,
        "--yes",
    ];
    let said = operator.run(&words).ends(0);
    assert!(said.out.contains("sha256"), "{}", said.out);
    assert!(fs::read_to_string(&file).unwrap().lines().count() > 3);
}

#[test]
fn s001_27_s001_28_withdrawals_are_decided_by_command_and_the_log_says_by_whom() {
    let operator = Operator::new(ROOT);
    let ids = operator.ids("withdrawals", "", 100);
    let [banned, covered, short, rejected] = [&ids[0], &ids[1], &ids[2], &ids[3]];
    operator.run(&["approve-withdrawal", covered]).ends(2);
    let words = ["approve-withdrawal", covered, "--yes", "--json"];
    assert_eq!(operator.run(&words).ends(0).outcomes(), ["changed"]);
    let get = |id: &str| operator.run(&["get", "withdrawals", id, "--json"]).ends(0);
    let row = get(covered).json().remove(0);
    let root = operator.run(&["whoami", "--json"]).ends(0).json().remove(0);
    assert_eq!(
        (&row["status"], &row["approved_by"]),
        (&Value::from("approved"), &root["id"])
    );
    assert_eq!(row["balance"]["amount"], 0);
    for (id, why) in [
        (short, "insufficient_balance"),
        (banned, "account_not_in_use"),
    ] {
        let refused = operator
            .run(&["approve-withdrawal", id, "--yes", "--json"])
            .ends(5);
        assert!(
            refused.out.contains(why) || refused.err.contains(why),
            "{} {}",
            refused.out,
            refused.err
        );
    }
    operator
        .run(&["reject-withdrawal", rejected, "--yes"])
        .ends(2);
    let words = [
        "reject-withdrawal",
        rejected,
        "--yes",
        "--reason",
        "details",
    ];
    operator.run(&words).ends(0);
    assert_eq!(get(rejected).json()[0]["reason_code"], "details");
    let route = "admin/payments/withdraw/approve";
    let words = [
        "admin-logs",
        "list",
        "--by",
        "me",
        "--route",
        route,
        "--status",
        "200",
        "--json",
    ];
    let found = operator.run(&words).ends(0).json();
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0]["url"]
            .as_str()
            .unwrap()
            .contains("/admin/payments/withdraw/approve")
    );
}

#[test]
fn s004_14_s004_17_values_of_a_user_are_filled_in_by_command() {
    let operator = Operator::new(ROOT);
    let ids = operator.ids("users", "staff:no status:active", 3);
    let user = ids[0].as_str();
    let reason = ["--reason", "lost by our mistake"];
    let edit = ["edit", user, "--yes"];
    let fields = ["--field", "country=Peru", "--field", "username="];
    operator.run(&[&edit[..], &fields[..]].concat()).ends(0);
    let edited = operator.run(&["get", "users", user, "--json"]).json();
    assert_eq!(edited[0]["username"], Value::Null, "{edited:?}");
    let said = operator.run(&[&edit[..], &fields[..]].concat()).ends(2);
    assert!(said.err.contains("Nothing would change."), "{}", said.err);
    let said = operator
        .run(&[&edit[..], &["--field", "roles=SuperAdmin"]].concat())
        .ends(2);
    assert!(said.err.contains("say email=VALUE or"), "{}", said.err);
    let balance = ["set-balance", user, "--yes", "--field"];
    let said = operator
        .run(&[&balance[..], &["balance=5", "--field", "currency=EUR"]].concat())
        .ends(2);
    assert!(said.err.contains("takes a --reason"), "{}", said.err);
    let said = operator
        .run(
            &[
                &balance[..],
                &["balance=-5", "--field", "currency=EUR"],
                &reason,
            ]
            .concat(),
        )
        .ends(2);
    assert!(said.err.contains("An amount is 0 or more"), "{}", said.err);
}

#[test]
fn users_are_helped_and_banned_by_command() {
    let operator = Operator::new(ROOT);
    let ids = operator.ids("users", "staff:no status:active", 3);
    let user = ids[0].as_str();
    let reason = ["--reason", "threats, case 12"];
    let ban = [&["ban", "users", user, "--yes"], &reason[..]].concat();
    let said = operator.run(&ban).ends(2);
    assert!(
        said.err.contains("--for 1h|1d|3d|7d|30d|permanent"),
        "{}",
        said.err
    );
    operator.run(&[&ban[..], &["--for", "7d"]].concat()).ends(0);
    operator
        .run(&[&["unban", user, "--yes"], &reason[..]].concat())
        .ends(0);
    operator
        .run(&[&["suspend", user, "--yes"], &reason[..]].concat())
        .ends(0);
    operator.run(&["unsuspend", user, "--yes"]).ends(0);

    let note = ["note", user, "--yes", "--text", "Called twice."];
    let said = operator.run(&note).ends(2);
    assert!(
        said.err.contains("--risk low|medium|high|critical"),
        "{}",
        said.err
    );
    operator
        .run(&[&note[..], &["--risk", "critical"]].concat())
        .ends(0);
    operator
        .run(&["note", user, "--yes", "--risk", "low"])
        .ends(2);
    operator
        .run(&[&note[..], &["--risk", "low", "--reason", "spam"]].concat())
        .ends(2);
    let noted = operator.run(&["get", "users", user, "--json"]).json();
    assert_eq!(noted[0]["riskLevel"], "critical", "{noted:?}");

    let shown = operator.run(&["get", "users", user]).ends(0).out;
    assert!(shown.contains("CRITICAL by you: Called twice."), "{shown}");
    let rewrite = [
        "rewrite",
        user,
        "--yes",
        "--text",
        "Called thrice.",
        "--risk",
        "low",
    ];
    let said = operator.run(&rewrite).ends(2);
    assert!(said.err.contains("--which ID"), "{}", said.err);
    let unknown = [&rewrite[..], &["--which", "4711"]].concat();
    let said = operator.run(&unknown).ends(2);
    let (_, listed) = said.err.split_once("among the notes: #").unwrap();
    let note_id = listed.split(' ').next().unwrap();
    operator
        .run(&[&rewrite[..], &["--which", note_id]].concat())
        .ends(0);
    let noted = operator.run(&["get", "users", user, "--json"]).json();
    assert_eq!(noted[0]["riskLevel"], "low", "{noted:?}");
    operator
        .run(&["wipe", user, "--yes", "--json", "--which", note_id])
        .ends(0);
    let noted = operator.run(&["get", "users", user, "--json"]).json();
    assert_eq!(noted[0]["riskLevel"], Value::Null, "{noted:?}");
    let said = operator
        .run(&["end-session", user, "--yes", "--which", "1"])
        .ends(5);
    assert!(said.out.contains("no session is open"), "{}", said.out);

    let sign_out = ["sign-out", user, "--yes", "--reason", "lost phone"];
    let said = operator.run(&sign_out).ends(0);
    assert!(said.out.contains("was so already"), "{}", said.out);

    let anonymize = [&["anonymize", user], &reason[..]].concat();
    let said = operator.run(&[&anonymize[..], &["--yes"]].concat()).ends(2);
    let (_, phrase) = said.err.split_once("--confirm '").unwrap();
    let phrase = phrase.split('\'').next().unwrap().to_owned();
    operator
        .run(&[&anonymize[..], &["--confirm", "somebody"]].concat())
        .ends(8);
    operator
        .run(&[&anonymize[..], &["--confirm", &phrase]].concat())
        .ends(0);
    let gone = operator
        .run(&["get", "users", user, "--json"])
        .ends(0)
        .json();
    assert_eq!(gone[0]["status"], "anonymized", "{gone:?}");

    // Staff takes a code, which is typed on a terminal or not at all.
    let staff = operator.ids("users", "staff:yes", 20);
    let me = operator.run(&["whoami", "--json"]).json()[0]["id"].to_string();
    let other = staff.iter().find(|id| **id != me).unwrap();
    let guarded = [
        &["ban", "users", other, "--for", "1h", "--yes"],
        &reason[..],
    ]
    .concat();
    let said = operator.run(&guarded).ends(8);
    assert!(said.out.contains("terminal"), "{}", said.out);
    operator.run(&["approve", "--otp", "123456"]).ends(2);
}

#[test]
fn two_commands_at_once_renew_once() {
    let operator = Operator::new(SAM);
    let tokens = sign_in(&operator.server, ROOT);
    let url = operator.server.url();
    let file = format!(
        "{}.json",
        url.trim_start_matches("http://").replace(':', "_")
    );
    let sessions = operator
        .home
        .path()
        .join(".local/state/quarterdeck/sessions");
    let file = sessions.join(file);
    let mut tokens = serde_json::to_value(&tokens).unwrap();
    // As good as expired: the server has it renewed.
    tokens["access_token"] = "expired".into();
    let session = serde_json::json!({
        "server": format!("{url}/"), "account": ROOT, "tokens": tokens,
    });
    private_file(&file, &session.to_string());
    let whoami = || operator.bare(&["whoami", "--json"]);
    let both: Vec<_> = (0..4).map(|_| spawn(&mut whoami())).collect();
    for child in both {
        let said = Said::of(&limit::wait(child)).ends(0);
        assert_eq!(said.json()[0]["email"], ROOT);
    }
    let kept = fs::read_to_string(&file).unwrap();
    assert!(!kept.contains("expired"), "the renewed session is kept");
    assert_eq!(
        fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    Said::of(&limit::output(&mut whoami())).ends(0);

    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let said = Said::of(&limit::output(&mut whoami())).ends(3);
    assert!(
        said.error()["message"]
            .as_str()
            .unwrap()
            .contains("others may read it")
    );
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();

    Said::of(&limit::output(&mut operator.bare(&["logout"]))).ends(0);
    assert!(!file.exists());
    Said::of(&limit::output(&mut whoami())).ends(3);
    Said::of(&limit::output(&mut operator.bare(&["login"]))).ends(2);
}

#[test]
fn notes_are_searched_across_people_by_command() {
    let operator = Operator::new(ROOT);
    let ids = operator.ids("users", "staff:no status:active", 2);
    for (id, text, risk) in [
        (&ids[0], "Chargeback in May.", "high"),
        (&ids[1], "Called twice.", "low"),
    ] {
        operator
            .run(&["note", id, "--yes", "--text", text, "--risk", risk])
            .ends(0);
    }
    let found = |words: &[&str]| {
        let said = operator
            .run(&[&["notes", "--json"], words].concat())
            .ends(0);
        let notes = said.json().into_iter();
        notes
            .map(|note| note["note"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(found(&["-q", "CHARGEBACK in"]), ["Chargeback in May."]);
    let about = format!("#{}", ids[1].trim_start_matches('#'));
    assert_eq!(found(&["--about", &about]), ["Called twice."]);
    assert_eq!(
        found(&["--about", &about, "-q", "chargeback"]),
        Vec::<String>::new()
    );
    assert_eq!(
        found(&["--limit", "1"]),
        ["Called twice."],
        "the newest first"
    );
    let table = operator.run(&["notes", "-q", "chargeback"]).ends(0).out;
    assert!(
        table.starts_with("Id ") && table.contains("high"),
        "{table}"
    );
    let wrong = operator.run(&["notes", "--about", "ana"]).ends(2);
    assert!(wrong.err.contains("by its id, as #12"), "{}", wrong.err);
}

#[test]
fn recovery_codes_are_made_only_where_they_can_be_saved_and_a_code_is_asked_for() {
    let operator = Operator::new(ROOT);
    let taken = operator.home.path().join("taken");
    fs::write(&taken, "mine").unwrap();
    let refused = operator
        .run(&["recovery-codes", "--output", taken.to_str().unwrap()])
        .ends(2);
    assert!(
        refused.err.contains("is there already; nothing was made"),
        "{}",
        refused.err
    );
    assert_eq!(fs::read_to_string(&taken).unwrap(), "mine");
    let free = operator.home.path().join("free");
    let unasked = operator
        .run(&["recovery-codes", "--output", free.to_str().unwrap()])
        .ends(2);
    assert!(
        unasked.err.contains("only read from a terminal"),
        "{}",
        unasked.err
    );
    assert!(!free.exists());
}

#[test]
fn the_doctor_says_how_things_stand_and_ends_as_the_server_answers() {
    let operator = Operator::new(SAM);
    let value = |records: &[Value], name: &str| {
        let found = records.iter().find(|record| record["name"] == name);
        found.unwrap_or_else(|| panic!("nothing about {name}: {records:?}"))["value"].clone()
    };
    let well = operator.run(&["doctor", "--json"]).ends(0).json();
    let account = value(&well, "Account");
    assert!(account.as_str().unwrap().ends_with(SAM), "{account}");
    assert_eq!(value(&well, "TERM"), "not set");
    assert_eq!(value(&well, "Health"), "UP");
    assert_eq!(value(&well, "Recovery"), "10 codes left");

    let nobody = Said::of(&limit::output(&mut operator.bare(&["doctor"]))).ends(3);
    assert!(nobody.out.contains("login --store"), "{}", nobody.out);

    let stranger = operator.home.path().join("stranger");
    private_file(&stranger, "nonsense");
    let mut refused = operator.bare(&["doctor", "--json"]);
    let refused = refused.arg("--token-file").arg(&stranger);
    let refused = Said::of(&limit::output(refused)).ends(3).json();
    assert_eq!(value(&refused, "Session"), "refused");

    let mut away = Command::new(env!("CARGO_BIN_EXE_quarterdeck"));
    let away = away.args(["doctor", "--server", "http://127.0.0.1:1", "--json"]);
    let away = away.env_clear().env("HOME", operator.home.path());
    let away = Said::of(&limit::output(away)).ends(6).json();
    assert_eq!(value(&away, "Round trip"), "no answer");
    assert_eq!(value(&away, "Characters"), "ASCII");
}

/// `audit --follow`, and what it says.
struct Follower {
    child: Child,
    output: BufReader<ChildStdout>,
    errors: BufReader<ChildStderr>,
}

impl Follower {
    /// One that has said where it begins.
    fn begin(operator: &Operator, words: &[&str]) -> Self {
        let words = [&["audit", "--follow"], words].concat();
        let mut child = spawn(&mut operator.command(&words));
        let output = BufReader::new(child.stdout.take().unwrap());
        let errors = BufReader::new(child.stderr.take().unwrap());
        let mut follower = Self {
            child,
            output,
            errors,
        };
        let begun = follower.error();
        assert!(begun.contains("after #"), "{begun}");
        follower
    }

    fn line(&mut self) -> String {
        limit::line(&self.child, &mut self.output)
    }

    fn row(&mut self) -> Value {
        serde_json::from_str(&self.line()).unwrap()
    }

    fn error(&mut self) -> String {
        limit::line(&self.child, &mut self.errors)
    }

    fn interrupt(&self) {
        let pid = Pid::from_raw(self.child.id().try_into().unwrap()).unwrap();
        kill_process(pid, Signal::INT).unwrap();
    }

    #[track_caller]
    fn ends(mut self, code: i32) {
        assert_eq!(self.line(), "", "nothing more is written");
        assert_eq!(limit::wait(self.child).status.code(), Some(code));
    }
}

#[test]
fn the_log_is_followed_as_it_is_written_until_it_is_interrupted() {
    let operator = Operator::new(ROOT);
    let ids = operator.ids("apps", "status:pending", 2);
    let mut follower = Follower::begin(&operator, &["--json"]);
    for id in &ids {
        operator.run(&["approve", id, "--yes"]).ends(0);
    }
    let rows = [follower.row(), follower.row()];
    for (row, id) in rows.iter().zip(&ids) {
        assert_eq!(row["v"], 1);
        assert_eq!(row["action_code"], "application_approved");
        assert_eq!(row["target_id"].as_str(), Some(id.as_str()));
    }
    assert!(rows[0]["seq"].as_i64() < rows[1]["seq"].as_i64());
    follower.interrupt();
    follower.ends(130);
}

#[test]
fn following_ends_by_its_limit_and_shows_what_the_filter_lets_through() {
    let operator = Operator::new(ROOT);
    let ids = operator.ids("apps", "status:pending", 3);
    let words = ["--limit", "2", "--filter", "action:application_waitlisted"];
    let mut follower = Follower::begin(&operator, &words);
    for (verb, id) in ["waitlist", "approve", "waitlist"].iter().zip(&ids) {
        operator.run(&[verb, id, "--yes"]).ends(0);
    }
    for id in [&ids[0], &ids[2]] {
        let line = follower.line();
        assert!(line.contains("Application waitlisted"), "{line}");
        assert!(
            line.contains(&format!("#{id}")) && line.contains(ROOT),
            "{line}"
        );
    }
    follower.ends(0);
    operator
        .run(&["audit", "--follow", "--filter", "actoin:x"])
        .ends(2);
    let said = operator.run(&["audit", "--limit", "1", "--json"]).ends(0);
    assert_eq!(said.json().len(), 1, "without a word it is a list");
}

#[test]
fn following_outlasts_a_server_that_is_away() {
    let mut operator = Operator::new(ROOT);
    let mut follower = Follower::begin(&operator, &[]);
    operator.server.kill();
    let said = follower.error();
    assert!(said.contains("asked again"), "{said}");
    follower.interrupt();
    follower.ends(130);
}

#[test]
fn items_are_claimed_and_released_by_command() {
    let operator = Operator::new(ROOT);
    let ids = operator.ids("apps", "status:pending", 2);
    let [first, second] = [ids[0].as_str(), ids[1].as_str()];
    let both = ["apps", first, second, "--yes", "--json"];
    let claimed = operator.run(&[&["claim"], &both[..]].concat()).ends(0);
    assert_eq!(claimed.outcomes(), ["changed", "changed"]);
    let holder = |id: &str| {
        let row = operator.run(&["list", "apps", "--json", "--filter", &format!("id:{id}")]);
        row.ends(0).json()[0]["claim"]["by"].clone()
    };
    assert_eq!(holder(first), ROOT);
    let again = operator.run(&["claim", "apps", first, "--yes", "--json"]);
    println!("{} {}", again.out, again.err);
    let released = operator.run(&["release", "apps", first, "--yes", "--json"]);
    assert_eq!(released.ends(0).outcomes(), ["changed"]);
    assert_eq!(holder(first), Value::Null);
    assert_eq!(holder(second), ROOT);
    operator
        .run(&["claim", "apps", first, "--yes", "--readonly"])
        .ends(8);
    let foretold = operator.run(&["release", "apps", second, "--dry-run", "--json"]);
    assert_eq!(foretold.ends(0).outcomes(), ["would"]);
    assert_eq!(holder(second), ROOT);
    for tab in ["reports", "data"] {
        let id = operator.ids(tab, "status:pending", 1).remove(0);
        for verb in ["claim", "release"] {
            let said = operator.run(&[verb, tab, &id, "--yes", "--json"]);
            assert_eq!(said.ends(0).outcomes(), ["changed"], "{verb} {tab}");
        }
    }
}
