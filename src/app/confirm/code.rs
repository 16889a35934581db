//! The step that asks who asks: a one-time code, handed on and never kept.

use super::{Accepted, Answer, CODE_DIGITS, Confirm};
use crate::app::input::Key;
use crate::app::keymap::Action;

impl Confirm {
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
