//! The dashboard: what waits in each queue that the caller may see.
//!
//! It has no table of its own: each queue's room counts what waits in it, with one read on its indexes.

use chrono::{DateTime, Utc};
use quarterdeck_api::dashboard::{DashboardView, GetDashboard, Queue, QueueRow};
use sea_orm::{ConnectionTrait, DbErr};

use crate::gate::{Answer, Call, Refusal};
use crate::{applications, data_requests};

/// Counts what waits.
pub async fn get(call: Call<GetDashboard>) -> Result<Answer<DashboardView>, Refusal> {
    let caller = call.caller()?;
    let counted_at = call.services.clock.now();
    let mut queues = Vec::new();
    for queue in Queue::ALL {
        if caller.may(queue.permission()) {
            queues.extend(waiting(call.services.database.reads(), *queue, counted_at).await?);
        }
    }
    Ok(DashboardView { queues, counted_at }.into())
}

async fn waiting(
    connection: &impl ConnectionTrait,
    queue: Queue,
    now: DateTime<Utc>,
) -> Result<Option<QueueRow>, DbErr> {
    Ok(match queue {
        Queue::Applications => Some(without_deadlines(
            queue,
            applications::waiting(connection).await?,
        )),
        // Reports have no room yet that could count them.
        Queue::Reports => None,
        Queue::DataRequests => {
            let waiting = data_requests::waiting(connection, now).await?;
            Some(QueueRow {
                queue: queue.into(),
                open: waiting.open,
                open_exact: waiting.open_exact,
                oldest_at: waiting.oldest_at,
                overdue: Some(waiting.overdue),
                next_deadline: waiting.next_deadline,
            })
        }
    })
}

fn without_deadlines(
    queue: Queue,
    (open, open_exact, oldest_at): (u64, bool, Option<DateTime<Utc>>),
) -> QueueRow {
    QueueRow {
        queue: queue.into(),
        open,
        open_exact,
        oldest_at,
        overdue: None,
        next_deadline: None,
    }
}
