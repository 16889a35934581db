//! The way in, in the order of requirements.md §4.1: throttle, credential, account, platform flag,
//! second factor, permission. Validation and the operation come after.

use quarterdeck_api::operation::{Access, RateGroup};
use quarterdeck_api::problem::Code;
use quarterdeck_api::sessions::SignInWay;

use super::caller::{self, Caller, TokenKind};
use super::request::{Credential, RequestContext};
use super::{Check, Checks, Refusal, Services};
use crate::cluster::budget::{Budget, UsedUp};
use crate::config::AdminLogin;
use crate::db::ids::token_hash;

/// An address may make this many times the calls of one operator: several share an office.
const ADDRESS_FACTOR: u32 = 10;

/// Why a request is not let in, and to whom that was said, where they are known.
#[derive(Debug)]
pub struct Denial {
    /// Who asked.
    pub caller: Option<Caller>,
    /// What they are told.
    pub refusal: Refusal,
}

impl From<Refusal> for Denial {
    fn from(refusal: Refusal) -> Self {
        Self {
            caller: None,
            refusal,
        }
    }
}

/// Lets a request in, or says which check failed.
pub async fn authorize(
    services: &Services,
    request: &RequestContext,
) -> Result<Option<Caller>, Denial> {
    throttle(services, request).await?;
    check_origin(services, request)?;
    let Some(caller) = authenticate(services, request).await? else {
        return Ok(None);
    };
    let checked = throttle_group(services, request, &caller)
        .await
        .and_then(|()| check_access(services, request.spec.access, &caller));
    match checked {
        Ok(()) => Ok(Some(caller)),
        Err(refusal) => Err(Denial {
            caller: Some(caller),
            refusal,
        }),
    }
}

/// Before any work: by address, and by credential where one came.
async fn throttle(services: &Services, request: &RequestContext) -> Result<(), Refusal> {
    if !services.checks.make(Check::Throttle) {
        return Ok(());
    }
    let limit = services.config.limits.all_per_minute;
    let address = format!("address:{}", request.ip_address);
    let credential = request.credential.token().map(|token| {
        let hash = data_encoding::HEXLOWER.encode(&token_hash(token));
        format!("token:{hash}")
    });
    let mut budgets = vec![Budget {
        key: &address,
        limit: limit.saturating_mul(ADDRESS_FACTOR),
    }];
    budgets.extend(credential.as_ref().map(|key| Budget { key, limit }));
    let taken = services.limiter.take(&budgets, UsedUp::Waits).await;
    taken.map_err(Refusal::rate_limited)
}

async fn throttle_group(
    services: &Services,
    request: &RequestContext,
    caller: &Caller,
) -> Result<(), Refusal> {
    if !services.checks.make(Check::GroupBudget) {
        return Ok(());
    }
    let limits = &services.config.limits;
    let limit = match request.spec.rate {
        RateGroup::All => return Ok(()),
        RateGroup::Decisions => limits.decisions_per_minute,
        RateGroup::Users => limits.users_per_minute,
        RateGroup::Admins => limits.admins_per_minute,
        RateGroup::SignIn => limits.sign_in_per_minute,
        RateGroup::Verify => limits.verify_per_minute,
    };
    let group = request.spec.rate;
    let key = format!("{}:{}", group.name(), caller.user_id);
    let budget = Budget { key: &key, limit };
    let taken = services.limiter.take(&[budget], UsedUp::Waits).await;
    taken.map_err(|wait| Refusal::budget_used_up(group, limit, wait))
}

/// A browser sends its cookie on its own, so a write under a cookie must come from our own pages.
fn check_origin(services: &Services, request: &RequestContext) -> Result<(), Refusal> {
    let is_read = request.method == "GET" || request.method == "HEAD";
    // No browser asks before it opens a socket, and what is told there can be read by the page.
    let is_write = !is_read || request.spec.access == Access::Socket;
    let is_under_cookie = matches!(request.credential, Credential::Cookie(_));
    if is_write && is_under_cookie && services.checks.make(Check::Origin) {
        require_own_origin(services, request)
    } else {
        Ok(())
    }
}

/// Refuses what did not come from the server's own pages.
pub fn require_own_origin(services: &Services, request: &RequestContext) -> Result<(), Refusal> {
    let expected = services.config.public_origin.as_deref();
    if request.origin.is_some() && request.origin.as_deref() == expected {
        return Ok(());
    }
    Err(Refusal::with_detail(
        Code::OriginMismatch,
        "a write under a cookie needs an Origin header equal to the server's public_origin",
    ))
}

async fn authenticate(
    services: &Services,
    request: &RequestContext,
) -> Result<Option<Caller>, Refusal> {
    // Keys are refused outright on the admin surface, even where nothing is asked for (S002-10).
    let is_key_for_admin =
        request.credential == Credential::ApiKey && request.spec.surface() == "admin";
    if request.spec.access == Access::Anyone && !is_key_for_admin {
        return Ok(None);
    }
    let checks = services.checks;
    match &request.credential {
        Credential::None => checks.refuse(Check::Credential, Refusal::missing_authorization),
        Credential::Malformed => checks.refuse(Check::Credential, || {
            Refusal::with_detail(
                Code::TokenInvalid,
                "the Authorization header must be `Bearer TOKEN`",
            )
        }),
        Credential::ApiKey => checks.refuse(Check::ApiKey, || {
            Refusal::with_detail(
                Code::ApiKeyNotAllowed,
                "API keys are not accepted here: every act must have a person who answers for it",
            )
        }),
        Credential::Bearer(token) | Credential::Cookie(token) => {
            let now = services.clock.now();
            let kind = match request.spec.access {
                Access::Socket => TokenKind::Socket,
                Access::Anyone
                | Access::Credential
                | Access::Enrolling
                | Access::Human
                | Access::Admin
                | Access::Permission(_)
                | Access::OneOf(_)
                | Access::SuperAdmin => TokenKind::Access,
            };
            caller::load(services.database.reads(), checks, kind, token, now).await
        }
    }
}

fn check_access(services: &Services, access: Access, caller: &Caller) -> Result<(), Refusal> {
    let checks = services.checks;
    match access {
        Access::Anyone | Access::Credential | Access::Enrolling => Ok(()),
        Access::Human => check_mfa(checks, caller),
        Access::Socket => {
            check_way(services, caller)?;
            check_mfa(checks, caller)
        }
        Access::Admin => check_admin(services, caller),
        Access::Permission(_) | Access::OneOf(_) => {
            check_admin(services, caller)?;
            let permissions = access.permissions();
            if caller.may_any(permissions) || !checks.make(Check::Permission) {
                Ok(())
            } else {
                Err(Refusal::permission_denied(permissions))
            }
        }
        Access::SuperAdmin => {
            check_admin(services, caller)?;
            if caller.is_super_admin() || !checks.make(Check::SuperAdmin) {
                Ok(())
            } else {
                Err(Refusal::new(Code::SuperadminRequired))
            }
        }
    }
}

fn check_admin(services: &Services, caller: &Caller) -> Result<(), Refusal> {
    let checks = services.checks;
    if !caller.is_platform_admin && checks.make(Check::PlatformAdmin) {
        return Err(Refusal::new(Code::PlatformAdminRequired));
    }
    check_way(services, caller)?;
    check_mfa(checks, caller)
}

/// Where admins sign in by the provider alone, a session by password shows an admin nothing (C-09).
fn check_way(services: &Services, caller: &Caller) -> Result<(), Refusal> {
    let needs_oidc = services.config.auth.admin_login == AdminLogin::Oidc;
    if needs_oidc && caller.is_platform_admin && caller.opened_by == SignInWay::Password {
        return Err(Refusal::with_detail(
            Code::OidcRequired,
            "admins of this server sign in by its OpenID provider; sign out, and in again by it",
        ));
    }
    Ok(())
}

/// No role lets anybody past the second factor (S004-29).
fn check_mfa(checks: Checks, caller: &Caller) -> Result<(), Refusal> {
    let has_passed = caller.mfa_enrolled && caller.mfa_passed;
    if has_passed || !checks.make(Check::SecondFactor) {
        Ok(())
    } else {
        Err(Refusal::new(Code::MfaEnrollmentRequired))
    }
}
