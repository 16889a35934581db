//! Sign-in, sessions, the second factor, the gate.

mod account_state;
mod cookies;
mod gate;
mod lockout;
mod mfa;
mod sign_in;
mod tokens;
