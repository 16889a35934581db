//! What letters say. Pure.

use std::fmt;

use chrono::{DateTime, Utc};

/// A letter to be.
#[derive(Clone, Debug)]
pub struct NewMail<'a> {
    /// Whose account it is about, and who gets it.
    pub user_id: i64,
    /// Where it goes.
    pub to: &'a str,
    /// What it is.
    pub template: Template,
    /// What it says; encrypted as long as it is kept.
    pub text: &'a str,
    /// Not before this time: what can be taken back is held as long.
    pub send_after: DateTime<Utc>,
    /// What it says is of no use from then on, and it is not sent any more.
    pub useless_at: DateTime<Utc>,
}

/// What a letter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Template {
    /// The token of a first login.
    FirstLogin,
}

impl Template {
    /// Its name in the outbox.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FirstLogin => "first_login",
        }
    }

    /// The template of a name.
    pub fn named(name: &str) -> Option<Self> {
        (name == Self::FirstLogin.as_str()).then_some(Self::FirstLogin)
    }

    /// What the letter is called, in an environment.
    pub fn subject(self, environment: &str) -> String {
        match self {
            Self::FirstLogin => format!("Your Quarterdeck account: {environment}"),
        }
    }
}

/// Ties the encrypted text to its row.
pub fn context(user_id: i64, template: &str) -> String {
    format!("mail:{user_id}:{template}")
}

/// What a new operator is told. `Display` writes the letter.
#[derive(Clone, Debug)]
pub struct FirstLogin<'a> {
    /// Who made the account.
    pub by: &'a str,
    /// What the environment is called.
    pub environment: &'a str,
    /// Where the API is.
    pub server: &'a str,
    /// Good once.
    pub token: &'a str,
    /// Until then.
    pub until: DateTime<Utc>,
}

impl fmt::Display for FirstLogin<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            by,
            environment,
            server,
            token,
            until,
        } = self;
        write!(
            f,
            "Hello,

{by} made you an operator of Quarterdeck,
environment {environment}.

1. In a terminal, run

   quarterdeck --first-login --server {server}

2. Paste this token when it is asked for. It works once, until
   {until} UTC.

   {token}

3. Choose a password, and set up your second factor: have an
   authenticator at hand.

Nobody will ever ask you for this token. If you expected no such
mail, tell {by}, and do nothing else.
",
            until = until.format("%Y-%m-%d %H:%M")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_is_found_by_its_name() {
        assert_eq!(Template::named("first_login"), Some(Template::FirstLogin));
        assert_eq!(Template::named("spam"), None);
    }

    #[test]
    fn s001_39_the_letter_has_the_command_the_token_and_its_end() {
        let letter = FirstLogin {
            by: "root@ops.example",
            environment: "production",
            server: "https://ops.example",
            token: "t0k3n",
            until: "2026-09-02T08:00:00Z".parse().unwrap(),
        };
        let text = letter.to_string();
        for part in [
            "root@ops.example made you an operator",
            "environment production",
            "\n   quarterdeck --first-login --server https://ops.example\n",
            "\n   t0k3n\n",
            "2026-09-02 08:00 UTC",
        ] {
            assert!(text.contains(part), "{part:?} in {text}");
        }
        assert!(text.lines().all(|line| line.len() <= 76), "{text}");
    }
}
