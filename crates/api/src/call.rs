//! Calls without their types: what carries a call from a screen to the wire need not know which
//! operation it is, and what carries its answer back need not either.

use std::any::{Any, TypeId};
use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use crate::operation::{Nothing, Operation, PathArguments, Spec};
use crate::raw::RawRecord;

/// The arguments of a call as they travel. Holds whatever a body holds, so it has no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Encoded {
    /// What fills the placeholders of the path, in their order.
    pub segments: Vec<String>,
    /// The query string, empty where there is none.
    pub query: String,
    /// The JSON body, none where the operation takes none.
    pub body: Option<Vec<u8>>,
}

/// Why arguments cannot travel.
#[derive(Debug, thiserror::Error)]
pub enum EncodeError {
    /// The query cannot be written as one.
    #[error("the query cannot be written: {0}")]
    Query(#[from] serde_urlencoded::ser::Error),
    /// The body cannot be written as JSON.
    #[error("the body cannot be written: {0}")]
    Body(#[from] serde_json::Error),
}

impl Encoded {
    /// Writes the arguments of an operation.
    ///
    /// # Errors
    /// A query or body that its format cannot hold.
    pub fn of<Op: Operation>(
        path: &Op::Path,
        query: &Op::Query,
        body: &Op::Body,
    ) -> Result<Self, EncodeError> {
        Ok(Self {
            segments: path.segments(),
            query: serde_urlencoded::to_string(query)?,
            body: encode_body(body)?,
        })
    }
}

fn encode_body<B: Serialize + 'static>(body: &B) -> Result<Option<Vec<u8>>, EncodeError> {
    if TypeId::of::<B>() == TypeId::of::<Nothing>() {
        return Ok(None);
    }
    Ok(Some(serde_json::to_vec(body)?))
}

/// A call of some operation. Clones share the arguments.
#[derive(Clone)]
pub struct AnyCall {
    spec: Spec,
    arguments: Arc<dyn Arguments>,
    keeps_raw: bool,
}

trait Arguments: Any + Send + Sync {
    fn encode(&self) -> Result<Encoded, EncodeError>;
    fn decode(&self, json: &[u8]) -> Result<AnyReply, serde_json::Error>;
}

struct Typed<Op: Operation> {
    path: Op::Path,
    query: Op::Query,
    body: Op::Body,
}

impl<Op: Operation> Arguments for Typed<Op> {
    fn encode(&self) -> Result<Encoded, EncodeError> {
        Encoded::of::<Op>(&self.path, &self.query, &self.body)
    }

    fn decode(&self, json: &[u8]) -> Result<AnyReply, serde_json::Error> {
        serde_json::from_slice(json).map(AnyReply::new::<Op>)
    }
}

impl AnyCall {
    /// A call of an operation.
    pub fn of<Op: Operation>(path: Op::Path, query: Op::Query, body: Op::Body) -> Self {
        Self {
            spec: Op::SPEC,
            arguments: Arc::new(Typed::<Op> { path, query, body }),
            keeps_raw: false,
        }
    }

    /// A call of an operation that takes a query alone.
    pub fn query<Op>(query: Op::Query) -> Self
    where
        Op: Operation<Path = (), Body = Nothing>,
    {
        Self::of::<Op>((), query, Nothing {})
    }

    /// A call of an operation that takes a body alone.
    pub fn body<Op>(body: Op::Body) -> Self
    where
        Op: Operation<Path = (), Query = Nothing>,
    {
        Self::of::<Op>((), Nothing {}, body)
    }

    /// The same call, whose reply keeps what the server sent.
    #[must_use]
    pub fn keeping_raw(self) -> Self {
        Self {
            keeps_raw: true,
            ..self
        }
    }

    /// What is declared about the operation.
    pub const fn spec(&self) -> &Spec {
        &self.spec
    }

    /// The arguments, if it is a call of this operation.
    pub fn args<Op: Operation>(&self) -> Option<(&Op::Path, &Op::Query, &Op::Body)> {
        let arguments: &dyn Any = &*self.arguments;
        arguments
            .downcast_ref::<Typed<Op>>()
            .map(|typed| (&typed.path, &typed.query, &typed.body))
    }

    /// Writes its arguments.
    ///
    /// # Errors
    /// A query or body that its format cannot hold.
    pub fn encode(&self) -> Result<Encoded, EncodeError> {
        self.arguments.encode()
    }

    /// Reads the operation's reply: sanitized, as every text is, where it is decoded.
    ///
    /// # Errors
    /// It is no reply of this operation.
    pub fn decode(&self, json: &[u8]) -> Result<AnyReply, serde_json::Error> {
        let mut reply = self.arguments.decode(json)?;
        reply.raw = self.keeps_raw.then(|| RawRecord::of(json));
        Ok(reply)
    }
}

impl PartialEq for AnyCall {
    fn eq(&self, other: &Self) -> bool {
        let encoded = (self.encode(), other.encode());
        self.spec.id == other.spec.id && matches!(encoded, (Ok(own), Ok(theirs)) if own == theirs)
    }
}

/// The id alone: a body may hold a secret.
impl fmt::Debug for AnyCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AnyCall").field(&self.spec.id).finish()
    }
}

/// The reply of some operation. Clones share it.
#[derive(Clone)]
pub struct AnyReply {
    operation: &'static str,
    reply: Arc<dyn Any + Send + Sync>,
    json: fn(&(dyn Any + Send + Sync)) -> serde_json::Result<Value>,
    raw: Option<RawRecord>,
}

fn json_of<R: Serialize + 'static>(reply: &(dyn Any + Send + Sync)) -> serde_json::Result<Value> {
    serde_json::to_value(reply.downcast_ref::<R>())
}

impl AnyReply {
    /// The reply of an operation.
    pub fn new<Op: Operation>(reply: Op::Reply) -> Self {
        Self {
            operation: Op::SPEC.id,
            reply: Arc::new(reply),
            json: json_of::<Op::Reply>,
            raw: None,
        }
    }

    /// The reply as the contract writes it: sanitized, as it was decoded.
    ///
    /// # Errors
    /// It cannot be written as JSON.
    pub fn to_json(&self) -> serde_json::Result<Value> {
        (self.json)(&*self.reply)
    }

    /// What the server sent, where the call asked to keep it.
    pub const fn raw(&self) -> Option<&RawRecord> {
        self.raw.as_ref()
    }

    /// The reply, if it is of the type that this operation answers with.
    pub fn get<Op: Operation>(&self) -> Option<&Op::Reply> {
        self.reply.downcast_ref()
    }

    /// The same, taken out.
    pub fn take<Op: Operation>(self) -> Option<Op::Reply>
    where
        Op::Reply: Clone,
    {
        self.reply.downcast().ok().map(Arc::unwrap_or_clone)
    }
}

/// The id alone: a reply may hold a secret.
impl fmt::Debug for AnyReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AnyReply").field(&self.operation).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::applications::{ApplicationsQuery, GetApplication, ListApplications};
    use crate::ids::ApplicationId;
    use crate::sessions::{GateRequest, GetMe, PassGate, Secret};

    fn searching(text: &str) -> AnyCall {
        AnyCall::query::<ListApplications>(ApplicationsQuery {
            q: Some(text.to_owned()),
            ..ApplicationsQuery::default()
        })
    }

    #[test]
    fn a_call_travels_as_its_operation_writes_it() {
        let encoded = searching("a b").encode().unwrap();
        assert_eq!((encoded.query.as_str(), encoded.body), ("q=a+b", None));
        let one = AnyCall::of::<GetApplication>(ApplicationId(4711), Nothing {}, Nothing {});
        assert_eq!(one.encode().unwrap().segments, ["4711"]);
        assert_eq!(one.spec().id, "applications.get");
    }

    #[test]
    fn calls_are_equal_where_operation_and_arguments_are() {
        assert_eq!(searching("a"), searching("a").clone());
        assert_ne!(searching("a"), searching("b"));
        let me = AnyCall::query::<GetMe>(Nothing {});
        assert_ne!(me, AnyCall::query::<crate::sessions::GetGate>(Nothing {}));
    }

    #[test]
    fn arguments_and_replies_are_taken_out_by_their_operation_alone() {
        let call = searching("a");
        let ((), query, _) = call.args::<ListApplications>().unwrap();
        assert_eq!(query.q.as_deref(), Some("a"));
        assert!(call.args::<GetMe>().is_none());
        let reply = call.decode(b"{}");
        assert!(reply.is_err(), "a page has rows");
        let json = br#"{"data":[],"total":7,"total_exact":true,"next_cursor":null}"#;
        let reply = call.decode(json).unwrap();
        assert!(reply.get::<GetMe>().is_none());
        let shared = reply.clone();
        assert_eq!(reply.take::<ListApplications>().unwrap().total, 7);
        assert_eq!(shared.get::<ListApplications>().unwrap().total, 7);
    }

    #[test]
    fn what_was_sent_is_kept_where_that_was_asked_for() {
        let json = br#"{"data":[],"total":7,"total_exact":true,"next_cursor":null,"unknown":1}"#;
        let reply = searching("a").decode(json).unwrap();
        assert!(reply.raw().is_none());
        let reply = searching("a").keeping_raw().decode(json).unwrap();
        assert_eq!(reply.raw(), Some(&RawRecord::of(json)));
        assert_eq!(searching("a"), searching("a").keeping_raw());
    }

    #[test]
    fn neither_a_call_nor_a_reply_prints_what_it_holds() {
        let call = AnyCall::body::<PassGate>(GateRequest {
            password: Secret::new("hunter2".to_owned()),
        });
        assert_eq!(format!("{call:?}"), "AnyCall(\"sessions.pass_gate\")");
    }
}
