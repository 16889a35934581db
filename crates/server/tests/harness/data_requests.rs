//! People who ask for their data, and for its deletion.

use chrono::{DateTime, TimeDelta, Utc};
use quarterdeck_api::data_requests::{DataRequestKind, DataRequestStatus};
use quarterdeck_server::data_requests::{self, NewDataRequest};
use quarterdeck_server::users::{self, NewAccount};

use super::TestServer;

impl TestServer {
    /// Brings pending export requests in, a minute apart, the oldest first, each of a person of its own,
    /// `asker-N@people.example`; tells their ids.
    pub async fn data_requests(&self, count: usize) -> Vec<i64> {
        let mut ids = Vec::new();
        for number in 0..count {
            let age = TimeDelta::minutes(i64::try_from(count - number).unwrap());
            ids.push(self.data_request(number, self.now() - age, None).await);
        }
        ids
    }

    /// Brings one pending export request of `asker-N@people.example` in; tells its id.
    pub async fn data_request(
        &self,
        person: usize,
        created_at: DateTime<Utc>,
        due_at: Option<DateTime<Utc>>,
    ) -> i64 {
        let tx = self.services.system_write("test").await.unwrap();
        let new = NewDataRequest {
            user_id: self.asker(&tx, person).await,
            kind: DataRequestKind::Export,
            status: DataRequestStatus::Pending,
            created_at,
            due_at,
            handled: None,
            error: None,
            reason_code: None,
            version: 1,
        };
        let id = data_requests::insert(tx.connection(), new).await.unwrap();
        self.commit(tx).await;
        id.0
    }

    async fn asker(&self, tx: &quarterdeck_server::gate::write::SystemTx, number: usize) -> i64 {
        let email = format!("asker-{number}@people.example");
        if let Some(id) = users::find_by_email(tx.connection(), &email).await.unwrap() {
            return id;
        }
        let new = NewAccount {
            email,
            display_name: format!("Asker {number}"),
            password_hash: None,
        };
        users::create(tx.connection(), &new, tx.now).await.unwrap()
    }
}
