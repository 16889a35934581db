//! Queries of the log.

use std::collections::{BTreeSet, HashMap};

use quarterdeck_api::admin_logs::AdminLogRow;
use quarterdeck_api::ids::UserId;
use quarterdeck_api::page::Page;
use quarterdeck_api::text::{Body, Line};
use quarterdeck_api::wire_enum::OpenEnum;
use sea_orm::{ConnectionTrait, DbErr, EntityTrait, QueryFilter};

use super::entities::{Entity, Model};
use super::searched;
use super::selection::{CREATED, Selection};
use crate::db::Dialect;
use crate::db::cursor::{Cursor, Key};
use crate::db::paging::Total;
use crate::users;

/// A page, newest first.
pub(super) async fn page(
    connection: &impl ConnectionTrait,
    selection: &Selection,
) -> Result<Page<AdminLogRow>, DbErr> {
    let (total, models) = if selection.sought.is_empty() {
        in_order(connection, selection).await?
    } else {
        searched::page(connection, selection).await?
    };
    let (models, next_cursor) = selection.paging.finish(models, |last| {
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

async fn in_order(
    connection: &impl ConnectionTrait,
    selection: &Selection,
) -> Result<(Total, Vec<Model>), DbErr> {
    let matching = Entity::find().filter(selection.condition(Dialect::of(connection)));
    let total = selection.paging.total_of(connection, matching.clone());
    let total = total.await?;
    Ok((total, selection.page_of(matching).all(connection).await?))
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
