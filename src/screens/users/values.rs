//! Values of a person that are filled in: what the account is called, and what the person holds.
//!
//! Nothing takes either back: what stood there before is in no log, and others may have moved the balance since. To
//! fill it in once more is the way back.

use std::sync::Arc;

use quarterdeck_api::call::AnyCall;
use quarterdeck_api::money::{Balance, in_units};
use quarterdeck_api::operation::Nothing;
use quarterdeck_api::permission::Permission;
use quarterdeck_api::text::Line;
use quarterdeck_api::users::{
    BalanceRequest, Edit, MAX_BALANCE, SetBalance, UpdateUser, UserDrawer, UserPatch, UserRow,
    UserView,
};

use super::subject::{reason, refuses_gone};
use crate::app::keymap::Action;
use crate::screens::sheet::{Blank, Sheet};
use crate::screens::verb::{Asks, Class, Prepared, Verb};

/// Smallest units in one of the currency.
const UNIT: i64 = 100;

/// Changes what the account is called.
pub(super) const EDIT: Verb<UserRow> = Verb {
    action: Action::Edit,
    verb: "edit",
    past: "edited",
    help: "Change e-mail, name, handles or country",
    class: Class::HardToReverse,
    asks: Asks::Nothing,
    choices: &[],
    permission: |_| Some(Permission::UserEdit),
    refuses: refuses_gone,
    prepare: |_| None,
};

/// Sets what the person holds.
pub(super) const SET_BALANCE: Verb<UserRow> = Verb {
    action: Action::Balance,
    verb: "set-balance",
    past: "has another balance",
    help: "Set what the person holds, with a reason",
    class: Class::HardToReverse,
    asks: Asks::Reason,
    choices: &[],
    permission: |_| None,
    refuses: refuses_gone,
    prepare: |_| None,
};

/// Whether a verb is one of these.
pub(super) const fn is_filled_in(action: Action) -> bool {
    matches!(action, Action::Edit | Action::Balance)
}

/// Prepares one of them.
pub(super) fn prepare(action: Action, person: &UserDrawer) -> Prepared {
    if matches!(action, Action::Edit) {
        edit(&person.user)
    } else {
        balance(&person.user)
    }
}

fn subject(user: &UserView, of: &str) -> String {
    format!("{of}{} {}", user.row.id, user.row.display_name)
}

fn edit(user: &UserView) -> Prepared {
    let text = |line: &Option<Line>| line.as_ref().map_or_else(String::new, ToString::to_string);
    let blank = |name, label, now, longest| Blank {
        name,
        label,
        now,
        longest,
    };
    let row = &user.row;
    let now = [
        row.email.to_string(),
        row.display_name.to_string(),
        text(&row.username),
        text(&user.twitch_username),
        text(&user.country),
    ];
    let [email, name, handle, twitch, country] = now.clone();
    let blanks = vec![
        blank("email", "E-mail", email, 254),
        blank("displayName", "Name", name, 100),
        blank("username", "Handle", handle, 50),
        blank("twitchUsername", "Twitch", twitch, 50),
        blank("country", "Country", country, 100),
    ];
    let (id, version) = (row.id, row.version);
    let prepared = Prepared::new(move |given| {
        AnyCall::of::<UpdateUser>(id, Nothing {}, patch(&now, &given.filled, version))
    });
    prepared
        .filling(Arc::new(Sheet::new(blanks, check_names)))
        .about(subject(user, ""))
        .telling(|_| vec!["The log keeps which of them changed, not what they were.".to_owned()])
}

fn check_names(filled: &[String]) -> Result<(), String> {
    match filled {
        [email, ..] if !email.contains('@') => Err("An e-mail has an @.".to_owned()),
        [_, name, ..] if name.is_empty() => Err("A name cannot be empty.".to_owned()),
        _ => Ok(()),
    }
}

/// What differs is sent, and nothing else.
fn patch(now: &[String; 5], filled: &[String], version: i64) -> UserPatch {
    let edit = |place: usize| match (now.get(place), filled.get(place)) {
        (Some(now), Some(filled)) if now == filled => Edit::Keep,
        (_, Some(filled)) if filled.is_empty() => Edit::Clear,
        (_, Some(filled)) => Edit::To(filled.clone()),
        (_, None) => Edit::Keep,
    };
    UserPatch {
        email: edit(0),
        display_name: edit(1),
        username: edit(2),
        twitch_username: edit(3),
        country: edit(4),
        expected_version: Some(version),
    }
}

/// The currency is that of the wallet; where there is none, it is filled in too.
fn balance(user: &UserView) -> Prepared {
    let held = user.balance.clone();
    let amount = Blank {
        name: "balance",
        label: "Balance",
        now: held
            .as_ref()
            .map_or_else(String::new, |held| in_units(held.amount)),
        longest: 24,
    };
    let currency = Blank {
        name: "currency",
        label: "Currency",
        now: String::new(),
        longest: 3,
    };
    let blanks = match &held {
        Some(_) => vec![amount],
        None => vec![amount, currency],
    };
    let (id, told) = (user.row.id, held.clone());
    let prepared = Prepared::new(move |given| {
        let request = BalanceRequest {
            amount: given
                .filled
                .first()
                .and_then(|text| units(text))
                .unwrap_or_default(),
            currency: currency_of(held.as_ref(), &given.filled),
            reason: reason(given),
            expected_version: Some(held.as_ref().map_or(0, |held| held.version)),
        };
        AnyCall::of::<SetBalance>(id, Nothing {}, request)
    });
    prepared
        .filling(Arc::new(Sheet::new(blanks, check_balance)))
        .about(subject(user, "of "))
        .telling(move |given| {
            difference(told.as_ref(), &given.filled)
                .into_iter()
                .collect()
        })
}

fn currency_of(held: Option<&Balance>, filled: &[String]) -> String {
    let typed = || {
        filled
            .get(1)
            .map(|text| text.to_uppercase())
            .unwrap_or_default()
    };
    held.map_or_else(typed, |held| held.currency.to_string())
}

fn check_balance(filled: &[String]) -> Result<(), String> {
    let amount = filled.first().and_then(|text| units(text));
    let is_amount = amount.is_some_and(|amount| (0..=MAX_BALANCE).contains(&amount));
    let is_currency = filled.get(1).is_none_or(|text| {
        text.len() == 3 && text.bytes().all(|letter| letter.is_ascii_alphabetic())
    });
    match (is_amount, is_currency) {
        (false, _) => Err("An amount is 0 or more, such as 1250.50.".to_owned()),
        (true, false) => Err("A currency has three letters, such as EUR.".to_owned()),
        (true, true) => Ok(()),
    }
}

/// `Written down as +300.00 EUR.`
fn difference(held: Option<&Balance>, filled: &[String]) -> Option<String> {
    let after = units(filled.first()?)?;
    let difference = after.checked_sub(held.map_or(0, |held| held.amount))?;
    let sign = if difference > 0 { "+" } else { "" };
    let currency = currency_of(held, filled);
    Some(format!(
        "Written down as {sign}{} {currency}.",
        in_units(difference)
    ))
}

/// `1,250.5` in the smallest unit.
fn units(text: &str) -> Option<i64> {
    let plain = text.replace(',', "");
    let (whole, part) = plain.split_once('.').unwrap_or((&plain, ""));
    let is_digits = |digits: &str| digits.bytes().all(|digit| digit.is_ascii_digit());
    if whole.is_empty() || part.len() > 2 || !is_digits(whole) || !is_digits(part) {
        return None;
    }
    let cents: i64 = format!("{part:0<2}").parse().ok()?;
    let whole: i64 = whole.parse().ok()?;
    whole.checked_mul(UNIT)?.checked_add(cents)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s004_17_amounts_are_typed_in_units_and_hundredths() {
        for (text, amount) in [
            ("0", Some(0)),
            ("12", Some(1_200)),
            ("1,250.5", Some(125_050)),
            ("1250.05", Some(125_005)),
            ("0.01", Some(1)),
            ("", None),
            (".5", None),
            ("-1", None),
            ("1.234", None),
            ("1e3", None),
            ("99999999999999999999", None),
            ("92233720368547758.08", None),
        ] {
            assert_eq!(units(text), amount, "{text}");
        }
    }

    #[test]
    fn s004_14_what_differs_is_sent_and_what_is_emptied_is_taken_away() {
        let texts = |texts: [&str; 5]| texts.map(str::to_owned);
        let now = texts(["a@b.example", "Ana", "ana", "anatv", ""]);
        let filled = texts(["a@b.example", "Ana B", "", "anatv", "Peru"]);
        let expected = UserPatch {
            display_name: Edit::To("Ana B".to_owned()),
            username: Edit::Clear,
            country: Edit::To("Peru".to_owned()),
            expected_version: Some(3),
            ..UserPatch::default()
        };
        assert_eq!(patch(&now, &filled, 3), expected);
    }
}
