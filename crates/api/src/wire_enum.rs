//! Enums that travel as fixed strings, and what an older reader makes of a newer value.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::text::Line;

/// Declares an enum whose variants travel as fixed strings.
///
/// Reading one is strict, which is what a server wants of input; replies hold an [`OpenEnum`] of it.
macro_rules! wire_enum {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $( $(#[$variant_meta:meta])* $variant:ident = $text:literal, )+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name {
            $( $(#[$variant_meta])* $variant, )+
        }

        impl $name {
            /// Every value, in declaration order.
            pub const ALL: &'static [Self] = &[ $( Self::$variant, )+ ];

            /// Their texts, in the same order.
            pub const NAMES: &'static [&'static str] = &[ $( $text, )+ ];

            /// The text on the wire.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $( Self::$variant => $text, )+
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::wire_enum::UnknownValue;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $( $text => Ok(Self::$variant), )+
                    _ => Err($crate::wire_enum::UnknownValue {
                        value: text.chars().take(64).collect(),
                        allowed: &[ $( $text, )+ ],
                    }),
                }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::schema::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .enum_values(Some([ $( $text, )+ ]))
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {}
    };
}

pub(crate) use wire_enum;

/// A value outside an enum, with what would have been allowed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{value}` is not one of {}", allowed.join(", "))]
pub struct UnknownValue {
    /// What was given, cut to 64 characters.
    pub value: String,
    /// What is allowed.
    pub allowed: &'static [&'static str],
}

/// A value in a reply: one that this version of the contract knows, or the text of a newer one, so
/// that an older console can still draw it (architecture.md §10.20).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum OpenEnum<T> {
    /// A value of this version.
    Known(T),
    /// The text of a value of another version.
    Unknown(Line),
}

impl<T: Copy> OpenEnum<T> {
    /// The value, if this version knows it.
    pub const fn known(&self) -> Option<T> {
        match self {
            Self::Known(value) => Some(*value),
            Self::Unknown(_) => None,
        }
    }
}

impl<T: std::str::FromStr> OpenEnum<T> {
    /// The value that a text names.
    pub fn of(text: &Line) -> Self {
        text.as_str()
            .parse()
            .map_or_else(|_| Self::Unknown(text.clone()), Self::Known)
    }
}

impl<T: Copy + PartialEq> OpenEnum<T> {
    /// Whether it is this value.
    pub fn is(&self, value: T) -> bool {
        self.known() == Some(value)
    }
}

impl<T> From<T> for OpenEnum<T> {
    fn from(value: T) -> Self {
        Self::Known(value)
    }
}

impl<T: fmt::Display> fmt::Display for OpenEnum<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(value) => value.fmt(f),
            Self::Unknown(text) => f.pad(text.as_str()),
        }
    }
}
