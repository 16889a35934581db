//! What would become of each object of each act if it were taken back now: two queries for each kind of
//! act on a page, whatever its acts are about.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::str::FromStr;

use chrono::{DateTime, Utc};
use quarterdeck_api::applications::DecideApplications;
use quarterdeck_api::data_requests::{UpdateDataRequest, UpdateDataRequests};
use quarterdeck_api::journal::WayBack;
use quarterdeck_api::operation::Operation;
use quarterdeck_api::reports::{DecideReport, DecideReports};
use quarterdeck_api::undoable::Undoable;
use quarterdeck_api::users::{BulkUnbanUsers, UnbanUser, UnsuspendUser};
use sea_orm::{ConnectionTrait, DbErr};

use super::acts::{Act, Target};
use crate::chain::{self, PLATFORM};
use crate::db::queue;
use crate::gate::Caller;
use crate::users::Sanction;
use crate::{applications, data_requests, reports, users};

/// The acts that the same operation takes back.
struct Kind<'a> {
    undoable: Undoable,
    target_type: &'a str,
    places: Vec<(usize, usize)>,
    targets: Vec<&'a Target>,
}

/// The ways back of each act, in the order of its targets.
pub async fn of(
    connection: &impl ConnectionTrait,
    caller: &Caller,
    acts: &[Act],
    now: DateTime<Utc>,
) -> Result<Vec<Vec<WayBack>>, DbErr> {
    let mut ways: Vec<_> = acts
        .iter()
        .map(|act| vec![WayBack::None; act.targets.len()])
        .collect();
    for kind in kinds(acts).values() {
        let judged = judge(connection, caller, kind, now).await?;
        let overtaken = overtaken(connection, kind).await?;
        let found = judged.into_iter().zip(overtaken);
        for ((act, target), (way, is_overtaken)) in kind.places.iter().zip(found) {
            ways[*act][*target] = match way {
                WayBack::Possible if is_overtaken => WayBack::Overtaken,
                way => way,
            };
        }
    }
    Ok(ways)
}

fn kinds(acts: &[Act]) -> BTreeMap<&'static str, Kind<'_>> {
    let mut kinds = BTreeMap::new();
    for (place, act) in acts.iter().enumerate() {
        let Some(undoable) = act.code.and_then(Undoable::of_code) else {
            continue;
        };
        let kind = kinds
            .entry(undoable.inverse.operation)
            .or_insert_with(|| Kind {
                undoable,
                target_type: &act.target_type,
                places: Vec::new(),
                targets: Vec::new(),
            });
        for (index, target) in act.targets.iter().enumerate() {
            kind.places.push((place, index));
            kind.targets.push(target);
        }
    }
    kinds
}

/// What the room's own rule says of each, without a look at what else was done since.
async fn judge(
    connection: &impl ConnectionTrait,
    caller: &Caller,
    kind: &Kind<'_>,
    now: DateTime<Utc>,
) -> Result<Vec<WayBack>, DbErr> {
    let left: Vec<_> = kind
        .targets
        .iter()
        .map(|target| (target.id, target.left.as_deref().unwrap_or_default()))
        .collect();
    let ids: Vec<_> = kind.targets.iter().map(|target| target.id).collect();
    let is = |id: &str| kind.undoable.inverse.operation == id;
    if is(DecideApplications::SPEC.id) {
        let way = |current, left: &str| applications::way_back(caller, current, left);
        each(connection, applications::QUEUE.table, &left, way).await
    } else if is(DecideReport::SPEC.id) || is(DecideReports::SPEC.id) {
        let way = |current, left: &str| reports::way_back(caller, current, left);
        each(connection, reports::QUEUE.table, &left, way).await
    } else if is(UpdateDataRequest::SPEC.id) || is(UpdateDataRequests::SPEC.id) {
        let way = |current, left: &str| data_requests::way_back(caller, current, left);
        each(connection, "data_requests", &left, way).await
    } else if is(UnbanUser::SPEC.id) || is(BulkUnbanUsers::SPEC.id) {
        users::ways_back(connection, caller, Sanction::Ban, &ids, now).await
    } else if is(UnsuspendUser::SPEC.id) {
        users::ways_back(connection, caller, Sanction::Suspension, &ids, now).await
    } else {
        Ok(vec![WayBack::None; ids.len()])
    }
}

/// What becomes of rows of a table, by where each stands now and how the act left it.
async fn each<S: FromStr + Copy>(
    connection: &impl ConnectionTrait,
    table: &'static str,
    left: &[(i64, &str)],
    way: impl Fn(Option<S>, &str) -> WayBack,
) -> Result<Vec<WayBack>, DbErr> {
    let ids: Vec<_> = left.iter().map(|(id, _)| *id).collect();
    let now = queue::statuses(connection, table, &ids).await?;
    let way = |(id, left): &(i64, &str)| way(now.get(id).copied(), left);
    Ok(left.iter().map(way).collect())
}

/// Which of them have a later row in the log that says the same kind of thing: somebody decided again,
/// even if to the same end.
async fn overtaken(connection: &impl ConnectionTrait, kind: &Kind<'_>) -> Result<Vec<bool>, DbErr> {
    let ids: BTreeSet<_> = kind.targets.iter().map(|target| target.id).collect();
    let ids: Vec<_> = ids.into_iter().collect();
    let codes = kind.undoable.codes();
    let newest: HashMap<i64, i64> =
        chain::rows::newest_about(connection, PLATFORM, kind.target_type, &ids, &codes).await?;
    let is_overtaken =
        |target: &&Target| newest.get(&target.id).is_some_and(|seq| *seq > target.seq);
    Ok(kind.targets.iter().map(is_overtaken).collect())
}
