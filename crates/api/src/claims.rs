//! Claims: who is at work on an item of a queue, so that two do not do the same work.
//!
//! A claim is held by one operator, for as long as the operator's session shows signs of life. It tells
//! others; it never keeps anybody from deciding, and whatever decides an item ends its claim.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::applications::ApplicationRow;
use crate::audit_code::AuditCode;
use crate::bulk::BulkReply;
use crate::claim::Claim;
use crate::data_requests::DataRequestRow;
use crate::inverse::Inverse;
use crate::operation::{Access, Method, Nothing, Operation, RateGroup, Spec, Writes};
use crate::permission::Permission;
pub use crate::queue::Queue;
use crate::reports::ReportRow;

/// A row that can be claimed.
pub trait Claimable {
    /// The queue it stands in.
    const QUEUE: Queue;
    /// Its id.
    fn object_id(&self) -> i64;
    /// Who is at work on it, if anybody.
    fn claim(&self) -> Option<&Claim>;
    /// The same, to be changed.
    fn claim_mut(&mut self) -> &mut Option<Claim>;
}

macro_rules! claimable {
    ($( $row:ident in $queue:ident; )+) => {
        $(
            impl Claimable for $row {
                const QUEUE: Queue = Queue::$queue;

                fn object_id(&self) -> i64 {
                    self.id.0
                }

                fn claim(&self) -> Option<&Claim> {
                    self.claim.as_ref()
                }

                fn claim_mut(&mut self) -> &mut Option<Claim> {
                    &mut self.claim
                }
            }
        )+
    };
}

claimable! {
    ApplicationRow in Applications;
    ReportRow in Reports;
    DataRequestRow in DataRequests;
}

/// Items of a queue, to be claimed or released.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClaimRequest {
    /// Which queue.
    pub queue: Queue,
    /// Which items, up to 1,000; duplicates count once.
    pub ids: Vec<i64>,
}

/// How an item is claimed now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Claimed {
    /// Which item.
    pub id: i64,
    /// Who is at work on it; none where nobody is.
    pub claim: Option<Claim>,
}

const DECIDES: Access = Access::OneOf(&[
    Permission::ApplicationsApprove,
    Permission::ApplicationsReject,
    Permission::ApplicationsWaitlist,
    Permission::ReportsResolve,
    Permission::ReportsDismiss,
    Permission::DataRequestsUpdate,
]);

/// Claims items.
#[derive(Debug)]
pub struct TakeClaims;

impl Operation for TakeClaims {
    type Path = ();
    type Query = Nothing;
    type Body = ClaimRequest;
    type Reply = BulkReply<Claimed>;
    type Kind = Writes;
    const SPEC: Spec = Spec {
        access: DECIDES,
        inverse: Some(Inverse::new("claims.release", &[AuditCode::ClaimTaken])),
        rate: RateGroup::Decisions,
        summary: "Claims up to 1,000 open items of a queue for five minutes, which every sign of life of the session renews; what another holds is a conflict that names the holder.",
        ..Spec::write(
            "claims.take",
            Method::Post,
            "/api/v1/admin/claims",
            &[AuditCode::ClaimTaken],
        )
    };
}

/// Releases items.
#[derive(Debug)]
pub struct ReleaseClaims;

impl Operation for ReleaseClaims {
    type Path = ();
    type Query = Nothing;
    type Body = ClaimRequest;
    type Reply = BulkReply<Claimed>;
    type Kind = Writes;
    const SPEC: Spec = Spec {
        access: DECIDES,
        inverse: Some(Inverse::new("claims.take", &[AuditCode::ClaimReleased])),
        rate: RateGroup::Decisions,
        summary: "Releases up to 1,000 items that the caller has claimed.",
        ..Spec::write(
            "claims.release",
            Method::Post,
            "/api/v1/admin/claims/release",
            &[AuditCode::ClaimReleased],
        )
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_decide_in_a_queue_may_claim_there_and_nobody_else_may_claim() {
        let deciding = Queue::ALL.iter().flat_map(|queue| queue.deciding());
        let deciding: Vec<_> = deciding.copied().collect();
        assert_eq!(deciding, DECIDES.permissions());
    }

    #[test]
    fn the_log_calls_an_item_what_its_list_calls_it() {
        for queue in Queue::ALL {
            assert_eq!(queue.resource().target_type(), Some(queue.target_type()));
        }
    }
}
