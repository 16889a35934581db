//! `whoami`: the account that the commands act as.

use std::io::Write;

use quarterdeck_api::sessions::Me;
use serde_json::{Map, Value};

use super::exit::{Exit, Stopped};
use super::output::{Format, Printer};
use super::remote::Remote;

/// `whoami`
pub async fn whoami<W: Write>(remote: &Remote, printer: &mut Printer<W>) -> Result<Exit, Stopped> {
    let me = remote.me().await?;
    if printer.format() == Format::Table {
        print(remote, &me, printer)?;
    } else {
        let record = match serde_json::to_value(&me) {
            Ok(Value::Object(record)) => record,
            Ok(_) | Err(_) => Map::new(),
        };
        printer.record(&record)?;
    }
    Ok(Exit::Done)
}

fn print<W: Write>(remote: &Remote, me: &Me, printer: &mut Printer<W>) -> Result<(), Stopped> {
    let words = |all: Vec<String>| all.join(", ");
    let roles = words(me.roles.iter().map(ToString::to_string).collect());
    let permissions = words(me.permissions.iter().map(ToString::to_string).collect());
    let permissions = if me.is_super_admin() {
        "all".to_owned()
    } else {
        permissions
    };
    let lines = [
        ("Account", format!("{} {}", me.id, me.email)),
        ("Server", remote.config.host()),
        ("Environment", me.environment.to_string()),
        ("Roles", roles),
        ("May", permissions),
        ("Session", format!("to {}", remote.times().at(me.exp))),
    ];
    lines
        .iter()
        .try_for_each(|(label, value)| printer.line(&format!("{label:<12}{value}")))
}
