//! Where a secret comes from, and how it is read.

use std::fmt;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;

/// A place that holds a secret. `Debug` and `Display` say where, never what.
#[derive(Clone, Debug)]
pub enum SecretSource {
    /// An environment variable.
    Variable {
        /// Its name.
        name: String,
        /// The secret.
        text: SecretString,
    },
    /// A file that an operator or an orchestrator provides; its group may read it, as Kubernetes'
    /// `fsGroup` needs.
    File(PathBuf),
    /// A file that only the owner may touch.
    OwnerOnlyFile(PathBuf),
}

/// Why a secret cannot be read.
#[derive(Debug, Error)]
pub enum SecretError {
    /// The file cannot be read.
    #[error("{}: {source}", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file lets others in.
    #[error("{}: is open to others (mode {mode:o}); chmod 600 it", path.display())]
    TooOpen {
        /// Which file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// There is nothing in it.
    #[error("{origin}: is empty")]
    Empty {
        /// Which file or variable.
        origin: String,
    },
}

impl SecretSource {
    /// Reads the secret, without the line end that editors add.
    pub fn read(&self) -> Result<SecretString, SecretError> {
        let text = match self {
            Self::Variable { text, .. } => text.clone(),
            Self::File(path) => read_file(path, 0o007)?,
            Self::OwnerOnlyFile(path) => read_file(path, 0o077)?,
        };
        if text.expose_secret().is_empty() {
            return Err(SecretError::Empty {
                origin: self.to_string(),
            });
        }
        Ok(text)
    }
}

impl fmt::Display for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable { name, .. } => f.write_str(name),
            Self::File(path) | Self::OwnerOnlyFile(path) => write!(f, "{}", path.display()),
        }
    }
}

fn read_file(path: &Path, forbidden_bits: u32) -> Result<SecretString, SecretError> {
    let unreadable = |source| SecretError::Read {
        path: path.to_owned(),
        source,
    };
    let mode = fs::metadata(path).map_err(unreadable)?.permissions().mode() & 0o777;
    if mode & forbidden_bits != 0 {
        return Err(SecretError::TooOpen {
            path: path.to_owned(),
            mode,
        });
    }
    let text = fs::read_to_string(path).map_err(unreadable)?;
    Ok(SecretString::from(text.trim_end_matches(['\r', '\n'])))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str, mode: u32) -> (tempfile::TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("secret");
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        (directory, path)
    }

    #[test]
    fn the_line_end_is_not_part_of_the_secret() {
        for (text, expected) in [
            ("open sesame", "open sesame"),
            ("open sesame\n", "open sesame"),
            ("open sesame\r\n", "open sesame"),
            (" open sesame \n", " open sesame "),
        ] {
            let (_directory, path) = file(text, 0o600);
            assert_eq!(
                SecretSource::File(path).read().unwrap().expose_secret(),
                expected,
                "{text:?}"
            );
        }
    }

    #[test]
    fn a_given_file_may_be_read_by_its_group_but_not_by_others() {
        for (mode, accepted) in [
            (0o400, true),
            (0o600, true),
            (0o440, true),
            (0o640, true),
            (0o604, false),
            (0o644, false),
            (0o602, false),
        ] {
            let (_directory, path) = file("open sesame", mode);
            assert_eq!(
                SecretSource::File(path).read().is_ok(),
                accepted,
                "{mode:o}"
            );
        }
    }

    #[test]
    fn an_empty_secret_is_refused_by_the_name_of_its_place() {
        let variable = SecretSource::Variable {
            name: "X".to_owned(),
            text: SecretString::from(""),
        };
        assert_eq!(variable.read().unwrap_err().to_string(), "X: is empty");
        let (_directory, path) = file("\n", 0o600);
        let error = SecretSource::File(path.clone()).read().unwrap_err();
        assert_eq!(error.to_string(), format!("{}: is empty", path.display()));
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = SecretSource::File("/nonexistent/key".into())
            .read()
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "/nonexistent/key: No such file or directory (os error 2)"
        );
    }

    #[test]
    fn debug_does_not_print_the_secret() {
        let text = SecretString::from("open sesame");
        let printed = format!(
            "{:?}",
            SecretSource::Variable {
                name: "X".to_owned(),
                text
            }
        );
        assert!(!printed.contains("sesame"), "{printed}");
    }
}
