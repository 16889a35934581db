//! The step that asks who asks: a one-time code, handed on and never kept.

use chrono::{DateTime, Utc};
use quarterdeck_api::problem::Code;

use super::{Accepted, Answer, CODE_DIGITS, Confirm};
use crate::app::input::Key;
use crate::app::keymap::Action;
use crate::app::message::Failure;
use crate::app::one_time_code::next_code;

/// What was wrong with the one-time code, where that is why nothing happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused {
    pub(super) why: &'static str,
    /// When the code comes that is to be waited for.
    pub(super) next_code_at: Option<DateTime<Utc>>,
}

impl Refused {
    /// Whether a call that failed now was refused for its code.
    pub fn of(failure: &Failure, now: DateTime<Utc>) -> Option<Self> {
        let Failure::Problem(problem) = failure else {
            return None;
        };
        let (why, next_code_at) = match problem.code.known() {
            Some(Code::OtpRequired) => ("A one-time code is needed.", None),
            Some(Code::OtpInvalid) => ("That code is wrong. Nothing changed.", None),
            Some(Code::OtpReplayed) => (
                "That code was used. Wait for the next one.",
                Some(next_code(now)),
            ),
            Some(_) | None => return None,
        };
        Some(Self { why, next_code_at })
    }
}

impl Confirm {
    /// When the code comes that is waited for.
    pub const fn next_code_at(&self) -> Option<DateTime<Utc>> {
        self.next_code_at
    }

    /// Nobody is told to wait for a code that is there.
    pub fn end_wait(&mut self, now: DateTime<Utc>) {
        if self.next_code_at.is_some_and(|at| at <= now) {
            self.next_code_at = None;
            self.error = None;
        }
    }

    pub(super) fn type_code(&mut self, key: Key, action: Option<Action>) -> Answer {
        match action {
            Some(Action::Abandon) => return Answer::Declined,
            Some(Action::Submit) => return self.submit_code(),
            Some(_) | None => {
                if let Some(field) = self.field_mut() {
                    field.edit(key);
                }
            }
        }
        Answer::Asking
    }

    fn submit_code(&mut self) -> Answer {
        let field = self.field_mut();
        let Some(field) = field.filter(|field| field.value().len() == CODE_DIGITS) else {
            return self.wrong(&format!("A code has {CODE_DIGITS} digits."));
        };
        let code = Some(field.take_secret());
        Answer::Accepted(Box::new(Accepted {
            draft: self.draft.clone(),
            code,
            key: self.key.clone(),
        }))
    }
}
