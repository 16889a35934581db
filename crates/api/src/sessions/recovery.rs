//! Recovery codes: what signs in who has lost their authenticator.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Secret;
use crate::audit::AuditCode;
use crate::operation::{
    Access, Method, Nothing, Operation, Otp, RateGroup, ReplyBody, Spec, Writes,
};

/// How many are given out at once.
pub const RECOVERY_CODES: usize = 10;
/// From how many on new ones should be made.
pub const FEW_RECOVERY_CODES: usize = 3;

/// New recovery codes; those from before are void.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecoveryCodes {
    /// When they were made.
    pub made_at: DateTime<Utc>,
    /// The codes, each good once: shown here and never again.
    pub recovery_codes: Vec<Secret>,
}

/// Makes new recovery codes in place of all from before.
#[derive(Debug)]
pub struct RenewRecoveryCodes;

impl Operation for RenewRecoveryCodes {
    type Path = ();
    type Query = Nothing;
    type Body = Nothing;
    type Reply = RecoveryCodes;
    type Kind = Writes;
    const SPEC: Spec = Spec {
        access: Access::Human,
        otp: Otp::Always,
        rate: RateGroup::SignIn,
        reply: ReplyBody::Secret,
        summary: "Makes ten new recovery codes; those from before are void.",
        ..Spec::write(
            "sessions.renew_recovery_codes",
            Method::Post,
            "/api/v1/auth/mfa/recovery-codes",
            &[AuditCode::RecoveryCodesRenewed],
        )
    };
}
