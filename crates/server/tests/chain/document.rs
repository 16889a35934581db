//! docs/AUDIT.md says what the code does.

use std::fmt::Write;

use data_encoding::HEXLOWER;
use quarterdeck_api::audit::{AuditCode, ChainStatus, Damage};

use super::vectors::{Vector, Vectors, vectors};

const DOCUMENT: &str = include_str!("../../../../docs/AUDIT.md");

/// What stands between two comments of the document.
fn between(start: &str, end: &str) -> &'static str {
    let (_, rest) = DOCUMENT.split_once(start).expect(start);
    let (_, rest) = rest.split_once("-->\n").expect(start);
    rest.split_once(&format!("<!-- {end} -->")).expect(end).0
}

/// The steps from a row to its link, as the document shows them.
fn worked_example(vectors: &Vectors, vector: &Vector, previous: &str) -> String {
    let record = vector.record();
    let (seq, scope) = (vector.seq, HEXLOWER.encode(vectors.scope.as_bytes()));
    let mut text = format!(
        "```text\nrecord({seq}), {} bytes:\n",
        vector.canon.len() / 2
    );
    let integer = |value: i64| Some(value.to_be_bytes().to_vec());
    let bytes = |value: &str| Some(value.as_bytes().to_vec());
    writeln!(text, "  {:15}01", "version").unwrap();
    for (name, content) in [
        ("time", integer(record.recorded_at_us)),
        ("actor type", bytes(&record.actor_type)),
        ("actor", record.actor_id.and_then(integer)),
        (
            "actor's e-mail",
            record.actor_email.as_deref().and_then(bytes),
        ),
        ("code", bytes(&record.action_code)),
        ("action", bytes(&record.action)),
        ("target type", bytes(&record.target_type)),
        ("target", bytes(&record.target_id)),
        ("details", bytes(&record.details)),
        ("request", bytes(&record.request_id)),
    ] {
        let length = content
            .as_ref()
            .map_or(u32::MAX, |content| u32::try_from(content.len()).unwrap());
        let content = HEXLOWER.encode(&content.unwrap_or_default());
        let line = format!("  {name:15}{length:08x} {content}");
        writeln!(text, "{}", line.trim_end()).unwrap();
    }
    writeln!(
        text,
        "\nleaf({seq}) = SHA-256( 00 || record({seq}) )\n  {}",
        vector.leaf
    )
    .unwrap();
    writeln!(text, "\nlink({seq}) = SHA-256 of").unwrap();
    for (name, hex) in [
        ("prefix", "02"),
        ("scope", &scope),
        ("seq", &HEXLOWER.encode(&seq.to_be_bytes())),
        (&format!("link({})", seq - 1), previous),
        (&format!("leaf({seq})"), &vector.leaf),
    ] {
        writeln!(text, "  {name:15}{hex}").unwrap();
    }
    writeln!(text, "=\n  {}\n```", vector.link).unwrap();
    text
}

/// The state before the first row, as the document shows it.
fn genesis_example(vectors: &Vectors) -> String {
    let (instance, scope) = (&vectors.instance, &vectors.scope);
    let hex = |text: &str| HEXLOWER.encode(text.as_bytes());
    let mut text = format!("```text\ninstance {instance}, scope {scope}\n\nlink(0) = SHA-256 of\n");
    for (name, part) in [
        ("prefix", "genesis"),
        ("instance", instance),
        ("scope", scope),
    ] {
        writeln!(text, "  {name:15}{}", hex(part)).unwrap();
    }
    writeln!(text, "=\n  {}\n```", vectors.genesis).unwrap();
    text
}

#[test]
fn the_worked_example_is_what_the_code_computes() {
    let vectors = vectors();
    let [first, second, ..] = &vectors.records[..] else {
        panic!("the vectors are gone")
    };
    let expected = [
        genesis_example(&vectors),
        worked_example(&vectors, first, &vectors.genesis),
        worked_example(&vectors, second, &first.link),
    ];
    for (name, expected) in ["genesis", "example 1", "example 2"].iter().zip(expected) {
        let shown = between(&format!("<!-- {name}:"), &format!("end of {name}"));
        assert_eq!(
            shown.trim(),
            expected.trim(),
            "put this into the document:\n{expected}"
        );
    }
}

#[test]
fn the_catalogue_lists_every_code_with_its_text_and_author() {
    let rows: Vec<_> = between("<!-- catalogue:", "end of catalogue")
        .lines()
        .skip(2)
        .map(|line| {
            line.trim_matches('|')
                .split('|')
                .map(str::trim)
                .collect::<Vec<_>>()
        })
        .collect();
    let listed: Vec<_> = rows
        .iter()
        .map(|row| (row[0].trim_matches('`'), row[1]))
        .collect();
    let codes: Vec<_> = AuditCode::ALL
        .iter()
        .map(|code| (code.as_str(), code.text()))
        .collect();
    assert_eq!(listed, codes);
    for (row, code) in rows.iter().zip(AuditCode::ALL) {
        assert_eq!(
            row[3] == "client",
            AuditCode::CLIENT.contains(code),
            "{code}"
        );
    }
}

#[test]
fn every_status_and_every_kind_of_damage_is_explained() {
    let explains = |name: &str| DOCUMENT.contains(&format!("\n| `{name}` | "));
    for status in ChainStatus::ALL {
        assert!(explains(status.as_str()), "{status}");
    }
    for kind in Damage::ALL {
        assert!(explains(kind.as_str()), "{kind}");
    }
}
