//! A statement as the server sends it.

use std::sync::Arc;

use bytes::Bytes;

/// A text and what it was sent with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Statement {
    pub(crate) text: Arc<str>,
    pub(crate) kind: Kind,
}

/// How a statement was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// As text, such as `BEGIN`.
    Simple,
    /// Prepared, with parameters.
    Prepared {
        /// Their types.
        types: Arc<[u32]>,
        /// Their bytes; none for NULL.
        parameters: Vec<Option<Bytes>>,
    },
}

/// The statements of one request, in order.
pub(crate) type Script = Vec<Statement>;
