//! Files that the operator keeps: readable by nobody else, and never in the place of another.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::app::download::Download;

/// How many files of one name are kept beside each other.
const MOST_OF_A_NAME: u32 = 1_000;

/// Saves a file in a directory, which is made where it is missing, and says where. A file that is there
/// is left alone, and so is whatever a symbolic link points to: the new one is then numbered.
///
/// # Errors
/// It cannot be written; nothing of it is left behind.
pub fn save(directory: &Path, file: &Download) -> io::Result<PathBuf> {
    make(directory)?;
    let (path, opened) = create(directory, file.name())?;
    fill(opened, &path, file)?;
    Ok(path)
}

/// Saves a file in a directory under its own name or not at all.
///
/// # Errors
/// Something of that name is there already, or it cannot be written; nothing of it is left behind.
pub fn save_new(directory: &Path, file: &Download) -> io::Result<()> {
    make(directory)?;
    save_as(&directory.join(file.name()), file)
}

fn make(directory: &Path) -> io::Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)
}

/// Saves a file under this very path, for its owner alone.
///
/// # Errors
/// Something is there already, or it cannot be written; nothing of it is left behind.
pub fn save_as(path: &Path, file: &Download) -> io::Result<()> {
    let mut options = OpenOptions::new();
    let opened = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    fill(opened, path, file)
}

fn fill(mut opened: File, path: &Path, file: &Download) -> io::Result<()> {
    let written = opened
        .write_all(file.contents())
        .and_then(|()| opened.sync_all());
    if written.is_err() {
        fs::remove_file(path)?;
    }
    written
}

fn create(directory: &Path, name: &str) -> io::Result<(PathBuf, File)> {
    for number in 1..=MOST_OF_A_NAME {
        let path = directory.join(numbered(name, number));
        let mut options = OpenOptions::new();
        match options.write(true).create_new(true).mode(0o600).open(&path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            opened => return opened.map(|file| (path, file)),
        }
    }
    Err(ErrorKind::AlreadyExists.into())
}

/// `user-12.json`, `user-12-2.json`, and so on.
fn numbered(name: &str, number: u32) -> String {
    if number == 1 {
        return name.to_owned();
    }
    match name.rsplit_once('.') {
        Some((stem, extension)) => format!("{stem}-{number}.{extension}"),
        None => format!("{name}-{number}"),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    fn download(contents: &str) -> Download {
        Download::new("user-12.json", contents.as_bytes().to_vec())
    }

    #[test]
    fn a_file_is_its_owners_alone_and_never_replaces_another() {
        let home = tempfile::tempdir().unwrap();
        let exports = home.path().join("data").join("exports");
        let first = save(&exports, &download("one")).unwrap();
        let second = save(&exports, &download("two")).unwrap();
        assert_eq!(first, exports.join("user-12.json"));
        assert_eq!(second, exports.join("user-12-2.json"));
        assert_eq!(fs::read_to_string(&first).unwrap(), "one");
        assert_eq!(fs::read_to_string(&second).unwrap(), "two");
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&first), mode(&exports)), (0o600, 0o700));
    }

    #[test]
    fn a_symbolic_link_is_not_followed() {
        let home = tempfile::tempdir().unwrap();
        let target = home.path().join("target");
        symlink(&target, home.path().join("user-12.json")).unwrap();
        let saved = save(home.path(), &download("one")).unwrap();
        assert_eq!(saved, home.path().join("user-12-2.json"));
        assert!(!target.exists());
    }

    #[test]
    fn what_is_secret_is_saved_once_and_not_through_a_link() {
        let home = tempfile::tempdir().unwrap();
        let exports = home.path().join("exports");
        save_new(&exports, &download("one")).unwrap();
        let again = save_new(&exports, &download("two")).unwrap_err();
        assert_eq!(again.kind(), ErrorKind::AlreadyExists);
        let path = exports.join("user-12.json");
        assert_eq!(fs::read_to_string(&path).unwrap(), "one");
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );

        let (elsewhere, target) = (home.path().join("elsewhere"), home.path().join("target"));
        fs::create_dir(&elsewhere).unwrap();
        symlink(&target, elsewhere.join("user-12.json")).unwrap();
        assert!(save_new(&elsewhere, &download("one")).is_err());
        assert!(!target.exists());
    }

    #[test]
    fn where_nothing_can_be_written_it_says_so() {
        let home = tempfile::tempdir().unwrap();
        let occupied = home.path().join("file");
        fs::write(&occupied, "").unwrap();
        assert!(save(&occupied, &download("one")).is_err());
    }
}
