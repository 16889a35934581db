//! Doing it: from a verb on the command line to its calls, and from their answers to a line for each row.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use data_encoding::HEXLOWER;
use quarterdeck_api::call::AnyReply;
use quarterdeck_api::sessions::Secret;
use serde_json::json;
use sha2::{Digest, Sha256};
use signal_hook::consts::SIGINT;
use signal_hook::flag;

use super::commands::{Act, ActArguments};
use super::consent;
use super::exit::{Exit, Stopped, in_words};
use super::output::Printer;
use super::plan::Planner;
use super::reasons;
use super::remote::Remote;
use super::report::{Fate, Report};
use super::targets;
use crate::app::any_room::AnyRoom;
use crate::app::download::Download;
use crate::app::draft::Draft;
use crate::app::list::RowId;
use crate::app::message::{Failed, Failure};
use crate::app::rooms::Rooms;
use crate::net::Beside;
use crate::runtime::{save, save_as};
use crate::screens::verb::About;

/// Does what a verb says.
pub async fn act<W: Write>(
    remote: &Remote,
    act: &Act,
    printer: &mut Printer<W>,
) -> Result<Exit, Stopped> {
    let (deed, words) = act.deed()?;
    let arguments = &*act.arguments;
    consent::check(deed, arguments)?;
    let about = deed.words.about;
    if (about == About::Rows) == words.is_empty() {
        return Err(wrong_targets(about, deed.name()));
    }
    let targets = targets::read(words)?;
    if arguments.if_version.is_some() && targets.ids().len() != 1 {
        return Err(Stopped::usage("--if-version is about one row"));
    }
    let me = if arguments.dry_run {
        remote.me().await?
    } else {
        remote.writer().await?
    };
    let planner = Planner {
        remote,
        me: &me,
        deed,
        arguments,
        why: reasons::why(remote, deed, arguments).await?,
    };
    let mut rooms = Rooms::default();
    let room = rooms.of_mut(deed.tab);
    let mut report = Report::new(printer, deed.name());
    let drafts = match about {
        About::AllShown => planner.plan_all(room).await?,
        About::New => planner.plan_new(room)?,
        About::Rows => planner.plan_rows(room, &targets, &mut report).await?,
        About::Elsewhere => return Err(wrong_targets(about, deed.name())),
    };
    if arguments.dry_run {
        for draft in &drafts {
            foretell(draft, &mut report);
        }
    } else {
        consent::ask(&drafts, arguments)?;
        let sender = Sender {
            remote,
            arguments,
            interruption: interruption()?,
        };
        sender.send_all(room, &drafts, &mut report).await;
    }
    if let Some(summary) = report.summary() {
        eprintln!("{summary}");
    }
    Ok(report.exit())
}

fn wrong_targets(about: About, name: &str) -> Stopped {
    Stopped::usage(&match about {
        About::AllShown => format!("`{name}` is about all that --filter shows; it takes no ids"),
        About::New => format!("`{name}` makes what is not there yet; it takes no ids"),
        About::Elsewhere => format!("`{name}` is a key of the console, and no command"),
        About::Rows => format!("`{name}` takes ids, or `-` for ids on standard input"),
    })
}

/// Says what would be done.
fn foretell<W: Write>(draft: &Draft, report: &mut Report<'_, W>) {
    let told = consent::consequences(draft).join(" ");
    for target in &draft.targets {
        let text = format!("would be {}, is {}. {told}", draft.past(), target.status);
        report.add(&Fate::new(target.id, "would", Exit::Done, text.trim()));
    }
    if draft.targets.is_empty() {
        let text = format!("{} {told}", draft.question());
        report.add(&of_all(Fate::new(RowId(0), "would", Exit::Done, &text)));
    }
}

fn of_all(fate: Fate) -> Fate {
    Fate { id: None, ..fate }
}

/// Set by the first interruption, which lets what was sent finish; the second one ends us at once.
fn interruption() -> Result<Arc<AtomicBool>, Stopped> {
    let interruption = Arc::new(AtomicBool::new(false));
    let code = i32::from(Exit::Interrupted.code());
    flag::register_conditional_shutdown(SIGINT, code, Arc::clone(&interruption))
        .and_then(|_| flag::register(SIGINT, Arc::clone(&interruption)))
        .map(|_| interruption)
        .map_err(|error| Stopped::usage(&format!("signals cannot be taken: {error}")))
}

struct Sender<'a> {
    remote: &'a Remote,
    arguments: &'a ActArguments,
    interruption: Arc<AtomicBool>,
}

impl Sender<'_> {
    /// Sends one call after another, until one meets what the next would meet as well.
    async fn send_all<W: Write>(
        &self,
        room: &mut dyn AnyRoom,
        drafts: &[Draft],
        report: &mut Report<'_, W>,
    ) {
        let mut end: Option<Stopped> = None;
        for (place, draft) in drafts.iter().enumerate() {
            if self.interruption.load(Ordering::Relaxed) {
                end = Some(Stopped::new(Exit::Interrupted, "interrupted"));
            }
            if let Some(stopped) = &end {
                not_sent(draft, stopped, report);
                continue;
            }
            match self.send(place, draft).await {
                Ok(reply) => self.settle(room, draft, reply, report),
                Err(Unsent::Never(stopped)) => {
                    not_sent(draft, &stopped, report);
                    end = Some(stopped);
                }
                Err(Unsent::Failed(why)) => {
                    failed(draft, &why, report);
                    end = ends_the_run(&why.why).then(|| Stopped::from(why));
                }
            }
        }
    }

    async fn send(&self, place: usize, draft: &Draft) -> Result<AnyReply, Unsent> {
        let otp: Option<Secret> = if draft.prepared.needs_code() {
            Some(consent::ask_code(draft).map_err(Unsent::Never)?)
        } else {
            None
        };
        let beside = Beside {
            idempotency_key: Some(self.key(place)),
            otp,
        };
        let answered = self.remote.send(&draft.call(), beside).await;
        answered
            .map(|answered| answered.reply)
            .map_err(Unsent::Failed)
    }

    /// Each call has a key of its own: of those the command was given, the first has that one.
    fn key(&self, place: usize) -> String {
        match (&self.arguments.idempotency_key, place) {
            (None, _) => self.remote.fresh_key(),
            (Some(key), 0) => key.clone(),
            (Some(key), place) => format!("{key}-{}", place + 1),
        }
    }

    fn settle<W: Write>(
        &self,
        room: &mut dyn AnyRoom,
        draft: &Draft,
        reply: AnyReply,
        report: &mut Report<'_, W>,
    ) {
        let ids = draft.touches().ids;
        if let Some(file) = room.file(&reply) {
            report.add(&self.keep(ids.first().copied(), &file));
            return;
        }
        let made = room.made(&reply);
        for became in room.settle(reply, &ids, self.remote.now) {
            let mut fate = match &made {
                Some(made) => Fate::new(became.id, "changed", Exit::Done, &made.said),
                None => Fate::of(&became, draft.past(), room),
            };
            let row = room.record(became.id).filter(|_| became.is_fresh);
            for name in ["status", "version"] {
                let value = row.as_ref().and_then(|row| row.get(name)).cloned();
                fate.extra
                    .insert(name.to_owned(), value.unwrap_or_default());
            }
            report.add(&fate);
        }
    }

    /// Saves an export; its digest is said, so that it can be told from any other.
    fn keep(&self, id: Option<RowId>, file: &Download) -> Fate {
        let saved = match &self.arguments.output {
            Some(path) => save_as(path, file).map(|()| path.clone()),
            None => save(&self.remote.exports, file),
        };
        let id = |fate| Fate { id, ..fate };
        match saved {
            Ok(path) => {
                let digest = HEXLOWER.encode(&Sha256::digest(file.contents()));
                let text = format!("{}; sha256 {digest}", file.saved(&path));
                let mut fate = id(Fate::new(RowId(0), "changed", Exit::Done, &text));
                fate.extra.insert("file".to_owned(), json!(path));
                fate.extra.insert("sha256".to_owned(), json!(digest));
                fate
            }
            Err(error) => id(unsaved(&error, self.arguments)),
        }
    }
}

fn unsaved(error: &io::Error, arguments: &ActArguments) -> Fate {
    let path = arguments.output.as_ref();
    let path = path.map(|path| format!("{}: ", path.display()));
    let text = format!(
        "the server exported it, but it was not saved: {}{error}",
        path.unwrap_or_default()
    );
    Fate::new(RowId(0), "failed", Exit::Usage, &text)
}

/// Why a call brought no answer.
enum Unsent {
    /// It was not made.
    Never(Stopped),
    /// It failed.
    Failed(Failed),
}

/// Whether the next call would meet the same.
fn ends_the_run(failure: &Failure) -> bool {
    matches!(Exit::of(failure), Exit::Unreachable | Exit::Auth)
}

fn not_sent<W: Write>(draft: &Draft, stopped: &Stopped, report: &mut Report<'_, W>) {
    let text = format!("not sent: {}", stopped.message);
    each(draft, report, |id| {
        Fate::new(id, "not_sent", stopped.exit, &text)
    });
}

fn failed<W: Write>(draft: &Draft, failed: &Failed, report: &mut Report<'_, W>) {
    let exit = Exit::of(&failed.why);
    let why = in_words(failed);
    let (outcome, text) = if failed.why.is_outcome_unknown() {
        ("unknown", format!("outcome unknown: {why}"))
    } else {
        (word_for(exit), why)
    };
    let conflict = match &failed.why {
        Failure::Problem(problem) => problem.conflict.clone(),
        Failure::SignedOut(_)
        | Failure::Unreachable(_)
        | Failure::Lost(_)
        | Failure::Timeout
        | Failure::Undecodable(_) => None,
    };
    each(draft, report, |id| Fate {
        conflict: conflict.clone(),
        ..Fate::new(id, outcome, exit, &text)
    });
}

/// What a call that is known to have failed so did to its rows, for programs.
const fn word_for(exit: Exit) -> &'static str {
    match exit {
        Exit::Conflict => "conflict",
        Exit::NotFound => "not_found",
        Exit::Refused => "refused",
        Exit::Done
        | Exit::Usage
        | Exit::Auth
        | Exit::Unreachable
        | Exit::Partial
        | Exit::Interrupted => "failed",
    }
}

fn each<W: Write>(draft: &Draft, report: &mut Report<'_, W>, fate: impl Fn(RowId) -> Fate) {
    for target in &draft.targets {
        report.add(&fate(target.id));
    }
    if draft.targets.is_empty() {
        report.add(&of_all(fate(RowId(0))));
    }
}
