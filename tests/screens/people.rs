//! Users in every state, and a desk before them.

use chrono::TimeDelta;
use quarterdeck::app::layout::Size;
use quarterdeck::app::message::Slot;
use quarterdeck::app::tab::Tab;
use quarterdeck_api::admins::{AdminRow, AdminView};
use quarterdeck_api::call::AnyReply;
use quarterdeck_api::ids::{NoteId, UserId};
use quarterdeck_api::money::UserStats;
use quarterdeck_api::notes::{RiskLevel, UserNote, UserShort};
use quarterdeck_api::role::Role;
use quarterdeck_api::sessions::{GetMe, Me};
use quarterdeck_api::text::{Body, Line};
use quarterdeck_api::users::{
    BanAction, BanEvent, GetUserDrawer, ListUsers, PersonContext, UserDrawer, UserRow, UserStatus,
    UserView,
};

use crate::desk::Desk;
use crate::fixtures::{self, NOW};

pub(crate) fn user(id: i64) -> UserRow {
    UserRow {
        id: UserId(id),
        email: Line::new(&format!("person{id}@example.com")),
        display_name: Line::new(&format!("Person {id}")),
        username: Some(Line::new(&format!("person{id}"))),
        status: UserStatus::Active.into(),
        is_banned: false,
        ban_reason: None,
        ban_reason_code: None,
        banned_at: None,
        banned_by: None,
        ban_expires_at: None,
        roles: vec![Role::User.into()],
        is_staff: false,
        verified_at: None,
        report_count: 0,
        risk_level: None,
        created_at: NOW - TimeDelta::days(id),
        last_login_at: Some(NOW - TimeDelta::minutes(17 * id)),
        updated_at: NOW - TimeDelta::hours(id),
        version: 3,
    }
}

pub(crate) fn banned(id: i64) -> UserRow {
    UserRow {
        status: UserStatus::Banned.into(),
        is_banned: true,
        ban_reason: Some(Line::new("Harassment")),
        banned_at: Some(NOW - TimeDelta::days(1)),
        banned_by: Some(Line::new("ana@quarterdeck.example")),
        ban_expires_at: Some(NOW + TimeDelta::days(6)),
        report_count: 3,
        version: 5,
        ..user(id)
    }
}

pub(crate) fn staff(id: i64) -> UserRow {
    UserRow {
        email: Line::new(&format!("staff{id}@quarterdeck.example")),
        display_name: Line::new(&format!("Staff {id}")),
        username: None,
        roles: vec![Role::Support.into(), Role::User.into()],
        is_staff: true,
        verified_at: Some(NOW - TimeDelta::days(90)),
        ..user(id)
    }
}

/// Somebody in every state, and names that mean harm.
pub(crate) fn crowd() -> Vec<UserRow> {
    vec![
        user(1),
        UserRow {
            verified_at: Some(NOW - TimeDelta::days(2)),
            report_count: 1_204,
            risk_level: Some(RiskLevel::Critical.into()),
            ..user(2)
        },
        banned(3),
        staff(4),
        UserRow {
            status: UserStatus::Suspended.into(),
            last_login_at: None,
            ..user(5)
        },
        UserRow {
            status: UserStatus::Deleted.into(),
            ..user(6)
        },
        UserRow {
            status: UserStatus::Anonymized.into(),
            display_name: Line::new(""),
            username: None,
            email: Line::new("anon-7@anonymized.invalid"),
            ..user(7)
        },
        UserRow {
            display_name: Line::new("Rob\u{1b}]52;c;c2VjcmV0\u{7}ert"),
            username: Some(Line::new("аdmin")),
            email: Line::new("rtl\u{202e}moc@example.com"),
            ..user(8)
        },
        UserRow {
            display_name: Line::new("山田 太郎"),
            ..user(9)
        },
    ]
}

pub(crate) fn view(row: UserRow) -> UserView {
    UserView {
        row,
        twitch_username: Some(Line::new("person_live")),
        country: Some(Line::new("PT")),
        permissions: Vec::new(),
        is_platform_admin: false,
        mfa_enabled: true,
        verified_by: None,
        suspended_at: None,
        suspended_by: None,
        suspend_reason: None,
        suspend_reason_code: None,
        deleted_at: None,
        anonymized_at: None,
        active_sessions: 2,
        open_data_requests: 1,
        balance: None,
        notes: None,
        noop: false,
    }
}

/// The drawer of somebody who was never banned and of whom nobody wrote.
pub(crate) fn drawer(user: UserView) -> UserDrawer {
    UserDrawer {
        context: PersonContext::default(),
        rights: rights(&user),
        user,
        stats: UserStats::default(),
        notes: Some(fixtures::page(Vec::new())),
        bans: fixtures::page(Vec::new()),
        sessions: Some(fixtures::page(Vec::new())),
        trail: Some(Vec::new()),
    }
}

/// What the account may do: the roles of its row, and no permission.
fn rights(user: &UserView) -> AdminView {
    AdminView {
        admin: AdminRow {
            row: user.row.clone(),
            permissions: Vec::new(),
            permission_count: 0,
            mfa_enabled: user.mfa_enabled,
            last_seen_at: user.row.last_login_at,
            open_addresses: 1,
        },
        role_grants: Vec::new(),
        permission_grants: Vec::new(),
        active_super_admins: 1,
    }
}

/// The drawer of somebody who was banned before.
pub(crate) fn drawer_with_bans(user: UserView) -> UserDrawer {
    UserDrawer {
        bans: fixtures::page(history()),
        ..drawer(user)
    }
}

/// A note, and who wrote it.
pub(crate) fn note(id: i64, risk: RiskLevel, words: &str) -> UserNote {
    let short = |id: i64, email: &str| UserShort {
        id: UserId(id),
        email: Line::new(email),
        username: None,
        avatar: None,
    };
    UserNote {
        id: NoteId(id),
        note: Body::new(words),
        risk_level: risk.into(),
        user: short(3, "person3@example.com"),
        created_by: short(5, "rita@quarterdeck.example"),
        mine: false,
        created_at: NOW - TimeDelta::hours(3),
        updated_at: NOW - TimeDelta::hours(3),
        version: 1,
    }
}

pub(crate) fn history() -> Vec<BanEvent> {
    let event = |id, action: BanAction, actor: Option<&str>, hours, reason: &str| BanEvent {
        id,
        action: action.into(),
        reason: Line::new(reason),
        reason_code: None,
        actor: actor.map(Line::new),
        duration_hours: hours,
        expires_at: None,
        request_id: Line::new("0199c0de-0002"),
        created_at: NOW - TimeDelta::days(4 - id),
    };
    vec![
        event(
            3,
            BanAction::Ban,
            Some("ana@quarterdeck.example"),
            Some(168),
            "Harassment",
        ),
        event(2, BanAction::AutoUnban, None, None, "Its time was up"),
        event(
            1,
            BanAction::Ban,
            Some("bob@quarterdeck.example"),
            Some(24),
            "Spam or automated",
        ),
    ]
}

/// A console of this person before these users.
pub(crate) fn desk_of(me: Me, size: Size, rows: Vec<UserRow>) -> Desk {
    let mut desk = Desk::started(crate::desk::options(size));
    desk.answer(Slot::Me, AnyReply::new::<GetMe>(me));
    desk.keys("4").answer_users(rows).forget();
    desk
}

/// A console of a super-admin before these users.
pub(crate) fn before(size: Size, rows: Vec<UserRow>) -> Desk {
    desk_of(fixtures::root(), size, rows)
}

impl Desk {
    pub(crate) fn answer_users(&mut self, rows: Vec<UserRow>) -> &mut Self {
        let reply = AnyReply::new::<ListUsers>(fixtures::page(rows));
        self.answer(Slot::List(Tab::Users), reply)
    }

    /// Answers with somebody of whom nothing else is known.
    pub(crate) fn answer_user(&mut self, view: UserView) -> &mut Self {
        self.answer_drawer(drawer(view))
    }

    pub(crate) fn answer_drawer(&mut self, drawer: UserDrawer) -> &mut Self {
        let reply = AnyReply::new::<GetUserDrawer>(drawer);
        self.answer(Slot::Detail(Tab::Users), reply)
    }

    /// The body of the one write that was sent, which calls this operation.
    pub(crate) fn sent<Op: quarterdeck_api::operation::Operation>(&self) -> (Op::Path, Op::Body)
    where
        Op::Path: Clone,
        Op::Body: Clone,
    {
        let mut writes = self.writes();
        assert_eq!(writes.len(), 1, "{writes:?}");
        let (_, _, call) = writes.remove(0);
        let (path, _, body) = call.args::<Op>().unwrap_or_else(|| panic!("{call:?}"));
        (path.clone(), body.clone())
    }
}
