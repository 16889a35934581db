//! Which characters the terminal shows, by the locale. Never asks the terminal.

use crate::app::options::Charset;

/// From `LC_ALL`, `LC_CTYPE` and `LANG`: the first that is set decides, and none means the C locale.
pub fn charset(variable: impl Fn(&str) -> Option<String>) -> Charset {
    let names = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter();
    let locale = names.filter_map(variable).find(|value| !value.is_empty());
    let codeset = locale.unwrap_or_default().to_ascii_lowercase();
    if codeset.contains("utf-8") || codeset.contains("utf8") {
        Charset::Unicode
    } else {
        Charset::Ascii
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_variable_that_is_set_names_the_characters() {
        let cases: [(&[(&str, &str)], Charset); 8] = [
            (&[], Charset::Ascii),
            (&[("LANG", "C")], Charset::Ascii),
            (&[("LANG", "de_DE.ISO-8859-1")], Charset::Ascii),
            (&[("LANG", "en_US.UTF-8")], Charset::Unicode),
            (&[("LANG", "C.utf8")], Charset::Unicode),
            (&[("LANG", "en_US.UTF-8"), ("LC_ALL", "C")], Charset::Ascii),
            (&[("LANG", "C"), ("LC_CTYPE", "C.UTF-8")], Charset::Unicode),
            (&[("LANG", "C.UTF-8"), ("LC_ALL", "")], Charset::Unicode),
        ];
        for (variables, expected) in cases {
            let variable = |name: &str| {
                let found = variables.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            };
            assert_eq!(charset(variable), expected, "{variables:?}");
        }
    }
}
