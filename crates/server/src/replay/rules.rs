//! What the rows of the log say of an object, and where they or the tables contradict it. Pure: no clock,
//! no database.

use chrono::{DateTime, Utc};
use quarterdeck_api::audit::AuditCode;
use serde::{Deserialize, Serialize};

/// A kind of object that the log tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An application and what was decided of it.
    Application,
    /// A report and how it was settled.
    Report,
    /// A data request and what became of it.
    DataRequest,
    /// A withdrawal, how it was decided and what it paid.
    Withdrawal,
    /// An account: its state and its rights.
    User,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 5] = [
        Self::Application,
        Self::Report,
        Self::DataRequest,
        Self::Withdrawal,
        Self::User,
    ];

    /// How the log names it.
    pub const fn target_type(self) -> &'static str {
        match self {
            Self::Application => "application",
            Self::Report => "report",
            Self::DataRequest => "data_request",
            Self::Withdrawal => "withdrawal",
            Self::User => "user",
        }
    }
}

/// What a row does to its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// A decision on an object of a kind; the status it ends in, where the code alone tells it.
    Decides(Kind, Option<&'static str>),
    /// Something that an account is, has or may.
    Account(AccountEffect),
    /// Nothing that is compared.
    Nothing,
}

/// What a row does to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountEffect {
    /// Made, with the rights of an admin.
    Made,
    /// Verified.
    Verified,
    /// Banned.
    Banned,
    /// Unbanned, by somebody or by the clock.
    Unbanned,
    /// Suspended.
    Suspended,
    /// Not suspended any more.
    Unsuspended,
    /// Deleted.
    Deleted,
    /// Anonymized.
    Anonymized,
    /// Not deleted any more.
    Restored,
    /// Given a staff role.
    Granted,
    /// Taken every staff right.
    Revoked,
    /// Given and taken roles.
    RolesChanged,
    /// Given and taken permission rows.
    PermissionsChanged,
    /// Given another balance.
    BalanceSet,
}

/// What a code does. A new code does not compile before it is decided here.
pub const fn effect(code: AuditCode) -> Effect {
    use AccountEffect as Account;
    match code {
        AuditCode::ApplicationApproved => Effect::Decides(Kind::Application, Some("ACTIVE")),
        AuditCode::ApplicationRejected => Effect::Decides(Kind::Application, Some("REJECTED")),
        AuditCode::ApplicationWaitlisted => Effect::Decides(Kind::Application, Some("WAITLISTED")),
        AuditCode::ApplicationReopened => Effect::Decides(Kind::Application, Some("PENDING")),
        AuditCode::ReportResolved => Effect::Decides(Kind::Report, Some("resolved")),
        AuditCode::ReportDismissed => Effect::Decides(Kind::Report, Some("dismissed")),
        AuditCode::ReportReopened => Effect::Decides(Kind::Report, Some("pending")),
        AuditCode::DataRequestUpdated => Effect::Decides(Kind::DataRequest, None),
        AuditCode::WithdrawalApproved => Effect::Decides(Kind::Withdrawal, Some("approved")),
        AuditCode::WithdrawalRejected => Effect::Decides(Kind::Withdrawal, Some("rejected")),
        AuditCode::AdminCreated => Effect::Account(Account::Made),
        AuditCode::UserVerified => Effect::Account(Account::Verified),
        AuditCode::UserBanned => Effect::Account(Account::Banned),
        AuditCode::UserUnbanned => Effect::Account(Account::Unbanned),
        AuditCode::UserSuspended => Effect::Account(Account::Suspended),
        AuditCode::UserUnsuspended => Effect::Account(Account::Unsuspended),
        AuditCode::UserDeleted => Effect::Account(Account::Deleted),
        AuditCode::UserAnonymized => Effect::Account(Account::Anonymized),
        AuditCode::UserRestored => Effect::Account(Account::Restored),
        AuditCode::PlatformAdminGranted | AuditCode::PlatformAdminAutoPromoted => {
            Effect::Account(Account::Granted)
        }
        AuditCode::PlatformAdminRevoked => Effect::Account(Account::Revoked),
        AuditCode::RolesReplaced | AuditCode::RoleAdded | AuditCode::RoleRevoked => {
            Effect::Account(Account::RolesChanged)
        }
        AuditCode::PermissionsReplaced => Effect::Account(Account::PermissionsChanged),
        AuditCode::BalanceSet => Effect::Account(Account::BalanceSet),
        AuditCode::BulkApprove
        | AuditCode::BulkReject
        | AuditCode::BulkWaitlist
        | AuditCode::BulkReopen
        | AuditCode::BulkResolve
        | AuditCode::BulkDismiss
        | AuditCode::BulkReportReopen
        | AuditCode::BulkDataRequestUpdate
        | AuditCode::ClaimTaken
        | AuditCode::ClaimReleased
        | AuditCode::BulkBan
        | AuditCode::BulkUnban
        | AuditCode::UserOffboarded
        | AuditCode::UserUpdated
        | AuditCode::UserExported
        | AuditCode::AuditExported
        | AuditCode::SessionRevoked
        | AuditCode::UserNoteCreated
        | AuditCode::UserNoteUpdated
        | AuditCode::UserNoteDeleted
        | AuditCode::FilterSaved
        | AuditCode::FilterDropped
        | AuditCode::AdminRefresh
        | AuditCode::HandoverNoted
        | AuditCode::MfaEnrolled
        | AuditCode::RecoveryCodeUsed
        | AuditCode::RecoveryCodesRenewed
        | AuditCode::AccountUnlocked
        | AuditCode::MailRetried
        | AuditCode::MfaReset
        | AuditCode::IdentityLinked
        | AuditCode::PasswordReset => Effect::Nothing,
    }
}

/// What a row says of its change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Details {
    /// The status before.
    pub from: Option<String>,
    /// The status after.
    pub to: Option<String>,
    /// When a ban ends by itself.
    pub expires_at: Option<DateTime<Utc>>,
    /// Staff roles that were given or taken.
    #[serde(default)]
    pub roles: Vec<String>,
    /// Permissions that were given or taken.
    #[serde(default)]
    pub permissions: Vec<String>,
    /// Roles or permissions that were held before.
    #[serde(default)]
    pub before: Vec<String>,
    /// Roles or permissions that are held after.
    #[serde(default)]
    pub after: Vec<String>,
    /// What a wallet held before and holds after.
    pub balance: Option<BalanceDetails>,
}

/// What a row says of a wallet that was set or paid out of.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct BalanceDetails {
    /// Code of the currency.
    pub currency: String,
    /// What the wallet held, in the smallest unit.
    pub before: i64,
    /// What it holds from then on.
    pub after: i64,
    /// The transaction over the difference.
    pub transaction: i64,
}

/// A row of the log that changes its target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step<E> {
    /// Its place.
    pub seq: i64,
    /// When it was recorded: never before the change by the clock of the process that made it.
    pub at: DateTime<Utc>,
    /// The account that acted; absent where the server itself did.
    pub actor: Option<i64>,
    /// What it does.
    pub effect: E,
    /// What it says.
    pub details: Details,
}

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Wrong {
    /// The table holds something else than the log ends with.
    State,
    /// A row does not follow from those before it.
    Step,
    /// The table claims what no row of the log tells.
    Unlogged,
    /// The log tells of an object that its table does not have.
    Missing,
    /// A row cannot be understood.
    Unreadable,
}

/// A contradiction about an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What is wrong.
    pub wrong: Wrong,
    /// About what of the object.
    pub field: &'static str,
    /// The row of the log, where one is at fault.
    pub row: Option<i64>,
    /// What the log says.
    pub log: String,
    /// What the table says; for a row at fault, what the log said before it.
    pub table: String,
}

impl Finding {
    /// The table differs from the log.
    pub fn state(field: &'static str, log: impl Into<String>, table: impl Into<String>) -> Self {
        Self {
            wrong: Wrong::State,
            field,
            row: None,
            log: log.into(),
            table: table.into(),
        }
    }

    /// The table claims what the log does not tell.
    pub fn unlogged(field: &'static str, table: impl Into<String>) -> Self {
        Self {
            wrong: Wrong::Unlogged,
            ..Self::state(field, "nothing", table)
        }
    }

    /// A row does not follow from what the log said before.
    pub fn step(
        row: i64,
        field: &'static str,
        says: impl Into<String>,
        before: impl Into<String>,
    ) -> Self {
        Self {
            wrong: Wrong::Step,
            row: Some(row),
            ..Self::state(field, says, before)
        }
    }

    /// The log tells of an object that is not there.
    pub fn missing(log: impl Into<String>) -> Self {
        Self {
            wrong: Wrong::Missing,
            ..Self::state("object", log, "nothing")
        }
    }

    /// A row cannot be understood.
    pub fn unreadable(row: i64, why: impl Into<String>) -> Self {
        Self {
            wrong: Wrong::Unreadable,
            row: Some(row),
            ..Self::state("details", why, "")
        }
    }
}
