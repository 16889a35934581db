//! From bytes to declared types: the client's address, the query string, the body.

use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};

use bytes::Bytes;
use quarterdeck_api::operation::Entry;
use quarterdeck_api::problem::{Code, FieldProblem};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;

use crate::config::Network;
use crate::gate::Refusal;

const HAS_NUL: &str = "holds the character U+0000, which no text may";

/// The client's address: the right-most hop that is no trusted proxy of ours, else the socket's.
pub fn client_address(
    socket: SocketAddr,
    forwarded_for: Option<&str>,
    trusted: &[Network],
) -> IpAddr {
    let is_trusted = |address: &IpAddr| trusted.iter().any(|range| range.contains(*address));
    let peer = socket.ip().to_canonical();
    if !is_trusted(&peer) {
        return peer;
    }
    let mut client = peer;
    for hop in forwarded_for.unwrap_or("").rsplit(',') {
        let Ok(address) = hop.trim().parse::<IpAddr>() else {
            break;
        };
        client = address.to_canonical();
        if !is_trusted(&client) {
            break;
        }
    }
    client
}

/// Reads a query string into its declared type.
pub fn parse_query<T: DeserializeOwned>(query: &str) -> Result<T, Refusal> {
    let with_nul = form_pairs(query).find(|(_, value)| value.contains('\0'));
    if let Some((name, _)) = with_nul {
        return Err(Refusal::invalid_field(&name, HAS_NUL));
    }
    let pairs = serde_urlencoded::Deserializer::new(form_pairs(query));
    serde_path_to_error::deserialize(pairs)
        .map_err(|error| Refusal::invalid(vec![field_problem("query", &error)]))
}

fn form_pairs(query: &str) -> form_urlencoded::Parse<'_> {
    form_urlencoded::parse(query.as_bytes())
}

/// Reads a body into its declared type; all missing fields are named at once.
pub fn parse_body<T: DeserializeOwned>(
    body: &Bytes,
    content_type: Option<&str>,
    entry: &Entry,
) -> Result<T, Refusal> {
    let body: &[u8] = if body.is_empty() { b"{}" } else { body };
    let is_json = content_type.is_none_or(is_json);
    if !is_json {
        return Err(Refusal::with_detail(
            Code::UnsupportedMediaType,
            "send the body as application/json",
        ));
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(fields)) => check_fields(&fields, entry)?,
        // Serde would read an array as the fields in their order.
        Ok(_) => return Err(Refusal::invalid_field("body", "must be a JSON object")),
        // The parser below says where.
        Err(_) => {}
    }
    let mut json = serde_json::Deserializer::from_slice(body);
    let parsed = serde_path_to_error::deserialize(&mut json)
        .map_err(|error| Refusal::invalid(vec![field_problem("body", &error)]))?;
    json.end()
        .map_err(|_| Refusal::invalid_field("body", "has more after its JSON value"))?;
    Ok(parsed)
}

fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/json")
}

fn check_fields(fields: &Map<String, Value>, entry: &Entry) -> Result<(), Refusal> {
    let required = required_fields(entry);
    let missing = required
        .iter()
        .filter(|name| !fields.contains_key(*name))
        .map(|name| FieldProblem::new(name, "is missing"));
    let with_nul = fields
        .iter()
        .filter(|(_, value)| has_nul(value))
        .map(|(name, _)| FieldProblem::new(name, HAS_NUL));
    let problems: Vec<_> = missing.chain(with_nul).collect();
    if problems.is_empty() {
        Ok(())
    } else {
        Err(Refusal::invalid(problems))
    }
}

/// U+0000 is the one character that PostgreSQL's text cannot hold; no text that is meant has it.
fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(has_nul),
        Value::Object(fields) => fields
            .iter()
            .any(|(name, value)| name.contains('\0') || has_nul(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// The fields that a body of this operation must have.
pub fn required_fields(entry: &Entry) -> Vec<String> {
    match (entry.body)().schema {
        RefOr::T(Schema::Object(object)) => object.required.clone(),
        RefOr::Ref(_) | RefOr::T(_) => Vec::new(),
    }
}

/// What a parser says, without the text it choked on: that could be a secret.
fn field_problem<E: std::fmt::Display>(
    whole: &str,
    error: &serde_path_to_error::Error<E>,
) -> FieldProblem {
    let path = error.path().to_string();
    let message = error.inner().to_string();
    let message = message.split(" at line ").next().unwrap_or_default();
    // `.` is the whole, and `?` stands where the parser could not tell.
    let path = path.split('?').next().unwrap_or_default();
    let path = path.trim_end_matches(['.', '[']);
    let name = match path {
        "" => field_in(message).unwrap_or(whole),
        path => path,
    };
    let problem: String = without_value(message).chars().take(300).collect();
    FieldProblem::new(name, problem)
}

/// The field that a message about the object names.
fn field_in(message: &str) -> Option<&str> {
    ["duplicate field `", "unknown field `", "missing field `"]
        .iter()
        .find_map(|start| message.strip_prefix(start)?.split('`').next())
}

fn without_value(message: &str) -> Cow<'_, str> {
    let is_about_a_value = ["invalid type: ", "invalid value: ", "invalid length "]
        .iter()
        .any(|start| message.starts_with(start));
    match message.rsplit_once(", expected ") {
        Some((_, expected)) if is_about_a_value => Cow::Owned(format!("must be {expected}")),
        _ => Cow::Borrowed(message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_right_most_untrusted_hop_is_the_client() {
        let trusted: Vec<Network> = vec!["10.0.0.0/8".parse().unwrap()];
        let proxy = "10.1.1.1:80".parse().unwrap();
        let direct = "198.51.100.7:80".parse().unwrap();
        let address =
            |socket, header: &str| client_address(socket, Some(header), &trusted).to_string();
        assert_eq!(address(proxy, "203.0.113.9"), "203.0.113.9");
        assert_eq!(
            address(proxy, "1.2.3.4, 203.0.113.9, 10.2.2.2"),
            "203.0.113.9"
        );
        assert_eq!(address(proxy, "spoofed, 203.0.113.9"), "203.0.113.9");
        assert_eq!(address(proxy, "nonsense"), "10.1.1.1");
        assert_eq!(
            address(direct, "203.0.113.9"),
            "198.51.100.7",
            "an untrusted peer cannot forward"
        );
    }
}
