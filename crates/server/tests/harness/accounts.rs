//! Accounts and sessions, made per test: a one-time code works once.

use std::sync::atomic::{AtomicU32, Ordering};

use chrono::{DateTime, Utc};
use quarterdeck_api::applications::ApplicationStatus;
use quarterdeck_api::permission::Permission;
use quarterdeck_api::role::Role;
use quarterdeck_api::sessions::{Secret, SignInWay};
use quarterdeck_server::applications::{self, NewApplication};
use quarterdeck_server::gate::otp;
use quarterdeck_server::gate::totp;
use quarterdeck_server::sessions::tokens::{self, Factor, NewSession, Origin};
use quarterdeck_server::users::{self, NewAccount};
use serde_json::json;

use super::TestServer;

/// Every test account's password.
pub const PASSWORD: &str = "correct horse battery";

static NEXT: AtomicU32 = AtomicU32::new(1);

/// An account of a test.
#[derive(Clone, Debug)]
pub struct Account {
    /// Its key.
    pub id: i64,
    /// Its e-mail.
    pub email: String,
    /// Its TOTP secret, where a second factor is enrolled.
    pub secret: Option<Vec<u8>>,
}

impl Account {
    /// The code that its authenticator shows at a time.
    pub fn code(&self, at: DateTime<Utc>) -> String {
        let secret = self.secret.as_ref().expect("a second factor");
        totp::code_at(secret, totp::step_at(at))
    }
}

/// The tokens of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Sent as `Authorization: Bearer`.
    pub access: String,
    /// Gives a new pair, once.
    pub refresh: String,
    /// Signs a realtime connection in.
    pub socket: String,
}

enum SecondFactor {
    Enrolled,
    Missing,
}

impl TestServer {
    /// A platform admin with these permissions and a second factor.
    pub async fn admin(&self, permissions: &[Permission]) -> Account {
        self.account(Role::Admin, permissions, SecondFactor::Enrolled)
            .await
    }

    /// A super-admin with a second factor, and no explicit permission.
    pub async fn super_admin(&self) -> Account {
        self.account(Role::SuperAdmin, &[], SecondFactor::Enrolled)
            .await
    }

    /// An account without a staff role, with a second factor.
    pub async fn plain(&self) -> Account {
        self.account(Role::User, &[], SecondFactor::Enrolled).await
    }

    /// A platform admin who has yet to enroll a second factor.
    pub async fn without_mfa(&self, role: Role, permissions: &[Permission]) -> Account {
        self.account(role, permissions, SecondFactor::Missing).await
    }

    async fn account(
        &self,
        role: Role,
        permissions: &[Permission],
        factor: SecondFactor,
    ) -> Account {
        let services = &self.services;
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let email = format!(
            "{}-{number}@quarterdeck.example",
            role.as_str().to_lowercase()
        );
        let password = Secret::new(PASSWORD.to_owned());
        let hash = services
            .passwords
            .hash(&password, services.ids.bytes())
            .await;
        let new = NewAccount {
            email: email.clone(),
            display_name: format!("Test {number}"),
            password_hash: Some(hash.unwrap()),
        };
        let tx = services.system_write("test").await.unwrap();
        let id = users::create(tx.connection(), &new, tx.now).await.unwrap();
        users::grant(tx.connection(), id, role, permissions, tx.now)
            .await
            .unwrap();
        let secret = match factor {
            SecondFactor::Enrolled => {
                let secret: [u8; totp::SECRET_BYTES] = services.ids.bytes();
                let context = otp::context(id);
                let encrypted = services
                    .vault
                    .encrypt(&secret, &context, services.ids.bytes())
                    .unwrap();
                users::set_mfa(tx.connection(), id, &encrypted, tx.now)
                    .await
                    .unwrap();
                Some(secret.to_vec())
            }
            SecondFactor::Missing => None,
        };
        self.commit(tx).await;
        Account { id, email, secret }
    }

    /// A session without the way through sign-in; past the second factor where one is enrolled.
    pub async fn session(&self, account: &Account) -> Session {
        let origin = Origin {
            ip_address: "127.0.0.1".to_owned(),
            user_agent: "test".to_owned(),
        };
        let factor = if account.secret.is_some() {
            Factor::Passed
        } else {
            Factor::Missing
        };
        let new = NewSession {
            user_id: account.id,
            factor,
            by: SignInWay::Password,
        };
        let services = &self.services;
        let tx = services.system_write("test").await.unwrap();
        let tokens = tokens::open_from(services, tx.connection(), &origin, new, tx.now)
            .await
            .unwrap();
        self.commit(tx).await;
        Session {
            access: tokens.access_token.expose().to_owned(),
            refresh: tokens.refresh_token.expose().to_owned(),
            socket: tokens.socket_token.expose().to_owned(),
        }
    }

    /// First step of sign-in through the API: the challenge.
    pub async fn challenge(&self, account: &Account) -> String {
        let reply = self
            .post("/api/v1/auth/sign-in")
            .json(json!({ "email": account.email, "password": PASSWORD }))
            .send()
            .await;
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.text_at("/token")
    }

    /// Both steps of sign-in through the API. Uses up the code of the current step: a second sign-in
    /// of the account needs [`TestServer::advance`] first.
    pub async fn sign_in(&self, account: &Account) -> Session {
        let challenge = self.challenge(account).await;
        let mut body = json!({ "token": challenge });
        if account.secret.is_some() {
            body["mfaCode"] = json!(account.code(self.now()));
        }
        let reply = self.post("/api/v1/auth/verify-2fa").json(body).send().await;
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.session()
    }

    /// Brings pending applications in, a minute apart, the oldest first; tells their ids.
    pub async fn applications(&self, count: usize) -> Vec<i64> {
        let tx = self.services.system_write("test").await.unwrap();
        let mut ids = Vec::new();
        for number in 0..count {
            let age = chrono::TimeDelta::minutes(i64::try_from(count - number).unwrap());
            let new = NewApplication {
                name: format!("Applicant {number}"),
                email: format!("applicant-{number}@people.example"),
                answers: "Because.".to_owned(),
                status: ApplicationStatus::Pending,
                submitted_at: tx.now - age,
                decided: None,
                reason: None,
                reason_code: None,
            };
            let id = applications::insert(tx.connection(), new).await.unwrap();
            ids.push(id.0);
        }
        self.commit(tx).await;
        ids
    }
}
