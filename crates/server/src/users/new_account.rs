//! What an account may be called, whoever makes it. Pure.

use quarterdeck_api::problem::FieldProblem;
use quarterdeck_api::text::Line;

use super::store::NewAccount;

/// Longest e-mail, in bytes: what fits into a mail server's command.
const MAX_EMAIL: usize = 254;
/// Longest name, in characters.
const MAX_NAME: usize = 100;

/// An account without a password, by its e-mail and its name; what stands before the `@` is the name where
/// none is given.
///
/// # Errors
/// What neither can be.
pub fn new_account(email: &str, name: Option<&str>) -> Result<NewAccount, FieldProblem> {
    let email = address(email).map_err(|problem| FieldProblem::new("email", problem))?;
    let local_part = email.split('@').next().unwrap_or_default();
    let display_name = self::name(name.unwrap_or(local_part))
        .map_err(|problem| FieldProblem::new("displayName", problem))?;
    Ok(NewAccount {
        email,
        display_name,
        password_hash: None,
    })
}

/// An e-mail, without the space around it.
///
/// # Errors
/// What it must be instead.
pub fn address(text: &str) -> Result<String, &'static str> {
    let email = text.trim();
    is_email(email)
        .then(|| email.to_owned())
        .ok_or("must be an e-mail address, such as ana@example.com")
}

/// A name, without the space around it.
///
/// # Errors
/// What it must be instead.
pub fn name(text: &str) -> Result<String, &'static str> {
    let name = text.trim();
    let is_name = (1..=MAX_NAME).contains(&name.chars().count()) && is_clean(name);
    is_name
        .then(|| name.to_owned())
        .ok_or("must have 1 to 100 characters on one line")
}

fn is_email(text: &str) -> bool {
    let domain = text.rsplit('@').next().unwrap_or_default();
    text.len() <= MAX_EMAIL
        && domain.contains('.')
        && !text.contains(char::is_whitespace)
        && is_clean(text)
        && text.parse::<lettre::Address>().is_ok()
}

/// Whether nothing in it is drawn otherwise than it is written.
pub fn is_clean(text: &str) -> bool {
    Line::new(text).as_str() == text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s001_19_an_account_is_named_after_its_address_or_as_it_is_told() {
        let account = new_account("  Ana.B@Example.com ", None).unwrap();
        assert_eq!(account.email, "Ana.B@Example.com");
        assert_eq!(account.display_name, "Ana.B");
        let account = new_account("ana@example.com", Some(" Ana Bell ")).unwrap();
        assert_eq!(account.display_name, "Ana Bell");
    }

    #[test]
    fn what_is_no_address_and_what_would_draw_otherwise_is_refused_by_its_field() {
        let long = format!("{}@example.com", "a".repeat(250));
        for email in [
            "",
            "ana",
            "@example.com",
            "ana@",
            "ana@localhost",
            "ana@b@example.com",
            "ana bell@example.com",
            "ana@example.com\r\nBcc: all@example.com",
            "ana\u{202e}@example.com",
            &long,
        ] {
            let problem = new_account(email, None).unwrap_err();
            assert_eq!(problem.name.as_str(), "email", "{email:?}");
        }
        let long = "a".repeat(101);
        for name in ["", "  ", "Ana\nBell", "Ana\u{202e}", &long] {
            let problem = new_account("ana@example.com", Some(name)).unwrap_err();
            assert_eq!(problem.name.as_str(), "displayName", "{name:?}");
        }
    }
}
