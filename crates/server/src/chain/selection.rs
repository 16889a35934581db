//! Which rows of the log are asked for.

use chrono::{DateTime, Utc};
use sea_orm::Value;

use crate::db::dialect;

/// Which rows of a scope.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct AuditSelection {
    /// By this account.
    pub actor_id: Option<i64>,
    /// By the account with this e-mail.
    pub actor_email: Option<String>,
    /// With any of these codes; empty for all.
    pub codes: Vec<String>,
    /// On this kind of object.
    pub target_type: Option<String>,
    /// On the object of this id.
    pub target_id: Option<String>,
    /// At this time or later.
    pub from: Option<DateTime<Utc>>,
    /// Before this time.
    pub to: Option<DateTime<Utc>>,
}

impl AuditSelection {
    pub(super) fn conditions(&self, scope: &str) -> (Vec<String>, Vec<Value>) {
        let mut values: Vec<Value> = vec![scope.into()];
        let mut conditions = vec!["scope = $1".to_owned()];
        let mut add = |condition: &str, value: Value| {
            values.push(value);
            conditions.push(format!("{condition} ${}", values.len()));
        };
        if let Some(id) = self.actor_id {
            add("admin_user_id =", id.into());
        }
        if let Some(email) = &self.actor_email {
            add("admin_email =", email.clone().into());
        }
        if let Some(target_type) = &self.target_type {
            add("target_type =", target_type.clone().into());
        }
        if let Some(target_id) = &self.target_id {
            add("target_id =", target_id.clone().into());
        }
        if let Some(from) = self.from {
            add("created_at >=", from.into());
        }
        if let Some(to) = self.to {
            add("created_at <", to.into());
        }
        if !self.codes.is_empty() {
            let list = dialect::placeholders(values.len() + 1, self.codes.len());
            conditions.push(format!("action_code IN ({list})"));
            values.extend(self.codes.iter().cloned().map(Value::from));
        }
        (conditions, values)
    }
}
