//! `recovery-codes`: new ones, into a file; a terminal would keep them in its scrollback.

use std::path::{Path, PathBuf};

use clap::Args;
use quarterdeck_api::text::Line;

use super::common::CommonArguments;
use super::exit::{Exit, Stopped};
use super::login::step;
use super::prompt::Prompt;
use super::remote::{Remote, misunderstood};
use crate::app::message::{SessionCall, SessionReply};
use crate::runtime::save_as;
use crate::screens::sign_in;

/// `recovery-codes`
#[derive(Clone, Debug, Args)]
pub struct RecoveryCodesArguments {
    /// Where they are saved, readable by you alone; nothing there is ever replaced
    #[arg(long, short = 'o', value_name = "FILE")]
    pub output: PathBuf,
    #[command(flatten)]
    pub common: CommonArguments,
}

/// Makes new codes in place of all from before, and saves them.
pub async fn renew(remote: &Remote, arguments: &RecoveryCodesArguments) -> Result<Exit, Stopped> {
    let path = arguments.output.as_path();
    refuse_taken(path)?;
    remote.writer().await?;
    let mut prompt = Prompt::open().ok_or_else(|| {
        Stopped::usage("one-time codes are only read from a terminal, and there is none")
    })?;
    let code = prompt.ask_secret("One-time code:")?;
    let SessionReply::CodesRenewed(codes) = step(remote, SessionCall::RenewCodes(code)).await?
    else {
        return Err(misunderstood("the recovery codes"));
    };
    let file = sign_in::file(&codes, &Line::new(&remote.config.host()));
    save_as(path, &file).map_err(|error| unsaved(path, &error))?;
    prompt.say(&file.saved(path))?;
    Ok(Exit::Done)
}

/// Before the codes from before are void.
fn refuse_taken(path: &Path) -> Result<(), Stopped> {
    if path.symlink_metadata().is_err() {
        return Ok(());
    }
    let why = format!("{}: is there already; nothing was made", path.display());
    Err(Stopped::usage(&why))
}

fn unsaved(path: &Path, error: &std::io::Error) -> Stopped {
    let why = format!(
        "the codes were made but not saved: {}: {error}; make new ones with the next one-time code",
        path.display()
    );
    Stopped::usage(&why)
}
