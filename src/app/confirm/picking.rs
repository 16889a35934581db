//! The steps that pick from a menu: one, and where another one follows from it, that.

use std::sync::Arc;

use super::{Answer, Confirm, Step};
use crate::app::draft::Draft;
use crate::app::input::Key;
use crate::app::keymap::Action;
use crate::screens::pick::Menu;

/// The menu that is to be picked from next, if any.
pub(super) fn due(draft: &Draft) -> Option<Arc<Menu>> {
    let menu = draft.prepared.menu()?;
    if draft.answers.picked.is_none() {
        return Some(Arc::clone(menu));
    }
    if draft.answers.picked_next.is_some() {
        return None;
    }
    draft.prepared.next_menu(&draft.given())
}

impl Confirm {
    pub(super) fn pick(&mut self, key: Key, action: Option<Action>) -> Answer {
        let Step::Pick(picker) = &mut self.step else {
            return Answer::Asking;
        };
        match action {
            Some(Action::Abandon) => return Answer::Declined,
            Some(Action::Submit) => match picker.picked() {
                Ok(places) => {
                    let answers = &mut self.draft.answers;
                    if answers.picked.is_none() {
                        answers.picked = Some(places);
                    } else {
                        answers.picked_next = Some(places);
                    }
                    return self.proceed();
                }
                Err(why) => self.error = Some(why),
            },
            Some(_) | None => picker.press(key, action),
        }
        Answer::Asking
    }
}
