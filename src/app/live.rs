//! What others do, as the realtime connection tells it (console.md §4.8): rows that somebody else has dealt with
//! are struck where they stand, and what came in is counted. Nothing moves until it is loaded.
//!
//! What is told while something lies over the screen is held back until that is closed.

use quarterdeck_api::audit::AuditCode;
use quarterdeck_api::problem::{Class, Code, Problem};
use quarterdeck_api::realtime::{Changed, Event, Farewell, Freed, Hello, New, Newest, Resource};
use quarterdeck_api::text::Line;

use super::claims;
use super::link::{Link, Live};
use super::list::RowId;
use super::message::{Effect, LiveNews, Severity};
use super::model::{Model, Session};
use super::room_state::{Load, Overtaken};
use super::tab::Tab;

/// Frames that are held back; what comes after them has to be loaded.
const MOST_HELD: usize = 1_000;

/// Takes what was heard.
pub fn receive(model: &mut Model, news: LiveNews) {
    match news {
        LiveNews::Off(why) => {
            model.live.link = Link::Off;
            model.remember(Severity::Info, &format!("Not live: {why}"));
        }
        LiveNews::Down(why) => {
            if model.live.link == Link::Up {
                model.live.link = Link::Down;
                model.remember(Severity::Info, &format!("Not live any more: {why}"));
            }
        }
        LiveNews::Heard(event) => hear(model, event),
        LiveNews::Over(farewell) => sign_out(model, problem(farewell)),
        LiveNews::SignedOut(problem) => sign_out(model, *problem),
    }
}

fn hear(model: &mut Model, event: Event) {
    model.live.link = Link::Up;
    weigh(model, &event);
    if model.overlay.is_none() {
        apply(model, event);
    } else if model.live.held.len() < MOST_HELD {
        model.live.held.push(event);
    } else {
        model.live.held.clear();
        model.live.has_missed = true;
    }
}

/// How the server does is said at once, whatever lies over the screen. A server that is well again when the
/// connection is back says nothing more than hello.
fn weigh(model: &mut Model, event: &Event) {
    match event {
        Event::Hello(_) => model.live.is_degraded = false,
        Event::Health(health) => {
            let is_degraded = !health.degraded.is_empty();
            let text = if is_degraded {
                let names = health.degraded.iter().map(ToString::to_string);
                let names: Vec<_> = names.collect();
                format!(
                    "The server does without {}: limits are stricter until it is back",
                    names.join(", ")
                )
            } else {
                "The server has all it needs again".to_owned()
            };
            model.live.is_degraded = is_degraded;
            model.toast(Severity::Info, &text);
        }
        Event::Changed(_) | Event::New(_) | Event::Freed(_) | Event::Bye(_) | Event::Unknown => {}
    }
}

/// Catches up with what was held back, once nothing lies over the screen.
pub fn catch_up(model: &mut Model) {
    if model.overlay.is_none() {
        for event in std::mem::take(&mut model.live.held) {
            apply(model, event);
        }
        if std::mem::take(&mut model.live.has_missed) {
            say_missed(model);
        }
    }
}

fn apply(model: &mut Model, event: Event) {
    match event {
        Event::Hello(hello) => greet(model, hello),
        Event::Changed(changed) => strike(model, &changed),
        Event::New(new) => count(model, &new),
        Event::Freed(freed) => free(model, &freed),
        // How the server does was weighed, and how it ends is told by itself; what is unknown is of a newer server.
        Event::Health(_) | Event::Bye(_) | Event::Unknown => {}
    }
}

/// After a connection that broke off: what came in meanwhile is counted by its ids.
fn greet(model: &mut Model, hello: Hello) {
    if hello.missed {
        say_missed(model);
    }
    for Newest { resource, id } in hello.newest {
        let Some(resource) = resource.known() else {
            continue;
        };
        let before = model.live.newest.insert(resource, id).unwrap_or(id);
        let came = u32::try_from(id.saturating_sub(before)).unwrap_or_default();
        add_new(model, resource, came);
    }
}

fn say_missed(model: &mut Model) {
    let text = "More was changed than could be told; r loads it";
    model.toast(Severity::Info, text);
}

fn count(model: &mut Model, new: &New) {
    let Some(resource) = new.resource.known() else {
        return;
    };
    let newest = model.live.newest.get(&resource);
    if newest.is_some_and(|newest| *newest >= new.newest) {
        return;
    }
    model.live.newest.insert(resource, new.newest);
    add_new(model, resource, new.count);
}

fn add_new(model: &mut Model, resource: Resource, came: u32) {
    let state = model.room_mut(tab_of(resource)).state_mut();
    state.came = state.came.saturating_add(u64::from(came));
}

const fn tab_of(resource: Resource) -> Tab {
    match resource {
        Resource::Applications => Tab::Applications,
        Resource::Reports => Tab::Reports,
        Resource::DataRequests => Tab::DataRequests,
        Resource::Withdrawals => Tab::Withdrawals,
        Resource::Users => Tab::Users,
        Resource::Audit => Tab::Audit,
    }
}

/// Strikes the rows that somebody else has dealt with, and has the one under the cursor looked up.
fn strike(model: &mut Model, changed: &Changed) {
    let (Some(resource), Some(code)) = (changed.resource.known(), changed.code.known()) else {
        return;
    };
    let tab = tab_of(resource);
    if claims::heard(model, tab, code, changed) {
        return;
    }
    let cursor = model.here().state().list.cursor();
    let is_shown = tab == model.tab;
    for id in changed.ids.iter().copied().map(RowId) {
        let is_own = model.writes.state_of(tab, id).is_some();
        if is_own || !model.room(tab).is_held(id) {
            continue;
        }
        note(model, tab, id, code);
        if is_shown && cursor == Some(id) {
            super::loading::load_again(model, tab, id);
        }
    }
}

/// Nobody is at work on these any more.
fn free(model: &mut Model, freed: &Freed) {
    if let Some(resource) = freed.resource.known() {
        let ids: Vec<_> = freed.ids.iter().copied().map(RowId).collect();
        claims::ended(model, tab_of(resource), &ids);
    }
}

fn note(model: &mut Model, tab: Tab, id: RowId, code: AuditCode) {
    let room = model.room(tab);
    let is_open = room.is_open(id) && !room.shows(id, code);
    let state = model.room_mut(tab).state_mut();
    let is_reopened = matches!(
        code,
        AuditCode::ApplicationReopened | AuditCode::ReportReopened
    );
    if is_reopened {
        state.overtaken.remove(&id);
    } else if is_open {
        let is_loading = matches!(state.load, Load::Reload { .. });
        let overtaken = Overtaken {
            code,
            is_looked_up: false,
            is_loading,
        };
        state.overtaken.insert(id, overtaken);
    }
}

/// The server has ended the session: rows stay, the banner says why.
fn sign_out(model: &mut Model, problem: Problem) {
    model.live.link = Link::Off;
    if matches!(model.session, Session::Active) && model.signed_out.is_none() {
        model.signed_out = Some(Box::new(problem));
    }
}

/// Listens to what others do, for a session that begins.
pub fn listen(model: &mut Model) {
    model.live = Live {
        link: Link::Trying,
        ..Live::default()
    };
    model.effects.push(Effect::Listen);
}

/// Listens no more.
pub fn stop(model: &mut Model) {
    if model.live.link != Link::Off {
        model.live = Live::default();
        model.effects.push(Effect::StopListening);
    }
}

fn problem(farewell: Farewell) -> Problem {
    let code = match farewell {
        Farewell::Banned => Code::AccountBanned,
        Farewell::Revoked | Farewell::Restarting | Farewell::TooSlow | Farewell::Refused => {
            Code::SessionRevoked
        }
    };
    let text = |text: &str| Line::new(text);
    Problem {
        kind: text(&format!("urn:quarterdeck:problem:{code}")),
        title: text(code.title()),
        status: code.status(),
        detail: text(code.title()),
        instance: text(""),
        code: code.into(),
        class: text(Class::of(code.status()).name()),
        surface: text("other"),
        request_id: text(""),
        component: None,
        permission: None,
        fields: Vec::new(),
        retry_after: None,
        conflict: None,
    }
}
