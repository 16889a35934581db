//! The reason of a command: a code of the server's list, words, or both.

use quarterdeck_api::applications::REASON_LENGTH;
use quarterdeck_api::call::AnyCall;
use quarterdeck_api::notes::NOTE_LENGTH;
use quarterdeck_api::operation::Nothing;
use quarterdeck_api::reasons::{FreeText, ListReasons, ReasonList};
use quarterdeck_api::suggest::suggestion;

use super::commands::{ActArguments, Deed};
use super::exit::{Exit, Stopped};
use super::remote::{Remote, misunderstood};
use crate::app::reasons::Reasons;
use crate::screens::verb::Why;

/// The reason that the command line gives, by the lists of the server.
pub async fn why(remote: &Remote, deed: Deed, arguments: &ActArguments) -> Result<Why, Stopped> {
    if let Some(email) = &arguments.email {
        return Ok(Why::in_words(email.trim().to_owned()));
    }
    if let Some(text) = &arguments.text {
        return Ok(Why::in_words(note(text)?));
    }
    if arguments.reason.is_none() && arguments.note.is_none() {
        return Ok(Why::default());
    }
    let reasons = lists(remote).await?;
    let given = Given {
        reason: arguments.reason.as_deref().map(str::trim),
        note: arguments.note.as_deref().map(str::trim),
    };
    given.why(&reasons, deed)
}

/// A note that the server would take.
fn note(text: &str) -> Result<String, Stopped> {
    let text = text.trim();
    if NOTE_LENGTH.contains(&text.chars().count()) {
        return Ok(text.to_owned());
    }
    let (least, most) = NOTE_LENGTH.into_inner();
    let why = format!("a note has {least} to {most} characters");
    Err(Stopped::usage(&why))
}

/// The lists of the server; the built-in ones where it is an older one, which has none.
async fn lists(remote: &Remote) -> Result<Reasons, Stopped> {
    remote.require_session()?;
    let call = AnyCall::query::<ListReasons>(Nothing {});
    match remote.ask(&call).await {
        Ok(reply) => reply
            .take::<ListReasons>()
            .map(Reasons::served)
            .ok_or_else(|| misunderstood("the reasons")),
        Err(failed) if Exit::of(&failed.why) == Exit::NotFound => Ok(Reasons::built_in()),
        Err(failed) => Err(failed.into()),
    }
}

/// What the flags say.
#[derive(Clone, Copy, Debug)]
struct Given<'a> {
    reason: Option<&'a str>,
    note: Option<&'a str>,
}

impl Given<'_> {
    fn why(self, reasons: &Reasons, deed: Deed) -> Result<Why, Stopped> {
        let list = reasons.of(deed.tab, deed.word());
        let coded = self.reason.and_then(|reason| list?.coded(reason));
        let why = match (coded, self.reason, self.note) {
            (Some(reason), _, note) => {
                let sent = reasons.why(reason);
                match (sent.code.is_some(), sent.words, note) {
                    // To a server without codes the label says what the code would.
                    (false, Some(label), Some(note)) => Why::in_words(format!("{label}: {note}")),
                    (_, words, note) => Why {
                        words: note.map(str::to_owned).or(words),
                        code: sent.code,
                    },
                }
            }
            (None, Some(reason), None) => words_of_ones_own(reason, list, deed)?,
            (None, Some(reason), Some(_)) => return Err(no_code(reason, list, deed)),
            (None, None, note) => Why {
                words: note.map(str::to_owned),
                code: None,
            },
        };
        check(why, list, deed)
    }
}

/// A word that is nearly a code is a code that was misspelled.
fn words_of_ones_own(words: &str, list: Option<&ReasonList>, deed: Deed) -> Result<Why, Stopped> {
    let near = suggestion(words, codes(list).into_iter());
    if near.is_empty() || words.contains(' ') {
        return Ok(Why::in_words(words.to_owned()));
    }
    let name = deed.name();
    let why = format!("`{words}` is no reason of `{name}`{near} Words of your own go with --note");
    Err(Stopped::usage(&why))
}

fn no_code(reason: &str, list: Option<&ReasonList>, deed: Deed) -> Stopped {
    let known = match codes(list).as_slice() {
        [] => "it has none".to_owned(),
        codes => format!("they are {}", codes.join(", ")),
    };
    let name = deed.name();
    let why = format!("beside --note, --reason is a code of `{name}`, not `{reason}`; {known}");
    Stopped::usage(&why)
}

fn codes(list: Option<&ReasonList>) -> Vec<&str> {
    let reasons = list.map(|list| list.reasons.as_slice()).unwrap_or_default();
    reasons.iter().map(|reason| reason.code.as_str()).collect()
}

/// What the server would refuse.
fn check(why: Why, list: Option<&ReasonList>, deed: Deed) -> Result<Why, Stopped> {
    let free_text = list.map_or(FreeText::Allowed, ReasonList::free_text);
    let name = deed.name();
    match (&why.words, free_text) {
        (Some(_), FreeText::Forbidden) => {
            let codes = codes(list).join(", ");
            let why = format!("`{name}` takes no words of your own; --reason is one of {codes}");
            Err(Stopped::usage(&why))
        }
        (None, FreeText::Required) => {
            let why = format!("`{name}` takes a --note beside the code");
            Err(Stopped::usage(&why))
        }
        (Some(words), FreeText::Allowed | FreeText::Required) => {
            check_length(words)?;
            Ok(why)
        }
        (None, FreeText::Allowed | FreeText::Forbidden) => Ok(why),
    }
}

fn check_length(words: &str) -> Result<(), Stopped> {
    if REASON_LENGTH.contains(&words.chars().count()) {
        return Ok(());
    }
    let (least, most) = REASON_LENGTH.into_inner();
    let why = format!("a --reason or --note has {least} to {most} characters");
    Err(Stopped::usage(&why))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::commands::deeds;
    use quarterdeck_api::reasons;

    fn why(
        free_text: FreeText,
        reason: Option<&str>,
        note: Option<&str>,
    ) -> Result<(Option<String>, Option<String>), String> {
        let mut lists = reasons::Reasons::built_in();
        for list in &mut lists.lists {
            list.free_text = free_text.into();
        }
        on(&Reasons::served(lists), reason, note)
    }

    fn on(
        reasons: &Reasons,
        reason: Option<&str>,
        note: Option<&str>,
    ) -> Result<(Option<String>, Option<String>), String> {
        let deed = deeds().into_iter().find(|deed| deed.name() == "reject");
        let given = Given { reason, note };
        given
            .why(reasons, deed.unwrap())
            .map(|why| (why.code, why.words))
            .map_err(|stopped| stopped.message.to_string())
    }

    #[test]
    fn a_reason_is_a_code_or_words_and_a_note_is_words() {
        use FreeText::{Allowed, Forbidden, Required};
        let sent = |code: Option<&str>, words: Option<&str>| {
            Ok((code.map(str::to_owned), words.map(str::to_owned)))
        };
        let refused = |text: &str| Err(text.to_owned());
        let rows = [
            (Allowed, Some("spam"), None, sent(Some("spam"), None)),
            (
                Allowed,
                Some("spam"),
                Some("third time"),
                sent(Some("spam"), Some("third time")),
            ),
            (
                Allowed,
                Some("spam wave"),
                None,
                sent(None, Some("spam wave")),
            ),
            (Allowed, None, Some("spam"), sent(None, Some("spam"))),
            (Allowed, None, None, sent(None, None)),
            (
                Allowed,
                Some("spma"),
                None,
                refused(
                    "`spma` is no reason of `reject`; did you mean `spam`? Words of your own go with --note",
                ),
            ),
            (
                Allowed,
                Some("spam wave"),
                Some("third time"),
                refused(
                    "beside --note, --reason is a code of `reject`, not `spam wave`; they are incomplete, \
                     criteria, duplicate, spam, identity, region",
                ),
            ),
            (
                Allowed,
                Some("no"),
                None,
                refused("a --reason or --note has 3 to 500 characters"),
            ),
            (Forbidden, Some("spam"), None, sent(Some("spam"), None)),
            (
                Forbidden,
                None,
                Some("third time"),
                refused(
                    "`reject` takes no words of your own; --reason is one of incomplete, criteria, \
                     duplicate, spam, identity, region",
                ),
            ),
            (
                Required,
                Some("spam"),
                None,
                refused("`reject` takes a --note beside the code"),
            ),
            (
                Required,
                Some("spam"),
                Some("third time"),
                sent(Some("spam"), Some("third time")),
            ),
        ];
        for (free_text, reason, note, expected) in rows {
            let found = why(free_text, reason, note);
            assert_eq!(found, expected, "{free_text} {reason:?} {note:?}");
        }
    }

    #[test]
    fn to_a_server_without_lists_a_code_is_said_in_words() {
        let words = |reason, note| on(&Reasons::built_in(), reason, note).unwrap();
        let label = "Spam or automated";
        assert_eq!(words(Some("spam"), None), (None, Some(label.to_owned())));
        let both = words(Some("spam"), Some("third time"));
        assert_eq!(both, (None, Some(format!("{label}: third time"))));
    }
}
