//! HTTP: the listener, the mounting of operations, error bodies, seed-route aliases, and what machines
//! read. It turns requests into calls and calls into answers; it decides nothing.

pub mod alias;
pub mod connection;
pub mod cors;
pub mod head;
pub mod listener;
pub mod metrics;
pub mod mount;
pub mod openapi;
pub mod problem;

use std::sync::Arc;

use axum::Router;
use quarterdeck_api::{applications as app, audit as log, ops as op, sessions as ses};

use crate::gate::Services;
use crate::{applications, audit, ops, sessions};
use mount::Routes;

/// The whole API.
pub fn router(services: &Arc<Services>) -> Router {
    Routes::new(services)
        .read::<ses::GetGate, _, _>(sessions::gate::get)
        .session::<ses::PassGate, _, _>(sessions::gate::pass)
        .session::<ses::SignIn, _, _>(sessions::sign_in)
        .session::<ses::VerifyMfa, _, _>(sessions::verify_mfa)
        .session::<ses::Refresh, _, _>(sessions::refresh)
        .session::<ses::SignOut, _, _>(sessions::sign_out)
        .session::<ses::FirstLogin, _, _>(sessions::first_login)
        .session::<ses::EnrollMfa, _, _>(sessions::mfa::enroll)
        .write::<ses::ConfirmMfa, _, _>(sessions::mfa::confirm)
        .read::<ses::GetMe, _, _>(sessions::me)
        .read::<ses::CheckAdmin, _, _>(sessions::check)
        .read::<app::ListApplications, _, _>(applications::list)
        .read::<app::GetApplication, _, _>(applications::get)
        .write::<app::DecideApplications, _, _>(applications::decide)
        .read::<log::ListAudit, _, _>(audit::list)
        .write::<log::AppendAudit, _, _>(audit::append)
        .read::<log::VerifyAudit, _, _>(audit::verify)
        .read::<log::ListAuditActions, _, _>(audit::actions)
        .read::<op::GetHealth, _, _>(ops::health)
        .read::<op::GetOpenApi, _, _>(openapi::get)
        .into_router()
}
