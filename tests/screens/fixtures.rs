//! Rows, people and failures.

use chrono::{DateTime, TimeDelta, Utc};
use quarterdeck::app::message::Failure;
use quarterdeck_api::applications::{ApplicationRow, ApplicationStatus, ApplicationView};
use quarterdeck_api::audit::{
    ActorKind, AuditCode, AuditRow, ChainHead, ChainStatus, Damage, FirstBad, VerifyReport,
    Watermark,
};
use quarterdeck_api::ids::{ApplicationId, UserId};
use quarterdeck_api::page::Page;
use quarterdeck_api::permission::Permission;
use quarterdeck_api::problem::{Code, Problem};
use quarterdeck_api::role::Role;
use quarterdeck_api::sessions::Me;
use quarterdeck_api::text::{Body, Line};
use quarterdeck_api::users::PersonContext;

/// 2026-11-20 14:00 UTC.
pub(crate) const NOW: DateTime<Utc> = DateTime::from_timestamp(1_795_183_200, 0).unwrap();

const NAMES: &[(&str, &str)] = &[
    ("Ana Müller", "ana.mueller@example.com"),
    ("Nguyễn Thị Minh Khai", "minh.khai@example.vn"),
    ("محمد الفاتح", "m.alfateh@example.org"),
    ("山田 太郎", "taro.yamada@example.jp"),
    ("Олександр Шевченко", "o.shevchenko@example.ua"),
    ("Rob\u{1b}]52;c;c2VjcmV0\u{7}ert", "robert@example.com"),
    ("аdmin", "аdmin@example.com"),
    ("user\u{202e}gnp.exe", "rtl@example.com"),
    (
        "Wolfeschlegelsteinhausenbergerdorff, Hubert Blaine Senior",
        "hubert@example.com",
    ),
    ("👩‍👩‍👧‍👦 family", "family@example.com"),
];

pub(crate) fn pending(id: i64) -> ApplicationRow {
    ApplicationRow {
        id: ApplicationId(id),
        user_id: Some(UserId(id + 100)),
        name: Line::new(&format!("Applicant {id}")),
        email: Line::new(&format!("applicant{id}@example.com")),
        status: ApplicationStatus::Pending.into(),
        submitted_at: NOW - TimeDelta::hours(id),
        decided_at: None,
        decided_by: None,
        reason: None,
        reason_code: None,
        version: 1,
        claim: None,
    }
}

/// A lively queue: names in many scripts, some of them hostile, every status.
pub(crate) fn queue(count: i64) -> Vec<ApplicationRow> {
    let rows = (0..count).map(|place| {
        let (name, email) = NAMES[usize::try_from(place).unwrap() % NAMES.len()];
        let row = ApplicationRow {
            name: Line::new(name),
            email: Line::new(email),
            submitted_at: NOW - TimeDelta::minutes(90 * (count - place) + 7),
            ..pending(4_711 + place)
        };
        match place % 7 {
            3 => ApplicationRow {
                status: ApplicationStatus::Waitlisted.into(),
                ..decided(row, "lea@quarterdeck.example", None)
            },
            5 => ApplicationRow {
                status: ApplicationStatus::Rejected.into(),
                ..decided(
                    row,
                    "bob@quarterdeck.example",
                    Some("Duplicate application"),
                )
            },
            6 => ApplicationRow {
                status: ApplicationStatus::Active.into(),
                ..decided(row, "ana@quarterdeck.example", None)
            },
            _ => row,
        }
    });
    rows.collect()
}

fn decided(row: ApplicationRow, by: &str, reason: Option<&str>) -> ApplicationRow {
    ApplicationRow {
        decided_at: Some(NOW - TimeDelta::minutes(40)),
        decided_by: Some(Line::new(by)),
        reason: reason.map(Line::new),
        version: 2,
        ..row
    }
}

/// The row of this id, in the queue or plain.
pub(crate) fn known(id: i64) -> ApplicationRow {
    let in_queue = queue(25).into_iter().find(|row| row.id.0 == id);
    in_queue.unwrap_or_else(|| pending(id))
}

pub(crate) fn page<T>(rows: Vec<T>) -> Page<T> {
    let total = rows.len() as u64;
    Page {
        data: rows,
        total,
        total_exact: true,
        next_cursor: None,
    }
}

pub(crate) fn view(row: ApplicationRow) -> ApplicationView {
    let answers = Body::new(
        "Why do you want to join?\n\nBecause the tools that I use every day are made by people like you, \
         and I would like to give something back.\n\nWhat have you built?\n\nA weather station, twice.",
    );
    let context = PersonContext::default();
    ApplicationView {
        row,
        answers,
        context,
    }
}

pub(crate) fn log() -> Vec<AuditRow> {
    let entry = |seq: i64, code: AuditCode, target: &str, details: &str| AuditRow {
        scope: Line::new("platform"),
        seq,
        created_at: NOW - TimeDelta::minutes(3 * (1_204 - seq)),
        actor_type: ActorKind::Human.into(),
        admin_user_id: Some(UserId(7)),
        admin_email: Some(Line::new("ana@quarterdeck.example")),
        action: Line::new(&code.text_with_count(3)),
        action_code: code.into(),
        target_type: Line::new("application"),
        target_id: Line::new(target),
        details: Body::new(details),
        request_id: Line::new("0199c0de-0000-7000-8000-00000000abcd"),
        hash: Line::new(&format!("{seq:064x}")),
    };
    vec![
        entry(
            1_204,
            AuditCode::ApplicationApproved,
            "4717",
            "{\"from\":\"PENDING\"}",
        ),
        entry(
            1_203,
            AuditCode::BulkReject,
            "",
            "{\"ids\":[4712,4713,4714]}",
        ),
        entry(
            1_202,
            AuditCode::ApplicationRejected,
            "4714",
            "{\"reason\":true}",
        ),
        entry(
            1_201,
            AuditCode::ApplicationRejected,
            "4713",
            "{\"reason\":true}",
        ),
        entry(
            1_200,
            AuditCode::ApplicationRejected,
            "4712",
            "{\"reason\":true}",
        ),
        AuditRow {
            actor_type: ActorKind::CommandLine.into(),
            admin_user_id: None,
            admin_email: None,
            target_type: Line::new("user"),
            ..entry(1_199, AuditCode::MfaReset, "12", "{}")
        },
    ]
}

/// What verification finds where every row of the log is right.
pub(crate) fn chain() -> VerifyReport {
    VerifyReport {
        status: ChainStatus::Intact.into(),
        scope: Line::new("platform"),
        from: 1,
        to: 1_204,
        rows: 1_204,
        head: ChainHead {
            seq: 1_204,
            hash: Line::new(&format!("{:064x}", 1_204)),
            recorded_at: Some(NOW),
        },
        watermark: None,
        first_bad: None,
        bad_count: 0,
        verifier_version: Line::new("1"),
        took_ms: 12,
    }
}

/// The same where this is wrong first.
pub(crate) fn damaged(kind: Damage, seq: i64) -> VerifyReport {
    VerifyReport {
        status: ChainStatus::Broken.into(),
        first_bad: Some(FirstBad {
            seq,
            kind: kind.into(),
            expected: Line::new("aa"),
            found: Line::new("bb"),
        }),
        bad_count: 1,
        ..chain()
    }
}

/// The same where the log ends here, and was seen to go on.
pub(crate) fn truncated(to: i64) -> VerifyReport {
    VerifyReport {
        to,
        head: ChainHead {
            seq: to,
            hash: Line::new("beef"),
            recorded_at: Some(NOW),
        },
        watermark: Some(Watermark {
            expected: 1_204,
            satisfied: false,
        }),
        ..damaged(Damage::TailTruncated, to + 1)
    }
}

/// A super-admin.
pub(crate) fn root() -> Me {
    Me {
        id: UserId(900),
        email: Line::new("root@quarterdeck.example"),
        roles: vec![Role::SuperAdmin.into()],
        permissions: Vec::new(),
        is_platform_admin: true,
        mfa_enabled: true,
        recovery_codes_left: Some(10),
        environment: Line::new("demo"),
        issued_at: NOW,
        exp: NOW + TimeDelta::minutes(15),
        contract_version: Line::new("1.0"),
    }
}

/// An admin who holds these permissions and no other.
pub(crate) fn admin(permissions: &[Permission]) -> Me {
    Me {
        email: Line::new("iris@quarterdeck.example"),
        roles: vec![Role::Admin.into()],
        permissions: permissions
            .iter()
            .map(|permission| (*permission).into())
            .collect(),
        ..root()
    }
}

pub(crate) fn problem(code: Code, detail: &str) -> Problem {
    Problem {
        kind: Line::new(&format!("urn:quarterdeck:problem:{code}")),
        title: Line::new(code.title()),
        status: code.status(),
        detail: Line::new(detail),
        instance: Line::new("/api/v1/admin/applications"),
        code: code.into(),
        class: Line::new("server"),
        surface: Line::new("admin"),
        request_id: Line::new("0199c0de-0001"),
        component: None,
        permission: None,
        fields: Vec::new(),
        retry_after: None,
        conflict: None,
    }
}

pub(crate) fn refusal(code: Code, detail: &str) -> Failure {
    Failure::Problem(Box::new(problem(code, detail)))
}

pub(crate) fn away() -> Failure {
    Failure::Unreachable(Line::new("connection refused"))
}
