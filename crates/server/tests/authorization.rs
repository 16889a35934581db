//! Every operation for every kind of caller, against a table that people wrote
//! (architecture.md §10.18, security.md §3): `authz_expected.toml`.

mod callers;
mod requests;
mod routes;

use std::collections::{BTreeMap, BTreeSet};

use quarterdeck_api::operations::OPERATIONS;
use quarterdeck_api::permission::Permission;
use serde_json::Value;

use crate::harness::{Reply, TestServer, on_both};
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
        matches!(self.status, 401 | 403)
    }

    #[track_caller]
    fn check(&self, what: &str, reply: &Reply, permissions: &[Permission]) {
        let found = Self {
            status: reply.status,
            code: reply
                .text
                .starts_with("{\"type\"")
                .then(|| reply.text_at("/code")),
        };
        assert_eq!(&found, self, "{what}: {}", reply.text);
        let Some(code) = &self.code else { return };
        let problem = reply.refused(self.status, code);
        let path = problem["instance"].as_str().unwrap_or_default();
        let surface = if path.starts_with("/api/v1/admin/") {
            "admin"
        } else {
            "other"
        };
        assert_eq!(problem["surface"], surface, "{what}");
        let missing = (code == "permission_denied").then(|| {
            let keys: Vec<_> = permissions.iter().map(|key| key.as_str()).collect();
            keys.join(" or ")
        });
        assert_eq!(
            problem.get("permission").and_then(Value::as_str),
            missing.as_deref(),
            "{what}"
        );
        let challenge = if self.status == 401 { "Bearer" } else { "" };
        assert_eq!(reply.header("www-authenticate"), challenge, "{what}");
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
    assert_eq!(ids, OPERATIONS.iter().map(|entry| entry.spec.id).collect());
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
            .filter(|kind| **kind != Kind::AdminWithOne || !expected.permissions.is_empty())
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
/// before the caller is let in.
async fn check(server: &TestServer, id: &str, caller: &Caller, expected: &Expected) {
    let what = format!("{id} by {caller}");
    let answer = &expected.answers[caller.kind.name()];
    let prepared = Prepared::new(server, id, caller).await;
    let (before, log) = (server.database.snapshot().await, denials(server).await);
    let reply = prepared.request(server, caller).send().await;
    answer.check(&what, &reply, &expected.permissions);
    let Some(code) = &answer.code else { return };
    let after = server.database.snapshot().await;
    assert_eq!(before.changed(&after), Vec::<String>::new(), "{what}");
    let logged = denials(server).await.split_off(log.len());
    let row = caller
        .authenticated()
        .map(|user_id| format!("{code} {user_id}"));
    assert_eq!(logged, Vec::from_iter(row), "{what}");
    if answer.is_denial() && prepared.body.is_some() {
        let garbled = prepared.bare(server, caller).body("text/plain", "{");
        answer.check(&what, &garbled.send().await, &expected.permissions);
    }
}

on_both! {
    async fn s003_37_who_may_call_what_is_what_the_table_says(server: TestServer) {
        for (id, expected) in table() {
            for kind in Kind::ALL {
                for caller in Caller::of_kind(&server, *kind, &expected.permissions).await {
                    check(&server, &id, &caller, &expected).await;
                }
            }
        }
    }
}
