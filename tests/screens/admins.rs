//! The admins: who is shown with what, what is ticked, what is sent, and what stands before it.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use quarterdeck::app::layout::Size;
use quarterdeck::app::message::Slot;
use quarterdeck::app::tab::Tab;
use quarterdeck_api::admins::{
    AddSingleRole, AdminRow, AdminView, CreateAdmin, CreatedAdmin, ListAdmins, MailStatus,
    OffboardAdmin, PermissionGrant, ReplacePermissions, ReplaceRoles, RevokeSingleRole, RoleGrant,
};
use quarterdeck_api::call::AnyReply;
use quarterdeck_api::ids::UserId;
use quarterdeck_api::notes::{CreateNote, DeleteNote, RiskLevel, UpdateNote, UserNote};
use quarterdeck_api::page::Page;
use quarterdeck_api::permission::Permission;
use quarterdeck_api::role::{Preset, Role};
use quarterdeck_api::sessions::GetMe;
use quarterdeck_api::text::Line;
use quarterdeck_api::users::{DemoteUser, GetUser, GetUserDrawer, PromoteUser, UserDrawer};

use crate::desk::{Desk, SMALL, WIDE};
use crate::fixtures::{self, NOW};
use crate::people::{self, staff, user};

const LIST: Slot = Slot::List(Tab::Admins);
const DETAIL: Slot = Slot::Detail(Tab::Admins);

fn admin(id: i64) -> AdminRow {
    AdminRow {
        row: staff(id),
        permissions: vec![Permission::UserView.into(), Permission::UserBan.into()],
        permission_count: 2,
        mfa_enabled: true,
        last_seen_at: Some(NOW - TimeDelta::minutes(17 * id)),
        open_addresses: 1,
    }
}

fn root_row() -> AdminRow {
    AdminRow {
        row: quarterdeck_api::users::UserRow {
            roles: vec![Role::SuperAdmin.into()],
            ..staff(1)
        },
        permissions: Vec::new(),
        permission_count: 0,
        ..admin(1)
    }
}

fn neglected() -> AdminRow {
    AdminRow {
        mfa_enabled: false,
        last_seen_at: Some(NOW - TimeDelta::days(91)),
        open_addresses: 2,
        ..admin(9)
    }
}

fn view_of(admin: AdminRow) -> AdminView {
    let at = NOW - TimeDelta::days(30);
    AdminView {
        admin,
        role_grants: vec![RoleGrant {
            role: Role::Support.into(),
            granted_by: Some(Line::new("root@quarterdeck.example")),
            granted_at: at,
        }],
        permission_grants: vec![
            PermissionGrant {
                permission: Permission::UserBan.into(),
                granted_by: Some(Line::new("root@quarterdeck.example")),
                granted_at: at,
            },
            PermissionGrant {
                permission: Permission::UserView.into(),
                granted_by: None,
                granted_at: at,
            },
        ],
        active_super_admins: 4,
    }
}

/// The drawer of an admin.
fn drawer_of(admin: AdminRow) -> UserDrawer {
    UserDrawer {
        rights: view_of(admin.clone()),
        ..people::drawer(people::view(admin.row))
    }
}

fn before(size: Size, rows: Vec<AdminRow>) -> Desk {
    let mut desk = Desk::on(size, Tab::Admins);
    desk.answer(LIST, AnyReply::new::<ListAdmins>(fixtures::page(rows)));
    desk.forget();
    desk
}

fn opened(size: Size, row: AdminRow) -> Desk {
    let mut desk = before(size, vec![row.clone()]);
    desk.keys("Enter");
    desk.answer(DETAIL, AnyReply::new::<GetUserDrawer>(drawer_of(row)));
    desk
}

#[test]
fn s001_06_admins_stand_with_roles_permissions_second_factor_and_last_seen() {
    let desk = before(WIDE, vec![root_row(), admin(4), neglected()]);
    insta::assert_snapshot!("admins_120x40", desk.screen());
    let desk = before(SMALL, vec![root_row(), admin(4), neglected()]);
    insta::assert_snapshot!("admins_80x24", desk.screen());
}

#[test]
fn s001_05_enter_opens_the_drawer_on_the_part_of_the_rights_beside_the_list() {
    let desk = opened(WIDE, admin(4));
    insta::assert_snapshot!("admin_120x40", desk.screen());
    assert!(desk.shows(">Admin"), "{}", desk.screen());
    assert!(desk.shows("Staff 4"), "the list stays: {}", desk.screen());
    for grant in [
        "user.ban, root@quarterdeck.example",
        "user.view, the installation",
    ] {
        assert!(desk.shows(grant), "{grant}\n{}", desk.screen());
    }
}

#[test]
fn s001_33_what_is_amiss_with_an_admin_is_said() {
    let desk = opened(WIDE, neglected());
    for finding in [
        "no second factor",
        "not seen for more than 90 days",
        "sessions open from 2 addresses",
    ] {
        assert!(desk.shows(finding), "{finding}\n{}", desk.screen());
    }
    assert!(!opened(WIDE, admin(4)).shows("Amiss"));
    let many = opened(WIDE, root_row());
    assert!(
        many.shows("4 super-admins; 3 are enough"),
        "{}",
        many.screen()
    );
}

#[test]
fn s001_21_roles_are_ticked_and_the_difference_stands_before_the_code() {
    let mut desk = before(SMALL, vec![admin(4)]);
    desk.keys("c");
    assert!(desk.shows("[x] Support"), "{}", desk.screen());
    assert!(desk.shows("[ ] Risk"), "{}", desk.screen());
    desk.text("ris")
        .keys("Space")
        .keys("C-u")
        .text("support")
        .keys("Space");
    assert!(desk.shows("+1 -1"), "{}", desk.screen());
    desk.keys("Enter");
    insta::assert_snapshot!("admin_roles_difference_80x24", desk.screen());
    assert!(
        desk.shows("+ Risk") && desk.shows("- Support"),
        "{}",
        desk.screen()
    );
    assert_eq!(desk.writes().len(), 0);
    desk.keys("y").text("123456");
    assert_eq!(desk.writes().len(), 0);
    desk.keys("Enter");
    let request = desk.body::<ReplaceRoles>();
    assert_eq!(request.roles, [Role::Risk.into(), Role::User.into()]);
    assert_eq!(request.expected_version, Some(3));
}

#[test]
fn s001_13_s001_23_s001_44_one_permission_more_sends_all_of_them_and_is_ticked_at_once() {
    let mut desk = before(SMALL, vec![admin(4)]);
    desk.keys("P").text("withdrawals.approve");
    insta::assert_snapshot!("admin_permissions_80x24", desk.screen());
    desk.keys("Space Enter y").text("123456").keys("Enter");
    let request = desk.body::<ReplacePermissions>();
    let keys = [
        Permission::UserView,
        Permission::UserBan,
        Permission::WithdrawalsApprove,
    ];
    assert_eq!(request.permissions, keys.map(Into::into));
    // The row is read again, and says it without a key.
    let mut after = admin(4);
    after.permissions = keys.map(Into::into).to_vec();
    after.permission_count = 3;
    after.row.version = 4;
    let changed = AnyReply::new::<GetUser>(people::view(after.row.clone()));
    desk.answer_write(Ok(changed));
    desk.answer(DETAIL, AnyReply::new::<GetUserDrawer>(drawer_of(after)));
    desk.keys("P").text("withdrawals.approve");
    assert!(desk.shows("[x] withdrawals.approve"), "{}", desk.screen());
}

#[test]
fn s001_40_as_many_are_ticked_as_are_held() {
    let mut desk = before(
        Size {
            columns: 120,
            rows: 100,
        },
        vec![admin(4)],
    );
    desk.keys("P");
    let ticked = desk.screen().matches("[x]").count();
    let all = ticked + desk.screen().matches("[ ]").count();
    assert_eq!((ticked, all), (2, Permission::ALL.len()));
}

#[test]
fn nothing_that_would_not_change_is_sent() {
    let mut desk = before(SMALL, vec![admin(4)]);
    desk.keys("c Enter");
    assert!(desk.shows("Nothing would change."), "{}", desk.screen());
    desk.keys("Esc");
    assert!(!desk.shows("Roles of"), "{}", desk.screen());
    assert_eq!(desk.writes().len(), 0);
}

#[test]
fn s001_22_one_role_is_added_or_revoked_and_the_others_stay() {
    let mut desk = before(SMALL, vec![admin(4)]);
    desk.keys("+").text("risk").keys("Enter");
    assert!(
        desk.shows("Grant a role to #4 Staff 4?"),
        "{}",
        desk.screen()
    );
    assert!(desk.shows("+ Risk"), "{}", desk.screen());
    desk.keys("y").text("123456").keys("Enter");
    let request = desk.body::<AddSingleRole>();
    assert_eq!(
        (request.user_id, request.role),
        (Some(UserId(4)), Role::Risk.into())
    );
    let mut desk = before(SMALL, vec![admin(4)]);
    desk.keys("_");
    // Only what is held can be revoked.
    assert!(!desk.shows("Risk"), "{}", desk.screen());
    desk.text("supp").keys("Enter");
    assert!(desk.shows("- Support"), "{}", desk.screen());
    desk.keys("y").text("123456").keys("Enter");
    let request = desk.body::<RevokeSingleRole>();
    assert_eq!(
        (request.role, request.expected_version),
        (Role::Support.into(), Some(3))
    );
}

/// The dialog, up to the question for the address.
fn creating(rows: Vec<AdminRow>) -> Desk {
    let mut desk = before(SMALL, rows);
    desk.keys("a").text("supp").keys("Space Enter Enter");
    desk
}

fn created(mail: MailStatus) -> AnyReply {
    AnyReply::new::<CreateAdmin>(CreatedAdmin {
        user: people::view(staff(57)),
        mail: mail.into(),
        first_login_until: NOW + TimeDelta::hours(24),
    })
}

#[test]
fn s001_19_an_admin_is_made_of_roles_an_address_and_a_code() {
    let mut desk = creating(vec![admin(4)]);
    desk.text("ana@ops.example").keys("Enter");
    insta::assert_snapshot!("admin_create_80x24", desk.screen());
    assert_eq!(desk.writes().len(), 0);
    desk.keys("y").text("123456").keys("Enter");
    let request = desk.body::<CreateAdmin>();
    assert_eq!(request.email, "ana@ops.example");
    assert_eq!(request.roles, [Role::Support.into()]);
    // The server has the presets.
    assert_eq!((request.permissions, request.preset), (None, None));
    desk.answer_write(Ok(created(MailStatus::Queued)));
    assert!(
        desk.toast().contains("created; the mail is on its way"),
        "{}",
        desk.toast()
    );
    // Where the new one stands, the server says.
    desk.answer(
        LIST,
        AnyReply::new::<ListAdmins>(fixtures::page(vec![admin(4), admin(57)])),
    );
    assert!(desk.shows("Staff 57"), "{}", desk.screen());
}

#[test]
fn s001_19_mail_that_cannot_leave_is_said() {
    let mut desk = creating(Vec::new());
    desk.text("ana@ops.example").keys("Enter");
    desk.keys("y").text("123456").keys("Enter");
    desk.answer_write(Ok(created(MailStatus::Waiting)));
    assert!(
        desk.toast().contains("has no way to send mail"),
        "{}",
        desk.toast()
    );
}

#[test]
fn an_admin_is_made_of_one_role_at_least() {
    let mut desk = before(SMALL, vec![admin(4)]);
    desk.keys("a Enter");
    let why = "Tick a role of the staff: without one nobody is an admin.";
    assert!(desk.shows(why), "{}", desk.screen());
    desk.keys("Esc");
    assert_eq!(desk.writes().len(), 0);
}

#[test]
fn s001_07_the_permissions_of_a_new_admin_are_ticked_beside_those_of_the_presets() {
    let mut desk = before(SMALL, vec![admin(4)]);
    desk.keys("a").text("supp").keys("Space Enter");
    let note = "Permissions: those of the roles' presets are ticked.";
    assert!(desk.shows(note), "{}", desk.screen());
    desk.text("user.ban").keys("Space C-u");
    desk.text("user-note.view").keys("Space C-u");
    insta::assert_snapshot!("admin_create_permissions_80x24", desk.screen());
    desk.keys("Enter").text("ana@ops.example").keys("Enter");
    insta::assert_snapshot!("admin_create_difference_80x24", desk.screen());
    desk.keys("y").text("123456").keys("Enter");
    let request = desk.body::<CreateAdmin>();
    assert_eq!(request.roles, [Role::Support.into()]);
    let sent: BTreeSet<_> = request
        .permissions
        .unwrap()
        .iter()
        .map(ToString::to_string)
        .collect();
    let preset = Preset::Support.permissions().into_iter();
    let preset: BTreeSet<_> = preset
        .map(|permission| permission.key().to_owned())
        .collect();
    let different: Vec<_> = sent
        .symmetric_difference(&preset)
        .map(String::as_str)
        .collect();
    assert_eq!(different, ["user-note.view", "user.ban"]);
}

#[test]
fn who_may_do_everything_is_made_without_a_list_of_permissions() {
    let mut desk = before(SMALL, vec![admin(4)]);
    desk.keys("a").text("superadmin").keys("Space Enter");
    desk.text("ana@ops.example").keys("Enter");
    assert!(desk.shows("May do everything."), "{}", desk.screen());
    desk.keys("y").text("123456").keys("Enter");
    assert_eq!(desk.body::<CreateAdmin>().permissions, None);
}

#[test]
fn demotion_asks_and_takes_a_code() {
    let mut desk = before(SMALL, vec![admin(4)]);
    desk.keys("x");
    assert!(
        desk.shows("Every staff role and 2 permissions are taken."),
        "{}",
        desk.screen()
    );
    desk.keys("y").text("123456").keys("Enter");
    assert_eq!(desk.body::<DemoteUser>().expected_version, Some(3));
}

#[test]
fn s001_26_offboarding_takes_a_reason_a_phrase_and_a_code() {
    let mut desk = before(SMALL, vec![admin(4)]);
    desk.keys("D").text("left the company").keys("Enter");
    insta::assert_snapshot!("admin_offboard_80x24", desk.screen());
    desk.text("wrong").keys("Enter").keys("C-u");
    desk.text("staff4@quarterdeck.example")
        .keys("Enter")
        .text("123456")
        .keys("Enter");
    let request = desk.body::<OffboardAdmin>();
    assert_eq!(
        (request.reason.as_str(), request.expected_version),
        ("left the company", Some(3))
    );
}

#[test]
fn s001_04_who_is_no_super_admin_sees_the_list_and_why_nothing_can_be_changed() {
    let mut desk = Desk::started(crate::desk::options(SMALL));
    let me = fixtures::admin(&[Permission::UserView]);
    desk.answer(Slot::Me, AnyReply::new::<GetMe>(me));
    desk.keys("6");
    desk.answer(
        LIST,
        AnyReply::new::<ListAdmins>(fixtures::page(vec![admin(4)])),
    );
    assert!(desk.shows("Staff 4"), "{}", desk.screen());
    for key in ["a", "c", "P", "+", "_", "x", "D"] {
        desk.keys(key);
        assert!(
            desk.toast().contains("SuperAdmin only"),
            "{key}: {}",
            desk.toast()
        );
    }
    assert_eq!(desk.writes().len(), 0);
}

#[test]
fn a_user_is_promoted_from_the_users_and_one_of_the_staff_is_not() {
    let mut desk = people::before(SMALL, vec![user(1)]);
    desk.keys("P");
    assert!(
        desk.shows("+ Admin, with 38 permissions"),
        "{}",
        desk.screen()
    );
    desk.keys("y").text("123456").keys("Enter");
    assert_eq!(desk.body::<PromoteUser>().expected_version, Some(3));
    let mut desk = people::before(SMALL, vec![staff(4)]);
    desk.keys("P");
    let why = "#4 is one of the staff; see the Admins tab";
    assert!(desk.toast().ends_with(why), "{}", desk.toast());
}

#[test]
fn s001_01_the_tab_offers_roles_permissions_and_the_trail_to_a_super_admin() {
    let mut desk = before(WIDE, vec![admin(4)]);
    let offers = [
        ("c", "[x] Support"),
        ("P", "[x] user.ban"),
        ("+", "Risk"),
        ("_", "Support"),
        ("x", "Every staff role and 2 permissions are taken."),
        ("D", "Offboard #4 Staff 4?"),
    ];
    for (key, offered) in offers {
        desk.keys(key);
        assert!(desk.shows(offered), "{key}: {}", desk.screen());
        desk.keys("Esc");
    }
    desk.keys("o a");
    assert_eq!(desk.model.tab, Tab::Audit);
    assert_eq!(desk.model.here().state().filter, "on:user#4");
    let mut users = people::before(WIDE, vec![user(2)]);
    users.keys("P");
    assert!(users.shows("+ Admin, with"), "{}", users.screen());
}

#[test]
fn s004_15_a_note_about_an_admin_is_written_rewritten_and_wiped_without_a_code() {
    let mut desk = before(WIDE, vec![admin(4)]);
    desk.keys("i 3").text("Called twice.").keys("Enter y");
    let request = desk.body::<CreateNote>();
    assert_eq!(
        (request.user_id, request.note.as_str()),
        (UserId(4), "Called twice.")
    );
    let written = people::note(7, RiskLevel::High, "Called twice.");
    desk.answer_write(Ok(AnyReply::new::<CreateNote>(written)));
    assert!(desk.toast().starts_with("#4 noted"), "{}", desk.toast());

    let with_note = || {
        let mut desk = before(WIDE, vec![admin(4)]);
        let mine = UserNote {
            mine: true,
            ..people::note(9, RiskLevel::Low, "Wrote again.")
        };
        desk.keys("Enter");
        let drawer = UserDrawer {
            notes: Some(fixtures::page(vec![mine])),
            ..drawer_of(admin(4))
        };
        desk.answer(DETAIL, AnyReply::new::<GetUserDrawer>(drawer));
        desk
    };
    let mut desk = with_note();
    desk.keys("I 2 Enter")
        .text("Wrote a third time.")
        .keys("Enter y");
    let patch = desk.body::<UpdateNote>();
    assert_eq!(patch.note.as_deref(), Some("Wrote a third time."));
    let mut desk = with_note();
    desk.keys("W Enter y");
    assert_eq!(desk.writes().len(), 1);
    assert!(desk.writes()[0].2.args::<DeleteNote>().is_some());
}

#[test]
fn s002_28_ones_own_account_is_neither_deleted_nor_offboarded() {
    let mut desk = people::before(WIDE, vec![staff(900), user(2)]);
    desk.keys("D");
    assert!(
        desk.toast().ends_with("this is your own account"),
        "{}",
        desk.toast()
    );
    desk.keys("j D");
    assert!(desk.shows("1  delete"), "{}", desk.screen());
    let own = AdminRow {
        row: staff(900),
        ..root_row()
    };
    let mut desk = before(WIDE, vec![own]);
    desk.keys("D");
    assert!(
        desk.toast().ends_with("this is your own account"),
        "{}",
        desk.toast()
    );
}

#[test]
fn s001_33_what_is_amiss_with_all_of_them_stands_above_the_list_and_is_filtered_by_a_word() {
    let supers = (1..=4).map(|id| {
        let mut row = root_row();
        row.row.id = UserId(id);
        row
    });
    let rows: Vec<_> = supers.chain([neglected()]).collect();
    let mut desk = before(WIDE, rows);
    let told = "4 super-admins, 1 without MFA, 1 idle, 1 from several addresses";
    assert!(desk.line(2).contains(told), "{}", desk.screen());
    for word in ["is:idle", "is:shared", "is:unprotected"] {
        desk.keys("/ C-u").text(word).keys("Enter");
        assert_eq!(desk.visible(), [9], "{word}: {}", desk.screen());
    }
    let desk = before(WIDE, vec![root_row(), admin(4)]);
    assert!(!desk.line(2).contains("super-admins"), "{}", desk.screen());
}

#[test]
fn s001_33_of_a_list_that_goes_on_only_the_loaded_rows_were_looked_at() {
    let mut desk = Desk::on(WIDE, Tab::Admins);
    let reply = Page {
        next_cursor: Some("2".to_owned()),
        ..fixtures::page(vec![neglected()])
    };
    desk.answer(LIST, AnyReply::new::<ListAdmins>(reply));
    let told = "of 1 loaded: 1 without MFA, 1 idle";
    assert!(desk.line(2).contains(told), "{}", desk.screen());
}
