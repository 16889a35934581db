//! What each form is for, and what it says of itself.

use quarterdeck_api::sessions::{DeviceSignIn, EnrollReply, RecoveryCodes, Secret};
use quarterdeck_api::text::Line;

/// What a form is for.
#[derive(Clone, Debug)]
pub enum Step {
    /// The password in front of sign-in.
    Gate {
        /// Where "back to app" leads.
        app_url: Option<Line>,
    },
    /// E-mail and password.
    Credentials,
    /// The ways of the OpenID provider.
    Provider,
    /// A sign-in that goes on in a browser.
    Browser(DeviceSignIn),
    /// The code of the second factor.
    Code {
        /// Names the sign-in.
        challenge: Secret,
    },
    /// A recovery code in its place.
    Recovery {
        /// Names the sign-in.
        challenge: Secret,
    },
    /// The first password, with the token from the mail.
    FirstLogin,
    /// The second factor.
    Enroll(EnrollReply),
    /// The one-time code that new recovery codes take.
    RenewCodes,
    /// New recovery codes, shown once.
    RecoveryCodes(RecoveryCodes),
}

impl Step {
    /// What its form is.
    pub const fn title(&self) -> &'static str {
        match self {
            Self::Gate { .. } => "This console is behind a gate",
            Self::Credentials => "Sign in",
            Self::Provider => "Sign in by the provider of your organization",
            Self::Browser(_) => "Sign in in a browser",
            Self::Code { .. } => "One-time code",
            Self::Recovery { .. } => "Recovery code",
            Self::FirstLogin => "First login",
            Self::Enroll(_) => "Set up your second factor",
            Self::RenewCodes => "New recovery codes",
            Self::RecoveryCodes(_) => "Your recovery codes",
        }
    }

    /// Whether the authenticator's code is typed into it.
    pub const fn takes_one_time_code(&self) -> bool {
        match self {
            Self::Code { .. } | Self::Enroll(_) | Self::RenewCodes => true,
            Self::Gate { .. }
            | Self::Credentials
            | Self::Provider
            | Self::Browser(_)
            | Self::Recovery { .. }
            | Self::FirstLogin
            | Self::RecoveryCodes(_) => false,
        }
    }

    /// Whether its answer holds recovery codes.
    pub const fn gives_codes(&self) -> bool {
        match self {
            Self::Enroll(_) | Self::RenewCodes => true,
            Self::Gate { .. }
            | Self::Credentials
            | Self::Provider
            | Self::Browser(_)
            | Self::Code { .. }
            | Self::Recovery { .. }
            | Self::FirstLogin
            | Self::RecoveryCodes(_) => false,
        }
    }

    /// What is typed into it.
    pub const fn help(&self) -> &'static str {
        match self {
            Self::Gate { .. } => "It has one password for everybody who may see the sign-in form.",
            Self::Credentials => "With your e-mail and password; the code comes next.",
            Self::Provider => {
                "In a browser on any device: this console shows an address and a code. Or with an ID token that you have."
            }
            Self::Browser(_) => {
                "Open the address on any device, sign in, and see that it shows this code. This console goes on by itself."
            }
            Self::Code { .. } => {
                "The 6 digits that your authenticator shows now. A code works once."
            }
            Self::Recovery { .. } => {
                "One of the list that you saved when you set up your second factor. Each works once, and signs in alone: what takes a code later takes the authenticator's."
            }
            Self::FirstLogin => {
                "Paste the token from the mail and choose a password: 12 characters or more, hard to guess. The second factor comes next."
            }
            Self::Enroll(_) => {
                "Scan the code with an authenticator, or type the secret into it. Then type the 6 digits it shows."
            }
            Self::RenewCodes => {
                "Ten new ones, in place of all from before. Type the 6 digits that your authenticator shows now."
            }
            Self::RecoveryCodes(_) => {
                "Each signs you in once where your authenticator is lost. They are shown now and never again."
            }
        }
    }
}
