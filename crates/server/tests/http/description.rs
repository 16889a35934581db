//! The API's own description is whole and true.

use std::collections::BTreeSet;

use quarterdeck_api::applications::ApplicationRow;
use quarterdeck_api::audit::AuditRow;
use quarterdeck_api::operation::Effect;
use quarterdeck_api::operations::OPERATIONS;
use serde_json::{Value, json};
use utoipa::PartialSchema;

use crate::harness::{TestServer, on_both};

/// Every `$ref` in the document.
fn references<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>) {
    match value {
        Value::Object(fields) => {
            found.extend(fields.get("$ref").and_then(Value::as_str));
            fields.values().for_each(|value| references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

async fn document(server: &TestServer) -> Value {
    let reply = server.get("/api/v1/openapi.json").send().await;
    assert_eq!(
        (reply.status, reply.header("content-type")),
        (200, "application/json")
    );
    reply.json()
}

on_both! {
    async fn it_lists_every_operation_and_no_other(server: TestServer) {
        let document = document(&server).await;
        assert_eq!(document["openapi"], "3.1.0");
        let mut described = BTreeSet::new();
        for (path, methods) in document["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                described.insert((
                    operation["operationId"].as_str().unwrap().to_owned(),
                    format!("{} {path}", method.to_uppercase()),
                ));
            }
        }
        let declared = OPERATIONS.iter().map(|entry| {
            let spec = entry.spec;
            (spec.id.to_owned(), format!("{} {}", spec.method, spec.path))
        });
        assert_eq!(described, declared.collect());
    }

    async fn it_says_who_may_call_and_what_is_audited(server: TestServer) {
        let document = document(&server).await;
        for entry in OPERATIONS {
            let spec = entry.spec;
            let operation = &document["paths"][spec.path][spec.method.as_str().to_lowercase()];
            assert_eq!(operation["tags"], json!([spec.id.split('.').next()]));
            assert_eq!(operation["summary"], spec.summary);
            assert_eq!(operation["x-access"], spec.access.name());
            let keys: Vec<_> = spec.access.permissions().iter().map(|key| key.as_str()).collect();
            let keys = if keys.is_empty() { Value::Null } else { json!(keys) };
            assert_eq!(operation["x-permission"], keys, "{}", spec.id);
            let codes = match spec.effect {
                Effect::Write(codes) => json!(codes),
                Effect::Read | Effect::RecordedRead | Effect::Session => Value::Null,
            };
            assert_eq!(operation["x-audit"], codes, "{}", spec.id);
            let responses = &operation["responses"];
            assert!(responses[spec.success.to_string()].is_object(), "{}", spec.id);
            assert!(responses["default"]["content"]["application/problem+json"].is_object());
        }
        let decide = &document["paths"]["/api/v1/admin/bulk-applications"]["post"];
        assert_eq!(decide["x-permission"], json!(["applications.approve", "applications.reject", "applications.waitlist"]));
        assert_eq!(decide["x-inverse"], "applications.decide");
    }

    async fn every_reference_resolves_and_every_schema_is_used(server: TestServer) {
        let document = document(&server).await;
        let mut found = BTreeSet::new();
        references(&document, &mut found);
        assert!(found.len() > 10, "{found:?}");
        for reference in &found {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some_and(Value::is_object), "{reference}");
        }
        for name in document["components"]["schemas"].as_object().unwrap().keys() {
            assert!(found.contains(format!("#/components/schemas/{name}").as_str()), "nothing refers to {name}");
        }
    }

    async fn p20_a_known_value_of_an_open_enum_fits_what_describes_it(server: TestServer) {
        let document = document(&server).await;
        let schemas = document["components"]["schemas"].as_object().unwrap();
        let open: Vec<_> = schemas.iter().filter(|(name, _)| name.starts_with("OpenEnum_")).collect();
        assert!(open.len() > 5, "{open:?}");
        for (name, schema) in open {
            // It is a text besides: with `oneOf` no reply would fit.
            assert!(schema["anyOf"][0]["enum"].is_array(), "{name}: {schema}");
            assert_eq!(schema["anyOf"][1]["$ref"], "#/components/schemas/Line");
        }
    }

    async fn p20_only_a_body_with_a_field_that_must_be_there_is_required(server: TestServer) {
        let document = document(&server).await;
        let body = |path: &str| document["paths"][path]["post"]["requestBody"]["required"].clone();
        assert_eq!(body("/api/v1/admin/users/{id}/verify"), json!(false));
        assert_eq!(body("/api/v1/admin/bulk-applications"), json!(true));
        let session = server.session(&server.super_admin().await).await;
        let reply = server.post("/api/v1/admin/users/all").session(&session).send().await;
        assert_eq!(reply.status, 200, "{}", reply.text);
    }

    async fn p20_a_number_that_cannot_be_negative_is_no_int32(server: TestServer) {
        let document = document(&server).await.to_string();
        assert!(document.contains("uint32") && document.contains("uint64"), "they are named");
        let document = document.replace("uint", "");
        assert!(!document.contains(r#""format":"int32","minimum":0"#), "none is forgotten");
    }

    async fn each_list_describes_its_own_rows(server: TestServer) {
        let document = document(&server).await;
        for (path, row) in [
            ("applications", json!(ApplicationRow::schema())),
            ("audit", json!(AuditRow::schema())),
        ] {
            let operation = &document["paths"][format!("/api/v1/admin/{path}")]["get"];
            let schema = &operation["responses"]["200"]["content"]["application/json"]["schema"];
            assert_eq!(schema["properties"]["data"]["type"], "array");
            assert_eq!(schema["properties"]["data"]["items"], row);
        }
    }

    async fn parameters_are_those_of_path_and_query(server: TestServer) {
        let document = document(&server).await;
        let names = |path: &str| -> Vec<String> {
            let parameters = document["paths"][path]["get"]["parameters"].as_array().unwrap().iter();
            parameters.map(|it| format!("{} {}", it["in"].as_str().unwrap(), it["name"].as_str().unwrap())).collect()
        };
        assert_eq!(names("/api/v1/admin/applications/{id}"), ["path id"]);
        let mut listed = names("/api/v1/admin/applications");
        listed.sort_unstable();
        assert_eq!(listed, ["query count", "query cursor", "query filter", "query from", "query page", "query q", "query sort",
            "query status", "query take", "query to"]);
    }
}
