//! What is told of the audit log's rows.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use quarterdeck_api::audit_code::AuditCode;
use quarterdeck_api::claims::Queue;
use quarterdeck_api::realtime::{Changed, Event, Freed, MAX_IDS, New, Resource};

/// A row of the audit log, as far as it is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its place.
    pub seq: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// Who, where a person did it.
    pub by: Option<i64>,
    /// What happened.
    pub code: String,
    /// To what kind of object.
    pub target_type: String,
    /// To which.
    pub target_id: String,
    /// In which request.
    pub request_id: String,
}

/// What is told, and of which resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Telling {
    /// Whose list it is about.
    pub resource: Resource,
    /// The place of the last row that it tells of.
    pub seq: i64,
    /// The frame.
    pub event: Event,
}

/// What is told of rows that follow each other: what became of objects, an act in one frame, and that the
/// log itself has grown.
pub fn tellings(rows: &[Row]) -> Vec<Telling> {
    let mut told: Vec<Telling> = Vec::new();
    let mut last: Option<&Row> = None;
    for row in rows {
        let Some((resource, id, code)) = change(row) else {
            continue;
        };
        let is_same_act = last.is_some_and(|last| {
            (&last.request_id, &last.code, &last.target_type)
                == (&row.request_id, &row.code, &row.target_type)
        });
        last = Some(row);
        if is_same_act
            && let Some(telling) = told.last_mut()
            && joined(telling, row.seq, id)
        {
            continue;
        }
        let changed = Changed {
            seq: row.seq,
            resource: resource.into(),
            ids: vec![id],
            code: code.into(),
            by: row.by,
            at: row.at,
        };
        told.push(Telling {
            resource,
            seq: row.seq,
            event: Event::Changed(changed),
        });
    }
    told.extend(growth(rows));
    told
}

/// What is told of claims that counted before and count no more, list by list.
pub fn freed(
    before: &BTreeSet<(Queue, i64)>,
    now: &BTreeSet<(Queue, i64)>,
) -> Vec<(Resource, Event)> {
    let mut ended: BTreeMap<Queue, Vec<i64>> = BTreeMap::new();
    for (queue, id) in before.difference(now) {
        ended.entry(*queue).or_default().push(*id);
    }
    let frames = |(queue, ids): (&Queue, &Vec<i64>)| {
        let resource = queue.resource();
        let frame = |ids: &[i64]| Freed {
            resource: resource.into(),
            ids: ids.to_vec(),
        };
        let frames = ids.chunks(MAX_IDS).map(frame);
        frames
            .map(|freed| (resource, Event::Freed(freed)))
            .collect::<Vec<_>>()
    };
    ended.iter().flat_map(frames).collect()
}

/// Whether the rows tell of items that were claimed.
pub fn tells_of_claims(rows: &[Row]) -> bool {
    let taken = AuditCode::ClaimTaken.as_str();
    rows.iter().any(|row| row.code == taken)
}

/// Adds a change to the frame before, if it has room.
fn joined(telling: &mut Telling, seq: i64, id: i64) -> bool {
    match &mut telling.event {
        Event::Changed(changed) if changed.ids.len() < MAX_IDS => {
            changed.ids.push(id);
            changed.seq = seq;
            telling.seq = seq;
            true
        }
        Event::Changed(_)
        | Event::Hello(_)
        | Event::New(_)
        | Event::Freed(_)
        | Event::Health(_)
        | Event::Bye(_)
        | Event::Unknown => false,
    }
}

/// The object that a row says was changed; none where it is about none, or a client's own remark.
fn change(row: &Row) -> Option<(Resource, i64, AuditCode)> {
    let code: AuditCode = row.code.parse().ok()?;
    if AuditCode::CLIENT.contains(&code) {
        return None;
    }
    let resource = Resource::ALL
        .iter()
        .find(|resource| resource.target_type() == Some(row.target_type.as_str()))?;
    Some((*resource, row.target_id.parse().ok()?, code))
}

fn growth(rows: &[Row]) -> Option<Telling> {
    let last = rows.last()?;
    let new = New {
        resource: Resource::Audit.into(),
        count: u32::try_from(rows.len()).unwrap_or(u32::MAX),
        newest: last.seq,
    };
    Some(Telling {
        resource: Resource::Audit,
        seq: last.seq,
        event: Event::New(new),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(seq: i64, code: AuditCode, target: &str, request: &str) -> Row {
        let (target_type, target_id) = target.split_once(' ').unwrap_or((target, ""));
        Row {
            seq,
            at: DateTime::UNIX_EPOCH,
            by: Some(5),
            code: code.as_str().to_owned(),
            target_type: target_type.to_owned(),
            target_id: target_id.to_owned(),
            request_id: request.to_owned(),
        }
    }

    fn changes(rows: &[Row]) -> Vec<(Resource, i64, Vec<i64>)> {
        tellings(rows)
            .into_iter()
            .filter_map(|telling| match telling.event {
                Event::Changed(changed) => Some((telling.resource, telling.seq, changed.ids)),
                Event::Hello(_)
                | Event::New(_)
                | Event::Freed(_)
                | Event::Health(_)
                | Event::Bye(_)
                | Event::Unknown => None,
            })
            .collect()
    }

    #[test]
    fn an_act_is_one_frame_and_its_summary_none() {
        let rows = [
            row(1, AuditCode::ApplicationApproved, "application 7", "a"),
            row(2, AuditCode::ApplicationApproved, "application 8", "a"),
            row(3, AuditCode::BulkApprove, "application", "a"),
            row(4, AuditCode::ApplicationApproved, "application 9", "b"),
        ];
        assert_eq!(
            changes(&rows),
            [
                (Resource::Applications, 2, vec![7, 8]),
                (Resource::Applications, 4, vec![9])
            ]
        );
        let grown = tellings(&rows).pop().map(|telling| telling.event);
        let new = New {
            resource: Resource::Audit.into(),
            count: 4,
            newest: 4,
        };
        assert_eq!(grown, Some(Event::New(new)));
    }

    #[test]
    fn more_than_a_frame_holds_is_told_in_two() {
        let rows: Vec<_> = (1..=1_001)
            .map(|seq| {
                row(
                    seq,
                    AuditCode::ReportResolved,
                    &format!("report {seq}"),
                    "a",
                )
            })
            .collect();
        let lengths: Vec<_> = changes(&rows).iter().map(|change| change.2.len()).collect();
        assert_eq!(lengths, [MAX_IDS, 1]);
    }

    #[test]
    fn what_is_claimed_no_more_is_told_list_by_list() {
        let before = BTreeSet::from([
            (Queue::Reports, 3),
            (Queue::Applications, 8),
            (Queue::Applications, 7),
            (Queue::Applications, 9),
        ]);
        let now = BTreeSet::from([(Queue::Applications, 9), (Queue::Reports, 4)]);
        let event = |resource: Resource, ids: &[i64]| {
            let freed = Freed {
                resource: resource.into(),
                ids: ids.to_vec(),
            };
            (resource, Event::Freed(freed))
        };
        assert_eq!(
            freed(&before, &now),
            [
                event(Resource::Applications, &[7, 8]),
                event(Resource::Reports, &[3])
            ]
        );
        assert_eq!(freed(&now, &now), []);
        let many = (0..1_001).map(|id| (Queue::Reports, id)).collect();
        assert_eq!(freed(&many, &BTreeSet::new()).len(), 2);
    }

    #[test]
    fn what_a_client_says_of_an_object_changes_none() {
        let rows = [
            row(1, AuditCode::HandoverNoted, "application 7", "a"),
            row(2, AuditCode::AuditExported, "audit", "b"),
            row(3, AuditCode::UserBanned, "user x", "c"),
        ];
        assert_eq!(changes(&rows), []);
        assert_eq!(tellings(&rows).len(), 1, "the log has grown all the same");
        assert_eq!(tellings(&[]), []);
    }
}
