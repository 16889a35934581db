//! The console in lines, for screen readers, dumb terminals and logs: what a typed line means, and what is
//! said of the model.
//!
//! A second face of the same reducer, pure like `view`: a line becomes the keys that do the same on the
//! screen, so that classes, confirmations, frozen ids, pending rows and outcomes are the same code.
//! `runtime` calls it between a line and the next prompt. Must not know the network, files or the terminal.
//!
//! - `conversation`: what was said, as far as it matters for what is said next
//! - `command` (with `vocabulary`), `answer`, `form`: what a line means at work, to a question, and before sign-in
//! - `place`, `question`, `confirm`, `help`, `news`: what is said
//! - `reading`: what is too long to be said at once

mod answer;
mod command;
mod confirm;
mod conversation;
mod form;
mod help;
mod news;
mod picks;
mod place;
mod press;
mod prompt;
mod question;
mod reading;
mod settled;
mod vocabulary;

use crate::app::model::{Model, Session};
use crate::app::overlay::Overlay;
use place::Place;

pub use conversation::Conversation;
pub use press::{Press, Request, To};
pub use prompt::Prompt;
pub use settled::is_settled;

impl Conversation {
    /// What a line means now.
    pub fn hear(&mut self, model: &Model, line: &str) -> Request {
        self.answers = None;
        self.sought = None;
        if !line.is_empty() {
            self.reading.clear();
        }
        match (&model.overlay, &model.session) {
            (Some(overlay), _) => answer::hear(self, model, overlay, line),
            (None, Session::Active) => command::hear(self, model, line),
            (None, Session::SigningIn(form)) => form::hear(self, form, line),
            (
                None,
                Session::Connecting | Session::Unreachable { .. } | Session::NotAdmin { .. },
            ) => form::hear_outside(self, model, line),
        }
    }

    /// What is to be pressed next, of itself, once what was pressed has settled.
    pub fn follow(&mut self, model: &Model) -> Option<Request> {
        if let Some(overlay) = &model.overlay {
            return self.follow_overlay(model, overlay);
        }
        // Why nothing was asked may be said already.
        if let Some(left) = self.answers.take().filter(|_| self.said.is_empty()) {
            self.fault(&format!("nothing asks for `{left}`"));
        }
        let is_in_detail = matches!(model.session, Session::Active) && model.is_in_detail();
        is_in_detail.then(|| self.follow_detail(model))
    }

    /// What is only to be read is said and closed; to a question goes what was typed for it.
    fn follow_overlay(&mut self, model: &Model, overlay: &Overlay) -> Option<Request> {
        let question = question::of(model, overlay);
        if question.prompt.is_none() {
            self.reading.begin(question.lines);
            return Some(Request::Press(press::escape()));
        }
        let answers = self.answers.take()?;
        answer::hear_behind(self, model, overlay, &answers)
    }

    /// The detail is loaded to its end, read, and left again, so that a verb is about what is marked.
    fn follow_detail(&mut self, model: &Model) -> Request {
        let told = place::detail(model);
        if self.detail_lines.is_none_or(|before| before < told.len()) {
            self.detail_lines = Some(told.len());
            return Request::Press(press::to_the_end(model));
        }
        self.detail_lines = None;
        self.reading.begin(match self.sought.take() {
            Some(sought) => place::found(&told, &sought),
            None => told,
        });
        Request::Press(press::back(model))
    }

    /// What is to be said before the next prompt.
    pub fn speak(&mut self, model: &Model) -> Vec<String> {
        let mut lines = std::mem::take(&mut self.said);
        lines.extend(self.news.take(model));
        lines.extend(self.reading.part());
        let (asked, wrong) = match (&model.overlay, &model.session) {
            (Some(overlay), _) => {
                let question = question::of(model, overlay);
                (question.lines, question.wrong)
            }
            (None, Session::Active) => {
                self.question.clear();
                let listed = std::mem::take(&mut self.lists).then(|| place::list(model));
                lines.extend(listed.unwrap_or_default());
                lines.extend(self.tell_place(model));
                lines.extend(place::second_keys(model));
                return lines;
            }
            (None, session) => {
                self.place = None;
                form::words(model, session)
            }
        };
        let is_said = lines.iter().any(|line| line.starts_with("error: "));
        let wrong = wrong.filter(|_| !is_said);
        lines.extend(wrong.map(|wrong| format!("error: {wrong}")));
        if asked != self.question {
            lines.extend(asked.iter().cloned());
            self.question = asked;
        }
        lines
    }

    /// The tab where it is another one, or shows something else; the row where it is another one.
    fn tell_place(&mut self, model: &Model) -> Vec<String> {
        let now = Place::of(model);
        let before = self.place.replace(now.clone());
        now.since(before.as_ref(), model)
    }

    /// What stands before the next line.
    pub fn prompt(&self, model: &Model) -> Prompt {
        match (&model.overlay, &model.session) {
            (Some(overlay), _) => question::of(model, overlay).prompt.unwrap_or_default(),
            (None, Session::Active) => place::prompt(model),
            (None, session) => form::prompt(session),
        }
    }
}
