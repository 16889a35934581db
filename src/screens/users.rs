//! The users.

mod endings;
pub(super) mod note;
mod subject;
mod values;
mod verbs;
pub(super) mod within;

use quarterdeck_api::active_sessions::RevokeSessions;
use quarterdeck_api::bulk::Outcome;
use quarterdeck_api::call::{AnyCall, AnyReply};
use quarterdeck_api::filter::quoted;
use quarterdeck_api::ids::UserId;
use quarterdeck_api::notes::{CreateNote, DeleteNote};
use quarterdeck_api::operation::Nothing;
use quarterdeck_api::page::Page;
use quarterdeck_api::text::Line;
use quarterdeck_api::users::{
    BanOutcome, BanResult, BulkBanUsers, DeleteUser, ExportUser, GetUser, GetUserDrawer, ListUsers,
    UserRow, UserSort, UserStatus, UserView, UsersQuery,
};
use quarterdeck_api::wire_enum::OpenEnum;

use super::drawer::status::{self, status_text, tone_of};
use super::drawer::{self, Drawer, Subject, notes};
use super::person;
use super::pick::Picks;
use super::screen::{
    Cell, Column, Fact, Head, Lead, Noun, Order, PageRequest, Rank, RowOutcome, Screen, Width,
    beside, flagged, lead_of, times_reported,
};
use super::verb::{Prepared, Verb};
use crate::app::download::Download;
use crate::app::keymap::Action;
use crate::app::list::RowId;
use crate::app::shown::{Shown, Tone};
use crate::app::tab::Tab;
use crate::app::time::Times;

/// The screen.
#[derive(Debug)]
pub struct Users;

impl Screen for Users {
    type Row = UserRow;
    type Detail = Drawer;

    const TAB: Tab = Tab::Users;
    const NOUN: Noun = Noun {
        one: "user",
        many: "users",
    };
    // Names and e-mails stand last: a terminal that measures them otherwise shifts nothing behind them.
    const COLUMNS: &'static [Column<UserRow>] = &[
        Column {
            head: Head {
                title: "Id",
                width: Width::Number(7),
                priority: 0,
            },
            cell: |row, _| Cell::plain(Shown::made(&row.id.to_string())),
        },
        Column {
            head: Head {
                title: "Status",
                width: Width::Fixed(10),
                priority: 1,
            },
            cell: |row, _| Cell::toned(status_text(row), tone_of(row)),
        },
        Column {
            head: Head {
                title: "Seen",
                width: Width::Time,
                priority: 2,
            },
            cell: |row, times| {
                let seen = row.last_login_at.map(|at| Shown::made(&times.stamp(at)));
                Cell::toned(seen.unwrap_or(Shown::Word("-")), Tone::Dim)
            },
        },
        Column {
            head: Head {
                title: "Age",
                width: Width::Time,
                priority: 8,
            },
            cell: |row, times| Cell::toned(Shown::made(&times.stamp(row.created_at)), Tone::Dim),
        },
        Column {
            head: Head {
                title: "Rep",
                width: Width::Number(4),
                priority: 5,
            },
            cell: |row, _| times_reported(row.report_count),
        },
        // S: staff. V: verified. R: the highest risk that a note names, by its first letter.
        Column {
            head: Head {
                title: "SVR",
                width: Width::Fixed(3),
                priority: 4,
            },
            cell: |row, _| marks_cell(row),
        },
        Column {
            head: Head {
                title: "Roles",
                width: Width::Fixed(12),
                priority: 9,
            },
            cell: |row, _| Cell::toned(Shown::made(&status::roles(row)), Tone::Dim),
        },
        Column {
            head: Head {
                title: "Name",
                width: Width::Share {
                    least: 12,
                    weight: 2,
                },
                priority: 3,
            },
            cell: |row, _| Cell::plain(flagged(&row.display_name)),
        },
        Column {
            head: Head {
                title: "Handle",
                width: Width::Share {
                    least: 10,
                    weight: 1,
                },
                priority: 7,
            },
            cell: |row, _| Cell::plain(row.username.as_ref().map_or(Shown::Word(""), flagged)),
        },
        Column {
            head: Head {
                title: "E-mail",
                width: Width::Share {
                    least: 16,
                    weight: 3,
                },
                priority: 6,
            },
            cell: |row, _| Cell::toned(flagged(&row.email), Tone::Dim),
        },
    ];
    // The server leaves out deleted and anonymized accounts by itself; `status:all` shows them.
    const DEFAULT_FILTER: &'static str = "";
    const ORDERS: &'static [Order] = &[
        Order {
            letter: 'a',
            name: "newest first",
        },
        Order {
            letter: 'a',
            name: "oldest first",
        },
        Order {
            letter: 's',
            name: "seen last first",
        },
        Order {
            letter: 'e',
            name: "by e-mail",
        },
    ];
    const SORTS: &'static [UserSort] = &[
        UserSort::NewestFirst,
        UserSort::OldestFirst,
        UserSort::LastSeenFirst,
        UserSort::ByEmail,
    ];
    const VERBS: &'static [Verb<UserRow>] = verbs::VERBS;
    const PARTS: &'static [&'static str] = drawer::PARTS;
    const FIRST_PART: &'static str = drawer::PROFILE;

    fn id(row: &UserRow) -> RowId {
        RowId(row.id.0)
    }

    fn version(row: &UserRow) -> i64 {
        row.version
    }

    fn name(row: &UserRow) -> Shown<'_> {
        match row.display_name.as_str() {
            "" => flagged(&row.email),
            _ => flagged(&row.display_name),
        }
    }

    fn status(row: &UserRow) -> String {
        status_text(row).as_str().to_owned()
    }

    fn summary(row: &UserRow) -> String {
        format!("{}  {}", row.display_name, row.email)
    }

    /// Nothing of a user waits for a decision: the cursor stays where it is.
    fn is_open(_row: &UserRow) -> bool {
        false
    }

    fn list(page: PageRequest<UserSort>) -> AnyCall {
        AnyCall::query::<ListUsers>(UsersQuery {
            filter: page.filter,
            sort: page.sort,
            take: Some(page.take),
            cursor: page.cursor,
            ..UsersQuery::default()
        })
    }

    fn page(reply: AnyReply) -> Option<Page<UserRow>> {
        reply.take::<ListUsers>()
    }

    fn detail(id: RowId) -> Option<AnyCall> {
        Some(Drawer::call(id))
    }

    fn detail_in(reply: AnyReply) -> Option<Drawer> {
        Drawer::of(reply)
    }

    fn detail_more(drawer: &Drawer, part: Option<&str>) -> Option<AnyCall> {
        drawer.more(part)
    }

    fn add_rest(drawer: &mut Drawer, reply: AnyReply) {
        drawer.add(reply);
    }

    fn row_of(drawer: &Drawer) -> Option<&UserRow> {
        Some(&drawer.person.user.row)
    }

    /// By itself: what is done to many at once needs no drawers.
    fn one(id: RowId) -> Option<AnyCall> {
        let id = UserId(id.0);
        Some(AnyCall::of::<GetUser>(id, Nothing {}, Nothing {}))
    }

    fn one_in(reply: AnyReply) -> Option<UserRow> {
        if let Some(view) = reply.get::<GetUser>() {
            return Some(view.row.clone());
        }
        let drawer = reply.take::<GetUserDrawer>()?;
        Some(drawer.user.row)
    }

    fn record(id: RowId) -> Option<AnyCall> {
        Self::detail(id)
    }

    fn describe(row: &UserRow, drawer: Option<&Drawer>, times: &Times) -> Vec<Fact> {
        let subject = Subject {
            row,
            admin: None,
            drawer,
        };
        drawer::describe(subject, times)
    }

    fn decision_to(status: &str) -> Option<&'static str> {
        let shut = [
            (UserStatus::Banned, "banned"),
            (UserStatus::Suspended, "suspended"),
            (UserStatus::Deleted, "deleted"),
            (UserStatus::Anonymized, "anonymized"),
        ];
        let found = shut.into_iter().find(|(to, _)| to.as_str() == status);
        found.map(|(_, past)| past)
    }

    fn outcomes(reply: AnyReply) -> Vec<RowOutcome<UserRow>> {
        // `BulkUnbanUsers` answers the same.
        if let Some(bulk) = reply.get::<BulkBanUsers>() {
            return bulk.results.iter().cloned().map(outcome).collect();
        }
        let view = reply.get::<GetUser>();
        view.map(one_outcome).into_iter().collect()
    }

    fn outcomes_of(reply: AnyReply, asked: &[RowId]) -> Vec<RowOutcome<UserRow>> {
        let is_note = reply.get::<CreateNote>().is_some() || reply.get::<DeleteNote>().is_some();
        if is_note {
            return beside(asked, false);
        }
        if let Some(revoked) = reply.get::<RevokeSessions>() {
            return beside(asked, revoked.noop);
        }
        match reply.get::<DeleteUser>() {
            Some(deleted) => beside(asked, deleted.noop),
            None => Self::outcomes(reply),
        }
    }

    fn warning(reply: &AnyReply) -> Option<String> {
        endings::orphaned(reply.get::<DeleteUser>()?)
    }

    fn file(reply: &AnyReply) -> Option<Download> {
        person::export_file(reply.get::<ExportUser>()?)
    }

    fn is_guarded(row: &UserRow, action: Action) -> bool {
        let is_of_super_admins = matches!(action, Action::Rights | Action::Balance);
        is_of_super_admins || (row.is_staff && verbs::is_guarded(action))
    }

    fn ends_account(row: &UserRow, action: Action) -> Option<UserId> {
        (action == Action::Remove).then_some(row.id)
    }

    fn picks(action: Action) -> Option<Picks> {
        within::is_within(action).then_some(Picks::One)
    }

    fn is_filled_in(action: Action) -> bool {
        values::is_filled_in(action)
    }

    fn is_within(action: Action) -> bool {
        within::is_within(action) || values::is_filled_in(action)
    }

    fn prepare_within(
        action: Action,
        drawer: &Drawer,
        rank: Rank,
    ) -> Result<Prepared, &'static str> {
        if values::is_filled_in(action) {
            return Ok(values::prepare(action, &drawer.person));
        }
        within::prepare(action, &drawer.person, rank)
    }

    fn trail(row: &UserRow) -> Option<String> {
        Some(format!("on:user{}", row.id))
    }

    fn lead(row: &UserRow, action: Action) -> Option<Lead> {
        let leads = [
            (Action::DoneBy, Tab::Audit, format!("by:{}", row.id)),
            (Action::RequestsOn, Tab::AdminLogs, format!("on:{}", row.id)),
            (Action::RequestsBy, Tab::AdminLogs, format!("by:{}", row.id)),
            (
                Action::ReportsAbout,
                Tab::Reports,
                format!("reported:{}", row.id),
            ),
            (
                Action::ApplicationsOf,
                Tab::Applications,
                format!("email={}", quoted(row.email.as_str())),
            ),
            (
                Action::WithdrawalsOf,
                Tab::Withdrawals,
                format!("user:{}", row.id),
            ),
            (
                Action::DataRequestsOf,
                Tab::DataRequests,
                format!("user:{}", row.id),
            ),
        ];
        lead_of(leads, action)
    }
}

fn one_outcome(view: &UserView) -> RowOutcome<UserRow> {
    let outcome = if view.noop {
        Outcome::Noop
    } else {
        Outcome::Changed
    };
    RowOutcome {
        id: RowId(view.row.id.0),
        outcome: outcome.into(),
        row: Some(view.row.clone()),
        conflict: None,
    }
}

fn outcome(result: BanResult) -> RowOutcome<UserRow> {
    let refused = |why: &str| OpenEnum::Unknown(Line::new(why));
    let outcome = match result.outcome {
        OpenEnum::Known(BanOutcome::Banned | BanOutcome::Unbanned) => Outcome::Changed.into(),
        OpenEnum::Known(BanOutcome::Noop) => Outcome::Noop.into(),
        OpenEnum::Known(BanOutcome::NotFound) => Outcome::NotFound.into(),
        OpenEnum::Known(BanOutcome::LastAdmin) => refused("the last active super-admin must stay"),
        OpenEnum::Known(BanOutcome::CannotTargetSelf) => refused("you cannot ban yourself"),
        OpenEnum::Known(BanOutcome::SuperadminRequired) => refused("SuperAdmin only"),
        OpenEnum::Known(BanOutcome::Stale) => refused("changed since you saw it"),
        OpenEnum::Known(BanOutcome::Gone) => refused("deleted or anonymized"),
        OpenEnum::Unknown(other) => OpenEnum::Unknown(other),
    };
    RowOutcome {
        id: RowId(result.id.0),
        outcome,
        row: result.user,
        conflict: None,
    }
}

fn marks_cell(row: &UserRow) -> Cell<'_> {
    let (staff, verified) = (row.is_staff, row.verified_at.is_some());
    let mark = |is: bool, letter| if is { letter } else { ' ' };
    let risk = notes::letter(row);
    let marks = [mark(staff, 'S'), mark(verified, 'V'), risk];
    let marks: String = marks.into_iter().collect();
    let tone = match (notes::alarm(row), staff, verified) {
        (Some(alarm), _, _) => alarm,
        (None, true, _) => Tone::Accent,
        (None, false, true) => Tone::Ok,
        (None, false, false) => Tone::Dim,
    };
    Cell::toned(Shown::made(marks.trim_end()), tone)
}
