//! The configuration: flag over environment over file over default.
//!
//! `main` loads it once; everything else is given values. Every error names where the setting was
//! written: file, line and key, or the variable, or the flag.

mod error;
mod file;
mod key;
mod layer;
mod paths;
mod settings;
mod token;

pub use error::ConfigError;
pub use paths::Paths;
pub use settings::{Config, Flags, Variables};
pub use token::{TokenError, TokenSource, read_private};

#[cfg(test)]
mod tests;
