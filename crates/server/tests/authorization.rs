//! Every operation for every kind of caller, against a table that people wrote
//! (architecture.md §10.18, security.md §3): `authz_expected.toml`.

mod callers;
mod requests;
mod routes;
mod sabotage;
mod targets;

use std::collections::{BTreeMap, BTreeSet};

use quarterdeck_api::operation::{Effect, Otp};
use quarterdeck_api::operations::SPECS;
use quarterdeck_api::permission::Permission;
use quarterdeck_api::problem::CONTENT_TYPE;
use quarterdeck_server::config::ServerConfig;
use serde_json::Value;

use crate::harness::{Provider, Reply, TestDatabase, TestServer, on_both};
use callers::{Caller, Kind};
use requests::Prepared;

const EXPECTED: &str = include_str!("authz_expected.toml");

/// What the table says of one operation.
struct Expected {
    permissions: Vec<Permission>,
    answers: BTreeMap<String, Answer>,
}

/// `STATUS` or `STATUS code`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Answer {
    status: u16,
    code: Option<String>,
}

impl Answer {
    fn parse(text: &str) -> Self {
        let (status, code) = match text.split_once(' ') {
            Some((status, code)) => (status, Some(code.to_owned())),
            None => (text, None),
        };
        Self {
            status: status.parse().unwrap(),
            code,
        }
    }

    /// Whether the way in refuses, before the operation has a word.
    fn is_denial(&self) -> bool {
        matches!(self.status, 401 | 403 | 429)
    }

    /// How a reply differs from this.
    fn differences(&self, reply: &Reply, permissions: &[Permission]) -> Vec<String> {
        let problem = Some(&reply.text).filter(|text| text.starts_with("{\"type\""));
        let problem = problem.map_or(Value::Null, |_| reply.json());
        let found = Self {
            status: reply.status,
            code: problem["code"].as_str().map(str::to_owned),
        };
        if found != *self {
            return vec![format!("{found:?} instead of {self:?}: {}", reply.text)];
        }
        let Some(code) = &self.code else {
            return Vec::new();
        };
        let path = problem["instance"].as_str().unwrap_or_default();
        let surface = if path.starts_with("/api/v1/admin/") {
            "admin"
        } else {
            "other"
        };
        let missing = (code == "permission_denied").then(|| {
            let keys: Vec<_> = permissions.iter().map(|key| key.as_str()).collect();
            keys.join(" or ")
        });
        let challenge = if self.status == 401 { "Bearer" } else { "" };
        let text = |name: &str| problem.get(name).and_then(Value::as_str);
        [
            (
                "content-type",
                Some(reply.header("content-type")),
                Some(CONTENT_TYPE),
            ),
            (
                "type",
                text("type"),
                Some(&*format!("urn:quarterdeck:problem:{code}")),
            ),
            (
                "request_id",
                text("request_id"),
                Some(reply.header("x-request-id")),
            ),
            ("surface", text("surface"), Some(surface)),
            ("permission", text("permission"), missing.as_deref()),
            (
                "www-authenticate",
                Some(reply.header("www-authenticate")),
                Some(challenge),
            ),
        ]
        .into_iter()
        .filter(|(_, found, expected)| found != expected)
        .map(|(what, found, expected)| format!("{what}: {found:?} instead of {expected:?}"))
        .collect()
    }
}

fn table() -> BTreeMap<String, Expected> {
    let table: BTreeMap<String, BTreeMap<String, toml::Value>> = toml::from_str(EXPECTED).unwrap();
    let expected = |mut answers: BTreeMap<String, toml::Value>| {
        let keys = answers.remove("permissions");
        let keys = keys.map_or(Vec::new(), |keys| keys.try_into::<Vec<String>>().unwrap());
        Expected {
            permissions: keys.iter().map(|key| key.parse().unwrap()).collect(),
            answers: answers
                .iter()
                .map(|(caller, answer)| (caller.clone(), Answer::parse(answer.as_str().unwrap())))
                .collect(),
        }
    };
    table
        .into_iter()
        .map(|(id, answers)| (id, expected(answers)))
        .collect()
}

#[test]
fn the_table_has_every_caller_of_every_operation() {
    let table = table();
    let ids: BTreeSet<_> = table.keys().map(String::as_str).collect();
    assert_eq!(ids, SPECS.iter().map(|spec| spec.id).collect());
    let document = Value::Object(quarterdeck_server::http::openapi::document());
    let paths = document["paths"].as_object().unwrap().values();
    let described = paths.flat_map(|methods| methods.as_object().unwrap().values());
    assert_eq!(
        ids,
        described
            .map(|operation| operation["operationId"].as_str().unwrap())
            .collect()
    );
    for (id, expected) in table {
        let kinds: BTreeSet<_> = Kind::ALL
            .iter()
            .filter(|kind| match kind {
                Kind::AdminWithOne => !expected.permissions.is_empty(),
                Kind::WithoutCode => requests::spec(&id).otp == Otp::Always,
                _ => true,
            })
            .map(|kind| kind.name().to_owned())
            .collect();
        assert_eq!(
            expected.answers.into_keys().collect::<BTreeSet<_>>(),
            kinds,
            "{id}"
        );
    }
}

#[test]
fn an_answer_has_the_status_of_its_code() {
    use quarterdeck_api::problem::Code;
    for answer in table()
        .values()
        .flat_map(|expected| expected.answers.values())
    {
        if let Some(code) = &answer.code {
            assert_eq!(
                code.parse::<Code>().unwrap().status(),
                answer.status,
                "{code}"
            );
        }
    }
}

async fn denials(server: &TestServer) -> Vec<String> {
    let text = "SELECT COALESCE(code, '') || ' ' || CAST(user_id AS TEXT) FROM admin_action_log \
        WHERE user_id IS NOT NULL ORDER BY id";
    server.database.texts(text).await
}

/// One cell of the table: the answer, what it left behind, and that nothing of the request is looked at
/// before the caller is let in. Tells what is not as it must be.
async fn differences(
    server: &TestServer,
    id: &str,
    caller: &Caller,
    expected: &Expected,
) -> Vec<String> {
    let answer = &expected.answers[caller.kind.name()];
    let prepared = Prepared::new(server, id, caller).await;
    let (before, log) = (server.database.snapshot().await, denials(server).await);
    let reply = prepared.request(server, caller).send().await;
    let mut differences = answer.differences(&reply, &expected.permissions);
    let Some(code) = &answer.code else {
        return differences;
    };
    let changed = before.changed(&server.database.snapshot().await);
    if !changed.is_empty() {
        differences.push(format!("a refusal changed {changed:?}"));
    }
    let logged = denials(server).await.split_off(log.len());
    let user_id = caller.authenticated().filter(|_| is_logged(id, answer));
    let row = user_id.map(|user_id| format!("{code} {user_id}"));
    if logged != Vec::from_iter(row.clone()) {
        differences.push(format!("the action log has {logged:?} instead of {row:?}"));
    }
    if answer.is_denial() && code != OWN_CHECK {
        let garbled = prepared.garbled(server, caller).send().await;
        differences.extend(answer.differences(&garbled, &expected.permissions));
    }
    differences
}

/// The one check that comes after the request was read: a code is used up by what is about to be done.
const OWN_CHECK: &str = "otp_required";

/// Whether a refusal of a known caller leaves a row: every denial, and whatever was not just read.
fn is_logged(id: &str, answer: &Answer) -> bool {
    let is_read = matches!(
        requests::spec(id).effect,
        Effect::Read | Effect::RecordedRead
    );
    answer.status == 403 || !is_read
}

/// The server of the matrix: budgets that callers can use up.
async fn started(database: TestDatabase) -> TestServer {
    TestServer::start_with(database, narrow).await
}

fn narrow(config: &mut ServerConfig) {
    // An address has ten times as much, which is more than all callers together make.
    config.limits.all_per_minute = 3_000;
    config.limits.decisions_per_minute = 3_000;
    config.limits.users_per_minute = 3_000;
    config.limits.admins_per_minute = 3_000;
    config.limits.sign_in_per_minute = 3_000;
    config.limits.verify_per_minute = 3_000;
    Provider::shared().of(config);
}

on_both! {
    async fn s003_37_who_may_call_what_is_what_the_table_says(database: TestDatabase) {
        let server = started(database).await;
        let mut cells = 0;
        for (id, expected) in table() {
            for kind in Kind::ALL.iter().filter(|kind| expected.answers.contains_key(kind.name())) {
                for caller in Caller::of_kind(&server, *kind, &expected.permissions).await {
                    let differences = differences(&server, &id, &caller, &expected).await;
                    assert_eq!(differences, Vec::<String>::new(), "{id} by {caller}");
                    cells += 1;
                }
            }
        }
        assert!(cells >= 20 * SPECS.len(), "{cells} cells");
    }
}
