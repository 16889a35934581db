//! `doctor`: what stands between the operator and their work, with or without a session.

use std::io::Write;

use chrono::TimeDelta;
use quarterdeck_api::call::AnyCall;
use quarterdeck_api::operation::Nothing;
use quarterdeck_api::sessions::{GetGate, GetMe};
use serde_json::{Map, Value};

use super::exit::{Exit, Stopped};
use super::output::{Format, Printer};
use super::remote::{Remote, misunderstood};
use crate::app::doctor;
use crate::app::finding::{About, Finding};
use crate::app::message::Failed;
use crate::runtime::{self, variable};
use crate::terminal::charset;

/// Prints all findings. Ends as the server's answer does, so that a script can ask whether there is
/// one and a session.
pub async fn doctor<W: Write>(remote: &Remote, printer: &mut Printer<W>) -> Result<Exit, Stopped> {
    let (mut findings, exit) = server(remote).await?;
    findings.extend(runtime::doctor::terminal(
        remote.config.theme_choice,
        charset(variable).with(remote.config.ambiguous),
        variable,
    ));
    findings.extend(runtime::doctor::files(
        &remote.config_file,
        &remote.paths,
        &remote.exports,
    ));
    print(&findings, printer)?;
    Ok(exit)
}

async fn server(remote: &Remote) -> Result<(Vec<Finding>, Exit), Stopped> {
    let address = Finding::new(About::Server, "Address", remote.config.server.as_str());
    let (answer, exit) = match reached(remote).await {
        Err(failed) => (vec![doctor::unanswered(&failed)], Exit::of(&failed.why)),
        Ok(took) if !remote.connection.has_session() => {
            (vec![doctor::round_trip(took), no_session()], Exit::Auth)
        }
        Ok(took) => session(remote, took).await?,
    };
    let mut findings = vec![address];
    findings.extend(answer);
    Ok((findings, exit))
}

/// How long an answer takes that needs no session, once there is a connection.
async fn reached(remote: &Remote) -> Result<TimeDelta, Failed> {
    let question = AnyCall::query::<GetGate>(Nothing {});
    remote.ask(&question).await?;
    let asked_at = runtime::now();
    remote.ask(&question).await?;
    Ok(runtime::now() - asked_at)
}

async fn session(remote: &Remote, took: TimeDelta) -> Result<(Vec<Finding>, Exit), Stopped> {
    match remote.ask(&AnyCall::query::<GetMe>(Nothing {})).await {
        Ok(reply) => {
            let me = reply.take::<GetMe>();
            let me = me.ok_or_else(|| misunderstood("who you are"))?;
            Ok((doctor::answered(&me, took, &remote.times()), Exit::Done))
        }
        Err(failed) => {
            let stopped = Stopped::from(failed);
            let session = Finding::new(About::Server, "Session", "refused");
            let session = session.advising(stopped.message.as_str());
            Ok((vec![doctor::round_trip(took), session], stopped.exit))
        }
    }
}

fn no_session() -> Finding {
    let advice = "`quarterdeck login --store` signs in; the console asks by itself.";
    Finding::new(About::Server, "Session", "none").advising(advice)
}

fn print<W: Write>(findings: &[Finding], printer: &mut Printer<W>) -> Result<(), Stopped> {
    if printer.format() == Format::Table {
        return print_table(findings, printer);
    }
    findings
        .iter()
        .try_for_each(|finding| printer.record(&record(finding)))
}

fn print_table<W: Write>(findings: &[Finding], printer: &mut Printer<W>) -> Result<(), Stopped> {
    let mut about = None;
    for finding in findings {
        if about.replace(finding.about) != Some(finding.about) {
            printer.line(finding.about.as_str())?;
        }
        printer.line(&format!("  {:<13}{}", finding.name, finding.value))?;
        if let Some(advice) = &finding.advice {
            printer.line(&format!("  {:<13}! {advice}", ""))?;
        }
    }
    Ok(())
}

fn record(finding: &Finding) -> Map<String, Value> {
    let advice = finding.advice.as_ref();
    let advice = advice.map_or(Value::Null, |advice| advice.as_str().into());
    [
        ("about", finding.about.as_str().into()),
        ("name", finding.name.into()),
        ("value", finding.value.as_str().into()),
        ("advice", advice),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into_iter()
    .collect()
}
