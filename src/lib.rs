//! The console: a pure model and view, a terminal, a network, and the one loop that joins them.
//!
//! docs/ARCHITECTURE.md says which module may know which.

pub mod app;
#[cfg(feature = "bundled")]
pub mod bundled;
pub mod cli;
pub mod config;
pub mod linear;
pub mod net;
pub mod runtime;
pub mod screens;
pub mod terminal;
pub mod view;
