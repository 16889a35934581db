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
pub mod realtime;

use std::sync::Arc;

use axum::Router;
use quarterdeck_api::{
    active_sessions as act, admin_logs as alo, admins as adm, applications as app, audit as log,
    claims as cla, dashboard as dash, data_requests as req, filters as fil, journal as jou,
    money as mon, notes as not, ops as op, realtime as live, reasons as rea, reports as rep,
    sessions as ses, users as usr, withdrawals as wit,
};

use crate::gate::Services;
use crate::{
    admin_logs, admins, applications, audit, claims, dashboard, data_requests, filters, journal,
    money, notes, ops, reasons, reports, sessions, users, withdrawals,
};
use mount::Routes;

/// The whole API.
pub fn router(services: &Arc<Services>) -> Router {
    Routes::new(services)
        .answer::<ses::GetGate, _, _>(sessions::gate::get)
        .answer::<ses::PassGate, _, _>(sessions::gate::pass)
        .answer::<ses::SignIn, _, _>(sessions::sign_in)
        .answer::<ses::VerifyMfa, _, _>(sessions::verify_mfa)
        .answer::<ses::SignInByOidc, _, _>(sessions::oidc::sign_in)
        .answer::<ses::StartDevice, _, _>(sessions::oidc::start_device)
        .answer::<ses::PollDevice, _, _>(sessions::oidc::poll_device)
        .answer::<ses::Refresh, _, _>(sessions::refresh)
        .answer::<ses::SignOut, _, _>(sessions::sign_out)
        .answer::<ses::FirstLogin, _, _>(sessions::first_login)
        .answer::<ses::EnrollMfa, _, _>(sessions::mfa::enroll)
        .write::<ses::ConfirmMfa, _, _>(sessions::mfa::confirm)
        .write::<ses::RenewRecoveryCodes, _, _>(sessions::renew_recovery_codes)
        .answer::<ses::GetMe, _, _>(sessions::me)
        .answer::<ses::GetAdminMe, _, _>(sessions::me)
        .answer::<ses::CheckAdmin, _, _>(sessions::check)
        .answer::<act::ListSessions, _, _>(sessions::list)
        .write::<act::RevokeSession, _, _>(sessions::revoke)
        .write::<act::RevokeSessions, _, _>(sessions::revoke_all)
        .answer::<app::ListApplications, _, _>(applications::list)
        .answer::<app::SeeApplications, _, _>(applications::ids)
        .answer::<app::GetApplication, _, _>(applications::get)
        .write::<app::DecideApplications, _, _>(applications::decide)
        .answer::<rep::ListReports, _, _>(reports::list)
        .answer::<rep::SeeReports, _, _>(reports::ids)
        .answer::<rep::GetReport, _, _>(reports::get)
        .write::<rep::DecideReport, _, _>(reports::decide)
        .write::<rep::DecideReports, _, _>(reports::decide_bulk)
        .answer::<req::ListDataRequests, _, _>(data_requests::list)
        .answer::<req::SeeDataRequests, _, _>(data_requests::ids)
        .answer::<req::GetDataRequest, _, _>(data_requests::get)
        .write::<req::UpdateDataRequest, _, _>(data_requests::update)
        .write::<req::UpdateDataRequests, _, _>(data_requests::update_bulk)
        .answer::<wit::ListWithdrawals, _, _>(withdrawals::list)
        .answer::<wit::GetWithdrawal, _, _>(withdrawals::get)
        .write::<wit::ApproveWithdrawal, _, _>(withdrawals::approve)
        .write::<wit::RejectWithdrawal, _, _>(withdrawals::reject)
        .write::<cla::TakeClaims, _, _>(claims::take)
        .write::<cla::ReleaseClaims, _, _>(claims::release)
        .answer::<dash::GetDashboard, _, _>(dashboard::get)
        .answer::<rea::ListReasons, _, _>(reasons::list)
        .answer::<fil::ListFilters, _, _>(filters::list)
        .write::<fil::SaveFilter, _, _>(filters::save)
        .write::<fil::DropFilter, _, _>(filters::remove)
        .answer::<usr::ListUsers, _, _>(users::list)
        .answer::<usr::ListAllUsers, _, _>(users::list_all)
        .answer::<usr::GetUser, _, _>(users::get)
        .answer::<usr::GetUserDrawer, _, _>(users::drawer)
        .answer::<mon::GetUserStats, _, _>(money::stats)
        .answer::<usr::GetBanHistory, _, _>(users::ban_history)
        .answer::<usr::ListBlocked, _, _>(users::blocked)
        .write::<usr::UpdateUser, _, _>(users::update)
        .write::<usr::SetBalance, _, _>(money::set_balance)
        .write::<usr::VerifyUser, _, _>(users::verify)
        .write::<usr::ExportUser, _, _>(users::export)
        .write::<usr::BanUser, _, _>(users::ban)
        .write::<usr::UnbanUser, _, _>(users::unban)
        .write::<usr::BulkBanUsers, _, _>(users::bulk_ban)
        .write::<usr::BulkUnbanUsers, _, _>(users::bulk_unban)
        .write::<usr::SuspendUser, _, _>(users::suspend)
        .write::<usr::UnsuspendUser, _, _>(users::unsuspend)
        .write::<usr::PromoteUser, _, _>(users::promote)
        .write::<usr::DemoteUser, _, _>(users::demote)
        .answer::<adm::ListAdmins, _, _>(admins::list)
        .answer::<adm::GetAdmin, _, _>(admins::get)
        .answer::<adm::ListPermissions, _, _>(admins::permissions)
        .write::<adm::CreateAdmin, _, _>(admins::create)
        .write::<adm::ReplaceRoles, _, _>(admins::replace_roles)
        .write::<adm::ReplacePermissions, _, _>(admins::replace_permissions)
        .write::<adm::AddSingleRole, _, _>(admins::add_role)
        .write::<adm::RevokeSingleRole, _, _>(admins::revoke_role)
        .write::<adm::OffboardAdmin, _, _>(admins::offboard)
        .write::<usr::AnonymizeUser, _, _>(users::anonymize)
        .write::<usr::AnonymizeUserByBody, _, _>(users::anonymize_by_body)
        .write::<usr::DeleteUser, _, _>(users::delete)
        .write::<usr::DeleteUserByQuery, _, _>(users::delete_by_query)
        .write::<usr::DeleteUserByBody, _, _>(users::delete_by_body)
        .answer::<not::ListNotes, _, _>(notes::list)
        .write::<not::CreateNote, _, _>(notes::create)
        .write::<not::UpdateNote, _, _>(notes::update)
        .write::<not::DeleteNote, _, _>(notes::delete)
        .answer::<alo::ListAdminLogs, _, _>(admin_logs::list)
        .answer::<jou::ListJournal, _, _>(journal::list)
        .answer::<log::ListAudit, _, _>(audit::list)
        .write::<log::AppendAudit, _, _>(audit::append)
        .answer::<log::VerifyAudit, _, _>(audit::verify)
        .write::<log::ExportAudit, _, _>(audit::export)
        .answer::<log::ListAuditActions, _, _>(audit::actions)
        .stream::<live::Connect, _, _>(realtime::connect)
        .answer::<op::GetHealth, _, _>(ops::health)
        .answer::<op::GetOpenApi, _, _>(openapi::get)
        .into_router()
}
