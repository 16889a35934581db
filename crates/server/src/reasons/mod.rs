//! Reasons: what operators choose from where a decision takes one, and what of it is kept.
//!
//! The lists come with the configuration and are the same for as long as the server runs. Other rooms ask
//! what a request gives for a reason ([`Asked`]), and what the audit log says of it ([`noted`]).

mod rules;

use quarterdeck_api::reasons::{ListReasons, ReasonVerb, Reasons};

use crate::chain::Entry;
use crate::gate::{Answer, Call, Refusal};
pub use rules::{Given, Need};
use rules::{Objection, Words};

/// What the audit log calls the code of a reason.
const REASON_CODE: &str = "reason_code";

/// Lists the reasons of all verbs.
pub async fn list(call: Call<ListReasons>) -> Result<Answer<Reasons>, Refusal> {
    Ok(call.services.reasons.clone().into())
}

/// What a request gives for a reason, unchecked.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// Whose list; none where it has none and takes words alone.
    pub verb: Option<ReasonVerb>,
    /// The code, by its field.
    pub code: (&'static str, Option<&'a str>),
    /// The words, by theirs.
    pub words: (&'static str, Option<&'a str>),
    /// Whether there has to be one.
    pub need: Need,
}

impl<'a> Asked<'a> {
    /// What is kept of it.
    ///
    /// # Errors
    /// The field that is wrong, and what it must be instead.
    pub fn check(&self, reasons: &'a Reasons) -> Result<Given<'a>, Refusal> {
        let list = self.verb.and_then(|verb| reasons.of(verb));
        let words = self.words.1.map(Words::new);
        rules::check(list, self.code.1, words, self.need)
            .map_err(|objection| self.refusal(objection))
    }

    fn refusal(&self, objection: Objection) -> Refusal {
        let (code, words) = (self.code.0, self.words.0);
        let (field, problem) = match objection {
            Objection::NoList => (
                code,
                "there is no list of reasons for this; leave it out".to_owned(),
            ),
            Objection::UnknownCode { known } => (code, format!("must be one of {known}")),
            Objection::WordsForbidden { known } => (
                words,
                format!("takes no words of your own; leave it out and give {code}: {known}"),
            ),
            Objection::WordsMissing => (
                words,
                "has to say more than the code does, in 3 to 500 characters".to_owned(),
            ),
            Objection::WrongLength => (words, "must have 3 to 500 characters".to_owned()),
        };
        Refusal::invalid_field(field, problem)
    }
}

/// Audit rows with the code of the reason. The words are about a person: they stay with the decision.
pub fn noted(entries: Vec<Entry>, reason: Given<'_>) -> Vec<Entry> {
    let entries = entries.into_iter();
    entries.map(|entry| note(entry, reason)).collect()
}

/// The same of one.
pub fn note(entry: Entry, reason: Given<'_>) -> Entry {
    match reason.code {
        Some(code) => entry.detail(REASON_CODE, code),
        None => entry,
    }
}
