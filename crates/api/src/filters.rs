//! Saved filters: what operators keep under a name, for themselves or for everybody.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::applications::ApplicationField;
use crate::audit::AuditField;
use crate::audit_code::AuditCode;
use crate::data_requests::DataRequestField;
use crate::filter::{Field, Filter, FilterError};
use crate::ids::FilterId;
use crate::operation::{Access, Method, Nothing, Operation, Reads, Spec, Writes};
use crate::realtime::Resource;
use crate::reports::ReportField;
use crate::text::Line;
use crate::users::UserField;
use crate::wire_enum::OpenEnum;
use crate::withdrawals::WithdrawalField;

/// Most filters that one operator keeps.
pub const MOST: usize = 100;
/// Most filters that are listed.
pub const MOST_LISTED: usize = 1_000;
/// Longest text of a filter, in characters.
pub const LONGEST_TEXT: usize = 512;
/// Longest name, in characters.
pub const LONGEST_NAME: usize = 40;

/// A filter that somebody keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SavedFilter {
    /// Its id.
    pub id: FilterId,
    /// Which list it filters.
    pub resource: OpenEnum<Resource>,
    /// What its owner calls it.
    pub name: Line,
    /// Its text, in the grammar of the list (docs/FILTERS.md).
    pub filter: Line,
    /// Whether everybody sees it who may see the list.
    pub shared: bool,
    /// Whether it is the caller's.
    pub mine: bool,
    /// E-mail of whose it is.
    pub owner: Line,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// Grows with every change.
    pub version: i64,
}

/// The filters that the caller can use.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SavedFilters {
    /// The caller's own, then those of others; each by list and name.
    pub filters: Vec<SavedFilter>,
}

/// A filter to be kept: a new one, or in the place of the caller's own of this name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SaveFilterRequest {
    /// Which list it filters.
    pub resource: Resource,
    /// What it is called, up to 40 characters; of one list, each of the caller's has another name.
    pub name: String,
    /// Its text, up to 512 characters.
    pub filter: String,
    /// Whether everybody sees it who may see the list; takes `filters.share`.
    #[serde(default)]
    pub shared: bool,
}

/// A filter that is kept no more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DroppedFilter {
    /// Which one.
    pub id: FilterId,
}

/// Reads a text as a filter of a list.
///
/// # Errors
/// What is wrong, and where.
pub fn check(resource: Resource, text: &str) -> Result<(), FilterError> {
    fn read<F: Field>(text: &str) -> Result<(), FilterError> {
        Filter::<F>::parse(text).map(drop)
    }
    match resource {
        Resource::Applications => read::<ApplicationField>(text),
        Resource::Reports => read::<ReportField>(text),
        Resource::DataRequests => read::<DataRequestField>(text),
        Resource::Withdrawals => read::<WithdrawalField>(text),
        Resource::Users => read::<UserField>(text),
        Resource::Audit => read::<AuditField>(text),
    }
}

/// Lists saved filters.
#[derive(Debug)]
pub struct ListFilters;

impl Operation for ListFilters {
    type Path = ();
    type Query = Nothing;
    type Body = Nothing;
    type Reply = SavedFilters;
    type Kind = Reads;
    const SPEC: Spec = Spec {
        access: Access::Admin,
        summary: "Lists the saved filters of the caller, and those that others share of lists that the caller may see.",
        ..Spec::read("filters.list", "/api/v1/admin/filters")
    };
}

/// Keeps a filter.
#[derive(Debug)]
pub struct SaveFilter;

impl Operation for SaveFilter {
    type Path = ();
    type Query = Nothing;
    type Body = SaveFilterRequest;
    type Reply = SavedFilter;
    type Kind = Writes;
    const SPEC: Spec = Spec {
        access: Access::Admin,
        summary: "Keeps a filter under a name; sharing it takes filters.share.",
        ..Spec::write(
            "filters.save",
            Method::Put,
            "/api/v1/admin/filters",
            &[AuditCode::FilterSaved],
        )
    };
}

/// Drops a filter.
#[derive(Debug)]
pub struct DropFilter;

impl Operation for DropFilter {
    type Path = FilterId;
    type Query = Nothing;
    type Body = Nothing;
    type Reply = DroppedFilter;
    type Kind = Writes;
    const SPEC: Spec = Spec {
        access: Access::Admin,
        summary: "Drops a saved filter: the caller's own, or with filters.share a shared one of anybody's.",
        ..Spec::write(
            "filters.drop",
            Method::Delete,
            "/api/v1/admin/filters/{id}",
            &[AuditCode::FilterDropped],
        )
    };
}
