//! What is picked from: the roles and the catalogue of permissions.

use std::collections::BTreeSet;
use std::sync::Arc;

use quarterdeck_api::admins::AdminRow;
use quarterdeck_api::permission::Permission;
use quarterdeck_api::role::Role;
use quarterdeck_api::wire_enum::OpenEnum;

use crate::screens::drawer::group_name;
use crate::screens::pick::{Menu, Pickable, Picks, Unchanged};

/// What a newer server granted.
const UNKNOWN: &str = "Not known here";

/// Every role, those that the row holds ticked.
pub(super) fn roles(row: &AdminRow) -> Arc<Menu> {
    Arc::new(Menu {
        of: "roles",
        note: "",
        picks: Picks::All,
        unchanged: Unchanged::NOTHING,
        on_offer: all_roles(row),
    })
}

/// Every role, none of them ticked.
pub(super) fn roles_of_nobody() -> Arc<Menu> {
    Arc::new(Menu {
        of: "roles",
        note: "",
        picks: Picks::All,
        unchanged: Unchanged::Refused("Tick a role of the staff: without one nobody is an admin."),
        on_offer: listed(&[]),
    })
}

/// The roles that the row does not hold.
pub(super) fn roles_to_grant(row: &AdminRow) -> Arc<Menu> {
    some_roles(row, Picks::OneMore, |it| !it.is_held)
}

/// The roles that it does.
pub(super) fn roles_to_revoke(row: &AdminRow) -> Arc<Menu> {
    some_roles(row, Picks::OneLess, |it| it.is_held)
}

fn some_roles(row: &AdminRow, picks: Picks, fits: impl Fn(&Pickable) -> bool) -> Arc<Menu> {
    Arc::new(Menu {
        of: "roles",
        note: "",
        picks,
        unchanged: Unchanged::NOTHING,
        on_offer: all_roles(row).into_iter().filter(fits).collect(),
    })
}

fn all_roles(row: &AdminRow) -> Vec<Pickable> {
    listed(&row.row.roles)
}

fn listed(held: &[OpenEnum<Role>]) -> Vec<Pickable> {
    let known = Role::ALL.iter().map(|role| Pickable {
        name: role.as_str().to_owned(),
        group: if role.is_staff() { "Staff" } else { "Product" },
        help: "",
        is_held: held.iter().any(|held| held.is(*role)),
    });
    known.chain(unknown(held)).collect()
}

/// The catalogue, those keys that the row holds ticked.
pub(super) fn permissions(row: &AdminRow) -> Arc<Menu> {
    let held = &row.permissions;
    let known = catalogue(|permission| held.iter().any(|held| held.is(permission)));
    Arc::new(Menu {
        of: "permissions",
        note: "",
        picks: Picks::All,
        unchanged: Unchanged::NOTHING,
        on_offer: known.chain(unknown(held)).collect(),
    })
}

/// The catalogue for somebody who is to be, those keys ticked that their roles' presets have.
pub(super) fn permissions_beside(preset: &BTreeSet<Permission>) -> Arc<Menu> {
    Arc::new(Menu {
        of: "permissions",
        note: "Permissions: those of the roles' presets are ticked.",
        picks: Picks::All,
        unchanged: Unchanged::Taken,
        on_offer: catalogue(|permission| preset.contains(&permission)).collect(),
    })
}

fn catalogue(is_held: impl Fn(Permission) -> bool) -> impl Iterator<Item = Pickable> {
    Permission::ALL.iter().map(move |permission| Pickable {
        name: permission.key().to_owned(),
        group: group_name(permission.group()),
        help: permission.description(),
        is_held: is_held(*permission),
    })
}

fn unknown<T>(held: &[OpenEnum<T>]) -> impl Iterator<Item = Pickable> {
    let unknown = held.iter().filter_map(|value| match value {
        OpenEnum::Known(_) => None,
        OpenEnum::Unknown(text) => Some(text.to_string()),
    });
    unknown.map(|name| Pickable {
        name,
        group: UNKNOWN,
        help: "",
        is_held: true,
    })
}
