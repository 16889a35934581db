//! What a command writes to standard output: JSON lines, CSV, or text for people.
//!
//! Everything that is written here was sanitized when it was decoded; CSV is guarded besides against
//! programs that take a cell for a formula.

use std::io::{self, ErrorKind, Write};

use serde_json::{Map, Value};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::exit::{Exit, JSON_VERSION, Stopped};

/// In which form a command answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a line.
    Json,
    /// Comma-separated values.
    Csv,
    /// Columns for people.
    #[default]
    Table,
}

/// Widest cell of a table.
const WIDEST: usize = 60;
/// What a cell of CSV must not begin with: a spreadsheet would calculate it.
const FORMULA: &[char] = &['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];

/// Standard output, in one form.
pub struct Printer<W> {
    format: Format,
    output: W,
    /// The columns of CSV, once the first record is written.
    header: Vec<String>,
    is_closed: bool,
}

impl<W: Write> Printer<W> {
    /// Writes to `output`.
    pub const fn new(format: Format, output: W) -> Self {
        Self {
            format,
            output,
            header: Vec::new(),
            is_closed: false,
        }
    }

    /// In which form.
    pub const fn format(&self) -> Format {
        self.format
    }

    /// Whether nobody reads any more: `| head` is no failure.
    pub const fn is_closed(&self) -> bool {
        self.is_closed
    }

    /// Writes a record as JSON or as a line of CSV.
    pub fn record(&mut self, record: &Map<String, Value>) -> Result<(), Stopped> {
        match self.format {
            Format::Csv => {
                if self.header.is_empty() {
                    self.header = record.keys().cloned().collect();
                    let header = self.header.iter().map(|name| quoted(name));
                    let header = header.collect::<Vec<_>>().join(",");
                    self.line(&header)?;
                }
                let cells = self.header.iter().map(|name| csv_cell(record.get(name)));
                let line = cells.collect::<Vec<_>>().join(",");
                self.line(&line)
            }
            Format::Json | Format::Table => {
                let record = Value::Object(record.clone()).to_string();
                let fields = record.trim_start_matches('{');
                let comma = if fields == "}" { "" } else { "," };
                self.line(&format!("{{\"v\":{JSON_VERSION}{comma}{fields}"))
            }
        }
    }

    /// Writes a line of text.
    pub fn line(&mut self, text: &str) -> Result<(), Stopped> {
        if self.is_closed {
            return Ok(());
        }
        let written = writeln!(self.output, "{text}").and_then(|()| self.output.flush());
        match written {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => self.is_closed = true,
            Err(error) => return Err(unwritable(&error)),
            Ok(()) => {}
        }
        Ok(())
    }

    /// Writes a table: its heads, and rows of as many cells.
    pub fn table(&mut self, heads: &[&str], rows: &[Vec<String>]) -> Result<(), Stopped> {
        let heads: Vec<_> = heads.iter().map(|head| (*head).to_owned()).collect();
        let widths: Vec<_> = (0..heads.len())
            .map(|column| {
                let cells = rows.iter().filter_map(|row| row.get(column));
                let width = cells.map(|cell| cell.width()).max().unwrap_or(0);
                width.min(WIDEST).max(heads[column].width())
            })
            .collect();
        for row in std::iter::once(&heads).chain(rows) {
            let cells = row.iter().zip(&widths);
            let cells = cells.map(|(cell, width)| padded(cell, *width));
            let line = cells.collect::<Vec<_>>().join("  ");
            self.line(line.trim_end())?;
        }
        Ok(())
    }
}

fn unwritable(error: &io::Error) -> Stopped {
    Stopped::new(
        Exit::Usage,
        &format!("standard output cannot be written: {error}"),
    )
}

/// The text in exactly so many columns.
fn padded(text: &str, width: usize) -> String {
    let mut cut = String::new();
    let mut used = 0;
    let whole = text.width() <= width;
    let room = if whole {
        width
    } else {
        width.saturating_sub(1)
    };
    for grapheme in text.graphemes(true) {
        if used + grapheme.width() > room {
            break;
        }
        used += grapheme.width();
        cut.push_str(grapheme);
    }
    if !whole {
        cut.push('…');
        used += 1;
    }
    cut.extend(std::iter::repeat_n(' ', width.saturating_sub(used)));
    cut
}

fn csv_cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) if text.starts_with(FORMULA) => quoted(&format!("'{text}")),
        Some(Value::String(text)) => quoted(text),
        // A list or an object stands as its JSON, which begins with a bracket.
        Some(other) => quoted(&other.to_string()),
    }
}

fn quoted(text: &str) -> String {
    let needs_quotes = text.contains([',', '"', '\n', '\r', ';']) || text.trim() != text;
    if needs_quotes {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn record(value: Value) -> Map<String, Value> {
        match value {
            Value::Object(record) => record,
            other => panic!("{other}"),
        }
    }

    fn written(format: Format, records: &[Value]) -> String {
        let mut output = Vec::new();
        let mut printer = Printer::new(format, &mut output);
        for value in records {
            printer.record(&record(value.clone())).unwrap();
        }
        String::from_utf8(output).unwrap()
    }

    #[test]
    fn json_lines_have_a_version() {
        let lines = written(Format::Json, &[json!({"id": 7, "name": "a\nb"})]);
        assert_eq!(lines, "{\"v\":1,\"id\":7,\"name\":\"a\\nb\"}\n");
    }

    #[test]
    fn csv_cells_cannot_be_formulas() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1"] {
            let line = csv_cell(Some(&json!(text)));
            let cell = line.trim_start_matches('"');
            assert!(cell.starts_with('\''), "{line}");
        }
        assert_eq!(csv_cell(Some(&json!(-1))), "-1");
        assert_eq!(csv_cell(Some(&json!("a-1"))), "a-1");
    }

    #[test]
    fn csv_has_one_header_and_quotes_what_would_break_a_line() {
        let rows = [
            json!({"id": 1, "name": "Ann, \"A\"\nB", "by": null}),
            json!({"by": "bob", "id": 2, "name": "plain", "more": true}),
        ];
        assert_eq!(
            written(Format::Csv, &rows),
            "by,id,name\n,1,\"Ann, \"\"A\"\"\nB\"\nbob,2,plain\n"
        );
    }

    #[test]
    fn a_table_is_aligned_and_long_cells_are_cut() {
        let mut output = Vec::new();
        let mut printer = Printer::new(Format::Table, &mut output);
        let rows = [
            vec!["#1".to_owned(), "漢字".to_owned(), "x".repeat(70)],
            vec!["#12".to_owned(), "a".to_owned(), "y".to_owned()],
        ];
        printer.table(&["Id", "N", "Text"], &rows).unwrap();
        let text = String::from_utf8(output).unwrap();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines[0], "Id   N     Text");
        assert_eq!(lines[1], format!("#1   漢字  {}…", "x".repeat(59)));
        assert_eq!(lines[2], "#12  a     y");
    }
}
