//! The journal: an operator's own acts as the audit log has them, and what of each can still be taken
//! back. The rooms judge that by their own rules, on rows as they are now; nothing is locked or changed.

mod acts;
mod ways_back;

use quarterdeck_api::ids::UserId;
use quarterdeck_api::journal::{
    DEFAULT_ACTS, JournalEntry, JournalPage, JournalTarget, ListJournal, MAX_ACTS, WayBack,
};
use quarterdeck_api::text::Line;
use quarterdeck_api::undoable::Undoable;
use quarterdeck_api::wire_enum::OpenEnum;

use crate::chain::{self, PLATFORM};
use crate::db::clock::from_micros;
use crate::gate::{Answer, Call, Refusal};
use acts::Act;

/// Rows of the log that a page is made of: the largest act fits, a page of small ones too.
const MOST_ROWS: usize = 2_048;

/// Lists the caller's own acts, newest first.
pub async fn list(call: Call<ListJournal>) -> Result<Answer<JournalPage>, Refusal> {
    let (take, before) = page(&call)?;
    let caller = call.caller()?;
    let connection = call.services.database.reads();
    let actor = UserId(caller.user_id);
    let limit = MOST_ROWS as u64;
    let rows = chain::rows::of_actor(connection, PLATFORM, actor, before, limit).await?;
    let (acts, next) = acts::cut(&rows, take, MOST_ROWS);
    let now = call.services.clock.now();
    let ways = ways_back::of(connection, caller, &acts, now).await?;
    let data = acts.iter().zip(ways);
    Ok(JournalPage {
        data: data.map(|(act, ways)| entry(act, &ways)).collect(),
        next_cursor: next.map(|seq| seq.to_string()),
    }
    .into())
}

fn page(call: &Call<ListJournal>) -> Result<(usize, Option<i64>), Refusal> {
    let take = call.query.take.unwrap_or(DEFAULT_ACTS);
    if !(1..=MAX_ACTS).contains(&take) {
        let problem = format!("must be 1 to {MAX_ACTS}");
        return Err(Refusal::invalid_field("take", problem));
    }
    let cursor = call.query.cursor.as_deref().map(str::parse).transpose();
    let before = cursor
        .map_err(|_| Refusal::invalid_field("cursor", "is not one that this list gave out"))?;
    Ok((take as usize, before))
}

fn entry(act: &Act, ways: &[WayBack]) -> JournalEntry {
    let inverse = act.code.and_then(Undoable::of_code);
    let targets = act.targets.iter().zip(ways);
    JournalEntry {
        seq: act.seq,
        request_id: Line::verbatim(act.request_id.clone()),
        created_at: from_micros(act.recorded_at_us),
        action_code: act.code.map_or_else(
            || OpenEnum::Unknown(Line::verbatim(act.code_text.clone())),
            OpenEnum::Known,
        ),
        target_type: Line::verbatim(act.target_type.clone()),
        possible: ways.iter().filter(|way| **way == WayBack::Possible).count(),
        targets: targets
            .map(|(target, way)| JournalTarget {
                id: target.id,
                way_back: (*way).into(),
            })
            .collect(),
        inverse: inverse.map(|found| Line::verbatim(found.inverse.operation.to_owned())),
    }
}
