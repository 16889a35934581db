//! The API's description, derived from the list of operations.

use std::collections::BTreeMap;

use quarterdeck_api::operation::{Access, Effect, Entry, NamedSchema, Otp};
use quarterdeck_api::operations::OPERATIONS;
use quarterdeck_api::ops::{GetOpenApi, OpenApiDocument};
use quarterdeck_api::problem::Problem;
use serde_json::{Map, Value, json};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;
use utoipa::{PartialSchema, ToSchema};

use crate::gate::{Answer, Call, Refusal};

/// Describes the API.
pub async fn get(_call: Call<GetOpenApi>) -> Result<Answer<OpenApiDocument>, Refusal> {
    Ok(OpenApiDocument(document()).into())
}

/// The OpenAPI 3.1 document.
pub fn document() -> Map<String, Value> {
    let mut schemas = Schemas::default();
    schemas.add_type::<Problem>();
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    for entry in OPERATIONS {
        let method = entry.spec.method.as_str().to_ascii_lowercase();
        paths
            .entry(entry.spec.path)
            .or_default()
            .insert(method, operation(entry, &mut schemas));
    }
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Quarterdeck admin API",
            "version": quarterdeck_api::CONTRACT_VERSION,
            "license": { "name": "MIT OR Apache-2.0" },
        },
        "paths": paths,
        "components": {
            "schemas": schemas.0,
            "securitySchemes": {
                "bearer": { "type": "http", "scheme": "bearer" },
                "cookie": { "type": "apiKey", "in": "cookie", "name": quarterdeck_api::headers::ACCESS_COOKIE },
                "socket": { "type": "apiKey", "in": "header", "name": "Sec-WebSocket-Protocol" },
                "socket_cookie": { "type": "apiKey", "in": "cookie", "name": quarterdeck_api::headers::SOCKET_COOKIE },
            },
        },
    });
    mend_derived(&mut document);
    match document {
        Value::Object(fields) => fields,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Map::new()
        }
    }
}

/// What the derived schemas say too narrowly: a `u32` is an `int32` to them, which ends half-way, and an
/// untagged enum is exactly one of its variants, though a known value of an open enum is a text as well.
fn mend_derived(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            let is_unsigned = fields.get("minimum") == Some(&json!(0));
            if let Some(Value::String(format)) = fields.get_mut("format").filter(|_| is_unsigned) {
                format.insert(0, 'u');
            }
            if fields.get("oneOf").is_some_and(is_open) {
                let variants = fields.remove("oneOf");
                fields.extend(variants.map(|variants| ("anyOf".to_owned(), variants)));
            }
            fields.values_mut().for_each(mend_derived);
        }
        Value::Array(items) => items.iter_mut().for_each(mend_derived),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Whether these are the variants of an open enum: fixed texts, and any text.
fn is_open(variants: &Value) -> bool {
    variants.pointer("/0/enum").is_some()
        && variants.pointer("/1/$ref") == Some(&json!("#/components/schemas/Line"))
}

#[derive(Default)]
struct Schemas(BTreeMap<String, Value>);

impl Schemas {
    fn add_type<T: ToSchema>(&mut self) {
        let mut referenced = Vec::new();
        T::schemas(&mut referenced);
        self.add(&T::name(), <T as PartialSchema>::schema(), referenced);
    }

    fn add(
        &mut self,
        name: &str,
        schema: impl serde::Serialize,
        referenced: Vec<(String, RefOr<Schema>)>,
    ) {
        self.0.insert(name.to_owned(), json!(schema));
        self.add_all(referenced);
    }

    fn add_all(&mut self, schemas: Vec<(String, RefOr<Schema>)>) {
        for (name, schema) in schemas {
            self.0.insert(name, json!(schema));
        }
    }

    fn reference(&mut self, schema: NamedSchema) -> Value {
        let NamedSchema {
            name,
            is_generic,
            schema,
            referenced,
        } = schema;
        if is_generic {
            self.add_all(referenced);
            return json!(schema);
        }
        self.add(&name, schema, referenced);
        json!({ "$ref": format!("#/components/schemas/{name}") })
    }
}

fn operation(entry: &Entry, schemas: &mut Schemas) -> Value {
    let spec = &entry.spec;
    let mut operation = json!({
        "operationId": spec.id,
        "tags": [spec.resource()],
        "summary": spec.summary,
        "parameters": parameters(entry, schemas),
        "responses": responses(entry, schemas),
        "x-effect": spec.effect.name(),
        "x-rate-group": spec.rate.name(),
        "x-deadline-seconds": spec.deadline.as_secs(),
    });
    let body = (entry.body)();
    if body.name != "Nothing" {
        // No body at all is read as an object without fields.
        operation["requestBody"] = json!({
            "required": !super::connection::required_fields(entry).is_empty(),
            "content": { "application/json": { "schema": schemas.reference(body) } },
        });
    }
    if spec.access == Access::Anyone {
        operation["security"] = json!([]);
    } else if spec.access == Access::Socket {
        operation["security"] = json!([{ "socket": [] }, { "socket_cookie": [] }]);
    } else {
        operation["security"] = json!([{ "bearer": [] }, { "cookie": [] }]);
    }
    operation["x-access"] = json!(spec.access.name());
    let permissions: Vec<_> = spec
        .access
        .permissions()
        .iter()
        .map(|permission| permission.as_str())
        .collect();
    if !permissions.is_empty() {
        operation["x-permission"] = json!(permissions);
    }
    if spec.otp != Otp::Never {
        operation["x-otp"] = json!(spec.otp.name());
    }
    if let Effect::Write(codes) = spec.effect {
        operation["x-audit"] = json!(codes);
    }
    if let Some(inverse) = spec.inverse {
        operation["x-inverse"] = json!(inverse.operation);
    }
    operation
}

fn parameters(entry: &Entry, schemas: &mut Schemas) -> Vec<Value> {
    let in_path = entry.spec.path.split('/').filter_map(|segment| {
        let name = segment.strip_prefix('{')?.strip_suffix('}')?;
        Some(json!({ "name": name, "in": "path", "required": true, "schema": { "type": "integer", "format": "int64" } }))
    });
    let query = (entry.query)();
    schemas.add_all(query.referenced);
    let query = json!(query.schema);
    let properties = query["properties"].as_object().cloned().unwrap_or_default();
    let in_query = properties.into_iter().map(|(name, mut schema)| {
        let description = schema.as_object_mut().and_then(|fields| fields.remove("description"));
        json!({ "name": name, "in": "query", "required": false, "description": description, "schema": schema })
    });
    in_path.chain(in_query).collect()
}

fn responses(entry: &Entry, schemas: &mut Schemas) -> Value {
    let success = if entry.spec.success == 204 {
        json!({ "description": "Done." })
    } else if entry.spec.access == Access::Socket {
        // What the frames hold; a description has no other place for it.
        let schema = schemas.reference((entry.reply)());
        json!({ "description": "A WebSocket, of which every message is such a frame.", "x-frame": schema })
    } else {
        let schema = schemas.reference((entry.reply)());
        json!({ "description": "Success.", "content": { "application/json": { "schema": schema } } })
    };
    let problem = json!({
        "description": "Refused, as RFC 9457 says it.",
        "content": { quarterdeck_api::problem::CONTENT_TYPE: { "schema": { "$ref": "#/components/schemas/Problem" } } },
    });
    let mut responses = Map::new();
    responses.insert(entry.spec.success.to_string(), success);
    if entry.spec.id == "ops.health" {
        let schema = schemas.reference((entry.reply)());
        let down = json!({ "description": "A component is down.", "content": { "application/json": { "schema": schema } } });
        responses.insert("503".to_owned(), down);
    }
    responses.insert("default".to_owned(), problem);
    Value::Object(responses)
}
