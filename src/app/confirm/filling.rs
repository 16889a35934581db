//! The step that fills a sheet in.

use super::{Answer, Confirm, Step};
use crate::app::input::Key;
use crate::app::keymap::Action;

impl Confirm {
    pub(super) fn fill_in(&mut self, key: Key, action: Option<Action>) -> Answer {
        let Step::Fill(filling) = &mut self.step else {
            return Answer::Asking;
        };
        match action {
            Some(Action::Abandon) => return Answer::Declined,
            Some(Action::Submit) => match filling.submit() {
                Ok(Some(filled)) => {
                    self.draft.answers.filled = Some(filled);
                    return self.proceed();
                }
                Ok(None) => {}
                Err(why) => self.error = Some(why),
            },
            Some(_) | None => filling.press(key, action),
        }
        Answer::Asking
    }
}
