//! Writes that take a one-time code where their target holds a staff role (`Otp::StaffTarget`).
//!
//! Only a super-admin, with a code, changes staff (requirements.md C-11). The handler finds out by reading
//! whom it is aimed at, and the transaction is opened on that; what was locked has to bear it out before
//! there is anything to write with. [`Call::begin`] does not compile for such an operation.

use chrono::{DateTime, Utc};
use quarterdeck_api::operation::{Operation, Otp};
use quarterdeck_api::problem::Code;
use quarterdeck_api::role::Role;
use sea_orm::DatabaseTransaction;

use super::write::OneTimeCode;
use super::{Call, Caller, Refusal, WriteTx};
use crate::db::Dialect;

/// Whom an operation is aimed at; of several, [`Target::Staff`] where one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Somebody who holds a staff role.
    Staff,
    /// Nobody who holds one.
    Plain,
}

impl Target {
    /// By the roles of the target, or of all targets together.
    pub fn holding(roles: &[Role]) -> Self {
        if roles.iter().any(|role| role.is_staff()) {
            Self::Staff
        } else {
            Self::Plain
        }
    }
}

/// A transaction that has yet to see its target locked. Dropped, it rolls back.
pub struct TargetTx<'a> {
    tx: WriteTx<'a>,
    seen: Target,
    caller: &'a Caller,
}

impl<O: Operation> Call<O> {
    /// Opens the transaction on a target as the read-only run found it, the last check before it: a code
    /// that was asked for is used up here.
    pub async fn begin_on(&self, seen: Target) -> Result<TargetTx<'_>, Refusal> {
        const {
            assert!(
                matches!(O::SPEC.otp, Otp::StaffTarget),
                "this does not depend on its target: use begin"
            );
        }
        let caller = self.caller()?;
        let code = match seen {
            Target::Staff => {
                require_super_admin(caller)?;
                OneTimeCode::Taken
            }
            Target::Plain => OneTimeCode::NotTaken,
        };
        let tx = self.open(Dialect::for_share, code).await?;
        Ok(TargetTx { tx, seen, caller })
    }
}

/// Refuses who may not change staff (C-11).
pub fn require_super_admin(caller: &Caller) -> Result<(), Refusal> {
    if caller.is_super_admin() {
        return Ok(());
    }
    Err(Refusal::with_detail(
        Code::SuperadminRequired,
        "the account holds a staff role; only a super-admin changes staff",
    ))
}

impl<'a> TargetTx<'a> {
    /// The transaction's connection, to lock the target with.
    pub const fn connection(&self) -> &DatabaseTransaction {
        self.tx.connection()
    }

    /// The time of the transaction.
    pub const fn now(&self) -> DateTime<Utc> {
        self.tx.now
    }

    /// Goes on with the target as it is under its lock. Where it was given a staff role since it was
    /// seen, the call takes the code that it was not asked for, and nothing changes.
    pub fn locked(self, target: Target) -> Result<WriteTx<'a>, Refusal> {
        match (self.seen, target) {
            (Target::Staff, Target::Staff | Target::Plain) | (Target::Plain, Target::Plain) => {
                Ok(self.tx)
            }
            (Target::Plain, Target::Staff) => {
                require_super_admin(self.caller)?;
                Err(Refusal::with_detail(
                    Code::OtpRequired,
                    "the account was given a staff role while this ran; nothing was changed, send the code of your authenticator as X-OTP",
                ))
            }
        }
    }
}
