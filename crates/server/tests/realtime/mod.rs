//! The realtime connection (S004-24): who is told what, and how it ends.

mod bounds;
mod ends;
mod told;
mod two_processes;
