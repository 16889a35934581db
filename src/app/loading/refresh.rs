//! Loading anew every tab that was visited, as one act with one outcome.

use quarterdeck_api::audit::{AppendAudit, AppendRequest, AuditCode};
use quarterdeck_api::call::AnyCall;

use super::pages::load;
use super::reasons::ask_missing_reasons;
use super::verify::verify_with;
use crate::app::freshness::Freshness;
use crate::app::message::{Severity, Touched};
use crate::app::model::{Model, RefreshRun};
use crate::app::options::RefreshReports;
use crate::app::tab::Tab;
use crate::app::writes::{Purpose, Write, WriteState};

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
    ask_missing_reasons(model);
}

/// Once every tab has answered: only if all are loaded, their age begins anew.
pub(super) fn finish_refresh(model: &mut Model) {
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
    let write = Write {
        id,
        idempotency_key,
        call,
        touches,
        purpose: Purpose::ReportRefresh,
        state: WriteState::InFlight,
    };
    model.emit(write, None);
}
