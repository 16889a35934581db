//! What stands before a write on the command line: the rules of console.md §4.6, answered by flags or
//! asked on the terminal. A one-time code is only ever typed there.

use quarterdeck_api::sessions::Secret;

use super::commands::{ActArguments, Deed, Ways, is_export};
use super::exit::{Exit, Stopped};
use super::prompt::Prompt;
use crate::app::confirm::{self, Hurdle};
use crate::app::draft::Draft;
use crate::screens::verb::{About, Asks};

/// Refuses flags that the verb does not take, and a reason that is missing.
pub fn check(deed: Deed, arguments: &ActArguments) -> Result<(), Stopped> {
    let name = deed.name();
    let refuse = |flag: &str| Err(Stopped::usage(&format!("`{name}` takes no {flag}")));
    let has = |ways| !deed.open_ways().is_empty() && deed.ways() == ways;
    for (given, ways) in [
        (&arguments.lasting, Ways::Spans),
        (&arguments.risk, Ways::Risks),
    ] {
        if given.is_some() && !has(ways) {
            return refuse(ways.flag());
        }
    }
    if !is_export(&deed) && arguments.output.is_some() {
        return refuse("--output");
    }
    if deed.words.about != About::AllShown && arguments.filter.is_some() {
        return refuse("--filter; give it ids, as from `list --json`");
    }
    if let Some(flag) = arguments.picks.unfit_for(deed.words.picks) {
        return refuse(flag);
    }
    if deed.words.about != About::New && arguments.picks.permissions.is_some() {
        return refuse("--permissions");
    }
    if !deed.words.is_filled_in && !arguments.field.is_empty() {
        return refuse("--field");
    }
    let is_given = arguments.reason.is_some() || arguments.note.is_some();
    if deed.words.asks != Asks::Address && arguments.email.is_some() {
        return refuse("--email");
    }
    match deed.words.asks {
        Asks::Address if arguments.email.is_none() => {
            Err(Stopped::usage(&format!("`{name}` takes an --email")))
        }
        Asks::Text if arguments.text.is_none() => {
            Err(Stopped::usage(&format!("`{name}` takes a --text")))
        }
        Asks::Nothing | Asks::Note | Asks::Reason | Asks::Address if arguments.text.is_some() => {
            refuse("--text")
        }
        Asks::Nothing | Asks::Text | Asks::Address if arguments.reason.is_some() => {
            refuse("--reason")
        }
        Asks::Nothing | Asks::Text | Asks::Address if arguments.note.is_some() => refuse("--note"),
        Asks::Reason if !is_given => Err(Stopped::usage(&format!("`{name}` takes a --reason"))),
        Asks::Nothing | Asks::Note | Asks::Reason | Asks::Text | Asks::Address => Ok(()),
    }
}

/// Asks whether to, as far as the flags do not say so.
pub fn ask(drafts: &[Draft], arguments: &ActArguments) -> Result<(), Stopped> {
    let Some(first) = drafts.first() else {
        return Ok(());
    };
    let count: usize = drafts.iter().map(Draft::count).sum();
    let targets: usize = drafts.iter().map(|draft| draft.targets.len()).sum();
    let is_claimed = drafts.iter().find(|draft| !draft.claimed.is_empty());
    let hurdle = confirm::hurdle(is_claimed.unwrap_or(first), targets);
    let phrase = match hurdle {
        Hurdle::None | Hurdle::Yes => None,
        Hurdle::Count => Some(count.to_string()),
        Hurdle::Phrase => Some(first.phrase()),
    };
    let is_free = hurdle == Hurdle::None;
    match (phrase, &arguments.confirm) {
        (None, Some(_)) if count != 1 => match_phrase(&count.to_string(), arguments),
        (Some(phrase), Some(_)) => match_phrase(&phrase, arguments),
        (Some(phrase), None) => match Prompt::open() {
            Some(prompt) => ask_phrase(prompt, drafts, count, &phrase),
            None => Err(needs_flag(first, count, &format!("--confirm '{phrase}'"))),
        },
        (None, None | Some(_)) if arguments.yes => Ok(()),
        (None, None | Some(_)) => match Prompt::open() {
            Some(_) if is_free => Ok(()),
            Some(prompt) => ask_yes(prompt, drafts, count),
            None => Err(needs_flag(first, count, "--yes")),
        },
    }
}

fn needs_flag(draft: &Draft, count: usize, flag: &str) -> Stopped {
    let noun = draft.noun.of(count);
    let why = format!(
        "to {} {count} {noun} without a terminal, give {flag}",
        draft.deed()
    );
    Stopped::usage(&why)
}

fn match_phrase(phrase: &str, arguments: &ActArguments) -> Result<(), Stopped> {
    if arguments.confirm.as_deref() == Some(phrase) {
        return Ok(());
    }
    let why = format!("--confirm does not say `{phrase}`; nothing was sent");
    Err(Stopped::new(Exit::Refused, &why))
}

fn declined() -> Stopped {
    Stopped::new(Exit::Refused, "not confirmed; nothing was sent")
}

/// What is going to be done, in the words of the console's dialog.
pub fn question(drafts: &[Draft], count: usize) -> String {
    match drafts {
        [one] => one.question(),
        _ => drafts.first().map_or_else(String::new, |draft| {
            format!("{} {count} {}?", draft.verb(), draft.noun.of(count))
        }),
    }
}

/// What it brings with it.
pub fn consequences(draft: &Draft) -> Vec<String> {
    draft.prepared.told(&draft.given())
}

fn tell(prompt: &mut Prompt, drafts: &[Draft], count: usize) -> Result<(), Stopped> {
    prompt.say(&question(drafts, count))?;
    let claims = drafts.iter().flat_map(Draft::told_claims);
    let mut told: Vec<_> = claims.collect();
    told.extend(drafts.first().map(consequences).unwrap_or_default());
    told.iter()
        .try_for_each(|line| prompt.say(&format!("  {line}")))
}

fn ask_yes(mut prompt: Prompt, drafts: &[Draft], count: usize) -> Result<(), Stopped> {
    tell(&mut prompt, drafts, count)?;
    match prompt
        .ask("y to do it, anything else to leave it:")?
        .as_str()
    {
        "y" | "Y" | "yes" => Ok(()),
        _ => Err(declined()),
    }
}

fn ask_phrase(
    mut prompt: Prompt,
    drafts: &[Draft],
    count: usize,
    phrase: &str,
) -> Result<(), Stopped> {
    tell(&mut prompt, drafts, count)?;
    let typed = prompt.ask(&format!("Type {phrase} to do it:"))?;
    if typed == phrase {
        Ok(())
    } else {
        Err(declined())
    }
}

/// Asks for a one-time code.
pub fn ask_code(draft: &Draft) -> Result<Secret, Stopped> {
    let mut prompt = Prompt::open().ok_or_else(|| {
        let why = "this takes a one-time code, which is only read from a terminal";
        Stopped::new(Exit::Refused, why)
    })?;
    prompt.ask_secret(&format!("{} One-time code:", draft.question()))
}
