//! The server of a demo as somebody else sees it, who holds an account of her own: what a console has
//! changed there, and what it has not.

use quarterdeck::runtime::random_bytes;
use quarterdeck_api::applications::{ApplicationView, GetApplication};
use quarterdeck_api::data_requests::{DataRequestRow, DataRequestsQuery, ListDataRequests};
use quarterdeck_api::ids::{ApplicationId, ReportId, UserId};
use quarterdeck_api::operation::{Nothing, Operation};
use quarterdeck_api::reports::{GetReport, ReportRow};
use quarterdeck_api::sessions::{Secret, SignInRequest, VerifyMfaRequest};
use quarterdeck_api::users::{GetUser, UserView};
use quarterdeck_client::{CallOptions, Client, ClientOptions, Timeouts, Trust};
use tokio::runtime::{Builder, Runtime};

use crate::console::Console;
use crate::server::{PASSWORD, code};
use crate::sign_in::ANA;

/// Ana's session on the server of a demo.
pub struct Api {
    runtime: Runtime,
    client: Client,
}

impl Api {
    /// Signs in on the server that the console's header names.
    pub fn of(console: &Console) -> Self {
        let options = ClientOptions {
            server: address(&console.line(0)).parse().unwrap(),
            timeouts: Timeouts::default(),
            trust: Trust::System,
            random: random_bytes().unwrap(),
        };
        let api = Self {
            runtime: Builder::new_current_thread().enable_all().build().unwrap(),
            client: Client::new(options).unwrap(),
        };
        api.runtime.block_on(api.sign_in());
        api
    }

    async fn sign_in(&self) {
        let credentials = SignInRequest {
            email: ANA.to_owned(),
            password: Secret::new(PASSWORD.to_owned()),
        };
        let challenge = self.client.sign_in(credentials).await.unwrap();
        let code = VerifyMfaRequest {
            token: challenge.token,
            mfa_code: Some(Secret::new(code())),
            recovery_code: None,
        };
        self.client.verify_mfa(code).await.unwrap();
    }

    fn read<Op: Operation<Body = Nothing>>(&self, path: Op::Path, query: Op::Query) -> Op::Reply {
        let call = self
            .client
            .call::<Op>(path, query, Nothing {}, CallOptions::default());
        self.runtime.block_on(call).unwrap().reply
    }

    /// The user with this id, as screens write it.
    pub fn user(&self, id: &str) -> UserView {
        self.read::<GetUser>(UserId(number(id)), Nothing {})
    }

    /// The report with this id.
    pub fn report(&self, id: &str) -> ReportRow {
        self.read::<GetReport>(ReportId(number(id)), Nothing {}).row
    }

    /// The application with this id.
    pub fn application(&self, id: &str) -> ApplicationView {
        self.read::<GetApplication>(ApplicationId(number(id)), Nothing {})
    }

    /// The data request with this id.
    pub fn data_request(&self, id: &str) -> DataRequestRow {
        let query = DataRequestsQuery {
            q: Some(id.to_owned()),
            ..DataRequestsQuery::default()
        };
        let rows = self.read::<ListDataRequests>((), query).data.into_iter();
        let mut rows = rows.filter(|row| row.id.to_string() == id);
        rows.next().expect("a data request of that id")
    }
}

/// `http://127.0.0.1:4000`, from the header.
fn address(header: &str) -> String {
    let words = header.split_whitespace();
    let host = words
        .into_iter()
        .find(|word| word.starts_with("127.0.0.1:"));
    format!("http://{}", host.expect("the header names the server"))
}

fn number(id: &str) -> i64 {
    id.trim_start_matches('#').parse().unwrap()
}
