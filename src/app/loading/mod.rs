//! Reading: tabs, pages, refresh, detail, verification, and what their answers change.

use chrono::TimeDelta;
use quarterdeck_api::audit::{
    AppendAudit, AppendRequest, AuditCode, AuditRow, ListAudit, VerifyAudit, VerifyQuery,
    VerifyReport,
};
use quarterdeck_api::call::{AnyCall, AnyReply};
use quarterdeck_api::permission::Permission;
use quarterdeck_api::text::Line;

use super::explain::explain;
use super::freshness::Freshness;
use super::layout::Mode;
use super::list::RowId;
use super::message::{Effect, Failure, SeenHead, Severity, Slot, Touched};
use super::model::{Model, RefreshRun};
use super::options::RefreshReports;
use super::overlay::Overlay;
use super::room_state::{DetailLoad, Load, Scope};
use super::tab::Tab;
use super::verification::{self, Asker, Finding};
use super::writes::{Purpose, Write, WriteState};

/// How long the cursor rests on a row before its detail is loaded for the preview.
const PREVIEW_DELAY: TimeDelta = TimeDelta::milliseconds(120);

/// Loads a tab from its first row, if the operator may see it.
pub fn load(model: &mut Model, tab: Tab) {
    if !model.may_see(tab) {
        return;
    }
    let now = model.now;
    let query = model.room_mut(tab).reload(now);
    model.fetch(Slot::List(tab), query);
}

/// Shows a tab; the first time, it is loaded, and the log is verified.
pub fn show(model: &mut Model, tab: Tab) {
    if model.tab != tab {
        model.here_mut().state_mut().list.drop_range();
        model.last_tab = Some(model.tab);
        model.tab = tab;
    }
    if !model.here().state().is_visited {
        model.here_mut().state_mut().is_visited = true;
        load(model, tab);
    }
    if model.verification.is_unasked() {
        verify_with(model, tab);
    }
}

/// Loads every tab that was visited, each to the length it had, and has the chain verified if the log
/// is one of them (S002-53).
pub fn refresh(model: &mut Model) {
    let waiting: Vec<Tab> = model
        .tabs()
        .into_iter()
        .filter(|tab| model.room(*tab).state().is_visited)
        .collect();
    if waiting.is_empty() {
        model.toast(
            Severity::Warn,
            "Nothing to refresh: your account may see none of the tabs",
        );
        return;
    }
    model.refresh = Some(RefreshRun {
        waiting: waiting.clone(),
        ..RefreshRun::default()
    });
    for tab in waiting {
        load(model, tab);
        verify_with(model, tab);
    }
}

/// Loads the next page if the cursor is near the end of what is loaded.
pub fn load_more_near_end(model: &mut Model) {
    let (tab, rows) = (model.tab, model.layout().table_rows());
    let state = model.here().state();
    let left = state.list.visible().len() - state.list.cursor_index().unwrap_or(0);
    if left <= rows.max(1) && !state.is_previewing() {
        request_more(model, tab);
    }
}

fn request_more(model: &mut Model, tab: Tab) {
    let now = model.now;
    if let Some(query) = model.room_mut(tab).load_more(now) {
        model.fetch(Slot::List(tab), query);
    }
}

/// Has the chain verified for the operator, held against what this console has seen of it.
pub fn verify(model: &mut Model) {
    ask_for_verdict(model, Asker::Operator);
}

/// Has the chain verified by the way where the log itself is loaded. Whoever may not verify goes
/// without, and an answer that is on its way serves as well: the server allows few of them a minute.
fn verify_with(model: &mut Model, tab: Tab) {
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

/// Plans to load the detail that the screen has room for. A moving cursor puts it off.
pub fn plan_preview(model: &mut Model, cursor_moved: bool) {
    let is_shown = model.layout().mode == Mode::Wide || model.is_in_detail();
    if !is_shown || !model.here().needs_detail() {
        model.preview_due = None;
    } else if cursor_moved || model.preview_due.is_none() {
        model.preview_due = Some(model.now + PREVIEW_DELAY);
    }
}

/// Loads the detail that was planned, once it is due.
pub fn load_due_preview(model: &mut Model) {
    if model.preview_due.is_some_and(|due| due <= model.now) {
        load_detail(model);
    }
}

/// Loads the detail of the row under the cursor at once.
pub fn load_detail(model: &mut Model) {
    model.preview_due = None;
    let tab = model.tab;
    if let Some(query) = model.here_mut().load_detail() {
        model.fetch(Slot::Detail(tab), query);
    }
}

/// Loads what follows in the detail, if anything does.
pub fn load_more_detail(model: &mut Model) {
    let tab = model.tab;
    if let Some(query) = model.here_mut().load_more_detail() {
        model.fetch(Slot::Detail(tab), query);
    }
}

/// Loads a row again that is known to have changed.
pub fn load_again(model: &mut Model, tab: Tab, id: RowId) {
    if let Some(query) = model.room_mut(tab).load_again(id) {
        model.fetch(Slot::Detail(tab), query);
    }
}

/// Takes a detail, or a part of one.
pub fn receive_detail(model: &mut Model, tab: Tab, result: Result<AnyReply, Failure>) {
    let now = model.now;
    if let Some(rest) = model.room_mut(tab).receive_detail(result, now) {
        model.fetch(Slot::Detail(tab), rest);
    }
}

/// Reads were stopped by hand: what was asked for will not come.
pub fn cancelled(model: &mut Model) {
    model.refresh = None;
    let state = model.here_mut().state_mut();
    state.load = Load::Idle;
    state.detail = DetailLoad::Idle;
    if model.verification.asker().is_some() {
        model.verification.fail();
    }
}

/// Takes rows.
pub fn receive_list(model: &mut Model, tab: Tab, result: Result<AnyReply, Failure>) {
    let now = model.now;
    let is_whole = model.room(tab).state().load != Load::More;
    match result {
        Ok(reply) => {
            note_audit_head(model, &reply);
            match model.room_mut(tab).receive(reply, now) {
                Some(next) => model.fetch(Slot::List(tab), next),
                None if is_whole => loaded(model, tab),
                None => {}
            }
        }
        Err(failure) if is_whole => failed(model, tab, &failure),
        Err(failure) => {
            let text = explain(&failure);
            model.room_mut(tab).fail(&Line::new(&text));
            model.toast(Severity::Error, &format!("Further rows not loaded. {text}"));
        }
    }
}

fn loaded(model: &mut Model, tab: Tab) {
    model.writes.forget_unknown(tab);
    model.cancel_read(Slot::Detail(tab));
    if let Some(run) = model
        .refresh
        .as_mut()
        .filter(|run| run.waiting.contains(&tab))
    {
        run.waiting.retain(|waiting| *waiting != tab);
        run.done.push(tab);
        finish_refresh(model);
    } else {
        model.room_mut(tab).state_mut().freshness = Freshness::loaded(model.now);
        model.failed_refreshes = 0;
    }
    fill_viewport(model, tab);
}

/// A page may be shorter than a tall screen.
fn fill_viewport(model: &mut Model, tab: Tab) {
    let state = model.room(tab).state();
    let is_server_filtered = matches!(state.scope, Scope::Nowhere | Scope::Server);
    let is_short = state.list.visible().len() < model.layout().table_rows();
    if is_server_filtered && is_short && !state.is_previewing() {
        request_more(model, tab);
    }
}

fn failed(model: &mut Model, tab: Tab, failure: &Failure) {
    let text = explain(failure);
    model.room_mut(tab).fail(&Line::new(&text));
    if let Some(run) = model
        .refresh
        .as_mut()
        .filter(|run| run.waiting.contains(&tab))
    {
        run.waiting.retain(|waiting| *waiting != tab);
        run.failed.push((tab, text));
        finish_refresh(model);
    } else {
        model.failed_refreshes += 1;
        model.toast(
            Severity::Error,
            &format!("{} not loaded. {text}", tab.name()),
        );
    }
}

/// Once every tab has answered: only if all are loaded, their age begins anew.
fn finish_refresh(model: &mut Model) {
    let Some(run) = model.refresh.take_if(|run| run.waiting.is_empty()) else {
        return;
    };
    let Some((tab, why)) = run.failed.first() else {
        for tab in run.done {
            model.room_mut(tab).state_mut().freshness = Freshness::loaded(model.now);
        }
        model.failed_refreshes = 0;
        model.toast(Severity::Info, "Data refreshed");
        report_refresh(model);
        return;
    };
    model.failed_refreshes += 1;
    model.toast(
        Severity::Error,
        &format!("Refresh failed: {} not loaded. {why}", tab.name()),
    );
}

fn report_refresh(model: &mut Model) {
    if model.options.refresh_reports == RefreshReports::Off {
        return;
    }
    let (id, idempotency_key) = model.writes.next_id();
    let call = AnyCall::body::<AppendAudit>(AppendRequest {
        action: None,
        action_code: AuditCode::AdminRefresh,
        target_type: String::new(),
        target_id: String::new(),
        details: serde_json::Map::new(),
        request_id: idempotency_key.clone(),
        admin_user_id: None,
        admin_email: None,
    });
    let touches = Touched {
        tab: Tab::Audit,
        ids: Vec::new(),
    };
    model.effects.push(Effect::Call {
        action_id: id,
        idempotency_key: idempotency_key.clone(),
        otp: None,
        call: call.clone(),
        touches: touches.clone(),
    });
    let (purpose, state) = (Purpose::ReportRefresh, WriteState::InFlight);
    model.writes.sent(Write {
        id,
        idempotency_key,
        call,
        touches,
        purpose,
        state,
    });
}

fn note_audit_head(model: &mut Model, reply: &AnyReply) {
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
pub fn receive_verification(model: &mut Model, result: Result<AnyReply, Failure>) {
    let asker = model.verification.asker().unwrap_or(Asker::Load);
    match (result.map(AnyReply::take::<VerifyAudit>), asker) {
        (Ok(Some(report)), _) => verified(model, report, asker),
        (Ok(None), _) | (Err(_), Asker::Load) => model.verification.fail(),
        (Err(failure), Asker::Operator) => {
            model.verification.fail();
            model.toast(
                Severity::Error,
                &format!("Chain not verified. {}", explain(&failure)),
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
