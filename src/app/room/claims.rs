//! Who is at work on the rows of a room.

use quarterdeck_api::call::{AnyCall, AnyReply};
use quarterdeck_api::claim::Claim;
use quarterdeck_api::page::MAX_TAKE;

use super::Room;
use crate::app::list::RowId;
use crate::screens::claims;
use crate::screens::screen::{Head, NOT_SHOWN, PageRequest, RowOutcome, Screen};

impl<S: Screen> Room<S> {
    /// Puts who is at work on these rows, as far as they are held; tells which of them are.
    pub(super) fn put_claim(&mut self, ids: &[RowId], claim: Option<&Claim>) -> Vec<RowId> {
        let held = ids.iter().copied().filter(|id| self.is_loaded(*id));
        let held: Vec<_> = held.collect();
        for id in &held {
            if let Some(row) = self.with_claim(*id, claim.cloned()) {
                self.patch(row);
            }
        }
        held
    }

    /// The heads of the columns; that of claims where a row is claimed.
    pub(super) fn heads_in_use(&self) -> Vec<Head> {
        let mut rows = self.rows.iter();
        let is_claimed = rows.any(|held| S::claim(&held.row).is_some());
        let heads = S::COLUMNS.iter().map(|column| column.head);
        let in_use = |head: Head| match head {
            claims::HEAD if !is_claimed => Head {
                priority: NOT_SHOWN,
                ..head
            },
            head => head,
        };
        heads.map(in_use).collect()
    }

    fn is_loaded(&self, id: RowId) -> bool {
        self.row(id).is_some()
    }

    /// A row that is known, with another claim.
    fn with_claim(&self, id: RowId, claim: Option<Claim>) -> Option<S::Row> {
        let mut row = self.known(id)?.clone();
        S::put_claim(&mut row, claim);
        Some(row)
    }

    /// What became of claims, where an answer is about them.
    pub(super) fn claims_in(&self, reply: &AnyReply) -> Option<Vec<RowOutcome<S::Row>>> {
        claims::outcomes(reply, |id, claim| self.with_claim(id, claim))
    }

    /// Asks who is at work on the first of these rows, as many as a page holds.
    pub(super) fn ask_holders(ids: &[RowId]) -> AnyCall {
        let ids = ids.iter().take(MAX_TAKE as usize);
        let ids: Vec<_> = ids.map(|id| id.0.to_string()).collect();
        S::list(PageRequest {
            filter: Some(format!("id:{}", ids.join(","))),
            sort: None,
            cursor: None,
            take: MAX_TAKE,
        })
    }

    /// Takes who is at work on the rows of a page.
    pub(super) fn take_holders(&mut self, reply: AnyReply) {
        let page = S::page(reply);
        for row in page.into_iter().flat_map(|page| page.data) {
            self.put_claim(&[S::id(&row)], S::claim(&row));
        }
    }
}
