//! `:readonly`: the operator lays their hands down, and takes them up again.

use crate::app::message::Severity;
use crate::app::model::Model;
use crate::app::options::AccessMode;
use crate::app::sending;

/// Denies writing or allows it again; what the configuration denies stays denied.
pub(super) fn set(model: &mut Model, access: AccessMode) {
    if (access, model.options.access) == (AccessMode::ReadWrite, AccessMode::ReadOnly) {
        let text = "Read-only by the configuration or `--readonly`: it stays so";
        return model.toast(Severity::Warn, text);
    }
    model.access = access;
    match access {
        AccessMode::ReadWrite => model.toast(Severity::Info, "Writing is allowed again"),
        AccessMode::ReadOnly => {
            sending::stop(model);
            let text = "Read-only: nothing is written until `:readonly off`";
            model.toast(Severity::Info, text);
        }
    }
}
