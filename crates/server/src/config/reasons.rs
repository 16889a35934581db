//! The file of reasons, read when the server starts. A list in it takes the place of its verb's own; verbs
//! that it does not name keep the built-in one.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::hash::Hash;
use std::ops::RangeInclusive;
use std::path::Path;

use quarterdeck_api::reasons::{
    DIGITS, FreeText, LABEL_LENGTH, LONGEST_CODE, MESSAGE_LENGTH, Reason, ReasonList, ReasonVerb,
    Reasons,
};
use quarterdeck_api::suggest::suggestion;
use quarterdeck_api::text::Line;
use serde::Deserialize;
use toml::Spanned;

use super::ConfigError;
use super::entry::Origin;

/// Lists by resource and verb.
type FileLists = BTreeMap<Spanned<String>, BTreeMap<Spanned<String>, FileList>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileList {
    #[serde(default = "allowed")]
    free_text: FreeText,
    #[serde(default)]
    reasons: Vec<FileReason>,
}

const fn allowed() -> FreeText {
    FreeText::Allowed
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileReason {
    digit: Spanned<i64>,
    code: Spanned<String>,
    label: Spanned<String>,
    message: Option<Spanned<String>>,
}

/// Reads a file of reasons.
pub(super) fn read(path: &Path) -> Result<Reasons, ConfigError> {
    let text = fs::read_to_string(path).map_err(|source| ConfigError::Read {
        path: path.to_owned(),
        source,
    })?;
    File { path, text: &text }.lists()
}

struct File<'a> {
    path: &'a Path,
    text: &'a str,
}

impl File<'_> {
    fn lists(&self) -> Result<Reasons, ConfigError> {
        let lists: FileLists = toml::from_str(self.text).map_err(|error| ConfigError::Syntax {
            origin: self.origin(error.span().map_or(0, |span| span.start)),
            message: error.message().to_owned(),
        })?;
        let mut reasons = Reasons::built_in();
        for (resource, verbs) in &lists {
            for (verb, list) in verbs {
                reasons.put(self.list(resource.get_ref(), verb, list)?);
            }
        }
        Ok(reasons)
    }

    fn list(
        &self,
        resource: &str,
        verb: &Spanned<String>,
        list: &FileList,
    ) -> Result<ReasonList, ConfigError> {
        let name = format!("{resource}.{}", verb.get_ref());
        let known: ReasonVerb = name.parse().map_err(|_| {
            let near = suggestion(&name, ReasonVerb::NAMES.iter().copied());
            self.wrong(verb, format!("no verb {name} takes reasons{near}"))
        })?;
        if list.reasons.is_empty() && list.free_text == FreeText::Forbidden {
            let problem = format!("{name} offers nothing: neither reasons nor free text");
            return Err(self.wrong(verb, problem));
        }
        self.refuse_repeats(&name, "digit", list.reasons.iter().map(|one| &one.digit))?;
        self.refuse_repeats(&name, "code", list.reasons.iter().map(|one| &one.code))?;
        self.refuse_repeats(&name, "label", list.reasons.iter().map(|one| &one.label))?;
        let mut reasons = list
            .reasons
            .iter()
            .map(|one| self.reason(one))
            .collect::<Result<Vec<_>, _>>()?;
        reasons.sort_by_key(|reason| reason.digit);
        Ok(ReasonList {
            verb: known.into(),
            free_text: list.free_text.into(),
            reasons,
        })
    }

    fn reason(&self, reason: &FileReason) -> Result<Reason, ConfigError> {
        let message = reason.message.as_ref();
        Ok(Reason {
            digit: self.digit(&reason.digit)?,
            code: self.code(&reason.code)?,
            label: self.line("label", &reason.label, LABEL_LENGTH)?,
            message: message
                .map(|message| self.line("message", message, MESSAGE_LENGTH))
                .transpose()?,
        })
    }

    fn digit(&self, digit: &Spanned<i64>) -> Result<u8, ConfigError> {
        let given = u8::try_from(*digit.get_ref()).ok();
        given.filter(|digit| DIGITS.contains(digit)).ok_or_else(|| {
            let problem = format!(
                "digit must be {} to {}, not {}: a list has no more",
                DIGITS.start(),
                DIGITS.end(),
                digit.get_ref()
            );
            self.wrong(digit, problem)
        })
    }

    fn code(&self, code: &Spanned<String>) -> Result<Line, ConfigError> {
        let text = code.get_ref();
        let is_fit = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        let begins_fit = text.starts_with(|letter: char| letter.is_ascii_lowercase());
        if begins_fit && text.len() <= LONGEST_CODE && text.bytes().all(is_fit) {
            return Ok(Line::new(text));
        }
        let problem = format!(
            "code must be a small letter and up to {} small letters, digits or \"_\" behind it, not {text:?}",
            LONGEST_CODE - 1
        );
        Err(self.wrong(code, problem))
    }

    fn line(
        &self,
        key: &str,
        text: &Spanned<String>,
        length: RangeInclusive<usize>,
    ) -> Result<Line, ConfigError> {
        let given = text.get_ref();
        if given.trim() != given || !length.contains(&given.chars().count()) {
            let (least, most) = length.into_inner();
            let problem = format!(
                "{key} must have {least} to {most} characters and no space around them, not {}",
                given.chars().count()
            );
            return Err(self.wrong(text, problem));
        }
        let line = Line::new(given);
        if line.as_str() == given {
            return Ok(line);
        }
        let problem = format!("{key} must be one line of characters that can be seen");
        Err(self.wrong(text, problem))
    }

    /// Digits, codes and labels each name one reason of their list.
    fn refuse_repeats<'t, T>(
        &self,
        list: &str,
        key: &str,
        values: impl Iterator<Item = &'t Spanned<T>>,
    ) -> Result<(), ConfigError>
    where
        T: Eq + Hash + std::fmt::Debug + 't,
    {
        let mut known: HashMap<&T, usize> = HashMap::new();
        for value in values {
            let line = self.line_of(value.span().start);
            if let Some(first) = known.insert(value.get_ref(), line) {
                let problem = format!(
                    "{key} {:?} of {list} stands in line {first} already",
                    value.get_ref()
                );
                return Err(self.wrong(value, problem));
            }
        }
        Ok(())
    }

    fn wrong<T>(&self, place: &Spanned<T>, problem: String) -> ConfigError {
        ConfigError::Reasons {
            origin: self.origin(place.span().start),
            problem,
        }
    }

    fn origin(&self, offset: usize) -> Origin {
        Origin::File {
            path: self.path.to_owned(),
            line: self.line_of(offset),
        }
    }

    fn line_of(&self, offset: usize) -> usize {
        let before = self.text.get(..offset).unwrap_or(self.text);
        1 + before.matches('\n').count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: &str = include_str!("../../reasons.example.toml");

    fn load(text: &str) -> Result<Reasons, String> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("reasons.toml");
        fs::write(&path, text).unwrap();
        let prefix = format!("{}/", directory.path().display());
        read(&path).map_err(|error| error.to_string().replace(&prefix, ""))
    }

    /// A list of `users.ban`: its head is line 1, each reason takes four lines.
    fn ban(reasons: &[(i64, &str, &str)]) -> String {
        let reason = |(digit, code, label): &(i64, &str, &str)| {
            format!("[[users.ban.reasons]]\ndigit = {digit}\ncode = {code:?}\nlabel = {label:?}\n")
        };
        let reasons: String = reasons.iter().map(reason).collect();
        format!("[users.ban]\n{reasons}")
    }

    #[test]
    fn the_example_has_the_built_in_lists() {
        assert_eq!(load(EXAMPLE).unwrap(), Reasons::built_in());
    }

    #[test]
    fn a_list_takes_the_place_of_its_verbs_own_and_is_by_digit() {
        let text = ban(&[(7, "spam", "Spam"), (2, "other", "Something else")]);
        let reasons = load(&text).unwrap();
        let list = reasons.of(ReasonVerb::Ban).unwrap();
        let codes: Vec<_> = list
            .reasons
            .iter()
            .map(|reason| (reason.key(), reason.code.as_str()))
            .collect();
        assert_eq!(codes, [('2', "other"), ('7', "spam")]);
        assert_eq!(list.free_text(), FreeText::Allowed);
        let built_in = Reasons::built_in();
        assert_eq!(
            reasons.of(ReasonVerb::Unban),
            built_in.of(ReasonVerb::Unban)
        );
    }

    #[test]
    fn a_reasons_file_with_a_repeated_digit_or_code_is_an_error_with_its_line() {
        let rows = [
            (
                ban(&[(1, "spam", "Spam"), (1, "fraud", "Fraud")]),
                "reasons.toml:7: digit 1 of users.ban stands in line 3 already",
            ),
            (
                ban(&[(1, "spam", "Spam"), (2, "spam", "Fraud")]),
                "reasons.toml:8: code \"spam\" of users.ban stands in line 4 already",
            ),
            (
                ban(&[(1, "spam", "Spam"), (2, "fraud", "Spam")]),
                "reasons.toml:9: label \"Spam\" of users.ban stands in line 5 already",
            ),
        ];
        for (text, expected) in rows {
            assert_eq!(load(&text).unwrap_err(), expected);
        }
    }

    #[test]
    fn what_is_wrong_in_a_reasons_file_is_named_with_its_line() {
        let long = "x".repeat(61);
        let rows = [
            (
                ban(&[(10, "spam", "Spam")]),
                "reasons.toml:3: digit must be 1 to 9, not 10: a list has no more",
            ),
            (
                ban(&[(0, "spam", "Spam")]),
                "reasons.toml:3: digit must be 1 to 9, not 0: a list has no more",
            ),
            (
                ban(&[(1, "Spam", "Spam")]),
                "reasons.toml:4: code must be a small letter and up to 39 small letters, digits or \"_\" behind it, not \"Spam\"",
            ),
            (
                ban(&[(1, "", "Spam")]),
                "reasons.toml:4: code must be a small letter and up to 39 small letters, digits or \"_\" behind it, not \"\"",
            ),
            (
                ban(&[(1, "spam", "")]),
                "reasons.toml:5: label must have 3 to 60 characters and no space around them, not 0",
            ),
            (
                ban(&[(1, "spam", &long)]),
                "reasons.toml:5: label must have 3 to 60 characters and no space around them, not 61",
            ),
            (
                ban(&[(1, "spam", "Spam ")]),
                "reasons.toml:5: label must have 3 to 60 characters and no space around them, not 5",
            ),
            (
                ban(&[(1, "spam", "Sp\nam")]),
                "reasons.toml:5: label must be one line of characters that can be seen",
            ),
            (
                format!("{}message = \"\"\n", ban(&[(1, "spam", "Spam")])),
                "reasons.toml:6: message must have 3 to 500 characters and no space around them, not 0",
            ),
            (
                "[users]\n[users.bann]\n".to_owned(),
                "reasons.toml:2: no verb users.bann takes reasons; did you mean `users.ban`?",
            ),
            (
                "\n[users.ban]\nfree_text = \"forbidden\"\n".to_owned(),
                "reasons.toml:2: users.ban offers nothing: neither reasons nor free text",
            ),
            (
                "[users.ban]\nfree_text = \"maybe\"\n".to_owned(),
                "reasons.toml:2: `maybe` is not one of forbidden, allowed, required",
            ),
            (
                "[users.ban]\nfree = true\n".to_owned(),
                "reasons.toml:2: unknown field `free`, expected `free_text` or `reasons`",
            ),
            (
                "[[users.ban.reasons]]\ndigit = 1\n".to_owned(),
                "reasons.toml:1: missing field `code`",
            ),
            (
                "[users\n".to_owned(),
                "reasons.toml:1: unclosed table, expected `]`",
            ),
        ];
        for (text, expected) in rows {
            assert_eq!(load(&text).unwrap_err(), expected, "{text}");
        }
        assert!(load("").is_ok(), "an empty file changes nothing");
    }
}
