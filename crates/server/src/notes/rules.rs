//! What a note may say, and who may change it. Pure.

use quarterdeck_api::notes::{NOTE_LENGTH, RiskLevel};
use quarterdeck_api::problem::FieldProblem;

/// A note as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// The words.
    pub note: String,
    /// How much of a risk the person is.
    pub risk_level: RiskLevel,
}

/// The words of a note; they lose the space around them.
pub fn words(text: &str) -> Result<String, FieldProblem> {
    let text = text.trim();
    if NOTE_LENGTH.contains(&text.chars().count()) {
        return Ok(text.to_owned());
    }
    let (shortest, longest) = (NOTE_LENGTH.start(), NOTE_LENGTH.end());
    let problem = format!("must have {shortest} to {longest} characters");
    Err(FieldProblem::new("note", problem))
}

/// Whose a note is to who would change it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Author {
    /// Theirs.
    Caller,
    /// Somebody else's.
    Other,
}

/// Who would change a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rank {
    /// A super-admin.
    SuperAdmin,
    /// Anybody else.
    Other,
}

/// What becomes of a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It changes.
    Change,
    /// It is another's.
    NotYours,
    /// It is not as the caller saw it.
    Stale,
}

/// A note as it stands, to who would change it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Whose it is.
    pub author: Author,
    /// Grows with every change.
    pub version: i64,
}

/// Judges a change.
pub fn judge(standing: Standing, rank: Rank, expected_version: Option<i64>) -> Verdict {
    if (standing.author, rank) == (Author::Other, Rank::Other) {
        Verdict::NotYours
    } else if expected_version.is_some_and(|expected| expected != standing.version) {
        Verdict::Stale
    } else {
        Verdict::Change
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s004_15_a_note_has_1_to_2000_characters_without_the_space_around_it() {
        assert_eq!(
            words(" Called twice.\nNo answer. \n"),
            Ok("Called twice.\nNo answer.".to_owned())
        );
        let longest = "ä".repeat(2_000);
        assert_eq!(words(&longest), Ok(longest.clone()));
        for wrong in [String::new(), " \n ".to_owned(), "ä".repeat(2_001)] {
            let problem = words(&wrong).unwrap_err();
            assert_eq!(problem.problem.as_str(), "must have 1 to 2000 characters");
        }
    }

    #[test]
    fn s004_49_ones_own_notes_or_as_a_super_admin_anybodys() {
        let of = |author| Standing { author, version: 3 };
        let cases = [
            (Author::Caller, Rank::Other, None, Verdict::Change),
            (Author::Caller, Rank::Other, Some(3), Verdict::Change),
            (Author::Caller, Rank::Other, Some(2), Verdict::Stale),
            (Author::Other, Rank::SuperAdmin, Some(3), Verdict::Change),
            (Author::Other, Rank::SuperAdmin, Some(4), Verdict::Stale),
            (Author::Other, Rank::Other, Some(3), Verdict::NotYours),
            (Author::Other, Rank::Other, Some(2), Verdict::NotYours),
        ];
        for (author, rank, expected, verdict) in cases {
            assert_eq!(
                judge(of(author), rank, expected),
                verdict,
                "{author:?} {rank:?} {expected:?}"
            );
        }
    }
}
