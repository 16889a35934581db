//! What stands between an operator and their work, thing by thing: the terminal, the files, the server
//! (console.md §4.4). `:doctor` and `quarterdeck doctor` show the same findings; `:debug` those alone that
//! say what the console costs.
//!
//! `runtime` looks around, this module judges what the server answered; neither asks the terminal
//! anything, since a late answer would be typed.

use chrono::TimeDelta;
use quarterdeck_api::call::{AnyCall, AnyReply};
use quarterdeck_api::operation::Nothing;
use quarterdeck_api::ops::GetHealth;
use quarterdeck_api::sessions::{GetMe, Me};
use quarterdeck_api::text::Line;
use quarterdeck_api::{CONTRACT_VERSION, is_our_contract};

use super::explain::explain;
use super::finding::{About, Examination, Finding, Scope};
use super::health;
use super::link::Link;
use super::message::{Effect, Failed, Slot};
use super::model::Model;
use super::overlay::Overlay;
use super::recovery::{RENEWS, is_few};
use super::shown::{Shown, Tone};
use super::tab::Tab;
use super::time::Times;
use crate::screens::screen::Fact;

/// A round trip that an operator feels with every key that asks the server.
const SLOW: TimeDelta = TimeDelta::milliseconds(300);

/// Looks around, and asks the server how it is.
pub fn open(model: &mut Model) {
    model.overlay = Some(Overlay::Doctor(Examination {
        scope: Scope::All,
        around: Vec::new(),
        asked_at: model.now,
        server: vec![Finding::new(About::Server, "Round trip", "asked...")],
        health: Vec::new(),
        scroll: 0,
    }));
    model.effects.push(Effect::Examine);
    model.fetch(Slot::Doctor, AnyCall::query::<GetMe>(Nothing {}));
    model.fetch(Slot::Health, AnyCall::query::<GetHealth>(Nothing {}));
}

/// Asks what the console costs; no server is asked, and no session is needed.
pub fn open_figures(model: &mut Model) {
    model.overlay = Some(Overlay::Doctor(Examination {
        scope: Scope::Figures,
        around: Vec::new(),
        asked_at: model.now,
        server: Vec::new(),
        health: Vec::new(),
        scroll: 0,
    }));
    model.effects.push(Effect::Examine);
}

/// Takes what was found around the console.
pub fn examined(model: &mut Model, around: Vec<Finding>) {
    if let Some(Overlay::Doctor(examination)) = &mut model.overlay {
        examination.around = around;
    }
}

/// Takes the server's answer.
pub fn receive(model: &mut Model, result: Result<AnyReply, Failed>) {
    let (now, times) = (model.now, model.times());
    if let Some(Overlay::Doctor(examination)) = &mut model.overlay {
        let took = now - examination.asked_at;
        examination.server = match result.map(AnyReply::take::<GetMe>) {
            Ok(Some(me)) => answered(&me, took, &times),
            Ok(None) => vec![no_answer("That was no answer to the question.")],
            Err(failed) => vec![unanswered(&failed)],
        };
    }
}

/// Takes what the server says of its health.
pub fn receive_health(model: &mut Model, result: Result<AnyReply, Failed>) {
    if let Some(Overlay::Doctor(examination)) = &mut model.overlay {
        examination.health = health::answered(result);
    }
}

/// What a server that answered turns out to be.
pub fn answered(me: &Me, took: TimeDelta, times: &Times) -> Vec<Finding> {
    let finding = |name, value: &str| Finding::new(About::Server, name, value);
    let theirs = me.contract_version.as_str();
    let contract = format!("version {theirs}, this console {CONTRACT_VERSION}");
    let mut findings = vec![
        round_trip(took),
        finding("Environment", &me.environment.to_string()),
        finding("Account", &format!("{} {}", me.id, me.email)),
        finding(
            "Session",
            &format!("until {}, renewed by itself", times.at(me.exp)),
        ),
        finding("Contract", &contract).advising_if(
            !is_our_contract(theirs),
            "Install the console that belongs to this server; it might misread what you decide.",
        ),
    ];
    findings.extend(me.recovery_codes_left.map(recovery_codes));
    findings
}

/// How many recovery codes are left.
fn recovery_codes(left: usize) -> Finding {
    let advice = format!("While you have your authenticator, {RENEWS}.");
    Finding::new(About::Server, "Recovery", &format!("{left} codes left"))
        .advising_if(is_few(left), &advice)
}

/// How long a question took.
pub fn round_trip(took: TimeDelta) -> Finding {
    let text = match took.num_milliseconds() {
        0 => "less than 1 ms".to_owned(),
        milliseconds => format!("{milliseconds} ms"),
    };
    Finding::new(About::Server, "Round trip", &text).advising_if(
        took > SLOW,
        "Slow: rows are shown as they were loaded, so trust what a decision answers.",
    )
}

/// A question that failed.
pub fn unanswered(failed: &Failed) -> Finding {
    no_answer(&explain(failed))
}

fn no_answer(why: &str) -> Finding {
    Finding::new(About::Server, "Round trip", "no answer").advising(why)
}

/// How the realtime connection stands.
fn live(link: Link) -> Finding {
    let finding = |value| Finding::new(About::Server, "Live", value);
    match link {
        Link::Up => finding("connected"),
        Link::Trying => finding("connecting"),
        Link::Down => finding("broken off, tried again").advising("`:messages` says why."),
        Link::Off => finding("off").advising("`:messages` says why; `r` loads what is new."),
    }
}

/// The findings that were asked for, in the order in which they are shown.
pub fn findings(model: &Model, examination: &Examination) -> Vec<Finding> {
    match examination.scope {
        Scope::All => all(model, examination),
        Scope::Figures => figures(model, examination),
    }
}

/// What frames cost, and what is held.
fn figures(model: &Model, examination: &Examination) -> Vec<Finding> {
    let around = examination.around.iter();
    let mut findings: Vec<_> = around
        .filter(|finding| finding.about == About::Drawing)
        .cloned()
        .collect();
    let holding = |name, value: String| Finding::new(About::Holding, name, &value);
    let rows = |tab: &Tab| model.room(*tab).loaded();
    let rows: usize = Tab::ALL.iter().map(rows).sum();
    let (reads, writes) = (model.reads_in_flight(), model.writes.in_flight());
    findings.extend([
        holding("Rows", rows.to_string()),
        holding("In flight", format!("{reads} reads, {writes} writes")),
        holding("Messages", model.toasts.messages().len().to_string()),
    ]);
    findings
}

fn all(model: &Model, examination: &Examination) -> Vec<Finding> {
    let address = Finding::new(About::Server, "Address", model.options.host.as_str());
    let mut findings = vec![address];
    findings.extend(examination.server.iter().cloned());
    findings.extend(examination.health.iter().cloned());
    findings.push(live(model.live.link));
    findings.extend(examination.around.iter().cloned());
    findings.sort_by_key(|finding| finding.about);
    findings
}

/// Findings as they are read on the screen.
pub fn facts(findings: Vec<Finding>) -> Vec<Fact> {
    let mut facts = Vec::new();
    let mut about = None;
    for finding in findings {
        if about.replace(finding.about) != Some(finding.about) {
            facts.push(Fact::Heading(finding.about.as_str()));
        }
        let is_fine = finding.advice.is_none();
        let tone = if is_fine { Tone::Text } else { Tone::Warn };
        let field = |label, value: Line, tone| Fact::Field {
            label,
            value: Shown::Made(value),
            tone,
        };
        facts.push(field(finding.name, finding.value, tone));
        facts.extend(finding.advice.map(|advice| field("", advice, Tone::Text)));
    }
    facts
}
