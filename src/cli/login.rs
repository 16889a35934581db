//! `login` and `logout`: a session that is kept between commands, only where that is asked for.

use std::sync::Arc;

use clap::Args;
use quarterdeck_api::call::AnyCall;
use quarterdeck_api::operation::Nothing;
use quarterdeck_api::sessions::{
    GateRequest, GetGate, Me, SignInReply, SignInRequest, VerifyMfaRequest,
};

use super::common::CommonArguments;
use super::exit::{Exit, Stopped};
use super::prompt::Prompt;
use super::remote::{Remote, misunderstood};
use crate::app::browser::is_of_the_moment;
use crate::app::explain::explain_sign_in;
use crate::app::message::{Failed, SessionCall, SessionReply};
use crate::app::recovery::few_codes;
use crate::screens::sign_in::address;

/// `login`
#[derive(Clone, Debug, Args)]
pub struct LoginArguments {
    /// Keep the session for later commands and consoles, in a file that only you can read
    #[arg(long)]
    pub store: bool,
    /// The account's e-mail; asked for where it is not given
    #[arg(long, value_name = "ADDRESS")]
    pub email: Option<String>,
    /// Ask for a recovery code in place of the authenticator's; each works once
    #[arg(long)]
    pub recovery: bool,
    /// Sign in by the OpenID provider, in a browser on any device
    #[arg(long, conflicts_with = "email")]
    pub oidc: bool,
    #[command(flatten)]
    pub common: CommonArguments,
}

/// `logout`
#[derive(Clone, Debug, Args)]
pub struct LogoutArguments {
    #[command(flatten)]
    pub common: CommonArguments,
}

/// `login`: asks on the terminal for all that is secret.
pub async fn login(remote: &Remote, arguments: &LoginArguments) -> Result<Exit, Stopped> {
    if !arguments.store {
        let file = remote.stored.path().display();
        let why = format!("a session is kept only where that is asked for: --store writes {file}");
        return Err(Stopped::usage(&why));
    }
    let mut prompt = Prompt::open().ok_or_else(|| {
        Stopped::usage("passwords and codes are only read from a terminal, and there is none")
    })?;
    prompt.say(&format!("Sign in to {}", remote.config.host()))?;
    pass_gate(remote, &mut prompt).await?;
    let challenge = if arguments.oidc {
        by_browser(remote, &mut prompt).await?
    } else {
        Some(by_password(remote, &mut prompt, arguments.email.as_deref()).await?)
    };
    let factor = if arguments.recovery {
        Factor::RecoveryCode
    } else {
        Factor::OneTimeCode
    };
    if let Some(challenge) = challenge {
        verify(remote, &mut prompt, challenge, factor).await?;
    }
    let me = remote.me().await?;
    if !me.mfa_enabled {
        return Err(Stopped::new(Exit::Auth, UNENROLLED));
    }
    keep(remote, &me).await?;
    prompt.say(&format!(
        "Signed in as {}; kept in {}",
        me.email,
        remote.stored.path().display()
    ))?;
    if let Some(warning) = few_codes(&me) {
        prompt.say(&warning)?;
    }
    Ok(Exit::Done)
}

async fn by_password(
    remote: &Remote,
    prompt: &mut Prompt,
    email: Option<&str>,
) -> Result<SignInReply, Stopped> {
    let email = match email {
        Some(email) => email.to_owned(),
        None => prompt.ask("E-mail:")?,
    };
    let password = prompt.ask_secret("Password:")?;
    let request = SignInRequest { email, password };
    let SessionReply::Challenged(challenge) = step(remote, SessionCall::SignIn(request)).await?
    else {
        return Err(misunderstood("the sign-in"));
    };
    Ok(challenge)
}

/// Says where to go and waits for the browser; none where there is a session already.
async fn by_browser(remote: &Remote, prompt: &mut Prompt) -> Result<Option<SignInReply>, Stopped> {
    let SessionReply::DeviceStarted(flow) = step(remote, SessionCall::StartDevice).await? else {
        return Err(misunderstood("the sign-in"));
    };
    prompt.say(&format!(
        "Open {}\nand see that it shows the code {}. Waiting for the browser...",
        address(&flow),
        flow.user_code
    ))?;
    let (mut device, mut after) = (flow.device, flow.interval);
    loop {
        let poll = SessionCall::PollDevice {
            device: device.clone(),
            after,
        };
        let polled = match remote.connection.step(poll).await {
            Err(failed) if is_of_the_moment(&failed.why) => continue,
            polled => polled.map_err(|failed| refused(&failed))?,
        };
        match polled {
            SessionReply::DevicePending(pending) => {
                after = pending.interval;
                device = pending.device.unwrap_or(device);
            }
            SessionReply::Challenged(challenge) => return Ok(Some(challenge)),
            SessionReply::Opened => return Ok(None),
            SessionReply::GatePassed(_)
            | SessionReply::DeviceStarted(_)
            | SessionReply::Enrolling(_)
            | SessionReply::Enrolled(_)
            | SessionReply::CodesRenewed(_)
            | SessionReply::SignedOut => return Err(misunderstood("the sign-in")),
        }
    }
}

/// Takes a step of sign-in.
pub async fn step(remote: &Remote, call: SessionCall) -> Result<SessionReply, Stopped> {
    let stepped = remote.connection.step(call).await;
    stepped.map_err(|failed| refused(&failed))
}

fn refused(failed: &Failed) -> Stopped {
    let exit = if Exit::of(&failed.why) == Exit::Unreachable {
        Exit::Unreachable
    } else {
        Exit::Auth
    };
    Stopped::new(exit, &explain_sign_in(failed))
}

async fn pass_gate(remote: &Remote, prompt: &mut Prompt) -> Result<(), Stopped> {
    let reply = remote.ask(&AnyCall::query::<GetGate>(Nothing {})).await?;
    let is_closed = reply
        .get::<GetGate>()
        .is_some_and(|gate| gate.required && !gate.passed);
    if is_closed {
        let password = prompt.ask_secret("Password of the gate:")?;
        step(remote, SessionCall::PassGate(GateRequest { password })).await?;
    }
    Ok(())
}

const UNENROLLED: &str = "the account has no second factor yet; open the console once to set it up";

/// What is asked for besides the password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Factor {
    /// What the authenticator shows.
    OneTimeCode,
    /// What stands in for it.
    RecoveryCode,
}

async fn verify(
    remote: &Remote,
    prompt: &mut Prompt,
    challenge: SignInReply,
    factor: Factor,
) -> Result<(), Stopped> {
    if !challenge.require_mfa {
        return Err(Stopped::new(Exit::Auth, UNENROLLED));
    }
    let (mfa_code, recovery_code) = match factor {
        Factor::OneTimeCode => (Some(prompt.ask_secret("One-time code:")?), None),
        Factor::RecoveryCode => (None, Some(prompt.ask_secret("Recovery code:")?)),
    };
    let request = VerifyMfaRequest {
        token: challenge.token,
        mfa_code,
        recovery_code,
    };
    step(remote, SessionCall::VerifyMfa(request)).await?;
    Ok(())
}

async fn keep(remote: &Remote, me: &Me) -> Result<(), Stopped> {
    let session = remote.stored.clone().of_account(me.email.as_str());
    let kept = remote.connection.keep_with(Arc::new(session)).await;
    kept.map_err(|error| Stopped::usage(&format!("the session cannot be kept: {error}")))
}

/// `logout`: ends the session on the server, and what is kept of it here.
pub async fn logout(remote: &Remote) -> Result<Exit, Stopped> {
    remote.require_session()?;
    match remote.connection.step(SessionCall::SignOut).await {
        Ok(_) => Ok(Exit::Done),
        Err(failed) => Err(failed.into()),
    }
}
