//! The ways that a letter can take.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::transport::smtp::authentication::Credentials;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use secrecy::ExposeSecret;
use thiserror::Error;

use super::store::Taken;
use crate::config::{MailOptions, SecretError, Security, SmtpServer};

/// Longest wait for one answer of a mail server.
const ANSWER: Duration = Duration::from_secs(20);

/// A way out.
pub enum Transport {
    /// A file a letter.
    Directory(PathBuf),
    /// A mail server.
    Smtp(Box<AsyncSmtpTransport<Tokio1Executor>>),
}

/// Why mail cannot leave as it is configured.
#[derive(Debug, Error)]
pub enum NotSendable {
    /// The password of the mail server cannot be read.
    #[error("mail.password: {0}")]
    Password(#[from] SecretError),
    /// The directory cannot be made.
    #[error("mail.directory: {}: {source}", path.display())]
    Directory {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// TLS cannot be set up.
    #[error("mail.smtp: {0}")]
    Tls(#[from] lettre::transport::smtp::Error),
}

/// Why a letter did not leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It may leave another time.
    ForNow(String),
    /// It will not.
    ForGood(String),
}

impl Transport {
    /// The way that is configured, if one is.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn open(options: &MailOptions) -> Result<Option<Self>, NotSendable> {
        if let Some(path) = &options.directory {
            let made = fs::DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(path);
            made.map_err(|source| NotSendable::Directory {
                path: path.clone(),
                source,
            })?;
            return Ok(Some(Self::Directory(path.clone())));
        }
        let Some(server) = &options.smtp else {
            return Ok(None);
        };
        let mut builder = builder(server)?.port(server.port).timeout(Some(ANSWER));
        if let (Some(user), Some(password)) = (&options.user, &options.password) {
            let password = password.read()?.expose_secret().to_owned();
            builder = builder.credentials(Credentials::new(user.clone(), password));
        }
        Ok(Some(Self::Smtp(Box::new(builder.build()))))
    }

    /// Hands a letter over.
    ///
    /// # Errors
    /// Why it was not taken.
    pub async fn send(&self, taken: &Taken, message: Message) -> Result<(), Refused> {
        match self {
            Self::Directory(path) => {
                let (path, bytes) = (path.clone(), message.formatted());
                let name = file_name(taken);
                let written =
                    tokio::task::spawn_blocking(move || write(&path, &name, &bytes)).await;
                match written {
                    Ok(Ok(())) => Ok(()),
                    Ok(Err(error)) => Err(Refused::ForNow(error.to_string())),
                    Err(error) => Err(Refused::ForNow(error.to_string())),
                }
            }
            Self::Smtp(server) => match server.send(message).await {
                Ok(_) => Ok(()),
                Err(error) if error.is_permanent() => Err(Refused::ForGood(told(&error))),
                Err(error) => Err(Refused::ForNow(told(&error))),
            },
        }
    }
}

fn builder(
    server: &SmtpServer,
) -> Result<lettre::transport::smtp::AsyncSmtpTransportBuilder, NotSendable> {
    type Smtp = AsyncSmtpTransport<Tokio1Executor>;
    Ok(match server.security {
        Security::Tls => Smtp::relay(&server.host)?,
        Security::StartTls => Smtp::starttls_relay(&server.host)?,
        Security::Loopback => Smtp::builder_dangerous(&server.host),
    })
}

/// An error with what is behind it.
fn told(error: &dyn std::error::Error) -> String {
    let mut told = error.to_string();
    let mut behind = error.source();
    while let Some(source) = behind {
        let text = source.to_string();
        if !told.contains(&text) {
            told = format!("{told}: {text}");
        }
        behind = source.source();
    }
    told
}

fn file_name(taken: &Taken) -> String {
    format!(
        "{}-{:06}.eml",
        taken.created_at.format("%Y%m%dT%H%M%SZ"),
        taken.id
    )
}

/// Whole or not at all, for its owner alone: there may be a token in it.
fn write(directory: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let draft = directory.join(format!(".{name}.part"));
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&draft)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&draft, directory.join(name))
}

/// The letter as it travels.
///
/// # Errors
/// An address that is none.
pub fn message(
    taken: &Taken,
    from: &str,
    subject: &str,
    text: String,
) -> Result<Message, lettre::error::Error> {
    let address = |text: &str| -> Result<Address, lettre::error::Error> {
        text.parse()
            .map_err(|_| lettre::error::Error::EmailMissingLocalPart)
    };
    let from = address(from)?;
    let id = format!(
        "<{}.{}@{}>",
        taken.id,
        taken.created_at.timestamp_micros(),
        from.domain()
    );
    let mut message = Message::builder()
        .from(from.into())
        .to(address(&taken.to)?.into())
        .subject(subject)
        .date(SystemTime::from(taken.created_at))
        .message_id(Some(id))
        .header(ContentType::TEXT_PLAIN)
        .body(text)?;
    // No "I am on holiday" in return.
    let name = HeaderName::new_from_ascii_str("Auto-Submitted");
    message
        .headers_mut()
        .insert_raw(HeaderValue::new(name, "auto-generated".to_owned()));
    Ok(message)
}
