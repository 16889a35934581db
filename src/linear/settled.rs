//! Whether all that was asked for has come, so that the next line is about what was said.

use crate::app::loading;
use crate::app::message::Slot;
use crate::app::model::Model;
use crate::app::tab::Tab;
use crate::app::verification::Asker;

/// Whether nothing is under way that the operator waits for; steps of sign-in aside, which the model does
/// not count.
pub fn is_settled(model: &Model) -> bool {
    let of_tab = |tab: &Tab| [Slot::List(*tab), Slot::Detail(*tab), Slot::All(*tab)];
    let general = [
        Slot::Me,
        Slot::Gate,
        Slot::Reasons,
        Slot::Filters,
        Slot::Journal,
        Slot::Doctor,
        Slot::Health,
        Slot::Fate,
    ];
    let mut slots = Tab::ALL.iter().flat_map(of_tab).chain(general);
    let is_loading = slots.any(|slot| model.is_loading(slot));
    let is_verifying =
        model.is_loading(Slot::Verify) && model.verification.asker() == Some(Asker::Operator);
    let is_writing = model.writes.in_flight() > 0;
    // A row that has come by itself is not acted on at once: here it is said first.
    let is_new = loading::just_came(model).is_some();
    !(is_loading || is_verifying || is_writing || is_new)
}
