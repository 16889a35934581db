//! Rows of the log into acts: one for each request. Pure.

use quarterdeck_api::audit::AuditCode;

use crate::chain::rows::ListedRow;

/// What one request changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    /// The place of its newest row.
    pub seq: i64,
    /// The request.
    pub request_id: String,
    /// When, in microseconds.
    pub recorded_at_us: i64,
    /// What was done: of a call about several objects, what it was as a whole.
    pub code: Option<AuditCode>,
    /// The same as it was written.
    pub code_text: String,
    /// The kind of its objects.
    pub target_type: String,
    /// The objects, by ascending id.
    pub targets: Vec<Target>,
}

/// An object of an act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Which one.
    pub id: i64,
    /// The place of its row.
    pub seq: i64,
    /// The status that the act left it in, where the row names one.
    pub left: Option<String>,
}

/// The acts of rows that stand newest first, up to so many; and before which place the next page begins,
/// where others follow. Of as many rows as were asked for, the last act may lack some: it is the next
/// page's.
pub fn cut(rows: &[ListedRow], take: usize, asked: usize) -> (Vec<Act>, Option<i64>) {
    let is_cut = rows.len() >= asked;
    let groups: Vec<_> = rows
        .chunk_by(|one, next| one.record.request_id == next.record.request_id)
        .collect();
    let whole = groups.len() - usize::from(is_cut && groups.len() > 1);
    let shown = &groups[..whole.min(take)];
    let lowest = shown.last().and_then(|group| group.last());
    let next = lowest.filter(|_| is_cut || groups.len() > shown.len());
    let acts = shown.iter().filter_map(|group| act(group)).collect();
    (acts, next.map(|row| row.seq))
}

/// The newest row of a call about several objects is the one about the call.
fn act(rows: &[ListedRow]) -> Option<Act> {
    let head = rows.first()?;
    let mut targets: Vec<_> = rows.iter().filter_map(target).collect();
    // Of several rows about one object, the newest stands for it.
    targets.sort_by_key(|target| (target.id, std::cmp::Reverse(target.seq)));
    targets.dedup_by_key(|target| target.id);
    Some(Act {
        seq: head.seq,
        request_id: head.record.request_id.clone(),
        recorded_at_us: head.record.recorded_at_us,
        code: head.record.action_code.parse().ok(),
        code_text: head.record.action_code.clone(),
        target_type: head.record.target_type.clone(),
        targets,
    })
}

fn target(row: &ListedRow) -> Option<Target> {
    let details: serde_json::Value = serde_json::from_str(&row.record.details).unwrap_or_default();
    Some(Target {
        id: row.record.target_id.parse().ok()?,
        seq: row.seq,
        left: details["to"].as_str().map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::Record;

    fn row(seq: i64, request: &str, code: AuditCode, target: &str) -> ListedRow {
        ListedRow {
            seq,
            record: Record {
                recorded_at_us: seq,
                actor_type: "human".to_owned(),
                actor_id: Some(1),
                actor_email: None,
                action_code: code.as_str().to_owned(),
                action: String::new(),
                target_type: "application".to_owned(),
                target_id: target.to_owned(),
                details: r#"{"from":"PENDING","to":"ACTIVE"}"#.to_owned(),
                request_id: request.to_owned(),
            },
            link: Vec::new(),
        }
    }

    fn rows() -> Vec<ListedRow> {
        use AuditCode::{ApplicationApproved, ApplicationReopened, BulkApprove};
        vec![
            row(9, "c", ApplicationReopened, "12"),
            row(7, "b", BulkApprove, ""),
            row(6, "b", ApplicationApproved, "12"),
            row(5, "b", ApplicationApproved, "11"),
            row(2, "a", ApplicationApproved, "10"),
        ]
    }

    #[test]
    fn one_act_for_each_request_named_by_what_it_was_as_a_whole() {
        let (acts, next) = cut(&rows(), 20, 100);
        let told: Vec<_> = acts
            .iter()
            .map(|act| {
                let ids: Vec<_> = act.targets.iter().map(|target| target.id).collect();
                (act.seq, act.code_text.as_str(), ids)
            })
            .collect();
        assert_eq!(
            told,
            [
                (9, "application_reopened", vec![12]),
                (7, "bulk_approve", vec![11, 12]),
                (2, "application_approved", vec![10]),
            ]
        );
        assert_eq!(next, None);
        assert_eq!(acts[1].targets[0].left.as_deref(), Some("ACTIVE"));
    }

    #[test]
    fn a_page_ends_before_an_act_that_may_lack_rows() {
        let seqs = |(acts, next): (Vec<Act>, Option<i64>)| {
            (acts.iter().map(|act| act.seq).collect::<Vec<_>>(), next)
        };
        assert_eq!(seqs(cut(&rows(), 2, 100)), (vec![9, 7], Some(5)));
        assert_eq!(seqs(cut(&rows(), 20, 5)), (vec![9, 7], Some(5)));
        assert_eq!(seqs(cut(&rows()[..3], 20, 3)), (vec![9], Some(9)));
        assert_eq!(seqs(cut(&[], 20, 5)), (vec![], None));
    }
}
