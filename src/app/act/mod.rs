//! Doing what a key, a menu entry or a command names.

use chrono::TimeDelta;
use quarterdeck_api::text::Line;

use super::any_room::AnyRoom;
use super::availability::why_not;
use super::detail;
use super::draft::Answers;
use super::field::Field;
use super::keymap::Action;
use super::layout::Mode;
use super::list::{Move, RowId};
use super::loading;
use super::message::{Effect, Severity, Slot};
use super::model::{Jump, Model};
use super::overlay::{FilterPrompt, Overlay, Prompt};
use super::palette::Command;
use super::room_state::Pane;
use super::session;
use super::tab::Tab;
use super::verbs;
use super::words;
use super::writes::LastAct;
use crate::screens::screen::Lead;

/// How long a second C-c quits.
const QUIT_WINDOW: TimeDelta = TimeDelta::seconds(2);

/// Does what an action names, or says why it cannot be done.
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
        | Action::Ban
        | Action::Export
        | Action::Remove
        | Action::AcceptWithNote
        | Action::RefuseWithNote => {
            verbs::begin(model, action, Answers::default());
        }
        Action::TakeBack => verbs::take_back(model),
        Action::Repeat => verbs::repeat(model),
        Action::Retry => verbs::retry(model),
        Action::Verify => loading::verify(model),
        Action::Overdue => show_overdue(model),
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
        | Action::Tab9 => show_numbered(model, action),
        Action::NextTab => step_tab(model, 1),
        Action::PreviousTab => step_tab(model, model.tabs().len() - 1),
        Action::LastView => last_view(model),
        Action::Refresh => loading::refresh(model),
        Action::Times => next_times(model),
        Action::Escape => escape(model),
        Action::Quit => close_or_quit(model),
        Action::Cancel => cancel(model),
        Action::Repaint => model.effects.push(Effect::Repaint),
        Action::Suspend => model.effects.push(Effect::Suspend),
        Action::Down => go(model, Move::Down(1)),
        Action::Up => go(model, Move::Up(1)),
        Action::Top => go(model, Move::Top),
        Action::Bottom => go(model, Move::Bottom),
        Action::HalfDown => go(model, Move::Down(page(model) / 2)),
        Action::HalfUp => go(model, Move::Up(page(model) / 2)),
        Action::PageDown => go(model, Move::Down(page(model) - 1)),
        Action::PageUp => go(model, Move::Up(page(model) - 1)),
        Action::Open => open(model),
        Action::Back => close_detail(model),
        Action::SwitchPane => switch_pane(model),
        Action::Mark => mark(model),
        Action::Range => range(model),
        Action::MarkAll => model.here_mut().state_mut().list.mark_all(),
        Action::Filter => open_filter(model),
        Action::Sort => model.overlay = Some(Overlay::Sort),
        Action::CopyId => copy_id(model),
        Action::CopyMenu => open_copies(model),
        Action::Handled => go_to_handled(model),
        Action::Related => model.is_choosing_related = true,
        Action::AuditTrail
        | Action::SubjectUser
        | Action::TargetRow
        | Action::DoneBy
        | Action::ReportsAbout => {
            follow(model, action);
        }
        Action::Confirm
        | Action::FreeText
        | Action::ScrollDown
        | Action::ScrollUp
        | Action::Decline
        | Action::Submit
        | Action::Next
        | Action::Previous
        | Action::Complete
        | Action::Abandon => {}
    }
}

/// Does what a command names.
pub fn command(model: &mut Model, command: Command) {
    match command {
        Command::Show(tab, filter) => show_filtered(model, tab, filter),
        Command::Run(action) => run(model, action),
        Command::Verb(wanted) => verbs::begin_named(model, wanted),
        Command::Messages => model.overlay = Some(Overlay::Messages { scroll: 0 }),
        Command::Keys => model.overlay = Some(Overlay::Menu(Prompt::new())),
        Command::Theme(theme) => {
            model.theme = theme;
            model.toast(Severity::Info, &format!("Theme {}", theme.as_str()));
        }
        Command::SignIn => session::sign_in_again(model),
        Command::SignOut => session::sign_out(model),
        Command::Quit => quit(model),
    }
}

fn show_numbered(model: &mut Model, action: Action) {
    if let Some(tab) = action.tab_digit().and_then(Tab::of_digit) {
        show(model, tab);
    }
}

fn show(model: &mut Model, tab: Tab) {
    model.jump = None;
    loading::show(model, tab);
}

/// The view before this one: another tab, or this one before a jump changed its filter.
fn last_view(model: &mut Model) {
    let tab = model.tab;
    if let Some(jump) = model
        .jump
        .take_if(|jump| jump.from == tab && jump.to == tab)
    {
        return leave_jump(model, &jump);
    }
    let tab = model.last_tab.unwrap_or(tab);
    show(model, tab);
}

fn step_tab(model: &mut Model, by: usize) {
    let tabs = model.tabs();
    let here = tabs.iter().position(|tab| *tab == model.tab).unwrap_or(0);
    if let Some(tab) = tabs.get((here + by) % tabs.len().max(1)) {
        show(model, *tab);
    }
}

fn show_filtered(model: &mut Model, tab: Tab, filter: Option<String>) {
    if !model.may_see(tab) {
        let needs = tab.needs();
        model.toast(
            Severity::Warn,
            &format!("{}: you lack the permission {needs}", tab.name()),
        );
        return;
    }
    model.jump = None;
    match filter {
        None => loading::show(model, tab),
        Some(filter) => show_with(model, tab, &filter),
    }
}

/// Shows a tab with another filter, loaded anew.
fn show_with(model: &mut Model, tab: Tab, filter: &str) {
    let now = model.now;
    if let Err(error) = model.room_mut(tab).apply_filter(filter, now) {
        model.toast(
            Severity::Warn,
            &format!("Column {}: {}", error.column + 1, error.message),
        );
        return;
    }
    let state = model.room_mut(tab).state_mut();
    state.is_visited = true;
    state.pane = Pane::List;
    loading::show(model, tab);
    loading::load(model, tab);
}

fn next_times(model: &mut Model) {
    model.time_style = model.time_style.next();
    model.toast(
        Severity::Info,
        &format!("Times: {}", model.time_style.name()),
    );
}

/// Leaves one layer (console.md §4.5); what lies over the screen has taken the key before.
fn escape(model: &mut Model) {
    let tab = model.tab;
    let state = model.here_mut().state_mut();
    if state.list.is_in_range() {
        state.list.drop_range();
    } else if state.pane == Pane::Detail {
        close_detail(model);
    } else if state.list.marked_count() > 0 {
        let marks = state.list.clear_marks();
        let text = format!(
            "{} marks cleared ({} restores)",
            marks.len(),
            model.keymap.shown(Action::TakeBack)
        );
        model.writes.acted(model.now, LastAct::Marks(tab, marks));
        model.toast(Severity::Undoable, &text);
    } else if let Some(jump) = model.jump.take_if(|jump| jump.to == tab) {
        leave_jump(model, &jump);
    } else if !state_filter_is_empty(model) {
        show_with(model, tab, "");
    } else {
        let key = model.keymap.shown(Action::Quit);
        model.toast(Severity::Info, &format!("{key} quits"));
    }
}

fn state_filter_is_empty(model: &Model) -> bool {
    model.here().state().filter.is_empty()
}

/// The jump's own filter goes with it.
fn leave_jump(model: &mut Model, jump: &Jump) {
    let now = model.now;
    // It was a filter before the jump; it is one still.
    if model
        .room_mut(jump.to)
        .apply_filter(&jump.filter_before, now)
        .is_ok()
    {
        model.room_mut(jump.to).state_mut().is_visited = false;
    }
    loading::show(model, jump.from);
}

/// Closes a layer, or at the root quits: at once if nothing would be lost.
fn close_or_quit(model: &mut Model) {
    if model.is_in_detail() {
        close_detail(model);
    } else {
        quit(model);
    }
}

/// Quits; asks if marks or writes in flight would be lost.
fn quit(model: &mut Model) {
    let marks: usize = Tab::ALL
        .iter()
        .map(|tab| model.room(*tab).state().list.marked_count())
        .sum();
    let why = match (model.writes.in_flight(), marks) {
        (0, 0) => return model.effects.push(Effect::Quit { message: None }),
        (0, 1) => "1 row is marked.".to_owned(),
        (0, marks) => format!("{marks} rows are marked."),
        (1, _) => "1 call is not answered yet; it may still happen.".to_owned(),
        (writes, _) => format!("{writes} calls are not answered yet; they may still happen."),
    };
    model.overlay = Some(Overlay::Leave {
        why: Line::new(&why),
    });
}

/// Stops what is loading; with nothing to stop, a second time within two seconds quits.
pub fn cancel(model: &mut Model) {
    let tab = model.tab;
    let slots = [
        Slot::List(tab),
        Slot::Detail(tab),
        Slot::Verify,
        Slot::Me,
        Slot::Gate,
    ];
    let loading: Vec<Slot> = slots
        .into_iter()
        .filter(|slot| model.is_loading(*slot))
        .collect();
    if loading.is_empty() {
        return cancel_twice(model);
    }
    for slot in loading {
        model.cancel_read(slot);
    }
    loading::cancelled(model);
    model.toast(Severity::Info, "Loading stopped");
}

fn cancel_twice(model: &mut Model) {
    if model
        .quit_armed_until
        .is_some_and(|until| model.now < until)
    {
        model.effects.push(Effect::Quit { message: None });
        return;
    }
    model.quit_armed_until = Some(model.now + QUIT_WINDOW);
    let key = model.keymap.shown(Action::Cancel);
    model.toast(Severity::Info, &format!("{key} again quits"));
}

/// Rows of a page.
fn page(model: &Model) -> usize {
    model.layout().table_rows().max(2)
}

fn go(model: &mut Model, step: Move) {
    if model.is_in_detail() {
        detail::scroll(model, step);
        return;
    }
    model.here_mut().state_mut().list.go(step);
    if matches!(step, Move::Down(_) | Move::Bottom) {
        loading::load_more_near_end(model);
    }
}

/// The row in full, or what it leads to.
fn open(model: &mut Model) {
    match lead(model, |here, id| here.opens(id)) {
        Some(lead) => jump(model, &lead),
        None => open_detail(model),
    }
}

fn open_detail(model: &mut Model) {
    model.here_mut().state_mut().pane = Pane::Detail;
    loading::load_detail(model);
}

fn close_detail(model: &mut Model) {
    model.here_mut().state_mut().pane = Pane::List;
}

fn switch_pane(model: &mut Model) {
    match model.here().state().pane {
        Pane::List => open_detail(model),
        Pane::Detail => close_detail(model),
    }
}

fn mark(model: &mut Model) {
    let list = &mut model.here_mut().state_mut().list;
    list.toggle_mark();
    list.go(Move::Down(1));
    loading::load_more_near_end(model);
}

fn range(model: &mut Model) {
    let list = &mut model.here_mut().state_mut().list;
    if list.is_in_range() {
        list.end_range();
    } else {
        list.begin_range();
    }
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
        model.overlay = Some(Overlay::Copy(model.here().copies(id)));
    }
}

fn go_to_handled(model: &mut Model) {
    let Some((tab, id)) = model.writes.handled else {
        return;
    };
    loading::show(model, tab);
    if !model.room_mut(tab).state_mut().list.go_to(id) {
        model.toast(Severity::Warn, &format!("{id} is not among the rows shown"));
    }
}

/// What belongs to the row under the cursor; Esc leads back.
fn follow(model: &mut Model, action: Action) {
    if let Some(lead) = lead(model, |here, id| here.lead(id, action)) {
        jump(model, &lead);
    }
}

/// What is overdue in the queue under the cursor; Esc leads back.
fn show_overdue(model: &mut Model) {
    if let Some(lead) = lead(model, |here, id| here.overdue(id)) {
        jump(model, &lead);
    }
}

fn lead(model: &Model, of: impl Fn(&dyn AnyRoom, RowId) -> Option<Lead>) -> Option<Lead> {
    let here = model.here();
    here.state().list.cursor().and_then(|id| of(here, id))
}

fn jump(model: &mut Model, lead: &Lead) {
    let (from, to) = (model.tab, lead.tab);
    let filter_before = model.room(to).state().filter.clone();
    show_with(model, to, &lead.filter);
    model.jump = Some(Jump {
        from,
        to,
        filter_before,
    });
}

/// Whether the detail hides the list.
pub fn detail_covers_list(model: &Model) -> bool {
    model.is_in_detail() && model.layout().mode != Mode::Wide
}
