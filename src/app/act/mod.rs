//! Doing what a key, a menu entry or a command names: the lists of both, each line a call of what does it.
//! The keys, the menu and the palette come here.

mod access;
mod environment;
mod go;
mod jump;
mod leave;
mod saved;
mod select;

pub use go::detail_covers_list;
pub use leave::cancel;

use super::any_room::Wanted;
use super::availability::why_not;
use super::choosing;
use super::detail;
use super::doctor;
use super::draft::Answers;
use super::field::Field;
use super::keymap::Action;
use super::list::Move;
use super::loading;
use super::message::{Effect, Severity};
use super::model::Model;
use super::overlay::{FilterPrompt, Overlay, Prompt};
use super::palette::Command;
use super::reading;
use super::second_key::SecondKey;
use super::session;
use super::verbs;
use super::words;

/// Does what an action names, or says why it cannot be done.
#[expect(clippy::too_many_lines, reason = "a flat list: what each action calls")]
pub fn run(model: &mut Model, action: Action) {
    if let Some(why) = why_not(model, action) {
        let label = model
            .keymap
            .binding(action)
            .map(|binding| words::help(model, binding).to_string());
        let label = label.unwrap_or_else(|| action.name().to_owned());
        let label = label.split([',', ';']).next().unwrap_or_default();
        model.toast(Severity::Warn, &format!("{label}: {why}"));
        return;
    }
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
        | Action::RefuseWithNote => {
            begin(model, action.into(), |model, wanted| {
                verbs::begin(model, wanted, Answers::default());
            });
        }
        Action::TakeBack => verbs::take_back(model),
        Action::Repeat => verbs::repeat(model),
        Action::Retry => verbs::retry(model),
        Action::Verify => loading::verify(model),
        Action::Palette => model.overlay = Some(Overlay::Palette(Prompt::new())),
        Action::Help => model.overlay = Some(Overlay::Menu(Prompt::new())),
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
        | Action::TabM => jump::show_numbered(model, action),
        Action::NextTab => jump::step_tab(model, 1),
        Action::PreviousTab => jump::step_tab(model, model.tab_row().len() - 1),
        Action::LastView => jump::last_view(model),
        Action::Refresh => loading::refresh(model),
        Action::Pause => loading::pause_auto(model),
        Action::Times => next_times(model),
        Action::Escape => leave::escape(model),
        Action::Quit => leave::close_or_quit(model),
        Action::Cancel => cancel(model),
        Action::Repaint => model.effects.push(Effect::Repaint),
        Action::Compact => model.chrome = model.chrome.other(),
        Action::Suspend => model.effects.push(Effect::Suspend),
        Action::Down => go::go(model, Move::Down(1)),
        Action::Up => go::go(model, Move::Up(1)),
        Action::Top => go::go(model, Move::Top),
        Action::Bottom => go::go(model, Move::Bottom),
        Action::HalfDown => go::go(model, Move::Down(go::page(model) / 2)),
        Action::HalfUp => go::go(model, Move::Up(go::page(model) / 2)),
        Action::PageDown => go::go(model, Move::Down(go::page(model) - 1)),
        Action::PageUp => go::go(model, Move::Up(go::page(model) - 1)),
        Action::Open => jump::open(model),
        Action::Back => go::close_detail(model),
        Action::SwitchPane => go::switch_pane(model),
        Action::Mark => select::mark(model),
        Action::Range => select::range(model),
        Action::MarkAll => loading::mark_all(model),
        Action::Filter => open_filter(model),
        Action::Sort => model.overlay = Some(Overlay::Sort),
        Action::CopyId => copy_id(model),
        Action::CopyMenu => open_copies(model),
        Action::Handled => jump::go_to_handled(model),
        Action::Full => reading::toggle(model),
        Action::Raw => reading::toggle_raw(model),
        Action::Columns => choosing::open(model),
        Action::NextPart => detail::step_part(model, detail::Step::Next),
        Action::PreviousPart => detail::step_part(model, detail::Step::Previous),
        Action::Search => reading::open_search(model),
        Action::NextMatch => reading::step(model, Move::Down(1)),
        Action::PreviousMatch => reading::step(model, Move::Up(1)),
        Action::Wrap => reading::toggle_wrap(model),
        Action::Right => reading::right(model),
        Action::Left => reading::left(model),
        Action::Related => model.second_key = Some(SecondKey::awaited(model.now)),
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
        | Action::WithdrawalsOf => {
            jump::follow(model, action);
        }
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
        | Action::Standard
        | Action::Submit
        | Action::Next
        | Action::Previous
        | Action::Complete
        | Action::Abandon => {}
    }
}

/// Begins a verb, unless it writes nothing and leads elsewhere.
fn begin(model: &mut Model, wanted: Wanted, verb: impl FnOnce(&mut Model, Wanted)) {
    match verbs::lead(model, wanted) {
        Some(Ok(lead)) => jump::jump(model, &lead),
        Some(Err(_)) | None => verb(model, wanted),
    }
}

/// Does what a command names.
pub fn command(model: &mut Model, command: Command) {
    match command {
        Command::Show(tab, filter) => jump::show_filtered(model, tab, filter),
        Command::Run(action) => run(model, action),
        Command::Verb(wanted) => begin(model, wanted, verbs::begin_named),
        Command::Messages => model.overlay = Some(Overlay::Messages { scroll: 0 }),
        Command::Journal => loading::open_journal(model),
        Command::Doctor => doctor::open(model),
        Command::Debug => doctor::open_figures(model),
        Command::Access(mode) => access::set(model, mode),
        Command::Environment(profile) => environment::enter(model, &profile),
        Command::Marks(what) => select::marks(model, what),
        Command::Filter(command) => saved::run(model, &command),
        Command::Columns(names) if names.is_empty() => run(model, Action::Columns),
        Command::Columns(names) => choosing::choose(model, &names),
        Command::Keys => model.overlay = Some(Overlay::Menu(Prompt::new())),
        Command::Theme(theme) => {
            model.theme = theme;
            model.toast(Severity::Info, &format!("Theme {}", theme.as_str()));
        }
        Command::AutoRefresh(seconds) => loading::set_auto(model, seconds),
        Command::Reload => model.effects.push(Effect::ReloadConfig),
        Command::SignIn => session::sign_in_again(model),
        Command::SignOut => session::sign_out(model),
        Command::RecoveryCodes => session::renew_codes(model),
        Command::Quit => leave::quit(model),
    }
}

fn next_times(model: &mut Model) {
    model.time_style = model.time_style.next();
    model.toast(
        Severity::Info,
        &format!("Times: {}", model.time_style.name()),
    );
}

fn open_filter(model: &mut Model) {
    let field = Field::plain().holding(&model.here().state().filter);
    model.overlay = Some(Overlay::Filter(FilterPrompt { field, error: None }));
}

fn copy_id(model: &mut Model) {
    let room = model.here();
    let Some(id) = room.state().list.cursor() else {
        return;
    };
    if !room.has_ids() {
        let text = format!("a {} has no id to copy", room.noun().one);
        return model.toast(Severity::Warn, &text);
    }
    model.effects.push(Effect::Copy(id.to_string()));
}

fn open_copies(model: &mut Model) {
    if let Some(id) = model.here().state().list.cursor() {
        loading::load_raw(model);
        model.overlay = Some(Overlay::Copy(model.here().copies(id)));
    }
}
