//! Whether an action can be done here and now, and why not. Dispatch, footer, menu and palette ask
//! here, so that none of them promises what another refuses.

use quarterdeck_api::permission::Permission;
use quarterdeck_api::text::Line;

use super::keymap::{Action, Section};
use super::layout::Mode;
use super::model::Model;
use super::room_state::LongLines;
use super::tab::Tab;
use super::verbs;
use super::verification::Asker;
use crate::screens::verb::{About, VerbWords};

/// Why an action cannot be done now, if so.
pub fn why_not(model: &Model, action: Action) -> Option<Line> {
    match action {
        Action::Accept
        | Action::Refuse
        | Action::Hold
        | Action::Note
        | Action::Claim
        | Action::Roles
        | Action::Rights
        | Action::Grant
        | Action::Revoke
        | Action::RewriteNote
        | Action::WipeNote
        | Action::Edit
        | Action::Balance
        | Action::Ban
        | Action::Export
        | Action::Remove
        | Action::AcceptWithNote
        | Action::RefuseWithNote => verbs::refusal(model, action),
        Action::TakeBack => verbs::blocked_take_back(model),
        Action::Repeat => no_repeat(model),
        Action::Retry => verbs::blocked_retry(model),
        Action::Verify => no_verify(model),
        Action::Raw => no_row(model).or_else(|| no_record(model)),
        Action::Tab0
        | Action::Tab1
        | Action::Tab2
        | Action::Tab3
        | Action::Tab4
        | Action::Tab5
        | Action::Tab6
        | Action::Tab7
        | Action::Tab8
        | Action::Tab9
        | Action::TabL
        | Action::TabM => no_numbered_tab(model, action),
        Action::NextTab | Action::PreviousTab => {
            unless(model.tab_row().len() > 1, "there is one tab only")
        }
        Action::LastView => unless(was_elsewhere(model), "there was no view before"),
        Action::Mark | Action::Range | Action::MarkAll => no_mark(model),
        Action::Filter | Action::Sort | Action::Columns => in_list_only(model),
        Action::Open => in_list_only(model).or_else(|| no_row(model)),
        Action::CopyId | Action::CopyMenu | Action::SwitchPane | Action::Full => no_row(model),
        Action::NextPart | Action::PreviousPart => no_row(model).or_else(|| no_part(model)),
        Action::Related => no_row(model).or_else(|| no_relation(model)),
        Action::AuditTrail
        | Action::SubjectUser
        | Action::TargetRow
        | Action::DoneBy
        | Action::Actor
        | Action::ReportsAbout
        | Action::ApplicationsOf
        | Action::DataRequestsOf
        | Action::RequestsOn
        | Action::RequestsBy
        | Action::SameRequest
        | Action::WithdrawalsOf => no_lead(model, action),
        Action::Search | Action::Wrap | Action::Left => no_reading(model),
        Action::NextMatch | Action::PreviousMatch => {
            no_reading(model).or_else(|| nothing_sought(model))
        }
        Action::Right => no_reading(model).or_else(|| no_way_right(model)),
        Action::Back => unless(model.is_in_detail(), "you are in the list"),
        Action::Handled => unless(model.writes.handled.is_some(), "nothing was handled yet"),
        Action::Pause => unless(model.auto_refresh.is_some(), "off; :refresh 30 begins"),
        Action::Palette
        | Action::Help
        | Action::Refresh
        | Action::Times
        | Action::Escape
        | Action::Quit
        | Action::Cancel
        | Action::Repaint
        | Action::Compact
        | Action::Suspend
        | Action::Down
        | Action::Up
        | Action::Top
        | Action::Bottom
        | Action::HalfDown
        | Action::HalfUp
        | Action::PageDown
        | Action::PageUp => None,
        Action::Confirm
        | Action::FreeText
        | Action::ScrollDown
        | Action::ScrollUp
        | Action::Decline
        | Action::Besides
        | Action::Editor
        | Action::Toggle
        | Action::Lower
        | Action::Raise
        | Action::Standard => Some(Line::new("in dialogs")),
        Action::Submit | Action::Next | Action::Previous | Action::Complete | Action::Abandon => {
            Some(Line::new("in prompts"))
        }
    }
}

fn unless(holds: bool, why: &'static str) -> Option<Line> {
    (!holds).then(|| Line::new(why))
}

fn was_elsewhere(model: &Model) -> bool {
    model.last_tab.is_some() || model.views.led_to(model.tab).is_some()
}

fn no_row(model: &Model) -> Option<Line> {
    unless(
        model.here().state().list.cursor().is_some(),
        "no row is selected",
    )
}

fn no_part(model: &Model) -> Option<Line> {
    if model.here().parts().is_empty() {
        return Some(Line::new("the detail has one part only"));
    }
    if model.is_reading() {
        return Some(Line::new("the whole row is shown"));
    }
    let is_shown = model.layout().mode == Mode::Wide || model.is_in_detail();
    unless(is_shown, "open the row first")
}

fn in_list_only(model: &Model) -> Option<Line> {
    unless(!model.is_in_detail(), "in the list only")
}

fn no_reading(model: &Model) -> Option<Line> {
    let why = || {
        let key = model.keymap.shown(Action::Full);
        Line::new(&format!("over the whole screen only: {key}"))
    };
    (!model.is_reading()).then(why)
}

fn nothing_sought(model: &Model) -> Option<Line> {
    let why = || {
        let key = model.keymap.shown(Action::Search);
        Line::new(&format!("nothing is searched for; {key} searches"))
    };
    model.here().state().reading.sought.is_empty().then(why)
}

fn no_way_right(model: &Model) -> Option<Line> {
    unless(
        model.here().state().reading.long_lines == LongLines::Cut,
        "long lines are wrapped",
    )
}

fn no_mark(model: &Model) -> Option<Line> {
    let here = model.here();
    let is_of_rows =
        |words: &VerbWords| words.action.section() == Section::Verbs && words.about == About::Rows;
    let has_verbs = here.verbs().iter().any(is_of_rows);
    let why = || {
        let rows = here.noun().many;
        Line::new(&format!(
            "{rows} are not marked; there is nothing to do with them"
        ))
    };
    (!has_verbs)
        .then(why)
        .or_else(|| in_list_only(model))
        .or_else(|| no_row(model))
}

/// The keys behind `o`.
const RELATED: [Action; 12] = [
    Action::AuditTrail,
    Action::SubjectUser,
    Action::TargetRow,
    Action::DoneBy,
    Action::Actor,
    Action::ReportsAbout,
    Action::ApplicationsOf,
    Action::DataRequestsOf,
    Action::RequestsOn,
    Action::RequestsBy,
    Action::SameRequest,
    Action::WithdrawalsOf,
];

fn no_relation(model: &Model) -> Option<Line> {
    let here = model.here();
    let cursor = here.state().list.cursor();
    let leads = |action: &Action| cursor.is_some_and(|id| here.lead(id, *action).is_some());
    unless(RELATED.iter().any(leads), "there is nothing of the kind")
}

fn no_lead(model: &Model, action: Action) -> Option<Line> {
    let cursor = model.here().state().list.cursor();
    let lead = cursor.and_then(|id| model.here().lead(id, action));
    let why = || {
        Some(Line::new(if action == Action::AuditTrail {
            "this row has no trail of its own"
        } else {
            "this row does not lead there"
        }))
    };
    no_row(model).or_else(|| lead.map_or_else(why, |lead| no_tab(model, lead.tab)))
}

fn no_record(model: &Model) -> Option<Line> {
    let here = model.here();
    let id = here.state().list.cursor();
    let why = || {
        let one = here.noun().one;
        Line::new(&format!("a {one} is no record of the server"))
    };
    (!id.is_some_and(|id| here.has_record(id))).then(why)
}

fn no_numbered_tab(model: &Model, action: Action) -> Option<Line> {
    match action.tab_digit().and_then(Tab::of_digit) {
        Some(tab) => no_tab(model, tab),
        None => Some(Line::new("no tab has this number")),
    }
}

fn no_tab(model: &Model, tab: Tab) -> Option<Line> {
    (!model.may_see(tab)).then(|| Line::new(&format!("you lack the permission {}", tab.needs())))
}

fn no_repeat(model: &Model) -> Option<Line> {
    match model
        .writes
        .last_verb
        .as_ref()
        .filter(|last| last.tab == model.tab)
    {
        Some(last) => verbs::refusal(model, last.wanted),
        None => Some(Line::new("no verb was used on this tab yet")),
    }
}

fn no_verify(model: &Model) -> Option<Line> {
    let permission = Permission::AuditVerify;
    if !model.may(permission) {
        return Some(Line::new(&format!("you lack the permission {permission}")));
    }
    unless(
        model.verification.asker() != Some(Asker::Operator),
        "verification is running",
    )
}
