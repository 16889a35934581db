//! How easily a password is guessed. Pure.

use std::fmt;

use quarterdeck_api::sessions::MIN_PASSWORD_LENGTH;
use zxcvbn::feedback::Feedback;
use zxcvbn::{Score, zxcvbn};

/// What is on every screen of this program, and so the first guess.
const OWN_WORDS: [&str; 3] = ["quarterdeck", "operator", "admin"];

/// Why a password may not be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Weakness {
    /// It is too short.
    Short,
    /// It is guessed too soon; with what makes it so, where that can be told.
    Guessable(Option<String>),
    /// It stands in a list of passwords that others know.
    Breached,
}

impl fmt::Display for Weakness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Short => write!(
                f,
                "must have {MIN_PASSWORD_LENGTH} characters or more; a few words do well"
            ),
            Self::Guessable(Some(why)) => {
                write!(
                    f,
                    "is too easy to guess: {why} A few unrelated words do well."
                )
            }
            Self::Guessable(None) => {
                f.write_str("is too easy to guess; a few unrelated words do well")
            }
            Self::Breached => {
                f.write_str("is in a list of passwords that others know; choose another")
            }
        }
    }
}

/// Judges a password of somebody who is known by these names. Who can try offline needs some 10^8 guesses
/// and more for what passes, each as dear as a hash.
///
/// # Errors
/// Why it may not be chosen.
pub fn judge(password: &str, known: &[&str]) -> Result<(), Weakness> {
    if password.chars().count() < MIN_PASSWORD_LENGTH {
        return Err(Weakness::Short);
    }
    let parts = known.iter().flat_map(|text| {
        let parts = text.split(|symbol: char| !symbol.is_alphanumeric());
        parts.chain([*text])
    });
    let words: Vec<&str> = parts
        .filter(|part| part.len() > 2)
        .chain(OWN_WORDS)
        .collect();
    let found = zxcvbn(password, &words);
    if found.score() >= Score::Three {
        return Ok(());
    }
    let warning = found.feedback().and_then(Feedback::warning);
    Err(Weakness::Guessable(
        warning.map(|warning| warning.to_string()),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [&str; 2] = ["ana.bellweather@ops.example", "Ana Bellweather"];

    #[test]
    fn a_few_unrelated_words_and_random_signs_pass() {
        for password in [
            "seven purple walruses",
            "a few plain words",
            "correct horse battery",
            "a password of my own",
            "another few words",
            "xK9#mQ2$vL7p",
            "Übermut tut selten gut im Nebel",
        ] {
            assert_eq!(judge(password, &KNOWN), Ok(()), "{password}");
        }
    }

    #[test]
    fn what_is_short_common_or_made_of_ones_own_name_does_not() {
        assert_eq!(judge("xK9#mQ2$vL7", &KNOWN), Err(Weakness::Short));
        for password in [
            "passwordpassword",
            "123456789012",
            "qwertyuiopas",
            "aaaaaaaaaaaaaaaaaaaa",
            "ana.bellweather@ops.example",
            "bellweather1",
            "quarterdeck1",
            "QuarterdeckAdmin",
        ] {
            let judged = judge(password, &KNOWN);
            assert!(matches!(judged, Err(Weakness::Guessable(_))), "{password}");
        }
    }
}
