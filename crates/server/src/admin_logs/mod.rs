//! The log of requests of administrators, which the gate writes: who asked what, on whom, and what came of
//! it. Reading it leaves nothing in it (S004-37).

mod entities;
mod inverted;
mod past;
mod searched;
mod selection;
mod store;

use quarterdeck_api::admin_logs::{AdminLogsQuery, AdminLogsReply, ListAdminLogs};
use quarterdeck_api::ids::UserId;
use quarterdeck_api::text::Line;

use crate::gate::{Answer, Call, Refusal};

pub use past::make_searchable;
use selection::Selection;

/// Lists the log, newest first.
pub async fn list(call: Call<ListAdminLogs>) -> Result<Answer<AdminLogsReply>, Refusal> {
    let narrowing = call.narrowing(call.query.filter.as_deref())?;
    let selection =
        Selection::of(&call.query, narrowing).map_err(|field| Refusal::invalid(vec![field]))?;
    let connection = call.services.database.reads();
    let page = store::page(connection, &selection).await?;
    let unsearchable = past::unsearchable_to(connection).await?;
    let missing = unsearchable.filter(|_| selection.is_inverted());
    Ok(AdminLogsReply {
        data: page.data,
        total: page.total,
        total_exact: page.total_exact,
        next_cursor: page.next_cursor,
        filter_meaning: Line::verbatim(meaning(&call.query, missing)),
    }
    .into())
}

/// What the two filters that are easily confused were taken for (S004-44).
fn meaning(query: &AdminLogsQuery, unsearchable_to: Option<i64>) -> String {
    let whom = |id: Option<UserId>| id.map_or_else(|| "anybody".to_owned(), |id| id.to_string());
    let actor = query.actor().ok().flatten();
    let missing = unsearchable_to.map_or_else(String::new, |id| {
        format!("; requests up to #{id} cannot be found by target or text yet")
    });
    format!(
        "By {} (who acted: userId, adminUserId, actorId), on {} (whom the request named: targetId){missing}",
        whom(actor),
        whom(query.target_id)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_says_who_acted_and_on_whom() {
        let query = AdminLogsQuery {
            user_id: Some(UserId(12)),
            ..AdminLogsQuery::default()
        };
        assert_eq!(
            meaning(&query, None),
            "By #12 (who acted: userId, adminUserId, actorId), on anybody (whom the request named: targetId)"
        );
        let query = AdminLogsQuery {
            target_id: Some(UserId(2)),
            ..AdminLogsQuery::default()
        };
        assert_eq!(
            meaning(&query, Some(99)),
            "By anybody (who acted: userId, adminUserId, actorId), on #2 (whom the request named: targetId); \
             requests up to #99 cannot be found by target or text yet"
        );
    }
}
