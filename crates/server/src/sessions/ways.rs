//! By what people sign in here (C-09).

use quarterdeck_api::problem::Code;
use quarterdeck_api::sessions::SignInWay;

use crate::config::AdminLogin;
use crate::gate::{Refusal, Services};
use crate::oidc::Provider;

/// How people sign in here; nothing is said where they do by password alone.
pub fn ways(services: &Services) -> Vec<SignInWay> {
    match (provider(services), services.config.auth.admin_login) {
        (Err(_), _) | (Ok(_), AdminLogin::Local) => Vec::new(),
        (Ok(_), AdminLogin::Both) => vec![SignInWay::Password, SignInWay::Oidc],
        (Ok(_), AdminLogin::Oidc) => vec![SignInWay::Oidc],
    }
}

/// The provider that people sign in by.
///
/// # Errors
/// 403 where there is none, or it signs nobody in.
pub fn provider(services: &Services) -> Result<&Provider, Refusal> {
    let is_on = services.config.auth.admin_login != AdminLogin::Local;
    services.provider.as_ref().filter(|_| is_on).ok_or_else(|| {
        Refusal::with_detail(
            Code::OidcNotConfigured,
            "this server signs nobody in by an OpenID provider; sign in with e-mail and password",
        )
    })
}
