//! Running the server: health by component.

use std::collections::BTreeMap;

use quarterdeck_api::ops::{GetHealth, HealthStatus, HealthView};
use sea_orm::ConnectionTrait;

use crate::chain::{PLATFORM, rows};
use crate::cluster::lease;
use crate::db::sql;
use crate::gate::{Answer, Call, Refusal, Services};

/// Health of the server and of its components; 503 where one is down.
pub async fn health(call: Call<GetHealth>) -> Result<Answer<HealthView>, Refusal> {
    let services = &call.services;
    let checks = [
        ("db", database_answers(services).await),
        ("auth", accounts_answer(services).await),
        ("audit", audit_answers(services).await),
        ("jobs", jobs_are_on_time(services).await),
    ];
    let is_up = checks.iter().all(|(_, is_up)| *is_up);
    let component = |(name, is_up): (&str, bool)| (name.to_owned(), status(is_up).into());
    let components = BTreeMap::from(checks.map(component));
    let view = HealthView {
        status: status(is_up).into(),
        components,
    };
    Ok(Answer {
        status: (!is_up).then_some(503),
        ..view.into()
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

async fn accounts_answer(services: &Services) -> bool {
    let connection = services.database.reads();
    connection
        .query_one_raw(sql(connection, "SELECT id FROM users LIMIT 1", []))
        .await
        .is_ok()
}

async fn audit_answers(services: &Services) -> bool {
    rows::after(services.database.reads(), PLATFORM, i64::MAX, 1)
        .await
        .is_ok()
}

async fn jobs_are_on_time(services: &Services) -> bool {
    lease::overdue(services.database.reads(), services.clock.now())
        .await
        .is_ok_and(|overdue| overdue.is_empty())
}
