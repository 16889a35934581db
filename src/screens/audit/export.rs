//! Exporting what the filter shows: the question, and the file that the answer is kept as.

use quarterdeck_api::audit::{AuditFilter, ExportAudit, MAX_EXPORT_ROWS};
use quarterdeck_api::call::{AnyCall, AnyReply};
use quarterdeck_api::permission::Permission;

use super::Audit;
use crate::app::download::Download;
use crate::app::keymap::Action;
use crate::screens::screen::Screen;
use crate::screens::verb::{Class, Prepared, ViewVerb};

pub(super) const EXPORT: ViewVerb = ViewVerb {
    action: Action::Export,
    verb: "export",
    past: "exported",
    help: "Export all rows that the filter shows to a file",
    class: Class::HardToReverse,
    permission: Permission::AuditExport,
    most: MAX_EXPORT_ROWS,
    prepare: export,
};

fn export(filter: &str) -> Prepared {
    let told = vec![
        which(filter),
        "They name the staff who acted.".to_owned(),
        "Saved to a file that only you can read. The export is audited.".to_owned(),
    ];
    let filter = AuditFilter {
        filter: (!filter.is_empty()).then(|| filter.to_owned()),
        ..AuditFilter::default()
    };
    Prepared::new(move |_| AnyCall::body::<ExportAudit>(filter.clone()))
        .telling(move |_| told.clone())
}

/// Which rows, in words.
fn which(filter: &str) -> String {
    match filter {
        "" => "The whole log: no filter is set.".to_owned(),
        filter => format!("Rows that pass the filter {filter}"),
    }
}

/// The file that an export is kept as.
pub(super) fn file(reply: &AnyReply) -> Option<Download> {
    let export = reply.get::<ExportAudit>()?;
    let at = export.extract.exported_at.format("%Y%m%dT%H%M%SZ");
    let count = export.rows.len();
    let file = Download::new(&format!("audit-{at}.ndjson"), export.ndjson().ok()?);
    Some(file.holding(&format!("{count} {}", Audit::NOUN.of(count))))
}
