//! The steps that are answered by typing exactly what is at stake: a count, or a name.

use super::{Answer, Confirm};
use crate::app::input::Key;
use crate::app::keymap::Action;

impl Confirm {
    pub(super) fn type_count(&mut self, key: Key, action: Option<Action>) -> Answer {
        let is_other_letter = key.typed().is_some_and(|typed| !typed.is_ascii_digit());
        if is_other_letter || action.is_some() {
            return self.scroll_or_decline(action);
        }
        if let Some(field) = self.field_mut() {
            field.edit(key);
        }
        Answer::Asking
    }

    pub(super) fn submit_count(&mut self) -> Answer {
        let count = self.draft.targets.len();
        let verb = self.draft.verb();
        self.accept_if_typed(&count.to_string(), &format!("Type {count} to {verb} them."))
    }

    pub(super) fn type_phrase(&mut self, key: Key, action: Option<Action>) -> Answer {
        match action {
            Some(Action::Abandon) => return Answer::Declined,
            Some(Action::Submit) => {
                let (phrase, verb) = (self.draft.phrase(), self.draft.verb());
                return self.accept_if_typed(&phrase, &format!("Type it exactly to {verb} it."));
            }
            Some(_) | None => {
                if let Some(field) = self.field_mut() {
                    field.edit(key);
                }
            }
        }
        Answer::Asking
    }

    fn accept_if_typed(&mut self, phrase: &str, error: &str) -> Answer {
        if self
            .field_mut()
            .is_some_and(|field| field.value() == phrase)
        {
            return self.accepted();
        }
        self.wrong(error)
    }
}
