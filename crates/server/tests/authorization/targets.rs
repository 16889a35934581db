//! Every operation about a person, where that person is staff, oneself, or the last super-admin, against a table
//! that people wrote (C-06, C-11, S002-28, S004-57): `authz_targets.toml`.

use std::collections::{BTreeMap, BTreeSet};

use quarterdeck_api::operations::SPECS;
use quarterdeck_api::permission::Permission;
use serde_json::{Value, json};

use super::requests::spec;
use super::{Answer, started};
use crate::harness::{Account, Reply, Request, TestServer, on_both};

const EXPECTED: &str = include_str!("../authz_targets.toml");
/// The names under which a body tells whom it is about.
const NAMING: [&str; 3] = ["userId", "user_id", "userIds"];

macro_rules! columns {
    ($( $variant:ident = $name:literal, )+) => {
        /// Who calls about whom.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        enum Column {
            $( $variant, )+
        }

        impl Column {
            const ALL: &[Self] = &[$( Self::$variant, )+];

            const fn name(self) -> &'static str {
                match self {
                    $( Self::$variant => $name, )+
                }
            }
        }
    };
}

columns! {
    StaffByAdmin = "staff_by_admin",
    StaffWithoutCode = "staff_without_code",
    Staff = "staff",
    SelfByAdmin = "self_by_admin",
    Oneself = "self",
    LastAdminByAdmin = "last_admin_by_admin",
    LastAdmin = "last_admin",
}

/// A caller and whom the call is about.
struct Scene {
    caller: Account,
    target: Account,
}

impl Scene {
    async fn of(server: &TestServer, column: Column) -> Self {
        // Whoever was a super-admin before is none any more.
        let gone = "UPDATE users SET is_platform_admin = FALSE; DELETE FROM user_roles";
        server.database.execute(gone).await;
        let root = server.super_admin().await;
        match column {
            Column::StaffByAdmin => Self {
                caller: server.admin(Permission::ALL).await,
                target: server.admin(&[]).await,
            },
            Column::StaffWithoutCode | Column::Staff => Self {
                caller: root,
                target: server.admin(&[Permission::UserView]).await,
            },
            Column::SelfByAdmin => Self::alone(server.admin(Permission::ALL).await),
            Column::Oneself => {
                server.super_admin().await;
                Self::alone(root)
            }
            Column::LastAdminByAdmin => Self {
                caller: server.admin(Permission::ALL).await,
                target: root,
            },
            Column::LastAdmin => Self::alone(root),
        }
    }

    fn alone(account: Account) -> Self {
        Self {
            caller: account.clone(),
            target: account,
        }
    }

    /// Brings an admin who is the target into the state that the operation ends.
    async fn prepare(&self, server: &TestServer, id: &str, column: Column) {
        let state = match id {
            "users.unban" | "users.bulk_unban" => "is_banned = TRUE",
            "users.unsuspend" => "suspended_at = created_at",
            _ => return,
        };
        if self.target.id != self.caller.id && column != Column::LastAdminByAdmin {
            let change = format!("UPDATE users SET {state} WHERE id = {}", self.target.id);
            server.database.execute(&change).await;
        }
    }

    async fn request(&self, server: &TestServer, id: &str, column: Column) -> Request {
        let session = server.session(&self.caller).await;
        let spec = spec(id);
        let object = self.object(server, id).await;
        let path = spec.path.replace("{id}", &object.to_string());
        let path = match id {
            "users.delete_by_query" => path + "?confirm=true&reason=asked+for+it",
            "notes.list" => format!("{path}?userId={}", self.target.id),
            _ => path,
        };
        let request = server
            .request(spec.method.as_str(), &path)
            .session(&session);
        let request = match body(id, &self.target, column) {
            Some(body) => request.json(body),
            None => request,
        };
        if column == Column::StaffWithoutCode {
            return request;
        }
        request.header("x-otp", &self.caller.code(server.now()))
    }

    /// What the path names: the person, or a session or note of the person's.
    async fn object(&self, server: &TestServer, id: &str) -> i64 {
        let made = match id {
            "sessions.revoke" => {
                server.session(&self.target).await;
                "SELECT max(id) FROM sessions"
            }
            "notes.update" | "notes.delete" => {
                let insert = format!(
                    "INSERT INTO user_notes (user_id, note, note_key, risk_level, created_by, created_at, \
                     updated_at) SELECT id, 'Called.', 'called.', 'low', {}, created_at, created_at \
                     FROM users WHERE id = {}",
                    self.caller.id, self.target.id
                );
                server.database.execute(&insert).await;
                "SELECT max(id) FROM user_notes"
            }
            _ => return self.target.id,
        };
        server.database.number(made).await
    }
}

fn body(id: &str, target: &Account, column: Column) -> Option<Value> {
    let person = target.id;
    Some(match id {
        "users.ban" | "users.unban" => json!({ "banReason": "spam" }),
        "users.bulk_ban" | "users.bulk_unban" => {
            json!({ "userIds": [person], "banReason": "spam", "confirm": true })
        }
        "users.suspend" => json!({ "reason": "under review" }),
        "users.verify"
        | "users.unsuspend"
        | "users.promote"
        | "users.demote"
        | "sessions.revoke_all" => json!({}),
        "admins.replace_roles" => json!({ "roles": ["User", "Risk"] }),
        "admins.replace_permissions" => json!({ "permissions": ["user.view"] }),
        "admins.add_role" => json!({ "userId": person, "role": "Risk" }),
        "admins.revoke_role" => {
            let role = match column {
                Column::StaffByAdmin
                | Column::StaffWithoutCode
                | Column::Staff
                | Column::SelfByAdmin => "Admin",
                Column::Oneself | Column::LastAdminByAdmin | Column::LastAdmin => "SuperAdmin",
            };
            json!({ "userId": person, "role": role })
        }
        "admins.offboard" => json!({ "reason": "left the company" }),
        "users.anonymize" | "users.delete" => json!({ "confirm": true, "reason": "asked for it" }),
        "users.anonymize_by_body" | "users.delete_by_body" => {
            json!({ "user_id": person, "confirm": true, "reason": "asked for it" })
        }
        "notes.create" => json!({ "userId": person, "note": "Called.", "riskLevel": "low" }),
        "notes.update" => json!({ "riskLevel": "high" }),
        "users.update" => json!({ "displayName": "Somebody Else" }),
        "users.set_balance" => json!({ "amount": 5, "currency": "EUR", "reason": "goodwill" }),
        _ => return None,
    })
}

/// What an answer says: its status, and why it is refused; of a bulk, what became of the one person.
fn told(reply: &Reply) -> String {
    let body: Value = serde_json::from_str(&reply.text).unwrap_or_default();
    let of_one = body.pointer("/results/0");
    let why = [
        body.get("code"),
        of_one.and_then(|result| result.get("code")),
        of_one.and_then(|result| result.get("outcome")),
    ];
    match why.into_iter().flatten().find_map(Value::as_str) {
        Some(why) => format!("{} {why}", reply.status),
        None => reply.status.to_string(),
    }
}

fn table() -> BTreeMap<String, BTreeMap<String, String>> {
    toml::from_str(EXPECTED).unwrap()
}

/// The names in the body that an operation takes.
fn body_names(document: &Value, id: &str) -> BTreeSet<String> {
    let paths = document["paths"].as_object().unwrap().values();
    let mut operations = paths.flat_map(|methods| methods.as_object().unwrap().values());
    let operation = operations
        .find(|operation| operation["operationId"] == id)
        .unwrap();
    let schema = operation.pointer("/requestBody/content/application~1json/schema");
    let of_schema = |schema: &Value| {
        let reference = schema["$ref"].as_str().map(|text| &text[1..]);
        let schema = reference.map_or(Some(schema), |pointer| document.pointer(pointer));
        let properties = schema.and_then(|schema| schema["properties"].as_object());
        properties.map(|properties| properties.keys().cloned().collect())
    };
    schema.and_then(of_schema).unwrap_or_default()
}

#[test]
fn every_operation_about_a_person_has_its_line_for_each_target() {
    let table = table();
    let document = Value::Object(quarterdeck_server::http::openapi::document());
    for spec in &SPECS {
        let id = spec.id;
        let names = body_names(&document, id);
        let is_about_a_person = spec.path.starts_with("/api/v1/admin/users/{id}")
            || NAMING.iter().any(|name| names.contains(*name));
        assert!(
            !is_about_a_person || table.contains_key(id),
            "{id} is about a person: add it to crates/server/tests/authz_targets.toml"
        );
    }
    let columns: BTreeSet<_> = Column::ALL.iter().map(|column| column.name()).collect();
    for (id, answers) in &table {
        spec(id);
        let told: BTreeSet<_> = answers.keys().map(String::as_str).collect();
        assert_eq!(told, columns, "{id}");
    }
    assert!(body_names(&document, "admins.add_role").contains("userId"));
}

const SUPER_ADMINS: &str = "SELECT count(*) FROM users u JOIN user_roles r ON r.user_id = u.id \
    WHERE r.role = 'SuperAdmin' AND u.is_platform_admin AND NOT u.is_banned \
    AND u.suspended_at IS NULL AND u.deleted_at IS NULL";

/// What is wrong with the answer to a call, or with what it left behind.
async fn complaint(
    server: &TestServer,
    id: &str,
    column: Column,
    expected: &str,
) -> Option<String> {
    let scene = Scene::of(server, column).await;
    scene.prepare(server, id, column).await;
    let request = scene.request(server, id, column).await;
    let before = server.database.snapshot().await;
    let reply = request.send().await;
    if told(&reply) != expected {
        return Some(format!(
            "{} instead of {expected}: {}",
            told(&reply),
            reply.text
        ));
    }
    if Answer::parse(expected).status >= 400 {
        let changed = before.changed(&server.database.snapshot().await);
        if !changed.is_empty() {
            return Some(format!("a refusal changed {changed:?}"));
        }
    }
    let is_shut_out = server.database.number(SUPER_ADMINS).await == 0;
    is_shut_out.then(|| "nobody is left to let others in".to_owned())
}

on_both! {
    async fn c_06_c_11_s002_28_s004_57_staff_oneself_and_the_last_admin_are_what_the_table_says(
        database: TestDatabase
    ) {
        let server = started(database).await;
        let mut complaints = Vec::new();
        for (id, answers) in table() {
            for column in Column::ALL {
                let expected = &answers[column.name()];
                if let Some(complaint) = complaint(&server, &id, *column, expected).await {
                    complaints.push(format!("{id} {}: {complaint}", column.name()));
                }
            }
        }
        assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    }
}
