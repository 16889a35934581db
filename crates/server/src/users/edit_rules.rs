//! What an account may be called from now on. Pure.

use quarterdeck_api::problem::FieldProblem;
use quarterdeck_api::users::{Edit, UserPatch};

use super::new_account::{address, is_clean, name};

/// Longest handle, in characters.
const MAX_HANDLE: usize = 50;
/// Longest country, in characters.
const MAX_COUNTRY: usize = 100;

/// A field that operators may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// E-mail.
    Email,
    /// Name.
    DisplayName,
    /// Handle.
    Username,
    /// Twitch handle.
    TwitchUsername,
    /// Where the person says to live.
    Country,
}

impl Field {
    /// Every field, in the order of the request.
    pub const ALL: [Self; 5] = [
        Self::Email,
        Self::DisplayName,
        Self::Username,
        Self::TwitchUsername,
        Self::Country,
    ];

    /// Its name in requests and in the log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::DisplayName => "displayName",
            Self::Username => "username",
            Self::TwitchUsername => "twitchUsername",
            Self::Country => "country",
        }
    }

    const fn of(self, patch: &UserPatch) -> &Edit {
        match self {
            Self::Email => &patch.email,
            Self::DisplayName => &patch.display_name,
            Self::Username => &patch.username,
            Self::TwitchUsername => &patch.twitch_username,
            Self::Country => &patch.country,
        }
    }

    /// Whether the person is found by it, and so erased by it.
    pub const fn names_the_person(self) -> bool {
        match self {
            Self::Email | Self::DisplayName | Self::Username | Self::TwitchUsername => true,
            Self::Country => false,
        }
    }

    fn check(self, text: &str) -> Result<String, &'static str> {
        let text = text.trim();
        match self {
            Self::Email => address(text),
            Self::DisplayName => name(text),
            Self::Username | Self::TwitchUsername => {
                let is_handle = is_line(text, MAX_HANDLE) && !text.contains(char::is_whitespace);
                is_handle
                    .then(|| text.to_owned())
                    .ok_or("must have 1 to 50 characters without space; null takes it away")
            }
            Self::Country => is_line(text, MAX_COUNTRY)
                .then(|| text.to_owned())
                .ok_or("must have 1 to 100 characters on one line; null takes it away"),
        }
    }

    const fn may_be_absent(self) -> bool {
        match self {
            Self::Email | Self::DisplayName => false,
            Self::Username | Self::TwitchUsername | Self::Country => true,
        }
    }
}

fn is_line(text: &str, longest: usize) -> bool {
    (1..=longest).contains(&text.chars().count()) && is_clean(text)
}

/// What a field becomes; none where it is taken away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Which field.
    pub field: Field,
    /// What it becomes.
    pub to: Option<String>,
}

/// What a request asks for, checked field by field.
///
/// # Errors
/// Every field that is wrong; the whole where there is none.
pub fn wanted(patch: &UserPatch) -> Result<Vec<Change>, Vec<FieldProblem>> {
    let (mut changes, mut problems) = (Vec::new(), Vec::new());
    for field in Field::ALL {
        let to = match field.of(patch) {
            Edit::Keep => continue,
            Edit::Clear if field.may_be_absent() => Ok(None),
            Edit::Clear => Err("cannot be taken away"),
            Edit::To(text) => field.check(text).map(Some),
        };
        match to {
            Ok(to) => changes.push(Change { field, to }),
            Err(problem) => problems.push(FieldProblem::new(field.as_str(), problem)),
        }
    }
    if changes.is_empty() && problems.is_empty() {
        let names: Vec<_> = Field::ALL.iter().map(|field| field.as_str()).collect();
        let problem = format!("must name a field to change: {}", names.join(", "));
        problems.push(FieldProblem::new("body", problem));
    }
    if problems.is_empty() {
        Ok(changes)
    } else {
        Err(problems)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patch(text: &str) -> UserPatch {
        serde_json::from_str(text).unwrap()
    }

    fn refused(text: &str) -> Vec<String> {
        let problems = wanted(&patch(text)).unwrap_err();
        let name = |problem: &FieldProblem| problem.name.to_string();
        problems.iter().map(name).collect()
    }

    #[test]
    fn s004_14_each_field_that_is_wrong_is_named() {
        assert_eq!(refused("{}"), ["body"]);
        assert_eq!(refused(r#"{"expectedVersion":3}"#), ["body"]);
        assert_eq!(
            refused(
                r#"{"email":null,"displayName":"","username":"a b","twitchUsername":"","country":"\n"}"#
            ),
            [
                "email",
                "displayName",
                "username",
                "twitchUsername",
                "country"
            ]
        );
        assert_eq!(refused(r#"{"email":"ana","username":"ana"}"#), ["email"]);
        assert_eq!(refused(r#"{"username":"an\u202ea"}"#), ["username"]);
    }

    #[test]
    fn s004_14_what_is_left_out_stays_and_null_takes_away() {
        let changes = wanted(&patch(r#"{"displayName":" Ana ","username":null}"#)).unwrap();
        let change = |field, to: Option<&str>| Change {
            field,
            to: to.map(str::to_owned),
        };
        let expected = [
            change(Field::DisplayName, Some("Ana")),
            change(Field::Username, None),
        ];
        assert_eq!(changes, expected);
    }
}
