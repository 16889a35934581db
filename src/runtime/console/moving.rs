//! Going on with the server of another profile: another model and other errands on the same terminal.

use std::io;

use super::{Console, opening};
use crate::app::model::Model;
use crate::app::one_time_code::next_code;
use crate::runtime::errands::Errands;
use crate::runtime::launch::Face;
use crate::runtime::pacing::Cause;
use crate::runtime::preparation::{Surface, prepare};
use crate::runtime::system;

impl Console {
    /// Moves to a profile, or stays and says why.
    pub(super) fn enter(&mut self, profile: &str) -> io::Result<()> {
        let Some(launch) = self.errands.elsewhere(Face::Screen, profile) else {
            return Ok(());
        };
        let surface = Surface {
            colors: self.colors,
            size: self.terminal.size()?,
        };
        let prepared = prepare(launch, surface);
        let now = system::now();
        let (sender, messages) = opening(&prepared, now);
        self.errands.leave();
        self.model = Model::succeeding(&self.model, prepared.options);
        self.errands = Errands::new(prepared.outside, sender);
        self.messages = messages;
        self.header_note = prepared.header_note;
        self.note_due = next_code(now);
        self.tick_due = None;
        self.theme_choice = prepared.theme_choice;
        self.terminal.repaint()?;
        self.pacing.want(Cause::Key);
        Ok(())
    }
}
