//! The dashboard: what waits in each queue that the caller may see.

mod fields;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use self::fields::{QueueField, QueueSort};
use crate::operation::{Access, Nothing, Operation, Reads, Spec};
pub use crate::queue::Queue;
use crate::wire_enum::OpenEnum;

/// What waits in one queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QueueRow {
    /// Which queue.
    pub queue: OpenEnum<Queue>,
    /// How many are open: pending, nobody has decided.
    pub open: u64,
    /// Whether `open` is exact; a floor otherwise (C-20).
    pub open_exact: bool,
    /// Since when the oldest of them waits; absent where none does.
    pub oldest_at: Option<DateTime<Utc>>,
    /// How many of them are past their deadline; absent where the queue has none.
    pub overdue: Option<u64>,
    /// The next deadline of those that are open, passed ones too; absent where the queue has none.
    pub next_deadline: Option<DateTime<Utc>>,
}

/// What waits, queue by queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DashboardView {
    /// The queues that the caller may see, in the order of the tabs.
    pub queues: Vec<QueueRow>,
    /// When it was counted: at most a second ago, and after every change that the answering process made.
    pub counted_at: DateTime<Utc>,
}

/// Counts what waits.
#[derive(Debug)]
pub struct GetDashboard;

impl Operation for GetDashboard {
    type Path = ();
    type Query = Nothing;
    type Body = Nothing;
    type Reply = DashboardView;
    type Kind = Reads;
    const SPEC: Spec = Spec {
        access: Access::Admin,
        summary: "Counts what waits in each queue that the caller may see.",
        ..Spec::read("dashboard.get", "/api/v1/admin/dashboard")
    };
}
