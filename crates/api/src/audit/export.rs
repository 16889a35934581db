//! Rows of the log as they leave the house: one form, whether the server's command line writes them or an
//! operator exports them. `docs/AUDIT.md` describes it for strangers.

use std::io::{self, Write};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::ser::{Formatter, Serializer};
use utoipa::ToSchema;

use super::{AuditCode, AuditQuery};
use crate::filter::AnyOf;
use crate::operation::{Access, Method, Nothing, Operation, RateGroup, ReplyBody, Spec, Writes};
use crate::permission::Permission;
use crate::text::{Line, is_unseen};

/// Most rows that one export holds.
pub const MAX_EXPORT_ROWS: usize = 5_000;
/// Most bytes that the rows of one export take as JSON.
pub const MAX_EXPORT_BYTES: usize = 6 * 1024 * 1024;

/// Which rows, whatever the page. A field that is absent lets every row through.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AuditFilter {
    /// Done by this actor: an id, `#id` or an e-mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// Any of these codes, with commas.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub action_code: Option<AnyOf<AuditCode>>,
    /// Done to this kind of object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_type: Option<String>,
    /// Done to the object of this id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_id: Option<String>,
    /// Written at this time or later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<DateTime<Utc>>,
    /// Written before this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<DateTime<Utc>>,
    /// The grammar of the console's filter, as far as indexes answer it (docs/FILTERS.md).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
}

impl AuditQuery {
    /// Which rows it asks for, whatever the page.
    pub fn filter(&self) -> AuditFilter {
        AuditFilter {
            actor: self.actor.clone(),
            action_code: self.action_code.clone(),
            target_type: self.target_type.clone(),
            target_id: self.target_id.clone(),
            from: self.from,
            to: self.to,
            filter: self.filter.clone(),
        }
    }
}

/// The chain that rows are taken from, as it stood when they were read.
///
/// Its texts and those of [`ExportedRow`] are as they are stored, since hashes are taken over them: they
/// are for files, written by [`write_line`], and never for a screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ExportedChain {
    /// The id that the database was born with; part of the chain's genesis.
    pub instance: String,
    /// Which chain.
    pub scope: String,
    /// Place of its last row, 0 while it is empty.
    pub head_seq: i64,
    /// Link of its last row, lower-case hexadecimal.
    pub head_link: String,
}

/// A row with everything that its hashes are taken over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ExportedRow {
    /// Its place in the chain.
    pub seq: i64,
    /// When it was written: microseconds since 1970-01-01T00:00:00Z.
    pub recorded_at_us: i64,
    /// Who acted.
    pub actor_type: String,
    /// The actor's account, where a person acted.
    pub actor_id: Option<i64>,
    /// The actor's e-mail, where a person acted.
    pub actor_email: Option<String>,
    /// What happened, as a code.
    pub action_code: String,
    /// What happened, as text.
    pub action: String,
    /// What kind of object it happened to.
    pub target_type: String,
    /// Which object; empty where it happened to none in particular.
    pub target_id: String,
    /// Field names, ids and codes, as JSON text.
    pub details: String,
    /// The request that wrote it.
    pub request_id: String,
    /// The record that was hashed, hexadecimal.
    pub canon: String,
    /// Its hash, hexadecimal.
    pub leaf: String,
    /// Its link in the chain, hexadecimal.
    pub link: String,
}

/// What was taken out of a chain, by whom and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Extract {
    /// When.
    pub exported_at: DateTime<Utc>,
    /// E-mail of the operator.
    pub exported_by: Line,
    /// Which rows were asked for; without a field, all of them.
    pub filter: AuditFilter,
    /// How many rows there are.
    pub rows: usize,
    /// Place of the first one.
    pub first: Option<i64>,
    /// Place of the last one.
    pub last: Option<i64>,
}

/// An export: all rows that a filter lets through, by ascending place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditExport {
    /// The chain, before the row that this export left in it.
    pub chain: ExportedChain,
    /// What was taken out of it.
    pub extract: Extract,
    /// The rows.
    pub rows: Vec<ExportedRow>,
}

/// The first line of an export that an operator took.
#[derive(Serialize)]
struct FirstLine<'a> {
    #[serde(flatten)]
    chain: &'a ExportedChain,
    extract: &'a Extract,
}

impl AuditExport {
    /// The export as a file: a line about chain and extract, then a line a row.
    ///
    /// # Errors
    /// It cannot be written as JSON.
    pub fn ndjson(&self) -> io::Result<Vec<u8>> {
        let mut lines = Vec::new();
        let first = FirstLine {
            chain: &self.chain,
            extract: &self.extract,
        };
        write_line(&mut lines, &first)?;
        for row in &self.rows {
            write_line(&mut lines, row)?;
        }
        Ok(lines)
    }
}

/// Writes a line of an export. What a terminal would obey, hide or reorder is written by its number, so
/// that the file can be looked at; a parser reads back the very text.
///
/// # Errors
/// Those of the writer.
pub fn write_line(out: &mut impl Write, line: &impl Serialize) -> io::Result<()> {
    let mut json = Serializer::with_formatter(&mut *out, SeenInFull);
    line.serialize(&mut json)?;
    out.write_all(b"\n")
}

/// JSON in which no character stands that a terminal does not show as itself.
struct SeenInFull;

impl Formatter for SeenInFull {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        // Nearly all of a row is digits and letters, which the first half settles.
        let is_unseen = |(_, c): &(usize, char)| !c.is_ascii_graphic() && is_unseen(*c);
        let mut rest = fragment;
        while let Some((place, unseen)) = rest.char_indices().find(is_unseen) {
            let (seen, behind) = rest.split_at(place);
            writer.write_all(seen.as_bytes())?;
            for unit in unseen.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            rest = &behind[unseen.len_utf8()..];
        }
        writer.write_all(rest.as_bytes())
    }
}

/// Exports the rows of the audit log that a filter lets through.
///
/// More than [`MAX_EXPORT_ROWS`] rows or [`MAX_EXPORT_BYTES`] bytes are refused as a filter that is too
/// wide; the whole of a longer log is exported at the server's command line.
#[derive(Debug)]
pub struct ExportAudit;

impl Operation for ExportAudit {
    type Path = ();
    type Query = Nothing;
    type Body = AuditFilter;
    type Reply = AuditExport;
    type Kind = Writes;
    const SPEC: Spec = Spec {
        access: Access::Permission(Permission::AuditExport),
        rate: RateGroup::Verify,
        deadline: Spec::LONG_DEADLINE,
        reply: ReplyBody::Secret,
        summary: "Exports the rows of the audit log that a filter lets through, for a reader outside.",
        ..Spec::write(
            "audit.export",
            Method::Post,
            "/api/v1/admin/audit/export",
            &[AuditCode::AuditExported],
        )
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(value: &impl Serialize) -> String {
        let mut out = Vec::new();
        write_line(&mut out, value).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_a_terminal_would_obey_is_written_by_its_number_and_read_back_as_it_was() {
        let cases = [
            (
                "plain, ä, 日本 and \"quotes\"\n",
                r#""plain, ä, 日本 and \"quotes\"\n""#,
            ),
            ("\u{1b}[2J\u{7f}\u{9b}31m", r#""\u001b[2J\u007f\u009b31m""#),
            ("a\u{202e}b\u{200b}\u{2028}", r#""a\u202eb\u200b\u2028""#),
            ("\u{e0041}", r#""\udb40\udc41""#),
            ("", r#""""#),
        ];
        for (text, line) in cases {
            let found = written(&text);
            assert_eq!(found, format!("{line}\n"), "{text:?}");
            assert_eq!(serde_json::from_str::<String>(&found).unwrap(), text);
        }
    }

    #[test]
    fn a_file_begins_with_the_chain_and_has_a_line_a_row() {
        let row = ExportedRow {
            seq: 7,
            recorded_at_us: 1_773_480_413_589_793,
            actor_type: "system".to_owned(),
            actor_id: None,
            actor_email: None,
            action_code: "admin_refresh".to_owned(),
            action: "Data refreshed".to_owned(),
            target_type: String::new(),
            target_id: String::new(),
            details: "{}".to_owned(),
            request_id: "job-1".to_owned(),
            canon: "01".to_owned(),
            leaf: "ab".to_owned(),
            link: "cd".to_owned(),
        };
        let export = AuditExport {
            chain: ExportedChain {
                instance: "i".to_owned(),
                scope: "platform".to_owned(),
                head_seq: 9,
                head_link: "ef".to_owned(),
            },
            extract: Extract {
                exported_at: DateTime::UNIX_EPOCH,
                exported_by: Line::new("ana@example.com"),
                filter: AuditFilter {
                    action_code: Some(AnyOf(vec![AuditCode::AdminRefresh])),
                    ..AuditFilter::default()
                },
                rows: 1,
                first: Some(7),
                last: Some(7),
            },
            rows: vec![row],
        };
        let file = String::from_utf8(export.ndjson().unwrap()).unwrap();
        let lines: Vec<_> = file.lines().collect();
        assert_eq!(
            lines,
            [
                r#"{"instance":"i","scope":"platform","head_seq":9,"head_link":"ef","extract":{"exported_at":"1970-01-01T00:00:00Z","exported_by":"ana@example.com","filter":{"action_code":"admin_refresh"},"rows":1,"first":7,"last":7}}"#,
                r#"{"seq":7,"recorded_at_us":1773480413589793,"actor_type":"system","actor_id":null,"actor_email":null,"action_code":"admin_refresh","action":"Data refreshed","target_type":"","target_id":"","details":"{}","request_id":"job-1","canon":"01","leaf":"ab","link":"cd"}"#,
            ]
        );
    }
}
