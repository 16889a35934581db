//! Making an admin: an address, roles ticked in a list, and what the server says of the mail (S001-19).

use std::collections::BTreeSet;
use std::sync::Arc;

use quarterdeck_api::admins::{CreateAdmin, CreateAdminRequest, MailStatus};
use quarterdeck_api::call::{AnyCall, AnyReply};
use quarterdeck_api::permission::Permission;
use quarterdeck_api::role::{Preset, Role};

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

/// The permissions are those of the roles' presets: the server's choice where none are named.
fn create() -> Prepared {
    let menu = menus::roles_of_nobody();
    let (told, sent) = (Arc::clone(&menu), Arc::clone(&menu));
    let prepared = Prepared::new(move |given| {
        AnyCall::body::<CreateAdmin>(CreateAdminRequest {
            email: given.why.words.clone().unwrap_or_default(),
            roles: named(&sent, given),
            ..CreateAdminRequest::default()
        })
    });
    prepared
        .picking(menu)
        .about("an admin".to_owned())
        .telling(move |given| consequences(&told, given))
}

fn consequences(menu: &Menu, given: &Given) -> Vec<String> {
    let roles = named::<Role>(menu, given);
    let presets = roles
        .iter()
        .filter_map(|role| role.known()?.preset())
        .flat_map(Preset::permissions);
    let permissions: BTreeSet<Permission> = presets.collect();
    let is_super = roles.iter().any(|role| role.is(Role::SuperAdmin));
    let rights = match permissions.len() {
        _ if is_super => "May do everything.".to_owned(),
        0 => "These roles bring no permissions: grant them after.".to_owned(),
        count => format!("Permissions of the presets: {count}. Change them after."),
    };
    let mail = match given.why.words.as_deref() {
        Some(to) if !to.is_empty() => {
            format!("A token for the first login goes to {to}, good once.")
        }
        Some(_) | None => "A token for the first login goes by mail, good once.".to_owned(),
    };
    vec![rights, mail]
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
