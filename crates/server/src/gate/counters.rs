//! Counters of requests: for Prometheus, and added up by the minute in `request_stats` (S003-38).

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, Value};

use super::RequestContext;
use crate::db::sql;

/// How often a process adds its counts to the table.
pub const FLUSH_EVERY: Duration = Duration::from_secs(10);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    minute: DateTime<Utc>,
    group: &'static str,
    route: &'static str,
    method: String,
    status: u16,
    code: String,
}

#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    count: i64,
    total_ms: i64,
}

/// What this process has counted and not yet added to the table.
#[derive(Debug, Default)]
pub struct Counters {
    sums: Mutex<HashMap<Key, Sum>>,
}

impl Counters {
    /// Counts an answer.
    pub fn count(&self, context: &RequestContext, status: u16, code: &str) {
        let elapsed = context.started_instant.elapsed();
        let labels = [
            ("operation", context.spec.id.to_owned()),
            ("status", status.to_string()),
        ];
        metrics::counter!("quarterdeck_requests_total", &labels).increment(1);
        metrics::histogram!("quarterdeck_request_duration_seconds", "operation" => context.spec.id)
            .record(elapsed.as_secs_f64());
        let key = Key {
            minute: context
                .started
                .duration_trunc(TimeDelta::minutes(1))
                .unwrap_or(context.started),
            group: context.spec.resource(),
            route: context.spec.path,
            method: context.method.clone(),
            status,
            code: code.to_owned(),
        };
        let mut sums = self.sums.lock().unwrap_or_else(PoisonError::into_inner);
        let sum = sums.entry(key).or_default();
        sum.count += 1;
        sum.total_ms += context.elapsed_ms();
    }

    /// Takes what was counted since the last call.
    pub fn take(&self) -> Counted {
        Counted(std::mem::take(
            &mut *self.sums.lock().unwrap_or_else(PoisonError::into_inner),
        ))
    }
}

/// Counts on their way to the table.
#[derive(Debug)]
pub struct Counted(HashMap<Key, Sum>);

impl Counted {
    /// Whether there is nothing to add.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds them to the table.
    pub async fn add(self, tx: &DatabaseTransaction) -> Result<(), DbErr> {
        let text = "INSERT INTO request_stats \
            (minute, route_group, route, method, status, code, count, total_ms) \
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
            ON CONFLICT (minute, route_group, route, method, status, code) DO UPDATE SET \
            count = request_stats.count + excluded.count, \
            total_ms = request_stats.total_ms + excluded.total_ms";
        for (key, sum) in self.0 {
            let values: [Value; 8] = [
                key.minute.into(),
                key.group.into(),
                key.route.into(),
                key.method.into(),
                i32::from(key.status).into(),
                key.code.into(),
                sum.count.into(),
                sum.total_ms.into(),
            ];
            tx.execute_raw(sql(tx, text, values)).await?;
        }
        Ok(())
    }
}
