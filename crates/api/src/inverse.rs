//! What takes the effect of an operation back, as the operation declares it.

use crate::audit_code::AuditCode;

/// What takes the effect of an operation back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inverse {
    /// The operation that does it, by its id.
    pub operation: &'static str,
    /// Which of the declaring operation's audit codes it takes back. Where the same code is left by what
    /// has no way back too, the object's status decides.
    pub undoes: &'static [AuditCode],
}

impl Inverse {
    /// What takes these codes back.
    pub const fn new(operation: &'static str, undoes: &'static [AuditCode]) -> Self {
        Self { operation, undoes }
    }
}
