//! The forms of an OpenID provider: in a browser on any device, or by an ID token that is pasted.

use quarterdeck_api::sessions::{DevicePending, DeviceSignIn, GateView, OidcRequest, SignInWay};

use super::{Form, Item, Link, Step};
use crate::app::field::Field;
use crate::app::message::SessionCall;

/// Longest token that is pasted; a server takes none that is longer.
const TOKEN_LENGTH: usize = 16 * 1024;

/// How people sign in to the server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ways {
    /// By e-mail and password alone.
    #[default]
    Password,
    /// By those, or by its OpenID provider.
    Either,
    /// By the provider alone.
    Provider,
}

impl Ways {
    /// As the server says.
    pub fn of(gate: &GateView) -> Self {
        let offers = |way: SignInWay| gate.ways.iter().any(|offered| offered.is(way));
        match (offers(SignInWay::Oidc), offers(SignInWay::Password)) {
            (false, _) => Self::Password,
            (true, true) => Self::Either,
            (true, false) => Self::Provider,
        }
    }
}

impl Form {
    /// The form that sign-in begins with.
    pub fn way_in(ways: Ways, email: &str) -> Self {
        match ways {
            Ways::Password => Self::credentials(email),
            Ways::Either => {
                let mut form = Self::credentials(email);
                form.items.push(Item::Link {
                    label: "By the provider of your organization",
                    letter: 'o',
                    link: Link::Provider,
                });
                form
            }
            Ways::Provider => Self::provider(ways),
        }
    }

    /// The ways of the provider.
    pub fn provider(ways: Ways) -> Self {
        let mut items = vec![
            Item::Field {
                label: "ID token",
                field: Field::masked().at_most(TOKEN_LENGTH),
            },
            Item::Link {
                label: "In a browser, on any device",
                letter: 'b',
                link: Link::Browser,
            },
        ];
        if ways == Ways::Either {
            items.push(Item::Link {
                label: "With e-mail and password",
                letter: 's',
                link: Link::SignIn,
            });
        }
        Self {
            focus: 1,
            ..Self::new(Step::Provider, items)
        }
    }

    /// What is left to do in the browser.
    pub fn browser(flow: DeviceSignIn) -> Self {
        let items = vec![
            Item::Link {
                label: "Copy the address",
                letter: 'c',
                link: Link::CopyAddress,
            },
            Item::Link {
                label: "Another way",
                letter: 's',
                link: Link::SignIn,
            },
        ];
        Self::new(Step::Browser(flow), items)
    }

    /// Asks less often from now on, where the server says so.
    pub fn slow_down(&mut self, pending: DevicePending) {
        if let Step::Browser(flow) = &mut self.step {
            flow.interval = pending.interval;
            if let Some(device) = pending.device {
                flow.device = device;
            }
        }
    }

    pub(super) fn provider_request(&mut self) -> Result<SessionCall, &'static str> {
        self.demand(
            0,
            "Paste an ID token of the provider, or go by the browser.",
        )?;
        Ok(SessionCall::SignInByOidc(OidcRequest {
            id_token: self.secret(0),
        }))
    }
}

/// What is done in the browser, where the form waits for it.
pub fn browser_of(form: &Form) -> Option<&DeviceSignIn> {
    match &form.step {
        Step::Browser(flow) => Some(flow),
        Step::Gate { .. }
        | Step::Credentials
        | Step::Provider
        | Step::Code { .. }
        | Step::Recovery { .. }
        | Step::FirstLogin
        | Step::Enroll(_)
        | Step::RenewCodes
        | Step::RecoveryCodes(_) => None,
    }
}

/// The address that is opened: with the code in it where there is one.
pub fn address(flow: &DeviceSignIn) -> &str {
    let address = flow.verification_uri_complete.as_ref();
    address.unwrap_or(&flow.verification_uri).as_str()
}
