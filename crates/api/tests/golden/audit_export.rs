//! The JSON of an export of the audit log.

use quarterdeck_api::audit::{
    AuditCode, AuditExport, AuditFilter, ExportedChain, ExportedRow, Extract,
};
use quarterdeck_api::filter::AnyOf;
use serde_json::json;

use super::{golden, line, time};

fn filter() -> AuditFilter {
    AuditFilter {
        actor: Some("#7".to_owned()),
        action_code: Some(AnyOf(vec![AuditCode::BulkBan, AuditCode::UserBanned])),
        target_type: Some("user".to_owned()),
        target_id: Some("9".to_owned()),
        filter: Some("amount>5".to_owned()),
        from: Some(time()),
        to: Some(time()),
    }
}

#[test]
fn r48_an_export_of_the_audit_log() {
    golden(&AuditFilter::default(), json!({}));
    let asked = json!({
        "actor": "#7", "action_code": "bulk_ban,user_banned", "target_type": "user", "target_id": "9",
        "filter": "amount>5", "from": "2026-11-20T09:30:00.000250Z", "to": "2026-11-20T09:30:00.000250Z",
    });
    golden(&filter(), asked.clone());
    // Hashes are taken over the texts of a row: what an escape sequence is made of stays in them.
    let text = |what: &str| format!("{what}\u{1b}[2J\u{202e}");
    golden(
        &AuditExport {
            chain: ExportedChain {
                instance: "019cd3f0-4c00-7a11-8f3e-6d1c0b9a8e77".to_owned(),
                scope: "platform".to_owned(),
                head_seq: 9,
                head_link: "ab".to_owned(),
            },
            extract: Extract {
                exported_at: time(),
                exported_by: line("ana@quarterdeck.example"),
                filter: filter(),
                rows: 1,
                first: Some(7),
                last: None,
            },
            rows: vec![ExportedRow {
                seq: 7,
                recorded_at_us: 1_773_480_413_589_793,
                actor_type: text("human"),
                actor_id: Some(7),
                actor_email: None,
                action_code: text("code"),
                action: text("action"),
                target_type: text("type"),
                target_id: text("id"),
                details: text("{}"),
                request_id: text("request"),
                canon: "01".to_owned(),
                leaf: "cd".to_owned(),
                link: "ef".to_owned(),
            }],
        },
        json!({
            "chain": {
                "instance": "019cd3f0-4c00-7a11-8f3e-6d1c0b9a8e77", "scope": "platform", "head_seq": 9,
                "head_link": "ab",
            },
            "extract": {
                "exported_at": "2026-11-20T09:30:00.000250Z", "exported_by": "ana@quarterdeck.example",
                "filter": asked, "rows": 1, "first": 7, "last": null,
            },
            "rows": [{
                "seq": 7, "recorded_at_us": 1_773_480_413_589_793_i64, "actor_type": text("human"),
                "actor_id": 7, "actor_email": null, "action_code": text("code"), "action": text("action"),
                "target_type": text("type"), "target_id": text("id"), "details": text("{}"),
                "request_id": text("request"), "canon": "01", "leaf": "cd", "link": "ef",
            }],
        }),
    );
}
