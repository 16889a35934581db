//! `list` and `get`: the rows of a tab as the console shows them, and one row in full.

use std::io::Write;

use clap::Args;
use quarterdeck_api::call::AnyCall;
use quarterdeck_api::filter::{self, FilterError};
use serde_json::{Map, Value};

use super::common::{CommonArguments, tab};
use super::exit::{Exit, Stopped};
use super::output::{Format, Printer};
use super::remote::{Remote, misunderstood};
use super::targets;
use crate::app::any_room::AnyRoom;
use crate::app::list::RowId;
use crate::app::message::Failed;
use crate::app::rooms::Rooms;
use crate::app::tab::Tab;
use crate::app::time::Times;
use crate::screens::screen::Fact;

/// `list`
#[derive(Clone, Debug, Args)]
pub struct ListArguments {
    /// Which list: apps, reports, data, withdrawals, users, audit or dash
    #[arg(value_name = "TAB", value_parser = tab)]
    pub tab: Tab,
    #[command(flatten)]
    pub rows: RowsArguments,
    #[command(flatten)]
    pub common: CommonArguments,
}

/// Which rows of a list.
#[derive(Clone, Debug, Default, Args)]
pub struct RowsArguments {
    /// Only rows that pass this filter, as in the console; `status:all` for all of a queue
    #[arg(long, value_name = "FILTER", default_value = "")]
    pub filter: String,
    /// At most so many rows; 100 where it is not said
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
}

/// How many rows are listed where nothing else is said.
const LISTED: usize = 100;

/// `get`
#[derive(Clone, Debug, Args)]
pub struct GetArguments {
    /// Which list: apps, reports, data, withdrawals or users
    #[arg(value_name = "TAB", value_parser = tab)]
    pub tab: Tab,
    /// Ids, or `-` for ids on standard input
    #[arg(value_name = "ID", required = true)]
    pub ids: Vec<String>,
    #[command(flatten)]
    pub common: CommonArguments,
}

/// Puts the filter on a room; where it asks the rows about `me`, who that is.
pub async fn apply_filter(
    room: &mut dyn AnyRoom,
    text: &str,
    remote: &Remote,
) -> Result<(), Stopped> {
    room.apply_filter(text, remote.now)
        .map_err(|error| wrong_filter(text, &error))?;
    if room.is_about_me() {
        let me = remote.me().await?;
        room.state_mut().me = Some(filter::Me {
            id: me.id,
            email: me.email.to_string(),
        });
    }
    Ok(())
}

/// Why a filter cannot be used, and where.
pub fn wrong_filter(text: &str, error: &FilterError) -> Stopped {
    let (message, column) = (&error.message, error.span.start + 1);
    Stopped::usage(&format!(
        "--filter: {message} (at column {column} of `{text}`)"
    ))
}

/// `list`
pub async fn list<W: Write>(
    remote: &Remote,
    which: Tab,
    rows: &RowsArguments,
    printer: &mut Printer<W>,
) -> Result<Exit, Stopped> {
    remote.require_session()?;
    let mut rooms = Rooms::default();
    let room = rooms.of_mut(which);
    apply_filter(room, &rows.filter, remote).await?;
    let (mut shown, limit) = (0, rows.limit.unwrap_or(LISTED));
    let mut request = Some(room.reload());
    while let Some(call) = request.take() {
        load(remote, room, &call).await?;
        let visible = room.state().list.visible();
        let until = visible.len().min(limit);
        if printer.format() != Format::Table {
            for id in &visible[shown..until] {
                printer.record(&record(room, *id))?;
            }
        }
        shown = until;
        if shown < limit && !printer.is_closed() {
            request = room.load_more();
        }
    }
    if printer.format() == Format::Table {
        print_table(&remote.times(), room, shown, printer)?;
        say_more(room, shown);
    }
    Ok(Exit::Done)
}

/// Loads a page; what follows in a reload is asked for as well.
pub async fn load(remote: &Remote, room: &mut dyn AnyRoom, call: &AnyCall) -> Result<(), Stopped> {
    let mut call = Some(call.clone());
    while let Some(page) = call.take() {
        let reply = remote.ask(&page).await?;
        call = room.receive(reply, remote.now);
    }
    Ok(())
}

fn record(room: &dyn AnyRoom, id: RowId) -> Map<String, Value> {
    match room.record(id) {
        Some(Value::Object(record)) => record,
        Some(_) | None => Map::new(),
    }
}

fn print_table<W: Write>(
    times: &Times,
    room: &dyn AnyRoom,
    shown: usize,
    printer: &mut Printer<W>,
) -> Result<(), Stopped> {
    let heads: Vec<_> = room.heads().iter().map(|head| head.title).collect();
    let cell = |id: &RowId, column| {
        let cell = room.cell(*id, column, times);
        cell.map_or_else(String::new, |cell| cell.text.as_str().to_owned())
    };
    let ids = &room.state().list.visible()[..shown];
    let rows: Vec<Vec<_>> = ids
        .iter()
        .map(|id| (0..heads.len()).map(|column| cell(id, column)).collect())
        .collect();
    printer.table(&heads, &rows)
}

/// Says on standard error how many rows there are, where not all of them are shown.
fn say_more(room: &dyn AnyRoom, shown: usize) {
    let total = room
        .state()
        .total
        .filter(|_| room.state().next_cursor.is_some());
    if let Some(total) = total {
        let more = if total.is_exact { "" } else { "more than " };
        eprintln!(
            "{shown} of {more}{} {}; --limit shows more",
            total.count,
            room.noun().many
        );
    }
}

/// `get`
pub async fn get<W: Write>(
    remote: &Remote,
    arguments: &GetArguments,
    printer: &mut Printer<W>,
) -> Result<Exit, Stopped> {
    remote.require_session()?;
    let ids = targets::read(&arguments.ids)?.ids();
    let mut found = 0;
    for id in &ids {
        let mut rooms = Rooms::default();
        let room = rooms.of_mut(arguments.tab);
        match get_one(remote, room, *id).await {
            Ok(json) => {
                found += 1;
                print_one(&remote.times(), room, *id, &json, printer)?;
            }
            Err(stopped) if stopped.exit == Exit::NotFound => {
                say_missing(*id, room, printer.format());
            }
            Err(stopped) => return Err(stopped),
        }
    }
    Ok(match found {
        0 if !ids.is_empty() => Exit::NotFound,
        some if some < ids.len() => Exit::Partial,
        _ => Exit::Done,
    })
}

fn say_missing(id: RowId, room: &dyn AnyRoom, format: Format) {
    let why = format!("there is no {} {id}", room.noun().one);
    match format {
        Format::Json => eprintln!("{}", Stopped::new(Exit::NotFound, &why).to_json()),
        Format::Csv | Format::Table => eprintln!("quarterdeck: {why}"),
    }
}

/// Asks for a row and its detail; the whole as JSON.
async fn get_one(
    remote: &Remote,
    room: &mut dyn AnyRoom,
    id: RowId,
) -> Result<Map<String, Value>, Stopped> {
    let call = room.ask_one(id).ok_or_else(|| {
        let noun = room.noun().many;
        Stopped::usage(&format!("the server gives no single {noun}; use `list`"))
    })?;
    let reply = remote.ask(&call).await?;
    let mut whole = object(reply.to_json());
    let taken = room.take_one(reply, remote.now);
    let mut rest = taken.ok_or_else(|| misunderstood(room.noun().one))?.rest;
    // Where the row alone is given by its id, what is known besides follows.
    rest = rest.or_else(|| room.load_detail());
    while let Some(call) = rest.take() {
        let reply = remote.ask(&call).await?;
        let (_, part) = call.spec().id.split_once('.').unwrap_or_default();
        whole.insert(part.to_owned(), Value::Object(object(reply.to_json())));
        rest = room.receive_detail(Ok::<_, Failed>(reply), remote.now);
    }
    Ok(whole)
}

/// A record, whatever it was told as.
pub fn object(json: serde_json::Result<Value>) -> Map<String, Value> {
    match json {
        Ok(Value::Object(object)) => object,
        Ok(_) | Err(_) => Map::new(),
    }
}

fn print_one<W: Write>(
    times: &Times,
    room: &dyn AnyRoom,
    id: RowId,
    json: &Map<String, Value>,
    printer: &mut Printer<W>,
) -> Result<(), Stopped> {
    if printer.format() != Format::Table {
        return printer.record(json);
    }
    let name = room.name(id).unwrap_or_default();
    printer.line(&format!("{} {id}  {name}", room.noun().one))?;
    for fact in room.describe(id, times) {
        print_fact(&fact, printer)?;
    }
    printer.line("")
}

/// Writes a piece of a detail.
pub fn print_fact<W: Write>(fact: &Fact, printer: &mut Printer<W>) -> Result<(), Stopped> {
    match fact {
        Fact::Field { label, value, .. } => {
            printer.line(&format!("  {label:<12}{}", value.as_str()))
        }
        Fact::Heading(title) | Fact::Part(title) => printer.line(&format!("\n  {title}")),
        Fact::Prose(body) => body
            .lines()
            .try_for_each(|line| printer.line(&format!("    {line}"))),
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, FixedOffset, Utc};
    use serde_json::json;

    use super::*;
    use crate::app::time::TimeStyle;

    /// The texts of strangers that every test of the console is held against.
    const HOSTILE: &str = include_str!("../../tests/hostile.json");

    fn texts() -> Vec<String> {
        let all: Value = serde_json::from_str(HOSTILE).unwrap();
        let named = all["terminal"].as_array().unwrap().iter();
        let named = named.map(|named| &named["text"]);
        let plain = all["strings"].as_array().unwrap().iter();
        let texts = named.chain(plain).filter_map(Value::as_str);
        texts.map(str::to_owned).collect()
    }

    fn now() -> DateTime<Utc> {
        "2026-11-20T14:00:00Z".parse().unwrap()
    }

    fn times() -> Times {
        Times {
            now: now(),
            style: TimeStyle::Relative,
            offset: FixedOffset::east_opt(0).unwrap(),
        }
    }

    fn application(text: &str) -> Value {
        json!({
            "id": 1, "user_id": 7, "name": text, "email": text, "status": text,
            "submitted_at": "2026-11-19T10:00:00Z", "decided_at": "2026-11-20T10:00:00Z",
            "decided_by": text, "reason": text, "version": 1, "answers": text,
        })
    }

    /// A room that took this text from a server, as list and detail.
    fn taken(text: &str, then: impl Fn(&dyn AnyRoom, &Map<String, Value>)) {
        let mut rooms = Rooms::default();
        let room = rooms.of_mut(Tab::Applications);
        let page = json!({
            "data": [application(text)], "total": 1, "total_exact": true, "next_cursor": null,
        });
        let list = room.reload();
        room.receive(list.decode(page.to_string().as_bytes()).unwrap(), now());
        let one = room.ask_one(RowId(1)).unwrap();
        let reply = one
            .decode(application(text).to_string().as_bytes())
            .unwrap();
        let whole = object(reply.to_json());
        assert!(room.take_one(reply, now()).is_some());
        then(room, &whole);
    }

    fn written(format: Format, print: impl FnOnce(&mut Printer<&mut Vec<u8>>)) -> String {
        let mut output = Vec::new();
        print(&mut Printer::new(format, &mut output));
        String::from_utf8(output).unwrap()
    }

    fn check(output: &str, text: &str) {
        let is_obeyed = |letter: char| {
            (letter.is_control() && letter != '\n')
                || ('\u{202a}'..='\u{202e}').contains(&letter)
                || ('\u{2066}'..='\u{2069}').contains(&letter)
        };
        let obeyed = output.chars().find(|letter| is_obeyed(*letter));
        assert_eq!(obeyed, None, "{text:?} is written as {output:?}");
    }

    #[test]
    fn hostile_text_is_obeyed_in_no_form_of_output() {
        for text in texts() {
            taken(&text, |room, whole| {
                for format in [Format::Json, Format::Csv] {
                    let row = written(format, |printer| {
                        printer.record(&record(room, RowId(1))).unwrap();
                    });
                    check(&row, &text);
                    let one = written(format, |printer| {
                        print_one(&times(), room, RowId(1), whole, printer).unwrap();
                    });
                    check(&one, &text);
                    if format == Format::Json {
                        assert_eq!(row.lines().count(), 1, "{text:?}");
                        assert!(serde_json::from_str::<Value>(&one).is_ok(), "{text:?}");
                    }
                }
                let table = written(Format::Table, |printer| {
                    print_table(&times(), room, 1, printer).unwrap();
                });
                check(&table, &text);
                assert_eq!(table.lines().count(), 2, "{text:?} leaves its row");
                let one = written(Format::Table, |printer| {
                    print_one(&times(), room, RowId(1), whole, printer).unwrap();
                });
                check(&one, &text);
            });
        }
    }
}
