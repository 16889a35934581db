//! People who report each other.

use chrono::TimeDelta;
use quarterdeck_api::reports::ReportStatus;
use quarterdeck_server::reports::{self, NewReport};
use quarterdeck_server::users::{self, NewAccount};
use sea_orm::DatabaseTransaction;

use super::TestServer;

impl TestServer {
    /// Brings pending reports in, a minute apart, the oldest first, by one person about another; tells
    /// their ids.
    pub async fn reports(&self, count: usize) -> Vec<i64> {
        self.reports_about(&vec!["subject"; count]).await
    }

    /// The same about these persons, whose e-mails are `NAME@people.example`.
    pub async fn reports_about(&self, names: &[&str]) -> Vec<i64> {
        let tx = self.services.system_write("test").await.unwrap();
        let reporter_id = person(tx.connection(), "reporter").await;
        let mut ids = Vec::new();
        for (number, name) in names.iter().enumerate() {
            let age = TimeDelta::minutes(i64::try_from(names.len() - number).unwrap());
            let new = NewReport {
                reporter_id,
                reported_user_id: person(tx.connection(), name).await,
                reason: "Spam".to_owned(),
                body: format!("Report {number}."),
                status: ReportStatus::Pending,
                created_at: tx.now - age,
                reviewed: None,
                notes: None,
                reason_code: None,
            };
            ids.push(reports::insert(tx.connection(), new).await.unwrap().0);
        }
        self.commit(tx).await;
        ids
    }

    /// The key of `NAME@people.example`.
    pub async fn person(&self, name: &str) -> i64 {
        let email = format!("{name}@people.example");
        let id = users::find_by_email(self.services.database.reads(), &email).await;
        id.unwrap().expect("somebody of a report")
    }
}

async fn person(tx: &DatabaseTransaction, name: &str) -> i64 {
    let new = NewAccount {
        email: format!("{name}@people.example"),
        display_name: name.to_owned(),
        password_hash: None,
    };
    if let Some(id) = users::find_by_email(tx, &new.email).await.unwrap() {
        return id;
    }
    let now = super::server::START.parse().unwrap();
    users::create(tx, &new, now).await.unwrap()
}
