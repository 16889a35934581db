//! A list of passwords that others know: a text file with a SHA-1 a line, in hexadecimal and in order, which
//! may be many gigabytes long. It is looked into, never read as a whole.

use std::cmp::Ordering;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use data_encoding::HEXUPPER;
use sha1::{Digest, Sha1};
use thiserror::Error;

/// Hexadecimal digits of a hash.
const DIGITS: usize = 40;
/// Stretches up to this length are read line by line, in bytes.
const STRETCH: u64 = 4_096;
/// A line is a hash and perhaps a count; one that is longer is none, in bytes.
const MAX_LINE: u64 = 256;

/// Why a list is of no use.
#[derive(Debug, Error)]
pub enum ListError {
    /// It cannot be read.
    #[error("{}: {source}", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is another kind of file.
    #[error("{}: a line begins with no SHA-1 of {DIGITS} hexadecimal digits", path.display())]
    Malformed {
        /// Which file.
        path: PathBuf,
    },
}

/// An open list.
#[derive(Debug)]
pub struct BreachedList {
    path: PathBuf,
    file: BufReader<File>,
    length: u64,
}

/// A line, and where the next one begins.
struct Line {
    hash: String,
    end: u64,
}

impl BreachedList {
    /// Opens a list, and looks at its first line.
    ///
    /// # Errors
    /// It cannot be read, or is another kind of file.
    pub fn open(path: &Path) -> Result<Self, ListError> {
        let unreadable = |source| ListError::Read {
            path: path.to_owned(),
            source,
        };
        let file = File::open(path).map_err(unreadable)?;
        let length = file.metadata().map_err(unreadable)?.len();
        let mut list = Self {
            path: path.to_owned(),
            file: BufReader::new(file),
            length,
        };
        if length > 0 {
            list.line_at(0)?;
        }
        Ok(list)
    }

    /// Whether a password stands in it.
    ///
    /// # Errors
    /// It cannot be read, or has lines that are no hashes.
    pub fn holds(&mut self, password: &str) -> Result<bool, ListError> {
        let wanted = HEXUPPER.encode(&Sha1::digest(password.as_bytes()));
        // The line that is looked for begins in between, if it is there.
        let (mut from, mut to) = (0, self.length);
        while to - from > STRETCH {
            let line_start = self.next_start(from + (to - from) / 2)?;
            let line = self.line_at(line_start)?;
            match line.hash.cmp(&wanted) {
                Ordering::Equal => return Ok(true),
                Ordering::Less => from = line.end,
                Ordering::Greater => to = line_start,
            }
        }
        while from < to {
            let line = self.line_at(from)?;
            match line.hash.cmp(&wanted) {
                Ordering::Equal => return Ok(true),
                Ordering::Less => from = line.end,
                Ordering::Greater => return Ok(false),
            }
        }
        Ok(false)
    }

    /// Where the first line begins that begins after a place.
    fn next_start(&mut self, place: u64) -> Result<u64, ListError> {
        Ok(place + self.bytes_at(place)?.len() as u64)
    }

    fn line_at(&mut self, start: u64) -> Result<Line, ListError> {
        let bytes = self.bytes_at(start)?;
        let hash = bytes.get(..DIGITS).filter(|hash| hash.is_ascii());
        let hash = hash.and_then(|hash| std::str::from_utf8(hash).ok());
        let is_hash = |hash: &&str| hash.bytes().all(|digit| digit.is_ascii_hexdigit());
        let hash = hash.filter(is_hash).ok_or_else(|| ListError::Malformed {
            path: self.path.clone(),
        })?;
        Ok(Line {
            hash: hash.to_ascii_uppercase(),
            end: start + bytes.len() as u64,
        })
    }

    /// What stands from a place to the end of its line.
    fn bytes_at(&mut self, place: u64) -> Result<Vec<u8>, ListError> {
        let mut bytes = Vec::new();
        let file = &mut self.file;
        let read = file.seek(SeekFrom::Start(place)).and_then(|_| {
            let mut line = file.take(MAX_LINE);
            line.read_until(b'\n', &mut bytes)
        });
        match read {
            Ok(_) => Ok(bytes),
            Err(source) => Err(ListError::Read {
                path: self.path.clone(),
                source,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn list(text: &str) -> (tempfile::TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("list");
        fs::write(&path, text).unwrap();
        (directory, path)
    }

    fn hash(password: &str) -> String {
        HEXUPPER.encode(&Sha1::digest(password.as_bytes()))
    }

    #[test]
    fn every_password_of_a_long_list_is_found_and_no_other() {
        let mut hashes: Vec<_> = (0..2_000).map(|n| hash(&format!("password {n}"))).collect();
        hashes.sort();
        for (end, last) in [
            ("\n", "\n"),
            ("\r\n", "\r\n"),
            (":1\n", ":1"),
            (":123456\r\n", ""),
        ] {
            let text = hashes.join(end) + last;
            let (_directory, path) = list(&text);
            let mut list = BreachedList::open(&path).unwrap();
            for n in 0..2_000 {
                assert!(list.holds(&format!("password {n}")).unwrap(), "{n} {end:?}");
                assert!(!list.holds(&format!("other {n}")).unwrap(), "{n} {end:?}");
            }
            let (_directory, path) = self::list(&text.to_lowercase());
            assert!(
                BreachedList::open(&path)
                    .unwrap()
                    .holds("password 7")
                    .unwrap()
            );
        }
    }

    #[test]
    fn an_empty_list_holds_nothing_and_another_file_is_no_list() {
        let (_directory, path) = list("");
        assert!(
            !BreachedList::open(&path)
                .unwrap()
                .holds("password")
                .unwrap()
        );
        for text in [
            "password\n",
            "{\"hashes\": [\"0000000000000000000000000000000000000000\"]}",
        ] {
            let (_directory, path) = list(text);
            let refused = BreachedList::open(&path).unwrap_err();
            assert!(matches!(refused, ListError::Malformed { .. }), "{refused}");
        }
        let refused = BreachedList::open(Path::new("/nonexistent/list")).unwrap_err();
        assert!(
            refused.to_string().starts_with("/nonexistent/list: "),
            "{refused}"
        );
    }
}
