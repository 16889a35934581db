//! Text from outside, made safe to draw (console.md §4.11, security.md §2, threats 1-3).
//!
//! Names, e-mails, reasons and notes are written by strangers, and a terminal obeys what it is sent.
//! So every piece of text in this contract is a [`Line`] or a [`Body`], whose decoding sanitizes:
//! what the console received is clean before anything behind the decoder can forget. Views take these
//! types and never a `String`. How the text is cleaned is `sanitize`'s business; this module knows
//! nothing of widgets. What hashes are taken over stays as it is stored and goes into files alone
//! ([`crate::audit::write_line`]).

mod sanitize;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};
use unicode_security::mixed_script::AugmentedScriptSet;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

pub(crate) use sanitize::is_unseen;

/// How a body begins that held characters which reorder what stands around them.
const RTL_TAG: &str = "[rtl] ";

macro_rules! text {
    ($(#[$meta:meta])* $name:ident, $sanitize:path) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Sanitizes; sanitizing twice changes nothing more.
            pub fn new(text: &str) -> Self {
                Self($sanitize(text))
            }

            /// Keeps the text untouched, for the server, which sends what it stores.
            ///
            /// The console must never call this: it would carry a stranger's control characters to
            /// an operator's terminal. `tests/architecture.rs` refuses it there.
            pub const fn verbatim(text: String) -> Self {
                Self(text)
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                <Cow<'de, str>>::deserialize(deserializer).map(|text| Self::new(&text))
            }
        }

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new().schema_type(Type::String).into()
            }
        }

        impl ToSchema for $name {}
    };
}

text! {
    /// Text of a single line: a name, an id, an e-mail, a reason.
    ///
    /// At most 512 graphemes. A character that would be obeyed is drawn as U+FFFD, one that would be
    /// drawn as nothing as `<202E>`: taking either out would let `ad<200B>min` pass for `admin`.
    Line, sanitize::line
}

text! {
    /// Text of several lines: a report, a note, a log line.
    ///
    /// At most 64 KiB. Of control characters only the line feed survives; what would be drawn as
    /// nothing is taken out, since prose in many scripts is full of it.
    Body, sanitize::body
}

impl Line {
    /// Whether scripts are mixed as nobody writes them, such as Cyrillic among Latin letters.
    ///
    /// Latin beside Chinese, Japanese or Korean is how those are written and does not count: the
    /// "highly restrictive" level of Unicode Technical Standard 39.
    pub fn is_mixed_script(&self) -> bool {
        let latin = AugmentedScriptSet::for_char('a');
        // Most names need no table: the first Latin blocks, and of ASCII what belongs to every script.
        let scripts_of = |c: char| match c {
            'A'..='Z' | 'a'..='z' | 'À'..='Ö' | 'Ø'..='ö' | 'ø'..='ɏ' => latin,
            '\0'..='\x7f' => AugmentedScriptSet::default(),
            _ => AugmentedScriptSet::for_char(c),
        };
        let mut all = AugmentedScriptSet::default();
        let mut others = AugmentedScriptSet::default();
        for script in self.0.chars().map(scripts_of) {
            all.intersect_with(script);
            if script != latin {
                others.intersect_with(script);
            }
        }
        let east_asian = others.hanb || others.jpan || others.kore;
        all.is_empty() && !east_asian
    }

    /// Whether it could pass for plain ASCII and is not: all letters and digits look like ASCII
    /// ones, and some are not. A hint, no verdict: a short word of another script may do so honestly.
    pub fn is_confusable(&self) -> bool {
        let word: String = self.0.chars().filter(|c| c.is_alphanumeric()).collect();
        !word.is_ascii() && unicode_security::skeleton(&word).all(|c| c.is_ascii())
    }
}

impl Body {
    /// Whether characters were taken out that reorder what stands around them.
    pub fn is_rtl_tagged(&self) -> bool {
        self.0.starts_with(RTL_TAG)
    }

    /// The lines, without their ends.
    pub fn lines(&self) -> std::str::Lines<'_> {
        self.0.lines()
    }
}
