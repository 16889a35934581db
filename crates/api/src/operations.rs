//! The one list of operations.

use crate::operation::{Entry, Spec, entry};
use crate::{
    active_sessions, admin_logs, admins, applications, audit, claims, dashboard, data_requests,
    filters, journal, money, notes, ops, realtime, reasons, reports, sessions, users, withdrawals,
};

/// Every operation of the API, in the order of the documents.
pub const OPERATIONS: &[Entry] = &[
    entry::<sessions::GetGate>(),
    entry::<sessions::PassGate>(),
    entry::<sessions::SignIn>(),
    entry::<sessions::VerifyMfa>(),
    entry::<sessions::SignInByOidc>(),
    entry::<sessions::StartDevice>(),
    entry::<sessions::PollDevice>(),
    entry::<sessions::Refresh>(),
    entry::<sessions::SignOut>(),
    entry::<sessions::FirstLogin>(),
    entry::<sessions::EnrollMfa>(),
    entry::<sessions::ConfirmMfa>(),
    entry::<sessions::RenewRecoveryCodes>(),
    entry::<sessions::GetMe>(),
    entry::<sessions::GetAdminMe>(),
    entry::<sessions::CheckAdmin>(),
    entry::<active_sessions::ListSessions>(),
    entry::<active_sessions::RevokeSession>(),
    entry::<active_sessions::RevokeSessions>(),
    entry::<applications::ListApplications>(),
    entry::<applications::SeeApplications>(),
    entry::<applications::GetApplication>(),
    entry::<applications::DecideApplications>(),
    entry::<reports::ListReports>(),
    entry::<reports::SeeReports>(),
    entry::<reports::GetReport>(),
    entry::<reports::DecideReport>(),
    entry::<reports::DecideReports>(),
    entry::<data_requests::ListDataRequests>(),
    entry::<data_requests::SeeDataRequests>(),
    entry::<data_requests::GetDataRequest>(),
    entry::<data_requests::UpdateDataRequest>(),
    entry::<data_requests::UpdateDataRequests>(),
    entry::<withdrawals::ListWithdrawals>(),
    entry::<withdrawals::GetWithdrawal>(),
    entry::<withdrawals::ApproveWithdrawal>(),
    entry::<withdrawals::RejectWithdrawal>(),
    entry::<claims::TakeClaims>(),
    entry::<claims::ReleaseClaims>(),
    entry::<dashboard::GetDashboard>(),
    entry::<reasons::ListReasons>(),
    entry::<filters::ListFilters>(),
    entry::<filters::SaveFilter>(),
    entry::<filters::DropFilter>(),
    entry::<users::ListUsers>(),
    entry::<users::ListAllUsers>(),
    entry::<users::GetUser>(),
    entry::<users::GetUserDrawer>(),
    entry::<money::GetUserStats>(),
    entry::<users::GetBanHistory>(),
    entry::<users::ListBlocked>(),
    entry::<users::UpdateUser>(),
    entry::<users::SetBalance>(),
    entry::<users::VerifyUser>(),
    entry::<users::ExportUser>(),
    entry::<users::BanUser>(),
    entry::<users::UnbanUser>(),
    entry::<users::BulkBanUsers>(),
    entry::<users::BulkUnbanUsers>(),
    entry::<users::SuspendUser>(),
    entry::<users::UnsuspendUser>(),
    entry::<users::PromoteUser>(),
    entry::<users::DemoteUser>(),
    entry::<users::AnonymizeUser>(),
    entry::<users::AnonymizeUserByBody>(),
    entry::<users::DeleteUser>(),
    entry::<users::DeleteUserByQuery>(),
    entry::<users::DeleteUserByBody>(),
    entry::<notes::ListNotes>(),
    entry::<notes::CreateNote>(),
    entry::<notes::UpdateNote>(),
    entry::<notes::DeleteNote>(),
    entry::<admins::ListAdmins>(),
    entry::<admins::GetAdmin>(),
    entry::<admins::ListPermissions>(),
    entry::<admins::CreateAdmin>(),
    entry::<admins::ReplaceRoles>(),
    entry::<admins::ReplacePermissions>(),
    entry::<admins::AddSingleRole>(),
    entry::<admins::RevokeSingleRole>(),
    entry::<admins::OffboardAdmin>(),
    entry::<admin_logs::ListAdminLogs>(),
    entry::<journal::ListJournal>(),
    entry::<audit::ListAudit>(),
    entry::<audit::AppendAudit>(),
    entry::<audit::VerifyAudit>(),
    entry::<audit::ExportAudit>(),
    entry::<audit::ListAuditActions>(),
    entry::<realtime::Connect>(),
    entry::<ops::GetHealth>(),
    entry::<ops::GetOpenApi>(),
];

/// What is declared about each, in the same order: a program that describes none of them, as the console, is built
/// without their schemas.
pub static SPECS: [Spec; OPERATIONS.len()] = {
    let mut specs = [OPERATIONS[0].spec; OPERATIONS.len()];
    let mut place = 1;
    while place < specs.len() {
        specs[place] = OPERATIONS[place].spec;
        place += 1;
    }
    specs
};

/// What is declared about the operation of an id.
pub fn spec(id: &str) -> Option<&'static Spec> {
    SPECS.iter().find(|spec| spec.id == id)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::operation::{Effect, Method};

    #[test]
    fn ids_and_routes_are_unique() {
        let ids: BTreeSet<_> = SPECS.iter().map(|spec| spec.id).collect();
        let routes: BTreeSet<_> = SPECS.iter().map(|spec| (spec.method, spec.path)).collect();
        assert_eq!(ids.len(), OPERATIONS.len());
        assert_eq!(routes.len(), OPERATIONS.len());
    }

    #[test]
    fn every_operation_is_described_and_every_write_names_its_audit_codes() {
        for spec in &SPECS {
            assert!(spec.summary.ends_with('.'), "{} has no summary", spec.id);
            assert!(spec.id.contains('.'), "{} is not resource.verb", spec.id);
            if let Effect::Write(codes) = &spec.effect {
                assert!(!codes.is_empty(), "{} names no audit code", spec.id);
                assert_ne!(spec.method, Method::Get, "{} writes by GET", spec.id);
            }
        }
    }
}
