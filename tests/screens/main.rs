//! The console without a terminal and without a server: keys and answers in, effects and screens out.

mod desk;
mod fixtures;
mod session;
mod snapshots;
