//! Small secrets at rest: encrypted with a key that is not in the database.
//!
//! `sessions` keeps second-factor secrets with it; the command line opens it. A text is bound to its
//! row by a context such as `users:mfa:4711`, so that a copy in another row does not open; it names
//! its key, so that a key can be replaced. Nonces and fresh keys are passed in. It knows no tables.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process;

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER};
use secrecy::{ExposeSecret, SecretBox, SecretString};
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::config::{SecretError, SecretSource};

/// Bytes of a key.
pub const KEY_BYTES: usize = 32;
/// Bytes of a nonce; long enough to be random.
pub const NONCE_BYTES: usize = 24;
const VERSION: &str = "v1";

/// Why the vault cannot be opened, or a text in it.
#[derive(Debug, Error)]
pub enum VaultError {
    /// PostgreSQL has no file beside it to keep a key in.
    #[error(
        "no secret key: give --secret-key-file, or QUARTERDECK_SERVER_SECRET_KEY, with the base 64 of 32 \
         random bytes (openssl rand -base64 32)"
    )]
    NoKey,
    /// The key could not be read.
    #[error(transparent)]
    Key(#[from] SecretError),
    /// The key file beside the database could not be made.
    #[error("cannot write the secret key to {}: {source}", path.display())]
    Write {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// What was given is no key.
    #[error("{origin}: the secret key must be the base 64 of 32 bytes")]
    NotAKey {
        /// Where it came from.
        origin: String,
    },
    /// The text is not of this vault's form.
    #[error("the encrypted text is not of the form v1.<key id>.<text>")]
    Malformed,
    /// The text was encrypted with another key.
    #[error("encrypted with secret key {needed}, but this server has {held}")]
    OtherKey {
        /// Id of the key that opens it.
        needed: String,
        /// Id of the key at hand.
        held: String,
    },
    /// The text was altered, or belongs to another row.
    #[error("the encrypted text was altered or belongs elsewhere than {context}")]
    Tampered {
        /// Where it was found.
        context: String,
    },
    /// The library refused to encrypt.
    #[error("encryption failed for {context}")]
    Failed {
        /// What it was for.
        context: String,
    },
}

/// Encrypts and decrypts with one key.
#[derive(Clone)]
pub struct Vault {
    cipher: XChaCha20Poly1305,
    key_id: String,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault")
            .field("key_id", &self.key_id)
            .finish_non_exhaustive()
    }
}

impl Vault {
    /// Opens the vault with the key that was given; else with the file beside a SQLite database,
    /// which is made of `fresh_key` on first use.
    pub fn open(
        given: Option<&SecretSource>,
        sqlite_file: Option<&Path>,
        fresh_key: [u8; KEY_BYTES],
    ) -> Result<Self, VaultError> {
        match (given, sqlite_file) {
            (Some(source), _) => Self::from_text(&source.read()?, source.to_string()),
            (None, Some(database)) => {
                let source = SecretSource::OwnerOnlyFile(key_file(database));
                make_key_file(&key_file(database), fresh_key)?;
                Self::from_text(&source.read()?, source.to_string())
            }
            (None, None) => Err(VaultError::NoKey),
        }
    }

    fn from_text(text: &SecretString, origin: String) -> Result<Self, VaultError> {
        let Ok(bytes) = BASE64.decode(text.expose_secret().as_bytes()) else {
            return Err(VaultError::NotAKey { origin });
        };
        let key = SecretBox::<Vec<u8>>::new(Box::new(bytes));
        let cipher = XChaCha20Poly1305::new_from_slice(key.expose_secret())
            .map_err(|_| VaultError::NotAKey { origin })?;
        Ok(Self {
            cipher,
            key_id: key_id(key.expose_secret()),
        })
    }

    /// Names the key without giving it away.
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// Encrypts; the text opens only with the same key and context. A nonce must never come twice.
    pub fn encrypt(
        &self,
        plaintext: &[u8],
        context: &str,
        nonce: [u8; NONCE_BYTES],
    ) -> Result<String, VaultError> {
        let payload = Payload {
            msg: plaintext,
            aad: context.as_bytes(),
        };
        let ciphertext = self
            .cipher
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| VaultError::Failed {
                context: context.to_owned(),
            })?;
        let sealed = [&nonce[..], &ciphertext].concat();
        Ok(format!(
            "{VERSION}.{}.{}",
            self.key_id,
            BASE64URL_NOPAD.encode(&sealed)
        ))
    }

    /// Decrypts what `encrypt` made in this context.
    pub fn decrypt(&self, text: &str, context: &str) -> Result<Vec<u8>, VaultError> {
        let (key_id, sealed) = parse(text)?;
        if key_id != self.key_id {
            return Err(VaultError::OtherKey {
                needed: key_id.to_owned(),
                held: self.key_id.clone(),
            });
        }
        let (nonce, ciphertext) = sealed
            .split_first_chunk::<NONCE_BYTES>()
            .ok_or(VaultError::Malformed)?;
        self.cipher
            .decrypt(
                &XNonce::from(*nonce),
                Payload {
                    msg: ciphertext,
                    aad: context.as_bytes(),
                },
            )
            .map_err(|_| VaultError::Tampered {
                context: context.to_owned(),
            })
    }
}

/// Where the key of a SQLite database lies: beside it, so that both are found, yet apart, so that a
/// copy of the database alone gives nothing away.
pub fn key_file(database: &Path) -> PathBuf {
    let mut path = database.as_os_str().to_owned();
    path.push(".key");
    path.into()
}

/// First eight hexadecimal digits of the key's SHA-256.
fn key_id(key: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(key)[..4])
}

fn parse(text: &str) -> Result<(&str, Vec<u8>), VaultError> {
    let mut parts = text.split('.');
    let (Some(VERSION), Some(key_id), Some(sealed), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(VaultError::Malformed);
    };
    let sealed = BASE64URL_NOPAD
        .decode(sealed.as_bytes())
        .map_err(|_| VaultError::Malformed)?;
    Ok((key_id, sealed))
}

fn make_key_file(path: &Path, key: [u8; KEY_BYTES]) -> Result<(), VaultError> {
    if path.exists() {
        return Ok(());
    }
    write_once(path, &BASE64.encode(&key)).map_err(|source| VaultError::Write {
        path: path.to_owned(),
        source,
    })
}

/// Writes a file that others cannot read and that appears whole or not at all. Where another process
/// is first, its file stays.
fn write_once(path: &Path, text: &str) -> io::Result<()> {
    let directory = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    let directory = directory.unwrap_or(Path::new("."));
    fs::create_dir_all(directory)?;

    let draft = path.with_extension(format!("key.{}", process::id()));
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&draft)?;
    writeln!(file, "{text}")?;
    file.sync_all()?;
    // A link, unlike a rename, never replaces a key that is already in use.
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        Ok(()) | Err(_) => File::open(directory)?.sync_all(),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    const NONCE: [u8; NONCE_BYTES] = [9; NONCE_BYTES];
    const CONTEXT: &str = "users:mfa:4711";

    fn vault(key: u8) -> Vault {
        let text = SecretString::from(BASE64.encode(&[key; KEY_BYTES]));
        Vault::from_text(&text, "test".to_owned()).unwrap()
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_secret_survives_the_round_trip() {
        for secret in [&b""[..], b"x", &[0; 20], "пароль".as_bytes()] {
            let text = vault(1).encrypt(secret, CONTEXT, NONCE).unwrap();
            assert_eq!(vault(1).decrypt(&text, CONTEXT).unwrap(), secret);
        }
    }

    #[test]
    fn the_text_names_version_and_key_and_hides_the_rest() {
        let text = vault(1)
            .encrypt(b"JBSWY3DPEHPK3PXP", CONTEXT, NONCE)
            .unwrap();
        let sealed = text.strip_prefix("v1.72cd6e84.").unwrap();
        let bytes = BASE64URL_NOPAD.decode(sealed.as_bytes()).unwrap();
        assert_eq!(bytes.len(), NONCE_BYTES + 16 + 16, "nonce, secret, tag");
        assert!(!bytes.windows(4).any(|window| window == b"JBSW"));
    }

    #[test]
    fn the_text_does_not_open_in_another_row() {
        let text = vault(1).encrypt(b"secret", CONTEXT, NONCE).unwrap();
        let error = vault(1).decrypt(&text, "users:mfa:4712").unwrap_err();
        assert_eq!(
            error.to_string(),
            "the encrypted text was altered or belongs elsewhere than users:mfa:4712"
        );
    }

    #[test]
    fn another_key_says_which_one_is_needed() {
        let text = vault(1).encrypt(b"secret", CONTEXT, NONCE).unwrap();
        let error = vault(2).decrypt(&text, CONTEXT).unwrap_err();
        assert_eq!(
            error.to_string(),
            "encrypted with secret key 72cd6e84, but this server has 75877bb4"
        );
    }

    #[test]
    fn no_bit_can_be_changed() {
        let text = vault(1).encrypt(b"secret", CONTEXT, NONCE).unwrap();
        let (head, sealed) = text.rsplit_once('.').unwrap();
        let bytes = BASE64URL_NOPAD.decode(sealed.as_bytes()).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut altered = bytes.clone();
            altered[bit / 8] ^= 1 << (bit % 8);
            let altered = format!("{head}.{}", BASE64URL_NOPAD.encode(&altered));
            let error = vault(1).decrypt(&altered, CONTEXT).unwrap_err();
            assert!(
                matches!(error, VaultError::Tampered { .. }),
                "bit {bit}: {error}"
            );
        }
    }

    #[test]
    fn text_of_another_form_is_refused() {
        for text in [
            "",
            "v1",
            "v1.72cd6e84",
            "v1.72cd6e84.",
            "v2.72cd6e84.AAAA",
            "v1.72cd6e84.A*",
            "v1.72cd6e84.AAAA.x",
        ] {
            let error = vault(1).decrypt(text, CONTEXT).unwrap_err();
            assert!(matches!(error, VaultError::Malformed), "{text:?}: {error}");
        }
    }

    #[test]
    fn a_given_key_wins_over_the_file_beside_the_database() {
        let directory = tempfile::tempdir().unwrap();
        let database = directory.path().join("quarterdeck.db");
        let text = SecretString::from(BASE64.encode(&[1; KEY_BYTES]));
        let given = SecretSource::Variable {
            name: "X".to_owned(),
            text,
        };
        let vault = Vault::open(Some(&given), Some(&database), [2; KEY_BYTES]).unwrap();
        assert_eq!(vault.key_id(), "72cd6e84");
        assert!(!key_file(&database).exists());
    }

    #[test]
    fn the_file_beside_the_database_is_made_once_and_only_for_its_owner() {
        let directory = tempfile::tempdir().unwrap();
        let database = directory.path().join("data/quarterdeck.db");
        let first = Vault::open(None, Some(&database), [1; KEY_BYTES]).unwrap();
        let path = key_file(&database);
        assert_eq!(path, directory.path().join("data/quarterdeck.db.key"));
        assert_eq!(mode(&path), 0o600);

        let second = Vault::open(None, Some(&database), [2; KEY_BYTES]).unwrap();
        assert_eq!(second.key_id(), first.key_id());
        let left: Vec<_> = fs::read_dir(directory.path().join("data"))
            .unwrap()
            .collect();
        assert_eq!(left.len(), 1, "{left:?}");
    }

    #[test]
    fn the_first_of_two_processes_wins() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("quarterdeck.db.key");
        write_once(&path, "first").unwrap();
        write_once(&path, "second").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "first\n");
    }

    #[test]
    fn a_key_file_open_to_others_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let database = directory.path().join("quarterdeck.db");
        Vault::open(None, Some(&database), [1; KEY_BYTES]).unwrap();
        let path = key_file(&database);
        for (mode, refused) in [
            (0o600, false),
            (0o400, false),
            (0o640, true),
            (0o620, true),
            (0o604, true),
            (0o644, true),
        ] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let answer = Vault::open(None, Some(&database), [2; KEY_BYTES]);
            assert_eq!(answer.is_err(), refused, "{mode:o}");
        }
        let error = Vault::open(None, Some(&database), [2; KEY_BYTES]).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "{}: is open to others (mode 644); chmod 600 it",
                path.display()
            )
        );
    }

    #[test]
    fn what_is_no_key_is_refused_without_showing_it() {
        for text in [
            "hunter2",
            "",
            "AAAA",
            &BASE64.encode(&[1; 31]),
            &BASE64.encode(&[1; 33]),
        ] {
            let error =
                Vault::from_text(&SecretString::from(text), "key.txt".to_owned()).unwrap_err();
            assert_eq!(
                error.to_string(),
                "key.txt: the secret key must be the base 64 of 32 bytes"
            );
        }
    }

    #[test]
    fn without_a_key_and_a_file_it_says_what_to_do() {
        assert_eq!(
            Vault::open(None, None, [1; KEY_BYTES])
                .unwrap_err()
                .to_string(),
            "no secret key: give --secret-key-file, or QUARTERDECK_SERVER_SECRET_KEY, with the base 64 \
             of 32 random bytes (openssl rand -base64 32)"
        );
    }

    #[test]
    fn debug_does_not_print_the_key() {
        assert_eq!(
            format!("{:?}", vault(1)),
            r#"Vault { key_id: "72cd6e84", .. }"#
        );
    }
}
