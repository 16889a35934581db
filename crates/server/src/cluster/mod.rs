//! What several processes must agree on: leases in the database, limits in memory while there is one.

pub mod kept;
pub mod lease;
pub mod limiter;
