//! What is handed out to a person who asks for it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{BanEvent, UserView};
use crate::text::{Body, Line};

/// All that is held about a person, for the person (S003-13).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UserExport {
    /// Version of this form.
    pub format: u32,
    /// When it was taken.
    pub exported_at: DateTime<Utc>,
    /// The account.
    pub user: UserView,
    /// What the person wrote about itself.
    pub profile: Option<UserProfile>,
    /// What the account was called before an operator changed it.
    #[serde(default)]
    pub former_names: Vec<serde_json::Value>,
    /// Who the person is to the OpenID provider, where they sign in by it.
    #[serde(default)]
    pub identity: Option<UserIdentity>,
    /// Organizations that the person belongs to, and as what.
    #[serde(default)]
    pub memberships: Vec<serde_json::Value>,
    /// What was applied for under this account or its e-mail.
    pub applications: Vec<serde_json::Value>,
    /// Reports that the person sent in.
    pub reports_sent: Vec<serde_json::Value>,
    /// Reports about the person: what they say, not who says it.
    pub reports_received: Vec<serde_json::Value>,
    /// Requests for data or deletion.
    pub data_requests: Vec<serde_json::Value>,
    /// Filters that the person saved.
    #[serde(default)]
    pub saved_filters: Vec<serde_json::Value>,
    /// Money that the person moved.
    #[serde(default)]
    pub transactions: Vec<serde_json::Value>,
    /// What the person asked to be paid out.
    #[serde(default)]
    pub withdrawals: Vec<serde_json::Value>,
    /// Mail to the person: where it went and when, not what it says.
    #[serde(default)]
    pub mails: Vec<serde_json::Value>,
    /// Notes about the person: what they say, not who wrote it.
    #[serde(default)]
    pub notes: Vec<serde_json::Value>,
    /// Bans and their ends.
    pub ban_history: Vec<BanEvent>,
    /// Sessions: when and from where.
    pub sessions: Vec<serde_json::Value>,
    /// The lists above that hold more than [`super::MAX_EXPORT_ROWS`], and end there; newer rows are missing.
    pub truncated: Vec<Line>,
}

/// Who a person is to an OpenID provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UserIdentity {
    /// The provider.
    pub issuer: Line,
    /// The person, as it names them.
    pub subject: Line,
}

/// The profile of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UserProfile {
    /// Address of a picture.
    pub avatar: Option<Line>,
    /// What the person says about itself.
    pub bio: Option<Body>,
    /// Telephone number.
    pub phone: Option<Line>,
    /// Where the person says to live.
    pub country: Option<Line>,
    /// When the person was verified.
    pub verified_at: Option<DateTime<Utc>>,
}
