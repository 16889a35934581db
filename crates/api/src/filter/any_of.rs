//! Filter values of a query: sets written with commas.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// Any of several values, written `a,b,c`; empty matches everything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnyOf<T>(pub Vec<T>);

impl<T> Default for AnyOf<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> AnyOf<T> {
    /// Whether it matches everything.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T: PartialEq> AnyOf<T> {
    /// Whether a value is in the set.
    pub fn matches(&self, value: &T) -> bool {
        self.0.is_empty() || self.0.contains(value)
    }
}

impl<T: FromStr> FromStr for AnyOf<T> {
    type Err = T::Err;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.split(',')
            .map(str::trim)
            .filter(|value| !value.is_empty())
            .map(str::parse)
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

impl<T: fmt::Display> fmt::Display for AnyOf<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, value) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            write!(f, "{comma}{value}")?;
        }
        Ok(())
    }
}

impl<T: fmt::Display> Serialize for AnyOf<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, T: FromStr<Err: fmt::Display>> Deserialize<'de> for AnyOf<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl<T> PartialSchema for AnyOf<T> {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some("values separated by commas"))
            .into()
    }
}

impl<T> ToSchema for AnyOf<T> {
    fn name() -> std::borrow::Cow<'static, str> {
        "AnyOf".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::applications::ApplicationStatus;

    #[test]
    fn a_set_is_read_and_written_with_commas() {
        let set: AnyOf<ApplicationStatus> = "PENDING, ACTIVE".parse().unwrap();
        assert_eq!(
            set.0,
            [ApplicationStatus::Pending, ApplicationStatus::Active]
        );
        assert_eq!(set.to_string(), "PENDING,ACTIVE");
    }

    #[test]
    fn an_unknown_value_names_what_is_allowed() {
        let error = "DONE".parse::<AnyOf<ApplicationStatus>>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "`DONE` is not one of PENDING, ACTIVE, REJECTED, WAITLISTED"
        );
    }
}
