//! What is around the console, for `:doctor` and `quarterdeck doctor`: what the environment says of the
//! terminal, and which files are where. Nothing is asked of the terminal, and no value of a variable is
//! told that may be secret.

use std::path::Path;

use crate::app::finding::{About, Finding};
use crate::app::options::{Charset, ThemeChoice};
use crate::config::Paths;
use crate::runtime::clipboard::Multiplexer;
use crate::terminal::{ColorDepth, Link, editor_words};

/// What the environment says of the terminal.
pub fn terminal(
    choice: ThemeChoice,
    charset: Charset,
    variable: impl Fn(&str) -> Option<String> + Copy,
) -> Vec<Finding> {
    let finding = |name, value: &str| Finding::new(About::Terminal, name, value);
    let term = variable("TERM").unwrap_or_default();
    let multiplexer = Multiplexer::detect(variable);
    let link = Link::detect(variable);
    vec![
        finding("TERM", if term.is_empty() { "not set" } else { &term }).advising_if(
            matches!(term.as_str(), "" | "dumb"),
            "Set it to what the terminal is, as `export TERM=xterm-256color`.",
        ),
        finding("Colors", colors(ColorDepth::detect(choice, variable))),
        finding("Characters", characters(charset)).advising_if(
            charset == Charset::Ascii,
            "Lines and names lose letters: `export LANG=C.UTF-8`, or another UTF-8 locale.",
        ),
        finding("Multiplexer", multiplexer.name()),
        copying(multiplexer),
        finding("Link", &distance(link)),
        finding("Editor", &editor_words(variable).join(" ")),
    ]
}

const fn colors(depth: ColorDepth) -> &'static str {
    match depth {
        ColorDepth::Monochrome => "none",
        ColorDepth::Ansi16 => "16",
        ColorDepth::Indexed256 => "256",
        ColorDepth::TrueColor => "16 million",
    }
}

const fn characters(charset: Charset) -> &'static str {
    match charset {
        Charset::Unicode => "Unicode",
        Charset::WideAmbiguous => "Unicode, ambiguous ones in two cells",
        Charset::Ascii => "ASCII",
    }
}

fn copying(multiplexer: Multiplexer) -> Finding {
    let finding = Finding::new(About::Terminal, "Copying", multiplexer.way());
    match multiplexer {
        Multiplexer::None => finding,
        Multiplexer::Tmux => {
            finding.advising("tmux hands it on with `set -s set-clipboard on` in ~/.tmux.conf.")
        }
        Multiplexer::Screen => finding.advising("Not every version of screen hands it on."),
    }
}

fn distance(link: Link) -> String {
    let name = match link {
        Link::Local => "local",
        Link::Ssh => "SSH",
    };
    let window = link.escape_window().as_millis();
    format!("{name}: a lone Esc waits {window} ms")
}

/// Where files are.
pub fn files(config_file: &Path, paths: &Paths, exports: &Path) -> Vec<Finding> {
    let finding = |name, path: &Path| {
        let there = if path.exists() { "" } else { " (not there)" };
        Finding::new(About::Files, name, &format!("{}{there}", path.display()))
    };
    vec![
        finding("Settings", config_file),
        finding("State", &paths.state),
        finding("Log", &paths.log),
        finding("Exports", exports),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::charset;

    fn of(variables: &[(&str, &str)]) -> Vec<Finding> {
        let variable = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        terminal(ThemeChoice::Default, charset(variable), variable)
    }

    fn value(findings: &[Finding], name: &str) -> (String, bool) {
        let found = findings.iter().find(|finding| finding.name == name);
        let found = found.unwrap_or_else(|| panic!("nothing about {name}"));
        (found.value.to_string(), found.advice.is_some())
    }

    #[test]
    fn what_the_environment_says_is_told_and_what_is_amiss_has_advice() {
        let bare = of(&[]);
        let good = of(&[
            ("TERM", "tmux-256color"),
            ("TMUX", "/tmp/tmux-0/default,1,0"),
            ("LANG", "C.UTF-8"),
            ("SSH_TTY", "/dev/pts/1"),
            ("EDITOR", "vim -u NONE"),
        ]);
        let cases = [
            ("TERM", ("not set", true), ("tmux-256color", false)),
            ("Colors", ("none", false), ("256", false)),
            ("Characters", ("ASCII", true), ("Unicode", false)),
            ("Multiplexer", ("none", false), ("tmux", false)),
            ("Copying", ("OSC 52", false), ("OSC 52 through tmux", true)),
            (
                "Link",
                ("local: a lone Esc waits 25 ms", false),
                ("SSH: a lone Esc waits 100 ms", false),
            ),
            ("Editor", ("vi", false), ("vim -u NONE", false)),
        ];
        for (name, of_bare, of_good) in cases {
            let owned = |(text, is_advised): (&str, bool)| (text.to_owned(), is_advised);
            assert_eq!(value(&bare, name), owned(of_bare), "{name}");
            assert_eq!(value(&good, name), owned(of_good), "{name}");
        }
    }

    #[test]
    fn a_file_that_is_not_there_is_said_to_be_so() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        std::fs::create_dir(at("state")).unwrap();
        let paths = Paths {
            config_file: at("config.toml"),
            credentials_file: at("credentials.toml"),
            data: at("data"),
            state: at("state"),
            log: at("log"),
        };
        let found = files(&paths.config_file, &paths, &at("exports"));
        assert!(value(&found, "Settings").0.ends_with("(not there)"));
        assert!(!value(&found, "State").0.contains("not there"));
    }
}
