//! docs/API.md is derived: its tables must be what the contract declares. `UPDATE_DOCS=1 cargo test -p
//! quarterdeck-api --test docs` writes them anew.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Write as _;
use std::path::PathBuf;

use quarterdeck_api::operation::{Access, Effect, Entry};
use quarterdeck_api::operations::OPERATIONS;
use quarterdeck_api::permission::Permission;
use quarterdeck_api::problem::Code;

fn access(entry: &Entry) -> String {
    match entry.spec.access {
        Access::Permission(permission) => format!("`{permission}`"),
        Access::OneOf(permissions) => {
            let keys: Vec<_> = permissions
                .iter()
                .map(|permission| format!("`{permission}`"))
                .collect();
            keys.join(" or ")
        }
        Access::Anyone
        | Access::Credential
        | Access::Enrolling
        | Access::Human
        | Access::Socket
        | Access::Admin
        | Access::SuperAdmin => entry.spec.access.name().to_owned(),
    }
}

fn effect(entry: &Entry) -> String {
    match entry.spec.effect {
        Effect::Write(codes) => {
            let codes: Vec<_> = codes.iter().map(|code| format!("`{code}`")).collect();
            codes.join(" ")
        }
        Effect::Read | Effect::RecordedRead | Effect::Session => {
            entry.spec.effect.name().to_owned()
        }
    }
}

fn operations() -> String {
    let mut table =
        "| operation | method and path | who | code | rate | leaves | |\n|---|---|---|---|---|---|---|\n"
            .to_owned();
    for entry in OPERATIONS {
        let spec = &entry.spec;
        writeln!(
            table,
            "| `{}` | {} `{}` | {} | {} | {} | {} | {} |",
            spec.id,
            spec.method,
            spec.path,
            access(entry),
            spec.otp.name(),
            spec.rate.name(),
            effect(entry),
            spec.summary
        )
        .unwrap();
    }
    table
}

fn codes() -> String {
    let mut table = "| status | code | meaning |\n|---|---|---|\n".to_owned();
    for code in Code::ALL {
        writeln!(table, "| {} | `{code}` | {} |", code.status(), code.title()).unwrap();
    }
    table
}

fn permissions() -> String {
    let mut table = "| group | permission | allows |\n|---|---|---|\n".to_owned();
    for permission in Permission::ALL {
        writeln!(
            table,
            "| {} | `{permission}` | {} |",
            permission.group(),
            permission.description()
        )
        .unwrap();
    }
    table
}

fn document(text: &str) -> String {
    let tables = [
        ("operations", operations()),
        ("codes", codes()),
        ("permissions", permissions()),
    ];
    tables.iter().fold(text.to_owned(), |text, (name, table)| {
        let (start, end) = (
            format!("<!-- {name} -->\n"),
            format!("<!-- end of {name} -->"),
        );
        let (before, rest) = text
            .split_once(&start)
            .unwrap_or_else(|| panic!("docs/API.md has no {start}"));
        let (_, after) = rest
            .split_once(&end)
            .unwrap_or_else(|| panic!("docs/API.md has no {end}"));
        format!("{before}{start}{table}{end}{after}")
    })
}

#[test]
fn s002_02_the_api_reference_says_what_the_contract_declares() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/API.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let derived = document(&text);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &derived).unwrap();
    }
    assert_eq!(
        text, derived,
        "docs/API.md is stale; UPDATE_DOCS=1 writes it anew"
    );
}
