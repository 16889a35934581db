//! The console without a terminal and without a server: keys and answers in, effects and screens out.

mod desk;
mod fixtures;
mod lists;
mod session;
mod snapshots;
mod verbs;
