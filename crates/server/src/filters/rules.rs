//! What may be kept, and who may drop it. Pure.

use quarterdeck_api::filters::{LONGEST_NAME, LONGEST_TEXT, MOST, SaveFilterRequest, check};
use quarterdeck_api::problem::FieldProblem;
use quarterdeck_api::realtime::Resource;

/// A filter as it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept<'a> {
    /// Which list it filters.
    pub resource: Resource,
    /// Its name.
    pub name: &'a str,
    /// Its text.
    pub filter: &'a str,
    /// Whether others see it.
    pub shared: bool,
}

/// What is to be kept of a request; names and texts lose the spaces around them.
pub fn read(request: &SaveFilterRequest) -> Result<Kept<'_>, FieldProblem> {
    let (name, filter) = (request.name.trim(), request.filter.trim());
    check_text("name", name, LONGEST_NAME)?;
    check_text("filter", filter, LONGEST_TEXT)?;
    check(request.resource, filter)
        .map_err(|error| FieldProblem::new("filter", error.to_string()))?;
    Ok(Kept {
        resource: request.resource,
        name,
        filter,
        shared: request.shared,
    })
}

fn check_text(field: &str, text: &str, longest: usize) -> Result<(), FieldProblem> {
    if !(1..=longest).contains(&text.chars().count()) {
        let problem = format!("must have 1 to {longest} characters");
        return Err(FieldProblem::new(field, problem));
    }
    if text.chars().any(char::is_control) {
        return Err(FieldProblem::new(field, "must be one line"));
    }
    Ok(())
}

/// Whether one more may be kept beside so many.
pub fn check_count(kept: usize) -> Result<(), FieldProblem> {
    if kept < MOST {
        return Ok(());
    }
    let problem = format!("you keep {MOST} filters, which is the most; drop one first");
    Err(FieldProblem::new("name", problem))
}

/// Whether somebody may drop a filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drop {
    /// Yes.
    Allowed,
    /// It is another's, and takes the permission to share.
    NeedsSharing,
    /// It is another's and private: as if it were not there.
    Unseen,
}

/// Whose a filter is to the one who drops it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owned {
    /// The caller's.
    ByCaller,
    /// Another's, who shares it.
    Shared,
    /// Another's, who does not.
    Privately,
}

/// Judges a drop.
pub fn may_drop(owned: Owned, may_share: impl FnOnce() -> bool) -> Drop {
    match owned {
        Owned::ByCaller => Drop::Allowed,
        Owned::Shared if may_share() => Drop::Allowed,
        Owned::Shared => Drop::NeedsSharing,
        Owned::Privately => Drop::Unseen,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(name: &str, filter: &str) -> String {
        let request = SaveFilterRequest {
            resource: Resource::Applications,
            name: name.to_owned(),
            filter: filter.to_owned(),
            shared: false,
        };
        match read(&request) {
            Ok(kept) => format!("{} = {}", kept.name, kept.filter),
            Err(wrong) => format!("{}: {}", wrong.name, wrong.problem),
        }
    }

    #[test]
    fn a_name_and_a_filter_of_the_list_are_kept() {
        assert_eq!(problem(" old ", " age>2d "), "old = age>2d");
        let long = "ä".repeat(40);
        assert_eq!(problem(&long, "ana"), format!("{long} = ana"));
        for (name, filter, expected) in [
            ("", "ana", "name: must have 1 to 40 characters"),
            (&"n".repeat(41), "ana", "name: must have 1 to 40 characters"),
            ("a\nb", "ana", "name: must be one line"),
            ("old", "  ", "filter: must have 1 to 512 characters"),
            (
                "old",
                &"a".repeat(513),
                "filter: must have 1 to 512 characters",
            ),
        ] {
            assert_eq!(problem(name, filter), expected);
        }
        let wrong = problem("old", "ana nobody:7");
        assert!(wrong.starts_with("filter: column 5: "), "{wrong}");
    }

    #[test]
    fn the_hundred_and_first_is_refused() {
        assert_eq!(check_count(99), Ok(()));
        assert!(check_count(100).is_err());
    }

    #[test]
    fn what_others_keep_private_is_not_there() {
        assert_eq!(may_drop(Owned::ByCaller, || false), Drop::Allowed);
        assert_eq!(may_drop(Owned::Shared, || true), Drop::Allowed);
        assert_eq!(may_drop(Owned::Shared, || false), Drop::NeedsSharing);
        assert_eq!(may_drop(Owned::Privately, || true), Drop::Unseen);
    }
}
