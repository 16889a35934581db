//! A reply that the operator keeps as a file.

use std::fmt;
use std::path::Path;

use quarterdeck_api::text::Line;

/// Longest name, in characters: every file system takes it.
const LONGEST_NAME: usize = 120;

/// A file to be saved. What it holds may be anybody's data, so `Debug` shows its name alone.
#[derive(Clone, PartialEq, Eq)]
pub struct Download {
    name: String,
    contents: Vec<u8>,
    holds: Option<Line>,
    cut: Vec<Line>,
}

impl Download {
    /// A file of this name, which is made of safe characters whatever is given: a name cannot lead out
    /// of its directory, hide the file, or be an option of some program.
    pub fn new(name: &str, contents: Vec<u8>) -> Self {
        let is_safe = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
        let safe = name
            .chars()
            .map(|letter| if is_safe(letter) { letter } else { '_' });
        let mut safe: String = safe.take(LONGEST_NAME).collect();
        if !safe.starts_with(|first: char| first.is_ascii_alphanumeric()) {
            safe.insert(0, '_');
        }
        Self {
            name: safe,
            contents,
            holds: None,
            cut: Vec::new(),
        }
    }

    /// The same, with what it holds, in words.
    #[must_use]
    pub fn holding(self, what: &str) -> Self {
        Self {
            holds: Some(Line::new(what)),
            ..self
        }
    }

    /// The same, with these of its lists cut short.
    #[must_use]
    pub fn cut(self, lists: Vec<Line>) -> Self {
        Self { cut: lists, ..self }
    }

    /// Whether nothing of it is cut short.
    pub const fn is_whole(&self) -> bool {
        self.cut.is_empty()
    }

    /// What is said once it lies at this path.
    pub fn saved(&self, path: &Path) -> String {
        let (path, size) = (path.display(), size(self.contents.len()));
        let saved = match &self.holds {
            Some(what) => format!("{what}, {size}, saved as {path}"),
            None => format!("{size} saved as {path}"),
        };
        if self.is_whole() {
            return saved;
        }
        let lists: Vec<_> = self.cut.iter().map(Line::as_str).collect();
        format!("not all of it, cut short: {}; {saved}", lists.join(", "))
    }

    /// Its name, without a directory.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it holds.
    pub fn contents(&self) -> &[u8] {
        &self.contents
    }
}

/// `640 bytes`, `12 kB`, `1.5 MB`.
fn size(bytes: usize) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Download").field(&self.name).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_made_of_safe_characters_and_stays_in_its_directory() {
        let cases = [
            ("user-12.json", "user-12.json"),
            ("../../etc/passwd", "_.._.._etc_passwd"),
            (".bashrc", "_.bashrc"),
            ("-rf", "_-rf"),
            ("a b\u{1b}]\u{202e}\u{e9}.json", "a_b____.json"),
            ("", "_"),
        ];
        for (given, name) in cases {
            assert_eq!(Download::new(given, Vec::new()).name(), name);
        }
        let long = Download::new(&"a".repeat(500), Vec::new());
        assert_eq!(long.name().len(), LONGEST_NAME);
    }

    #[test]
    fn what_is_cut_short_is_said_where_it_is_saved() {
        let path = Path::new("/tmp/a.json");
        let whole = Download::new("a.json", Vec::new());
        assert!(whole.is_whole());
        assert_eq!(whole.saved(path), "0 bytes saved as /tmp/a.json");
        let cut = whole.cut(vec![Line::new("sessions"), Line::new("ban_history")]);
        assert!(!cut.is_whole());
        assert_eq!(
            cut.saved(path),
            "not all of it, cut short: sessions, ban_history; 0 bytes saved as /tmp/a.json"
        );
    }

    #[test]
    fn what_was_saved_is_said_with_its_size() {
        let cases = [
            (999, "3 rows, 999 bytes, saved as /a"),
            (1_000, "3 rows, 1 kB, saved as /a"),
            (999_999, "3 rows, 999 kB, saved as /a"),
            (1_000_000, "3 rows, 1.0 MB, saved as /a"),
            (12_345_678, "3 rows, 12.3 MB, saved as /a"),
        ];
        for (bytes, said) in cases {
            let file = Download::new("a", vec![0; bytes]).holding("3 rows");
            assert_eq!(file.saved(Path::new("/a")), said);
        }
    }

    #[test]
    fn what_it_holds_is_not_printed() {
        let file = Download::new("a.json", b"hunter2".to_vec());
        assert_eq!(format!("{file:?}"), "Download(\"a.json\")");
    }
}
