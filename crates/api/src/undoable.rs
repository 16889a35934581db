//! Operations that can be taken back, found by what they leave in the audit log.

use crate::audit_code::AuditCode;
use crate::inverse::Inverse;
use crate::operation::Spec;
use crate::operations::{SPECS, spec};

/// An operation that can be taken back.
#[derive(Clone, Copy, Debug)]
pub struct Undoable {
    /// What was done.
    pub done: &'static Spec,
    /// What takes it back.
    pub inverse: Inverse,
}

impl Undoable {
    /// The operation that leaves such an audit row and can be taken back, if there is one.
    pub fn of_code(code: AuditCode) -> Option<Self> {
        SPECS.iter().find_map(|done| {
            let inverse = done.inverse?;
            inverse
                .undoes
                .contains(&code)
                .then_some(Self { done, inverse })
        })
    }

    /// The declaration of what takes it back.
    pub fn back(&self) -> Option<&'static Spec> {
        spec(self.inverse.operation)
    }

    /// The audit codes of what was done and of taking it back: a later row of one of them on the same
    /// object overtakes the act.
    pub fn codes(&self) -> Vec<AuditCode> {
        let back = self.back().map(|spec| spec.effect.audit_codes());
        let done = self.done.effect.audit_codes();
        done.iter()
            .chain(back.unwrap_or_default())
            .copied()
            .collect()
    }
}

/// Whether an operation takes back what another leaves: of what a call about several objects did, the call
/// about one takes back one.
pub fn takes_back(back: &Spec, done: &Spec) -> bool {
    let left = done.effect.audit_codes();
    let inverses = SPECS.iter().filter_map(|spec| spec.inverse);
    inverses
        .filter(|inverse| inverse.operation == back.id)
        .any(|inverse| inverse.undoes.iter().any(|code| left.contains(code)))
}
