//! Where a session's token is read from, when it does not come from signing in (architecture.md §10.13).
//!
//! Never from the command line or the environment, which every process of the machine can read.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use quarterdeck_api::sessions::Secret;
use reqwest::Url;
use rustix::process::getuid;
use serde::Deserialize;

use super::paths::Paths;
use super::settings::{Config, Variables};

/// Longer than any token; a token file that is longer is some other file.
const MOST_BYTES: u64 = 4_096;

/// Where a token comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenSource {
    /// A file that `--token-file` or `token_file` names, or that systemd provides.
    File(PathBuf),
    /// The output of a program.
    Command(Vec<String>),
    /// The file of tokens by server that an operator chose to keep.
    Stored(PathBuf),
}

/// Why there is no token where there should be one.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// The file cannot be read.
    #[error("{}: {error}", .path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// Somebody else may have read it.
    #[error("{}: {problem}; run `chmod 600` on it as its owner", .path.display())]
    Exposed {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// It is not a token.
    #[error("{origin}: not a token: it must be one line of printable ASCII")]
    NotAToken {
        /// Which file or program.
        origin: String,
    },
    /// The file of stored tokens has another form.
    #[error("{}:{line}: must hold a table `[tokens]` of addresses and tokens", .path.display())]
    NotATable {
        /// Which file.
        path: PathBuf,
        /// Where in it.
        line: usize,
    },
    /// The program cannot be run or failed.
    #[error("token_command `{program}`: {problem}")]
    CommandFailed {
        /// Which program.
        program: String,
        /// What happened.
        problem: String,
    },
}

impl TokenSource {
    /// The first source that there is, in the order that the documents promise.
    pub fn find(config: &Config, variables: Variables<'_>, paths: &Paths) -> Option<Self> {
        if let Some(file) = &config.token_file {
            return Some(Self::File(file.clone()));
        }
        let provided = variables("CREDENTIALS_DIRECTORY")
            .map(|path| Path::new(&path).join("quarterdeck-token"));
        if let Some(file) = provided.filter(|file| file.exists()) {
            return Some(Self::File(file));
        }
        if !config.token_command.is_empty() {
            return Some(Self::Command(config.token_command.clone()));
        }
        let stored = &paths.credentials_file;
        stored.exists().then(|| Self::Stored(stored.clone()))
    }

    /// Reads the token for a server; `None` where the stored ones are all for others.
    pub fn read(&self, server: &Url) -> Result<Option<Secret>, TokenError> {
        match self {
            Self::File(path) => {
                let text = read_capped(path, &open(path)?)?;
                token(&text, path.display().to_string()).map(Some)
            }
            Self::Command(words) => run(words).map(Some),
            Self::Stored(path) => stored(path, server),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredTokens {
    tokens: BTreeMap<String, Secret>,
}

/// Reads a file that nobody else may have read or written.
pub fn read_private(path: &Path) -> Result<String, TokenError> {
    let file = open(path)?;
    refuse_exposed(path, &file)?;
    read_capped(path, &file)
}

fn stored(path: &Path, server: &Url) -> Result<Option<Secret>, TokenError> {
    let text = read_private(path)?;
    let stored: StoredTokens = toml::from_str(&text).map_err(|error| {
        let offset = error.span().map_or(0, |span| span.start);
        let line = text
            .bytes()
            .take(offset)
            .filter(|byte| *byte == b'\n')
            .count()
            + 1;
        TokenError::NotATable {
            path: path.to_owned(),
            line,
        }
    })?;
    // By address, so that a token is only ever sent to the server that gave it.
    let of_server = |address: &str| {
        Url::parse(address).is_ok_and(|address| address.origin() == server.origin())
    };
    let found = stored.tokens.iter().find(|(address, _)| of_server(address));
    found
        .map(|(_, secret)| token(secret.expose(), path.display().to_string()))
        .transpose()
}

fn unreadable(path: &Path) -> impl Fn(io::Error) -> TokenError {
    move |error| TokenError::Unreadable {
        path: path.to_owned(),
        error,
    }
}

fn open(path: &Path) -> Result<File, TokenError> {
    File::open(path).map_err(unreadable(path))
}

fn read_capped(path: &Path, file: &File) -> Result<String, TokenError> {
    let mut text = String::new();
    let read = file
        .take(MOST_BYTES + 1)
        .read_to_string(&mut text)
        .map_err(unreadable(path))?;
    if read as u64 > MOST_BYTES {
        return Err(unreadable(path)(ErrorKind::FileTooLarge.into()));
    }
    Ok(text)
}

/// Asked of the open file, so that it cannot be exchanged in between.
fn refuse_exposed(path: &Path, file: &File) -> Result<(), TokenError> {
    let metadata = file.metadata().map_err(unreadable(path))?;
    let is_link = fs::symlink_metadata(path).is_ok_and(|link| link.is_symlink());
    let problem = if is_link || !metadata.is_file() {
        "not a plain file"
    } else if metadata.uid() != getuid().as_raw() {
        "it belongs to somebody else"
    } else if metadata.mode() & 0o077 != 0 {
        "others may read it"
    } else {
        return Ok(());
    };
    Err(TokenError::Exposed {
        path: path.to_owned(),
        problem,
    })
}

/// Without a shell, and on the terminal, so that it may ask for a passphrase.
fn run(words: &[String]) -> Result<Secret, TokenError> {
    let (program, arguments) = words
        .split_first()
        .map_or(("", words), |(program, rest)| (program.as_str(), rest));
    let failed = |problem: String| TokenError::CommandFailed {
        program: program.to_owned(),
        problem,
    };
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::inherit())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        return Err(failed(output.status.to_string()));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    token(&text, format!("token_command `{program}`"))
}

fn token(text: &str, origin: String) -> Result<Secret, TokenError> {
    let token = text.trim();
    if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(TokenError::NotAToken { origin });
    }
    Ok(Secret::new(token.to_owned()))
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    const SERVER: &str = "https://prod.example";

    fn server() -> Url {
        SERVER.parse().unwrap()
    }

    fn exposed(path: &Path) -> String {
        match TokenSource::Stored(path.to_owned()).read(&server()) {
            Err(TokenError::Exposed { problem, .. }) => problem.to_owned(),
            other => panic!("{other:?}"),
        }
    }

    fn write(path: &Path, text: &str, mode: u32) {
        fs::write(path, text).unwrap();
        fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn stored_tokens_are_read_by_server_from_a_file_that_nobody_else_reads() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("credentials.toml");
        write(
            &path,
            "[tokens]\n'https://prod.example:443/' = 'abc'\n",
            0o600,
        );
        let source = TokenSource::Stored(path.clone());
        assert_eq!(source.read(&server()).unwrap().unwrap().expose(), "abc");
        assert!(
            source
                .read(&"https://other.example".parse().unwrap())
                .unwrap()
                .is_none()
        );

        write(&path, "[tokens]\n", 0o640);
        assert_eq!(exposed(&path), "others may read it");
        let link = home.path().join("link.toml");
        symlink(&path, &link).unwrap();
        assert_eq!(exposed(&link), "not a plain file");
    }

    #[test]
    fn a_stored_file_of_another_form_is_told_by_line_and_not_quoted() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("credentials.toml");
        write(
            &path,
            "[tokens]\n'https://prod.example' = ['hunter2']\n",
            0o600,
        );
        let error = TokenSource::Stored(path)
            .read(&server())
            .unwrap_err()
            .to_string();
        assert!(error.contains("credentials.toml:2: "), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }

    #[test]
    fn a_token_file_holds_one_line() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("token");
        let read = |text: &str| {
            write(&path, text, 0o600);
            TokenSource::File(path.clone()).read(&server())
        };
        assert_eq!(read("abc\n").unwrap().unwrap().expose(), "abc");
        for text in ["", "\n", "abc def", "abc\ndef", "\u{1b}[2J"] {
            assert!(
                matches!(read(text), Err(TokenError::NotAToken { .. })),
                "{text:?}"
            );
        }
        assert!(matches!(
            read(&"a".repeat(5_000)),
            Err(TokenError::Unreadable { .. })
        ));
    }

    #[test]
    fn a_program_prints_the_token() {
        let run = |words: &[&str]| {
            let words = words.iter().map(|word| (*word).to_owned()).collect();
            TokenSource::Command(words).read(&server())
        };
        assert_eq!(run(&["echo", "abc"]).unwrap().unwrap().expose(), "abc");
        assert!(matches!(
            run(&["false"]),
            Err(TokenError::CommandFailed { .. })
        ));
        assert!(matches!(
            run(&["no-such-program"]),
            Err(TokenError::CommandFailed { .. })
        ));
    }
}
