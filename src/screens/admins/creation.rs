//! Making an admin: an address, roles ticked in a list, and what the server says of the mail (S001-19).

use std::collections::BTreeSet;
use std::sync::Arc;

use quarterdeck_api::admins::{CreateAdmin, CreateAdminRequest, MailStatus};
use quarterdeck_api::call::{AnyCall, AnyReply};
use quarterdeck_api::permission::Permission;
use quarterdeck_api::role::{Preset, Role};
use quarterdeck_api::wire_enum::OpenEnum;

use super::menus;
use super::verbs::named;
use crate::app::keymap::Action;
use crate::app::list::RowId;
use crate::app::message::Severity;
use crate::screens::pick::{Menu, Picks};
use crate::screens::screen::Made;
use crate::screens::verb::{Asks, Given, NewVerb, Prepared};

pub(super) const CREATE: NewVerb = NewVerb {
    action: Action::Accept,
    verb: "create",
    past: "created",
    help: "Make an admin, who gets a mail with a token",
    asks: Asks::Address,
    picks: Picks::All,
    prepare: create,
};

/// The permissions are those of the roles' presets, which are the server's choice where none are named.
fn create() -> Prepared {
    let menu = menus::roles_of_nobody();
    let (told, next, sent) = (Arc::clone(&menu), Arc::clone(&menu), Arc::clone(&menu));
    let prepared = Prepared::new(move |given| {
        AnyCall::body::<CreateAdmin>(CreateAdminRequest {
            email: given.why.words.clone().unwrap_or_default(),
            roles: named(&sent, given),
            permissions: chosen(&sent, given).map(of_wire),
            ..CreateAdminRequest::default()
        })
    });
    prepared
        .picking(menu)
        .picking_next(move |given| {
            let preset = preset(&roles(&next, given))?;
            Some(menus::permissions_beside(&preset))
        })
        .about("an admin".to_owned())
        .telling(move |given| consequences(&told, given))
}

fn roles(menu: &Menu, given: &Given) -> Vec<OpenEnum<Role>> {
    named(menu, given)
}

/// What the presets of roles allow together; nothing is to be said of who may do everything.
fn preset(roles: &[OpenEnum<Role>]) -> Option<BTreeSet<Permission>> {
    if roles.iter().any(|role| role.is(Role::SuperAdmin)) {
        return None;
    }
    let presets = roles.iter().filter_map(|role| role.known()?.preset());
    Some(presets.flat_map(Preset::permissions).collect())
}

/// The permissions that were ticked, where they are others than those of the presets.
fn chosen(menu: &Menu, given: &Given) -> Option<BTreeSet<Permission>> {
    let preset = preset(&roles(menu, given))?;
    let places = given.picked_next.as_ref()?;
    let ticked = places
        .iter()
        .filter_map(|place| Permission::ALL.get(*place));
    let ticked: BTreeSet<_> = ticked.copied().collect();
    (ticked != preset).then_some(ticked)
}

fn of_wire(permissions: BTreeSet<Permission>) -> Vec<OpenEnum<Permission>> {
    permissions.into_iter().map(Into::into).collect()
}

fn consequences(menu: &Menu, given: &Given) -> Vec<String> {
    let rights = match (preset(&roles(menu, given)), chosen(menu, given)) {
        (None, _) => "May do everything.".to_owned(),
        (Some(_), Some(chosen)) => format!("{}, not those of the presets.", counted(chosen.len())),
        (Some(preset), None) if preset.is_empty() => {
            "These roles bring no permissions: grant them after.".to_owned()
        }
        (Some(preset), None) => format!("{}, those of the presets.", counted(preset.len())),
    };
    let mail = match given.why.words.as_deref() {
        Some(to) if !to.is_empty() => {
            format!("A token for the first login goes to {to}, good once.")
        }
        Some(_) | None => "A token for the first login goes by mail, good once.".to_owned(),
    };
    vec![rights, mail]
}

fn counted(permissions: usize) -> String {
    match permissions {
        0 => "No permissions".to_owned(),
        1 => "1 permission".to_owned(),
        more => format!("{more} permissions"),
    }
}

/// Who was made.
pub(super) fn id(reply: &AnyReply) -> Option<RowId> {
    let created = reply.get::<CreateAdmin>()?;
    Some(RowId(created.user.row.id.0))
}

/// What is said of it.
pub(super) fn made(reply: &AnyReply) -> Option<Made> {
    let created = reply.get::<CreateAdmin>()?;
    let row = &created.user.row;
    let until = created.first_login_until.format("%Y-%m-%d %H:%M UTC");
    let what = format!("{} {} created", row.id, row.email);
    Some(if created.mail.is(MailStatus::Queued) {
        Made {
            said: format!("{what}; the mail is on its way, its token good until {until}"),
            severity: Severity::Info,
        }
    } else {
        Made {
            said: format!(
                "{what}, but the server has no way to send mail: the first-login mail waits until {until}"
            ),
            severity: Severity::Warn,
        }
    })
}
