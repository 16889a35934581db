//! Verifying the audit chain: who asks, what is said of the verdict, and how far the log was seen.

use quarterdeck_api::audit::{AuditRow, ListAudit, VerifyAudit, VerifyQuery, VerifyReport};
use quarterdeck_api::call::{AnyCall, AnyReply};
use quarterdeck_api::permission::Permission;

use crate::app::explain::explain;
use crate::app::message::{Effect, Failed, SeenHead, Severity, Slot};
use crate::app::model::Model;
use crate::app::overlay::Overlay;
use crate::app::tab::Tab;
use crate::app::verification::{self, Asker, Finding};

/// Has the chain verified for the operator, held against what this console has seen of it.
pub fn verify(model: &mut Model) {
    ask_for_verdict(model, Asker::Operator);
}

/// Has the chain verified by the way where the log itself is loaded. Whoever may not verify goes
/// without, and an answer that is on its way serves as well: the server allows few of them a minute.
pub(super) fn verify_with(model: &mut Model, tab: Tab) {
    let is_of_log = tab == Tab::Audit;
    let is_free = model.verification.asker().is_none();
    if is_of_log && is_free && model.may(Permission::AuditVerify) {
        ask_for_verdict(model, Asker::Load);
    }
}

fn ask_for_verdict(model: &mut Model, asker: Asker) {
    let is_under_way = model.verification.asker().is_some();
    model.verification.begin(asker);
    if is_under_way {
        return;
    }
    let seen = model.watermark.as_ref();
    let query = VerifyQuery {
        expected_min_seq: seen.map(|seen| seen.seq),
        expected_seq: seen.map(|seen| seen.seq),
        expected_hash: seen.map(|seen| seen.hash.to_string()),
    };
    model.fetch(Slot::Verify, AnyCall::query::<VerifyAudit>(query));
}

pub(super) fn note_audit_head(model: &mut Model, reply: &AnyReply) {
    if let Some(page) = reply.get::<ListAudit>()
        && continues_what_was_seen(model, &page.data)
        && let Some(AuditRow { seq, hash, .. }) = page.data.iter().max_by_key(|row| row.seq)
    {
        let head = SeenHead {
            seq: *seq,
            hash: hash.clone(),
            seen_at: model.now,
        };
        raise_watermark(model, head);
    }
}

/// Rows without the one that was seen last may be those of a log that was cut off and has grown again;
/// there, only verification raises the watermark.
fn continues_what_was_seen(model: &Model, rows: &[AuditRow]) -> bool {
    model.watermark.as_ref().is_none_or(|seen| {
        rows.iter()
            .any(|row| row.seq == seen.seq && row.hash == seen.hash)
    })
}

/// The watermark only rises: a log that has become shorter is what it is there to find.
fn raise_watermark(model: &mut Model, head: SeenHead) {
    if model
        .watermark
        .as_ref()
        .is_none_or(|seen| seen.seq < head.seq)
    {
        model.watermark = Some(head.clone());
        model.effects.push(Effect::SaveWatermark(head));
    }
}

/// Takes what verification found.
pub fn receive_verification(model: &mut Model, result: Result<AnyReply, Failed>) {
    let asker = model.verification.asker().unwrap_or(Asker::Load);
    match (result.map(AnyReply::take::<VerifyAudit>), asker) {
        (Ok(Some(report)), _) => verified(model, report, asker),
        (Ok(None), _) | (Err(_), Asker::Load) => model.verification.fail(),
        (Err(failed), Asker::Operator) => {
            model.verification.fail();
            model.toast(
                Severity::Error,
                &format!("Chain not verified. {}", explain(&failed)),
            );
        }
    }
}

fn verified(model: &mut Model, report: VerifyReport, asker: Asker) {
    let finding = model.verification.learn(report.clone());
    if !verification::is_intact(&report) {
        say_damage(model, &report, asker, finding);
        return;
    }
    say_intact(model, &report, asker);
    let head = SeenHead {
        seq: report.head.seq,
        hash: report.head.hash,
        seen_at: model.now,
    };
    raise_watermark(model, head);
}

fn say_intact(model: &mut Model, report: &VerifyReport, asker: Asker) {
    match asker {
        Asker::Operator => model.toast(
            Severity::Info,
            &format!("Audit chain OK: {} rows, to #{}", report.rows, report.to),
        ),
        Asker::Load => {}
    }
}

fn say_damage(model: &mut Model, report: &VerifyReport, asker: Asker, finding: Finding) {
    match (asker, finding) {
        (Asker::Load, Finding::Known) => return,
        (Asker::Load, Finding::New) => {}
        (Asker::Operator, Finding::Known | Finding::New) => {
            model.overlay = Some(Overlay::Report {
                title: "Verification of the audit chain",
                facts: verification::facts(report, &model.times()),
                scroll: 0,
            });
        }
    }
    let verdict = verification::badge_of(report).text;
    model.toast(
        Severity::Error,
        &format!("Audit {}. Tell whoever keeps the log.", verdict.as_str()),
    );
}
