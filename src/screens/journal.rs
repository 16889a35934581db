//! What takes an act of the journal back: the tab it belongs to, the words of it, and the call. The call
//! is of the operation that the contract declares as the inverse; a test holds it to that.

use std::collections::BTreeMap;

use quarterdeck_api::applications::{
    ApplicationAction, ApplicationStatus, DecideApplications, DecideRequest, ExpectedStatus,
};
use quarterdeck_api::audit::AuditCode;
use quarterdeck_api::call::AnyCall;
use quarterdeck_api::data_requests::{
    DataRequestStatus, UpdateDataRequests, UpdateDataRequestsRequest,
};
use quarterdeck_api::ids::{ApplicationId, DataRequestId, ReportId, UserId};
use quarterdeck_api::operation::Nothing;
use quarterdeck_api::reports::{DecideReports, DecideReportsRequest, ReportStatus};
use quarterdeck_api::users::{
    BulkUnbanRequest, BulkUnbanUsers, ChangeRequest, UnbanRequest, UnbanUser, UnsuspendUser,
};

use super::applications::Applications;
use super::data_requests::DataRequests;
use super::reports::Reports;
use super::screen::{Noun, Screen};
use super::users::Users;
use super::verb::{Asks, Class, Given, Prepared};
use crate::app::tab::Tab;

/// What takes an act back.
#[derive(Clone, Debug)]
pub struct TakeBack {
    /// Whose rows.
    pub tab: Tab,
    /// What they are called.
    pub noun: Noun,
    /// `reopen`
    pub verb: &'static str,
    /// `reopened`
    pub past: &'static str,
    /// How much stands before it.
    pub class: Class,
    /// Which words it takes.
    pub asks: Asks,
    /// In which status the act left its objects.
    pub status: &'static str,
    /// What is sent.
    pub prepared: Prepared,
}

type Way = fn(&[i64]) -> Option<TakeBack>;

/// By what an act is called in the log.
const WAYS: &[(AuditCode, Way)] = &[
    (AuditCode::ApplicationApproved, |ids| {
        Some(reopen(ids, ApplicationStatus::Active))
    }),
    (AuditCode::BulkApprove, |ids| {
        Some(reopen(ids, ApplicationStatus::Active))
    }),
    (AuditCode::ApplicationRejected, |ids| {
        Some(reopen(ids, ApplicationStatus::Rejected))
    }),
    (AuditCode::BulkReject, |ids| {
        Some(reopen(ids, ApplicationStatus::Rejected))
    }),
    (AuditCode::ApplicationWaitlisted, |ids| {
        Some(reopen(ids, ApplicationStatus::Waitlisted))
    }),
    (AuditCode::BulkWaitlist, |ids| {
        Some(reopen(ids, ApplicationStatus::Waitlisted))
    }),
    (AuditCode::ReportResolved, |ids| {
        Some(reopen_reports(ids, ReportStatus::Resolved))
    }),
    (AuditCode::BulkResolve, |ids| {
        Some(reopen_reports(ids, ReportStatus::Resolved))
    }),
    (AuditCode::ReportDismissed, |ids| {
        Some(reopen_reports(ids, ReportStatus::Dismissed))
    }),
    (AuditCode::BulkDismiss, |ids| {
        Some(reopen_reports(ids, ReportStatus::Dismissed))
    }),
    (AuditCode::DataRequestUpdated, |ids| Some(retry(ids))),
    (AuditCode::BulkDataRequestUpdate, |ids| Some(retry(ids))),
    (AuditCode::UserBanned, |ids| one(ids).map(unban)),
    (AuditCode::BulkBan, |ids| Some(unban_all(ids))),
    (AuditCode::UserSuspended, |ids| one(ids).map(unsuspend)),
];

/// What takes back what a code says was done to these; none where nothing does.
pub fn take_back(code: AuditCode, ids: &[i64]) -> Option<TakeBack> {
    let (_, way) = WAYS.iter().find(|(of, _)| *of == code)?;
    way(ids)
}

fn one(ids: &[i64]) -> Option<UserId> {
    match ids {
        [id] => Some(UserId(*id)),
        _ => None,
    }
}

fn of<S: Screen>(words: (&'static str, &'static str), prepared: Prepared) -> TakeBack {
    TakeBack {
        tab: S::TAB,
        noun: S::NOUN,
        verb: words.0,
        past: words.1,
        class: Class::Reversible,
        asks: Asks::Nothing,
        status: "",
        prepared,
    }
}

fn reopen(ids: &[i64], left: ApplicationStatus) -> TakeBack {
    let ids: Vec<_> = ids.iter().copied().map(ApplicationId).collect();
    let finish = move |given: &Given| {
        AnyCall::body::<DecideApplications>(DecideRequest {
            action: ApplicationAction::Reopen,
            ids: ids.clone(),
            confirm: given.is_confirmed.then_some(true),
            reason: None,
            reason_code: None,
            expected_status: Some(ExpectedStatus::All(left)),
        })
    };
    TakeBack {
        status: left.as_str(),
        ..of::<Applications>(("reopen", "reopened"), Prepared::new(finish))
    }
}

fn reopen_reports(ids: &[i64], left: ReportStatus) -> TakeBack {
    let ids: Vec<_> = ids.iter().copied().map(ReportId).collect();
    let finish = move |_: &Given| {
        AnyCall::body::<DecideReports>(DecideReportsRequest {
            ids: ids.clone(),
            status: ReportStatus::Pending,
            notes: None,
            reason_code: None,
            expected_status: Some(left),
        })
    };
    TakeBack {
        status: left.as_str(),
        ..of::<Reports>(("reopen", "reopened"), Prepared::new(finish))
    }
}

fn retry(ids: &[i64]) -> TakeBack {
    let ids: Vec<_> = ids.iter().copied().map(DataRequestId).collect();
    let finish = move |given: &Given| {
        AnyCall::body::<UpdateDataRequests>(UpdateDataRequestsRequest {
            ids: ids.clone(),
            status: DataRequestStatus::Pending,
            confirm: given.is_confirmed.then_some(true),
            error: None,
            reason_code: None,
            expected_status: Some(DataRequestStatus::Failed),
        })
    };
    TakeBack {
        status: DataRequestStatus::Failed.as_str(),
        ..of::<DataRequests>(("retry", "back to pending"), Prepared::new(finish))
    }
}

/// Like the verb on the Users tab, it asks for a reason. The journal knows no version of the account.
fn unban(id: UserId) -> TakeBack {
    let finish = move |given: &Given| {
        let request = UnbanRequest {
            ban_reason: given.why.words.clone().unwrap_or_default(),
            reason_code: given.why.code.clone(),
            expected_version: None,
        };
        AnyCall::of::<UnbanUser>(id, Nothing {}, request)
    };
    lifting(Prepared::new(finish))
}

fn unban_all(ids: &[i64]) -> TakeBack {
    let ids: Vec<_> = ids.iter().copied().map(UserId).collect();
    let finish = move |given: &Given| {
        AnyCall::body::<BulkUnbanUsers>(BulkUnbanRequest {
            user_ids: ids.clone(),
            ban_reason: given.why.words.clone().unwrap_or_default(),
            reason_code: given.why.code.clone(),
            expected_versions: BTreeMap::new(),
            confirm: given.is_confirmed.then_some(true),
        })
    };
    lifting(Prepared::new(finish))
}

fn lifting(prepared: Prepared) -> TakeBack {
    TakeBack {
        class: Class::HardToReverse,
        asks: Asks::Reason,
        status: "banned",
        ..of::<Users>(("unban", "unbanned"), prepared)
    }
}

fn unsuspend(id: UserId) -> TakeBack {
    let finish = move |_: &Given| {
        let request = ChangeRequest {
            expected_version: None,
        };
        AnyCall::of::<UnsuspendUser>(id, Nothing {}, request)
    };
    TakeBack {
        class: Class::HardToReverse,
        status: "suspended",
        ..of::<Users>(("unsuspend", "unsuspended"), Prepared::new(finish))
    }
}
