//! People who ask to be paid out, and what they hold.

use chrono::{DateTime, TimeDelta, Utc};
use quarterdeck_server::withdrawals::{self, NewWithdrawal};

use super::TestServer;

impl TestServer {
    /// Brings pending withdrawals of 20.00 EUR in, a minute apart, the oldest first, each of a person of its own who
    /// holds 50.00 EUR; tells their ids.
    pub async fn withdrawals(&self, count: usize) -> Vec<i64> {
        let mut ids = Vec::new();
        for number in 0..count {
            let person = self.plain().await.id;
            self.wallet(person, 5_000).await;
            let age = TimeDelta::minutes(i64::try_from(count - number).unwrap());
            ids.push(self.withdrawal(person, 2_000, self.now() - age).await);
        }
        ids
    }

    /// Brings one pending withdrawal in euros in; tells its id.
    pub async fn withdrawal(&self, user_id: i64, amount: i64, requested_at: DateTime<Utc>) -> i64 {
        let tx = self.services.system_write("test").await.unwrap();
        let new = NewWithdrawal {
            user_id,
            amount,
            currency: "EUR".to_owned(),
            requested_at,
        };
        let id = withdrawals::insert(tx.connection(), new).await.unwrap();
        self.commit(tx).await;
        id.0
    }

    /// Opens the wallet of a person, in euros.
    pub async fn wallet(&self, user_id: i64, balance: i64) {
        let text = format!(
            "INSERT INTO wallets (user_id, balance, currency) VALUES ({user_id}, {balance}, 'EUR')"
        );
        self.database.execute(&text).await;
    }
}
