//! Identifiers, each a type of its own so that one kind cannot be passed for another.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::operation::PathArguments;
use crate::problem::FieldProblem;

macro_rules! id {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
            utoipa::ToSchema,
        )]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "#{}", self.0)
            }
        }

        impl From<$name> for i64 {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl FromStr for $name {
            type Err = std::num::ParseIntError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.strip_prefix('#').unwrap_or(text).parse().map(Self)
            }
        }

        impl PathArguments for $name {
            fn segments(&self) -> Vec<String> {
                vec![self.0.to_string()]
            }

            fn parse(segments: &[(&str, &str)]) -> Result<Self, FieldProblem> {
                let (name, value) = segments.first().copied().unwrap_or(("id", ""));
                value
                    .parse()
                    .map(Self)
                    .map_err(|_| FieldProblem::new(name, "must be a whole number"))
            }
        }
    };
}

id!(
    /// A user, staff or not.
    UserId
);
id!(
    /// An application to join.
    ApplicationId
);
id!(
    /// A report of a user about another.
    ReportId
);
id!(
    /// A request for a person's data, or for its deletion.
    DataRequestId
);
id!(
    /// A person's wish to be paid out.
    WithdrawalId
);
id!(
    /// A filter that somebody keeps.
    FilterId
);
id!(
    /// A session.
    SessionId
);
id!(
    /// A note about a user.
    NoteId
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_written_with_a_hash_and_read_with_or_without() {
        assert_eq!(ApplicationId(4711).to_string(), "#4711");
        assert_eq!("#4711".parse(), Ok(ApplicationId(4711)));
        assert_eq!("4711".parse(), Ok(ApplicationId(4711)));
        assert!("47x".parse::<ApplicationId>().is_err());
    }
}
