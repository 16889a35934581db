//! What several processes must agree on; in memory while there is one.

pub mod limiter;
