//! The kinds of callers that the table names.

use std::fmt;

use chrono::{DateTime, Utc};
use data_encoding::HEXLOWER;
use quarterdeck_api::headers;
use quarterdeck_api::operation::RateGroup;
use quarterdeck_api::permission::Permission;
use quarterdeck_api::realtime::PROTOCOL;
use quarterdeck_api::role::Role;
use quarterdeck_server::cluster::budget::{Budget, UsedUp};
use quarterdeck_server::db::ids::token_hash;

use crate::harness::{Account, Provider, Request, Session, TestServer};

macro_rules! kinds {
    ($( $variant:ident = $name:literal, )+) => {
        /// A kind of caller.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Kind {
            $( $variant, )+
        }

        impl Kind {
            /// All of them.
            pub const ALL: &[Self] = &[$( Self::$variant, )+];

            /// Its name in the table.
            pub const fn name(self) -> &'static str {
                match self {
                    $( Self::$variant => $name, )+
                }
            }
        }
    };
}

kinds! {
    Anonymous = "anonymous",
    WrongScheme = "wrong_scheme",
    UnknownToken = "unknown_token",
    ExpiredToken = "expired_token",
    RevokedSession = "revoked_session",
    Banned = "banned",
    Suspended = "suspended",
    Deleted = "deleted",
    ApiKey = "api_key",
    Plain = "plain",
    PlainUnenrolled = "plain_unenrolled",
    AdminUnenrolled = "admin_unenrolled",
    AdminMfaPending = "admin_mfa_pending",
    SuperAdminUnenrolled = "super_admin_unenrolled",
    AdminBare = "admin_bare",
    AdminWithOthers = "admin_with_others",
    AdminWithOne = "admin_with_one",
    SuperAdmin = "super_admin",
    OidcWithMfa = "oidc_with_mfa",
    OidcWithoutMfa = "oidc_without_mfa",
    WithoutCode = "without_code",
    CrossSite = "cross_site",
    Throttled = "throttled",
    OutOfBudget = "out_of_budget",
}

/// Somebody of a kind, with a session where the kind has one.
pub struct Caller {
    pub kind: Kind,
    /// The one permission of [`Kind::AdminWithOne`].
    pub permission: Option<Permission>,
    session: Option<(Account, Session)>,
}

impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.kind.name())?;
        self.permission
            .map_or(Ok(()), |permission| write!(f, " ({permission})"))
    }
}

impl Caller {
    /// Fresh callers of a kind: one, or one for each permission that opens the operation.
    pub async fn of_kind(server: &TestServer, kind: Kind, opening: &[Permission]) -> Vec<Self> {
        let mut callers = Vec::new();
        if kind == Kind::AdminWithOne {
            for permission in opening {
                callers.push(Self::new(server, kind, &[*permission]).await);
            }
        } else {
            let others = |permission: &Permission| !opening.contains(permission);
            let others: Vec<_> = Permission::ALL.iter().copied().filter(others).collect();
            callers.push(Self::new(server, kind, &others).await);
        }
        callers
    }

    async fn new(server: &TestServer, kind: Kind, held: &[Permission]) -> Self {
        let account = account(server, kind, held).await;
        let session = match account {
            Some(account) => {
                let session = session(server, kind, &account).await;
                Some((account, session))
            }
            None => None,
        };
        Self {
            kind,
            permission: held.first().copied().filter(|_| kind == Kind::AdminWithOne),
            session,
        }
    }

    /// The session, good or not.
    pub fn session(&self) -> Option<&Session> {
        self.session.as_ref().map(|(_, session)| session)
    }

    /// The account, where the kind has one.
    pub fn account(&self) -> Option<&Account> {
        self.session.as_ref().map(|(account, _)| account)
    }

    /// What the account's authenticator shows, where it has one and the caller looks at it.
    pub fn code(&self, at: DateTime<Utc>) -> Option<String> {
        let (account, _) = self.session.as_ref()?;
        if self.kind == Kind::WithoutCode {
            return None;
        }
        account.secret.as_ref().map(|_| account.code(at))
    }

    /// Whether the account has yet to enroll a second factor.
    pub const fn is_unenrolled(&self) -> bool {
        matches!(
            self.kind,
            Kind::PlainUnenrolled | Kind::AdminUnenrolled | Kind::SuperAdminUnenrolled
        )
    }

    /// The account, where it is found out before the call is refused.
    pub fn authenticated(&self) -> Option<i64> {
        let is_good = !matches!(
            self.kind,
            Kind::ExpiredToken
                | Kind::RevokedSession
                | Kind::Banned
                | Kind::Suspended
                | Kind::Deleted
                | Kind::CrossSite
                | Kind::Throttled
        );
        self.session
            .as_ref()
            .filter(|_| is_good)
            .map(|(account, _)| account.id)
    }

    /// Offers the caller's credential for a realtime connection.
    pub fn sign_socket(&self, request: Request) -> Request {
        let offer = |token: &str| format!("qd.v1, bearer.{token}");
        let request = [
            ("connection", "upgrade"),
            ("upgrade", "websocket"),
            ("sec-websocket-version", "13"),
            ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ]
        .into_iter()
        .fold(request, |request, (name, value)| {
            request.header(name, value)
        });
        let offered = match (self.kind, self.session()) {
            (Kind::CrossSite, Some(session)) => {
                let cookie = format!("{}={}", headers::SOCKET_COOKIE, session.socket);
                return request.header("cookie", &cookie);
            }
            (_, Some(session)) => offer(&session.socket),
            (Kind::WrongScheme, None) => "qd.v1, basic.YW5hOnBhc3N3b3Jk".to_owned(),
            (Kind::UnknownToken, None) => offer("a-token-that-nobody-was-given"),
            (Kind::ApiKey, None) => return request.header("x-api-key", "key-with-every-scope"),
            (_, None) => PROTOCOL.to_owned(),
        };
        request.header("sec-websocket-protocol", &offered)
    }

    /// Puts the caller's credential on a request.
    pub fn sign(&self, request: Request) -> Request {
        match (self.kind, self.session()) {
            // As a browser does on a page of somebody else's.
            (Kind::CrossSite, Some(session)) => {
                let cookie = format!("{}={}", headers::ACCESS_COOKIE, session.access);
                request.header("cookie", &cookie)
            }
            (_, Some(session)) => request.session(session),
            (Kind::WrongScheme, None) => request.header("authorization", "Basic YW5hOnBhc3N3b3Jk"),
            (Kind::UnknownToken, None) => request.bearer("a-token-that-nobody-was-given"),
            (Kind::ApiKey, None) => request.header("x-api-key", "key-with-every-scope"),
            (_, None) => request,
        }
    }
}

async fn account(server: &TestServer, kind: Kind, held: &[Permission]) -> Option<Account> {
    Some(match kind {
        Kind::Anonymous | Kind::WrongScheme | Kind::UnknownToken | Kind::ApiKey => return None,
        Kind::Plain => server.plain().await,
        Kind::PlainUnenrolled => server.without_mfa(Role::User, &[]).await,
        Kind::AdminUnenrolled => server.without_mfa(Role::Admin, Permission::ALL).await,
        Kind::AdminMfaPending => server.admin(Permission::ALL).await,
        Kind::SuperAdminUnenrolled => server.without_mfa(Role::SuperAdmin, &[]).await,
        Kind::AdminBare => server.admin(&[]).await,
        Kind::AdminWithOthers | Kind::AdminWithOne => server.admin(held).await,
        Kind::SuperAdmin
        | Kind::OidcWithMfa
        | Kind::OidcWithoutMfa
        | Kind::WithoutCode
        | Kind::CrossSite
        | Kind::Throttled
        | Kind::OutOfBudget
        | Kind::ExpiredToken
        | Kind::RevokedSession
        | Kind::Banned
        | Kind::Suspended
        | Kind::Deleted => server.super_admin().await,
    })
}

async fn session(server: &TestServer, kind: Kind, account: &Account) -> Session {
    match kind {
        Kind::OidcWithMfa => by_provider(server, account, Provider::strong_token_of).await,
        Kind::OidcWithoutMfa => by_provider(server, account, Provider::token_of).await,
        _ => our_own(server, kind, account).await,
    }
}

/// The provider's token in place of all of ours. It has come before, so that its session is there.
async fn by_provider(
    server: &TestServer,
    account: &Account,
    token: fn(&Provider, &str, &str, DateTime<Utc>) -> String,
) -> Session {
    let provider = Provider::shared();
    let (id, issuer) = (account.id, &provider.issuer);
    let link =
        format!("UPDATE users SET oidc_subject = '{id}', oidc_issuer = '{issuer}' WHERE id = {id}");
    server.database.execute(&link).await;
    let token = token(&provider, &id.to_string(), &account.email, server.now());
    let me = server.get("/api/v1/auth/me").bearer(&token).send().await;
    assert_eq!(me.status, 200, "{}", me.text);
    Session {
        access: token.clone(),
        refresh: token.clone(),
        socket: token,
    }
}

async fn our_own(server: &TestServer, kind: Kind, account: &Account) -> Session {
    let signed_in = Account {
        secret: account
            .secret
            .clone()
            .filter(|_| kind != Kind::AdminMfaPending),
        ..account.clone()
    };
    let session = server.session(&signed_in).await;
    use_up_budgets(server, kind, account, &session).await;
    let change = match kind {
        Kind::ExpiredToken => "UPDATE sessions SET access_expires_at = created_at WHERE user_id =",
        Kind::RevokedSession => "UPDATE sessions SET revoked_at = created_at WHERE user_id =",
        Kind::Banned => "UPDATE users SET is_banned = TRUE WHERE id =",
        Kind::Suspended => "UPDATE users SET suspended_at = created_at WHERE id =",
        Kind::Deleted => "UPDATE users SET deleted_at = created_at WHERE id =",
        Kind::Anonymous
        | Kind::WrongScheme
        | Kind::UnknownToken
        | Kind::ApiKey
        | Kind::Plain
        | Kind::PlainUnenrolled
        | Kind::AdminUnenrolled
        | Kind::AdminMfaPending
        | Kind::SuperAdminUnenrolled
        | Kind::AdminBare
        | Kind::AdminWithOthers
        | Kind::AdminWithOne
        | Kind::SuperAdmin
        | Kind::OidcWithMfa
        | Kind::OidcWithoutMfa
        | Kind::WithoutCode
        | Kind::CrossSite
        | Kind::Throttled
        | Kind::OutOfBudget => return session,
    };
    server
        .database
        .execute(&format!("{change} {}", account.id))
        .await;
    session
}

/// Every group that has a budget of its own.
const GROUPS: [RateGroup; 5] = [
    RateGroup::Decisions,
    RateGroup::Users,
    RateGroup::Admins,
    RateGroup::SignIn,
    RateGroup::Verify,
];

async fn use_up_budgets(server: &TestServer, kind: Kind, account: &Account, session: &Session) {
    let keys = match kind {
        Kind::Throttled => {
            let hash = |token| HEXLOWER.encode(&token_hash(token));
            vec![
                format!("token:{}", hash(&session.access)),
                format!("token:{}", hash(&session.socket)),
            ]
        }
        Kind::OutOfBudget => {
            let keys = GROUPS.map(|group| format!("{}:{}", group.name(), account.id));
            keys.into()
        }
        _ => return,
    };
    let limit = server.services.config.limits.all_per_minute;
    for key in &keys {
        let budget = Budget { key, limit };
        let limiter = &server.services.limiter;
        while limiter.take(&[budget], UsedUp::Waits).await.is_ok() {}
    }
}
