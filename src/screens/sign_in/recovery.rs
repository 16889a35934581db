//! The forms of recovery codes: signing in with one, making new ones, and the list that is shown once.

use chrono::{DateTime, Utc};
use quarterdeck_api::problem::Code;
use quarterdeck_api::sessions::{RecoveryCodes, Secret, VerifyMfaRequest};
use quarterdeck_api::text::Line;

use super::{Form, Item, Link, Step};
use crate::app::download::Download;
use crate::app::explain::happened;
use crate::app::field::Field;
use crate::app::message::{Failure, SessionCall};

/// What is said to who would leave the list without a word.
pub const STILL_SHOWN: &str =
    "They are not shown again. Save them or write them down, then say that you have them.";

/// Longest that a code is typed, with whatever stands between its letters.
const CODE_LENGTH: usize = 40;

impl Form {
    /// A recovery code, in place of the authenticator's.
    pub fn recovery(challenge: Secret) -> Self {
        let items = vec![
            Item::Field {
                label: "Recovery code",
                field: Field::masked().at_most(CODE_LENGTH),
            },
            Item::Link {
                label: "Back to the one-time code",
                letter: 'c',
                link: Link::Code,
            },
        ];
        Self::new(Step::Recovery { challenge }, items)
    }

    /// The one-time code that new recovery codes take.
    pub fn renew_codes() -> Self {
        let items = vec![Item::Field {
            label: "Code",
            field: Field::masked().at_most(16),
        }];
        Self::new(Step::RenewCodes, items)
    }

    /// New recovery codes.
    pub fn recovery_codes(codes: RecoveryCodes) -> Self {
        let items = vec![
            Item::Link {
                label: "Save them to a file that only you can read",
                letter: 's',
                link: Link::SaveCodes,
            },
            Item::Link {
                label: "I have them",
                letter: 'y',
                link: Link::HaveCodes,
            },
        ];
        Self::new(Step::RecoveryCodes(codes), items)
    }

    pub(super) fn recovery_request(
        &mut self,
        challenge: Secret,
    ) -> Result<SessionCall, &'static str> {
        self.demand(0, "Type one of your recovery codes.")?;
        Ok(SessionCall::VerifyMfa(VerifyMfaRequest {
            token: challenge,
            mfa_code: None,
            recovery_code: Some(self.secret(0)),
        }))
    }
}

/// What a refusal means to a form of recovery codes, where that is more than to any other.
pub fn explain_refusal(step: &Step, why: &Failure) -> Option<String> {
    let is_wrong =
        matches!(why, Failure::Problem(problem) if problem.code.is(Code::MfaCodeInvalid));
    if is_wrong && matches!(step, Step::Recovery { .. }) {
        let text = "The recovery code is wrong or was used. Take another one of the list.";
        return Some(text.to_owned());
    }
    let may_be_made = why.is_outcome_unknown() && matches!(step, Step::RenewCodes);
    may_be_made.then(|| {
        let what = happened(why);
        format!("{what} The codes from before may be void: make new ones with the next code.")
    })
}

/// The codes of the form, one by one.
pub fn codes_of(form: &Form) -> Option<&RecoveryCodes> {
    match &form.step {
        Step::RecoveryCodes(codes) => Some(codes),
        Step::Gate { .. }
        | Step::Credentials
        | Step::Provider
        | Step::Browser(_)
        | Step::Code { .. }
        | Step::Recovery { .. }
        | Step::FirstLogin
        | Step::Enroll(_)
        | Step::RenewCodes => None,
    }
}

/// The file that they are kept in, a code a line.
pub fn file(codes: &RecoveryCodes, host: &Line) -> Download {
    let mut text = format!(
        "Recovery codes of Quarterdeck on {host}, made {}.\n\
         Each signs in once in place of the authenticator's code. Newer ones make these void.\n\n",
        written(codes.made_at)
    );
    for code in &codes.recovery_codes {
        text.push_str(code.expose());
        text.push('\n');
    }
    let name = format!(
        "recovery-codes-{}.txt",
        codes.made_at.format("%Y%m%dT%H%M%SZ")
    );
    let count = codes.recovery_codes.len();
    Download::new(&name, text.into_bytes()).holding(&format!("{count} recovery codes"))
}

fn written(at: DateTime<Utc>) -> impl std::fmt::Display {
    at.format("%Y-%m-%d %H:%M UTC")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::input::{Key, KeyCode};
    use crate::app::keymap::Action;
    use crate::screens::sign_in::Pressed;

    fn codes() -> RecoveryCodes {
        let code = |text: &str| Secret::new(text.to_owned());
        RecoveryCodes {
            made_at: DateTime::UNIX_EPOCH,
            recovery_codes: vec![code("abcd-efgh"), code("ijkl-mnop")],
        }
    }

    #[test]
    fn the_list_is_left_by_its_letter_whatever_has_the_focus() {
        for (keys, link) in [("s", Link::SaveCodes), ("y", Link::HaveCodes)] {
            let mut form = Form::recovery_codes(codes());
            let key = Key::from(keys.chars().next().unwrap());
            assert_eq!(form.press(key, None), Pressed::Follow(link));
        }
        let mut form = Form::recovery_codes(codes());
        assert_eq!(form.press(Key::from('x'), None), Pressed::Taken);
        let enter = Key::from(KeyCode::Enter);
        let followed = form.press(enter, Some(Action::Submit));
        assert_eq!(followed, Pressed::Follow(Link::SaveCodes));
    }

    #[test]
    fn the_file_has_a_code_a_line_and_says_what_they_are() {
        let file = file(&codes(), &Line::new("ops.example"));
        assert_eq!(file.name(), "recovery-codes-19700101T000000Z.txt");
        let text = String::from_utf8(file.contents().to_vec()).unwrap();
        assert!(text.starts_with(
            "Recovery codes of Quarterdeck on ops.example, made 1970-01-01 00:00 UTC.\n"
        ));
        assert!(text.ends_with("\n\nabcd-efgh\nijkl-mnop\n"), "{text}");
    }

    #[test]
    fn a_recovery_code_is_sent_as_it_was_typed_and_leaves_the_form() {
        let mut form = Form::recovery(Secret::new("challenge".to_owned()));
        assert_eq!(
            form.request().unwrap_err(),
            "Type one of your recovery codes."
        );
        for letter in "abcd efgh".chars() {
            form.press(Key::from(letter), None);
        }
        let Ok(SessionCall::VerifyMfa(request)) = form.request() else {
            panic!("no code")
        };
        assert_eq!(request.recovery_code.unwrap().expose(), "abcd efgh");
        assert!(request.mfa_code.is_none());
        assert_eq!(form.text(0), "", "the code does not stay in the form");
    }
}
