//! `[keys]` of a configuration file. What has the wrong type is a problem like any other: the console
//! starts without it.

use quarterdeck_api::text::Line;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::user::{UserKey, UserKeys};

type Name<'a> = Spanned<std::borrow::Cow<'a, str>>;
type Value<'a> = Spanned<DeValue<'a>>;

/// The keys in the text of a configuration file, by line. Text that is no TOML has none: whoever reads
/// the rest of the file says so.
pub fn read_user_keys(file: &str, text: &str) -> UserKeys {
    let mut found = Found {
        text,
        user: UserKeys {
            file: Line::new(file),
            ..UserKeys::default()
        },
    };
    if let Ok(document) = DeTable::parse(text) {
        for (name, value) in document.get_ref() {
            if name.get_ref() == "keys" {
                found.sections(name, value);
            }
        }
    }
    found.user.keys.sort_by_key(|key| key.line);
    found.user
}

struct Found<'a> {
    text: &'a str,
    user: UserKeys,
}

impl Found<'_> {
    fn sections(&mut self, name: &Name<'_>, value: &Value<'_>) {
        let DeValue::Table(sections) = value.get_ref() else {
            return self.problem(name, "`keys` must be tables, as `[keys.table]`");
        };
        for (section, actions) in sections {
            self.actions(section, actions);
        }
    }

    fn actions(&mut self, section: &Name<'_>, value: &Value<'_>) {
        let DeValue::Table(actions) = value.get_ref() else {
            let message = format!(
                "`keys.{}` must be a table, as `[keys.table]` with `mark = [\"m\"]`",
                section.get_ref()
            );
            return self.problem(section, &message);
        };
        for (action, keys) in actions {
            self.keys(section.get_ref(), action, keys.get_ref());
        }
    }

    fn keys(&mut self, section: &str, action: &Name<'_>, value: &DeValue<'_>) {
        let Some(keys) = texts(value) else {
            let message = format!(
                "`{}` must be a list of keys, as [\"m\", \"F2\"]",
                action.get_ref()
            );
            return self.problem(action, &message);
        };
        let line = self.line(action);
        self.user.keys.push(UserKey {
            section: section.to_owned(),
            action: action.get_ref().to_string(),
            keys,
            line,
        });
    }

    fn problem(&mut self, name: &Name<'_>, message: &str) {
        let problem = self.user.problem(self.line(name), message);
        self.user.problems.push(problem);
    }

    fn line(&self, name: &Name<'_>) -> usize {
        let before = self.text.get(..name.span().start).unwrap_or(self.text);
        before.matches('\n').count() + 1
    }
}

fn texts(value: &DeValue<'_>) -> Option<Vec<String>> {
    let DeValue::Array(keys) = value else {
        return None;
    };
    keys.iter()
        .map(|key| key.get_ref().as_str().map(str::to_owned))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Vec<(usize, String)>, Vec<String>) {
        let user = read_user_keys("/etc/own.toml", text);
        let keys = user.keys.into_iter().map(|key| (key.line, key.action));
        let problems = user.problems.iter().map(ToString::to_string);
        (keys.collect(), problems.collect())
    }

    #[test]
    fn keys_are_read_by_line() {
        let (keys, problems) =
            read("theme = \"dark\"\n\n[keys.table]\nmark = [\"m\"]\n\"+down\" = [\"n\"]\n");
        assert_eq!(keys, [(4, "mark".to_owned()), (5, "+down".to_owned())]);
        assert_eq!(problems, [""; 0]);
    }

    #[test]
    fn a_wrong_type_in_keys_is_a_problem_and_no_end() {
        let list = |action| format!("`{action}` must be a list of keys, as [\"m\", \"F2\"]");
        let cases = [
            (
                "keys = 3",
                1,
                "`keys` must be tables, as `[keys.table]`".to_owned(),
            ),
            (
                "[keys]\ntable = true",
                2,
                "`keys.table` must be a table, as `[keys.table]` with `mark = [\"m\"]`".to_owned(),
            ),
            ("[keys.table]\nup = ['z']\nmark = 'm'", 3, list("mark")),
            ("[keys.table]\nmark = ['m', 4]", 2, list("mark")),
            ("[keys.table.mark]\nm = 1", 1, list("mark")),
        ];
        for (text, line, message) in cases {
            assert_eq!(read(text).1, [format!("/etc/own.toml:{line}: {message}")]);
        }
        assert_eq!(read("[keys.table]\nup = ['z']\nmark = 'm'").0.len(), 1);
    }
}
