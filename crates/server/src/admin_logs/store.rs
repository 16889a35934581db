//! Queries of the log.

use std::collections::{BTreeSet, HashMap};

use quarterdeck_api::admin_logs::AdminLogRow;
use quarterdeck_api::ids::UserId;
use quarterdeck_api::page::Page;
use quarterdeck_api::text::{Body, Line};
use quarterdeck_api::wire_enum::OpenEnum;
use sea_orm::sea_query::{Expr, Query};
use sea_orm::{Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, Select};

use super::entities::{Column, Entity, Model};
use super::selection::{CREATED, Selection};
use crate::db::Dialect;
use crate::db::cursor::{Cursor, Key};
use crate::db::paging::{Direction, Total};
use crate::users;

/// A page, newest first.
pub(super) async fn page(
    connection: &impl ConnectionTrait,
    selection: &Selection,
) -> Result<Page<AdminLogRow>, DbErr> {
    let paging = &selection.paging;
    let matching = Entity::find().filter(selection.condition(Dialect::of(connection)));
    let total = paging.total_of(connection, matching).await?;
    let models = select(selection, total, Dialect::of(connection))
        .all(connection)
        .await?;
    let (models, next_cursor) = paging.finish(models, |last| {
        CREATED.encode(&Cursor {
            key: Key::Time(last.created_at),
            id: last.id,
        })
    });
    let actors: BTreeSet<i64> = models.iter().filter_map(|model| model.user_id).collect();
    let emails = users::emails(connection, &actors).await?;
    Ok(Page {
        data: models
            .into_iter()
            .map(|model| row(model, &emails))
            .collect(),
        total: total.rows,
        total_exact: total.is_exact,
        next_cursor,
    })
}

/// The rows of the page. PostgreSQL, which plans a statement that it has seen often without its values, would
/// rather read the log back from its end than ask the index of words; an array is made before the rest is
/// planned. Where so many match that they were not all counted, reading back finds a page soonest.
fn select(selection: &Selection, total: Total, dialect: Dialect) -> Select<Entity> {
    let condition = selection.condition(dialect);
    let is_led_by_index = selection.is_inverted() && total.is_exact;
    let condition = match dialect {
        Dialect::Postgres if is_led_by_index => among_found(condition),
        Dialect::Postgres | Dialect::Sqlite => condition,
    };
    let created = Expr::col(Column::CreatedAt);
    selection.paging.select(
        Entity::find().filter(condition),
        &created,
        Column::Id,
        Direction::Descending,
    )
}

fn among_found(condition: Condition) -> Condition {
    let found = Query::select()
        .column(Column::Id)
        .from(Entity)
        .cond_where(condition)
        .to_owned();
    let found = Expr::SubQuery(None, Box::new(found.into()));
    Condition::all().add(Expr::cust_with_exprs(
        "$1 = ANY(ARRAY($2))",
        [Expr::col(Column::Id), found],
    ))
}

fn row(model: Model, emails: &HashMap<i64, String>) -> AdminLogRow {
    let email = model.user_id.and_then(|id| emails.get(&id));
    let targets = model.targets.split(' ').filter_map(|id| id.parse().ok());
    AdminLogRow {
        id: model.id,
        created_at: model.created_at,
        user_id: model.user_id.map(UserId),
        user_email: email.cloned().map(Line::verbatim),
        target_user_ids: targets.map(UserId).collect(),
        method: OpenEnum::of(&Line::verbatim(model.method)),
        url: Line::verbatim(model.url),
        route: Line::verbatim(model.route),
        status: u16::try_from(model.status).unwrap_or_default(),
        code: model.code.map(Line::verbatim),
        duration_ms: model.duration_ms,
        ip_address: Line::verbatim(model.ip_address),
        user_agent: Line::verbatim(model.user_agent),
        request_body: Body::verbatim(model.request_body),
        response: Body::verbatim(model.response),
        request_id: Line::verbatim(model.request_id),
        client_request_id: model.client_request_id.map(Line::verbatim),
        trace_id: model.trace_id.map(Line::verbatim),
    }
}
