//! The rows that a filter lets through, for a reader outside, and the row that says they were handed out.
//!
//! They are read on a snapshot before the transaction is opened: however many there are, no other write
//! waits for them, and none of them is handed out unless its row is in the log.

use std::io::{self, Write};

use quarterdeck_api::audit::{
    AuditCode, AuditExport, AuditField, AuditFilter, ExportAudit, ExportedRow, Extract,
    MAX_EXPORT_BYTES, MAX_EXPORT_ROWS, write_line,
};
use quarterdeck_api::filter::AnyOf;
use quarterdeck_api::ids::UserId;
use quarterdeck_api::text::Line;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use super::{MAX_TEXT, selection};
use crate::chain::{self, AuditSelection, Entry, PLATFORM, rows};
use crate::db::clock;
use crate::gate::{Call, Committed, Refusal};

const ROWS_PER_READ: u64 = 500;
/// Fields of the filter that hold what somebody typed.
const TYPED: &[&str] = &["actor", "target_type", "target_id"];
/// What the log says instead of a typed value that occurs in no row.
const NOT_FOUND: &str = "matched no row";

/// Hands out the rows that a filter lets through, and records that it did.
pub async fn export(call: Call<ExportAudit>) -> Result<Committed<AuditExport>, Refusal> {
    let caller = call.caller()?;
    let filter = checked(&call.body)?;
    let narrowing = call.narrowing::<AuditField>(filter.filter.as_deref())?;
    let outline = narrowing.filter.outline();
    let snapshot = call.services.database.snapshot().await?;
    let chain = chain::exported_chain(&snapshot, PLATFORM).await?;
    let rows = gather(&snapshot, &selection(&filter, narrowing)).await?;
    snapshot.rollback().await?;
    let tx = call.begin().await?;
    let extract = Extract {
        exported_at: tx.now,
        exported_by: Line::verbatim(caller.email.clone()),
        filter,
        rows: rows.len(),
        first: rows.first().map(|row| row.seq),
        last: rows.last().map(|row| row.seq),
    };
    let entry =
        Entry::new(AuditCode::AuditExported, "audit", "").details(details(&extract, &outline));
    let export = AuditExport {
        chain,
        extract,
        rows,
    };
    tx.commit(&[entry], export).await
}

/// The filter as it is applied and recorded: in one spelling, and no longer than what it can match.
fn checked(asked: &AuditFilter) -> Result<AuditFilter, Refusal> {
    clock::check_range(asked.from, asked.to).map_err(|field| Refusal::invalid(vec![field]))?;
    let filter = AuditFilter {
        actor: asked.actor.as_deref().and_then(actor),
        action_code: asked.action_code.as_ref().and_then(each_once),
        target_id: asked
            .target_id
            .as_deref()
            .map(|id| id.trim_start_matches('#').to_owned()),
        filter: asked.filter.clone().filter(|text| !text.trim().is_empty()),
        ..asked.clone()
    };
    let typed = [
        ("actor", &filter.actor),
        ("target_type", &filter.target_type),
        ("target_id", &filter.target_id),
    ];
    for (name, text) in typed {
        let is_too_much = |text: &String| text.len() > MAX_TEXT || text.contains('\0');
        if text.as_ref().is_some_and(is_too_much) {
            return Err(Refusal::invalid_field(
                name,
                format!("may have {MAX_TEXT} bytes at most, and no NUL"),
            ));
        }
    }
    Ok(filter)
}

/// `#7` or a lower-case e-mail, however it was written; none for blanks.
fn actor(text: &str) -> Option<String> {
    let text = text.trim();
    let id = text.parse::<UserId>().ok().map(|id| id.to_string());
    (!text.is_empty()).then(|| id.unwrap_or_else(|| text.to_lowercase()))
}

fn each_once(AnyOf(named): &AnyOf<AuditCode>) -> Option<AnyOf<AuditCode>> {
    let is_named = |code: &AuditCode| named.contains(code);
    let codes: Vec<_> = AuditCode::ALL.iter().copied().filter(is_named).collect();
    (!codes.is_empty()).then_some(AnyOf(codes))
}

async fn gather(
    snapshot: &impl ConnectionTrait,
    selection: &AuditSelection,
) -> Result<Vec<ExportedRow>, Refusal> {
    let mut gathered = Gathered::default();
    loop {
        let page =
            rows::selected_after(snapshot, PLATFORM, selection, gathered.last, ROWS_PER_READ)
                .await?;
        let is_last = (page.len() as u64) < ROWS_PER_READ;
        for row in page {
            gathered.add(row.into())?;
        }
        if is_last {
            return Ok(gathered.rows);
        }
    }
}

struct Gathered {
    rows: Vec<ExportedRow>,
    last: i64,
    bytes: Counted,
}

impl Default for Gathered {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            // A row below place 1 is damage, which an outside reader should see.
            last: i64::MIN,
            bytes: Counted(0),
        }
    }
}

impl Gathered {
    fn add(&mut self, row: ExportedRow) -> Result<(), Refusal> {
        if self.rows.len() == MAX_EXPORT_ROWS {
            return Err(too_much(&format!("more than {MAX_EXPORT_ROWS} rows")));
        }
        write_line(&mut self.bytes, &row).map_err(Refusal::internal)?;
        if self.bytes.0 > MAX_EXPORT_BYTES {
            return Err(too_much(&format!(
                "rows of more than {MAX_EXPORT_BYTES} bytes"
            )));
        }
        self.last = row.seq;
        self.rows.push(row);
        Ok(())
    }
}

fn too_much(what: &str) -> Refusal {
    Refusal::invalid_field(
        "filter",
        format!(
            "lets {what} through, which one export cannot hold; narrow it, by date for example, or \
             export the whole log with `quarterdeck-server export-audit`"
        ),
    )
}

/// Counts what is written, and keeps none of it.
struct Counted(usize);

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What was handed out; of the text of a filter only its `outline`, which names nobody. A typed value that let rows through stands in them, so that the log learns
/// nothing new; any other could be about anybody, and is not kept.
fn details(extract: &Extract, outline: &str) -> Value {
    let mut filter = json!(extract.filter);
    if let Some(text) = filter.get_mut("filter") {
        *text = json!(outline);
    }
    if extract.rows == 0 {
        for name in TYPED {
            if let Some(value) = filter.get_mut(name) {
                *value = json!(NOT_FOUND);
            }
        }
    }
    json!({
        "filter": filter,
        "rows": extract.rows,
        "first": extract.first,
        "last": extract.last,
    })
}
