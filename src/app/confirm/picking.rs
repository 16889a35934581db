//! The step that picks from a menu.

use super::{Answer, Confirm, Step};
use crate::app::input::Key;
use crate::app::keymap::Action;

impl Confirm {
    pub(super) fn pick(&mut self, key: Key, action: Option<Action>) -> Answer {
        let Step::Pick(picker) = &mut self.step else {
            return Answer::Asking;
        };
        match action {
            Some(Action::Abandon) => return Answer::Declined,
            Some(Action::Submit) => match picker.picked() {
                Ok(places) => {
                    self.draft.answers.picked = Some(places);
                    return self.proceed();
                }
                Err(why) => self.error = Some(why),
            },
            Some(_) | None => picker.press(key, action),
        }
        Answer::Asking
    }
}
