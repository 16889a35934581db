//! Sign-in, the caller's own session, and the second factor.

mod active;
mod active_store;
mod attempts;
pub mod cookies;
pub mod gate;
pub mod mfa;
mod new_password;
pub mod oidc;
mod recovery;
mod store;
pub mod tokens;
mod ways;

use quarterdeck_api::audit::AuditCode;
use quarterdeck_api::headers;
use quarterdeck_api::ids::UserId;
use quarterdeck_api::operation::{Nothing, Operation};
use quarterdeck_api::problem::Code;
use quarterdeck_api::sessions::{
    CheckAdmin, CheckReply, FirstLogin, Me, Refresh, Secret, SessionTokens, SignIn, SignInReply,
    SignInWay, SignOut, VerifyMfa,
};
use quarterdeck_api::text::Line;
use sea_orm::{DatabaseTransaction, DbErr};

use crate::chain::{Actor, Entry};
use crate::gate::guard;
use crate::gate::otp::{self, Burn};
use crate::gate::password::PasswordError;
use crate::gate::write::SystemTx;
use crate::gate::{Answer, Call, Refusal, Services};
use attempts::Budget;
use store::Account;
use tokens::{Factor, NewSession};

pub use active::{list, newest, revoke, revoke_all};
pub use new_password::{BreachedList, ListError};
pub use recovery::{
    give as give_recovery_codes, renew_recovery_codes, void as void_recovery_codes,
};
pub use store::open_count_of;

/// Wrong codes that end a challenge.
const MAX_CODES: i32 = 5;

impl From<PasswordError> for Refusal {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::Busy => Self {
                retry_after: Some(1),
                ..Self::with_detail(
                    Code::Unavailable,
                    "too many sign-ins at once; try again in a moment",
                )
            },
            PasswordError::Cost(_) | PasswordError::Damaged(_) | PasswordError::Failed(_) => {
                Self::internal(error)
            }
        }
    }
}

/// First step: e-mail and password for a challenge. Known and unknown accounts are answered alike.
pub async fn sign_in(call: Call<SignIn>) -> Result<Answer<SignInReply>, Refusal> {
    let services = &call.services;
    gate::require(services, &call.request)?;
    let email_key = call.body.email.trim().to_lowercase();
    new_password::check_size(&call.body.password, "password")?;
    let budget = Budget::new(&email_key, call.request.ip_address);
    budget.take(services).await?;
    let account =
        store::by_email(services.database.reads(), &email_key, services.clock.now()).await?;
    let hash = account
        .as_ref()
        .and_then(|account| account.password_hash.as_deref());
    let is_right = services.passwords.verify(&call.body.password, hash).await?;
    let Some(account) = account.filter(|_| is_right) else {
        budget.record_failure(services).await?;
        return Err(Refusal::with_detail(
            Code::InvalidCredentials,
            "e-mail or password is wrong; check both, or ask an admin to reset the password",
        ));
    };
    check_account(&account)?;
    let renewed = renewed_hash(services, &account, &call.body.password).await?;
    let tx = services.system_write("sign_in").await?;
    budget.refuse_locked(services, tx.connection()).await?;
    let token = challenge(services, &tx, account.id, SignInWay::Password).await?;
    if let (Some(old), Some(new)) = (&account.password_hash, &renewed) {
        store::replace_password_hash(tx.connection(), account.id, old, new).await?;
    }
    tx.commit().await?;
    let reply = SignInReply {
        token,
        require_mfa: account.mfa_secret_enc.is_some(),
        mfa_enrollment_required: account.mfa_secret_enc.is_none(),
    };
    Ok(reply.into())
}

/// Opens the way to the second step, and names it.
async fn challenge(
    services: &Services,
    tx: &SystemTx,
    user_id: i64,
    by: SignInWay,
) -> Result<Secret, DbErr> {
    let token = services.ids.token();
    let new = store::NewChallenge {
        hash: &token.hash,
        user_id,
        by,
        expires_at: tx.now
            + chrono::TimeDelta::minutes(services.config.sessions.challenge_minutes.into()),
    };
    store::insert_challenge(tx.connection(), &new).await?;
    Ok(Secret::new(token.text))
}

/// The hash at today's cost of a password that was right, where the stored one has another.
async fn renewed_hash(
    services: &Services,
    account: &Account,
    password: &Secret,
) -> Result<Option<String>, Refusal> {
    let is_outdated = |hash: &String| services.passwords.is_outdated(hash);
    if !account.password_hash.as_ref().is_some_and(is_outdated) {
        return Ok(None);
    }
    match services
        .passwords
        .hash(password, services.ids.bytes())
        .await
    {
        Ok(hash) => Ok(Some(hash)),
        // Another time, then: who has the right password is not to be turned away for it.
        Err(PasswordError::Busy) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn check_account(account: &Account) -> Result<(), Refusal> {
    let code = if account.deleted_at.is_some() {
        Code::AccountDeleted
    } else if account.is_banned {
        Code::AccountBanned
    } else if account.suspended_at.is_some() {
        Code::AccountSuspended
    } else {
        return Ok(());
    };
    Err(Refusal::with_detail(
        code,
        format!("{}; ask an admin", code.title()),
    ))
}

/// Second step: challenge and code for a session.
pub async fn verify_mfa(call: Call<VerifyMfa>) -> Result<Answer<SessionTokens>, Refusal> {
    let services = &call.services;
    gate::require(services, &call.request)?;
    let tx = services.system_write("verify_mfa").await?;
    let challenge = store::lock_challenge(tx.connection(), &call.body.token).await?;
    let Some(challenge) = challenge.filter(|found| found.is_open(tx.now, MAX_CODES)) else {
        return Err(Refusal::with_detail(
            Code::TokenInvalid,
            "this sign-in is over; start again with e-mail and password",
        ));
    };
    let account = store::lock_by_id(tx.connection(), challenge.user_id, tx.now).await?;
    let account = account.ok_or_else(|| Refusal::new(Code::TokenInvalid))?;
    check_account(&account)?;
    let budget = Budget::new(&account.email_key, call.request.ip_address);
    budget.refuse_locked(services, tx.connection()).await?;
    let proof = match second_factor(&call, &account, &tx).await {
        Ok(proof) => proof,
        Err(refusal) if refusal.code == Code::MfaCodeInvalid => {
            store::count_wrong_code(tx.connection(), &call.body.token).await?;
            tx.commit().await?;
            budget.record_failure(services).await?;
            return Err(refusal);
        }
        Err(refusal) => return Err(refusal),
    };
    store::use_challenge(tx.connection(), &call.body.token, tx.now).await?;
    budget.clear(tx.connection()).await?;
    let new = NewSession {
        user_id: account.id,
        factor: proof.factor(),
        by: challenge.by,
    };
    let tokens = tokens::open(services, tx.connection(), &call.request, new, tx.now).await?;
    match proof {
        Proof::NotAsked | Proof::OneTimeCode => tx.commit().await?,
        Proof::RecoveryCode => commit_recovery(&call, tx, account).await?,
    }
    Ok(with_cookies(services, tokens))
}

/// What showed that it is the account's owner, besides the password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Proof {
    /// The account has no second factor yet.
    NotAsked,
    /// The code that the authenticator shows.
    OneTimeCode,
    /// A code that stands in for it, once.
    RecoveryCode,
}

impl Proof {
    const fn factor(self) -> Factor {
        match self {
            Self::NotAsked => Factor::Missing,
            Self::OneTimeCode | Self::RecoveryCode => Factor::Passed,
        }
    }

    /// What is said where it shows nothing.
    const fn refused(self) -> &'static str {
        match self {
            Self::NotAsked | Self::OneTimeCode => {
                "the code is wrong or was used; wait for the next one and try again"
            }
            Self::RecoveryCode => {
                "the recovery code is wrong or was used; try another one of the list"
            }
        }
    }
}

/// Uses the code up, where the account has a second factor.
async fn second_factor(
    call: &Call<VerifyMfa>,
    account: &Account,
    tx: &SystemTx,
) -> Result<Proof, Refusal> {
    let Some(encrypted) = &account.mfa_secret_enc else {
        return Ok(Proof::NotAsked);
    };
    let (services, connection) = (&call.services, tx.connection());
    let (proof, is_right) = match (&call.body.mfa_code, &call.body.recovery_code) {
        (Some(code), None) => {
            let burned = otp::burn(services, connection, account.id, encrypted, code, tx.now);
            (Proof::OneTimeCode, burned.await? == Burn::Used)
        }
        (None, Some(code)) => {
            let is_right = recovery::burn(connection, account.id, code).await?;
            (Proof::RecoveryCode, is_right)
        }
        (None, None) => {
            return Err(Refusal::invalid_field(
                "mfaCode",
                "is missing; enter the code of your authenticator, or a recovery code as recoveryCode",
            ));
        }
        (Some(_), Some(_)) => {
            return Err(Refusal::invalid_field(
                "recoveryCode",
                "stands in for mfaCode; send one of them",
            ));
        }
    };
    if is_right {
        return Ok(proof);
    }
    Err(Refusal::with_detail(Code::MfaCodeInvalid, proof.refused()))
}

/// A code of paper was used: the log says so, or nobody got in by it.
async fn commit_recovery(
    call: &Call<VerifyMfa>,
    tx: SystemTx,
    account: Account,
) -> Result<(), Refusal> {
    let left = recovery::left(tx.connection(), account.id).await?;
    let entry = Entry::new(AuditCode::RecoveryCodeUsed, "user", account.id)
        .details(serde_json::json!({ "left": left }));
    let actor = Actor::human(account.id, account.email);
    tx.commit_audited(&actor, &[entry], &call.request.request_id)
        .await
        .map_err(Refusal::audit_unavailable)
}

fn with_cookies(services: &Services, tokens: SessionTokens) -> Answer<SessionTokens> {
    let cookies = cookies::session(services, &tokens);
    Answer {
        reply: tokens,
        status: None,
        cookies,
    }
}

/// A new pair of tokens for a refresh token; one that comes twice ends the session.
pub async fn refresh(call: Call<Refresh>) -> Result<Answer<SessionTokens>, Refusal> {
    let services = &call.services;
    let token = match (
        &call.body.refresh_token,
        call.request.cookie(headers::REFRESH_COOKIE),
    ) {
        (Some(token), _) => token.clone(),
        (None, Some(cookie)) => {
            guard::require_own_origin(services, &call.request)?;
            Secret::new(cookie.to_owned())
        }
        (None, None) => {
            return Err(Refusal::with_detail(
                Code::MissingAuthorization,
                "no refresh token was sent; sign in",
            ));
        }
    };
    let tokens = tokens::rotate(services, &token).await?;
    Ok(with_cookies(services, tokens))
}

/// Ends the caller's session.
pub async fn sign_out(call: Call<SignOut>) -> Result<Answer<Nothing>, Refusal> {
    let tx = call.services.system_write("sign_out").await?;
    store::revoke_session(
        tx.connection(),
        call.caller()?.session_id,
        "signed_out",
        tx.now,
    )
    .await?;
    tx.commit().await?;
    Ok(Answer {
        reply: Nothing {},
        status: None,
        cookies: cookies::cleared(&call.services),
    })
}

/// The first password, by the token from the mail; the session can only enroll.
pub async fn first_login(call: Call<FirstLogin>) -> Result<Answer<SessionTokens>, Refusal> {
    let services = &call.services;
    gate::require(services, &call.request)?;
    attempts::take_address(services, "first-login", call.request.ip_address).await?;
    let password = &call.body.new_password;
    new_password::check_size(password, "newPassword")?;
    let connection = services.database.reads();
    let chooser = store::first_login_of(connection, &call.body.token, services.clock.now()).await?;
    let chooser = chooser.ok_or_else(token_is_over)?;
    // A password that is refused uses no token up.
    new_password::check(services, password, chooser).await?;
    let hash = services
        .passwords
        .hash(password, services.ids.bytes())
        .await?;
    let tx = services.system_write("first_login").await?;
    let user_id = store::use_first_login(tx.connection(), &call.body.token, tx.now).await?;
    let user_id = user_id.ok_or_else(token_is_over)?;
    let account = store::lock_by_id(tx.connection(), user_id, tx.now)
        .await?
        .ok_or_else(|| Refusal::new(Code::TokenInvalid))?;
    check_account(&account)?;
    store::set_password(tx.connection(), user_id, &hash, tx.now).await?;
    let new = NewSession {
        user_id,
        factor: Factor::Missing,
        by: SignInWay::Password,
    };
    let tokens = tokens::open(services, tx.connection(), &call.request, new, tx.now).await?;
    tx.commit().await?;
    Ok(with_cookies(services, tokens))
}

fn token_is_over() -> Refusal {
    Refusal::with_detail(
        Code::TokenInvalid,
        "this first-login token is used up or too old; ask an admin for a new one",
    )
}

/// Who the caller is and what they may do.
pub async fn me<O: Operation<Reply = Me>>(call: Call<O>) -> Result<Answer<Me>, Refusal> {
    let caller = call.caller()?;
    let recovery_codes_left = if caller.mfa_enrolled {
        Some(recovery::left(call.services.database.reads(), caller.user_id).await?)
    } else {
        None
    };
    let mut permissions: Vec<_> = caller.permissions.iter().copied().collect();
    permissions.sort_unstable();
    let me = Me {
        id: UserId(caller.user_id),
        email: Line::verbatim(caller.email.clone()),
        roles: caller.roles.iter().copied().map(Into::into).collect(),
        permissions: permissions.into_iter().map(Into::into).collect(),
        is_platform_admin: caller.is_platform_admin,
        mfa_enabled: caller.mfa_enrolled,
        recovery_codes_left,
        environment: Line::verbatim(call.services.config.environment.clone()),
        issued_at: caller.issued_at,
        exp: caller.expires_at,
        contract_version: Line::verbatim(quarterdeck_api::CONTRACT_VERSION.to_owned()),
    };
    Ok(me.into())
}

/// 200 to platform admins; the guard answers everybody else.
pub async fn check(_call: Call<CheckAdmin>) -> Result<Answer<CheckReply>, Refusal> {
    Ok(CheckReply { is_admin: true }.into())
}

/// Forgets an account's failed sign-ins.
pub async fn unlock(tx: &DatabaseTransaction, email: &str) -> Result<(), DbErr> {
    attempts::clear(tx, &attempts::account_key(&email.trim().to_lowercase())).await
}
