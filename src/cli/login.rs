//! `login` and `logout`: a session that is kept between commands, only where that is asked for.

use std::sync::Arc;

use clap::Args;
use quarterdeck_api::call::AnyCall;
use quarterdeck_api::operation::Nothing;
use quarterdeck_api::sessions::{
    GateRequest, GetGate, Me, SignInReply, SignInRequest, VerifyMfaRequest,
};

use super::common::CommonArguments;
use super::exit::{Exit, Stopped, in_words};
use super::prompt::Prompt;
use super::remote::{Remote, misunderstood};
use crate::app::explain::explain_sign_in;
use crate::app::message::{Failure, SessionCall, SessionReply};

/// `login`
#[derive(Clone, Debug, Args)]
pub struct LoginArguments {
    /// Keep the session for later commands and consoles, in a file that only you can read
    #[arg(long)]
    pub store: bool,
    /// The account's e-mail; asked for where it is not given
    #[arg(long, value_name = "ADDRESS")]
    pub email: Option<String>,
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
    let email = match &arguments.email {
        Some(email) => email.clone(),
        None => prompt.ask("E-mail:")?,
    };
    let password = prompt.ask_secret("Password:")?;
    let request = SignInRequest {
        email: email.clone(),
        password,
    };
    let SessionReply::Challenged(challenge) = step(remote, SessionCall::SignIn(request)).await?
    else {
        return Err(misunderstood("the sign-in"));
    };
    verify(remote, &mut prompt, challenge).await?;
    let me = remote.me().await?;
    keep(remote, &me).await?;
    prompt.say(&format!(
        "Signed in as {}; kept in {}",
        me.email,
        remote.stored.path().display()
    ))?;
    Ok(Exit::Done)
}

async fn step(remote: &Remote, call: SessionCall) -> Result<SessionReply, Stopped> {
    let refused = |failure: Failure| {
        let exit = match Exit::of(&failure) {
            Exit::Unreachable => Exit::Unreachable,
            _ => Exit::Auth,
        };
        Stopped::new(exit, &explain_sign_in(&failure))
    };
    remote.connection.step(call).await.map_err(refused)
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

async fn verify(
    remote: &Remote,
    prompt: &mut Prompt,
    challenge: SignInReply,
) -> Result<(), Stopped> {
    if !challenge.require_mfa {
        let why = "the account has no second factor yet; open the console once to set it up";
        return Err(Stopped::new(Exit::Auth, why));
    }
    let code = prompt.ask_secret("One-time code:")?;
    let request = VerifyMfaRequest {
        token: challenge.token,
        mfa_code: Some(code),
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
        Err(failure) => Err(Stopped::new(Exit::of(&failure), &in_words(&failure))),
    }
}
