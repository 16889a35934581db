//! The JSON of withdrawals.

use quarterdeck_api::filter::AnyOf;
use quarterdeck_api::ids::{UserId, WithdrawalId};
use quarterdeck_api::money::Balance;
use quarterdeck_api::page::Page;
use quarterdeck_api::withdrawals::{
    ApproveWithdrawalRequest, RejectWithdrawalRequest, WithdrawalRow, WithdrawalSort,
    WithdrawalStatus, WithdrawalsQuery,
};
use serde_json::{Value, json};

use super::{golden, line, time};

fn row() -> WithdrawalRow {
    WithdrawalRow {
        id: WithdrawalId(7),
        user_id: UserId(9),
        user: line("zoe@example.org"),
        amount: 2_000,
        currency: line("EUR"),
        balance: Some(Balance {
            amount: 3_000,
            currency: line("EUR"),
            version: 2,
        }),
        status: WithdrawalStatus::Approved.into(),
        requested_at: time(),
        approved_by: Some(UserId(5)),
        decided_by_id: Some(UserId(5)),
        decided_by: Some(line("rita@quarterdeck.example")),
        decided_at: Some(time()),
        reason: None,
        reason_code: None,
        version: 2,
    }
}

fn row_json() -> Value {
    let at = "2026-11-20T09:30:00.000250Z";
    json!({
        "id": 7, "user_id": 9, "user": "zoe@example.org", "amount": 2_000, "currency": "EUR",
        "balance": { "amount": 3_000, "currency": "EUR", "version": 2 }, "status": "approved",
        "requested_at": at, "approved_by": 5, "decided_by_id": 5, "decided_by": "rita@quarterdeck.example",
        "decided_at": at, "reason": null, "reason_code": null, "version": 2,
    })
}

#[test]
fn s001_28_the_row_names_the_admin_who_approved() {
    golden(&row(), row_json());
    golden(
        &Page {
            data: vec![row()],
            total: 1,
            total_exact: true,
            next_cursor: None,
        },
        json!({ "data": [row_json()], "total": 1, "total_exact": true, "next_cursor": null }),
    );
    golden(
        &WithdrawalsQuery {
            status: Some(AnyOf(vec![
                WithdrawalStatus::Pending,
                WithdrawalStatus::Rejected,
            ])),
            user_id: Some(UserId(9)),
            from: Some(time()),
            sort: Some(WithdrawalSort::NewestFirst),
            take: Some(50),
            ..WithdrawalsQuery::default()
        },
        json!({
            "status": "pending,rejected", "user_id": 9, "from": "2026-11-20T09:30:00.000250Z",
            "sort": "-requested_at", "take": 50,
        }),
    );
}

#[test]
fn r67_decisions_as_the_seed_spells_them() {
    golden(
        &ApproveWithdrawalRequest {
            withdrawal_id: WithdrawalId(7),
            confirm: Some(true),
            expected_status: Some(WithdrawalStatus::Pending),
        },
        json!({ "withdrawal_id": 7, "confirm": true, "expected_status": "pending" }),
    );
    golden(
        &RejectWithdrawalRequest {
            withdrawal_id: WithdrawalId(7),
            confirm: Some(true),
            reason: Some("not his account".to_owned()),
            reason_code: Some("details".to_owned()),
            expected_status: None,
        },
        json!({ "withdrawal_id": 7, "confirm": true, "reason": "not his account", "reason_code": "details" }),
    );
}
