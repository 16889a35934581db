//! The dashboard: what waits in each queue that the caller may see.
//!
//! It has no table of its own: each queue's room counts what waits in it, with one read on its indexes.

use chrono::{DateTime, Utc};
use quarterdeck_api::dashboard::{DashboardView, GetDashboard, Queue, QueueRow};
use sea_orm::{ConnectionTrait, DbErr};

use crate::db::queue::Waiting;
use crate::gate::{Answer, Call, Refusal};
use crate::{applications, data_requests, reports};

/// Counts what waits.
pub async fn get(call: Call<GetDashboard>) -> Result<Answer<DashboardView>, Refusal> {
    let caller = call.caller()?;
    let services = &call.services;
    let now = services.clock.now();
    let counting = async || count(services.database.reads(), now).await;
    let kept = &services.dashboard;
    let counted = kept.get(&services.commits, now, counting).await?;
    let is_shown = |row: &QueueRow| {
        let queue = row.queue.known();
        queue.is_some_and(|queue| caller.may(queue.permission()))
    };
    let queues = counted.queues.into_iter().filter(is_shown).collect();
    Ok(DashboardView { queues, ..counted }.into())
}

async fn count(
    connection: &impl ConnectionTrait,
    counted_at: DateTime<Utc>,
) -> Result<DashboardView, DbErr> {
    let mut queues = Vec::new();
    for queue in Queue::ALL {
        queues.push(waiting(connection, *queue, counted_at).await?);
    }
    Ok(DashboardView { queues, counted_at })
}

async fn waiting(
    connection: &impl ConnectionTrait,
    queue: Queue,
    now: DateTime<Utc>,
) -> Result<QueueRow, DbErr> {
    Ok(match queue {
        Queue::Applications => {
            without_deadlines(queue, applications::QUEUE.waiting(connection).await?)
        }
        Queue::Reports => without_deadlines(queue, reports::QUEUE.waiting(connection).await?),
        Queue::DataRequests => {
            let waiting = data_requests::waiting(connection, now).await?;
            QueueRow {
                queue: queue.into(),
                open: waiting.open,
                open_exact: waiting.open_exact,
                oldest_at: waiting.oldest_at,
                overdue: Some(waiting.overdue),
                next_deadline: waiting.next_deadline,
            }
        }
    })
}

fn without_deadlines(queue: Queue, waiting: Waiting) -> QueueRow {
    QueueRow {
        queue: queue.into(),
        open: waiting.open,
        open_exact: waiting.open_exact,
        oldest_at: waiting.oldest_at,
        overdue: None,
        next_deadline: None,
    }
}
