//! The console's mind: the model, the messages that change it and the effects it asks for.
//!
//! `update` is pure: it reads no clock, no file, no socket and no terminal. `runtime` calls it with
//! every message and carries its effects out; `view` draws what it left behind.

pub mod act;
pub mod any_room;
pub mod availability;
pub mod confirm;
pub mod copies;
pub mod dates;
pub mod detail;
pub mod dispatch;
pub mod download;
pub mod draft;
pub mod explain;
pub mod explained;
pub mod field;
pub mod filter;
pub mod freshness;
pub mod input;
pub mod keymap;
pub mod keys;
pub mod layout;
pub mod list;
pub mod loading;
pub mod matching;
pub mod menu;
pub mod message;
pub mod model;
pub mod options;
pub mod outcomes;
pub mod overlay;
pub mod palette;
pub mod paths;
pub mod preferences;
pub mod prompts;
pub mod reasons;
pub mod replies;
pub mod room;
pub mod room_state;
pub mod rooms;
pub mod run;
pub mod sending;
pub mod session;
pub mod shown;
pub mod status;
pub mod tab;
pub mod time;
pub mod toasts;
pub mod undo;
pub mod update;
pub mod verbs;
pub mod verification;
pub mod words;
pub mod wrap;
pub mod writes;
pub mod writing;
