//! Values of a person that are filled in: what the account is called, and what the person holds.

use quarterdeck_api::call::AnyReply;
use quarterdeck_api::ids::UserId;
use quarterdeck_api::money::Balance;
use quarterdeck_api::operation::Operation;
use quarterdeck_api::permission::Permission;
use quarterdeck_api::sessions::Me;
use quarterdeck_api::text::Line;
use quarterdeck_api::users::{
    BalanceRequest, Edit, SetBalance, UpdateUser, UserPatch, UserRow, UserView,
};

use crate::desk::{Desk, SMALL, WIDE};
use crate::fixtures;
use crate::people::{desk_of, drawer, staff, user, view};

fn euros(amount: i64) -> Balance {
    Balance {
        amount,
        currency: Line::new("EUR"),
        version: 4,
    }
}

fn holding(row: UserRow, balance: Option<Balance>) -> UserView {
    UserView {
        balance,
        ..view(row)
    }
}

fn opened(me: Me, user: UserView) -> Desk {
    let mut desk = desk_of(me, WIDE, vec![user.row.clone()]);
    desk.keys("Enter").answer_drawer(drawer(user));
    desk.forget();
    desk
}

fn editor() -> Me {
    fixtures::admin(&[Permission::UserView, Permission::UserEdit])
}

/// The one call of this operation that was sent.
fn sent<Op: Operation>(desk: &Desk) -> (Op::Path, Op::Body)
where
    Op::Path: Clone,
    Op::Body: Clone,
{
    let writes = desk.writes();
    assert_eq!(writes.len(), 1, "{writes:?}");
    let (path, _, body) = writes[0].2.args::<Op>().unwrap();
    (path.clone(), body.clone())
}

#[test]
fn s004_14_a_sheet_holds_what_is_there_and_sends_what_differs() {
    let mut desk = opened(editor(), holding(user(3), None));
    desk.keys("E");
    for line in [
        "E-mail    person3@example.com",
        "Handle    person3",
        "Twitch    person_live",
        "Country   PT",
    ] {
        assert!(desk.shows(line), "{line}\n{}", desk.screen());
    }
    desk.keys("Enter")
        .text(" Silva")
        .keys("Enter C-u Enter Enter Enter");
    for line in [
        "Edit #3 Person 3?",
        "Name: Person 3 -> Person 3 Silva",
        "Handle: person3 -> none",
    ] {
        assert!(desk.shows(line), "{line}\n{}", desk.screen());
    }
    assert!(!desk.shows("Twitch"), "{}", desk.screen());
    assert_eq!(desk.writes().len(), 0);
    desk.keys("y");
    let patch = UserPatch {
        display_name: Edit::To("Person 3 Silva".to_owned()),
        username: Edit::Clear,
        expected_version: Some(3),
        ..UserPatch::default()
    };
    assert_eq!(sent::<UpdateUser>(&desk), (UserId(3), patch));
    let changed = UserRow {
        display_name: Line::new("Person 3 Silva"),
        username: None,
        version: 4,
        ..user(3)
    };
    desk.answer_write(Ok(AnyReply::new::<UpdateUser>(view(changed))));
    assert_eq!(desk.toast(), "#3 edited, was ACTIVE");
}

#[test]
fn s004_14_nothing_changed_and_nonsense_stay_in_the_sheet() {
    let mut desk = opened(editor(), holding(user(3), None));
    desk.keys("E Enter Enter Enter Enter Enter");
    assert!(desk.shows("Nothing would change."), "{}", desk.screen());
    desk.keys("Up Up Up C-u Enter Enter Enter Enter");
    assert!(desk.shows("A name cannot be empty."), "{}", desk.screen());
    desk.keys("Esc");
    assert!(!desk.shows("Handle:"), "{}", desk.screen());
    assert_eq!(desk.writes().len(), 0);
}

#[test]
fn s004_14_staff_take_a_super_admin_and_a_code() {
    let mut desk = opened(editor(), holding(staff(4), None));
    desk.keys("E");
    assert!(desk.toast().contains("SuperAdmin only"), "{}", desk.toast());
    let mut desk = opened(fixtures::root(), holding(staff(4), None));
    desk.keys("E Enter Enter Enter Enter")
        .text("!")
        .keys("Enter y");
    assert!(
        desk.shows("This changes one of the staff"),
        "{}",
        desk.screen()
    );
    desk.text("123456").keys("Enter");
    assert_eq!(sent::<UpdateUser>(&desk).0, UserId(4));
}

#[test]
fn s004_17_a_balance_is_set_with_before_and_after_a_reason_and_a_code() {
    let mut desk = opened(fixtures::root(), holding(user(3), Some(euros(120_000))));
    desk.keys("$");
    assert!(desk.shows("Balance   1,200.00"), "{}", desk.screen());
    desk.keys("C-u")
        .text("1500.5")
        .keys("Enter")
        .text("lost by our mistake")
        .keys("Enter");
    for line in [
        "Set-balance of #3 Person 3?",
        "Balance: 1,200.00 -> 1500.5",
        "Written down as +300.50 EUR.",
        "Reason: lost by our mistake",
    ] {
        assert!(desk.shows(line), "{line}\n{}", desk.screen());
    }
    desk.keys("y");
    assert!(
        desk.shows("This changes what somebody holds"),
        "{}",
        desk.screen()
    );
    assert_eq!(desk.writes().len(), 0);
    desk.text("123456").keys("Enter");
    let request = BalanceRequest {
        amount: 150_050,
        currency: "EUR".to_owned(),
        reason: "lost by our mistake".to_owned(),
        expected_version: Some(4),
    };
    assert_eq!(sent::<SetBalance>(&desk), (UserId(3), request));
    let after = holding(user(3), Some(euros(150_050)));
    desk.answer_write(Ok(AnyReply::new::<SetBalance>(after)));
    assert_eq!(desk.toast(), "#3 has another balance, was ACTIVE");
}

#[test]
fn s004_17_who_holds_nothing_gets_a_currency_and_nonsense_stays_in_the_sheet() {
    let mut desk = opened(fixtures::root(), holding(user(3), None));
    desk.keys("$")
        .text("-5")
        .keys("Enter")
        .text("eur")
        .keys("Enter");
    assert!(desk.shows("An amount is 0 or more"), "{}", desk.screen());
    desk.keys("Up C-u")
        .text("5")
        .keys("Enter Enter")
        .text("goodwill")
        .keys("Enter y");
    desk.text("123456").keys("Enter");
    let request = BalanceRequest {
        amount: 500,
        currency: "EUR".to_owned(),
        reason: "goodwill".to_owned(),
        expected_version: Some(0),
    };
    assert_eq!(sent::<SetBalance>(&desk), (UserId(3), request));
}

#[test]
fn s004_17_nobody_but_a_super_admin_sets_a_balance() {
    let mut desk = opened(editor(), holding(user(3), Some(euros(5))));
    desk.keys("$");
    assert!(desk.toast().contains("SuperAdmin only"), "{}", desk.toast());
    assert_eq!(desk.writes().len(), 0);
}

#[test]
fn sheets_look() {
    for size in [WIDE, SMALL] {
        for (name, keys) in [("users_edit", "E Enter"), ("users_balance", "$")] {
            let me = fixtures::root();
            let mut desk = desk_of(me, size, vec![user(3)]);
            let person = holding(user(3), Some(euros(120_000)));
            desk.keys("Enter").answer_drawer(drawer(person));
            desk.keys(keys);
            let name = format!("{name}_{}x{}", size.columns, size.rows);
            insta::assert_snapshot!(name, desk.screen());
        }
    }
}
