//! Enrolling the second factor.

use quarterdeck_api::audit::AuditCode;
use quarterdeck_api::problem::Code;
use quarterdeck_api::sessions::{ConfirmMfa, ConfirmMfaReply, EnrollMfa, EnrollReply, Secret};

use super::{recovery, store};
use crate::chain::Entry;
use crate::gate::otp::{self, Burn};
use crate::gate::totp;
use crate::gate::{Answer, Call, Committed, Refusal};

/// Who gives out the second factor, as an authenticator shows it.
const ISSUER: &str = "Quarterdeck";

/// Begins to enroll: a secret, not yet in force.
pub async fn enroll(call: Call<EnrollMfa>) -> Result<Answer<EnrollReply>, Refusal> {
    let services = &call.services;
    let caller = call.caller()?;
    if caller.mfa_enrolled {
        return Err(Refusal::with_detail(
            Code::Duplicate,
            "a second factor is enrolled already",
        ));
    }
    let secret: [u8; totp::SECRET_BYTES] = services.ids.bytes();
    let encrypted = services
        .vault
        .encrypt(&secret, &otp::context(caller.user_id), services.ids.bytes())
        .map_err(Refusal::internal)?;
    let tx = services.system_write("enroll_mfa").await?;
    store::set_pending_mfa(tx.connection(), caller.user_id, &encrypted).await?;
    tx.commit().await?;
    let reply = EnrollReply {
        secret: Secret::new(totp::encode_secret(&secret)),
        otpauth_url: Secret::new(totp::otpauth_url(ISSUER, &caller.email, &secret)),
    };
    Ok(reply.into())
}

/// Turns the second factor on with its current code, and gives out what stands in for it.
pub async fn confirm(call: Call<ConfirmMfa>) -> Result<Committed<ConfirmMfaReply>, Refusal> {
    let caller = call.caller()?;
    let tx = call.begin_on_caller().await?;
    let account = store::lock_by_id(tx.connection(), caller.user_id, tx.now).await?;
    let account = account.ok_or_else(|| Refusal::new(Code::SessionRevoked))?;
    if account.mfa_secret_enc.is_some() {
        return Err(Refusal::with_detail(
            Code::Duplicate,
            "a second factor is enrolled already",
        ));
    }
    let Some(pending) = &account.mfa_pending_enc else {
        return Err(Refusal::with_detail(
            Code::ValidationFailed,
            "begin with POST /auth/mfa/enroll",
        ));
    };
    let services = &call.services;
    let code = &call.body.code;
    let burned = otp::burn(services, tx.connection(), account.id, pending, code, tx.now).await?;
    if burned != Burn::Used {
        return Err(Refusal::with_detail(
            Code::MfaCodeInvalid,
            "the code is wrong or was used; check the clock of your authenticator and try the next code",
        ));
    }
    store::enroll_mfa(tx.connection(), account.id, caller.session_id, tx.now).await?;
    let recovery_codes = recovery::give(services.ids, tx.connection(), account.id).await?;
    let entry = Entry::new(AuditCode::MfaEnrolled, "user", account.id);
    let reply = ConfirmMfaReply {
        enrolled_at: tx.now,
        recovery_codes,
    };
    tx.commit(&[entry], reply).await
}
