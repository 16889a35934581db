//! The words of a question, in the operator's editor.

use quarterdeck_api::reasons::FreeText;

use super::{Answer, Confirm, LIST_ALONE, Step, free_text, free_text_field};

impl Confirm {
    /// Lends the words to the editor, where own words are taken.
    pub(super) fn write_in_editor(&mut self) -> Answer {
        match (&self.step, self.free_text()) {
            (Step::Reason, FreeText::Forbidden) => return self.wrong(LIST_ALONE),
            (Step::Reason, FreeText::Allowed | FreeText::Required) => {
                self.step = free_text(&self.draft);
            }
            (
                Step::Choice
                | Step::Pick(_)
                | Step::Fill(_)
                | Step::FreeText(_)
                | Step::Confirm
                | Step::Count(_)
                | Step::Phrase(_)
                | Step::Code(_),
                _,
            ) => {}
        }
        let text = self
            .field_mut()
            .map(|field| field.lent().map(str::to_owned));
        match text {
            Some(Ok(text)) => Answer::Written(text),
            Some(Err(refused)) => self.wrong(&refused.to_string()),
            None => Answer::Asking,
        }
    }

    /// Takes what the editor wrote, where words are asked for; says whether they are.
    pub fn take_written(&mut self, text: &str) -> bool {
        let Step::FreeText(field) = &mut self.step else {
            return false;
        };
        *field = free_text_field(&self.draft).holding(text);
        true
    }
}
