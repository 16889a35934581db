//! Setting what a person holds (S004-17).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::UserView;
use crate::audit_code::AuditCode;
use crate::ids::UserId;
use crate::operation::{Access, Method, Nothing, Operation, Otp, RateGroup, Spec, Writes};

/// The most that a wallet is set to, in the smallest unit: the largest whole number that every reader of JSON
/// reads exactly.
pub const MAX_BALANCE: i64 = 9_007_199_254_740_991;

/// What a person is to hold (S004-17).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct BalanceRequest {
    /// How much from now on, in the smallest unit of the currency: 0 to 9,007,199,254,740,991.
    pub amount: i64,
    /// Code of the currency, three capital letters. That of the wallet; where there is none, one is opened in it.
    pub currency: String,
    /// Why, 3 to 500 characters; kept with the transaction.
    pub reason: String,
    /// The version of the balance that the caller saw, 0 where there was none; where it differs the answer is
    /// 409.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_version: Option<i64>,
}

/// Sets what a person holds. Nothing takes it back: what was there before would overrule whatever was moved since,
/// and it takes a code as any other setting does. To set it once more is the way back.
#[derive(Debug)]
pub struct SetBalance;

impl Operation for SetBalance {
    type Path = UserId;
    type Query = Nothing;
    type Body = BalanceRequest;
    type Reply = UserView;
    type Kind = Writes;
    const SPEC: Spec = Spec {
        access: Access::SuperAdmin,
        otp: Otp::Always,
        rate: RateGroup::Users,
        summary: "Sets what a user holds, and writes the difference down as a transaction.",
        ..Spec::write(
            "users.set_balance",
            Method::Put,
            "/api/v1/admin/users/{id}/balance",
            &[AuditCode::BalanceSet],
        )
    };
}
