//! The OpenID provider that people sign in by.

use http::Uri;

use super::{Network, SecretSource};

/// How admins sign in (C-09).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdminLogin {
    /// By password; the provider signs nobody in.
    Local,
    /// By the provider; sessions by password open no admin route.
    Oidc,
    /// By either.
    Both,
}

/// The words for it.
pub(super) const ADMIN_LOGINS: &[(&str, AdminLogin)] = &[
    ("local", AdminLogin::Local),
    ("oidc", AdminLogin::Oidc),
    ("both", AdminLogin::Both),
];

/// The OpenID provider, and who may sign in by it.
#[derive(Clone, Debug, Default)]
pub struct OidcOptions {
    /// How it names itself; none where people sign in by password alone.
    pub issuer: Option<String>,
    /// How it names this server.
    pub client_id: Option<String>,
    /// What this server shows it, where it has to.
    pub client_secret: Option<SecretSource>,
    /// Domains of e-mails that may sign in; all where none is named.
    pub domains: Vec<String>,
    /// Networks that it may be in, beside the public Internet.
    pub networks: Vec<Network>,
}

impl OidcOptions {
    /// Whether somebody with this e-mail may sign in.
    pub fn admits(&self, email: &str) -> bool {
        self.domains.is_empty() || self.names(email)
    }

    /// Whether the domain of this e-mail is named.
    pub fn names(&self, email: &str) -> bool {
        let domain = email
            .rsplit_once('@')
            .map(|(_, domain)| domain.to_lowercase());
        domain.is_some_and(|domain| self.domains.contains(&domain))
    }

    /// Whether it is whole.
    pub(super) fn check(&self, login: AdminLogin) -> Result<(), &'static str> {
        let is_set = [self.issuer.is_some(), self.client_id.is_some()];
        match (is_set, login) {
            ([true, false], _) => Err("oidc.issuer is set and oidc.client_id is not; set both"),
            ([false, true], _) => Err("oidc.client_id is set and oidc.issuer is not; set both"),
            ([false, false], AdminLogin::Oidc) => Err(
                "auth.admin_login is oidc and there is no provider; set oidc.issuer and oidc.client_id",
            ),
            ([true, true], _) | ([false, false], AdminLogin::Local | AdminLogin::Both) => Ok(()),
        }
    }
}

/// Whether this names a provider: an https address, or an http one of this machine, as it names itself in its
/// tokens.
pub(super) fn issuer(text: &str) -> bool {
    let Ok(uri) = text.parse::<Uri>() else {
        return false;
    };
    let host = uri.host().unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
    let is_own_machine = address.is_ok_and(|address| address.is_loopback());
    let is_safe = match uri.scheme_str() {
        Some("https") => !host.is_empty(),
        Some("http") => is_own_machine,
        Some(_) | None => false,
    };
    is_safe && uri.query().is_none() && !text.contains(['@', '#'])
}

/// A domain in lower case (S002-20, S002-21).
pub(super) fn domain(text: &str) -> Option<String> {
    let domain = text.trim().to_lowercase();
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let is_domain = domain.len() <= 253 && domain.contains('.') && domain.split('.').all(is_label);
    is_domain.then_some(domain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_reached_safely() {
        for text in [
            "https://id.example.com",
            "https://id.example.com/realms/ops",
            "https://id.example.com:8443/",
            "http://127.0.0.1:8000",
            "http://[::1]:8000",
        ] {
            assert!(issuer(text), "{text}");
        }
        for text in [
            "",
            "id.example.com",
            "http://id.example.com",
            "http://localhost:8000",
            "https://",
            "https://id.example.com?tenant=1",
            "https://id.example.com#a",
            "https://ops@id.example.com",
            "ftp://id.example.com",
        ] {
            assert!(!issuer(text), "{text}");
        }
    }

    #[test]
    fn a_domain_is_one_and_nothing_around_it() {
        assert_eq!(domain(" ACME.Com ").as_deref(), Some("acme.com"));
        for text in [
            "corp",
            "@a.com",
            "https://a.com",
            "a b.com",
            "a..com",
            ".com",
            "a.com.",
            "-a.com",
            "*.a.com",
        ] {
            assert_eq!(domain(text), None, "{text}");
        }
    }

    #[test]
    fn an_e_mail_is_of_its_last_domain_whatever_the_case() {
        let options = OidcOptions {
            domains: vec!["acme.com".to_owned()],
            ..OidcOptions::default()
        };
        assert!(options.admits("Ana@ACME.com"));
        for email in [
            "ana@evil.com",
            "ana@acme.com.evil.com",
            "ana@sub.acme.com",
            "acme.com",
            "\"ana@acme.com\"@evil.com",
            "",
        ] {
            assert!(!options.admits(email), "{email}");
        }
        let open = OidcOptions::default();
        assert!(open.admits("ana@evil.com") && !open.names("ana@evil.com"));
    }

    #[test]
    fn a_provider_is_set_up_whole_or_not_at_all() {
        let with = |issuer: Option<&str>, client_id: Option<&str>| OidcOptions {
            issuer: issuer.map(str::to_owned),
            client_id: client_id.map(str::to_owned),
            ..OidcOptions::default()
        };
        let (issuer, id) = (Some("https://id.example.com"), Some("quarterdeck"));
        assert_eq!(with(issuer, id).check(AdminLogin::Oidc), Ok(()));
        assert_eq!(with(None, None).check(AdminLogin::Both), Ok(()));
        assert!(with(issuer, None).check(AdminLogin::Both).is_err());
        assert!(with(None, id).check(AdminLogin::Local).is_err());
        assert!(with(None, None).check(AdminLogin::Oidc).is_err());
    }
}
