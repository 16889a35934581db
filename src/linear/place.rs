//! Where the operator is: the tab and what it shows, the row, and the row in full.

use super::prompt::Prompt;
use crate::app::columns;
use crate::app::explain::explain;
use crate::app::field::Display;
use crate::app::keymap::Action;
use crate::app::list::RowId;
use crate::app::menu;
use crate::app::model::Model;
use crate::app::options::AccessMode;
use crate::app::room_state::{DetailLoad, RoomState, Scope, Total};
use crate::app::tab::Tab;
use crate::app::time::TimeStyle;
use crate::app::writes::WriteState;
use crate::screens::screen::{Fact, Width};

/// Rows that are listed at once.
pub(super) const LISTED: usize = 10;

/// What was said of where the operator is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    head: String,
    tab: Tab,
    id: Option<RowId>,
    /// What can change of a row without anything being pressed, its age aside.
    state: String,
}

impl Place {
    pub(super) fn of(model: &Model) -> Self {
        let list = &model.here().state().list;
        let id = list.cursor();
        let state = id.map_or_else(String::new, |id| {
            let status = model.here().status(id).unwrap_or_default();
            format!("{:?} {status} {}", list.cursor_index(), standing(model, id))
        });
        Self {
            head: head(model),
            tab: model.tab,
            id,
            state,
        }
    }

    /// What of it is new.
    pub(super) fn since(&self, before: Option<&Self>, model: &Model) -> Vec<String> {
        let is_said = before.is_some_and(|before| before.head == self.head);
        let head = (!is_said).then(|| self.head.clone());
        let row = (before != Some(self)).then(|| row_at_cursor(model));
        head.into_iter().chain(row).collect()
    }
}

/// `Apps: 128, status:PENDING, oldest first`
fn head(model: &Model) -> String {
    let room = model.here();
    let state = room.state();
    let total = state
        .total
        .map_or_else(String::new, |total| format!(" {}", count(total)));
    let order = room.orders().get(state.order_shown());
    let order = order.map_or_else(String::new, |order| format!(", {}", order.name));
    format!("{}:{total}, {}{order}", model.tab.title(), filter(model))
}

fn count(total: Total) -> String {
    let more = if total.is_exact { "" } else { " or more" };
    format!("{}{more}", total.count)
}

/// The filter in force, and where it is applied.
pub(super) fn filter(model: &Model) -> String {
    let room = model.here();
    let state = room.state();
    let own = match room.default_filter() {
        "" => "no filter",
        own => own,
    };
    let text = match state.filter.as_str() {
        "" => own,
        text => text,
    };
    let loaded = room.loaded();
    match state.scope {
        Scope::Local | Scope::Unanswered => format!("{text} among the {loaded} loaded"),
        Scope::Mixed => format!("{text} in part among the {loaded} loaded"),
        Scope::Server | Scope::Nowhere => text.to_owned(),
    }
}

fn row_at_cursor(model: &Model) -> String {
    let state = model.here().state();
    match state.list.cursor() {
        Some(id) => row(model, id),
        None => nothing(model, state),
    }
}

/// Why there are no rows.
fn nothing(model: &Model, state: &RoomState) -> String {
    let room = model.here();
    let many = room.noun().many;
    if !model.may_see(model.tab) {
        let needs = model.tab.needs();
        return format!("error: your account may not see {many}; ask a super-admin for {needs}");
    }
    match &state.failure {
        Some(failure) => format!("error: {many} not loaded. {failure} `refresh` tries again."),
        None if state.scope == Scope::Unanswered => format!("No loaded {many} match"),
        None if state.next_cursor.is_some() => {
            format!(
                "None of the {} loaded {many} match, and there are more",
                room.loaded()
            )
        }
        None if !state.filter.is_empty() => format!("No {many} match; `/` clears the filter"),
        None if room.default_filter().is_empty() => format!("No {many} yet"),
        None => format!("Nothing left to decide; `/status:all` shows all {many}"),
    }
}

/// `12 of 128: #4711 PENDING, 3d old, Ana Lima, e-mail ana@example.com`
fn row(model: &Model, id: RowId) -> String {
    let room = model.here();
    let state = room.state();
    let shown = state.list.visible();
    let place = shown.iter().position(|other| *other == id);
    let place = place.map_or(0, |place| place + 1);
    let of = match state.total {
        Some(total) if shown.len() >= room.loaded() => count(total),
        Some(_) | None => shown.len().to_string(),
    };
    let said = standing(model, id);
    format!(
        "{place} of {of}: {}{}{said}",
        name(model, id),
        cells(model, id)
    )
}

fn name(model: &Model, id: RowId) -> String {
    if model.here().has_ids() {
        format!("{id} ")
    } else {
        String::new()
    }
}

/// What a row shows, each with the name of its column where it would not be understood without.
fn cells(model: &Model, id: RowId) -> String {
    let (room, times) = (model.here(), model.times());
    let heads = room.heads();
    let shown = columns::shown(room).into_iter();
    let heads = shown.filter_map(|column| Some((column, heads.get(column)?)));
    let cells = heads.filter_map(|(column, head)| {
        let cell = room.cell(id, column, &times)?;
        let text = cell.text.as_str();
        let is_empty = text.trim().is_empty() || text == "-";
        let is_id = room.has_ids() && matches!(head.title, "Id" | "Seq");
        let is_age = matches!(
            (head.width, times.style),
            (Width::Time, TimeStyle::Relative)
        );
        (!is_empty && !is_id).then(|| match head.title {
            "Status" | "Name" | "Action" | "Person" | "Queue" | "Kind" => text.to_owned(),
            "Age" | "Time" if is_age => format!("{text} old"),
            "Rep" => format!("reported {} times", text.trim_start_matches('×')),
            "SV" => signs(text),
            title if is_age => format!("{} {text} ago", title.to_lowercase()),
            title => format!("{} {text}", title.to_lowercase()),
        })
    });
    cells.collect::<Vec<_>>().join(", ")
}

/// `S` and `V` in words.
fn signs(text: &str) -> String {
    let words = text.chars().filter_map(|sign| match sign {
        'S' => Some("staff"),
        'V' => Some("verified"),
        _ => None,
    });
    words.collect::<Vec<_>>().join(", ")
}

/// What a sign tells beside a row on the screen.
fn standing(model: &Model, id: RowId) -> String {
    let state = model.here().state();
    let marked = state.list.is_marked(id).then(|| ", marked".to_owned());
    let write = match model.writes.state_of(model.tab, id) {
        Some(WriteState::InFlight) => Some(", being written".to_owned()),
        Some(WriteState::Unknown) => Some(", outcome unknown".to_owned()),
        None => state.overtaken.get(&id).map(|overtaken| {
            let code = overtaken.code.text().to_lowercase();
            format!(", somebody else was first: {code}")
        }),
    };
    let left = state.ghost.filter(|ghost| ghost.id == id);
    let left = left.map(|_| ", has left the list".to_owned());
    marked.into_iter().chain(write).chain(left).collect()
}

/// Rows from the one under the cursor on, a line each.
pub(super) fn list(model: &Model) -> Vec<String> {
    let list = &model.here().state().list;
    let from = list.cursor_index().unwrap_or(0);
    let rows = list.visible().iter().skip(from).take(LISTED);
    rows.map(|id| row(model, *id)).collect()
}

/// The row in full, a line a fact.
pub(super) fn detail(model: &Model) -> Vec<String> {
    let room = model.here();
    let Some(id) = room.state().list.cursor() else {
        return Vec::new();
    };
    let title = room.name(id).unwrap_or_default();
    let mut lines = vec![format!("{}{title}", name(model, id))];
    lines.extend(facts(&room.describe(id, &model.times())));
    match &room.state().detail {
        DetailLoad::Failed(of, failed) if *of == id => {
            lines.push(format!("error: not loaded. {}", explain(failed)));
        }
        DetailLoad::Failed(..) | DetailLoad::Loading(_) | DetailLoad::Idle => {}
    }
    lines
}

/// The lines that hold a text, in any case unless it has a capital, as the search of the screen has it.
pub(super) fn found(lines: &[String], sought: &str) -> Vec<String> {
    let is_exact = sought.chars().any(char::is_uppercase);
    let holds =
        |line: &&String| line.contains(sought) || !is_exact && line.to_lowercase().contains(sought);
    let found: Vec<_> = lines.iter().filter(holds).cloned().collect();
    if found.is_empty() {
        return vec![format!("`{sought}` is not found in this row")];
    }
    found
}

/// Facts, a line each; text of several lines stays so.
pub(super) fn facts(facts: &[Fact]) -> Vec<String> {
    let lines = |fact: &Fact| match fact {
        Fact::Field {
            label: "", value, ..
        } => vec![value.as_str().to_owned()],
        Fact::Field { label, value, .. } => vec![format!("{label}: {}", value.as_str())],
        Fact::Heading(heading) | Fact::Part(heading) => vec![format!("{heading}:")],
        Fact::Prose(body) => body.lines().map(str::to_owned).collect(),
    };
    facts.iter().flat_map(lines).collect()
}

/// Where one is, as whom, and how old what is said is.
pub(super) fn in_full(model: &Model) -> Vec<String> {
    let who = model
        .me
        .as_ref()
        .map_or_else(String::new, |me| format!("{} on ", me.email));
    let environment = model.me.as_ref().map(|me| &me.environment);
    let environment = environment.or(model.environment.as_ref());
    let environment = environment.map_or_else(String::new, |name| format!(", environment {name}"));
    let access = match model.access {
        AccessMode::ReadWrite => "",
        AccessMode::ReadOnly => ", read-only",
    };
    let state = model.here().state();
    let age = state.freshness.age_text(model.now);
    let age = age.map(|age| format!("Last updated {age} ago"));
    let marked = match (state.list.marked_count(), state.list.hidden_marks()) {
        (0, _) => None,
        (marked, 0) => Some(format!("{marked} marked")),
        (marked, hidden) => Some(format!(
            "{marked} marked, {hidden} of them hidden by the filter"
        )),
    };
    let tabs = model.tabs();
    let tabs = tabs
        .iter()
        .map(|tab| format!("{} {}", tab.digit(), tab.command()));
    let tabs = format!("Tabs: {}", tabs.collect::<Vec<_>>().join(", "));
    let chain = model
        .verification
        .badge()
        .filter(|_| model.tab == Tab::Audit);
    let chain = chain.map(|badge| badge.text.as_str().to_owned());
    let first = format!("{who}{}{environment}{access}", model.host);
    let rest = [
        model.header_note.as_ref().map(ToString::to_string),
        model.offline_label(),
        age,
        marked,
        chain,
        model
            .here()
            .amiss(model.now)
            .map(|finding| finding.to_string()),
    ];
    [first, tabs]
        .into_iter()
        .chain(rest.into_iter().flatten())
        .collect()
}

/// The keys that may follow the one that was pressed and lead somewhere.
pub(super) fn second_keys(model: &Model) -> Vec<String> {
    let leading = menu::second_keys(model).into_iter().flatten();
    let leading = leading.filter(|entry| entry.why_not.is_none());
    leading
        .map(|entry| format!("{}: {}", entry.keys, entry.help))
        .collect()
}

pub(super) fn prompt(model: &Model) -> Prompt {
    let marked = match model.here().state().list.marked_count() {
        0 => String::new(),
        marked => format!(", {marked} marked"),
    };
    let chosen = model.keymap.shown(Action::Related);
    let choosing = if model.second_key.is_some() {
        format!(", {chosen}")
    } else {
        String::new()
    };
    Prompt {
        text: format!("{}{marked}{choosing}>", model.tab.name()),
        typed: Display::Plain,
    }
}
