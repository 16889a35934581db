//! What can be done to an admin, one at a time. All of it takes a super-admin and a code, and sends the
//! version that was seen; but for notes about the person, which are those of the users.

use std::sync::Arc;

use quarterdeck_api::admins::{
    AddSingleRole, AdminRow, OffboardAdmin, OffboardRequest, PermissionsRequest,
    ReplacePermissions, ReplaceRoles, RevokeSingleRole, RolesRequest, SingleRoleRequest,
};
use quarterdeck_api::call::AnyCall;
use quarterdeck_api::operation::Nothing;
use quarterdeck_api::text::Line;
use quarterdeck_api::users::{ChangeRequest, DemoteUser};
use quarterdeck_api::wire_enum::OpenEnum;

use super::menus;
use crate::app::keymap::Action;
use crate::screens::pick::{Menu, Picks};
use crate::screens::users::note::{self, note_about};
use crate::screens::verb::{Asks, Class, Given, Prepared, Verb};

/// The verbs. What has no inverse of its own asks `y`, since no undo follows it.
pub(super) const VERBS: &[Verb<AdminRow>] = &[
    Verb {
        action: Action::Roles,
        verb: "roles",
        past: "changed",
        help: "Change the roles, ticked in a list",
        class: Class::HardToReverse,
        asks: Asks::Nothing,
        choices: &[],
        permission: |_| None,
        refuses: |_| None,
        prepare: roles,
    },
    Verb {
        action: Action::Rights,
        verb: "permissions",
        past: "changed",
        help: "Change the permissions, ticked in the catalogue",
        class: Class::HardToReverse,
        asks: Asks::Nothing,
        choices: &[],
        permission: |_| None,
        refuses: |_| None,
        prepare: permissions,
    },
    Verb {
        action: Action::Grant,
        verb: "grant",
        past: "changed",
        help: "Grant one more role; the others stay",
        class: Class::HardToReverse,
        asks: Asks::Nothing,
        choices: &[],
        permission: |_| None,
        refuses: |_| None,
        prepare: grant,
    },
    Verb {
        action: Action::Revoke,
        verb: "revoke",
        past: "changed",
        help: "Revoke one role; sessions are ended among the users, by o u and this key",
        class: Class::HardToReverse,
        asks: Asks::Nothing,
        choices: &[],
        permission: |_| None,
        refuses: |_| None,
        prepare: revoke,
    },
    Verb {
        action: Action::Refuse,
        verb: "demote",
        past: "demoted",
        help: "Take staff roles and permissions; the account stays",
        class: Class::HardToReverse,
        asks: Asks::Nothing,
        choices: &[],
        permission: |_| None,
        refuses: |_| None,
        prepare: demote,
    },
    Verb {
        action: Action::Remove,
        verb: "offboard",
        past: "offboarded",
        help: "Ban without end, and take roles, permissions and sessions",
        class: Class::Irreversible,
        asks: Asks::Reason,
        choices: &[],
        permission: |_| None,
        refuses: |_| None,
        prepare: offboard,
    },
    // As commands they are those of the users, who the staff are too: two words are none.
    note::writing(
        "write note",
        |_| None,
        |rows| Some(note_about(one(rows)?.row.id)),
    ),
    note::rewriting("rewrite note", |_| None),
    note::wiping("wipe note", |_| None),
];

/// Whether a verb is about a note of the person.
pub(super) const fn is_about_notes(action: Action) -> bool {
    matches!(action, Action::Note) || is_within(action)
}

/// Whether a verb is about a note that only the drawer tells.
pub(super) const fn is_within(action: Action) -> bool {
    matches!(action, Action::RewriteNote | Action::WipeNote)
}

/// How many a verb picks.
pub(super) const fn picks(action: Action) -> Option<Picks> {
    if matches!(action, Action::Roles | Action::Rights) {
        Some(Picks::All)
    } else if matches!(action, Action::Grant) {
        Some(Picks::OneMore)
    } else if matches!(action, Action::Revoke) {
        Some(Picks::OneLess)
    } else if is_within(action) {
        Some(Picks::One)
    } else {
        None
    }
}

/// The one row; none where there are several.
fn one<'a>(rows: &[&'a AdminRow]) -> Option<&'a AdminRow> {
    match rows {
        [row] => Some(row),
        _ => None,
    }
}

fn called(row: &AdminRow) -> String {
    format!("{} {}", row.row.id, row.row.display_name)
}

/// What was picked, by its names.
pub(super) fn named<T: std::str::FromStr>(menu: &Menu, given: &Given) -> Vec<OpenEnum<T>> {
    let names = menu.names(&given.picked).into_iter();
    names.map(|name| OpenEnum::of(&Line::new(&name))).collect()
}

fn roles(rows: &[&AdminRow]) -> Option<Prepared> {
    let row = one(rows)?;
    let (id, version, menu) = (row.row.id, row.row.version, menus::roles(row));
    let on_offer = Arc::clone(&menu);
    let prepared = Prepared::new(move |given| {
        let request = RolesRequest {
            roles: named(&on_offer, given),
            expected_version: Some(version),
        };
        AnyCall::of::<ReplaceRoles>(id, Nothing {}, request)
    });
    let subject = format!("of {}", called(row));
    Some(prepared.picking(menu).about(subject))
}

fn permissions(rows: &[&AdminRow]) -> Option<Prepared> {
    let row = one(rows)?;
    let (id, version, menu) = (row.row.id, row.row.version, menus::permissions(row));
    let on_offer = Arc::clone(&menu);
    let prepared = Prepared::new(move |given| {
        let request = PermissionsRequest {
            permissions: named(&on_offer, given),
            expected_version: Some(version),
        };
        AnyCall::of::<ReplacePermissions>(id, Nothing {}, request)
    });
    let subject = format!("of {}", called(row));
    Some(prepared.picking(menu).about(subject))
}

fn grant(rows: &[&AdminRow]) -> Option<Prepared> {
    let row = one(rows)?;
    let menu = menus::roles_to_grant(row);
    let request = single(row, &menu);
    let prepared = Prepared::new(move |given| AnyCall::body::<AddSingleRole>(request(given)));
    let subject = format!("a role to {}", called(row));
    Some(prepared.picking(menu).about(subject))
}

fn revoke(rows: &[&AdminRow]) -> Option<Prepared> {
    let row = one(rows)?;
    let menu = menus::roles_to_revoke(row);
    let request = single(row, &menu);
    let prepared = Prepared::new(move |given| AnyCall::body::<RevokeSingleRole>(request(given)));
    let subject = format!("a role of {}", called(row));
    Some(prepared.picking(menu).about(subject))
}

/// The request about the one role that is picked.
fn single(
    row: &AdminRow,
    menu: &Arc<Menu>,
) -> impl Fn(&Given) -> SingleRoleRequest + Send + Sync + 'static {
    let (id, version, on_offer) = (row.row.id, row.row.version, Arc::clone(menu));
    move |given| {
        let role = named(&on_offer, given).into_iter().next();
        SingleRoleRequest {
            twitch_username: None,
            user_id: Some(id),
            role: role.unwrap_or_else(|| OpenEnum::Unknown(Line::default())),
            expected_version: Some(version),
        }
    }
}

fn demote(rows: &[&AdminRow]) -> Option<Prepared> {
    let row = one(rows)?;
    let id = row.row.id;
    let request = ChangeRequest {
        expected_version: Some(row.row.version),
    };
    let count = row.permission_count;
    Some(
        Prepared::new(move |_| AnyCall::of::<DemoteUser>(id, Nothing {}, request.clone())).telling(
            move |_| {
                vec![
                    format!("Every staff role and {count} permissions are taken."),
                    "The account stays, and can sign in as a user.".to_owned(),
                ]
            },
        ),
    )
}

fn offboard(rows: &[&AdminRow]) -> Option<Prepared> {
    let row = one(rows)?;
    let (id, version) = (row.row.id, row.row.version);
    let prepared = Prepared::new(move |given| {
        let request = OffboardRequest {
            reason: given.why.words.clone().unwrap_or_default(),
            expected_version: Some(version),
        };
        AnyCall::of::<OffboardAdmin>(id, Nothing {}, request)
    });
    Some(
        prepared
            .telling(|_| {
                vec![
                    "Banned without end; roles, permissions and sessions are gone at once."
                        .to_owned(),
                ]
            })
            .lasting(|_| "The ban can be lifted; roles and permissions have to be granted anew.")
            .typed(row.row.email.to_string()),
    )
}
