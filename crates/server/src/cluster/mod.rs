//! What several processes must agree on: leases in the database, limits in memory while there is one,
//! and what the realtime connections of each are told.

pub mod bus;
pub mod kept;
pub mod lease;
pub mod limiter;
pub mod paced;
pub mod sockets;
