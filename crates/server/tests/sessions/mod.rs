//! Sign-in, sessions, the second factor, the gate.

mod account_state;
mod active;
mod cookies;
mod gate;
mod lockout;
mod mfa;
mod recovery;
mod same_work;
mod sign_in;
mod tokens;
mod two_processes;
