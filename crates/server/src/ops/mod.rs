//! Running the server: health by component.

use quarterdeck_api::ops::{GetHealth, HealthStatus, HealthView};
use sea_orm::{ConnectionTrait, DbErr};

use crate::admins;
use crate::chain::{PLATFORM, rows};
use crate::cluster::lease;
use crate::db::sql;
use crate::gate::{Answer, Call, Refusal, Services};

/// Health of the server and of its components; 503 where one is down.
pub async fn health(call: Call<GetHealth>) -> Result<Answer<HealthView>, Refusal> {
    let services = &call.services;
    let mut checks = vec![
        ("db", status(database_answers(services).await)),
        (
            "auth",
            accounts(services).await.unwrap_or(HealthStatus::Down),
        ),
        ("audit", status(audit_answers(services).await)),
        ("jobs", jobs(services).await.unwrap_or(HealthStatus::Down)),
    ];
    checks.extend(redis(services).map(|status| ("redis", status)));
    let has = |wanted| checks.iter().any(|(_, status)| *status == wanted);
    let worst = [HealthStatus::Down, HealthStatus::Degraded];
    let status = worst.into_iter().find(|status| has(*status));
    let component = |(name, status): (&str, HealthStatus)| (name.to_owned(), status.into());
    let view = HealthView {
        status: status.unwrap_or(HealthStatus::Up).into(),
        components: checks.into_iter().map(component).collect(),
    };
    Ok(Answer {
        status: (status == Some(HealthStatus::Down)).then_some(503),
        ..view.into()
    })
}

/// Where it is given. Without it the server works by stricter limits.
fn redis(services: &Services) -> Option<HealthStatus> {
    let mut link = services.together.redis()?;
    Some(if link.is_up() {
        HealthStatus::Up
    } else {
        HealthStatus::Degraded
    })
}

const fn status(is_up: bool) -> HealthStatus {
    if is_up {
        HealthStatus::Up
    } else {
        HealthStatus::Down
    }
}

async fn database_answers(services: &Services) -> bool {
    let connection = services.database.reads();
    connection
        .query_one_raw(sql(connection, "SELECT 1 AS one", []))
        .await
        .is_ok()
}

/// Where marks and roles of staff differ, somebody has written past the server: it works on (C-04).
async fn accounts(services: &Services) -> Result<HealthStatus, DbErr> {
    let has_drifted = admins::marks_drifted(services.database.reads()).await?;
    Ok(if has_drifted {
        HealthStatus::Degraded
    } else {
        HealthStatus::Up
    })
}

async fn audit_answers(services: &Services) -> bool {
    rows::after(services.database.reads(), PLATFORM, i64::MAX, 1)
        .await
        .is_ok()
}

/// Whoever runs no jobs tells of those that another process is seen to run; where nobody runs any, that was
/// asked for, and a restart would not change it.
async fn jobs(services: &Services) -> Result<HealthStatus, DbErr> {
    let (connection, now) = (services.database.reads(), services.clock.now());
    if services.config.jobs.are_off() && !lease::is_anybody_at_work(connection, now).await? {
        return Ok(HealthStatus::Off);
    }
    let overdue = lease::overdue(connection, now).await?;
    Ok(status(overdue.is_empty()))
}
