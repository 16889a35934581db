//! Changing what an account is called and where its person says to live (S004-14).

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::ToSchema;

use super::UserView;
use crate::audit_code::AuditCode;
use crate::ids::UserId;
use crate::operation::{Access, Method, Nothing, Operation, Otp, RateGroup, Spec, Writes};
use crate::permission::Permission;

/// What becomes of one field: left out it stays, null takes it away, a text replaces it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Edit {
    /// It stays.
    #[default]
    Keep,
    /// It is taken away.
    Clear,
    /// It becomes this.
    To(String),
}

impl Edit {
    /// Whether the field stays.
    pub const fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }
}

impl Serialize for Edit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Keep | Self::Clear => serializer.serialize_none(),
            Self::To(text) => serializer.serialize_some(text),
        }
    }
}

impl<'de> Deserialize<'de> for Edit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        Ok(text.map_or(Self::Clear, Self::To))
    }
}

/// What is to change of an account: these fields and no others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct UserPatch {
    /// E-mail, which the person signs in with; cannot be taken away. First-login tokens that went to the one of
    /// before are good no more.
    #[serde(skip_serializing_if = "Edit::is_keep")]
    #[schema(value_type = Option<String>)]
    pub email: Edit,
    /// Name, 1 to 100 characters; cannot be taken away.
    #[serde(skip_serializing_if = "Edit::is_keep")]
    #[schema(value_type = Option<String>)]
    pub display_name: Edit,
    /// Handle, 1 to 50 characters without space.
    #[serde(skip_serializing_if = "Edit::is_keep")]
    #[schema(value_type = Option<String>)]
    pub username: Edit,
    /// Twitch handle, 1 to 50 characters without space.
    #[serde(skip_serializing_if = "Edit::is_keep")]
    #[schema(value_type = Option<String>)]
    pub twitch_username: Edit,
    /// Where the person says to live, 1 to 100 characters.
    #[serde(skip_serializing_if = "Edit::is_keep")]
    #[schema(value_type = Option<String>)]
    pub country: Edit,
    /// The version that the caller saw; where it differs the answer is 409.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected_version: Option<i64>,
}

/// Changes an account. Nothing takes it back: what stood there before names the person, so no log keeps it. To
/// change it once more is the way back.
#[derive(Debug)]
pub struct UpdateUser;

impl Operation for UpdateUser {
    type Path = UserId;
    type Query = Nothing;
    type Body = UserPatch;
    type Reply = UserView;
    type Kind = Writes;
    const SPEC: Spec = Spec {
        access: Access::Permission(Permission::UserEdit),
        otp: Otp::StaffTarget,
        rate: RateGroup::Users,
        summary: "Changes e-mail, name, handles or country of a user.",
        ..Spec::write(
            "users.update",
            Method::Patch,
            "/api/v1/admin/users/{id}",
            &[AuditCode::UserUpdated],
        )
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s004_14_left_out_null_and_a_text_are_three_things() {
        let patch: UserPatch =
            serde_json::from_str(r#"{"username":null,"displayName":"Ana"}"#).unwrap();
        assert_eq!(
            (&patch.username, &patch.display_name, &patch.email),
            (&Edit::Clear, &Edit::To("Ana".to_owned()), &Edit::Keep)
        );
        let text = serde_json::to_string(&patch).unwrap();
        assert_eq!(text, r#"{"displayName":"Ana","username":null}"#);
    }
}
