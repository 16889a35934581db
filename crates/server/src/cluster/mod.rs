//! What several processes must agree on: leases in the database, limits, and what the realtime connections of
//! each are told. By Redis where it is given, else by PostgreSQL; in memory where there is one process.

pub mod budget;
pub mod bus;
pub mod counted;
pub mod kept;
pub mod lease;
pub mod limiter;
pub mod neighbors;
pub mod paced;
pub mod profiles;
pub mod redis;
pub mod sockets;
pub mod together;
pub mod windows;
