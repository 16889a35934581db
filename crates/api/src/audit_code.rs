//! The audit codes: everything that the log can say happened.

use crate::wire_enum::wire_enum;

macro_rules! audit_codes {
    ($( $variant:ident = $code:literal, $text:literal; )+) => {
        wire_enum! {
            /// What happened, as a machine groups it.
            pub enum AuditCode {
                $( #[doc = $text] $variant = $code, )+
            }
        }

        impl AuditCode {
            /// What happened, as a person reads it; `{n}` stands for a count.
            pub const fn text(self) -> &'static str {
                match self {
                    $( Self::$variant => $text, )+
                }
            }
        }
    };
}

audit_codes! {
    ApplicationApproved = "application_approved", "Application approved";
    ApplicationRejected = "application_rejected", "Application rejected";
    ApplicationWaitlisted = "application_waitlisted", "Application waitlisted";
    ApplicationReopened = "application_reopened", "Application reopened";
    BulkApprove = "bulk_approve", "Bulk approve confirmed, {n} applications";
    BulkReject = "bulk_reject", "Bulk reject confirmed, {n} applications";
    BulkWaitlist = "bulk_waitlist", "Bulk waitlist confirmed, {n} applications";
    BulkReopen = "bulk_reopen", "Bulk reopen confirmed, {n} applications";
    ReportResolved = "report_resolved", "Report resolved";
    ReportDismissed = "report_dismissed", "Report dismissed";
    ReportReopened = "report_reopened", "Report reopened";
    BulkResolve = "bulk_resolve", "Bulk resolve confirmed, {n} reports";
    BulkDismiss = "bulk_dismiss", "Bulk dismiss confirmed, {n} reports";
    BulkReportReopen = "bulk_report_reopen", "Bulk reopen confirmed, {n} reports";
    DataRequestUpdated = "data_request_updated", "Data request updated";
    BulkDataRequestUpdate = "bulk_data_request_update", "Bulk update confirmed, {n} data requests";
    WithdrawalApproved = "withdrawal_approved", "Withdrawal approved";
    WithdrawalRejected = "withdrawal_rejected", "Withdrawal rejected";
    ClaimTaken = "claim_taken", "Item claimed";
    ClaimReleased = "claim_released", "Item released";
    UserVerified = "user_verified", "User verified";
    UserBanned = "user_banned", "User banned";
    UserUnbanned = "user_unbanned", "User unbanned";
    BulkBan = "bulk_ban", "Bulk ban confirmed, {n} users";
    BulkUnban = "bulk_unban", "Bulk unban confirmed, {n} users";
    UserSuspended = "user_suspended", "User suspended";
    UserUnsuspended = "user_unsuspended", "User unsuspended";
    UserUpdated = "user_updated", "User updated";
    BalanceSet = "balance_set", "Balance set";
    UserExported = "user_exported", "User data exported";
    UserAnonymized = "user_anonymized", "User anonymize confirmed";
    UserDeleted = "user_deleted", "User delete confirmed";
    UserNoteCreated = "user_note_created", "Note written";
    UserNoteUpdated = "user_note_updated", "Note changed";
    UserNoteDeleted = "user_note_deleted", "Note deleted";
    SessionRevoked = "session_revoked", "Sessions revoked";
    PlatformAdminGranted = "platform_admin_granted", "Platform admin granted";
    PlatformAdminRevoked = "platform_admin_revoked", "Platform admin revoked";
    PlatformAdminAutoPromoted = "platform_admin_auto_promoted", "First platform admin promoted";
    IdentityLinked = "identity_linked", "Identity of the OpenID provider linked";
    RolesReplaced = "roles_replaced", "Roles replaced";
    PermissionsReplaced = "permissions_replaced", "Permissions replaced";
    RoleAdded = "role_added", "Role added";
    RoleRevoked = "role_revoked", "Role revoked";
    UserOffboarded = "user_offboarded", "Admin offboarded";
    AuditExported = "audit_exported", "Audit log exported";
    FilterSaved = "filter_saved", "Filter saved";
    FilterDropped = "filter_dropped", "Filter dropped";
    AdminRefresh = "admin_refresh", "Data refreshed";
    HandoverNoted = "handover_noted", "Handover noted";
    MfaEnrolled = "mfa_enrolled", "Second factor enrolled";
    RecoveryCodeUsed = "recovery_code_used", "Signed in with a recovery code";
    RecoveryCodesRenewed = "recovery_codes_renewed", "Recovery codes renewed";
    AdminCreated = "admin_created", "Admin created";
    MailRetried = "mail_retried", "Mail to be sent again";
    AccountUnlocked = "account_unlocked", "Account unlocked";
    MfaReset = "mfa_reset", "Second factor reset";
    PasswordReset = "password_reset", "Password reset";
    UserRestored = "user_restored", "User restored";
}

impl AuditCode {
    /// The codes that a client may append itself; all others come from the server alone (C-14).
    pub const CLIENT: &'static [Self] = &[Self::AdminRefresh, Self::HandoverNoted];

    /// The text with its count filled in.
    pub fn text_with_count(self, count: usize) -> String {
        self.text().replace("{n}", &count.to_string())
    }
}
