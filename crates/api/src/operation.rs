//! What an operation is, and what is declared about it.
//!
//! An operation is a type: its path, query, body and reply are associated types, and [`Spec`] says who
//! may call it and what it does. The server mounts it, the client calls it and the documents describe
//! it from this one declaration.

use std::fmt;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;
use utoipa::{PartialSchema, ToSchema};

use crate::audit_code::AuditCode;
use crate::inverse::Inverse;
use crate::permission::Permission;
use crate::problem::FieldProblem;

/// One operation of the API.
pub trait Operation: Send + Sync + 'static {
    /// What fills the placeholders of the path, `()` where it has none.
    type Path: PathArguments;
    /// The query string.
    type Query: Payload;
    /// The request body.
    type Body: Payload;
    /// The body of a success.
    type Reply: Payload;
    /// Whether it reads, writes, keeps sessions or streams; the server mounts each kind differently.
    type Kind: Kind;
    /// Everything else that is declared about it.
    const SPEC: Spec;
}

/// What travels as a query, a body or a reply.
pub trait Payload: Serialize + DeserializeOwned + ToSchema + Send + Sync + 'static {}
impl<T: Serialize + DeserializeOwned + ToSchema + Send + Sync + 'static> Payload for T {}

/// A query, body or reply that is not there.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// Fills and reads the placeholders of a path template.
pub trait PathArguments: Sized + Send + Sync + 'static {
    /// The values, in the order of the placeholders.
    fn segments(&self) -> Vec<String>;
    /// Reads them back.
    ///
    /// # Errors
    /// A value that is not of the placeholder's type, by the placeholder's name.
    fn parse(segments: &[(&str, &str)]) -> Result<Self, FieldProblem>;
}

impl PathArguments for () {
    fn segments(&self) -> Vec<String> {
        Vec::new()
    }

    fn parse(_segments: &[(&str, &str)]) -> Result<Self, FieldProblem> {
        Ok(())
    }
}

/// The four kinds of operation, told apart by type so that a handler of the wrong kind does not compile.
pub trait Kind: 'static {
    /// Whether the operation goes through the audited transaction.
    const AUDITED: bool;
}

/// Changes nothing that an operator would call data.
#[derive(Debug)]
pub struct Reads;
/// Changes rows on an operator's behalf; leaves audit rows in the same transaction.
#[derive(Debug)]
pub struct Writes;
/// Signs in, refreshes, signs out, enrolls: the caller's own session and credentials.
#[derive(Debug)]
pub struct KeepsSessions;

/// Changes nothing and answers with a connection that stays open.
#[derive(Debug)]
pub struct Streams;

/// A kind that leaves no audit row: its handlers answer without the audited transaction.
pub trait Unaudited: Kind {}
impl Unaudited for Reads {}
impl Unaudited for KeepsSessions {}

impl Kind for Reads {
    const AUDITED: bool = false;
}
impl Kind for Writes {
    const AUDITED: bool = true;
}
impl Kind for KeepsSessions {
    const AUDITED: bool = false;
}
impl Kind for Streams {
    const AUDITED: bool = false;
}

/// The methods that operations use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Method {
    /// Safe, repeatable.
    Get,
    /// Creates or decides.
    Post,
    /// Replaces.
    Put,
    /// Changes part of an object.
    Patch,
    /// Removes.
    Delete,
}

impl Method {
    /// The method's name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Who may call an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// No credential needed.
    Anyone,
    /// Any valid credential, an API key too.
    Credential,
    /// A human's session, even one that has not passed its second factor.
    Enrolling,
    /// A human's session.
    Human,
    /// The same, by the token that is for the realtime connection alone.
    Socket,
    /// A platform admin.
    Admin,
    /// A platform admin who holds the permission; a super-admin needs no row for it.
    Permission(Permission),
    /// A platform admin who holds one of these; the body or the object decides which one it takes.
    OneOf(&'static [Permission]),
    /// A super-admin.
    SuperAdmin,
}

impl Access {
    /// The permissions that open it, none where no permission is asked.
    pub fn permissions(&self) -> &[Permission] {
        match self {
            Self::Permission(permission) => std::slice::from_ref(permission),
            Self::OneOf(permissions) => permissions,
            Self::Anyone
            | Self::Credential
            | Self::Enrolling
            | Self::Human
            | Self::Socket
            | Self::Admin
            | Self::SuperAdmin => &[],
        }
    }

    /// The name of the rule in documents.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Anyone => "anyone",
            Self::Credential => "credential",
            Self::Enrolling => "enrolling",
            Self::Human => "human",
            Self::Socket => "socket",
            Self::Admin => "admin",
            Self::Permission(_) => "permission",
            Self::OneOf(_) => "one of",
            Self::SuperAdmin => "super-admin",
        }
    }
}

/// When a one-time code is needed with the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Otp {
    /// Never.
    Never,
    /// On every call.
    Always,
    /// When the target holds a staff role.
    StaffTarget,
}

impl Otp {
    /// The rule's name in documents.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Always => "always",
            Self::StaffTarget => "staff target",
        }
    }
}

/// What a call leaves behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing.
    Read,
    /// A row in the action log.
    RecordedRead,
    /// The caller's own session or credentials change; the action log records it.
    Session,
    /// Rows change, and these audit rows say so.
    Write(&'static [AuditCode]),
}

impl Effect {
    /// The audit codes that a call can leave.
    pub const fn audit_codes(&self) -> &'static [AuditCode] {
        match self {
            Self::Read | Self::RecordedRead | Self::Session => &[],
            Self::Write(codes) => codes,
        }
    }

    /// The effect's name in documents.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::RecordedRead => "recorded read",
            Self::Session => "session",
            Self::Write(_) => "write",
        }
    }
}

/// Which budget of calls an operation draws on (requirements.md §3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RateGroup {
    /// Only the budget of all calls.
    All,
    /// Decisions in the queues.
    Decisions,
    /// Changes to users.
    Users,
    /// Changes to staff.
    Admins,
    /// Sign-in and gate, by account and address.
    SignIn,
    /// Reading the audit chain at length: verification, export.
    Verify,
}

impl RateGroup {
    /// The group's name in documents and metrics.
    pub const fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Decisions => "decisions",
            Self::Users => "users",
            Self::Admins => "admins",
            Self::SignIn => "sign-in",
            Self::Verify => "verify",
        }
    }

    /// What the group's calls do, in the plural.
    pub const fn calls(self) -> &'static str {
        match self {
            Self::All => "calls",
            Self::Decisions => "decisions",
            Self::Users => "changes to users",
            Self::Admins => "changes to staff",
            Self::SignIn => "steps of sign-in",
            Self::Verify => "verifications and exports of the audit log together",
        }
    }
}

/// What may be kept of a success body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplyBody {
    /// Kept for idempotent replay.
    Plain,
    /// Holds a secret: never kept, never logged; a replay answers 409 `already_done`.
    Secret,
    /// Streamed: never kept.
    Stream,
}

/// Everything that is declared about an operation besides its types.
#[derive(Clone, Copy, Debug)]
pub struct Spec {
    /// Stable name, `resource.verb`.
    pub id: &'static str,
    /// HTTP method.
    pub method: Method,
    /// Path template with `{placeholders}`.
    pub path: &'static str,
    /// Who may call it.
    pub access: Access,
    /// When it takes a one-time code.
    pub otp: Otp,
    /// What it leaves behind.
    pub effect: Effect,
    /// What takes it back, if something does.
    pub inverse: Option<Inverse>,
    /// Which budget it draws on.
    pub rate: RateGroup,
    /// What may be kept of its reply.
    pub reply: ReplyBody,
    /// Status of a success.
    pub success: u16,
    /// Largest request body, in bytes.
    pub body_limit: usize,
    /// How long a client waits for the whole answer, and a statement of the server may take for it.
    pub deadline: Duration,
    /// One line for documents.
    pub summary: &'static str,
}

impl Spec {
    const BODY_LIMIT: usize = 256 * 1024;
    /// The deadline of an operation that declares no other.
    pub const DEADLINE: Duration = Duration::from_secs(10);
    /// The deadline of what is long by nature: reading the audit log at length, gathering an export.
    pub const LONG_DEADLINE: Duration = Duration::from_mins(2);

    const fn new(id: &'static str, method: Method, path: &'static str, effect: Effect) -> Self {
        Self {
            id,
            method,
            path,
            access: Access::Anyone,
            otp: Otp::Never,
            effect,
            inverse: None,
            rate: RateGroup::All,
            reply: ReplyBody::Plain,
            success: 200,
            body_limit: Self::BODY_LIMIT,
            deadline: Self::DEADLINE,
            summary: "",
        }
    }

    /// An operation that reads.
    pub const fn read(id: &'static str, path: &'static str) -> Self {
        Self::new(id, Method::Get, path, Effect::Read)
    }

    /// An operation on the caller's own session.
    pub const fn session(id: &'static str, method: Method, path: &'static str) -> Self {
        Self::new(id, method, path, Effect::Session)
    }

    /// An operation that changes rows and leaves rows of these codes.
    pub const fn write(
        id: &'static str,
        method: Method,
        path: &'static str,
        codes: &'static [AuditCode],
    ) -> Self {
        Self::new(id, method, path, Effect::Write(codes))
    }

    /// The part of the id before the dot: the resource, and the OpenAPI tag.
    pub fn resource(&self) -> &'static str {
        self.id
            .split_once('.')
            .map_or(self.id, |(resource, _)| resource)
    }

    /// Which surface a refusal names (S000-14).
    pub fn surface(&self) -> &'static str {
        if self.path.starts_with("/api/v1/admin/") {
            "admin"
        } else if self.path.starts_with("/api/v1/orgs") {
            "org"
        } else {
            "other"
        }
    }
}

/// A schema and the named schemas that it refers to.
#[derive(Clone)]
pub struct NamedSchema {
    /// Its name.
    pub name: String,
    /// Whether the type is generic or a list, whose name stands for all of its kind.
    pub is_generic: bool,
    /// The schema itself.
    pub schema: RefOr<Schema>,
    /// What it refers to.
    pub referenced: Vec<(String, RefOr<Schema>)>,
}

fn named_schema<T: ToSchema>() -> NamedSchema {
    let mut referenced = Vec::new();
    T::schemas(&mut referenced);
    NamedSchema {
        name: T::name().into_owned(),
        is_generic: std::any::type_name::<T>().contains(['<', '[']),
        schema: <T as PartialSchema>::schema(),
        referenced,
    }
}

/// An operation without its types, as lists and documents need it.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// What is declared about it.
    pub spec: Spec,
    /// Schema of the query string.
    pub query: fn() -> NamedSchema,
    /// Schema of the request body.
    pub body: fn() -> NamedSchema,
    /// Schema of the success body.
    pub reply: fn() -> NamedSchema,
}

/// The entry of an operation in the list of all.
pub const fn entry<O: Operation>() -> Entry {
    const {
        assert!(
            matches!(O::SPEC.effect, Effect::Write(_)) == <O::Kind as Kind>::AUDITED,
            "an operation's kind and its effect must agree"
        );
    }
    Entry {
        spec: O::SPEC,
        query: named_schema::<O::Query>,
        body: named_schema::<O::Body>,
        reply: named_schema::<O::Reply>,
    }
}
