//! The JSON of the drawer and of its parts: notes, sessions, figures.

use quarterdeck_api::active_sessions::{
    RevokeSessionsRequest, RevokedSessions, SessionKind, SessionRow, SessionsQuery,
};
use quarterdeck_api::ids::{NoteId, SessionId, UserId};
use quarterdeck_api::money::{Ratio, UserStats};
use quarterdeck_api::notes::{
    DeleteNoteQuery, DeletedNote, NewNoteRequest, NotePatch, NotesQuery, RiskLevel, UserNote,
    UserShort,
};
use quarterdeck_api::page::Page;
use quarterdeck_api::text::Body;
use quarterdeck_api::users::{
    LikelySame, Likeness, PersonContext, TrackRecord, UserDrawer, UserStatus,
};
use serde_json::{Value, json};

use super::{admins, golden, line, time, users};

const TIME: &str = "2026-11-20T09:30:00.000250Z";

fn note() -> (UserNote, Value) {
    let short = |id: i64, email: &str| UserShort {
        id: UserId(id),
        email: line(email),
        username: None,
        avatar: None,
    };
    let note = UserNote {
        id: NoteId(7),
        note: Body::new("Called.\nTwice."),
        risk_level: RiskLevel::High.into(),
        user: short(8, "max@example.org"),
        created_by: short(5, "rita@ops.example"),
        mine: true,
        created_at: time(),
        updated_at: time(),
        version: 1,
    };
    let json = json!({
        "id": 7, "note": "Called.\nTwice.", "riskLevel": "high",
        "user": { "id": 8, "email": "max@example.org", "username": null, "avatar": null },
        "createdBy": { "id": 5, "email": "rita@ops.example", "username": null, "avatar": null },
        "mine": true, "created_at": TIME, "updated_at": TIME, "version": 1,
    });
    (note, json)
}

fn session() -> (SessionRow, Value) {
    let session = SessionRow {
        id: SessionId(9),
        user_id: UserId(8),
        user: line("max@example.org"),
        kind: SessionKind::Enrolling.into(),
        ip_address: line("192.0.2.7"),
        user_agent: line("curl/8"),
        created_at: time(),
        last_seen_at: time(),
        expires_at: time(),
        current: false,
    };
    let json = json!({
        "id": 9, "user_id": 8, "user": "max@example.org", "kind": "enrolling", "ip_address": "192.0.2.7",
        "user_agent": "curl/8", "created_at": TIME, "last_seen_at": TIME, "expires_at": TIME, "current": false,
    });
    (session, json)
}

fn stats() -> (UserStats, Value) {
    let stats = UserStats {
        currency: line("EUR"),
        balance: 1,
        total_wagered: 2,
        total_payouts: 3,
        total_deposits: 4,
        total_withdraws: 5,
        ltv: 6,
        ggr: -7,
        rtp: Ratio::of(2, 3),
        avg_bet: 8,
        win_rate: Ratio::of(1, 2),
        net_deposit: 9,
        total_loss: 10,
    };
    let json = json!({
        "currency": "EUR", "balance": 1, "totalWagered": 2, "totalPayouts": 3, "totalDeposits": 4,
        "totalWithdraws": 5, "ltv": 6, "ggr": -7, "rtp": 0.6667, "avgBet": 8, "winRate": 0.5,
        "netDeposit": 9, "totalLoss": 10,
    });
    (stats, json)
}

fn page<T>(row: T) -> Page<T> {
    Page {
        data: vec![row],
        total: 1,
        total_exact: true,
        next_cursor: None,
    }
}

pub(super) fn context() -> (PersonContext, Value) {
    let record = TrackRecord {
        upheld_reports: 2,
        bans: 1,
        rejected_applications: 3,
        notes: Some(4),
    };
    let other = LikelySame {
        id: UserId(77),
        email: line("max+2@example.org"),
        status: UserStatus::Banned.into(),
        because: Likeness::Mailbox.into(),
        record,
    };
    let context = PersonContext {
        record,
        likely_same: Some(vec![other]),
    };
    let other = json!({
        "id": 77, "email": "max+2@example.org", "status": "banned", "because": "mailbox",
        "upheld_reports": 2, "bans": 1, "rejected_applications": 3, "notes": 4,
    });
    let json = json!({
        "upheld_reports": 2, "bans": 1, "rejected_applications": 3, "notes": 4, "likely_same": [other],
    });
    (context, json)
}

#[test]
fn the_drawer_and_its_parts() {
    let ((note, note_json), (session, session_json), (stats, stats_json)) =
        (note(), session(), stats());
    golden(&note, note_json.clone());
    golden(&session, session_json.clone());
    golden(&stats, stats_json.clone());
    let (user, user_json) = (users::view(), users::view_json());
    let page_json =
        |row: Value| json!({ "data": [row], "total": 1, "total_exact": true, "next_cursor": null });
    let ((context, context_json), (rights, rights_json)) = (context(), admins::view());
    let drawer = UserDrawer {
        user,
        context,
        rights,
        stats,
        notes: Some(page(note)),
        bans: Page {
            data: Vec::new(),
            total: 0,
            total_exact: true,
            next_cursor: None,
        },
        sessions: Some(page(session)),
        trail: None,
    };
    let bans = json!({ "data": [], "total": 0, "total_exact": true, "next_cursor": null });
    let json = json!({
        "user": user_json, "context": context_json, "rights": rights_json, "stats": stats_json, "notes": page_json(note_json), "bans": bans,
        "sessions": page_json(session_json), "trail": null,
    });
    golden(&drawer, json);
}

#[test]
fn what_is_asked_of_notes() {
    let query = NotesQuery {
        user_id: Some(UserId(8)),
        text: Some("late".to_owned()),
        username: Some("max".to_owned()),
        email: Some("max@".to_owned()),
        ..NotesQuery::default()
    };
    let json = json!({ "userId": 8, "text": "late", "username": "max", "email": "max@" });
    golden(&query, json);
    let new = NewNoteRequest {
        user_id: UserId(8),
        note: "Called.".to_owned(),
        risk_level: RiskLevel::Critical,
    };
    let json = json!({ "userId": 8, "note": "Called.", "riskLevel": "critical" });
    golden(&new, json);
    let patch = NotePatch {
        note: None,
        risk_level: Some(RiskLevel::Low),
        expected_version: Some(3),
    };
    golden(&patch, json!({ "riskLevel": "low", "expectedVersion": 3 }));
    let expected_version = Some(3);
    golden(
        &DeleteNoteQuery { expected_version },
        json!({ "expectedVersion": 3 }),
    );
    let deleted = DeletedNote {
        id: NoteId(7),
        user_id: UserId(8),
    };
    golden(&deleted, json!({ "id": 7, "userId": 8 }));
}

#[test]
fn what_is_asked_of_sessions() {
    let query = SessionsQuery {
        user_id: Some(UserId(8)),
        ..SessionsQuery::default()
    };
    golden(&query, json!({ "userId": 8 }));
    let reason = Some("lost phone".to_owned());
    golden(
        &RevokeSessionsRequest { reason },
        json!({ "reason": "lost phone" }),
    );
    let revoked = RevokedSessions {
        user_id: UserId(8),
        ids: vec![SessionId(9)],
        noop: false,
    };
    golden(&revoked, json!({ "user_id": 8, "ids": [9], "noop": false }));
}
