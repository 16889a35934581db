//! Exporting what the filter shows: the question, and the file that the answer is kept as.

use chrono::{DateTime, Utc};
use quarterdeck_api::audit::{AuditFilter, AuditQuery, ExportAudit, MAX_EXPORT_ROWS};
use quarterdeck_api::call::{AnyCall, AnyReply};
use quarterdeck_api::permission::Permission;

use super::Audit;
use crate::app::download::Download;
use crate::app::keymap::Action;
use crate::screens::screen::Screen;
use crate::screens::verb::{Class, Prepared, ViewVerb};

pub(super) const EXPORT: ViewVerb<AuditQuery> = ViewVerb {
    action: Action::Export,
    verb: "export",
    past: "exported",
    help: "Export all rows that the filter shows to a file",
    class: Class::HardToReverse,
    permission: Permission::AuditExport,
    most: MAX_EXPORT_ROWS,
    prepare: export,
};

fn export(query: &AuditQuery) -> Prepared {
    let filter = query.filter();
    let told = vec![
        which(&filter),
        "They name the staff who acted.".to_owned(),
        "Saved to a file that only you can read. The export is audited.".to_owned(),
    ];
    Prepared::new(move |_| AnyCall::body::<ExportAudit>(filter.clone()))
        .telling(move |_| told.clone())
}

/// Which rows, in words.
fn which(filter: &AuditFilter) -> String {
    let on = match (&filter.target_type, &filter.target_id) {
        (None, None) => None,
        (Some(kind), None) => Some(format!("on any {kind}")),
        (None, Some(id)) => Some(format!("on any #{id}")),
        (Some(kind), Some(id)) => Some(format!("on {kind}#{id}")),
    };
    let codes = filter.action_code.as_ref();
    let codes = codes.map(|codes| format!("of {}", codes.to_string().replace(',', " or ")));
    let terms = [
        filter.actor.as_ref().map(|actor| format!("by {actor}")),
        codes,
        on,
        filter.from.map(|from| format!("from {}", in_full(from))),
        filter.to.map(|to| format!("before {}", in_full(to))),
    ];
    let terms: Vec<_> = terms.into_iter().flatten().collect();
    if terms.is_empty() {
        return "The whole log: no filter is set.".to_owned();
    }
    format!("Rows {}.", terms.join(", "))
}

fn in_full(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// The file that an export is kept as.
pub(super) fn file(reply: &AnyReply) -> Option<Download> {
    let export = reply.get::<ExportAudit>()?;
    let at = export.extract.exported_at.format("%Y%m%dT%H%M%SZ");
    let count = export.rows.len();
    let file = Download::new(&format!("audit-{at}.ndjson"), export.ndjson().ok()?);
    Some(file.holding(&format!("{count} {}", Audit::NOUN.of(count))))
}

#[cfg(test)]
mod tests {
    use quarterdeck_api::audit::AuditCode;
    use quarterdeck_api::filter::AnyOf;

    use super::*;

    #[test]
    fn a_filter_is_said_in_words() {
        let none = AuditFilter::default();
        let all = AuditFilter {
            filter: None,
            actor: Some("ana@example.com".to_owned()),
            action_code: Some(AnyOf(vec![AuditCode::UserBanned, AuditCode::BulkBan])),
            target_type: Some("user".to_owned()),
            target_id: Some("7".to_owned()),
            from: DateTime::from_timestamp(0, 0),
            to: DateTime::from_timestamp(86_400, 0),
        };
        let kind = AuditFilter {
            target_type: Some("user".to_owned()),
            ..none.clone()
        };
        let id = AuditFilter {
            target_id: Some("7".to_owned()),
            ..none.clone()
        };
        let cases = [
            (none, "The whole log: no filter is set."),
            (
                all,
                "Rows by ana@example.com, of user_banned or bulk_ban, on user#7, \
                 from 1970-01-01 00:00:00 UTC, before 1970-01-02 00:00:00 UTC.",
            ),
            (kind, "Rows on any user."),
            (id, "Rows on any #7."),
        ];
        for (filter, words) in cases {
            assert_eq!(which(&filter), words);
        }
    }
}
