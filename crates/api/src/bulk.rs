//! What the answers to calls about several objects share.

use crate::wire_enum::wire_enum;

wire_enum! {
    /// What became of one id of a bulk call.
    pub enum Outcome {
        /// It changed.
        Changed = "changed",
        /// It was so already.
        Noop = "noop",
        /// There is none.
        NotFound = "not_found",
        /// Somebody else was first.
        Conflict = "conflict",
        /// The caller lacks the permission for this one.
        Forbidden = "forbidden",
    }
}
