//! The checks of the gate by name, so that a test can leave one out and see that somebody notices.
//!
//! A release build makes every check: there [`Checks`] has no room for another answer, which the assertion
//! below holds. `authorization::sabotage` in the tests calls [`Checks::without`]; nothing else may.

use super::Refusal;

/// One check between a request and its operation, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Check {
    /// The budget of calls of an address and of a credential.
    Throttle,
    /// A write under a cookie comes from our own pages.
    Origin,
    /// An API key opens nothing here.
    ApiKey,
    /// A credential came, in the one form that there is.
    Credential,
    /// Somebody was given the token.
    Token,
    /// Its session was not revoked.
    Session,
    /// Its account is not banned, suspended or deleted.
    Account,
    /// Its time is not up.
    Expiry,
    /// The caller's own budget for operations of this group.
    GroupBudget,
    /// The caller may enter the admin surface.
    PlatformAdmin,
    /// The session has passed a second factor.
    SecondFactor,
    /// The caller holds a permission that opens the operation.
    Permission,
    /// The caller is a super-admin.
    SuperAdmin,
    /// The request's one-time code is used up.
    OneTimeCode,
}

impl Check {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::Throttle,
        Self::Origin,
        Self::ApiKey,
        Self::Credential,
        Self::Token,
        Self::Session,
        Self::Account,
        Self::Expiry,
        Self::GroupBudget,
        Self::PlatformAdmin,
        Self::SecondFactor,
        Self::Permission,
        Self::SuperAdmin,
        Self::OneTimeCode,
    ];
}

/// Which checks are made: all of them, but for a test's debug build.
#[derive(Clone, Copy, Debug, Default)]
pub struct Checks {
    #[cfg(debug_assertions)]
    left_out: Option<Check>,
}

const _: () = assert!(
    cfg!(debug_assertions) || size_of::<Checks>() == 0,
    "a release build cannot be told to leave a check out"
);

impl Checks {
    /// All but one. There is no such thing in a release build.
    #[cfg(debug_assertions)]
    pub const fn without(check: Check) -> Self {
        Self {
            left_out: Some(check),
        }
    }

    /// Whether this check is made.
    #[cfg(debug_assertions)]
    pub fn make(self, check: Check) -> bool {
        self.left_out != Some(check)
    }

    /// Whether this check is made: always.
    #[cfg(not(debug_assertions))]
    pub const fn make(self, _: Check) -> bool {
        true
    }

    /// Refuses who did not pass this check; where it is left out, they go on as nobody.
    ///
    /// # Errors
    /// The refusal.
    pub fn refuse<T>(
        self,
        check: Check,
        refusal: impl FnOnce() -> Refusal,
    ) -> Result<Option<T>, Refusal> {
        if self.make(check) {
            Err(refusal())
        } else {
            Ok(None)
        }
    }
}
