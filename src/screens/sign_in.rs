//! The forms in front of the console: gate, e-mail and password, code, first login, enrollment, recovery codes.
//!
//! A form knows its fields and what it would send; the order of the steps is `app::session`'s.

mod provider;
mod recovery;
mod step;

use quarterdeck_api::sessions::{
    ConfirmMfaRequest, EnrollReply, FirstLoginRequest, GateRequest, MIN_PASSWORD_LENGTH, Secret,
    SignInRequest, VerifyMfaRequest,
};
use quarterdeck_api::text::Line;

use crate::app::field::Field;
use crate::app::input::Key;
use crate::app::keymap::Action;
use crate::app::message::SessionCall;

pub use provider::{Ways, address, browser_of};
pub use recovery::{STILL_SHOWN, codes_of, explain_refusal, file};
pub use step::Step;

/// Where a link of a form leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// Out of the console, to the app.
    BackToApp,
    /// To the form of the first login.
    FirstLogin,
    /// To e-mail and password.
    SignIn,
    /// To the ways of the OpenID provider.
    Provider,
    /// Out to a browser, and back by itself.
    Browser,
    /// The address for the browser onto the clipboard.
    CopyAddress,
    /// To the form of a recovery code.
    Recovery,
    /// Back to the form of the one-time code.
    Code,
    /// The recovery codes into a file.
    SaveCodes,
    /// On, from the recovery codes.
    HaveCodes,
}

/// A thing on a form that can have the focus.
#[derive(Clone, Debug)]
pub enum Item {
    /// Text is typed here.
    Field {
        /// What it is.
        label: &'static str,
        /// What was typed.
        field: Field,
    },
    /// Leads elsewhere, by Enter or, while no field has the focus, by its letter.
    Link {
        /// What it says.
        label: &'static str,
        /// Its letter.
        letter: char,
        /// Where it leads.
        link: Link,
    },
}

/// What a key did to a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pressed {
    /// The form took it.
    Taken,
    /// The form is to be sent.
    Submit,
    /// A link was followed.
    Follow(Link),
    /// One step back.
    Back,
}

/// A form.
#[derive(Clone, Debug)]
pub struct Form {
    /// What it is for.
    pub step: Step,
    /// Its fields and links.
    pub items: Vec<Item>,
    /// Which one has the focus.
    pub focus: usize,
    /// What is wrong, and what to do.
    pub error: Option<Line>,
    /// Whether an answer is awaited.
    pub progress: Progress,
}

/// Whether an answer is awaited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The operator's turn.
    Editing,
    /// The server's turn.
    Sent,
}

/// Digits of a code.
const CODE_LENGTH: usize = 6;

impl Form {
    fn new(step: Step, items: Vec<Item>) -> Self {
        Self {
            step,
            items,
            focus: 0,
            error: None,
            progress: Progress::Editing,
        }
    }

    /// The gate.
    pub fn gate(app_url: Option<Line>) -> Self {
        let items = vec![
            Item::Field {
                label: "Gate password",
                field: Field::masked(),
            },
            Item::Link {
                label: "Back to app",
                letter: 'b',
                link: Link::BackToApp,
            },
        ];
        Self::new(Step::Gate { app_url }, items)
    }

    /// E-mail and password.
    pub fn credentials(email: &str) -> Self {
        let items = vec![
            Item::Field {
                label: "E-mail",
                field: Field::plain().holding(email),
            },
            Item::Field {
                label: "Password",
                field: Field::masked().at_most(1_024),
            },
            Item::Link {
                label: "First login with a token",
                letter: 'f',
                link: Link::FirstLogin,
            },
        ];
        let form = Self::new(Step::Credentials, items);
        Self {
            focus: usize::from(!email.is_empty()),
            ..form
        }
    }

    /// The code.
    pub fn code(challenge: Secret) -> Self {
        let items = vec![
            Item::Field {
                label: "Code",
                field: Field::masked().at_most(16),
            },
            Item::Link {
                label: "Another account",
                letter: 's',
                link: Link::SignIn,
            },
            Item::Link {
                label: "Use a recovery code",
                letter: 'r',
                link: Link::Recovery,
            },
        ];
        Self::new(Step::Code { challenge }, items)
    }

    /// The first login.
    pub fn first_login() -> Self {
        let items = vec![
            Item::Field {
                label: "Token",
                field: Field::masked(),
            },
            Item::Field {
                label: "New password",
                field: Field::masked().at_most(1_024),
            },
            Item::Field {
                label: "Once more",
                field: Field::masked().at_most(1_024),
            },
            Item::Link {
                label: "Back to sign-in",
                letter: 's',
                link: Link::SignIn,
            },
        ];
        Self::new(Step::FirstLogin, items)
    }

    /// The second factor.
    pub fn enroll(secret: EnrollReply) -> Self {
        let items = vec![Item::Field {
            label: "Code",
            field: Field::masked().at_most(16),
        }];
        Self::new(Step::Enroll(secret), items)
    }

    /// The form with a remark on it.
    #[must_use]
    pub fn saying(mut self, remark: &str) -> Self {
        self.error = Some(Line::new(remark));
        self
    }

    /// The field with the focus.
    pub fn field_mut(&mut self) -> Option<&mut Field> {
        match self.items.get_mut(self.focus)? {
            Item::Field { field, .. } => Some(field),
            Item::Link { .. } => None,
        }
    }

    /// Takes a key, and what it means in a prompt.
    pub fn press(&mut self, key: Key, action: Option<Action>) -> Pressed {
        match action {
            Some(Action::Submit) => self.enter(),
            Some(Action::Next | Action::Complete) => self.move_focus(1),
            Some(Action::Previous) => self.move_focus(self.items.len() - 1),
            Some(Action::Abandon) => Pressed::Back,
            Some(_) | None => self.type_key(key),
        }
    }

    fn enter(&mut self) -> Pressed {
        match self.items.get(self.focus) {
            Some(Item::Link { link, .. }) => Pressed::Follow(*link),
            Some(Item::Field { .. }) if self.is_last_field() => Pressed::Submit,
            Some(Item::Field { .. }) | None => self.move_focus(1),
        }
    }

    fn is_last_field(&self) -> bool {
        !self
            .items
            .iter()
            .skip(self.focus + 1)
            .any(|item| matches!(item, Item::Field { .. }))
    }

    fn move_focus(&mut self, by: usize) -> Pressed {
        self.focus = (self.focus + by) % self.items.len().max(1);
        Pressed::Taken
    }

    fn type_key(&mut self, key: Key) -> Pressed {
        match self.field_mut() {
            Some(field) => {
                field.edit(key);
                Pressed::Taken
            }
            None => self.link_of(key).map_or(Pressed::Taken, Pressed::Follow),
        }
    }

    fn link_of(&self, key: Key) -> Option<Link> {
        self.items.iter().find_map(|item| match item {
            Item::Link { letter, link, .. } => (key.typed() == Some(*letter)).then_some(*link),
            Item::Field { .. } => None,
        })
    }

    fn field(&mut self, place: usize) -> Option<&mut Field> {
        let fields = self.items.iter_mut().filter_map(|item| match item {
            Item::Field { field, .. } => Some(field),
            Item::Link { .. } => None,
        });
        fields.into_iter().nth(place)
    }

    fn text(&mut self, place: usize) -> String {
        self.field(place)
            .map_or_else(String::new, |field| field.value().trim().to_owned())
    }

    fn secret(&mut self, place: usize) -> Secret {
        self.field(place)
            .map_or_else(Secret::default, Field::take_secret)
    }

    /// What the form sends. Secrets leave their fields.
    ///
    /// # Errors
    /// What is missing.
    pub fn request(&mut self) -> Result<SessionCall, &'static str> {
        match self.step.clone() {
            Step::Gate { .. } => {
                self.demand(0, "Type the gate password.")?;
                Ok(SessionCall::PassGate(GateRequest {
                    password: self.secret(0),
                }))
            }
            Step::Credentials => {
                self.demand(0, "Type your e-mail.")?;
                self.demand(1, "Type your password.")?;
                let email = self.text(0);
                Ok(SessionCall::SignIn(SignInRequest {
                    email,
                    password: self.secret(1),
                }))
            }
            Step::Code { challenge } => {
                let code = self.take_code()?;
                Ok(SessionCall::VerifyMfa(VerifyMfaRequest {
                    token: challenge,
                    mfa_code: Some(code),
                    recovery_code: None,
                }))
            }
            Step::Recovery { challenge } => self.recovery_request(challenge),
            Step::Provider => self.provider_request(),
            Step::Browser(_) => Err("The browser goes on; this form follows by itself."),
            Step::FirstLogin => self.first_login_request(),
            Step::Enroll(_) => {
                let code = self.take_code()?;
                Ok(SessionCall::ConfirmMfa(ConfirmMfaRequest { code }))
            }
            Step::RenewCodes => self.take_code().map(SessionCall::RenewCodes),
            Step::RecoveryCodes(_) => Err(STILL_SHOWN),
        }
    }

    fn demand(&mut self, place: usize, missing: &'static str) -> Result<(), &'static str> {
        if self.field(place).is_none_or(|field| field.is_empty()) {
            self.focus = place;
            return Err(missing);
        }
        Ok(())
    }

    /// The code: digits in groups, as authenticators show them, are joined.
    fn take_code(&mut self) -> Result<Secret, &'static str> {
        let digits: String = self
            .text(0)
            .chars()
            .filter(|character| !character.is_whitespace())
            .collect();
        let is_code =
            digits.len() == CODE_LENGTH && digits.chars().all(|digit| digit.is_ascii_digit());
        if !is_code {
            return Err("The code has 6 digits.");
        }
        self.secret(0);
        Ok(Secret::new(digits))
    }

    fn first_login_request(&mut self) -> Result<SessionCall, &'static str> {
        self.demand(0, "Type the token from the mail.")?;
        self.demand(1, "Choose a password of 12 characters or more.")?;
        let (password, again) = (self.text_as_is(1), self.text_as_is(2));
        if password.chars().count() < MIN_PASSWORD_LENGTH {
            self.focus = 1;
            return Err("Choose a password of 12 characters or more.");
        }
        if password != again {
            self.focus = 2;
            return Err("The two passwords differ; type the second one again.");
        }
        // The token stays: a password that is refused uses none up.
        let token = Secret::new(self.text(0));
        self.secret(2);
        Ok(SessionCall::FirstLogin(FirstLoginRequest {
            token,
            new_password: self.secret(1),
        }))
    }

    fn text_as_is(&mut self, place: usize) -> String {
        self.field(place)
            .map_or_else(String::new, |field| field.value().to_owned())
    }

    /// The e-mail that was typed, to be kept when the form comes back.
    pub fn email(&mut self) -> String {
        match self.step {
            Step::Credentials => self.text(0),
            Step::Gate { .. }
            | Step::Provider
            | Step::Browser(_)
            | Step::Code { .. }
            | Step::Recovery { .. }
            | Step::FirstLogin
            | Step::Enroll(_)
            | Step::RenewCodes
            | Step::RecoveryCodes(_) => String::new(),
        }
    }

    /// The server refused: the operator's turn again, at the field to be typed anew.
    pub fn refuse(&mut self, why: &Line) {
        self.error = Some(why.clone());
        self.progress = Progress::Editing;
        self.focus = match self.step {
            Step::Credentials | Step::FirstLogin => 1,
            Step::Gate { .. }
            | Step::Provider
            | Step::Browser(_)
            | Step::Code { .. }
            | Step::Recovery { .. }
            | Step::Enroll(_)
            | Step::RenewCodes
            | Step::RecoveryCodes(_) => 0,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::input::KeyCode;

    fn type_into(form: &mut Form, text: &str) {
        for character in text.chars() {
            assert_eq!(form.press(Key::from(character), None), Pressed::Taken);
        }
    }

    fn enter(form: &mut Form) -> Pressed {
        form.press(Key::from(KeyCode::Enter), Some(Action::Submit))
    }

    #[test]
    fn enter_goes_from_field_to_field_and_submits_at_the_last() {
        let mut form = Form::credentials("");
        type_into(&mut form, "ana@example.com");
        assert_eq!(enter(&mut form), Pressed::Taken);
        type_into(&mut form, "secret of mine");
        assert_eq!(enter(&mut form), Pressed::Submit);
        let Ok(SessionCall::SignIn(request)) = form.request() else {
            panic!("no sign-in")
        };
        assert_eq!(
            (request.email.as_str(), request.password.expose()),
            ("ana@example.com", "secret of mine")
        );
        assert_eq!(form.text(1), "", "the password does not stay in the form");
    }

    #[test]
    fn s003_06_back_to_app_is_a_link_with_a_letter() {
        let mut form = Form::gate(None);
        type_into(&mut form, "b");
        form.press(Key::from(KeyCode::Tab), Some(Action::Complete));
        assert_eq!(
            form.press(Key::from('b'), None),
            Pressed::Follow(Link::BackToApp)
        );
    }

    #[test]
    fn a_code_has_six_digits_in_any_grouping() {
        let mut form = Form::code(Secret::new("challenge".to_owned()));
        type_into(&mut form, "123 45");
        assert_eq!(form.request().unwrap_err(), "The code has 6 digits.");
        type_into(&mut form, "6");
        let Ok(SessionCall::VerifyMfa(request)) = form.request() else {
            panic!("no code")
        };
        assert_eq!(request.mfa_code.unwrap().expose(), "123456");
        assert_eq!(request.token.expose(), "challenge");
    }

    #[test]
    fn a_first_password_is_long_enough_and_typed_twice() {
        let mut form = Form::first_login();
        type_into(&mut form, "token");
        for (first, second, wanted) in [
            (
                "short",
                "short",
                Err("Choose a password of 12 characters or more."),
            ),
            (
                "long enough pw",
                "long enough pq",
                Err("The two passwords differ; type the second one again."),
            ),
            ("long enough pw", "long enough pw", Ok(())),
        ] {
            form.secret(1);
            form.secret(2);
            form.focus = 1;
            type_into(&mut form, first);
            form.focus = 2;
            type_into(&mut form, second);
            assert_eq!(form.request().map(|_| ()), wanted);
        }
    }
}
