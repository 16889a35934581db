//! Random edits of a log, of the nine kinds of security.md P3: as SQL, and what a verifier must then name.
//!
//! What must be named is worked out from docs/AUDIT.md and the edit alone: nothing here asks a verifier.

use quarterdeck_api::audit::Damage;
use quarterdeck_server::chain::rows::StoredRow;
use quarterdeck_server::chain::{Expectation, PLATFORM, link};
use quarterdeck_server::db::clock::from_micros;
use sea_orm::Value;

use super::tampering::{link_to, remembers};
use crate::harness::effort::Random;

/// The scope whose rows are brought over.
pub(super) const OTHER: &str = "other";

/// A log as it was when its watermark was taken.
pub(super) struct Recorded {
    /// What the first row links to.
    pub(super) genesis: Vec<u8>,
    /// Its rows.
    pub(super) rows: Vec<StoredRow>,
    /// The rows of the chain beside it.
    pub(super) others: Vec<StoredRow>,
}

/// The nine kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Column,
    CanonicalBytes,
    MiddleDelete,
    TailDelete,
    Insert,
    Swap,
    ScopeTransplant,
    RelinkedSuffix,
    HeadEdit,
}

pub(super) const EVERY_KIND: [Kind; 9] = [
    Kind::Column,
    Kind::CanonicalBytes,
    Kind::MiddleDelete,
    Kind::TailDelete,
    Kind::Insert,
    Kind::Swap,
    Kind::ScopeTransplant,
    Kind::RelinkedSuffix,
    Kind::HeadEdit,
];

/// A statement with its values.
pub(super) type Sql = (String, Vec<Value>);

/// An edit, and what it must be found out by.
pub(super) struct Edit {
    /// In words, for a failure.
    pub(super) what: String,
    /// What the intruder runs.
    pub(super) statements: Vec<Sql>,
    /// The pair that was recorded before.
    pub(super) watermark: Expectation,
    /// The first bad row.
    pub(super) seq: i64,
    /// What is wrong with it.
    pub(super) damage: Damage,
    /// Whether it shows in an export, which has no time of the head.
    pub(super) is_exported: bool,
}

impl Edit {
    fn new(what: impl Into<String>, statements: Vec<Sql>, seq: i64, damage: Damage) -> Self {
        Self {
            what: what.into(),
            statements,
            watermark: Expectation::default(),
            seq,
            damage,
            is_exported: true,
        }
    }
}

impl Recorded {
    fn last(&self) -> i64 {
        place(self.rows.len())
    }

    fn row(&self, seq: i64) -> &StoredRow {
        &self.rows[index(seq)]
    }

    /// The link that a row at this place links to.
    fn link_before(&self, seq: i64) -> &[u8] {
        match seq {
            1 => &self.genesis,
            seq => &self.row(seq - 1).link,
        }
    }

    fn any_place(&self, random: &mut Random) -> i64 {
        random.between(1, self.last())
    }

    /// A watermark of a row from this place on.
    fn watermark(&self, from: i64, random: &mut Random) -> (i64, Expectation) {
        let seq = random.between(from, self.last());
        (seq, remembers(seq, &self.row(seq).link))
    }

    /// A random edit of a kind.
    pub(super) fn edit(&self, kind: Kind, random: &mut Random) -> Edit {
        let mut edit = match kind {
            Kind::Column => self.column(random),
            Kind::CanonicalBytes => self.canonical_bytes(random),
            Kind::MiddleDelete => self.middle_delete(random),
            Kind::TailDelete => return self.tail_delete(random),
            Kind::Insert => self.insert(random),
            Kind::Swap => self.swap(random),
            Kind::ScopeTransplant => self.transplant(random),
            Kind::RelinkedSuffix => return self.relinked_suffix(random),
            Kind::HeadEdit => self.head(random),
        };
        // What breaks the chain itself is named whichever row is remembered.
        edit.watermark = self.watermark(1, random).1;
        edit
    }

    fn column(&self, random: &mut Random) -> Edit {
        let seq = self.any_place(random);
        let row = self.row(seq);
        match random.index(14) {
            10 => edit_of(
                row,
                "leaf",
                flipped(&row.leaf, random),
                Damage::LeafMismatch,
            ),
            11 => edit_of(
                row,
                "link",
                flipped(&row.link, random),
                Damage::LinkMismatch,
            ),
            12 => {
                let to = self.last() + random.between(1, 9);
                Edit::new(
                    format!("row {seq} moved to {to}"),
                    vec![moved(seq, to)],
                    seq,
                    Damage::Gap,
                )
            }
            13 => self.rehashed(seq, random),
            column => {
                let (column, value) = other_value(row, column, random);
                edit_of(row, column, value, Damage::ColumnMismatch)
            }
        }
    }

    /// A row rewritten with its record and its leaf; only its link is left.
    fn rehashed(&self, seq: i64, random: &mut Random) -> Edit {
        let mut row = self.row(seq).clone();
        row.record.target_id = other_text(&row.record.target_id, random);
        row.canonical = row.record.canonical();
        row.leaf = link::leaf(&row.canonical).to_vec();
        let statements = vec![deleted(seq, seq), inserted(&row)];
        Edit::new(
            format!("row {seq} rehashed"),
            statements,
            seq,
            Damage::LinkMismatch,
        )
    }

    fn canonical_bytes(&self, random: &mut Random) -> Edit {
        let row = self.row(self.any_place(random));
        let mut canonical = row.canonical.clone();
        match random.index(4) {
            0 => canonical.truncate(random.index(canonical.len())),
            1 => canonical.push(random.number().to_be_bytes()[0]),
            2 => canonical.insert(1 + random.index(canonical.len()), 0),
            _ => {
                let at = random.index(canonical.len());
                canonical[at] ^= 1 << random.index(8);
            }
        }
        let is_known = canonical.first() == row.canonical.first();
        let damage = if is_known {
            Damage::ColumnMismatch
        } else {
            Damage::UnknownVersion
        };
        edit_of(row, "canon", canonical.into(), damage)
    }

    fn middle_delete(&self, random: &mut Random) -> Edit {
        let first = random.between(1, self.last() - 1);
        let end = random.between(first, self.last() - 1);
        let mut statements = vec![deleted(first, end)];
        if random.index(2) == 0 {
            return Edit::new(
                format!("rows {first}..={end} removed"),
                statements,
                first,
                Damage::Gap,
            );
        }
        let removed = end - first + 1;
        statements.extend(shifted(end + 1, -removed));
        statements.push(head_moved_by(-removed));
        let what = format!("rows {first}..={end} removed, the others moved up");
        Edit::new(what, statements, first, Damage::LinkMismatch)
    }

    fn tail_delete(&self, random: &mut Random) -> Edit {
        let first = self.any_place(random);
        let (remembered, watermark) = self.watermark(first, random);
        let cut = deleted(first, self.last());
        let shorter = &self.rows[..index(first)];
        let (what, statements, end) = match random.index(3) {
            0 => ("removed", vec![cut], first - 1),
            1 => (
                "removed with the head",
                vec![cut, self.head_at_end_of(shorter)],
                first - 1,
            ),
            _ => {
                let mut refilled = shorter.to_vec();
                for _ in 0..random.between(1, 6) {
                    let row = self.forged(place(refilled.len()) + 1, &refilled, random);
                    refilled.push(row);
                }
                let mut statements = vec![cut];
                statements.extend(refilled[shorter.len()..].iter().map(inserted));
                statements.push(self.head_at_end_of(&refilled));
                ("removed and replaced", statements, place(refilled.len()))
            }
        };
        // Another row at the remembered place, or none.
        let (seq, damage) = if remembered <= end {
            (remembered, Damage::WatermarkMismatch)
        } else {
            (end + 1, Damage::TailTruncated)
        };
        let what = format!("rows from {first} on {what}");
        Edit {
            watermark,
            ..Edit::new(what, statements, seq, damage)
        }
    }

    fn insert(&self, random: &mut Random) -> Edit {
        let seq = random.between(1, self.last() + 1);
        let mut forgery = self.forged(seq, &self.rows, random);
        let fits = random.index(3) > 0;
        if !fits {
            forgery.link = link::leaf(&random.number().to_be_bytes()).to_vec();
        }
        let mut statements = Vec::from_iter(shifted(seq, 1));
        statements.push(inserted(&forgery));
        let is_appended = seq > self.last();
        if !is_appended && random.index(2) == 0 {
            statements.push(head_moved_by(1));
        }
        let (bad, damage) = match (fits, is_appended) {
            (false, _) => (seq, Damage::LinkMismatch),
            // The forgery itself fits; what it was put before does not any more.
            (true, false) => (seq + 1, Damage::LinkMismatch),
            (true, true) => (seq, Damage::HeadMismatch),
        };
        let how = if fits { "linked" } else { "loose" };
        Edit::new(
            format!("a {how} row inserted at {seq}"),
            statements,
            bad,
            damage,
        )
    }

    fn swap(&self, random: &mut Random) -> Edit {
        let first = random.between(1, self.last() - 1);
        let second = random.between(first + 1, self.last());
        let statements = vec![moved(first, -1), moved(second, first), moved(-1, second)];
        let what = format!("rows {first} and {second} swapped");
        Edit::new(what, statements, first, Damage::LinkMismatch)
    }

    fn transplant(&self, random: &mut Random) -> Edit {
        let to_other = |seq: i64, to: i64| -> Sql {
            let text = format!(
                "UPDATE admin_audit_log SET scope = '{OTHER}', seq = $2 WHERE scope = '{PLATFORM}' AND seq = $1"
            );
            (text, vec![seq.into(), to.into()])
        };
        if random.index(3) == 0 {
            let seq = self.any_place(random);
            let damage = if seq == self.last() {
                Damage::TailTruncated
            } else {
                Damage::Gap
            };
            let statements = vec![to_other(seq, place(self.others.len()) + 1)];
            return Edit::new(
                format!("row {seq} moved to another scope"),
                statements,
                seq,
                damage,
            );
        }
        let brought = random.one_of(&self.others);
        let seq = random.between(1, self.last() + 1);
        let mut statements = Vec::new();
        if seq <= self.last() {
            statements.push(deleted(seq, seq));
        }
        let text = format!(
            "UPDATE admin_audit_log SET scope = '{PLATFORM}', seq = $2 WHERE scope = '{OTHER}' AND seq = $1"
        );
        statements.push((text, vec![brought.seq.into(), seq.into()]));
        let is_older =
            seq > 1 && brought.record.recorded_at_us < self.row(seq - 1).record.recorded_at_us;
        let damage = if is_older {
            Damage::TimeRegression
        } else {
            Damage::LinkMismatch
        };
        let what = format!("row {} of another scope brought to {seq}", brought.seq);
        Edit::new(what, statements, seq, damage)
    }

    fn relinked_suffix(&self, random: &mut Random) -> Edit {
        let seq = self.any_place(random);
        let (remembered, watermark) = self.watermark(seq, random);
        let mut rows = self.rows.clone();
        let at = index(seq);
        let mut regresses = false;
        let what = match random.index(4) {
            0 if rows.len() > 1 => {
                rows.remove(at);
                "removed"
            }
            1 => {
                let forged = self.forged(seq, &self.rows, random);
                rows.insert(at, forged);
                "preceded by a forgery"
            }
            2 if seq > 1 => {
                rows[at].record.recorded_at_us = rows[at - 1].record.recorded_at_us - 1;
                rows[at].canonical = rows[at].record.canonical();
                regresses = true;
                "made older than the row before it"
            }
            _ => {
                let record = &mut rows[at].record;
                record.target_id = other_text(&record.target_id, random);
                rows[at].canonical = rows[at].record.canonical();
                "rewritten"
            }
        };
        let mut previous = self.link_before(seq).to_vec();
        for (offset, row) in rows[at..].iter_mut().enumerate() {
            row.seq = seq + place(offset);
            link_to(row, &previous);
            previous.clone_from(&row.link);
        }
        let mut statements = vec![deleted(seq, self.last())];
        statements.extend(rows[at..].iter().map(inserted));
        statements.push(self.head_at_end_of(&rows));
        let end = place(rows.len());
        let (bad, damage) = if regresses {
            (seq, Damage::TimeRegression)
        } else if remembered <= end {
            (remembered, Damage::WatermarkMismatch)
        } else {
            (end + 1, Damage::TailTruncated)
        };
        let what = format!("row {seq} {what}, and everything behind it linked anew");
        Edit {
            watermark,
            ..Edit::new(what, statements, bad, damage)
        }
    }

    fn head(&self, random: &mut Random) -> Edit {
        let last = self.last();
        let set = |assignments: &str, values: Vec<Value>| -> Vec<Sql> {
            let text = format!("UPDATE audit_heads SET {assignments} WHERE scope = '{PLATFORM}'");
            vec![(text, values)]
        };
        match random.index(7) {
            0 => {
                let by = random.between(1, 1_000);
                let statements = set("seq = seq + $1", vec![by.into()]);
                Edit::new("head moved on", statements, last + 1, Damage::TailTruncated)
            }
            1 => {
                let to = random.between(0, last - 1);
                let statements = set("seq = $1", vec![to.into()]);
                Edit::new("head moved back", statements, last, Damage::HeadMismatch)
            }
            2 => {
                let link = flipped(&self.row(last).link, random);
                let statements = set("link = $1", vec![link]);
                Edit::new("another link", statements, last, Damage::HeadMismatch)
            }
            3 => {
                let by = *random.one_of(&[-1_000_000, -1, 1, 1_000_000]);
                let statements = set("recorded_at_us = recorded_at_us + $1", vec![i64::into(by)]);
                Edit {
                    is_exported: false,
                    ..Edit::new("another time", statements, last, Damage::HeadMismatch)
                }
            }
            4 => {
                let text = format!("DELETE FROM audit_heads WHERE scope = '{PLATFORM}'");
                Edit::new(
                    "head removed",
                    vec![(text, vec![])],
                    last,
                    Damage::HeadMismatch,
                )
            }
            5 => {
                let shorter = &self.rows[..index(self.any_place(random))];
                let statements = vec![self.head_at_end_of(shorter)];
                Edit::new("an older head", statements, last, Damage::HeadMismatch)
            }
            _ => {
                let statements = vec![self.head_at_end_of(&self.others)];
                if place(self.others.len()) > last {
                    Edit::new(
                        "the other head",
                        statements,
                        last + 1,
                        Damage::TailTruncated,
                    )
                } else {
                    Edit::new("the other head", statements, last, Damage::HeadMismatch)
                }
            }
        }
    }

    /// A row that nobody wrote, linked to the one before it.
    fn forged(&self, seq: i64, before: &[StoredRow], random: &mut Random) -> StoredRow {
        let model = &self.rows[index(seq.clamp(2, self.last() + 1) - 1)];
        let mut row = model.clone();
        row.seq = seq;
        row.record.request_id = format!("forged-{:x}", random.number());
        let previous = before[..index(seq)].last();
        if let Some(previous) = previous {
            row.record.recorded_at_us = previous.record.recorded_at_us;
        }
        row.canonical = row.record.canonical();
        let link = previous.map_or(&self.genesis, |row| &row.link);
        link_to(&mut row, link);
        row
    }

    fn head_at_end_of(&self, rows: &[StoredRow]) -> Sql {
        let text = format!(
            "UPDATE audit_heads SET seq = $1, link = $2, recorded_at_us = $3 WHERE scope = '{PLATFORM}'"
        );
        let values = match rows.last() {
            Some(row) => vec![
                row.seq.into(),
                row.link.clone().into(),
                row.record.recorded_at_us.into(),
            ],
            None => vec![0_i64.into(), self.genesis.clone().into(), 0_i64.into()],
        };
        (text, values)
    }
}

fn place(count: usize) -> i64 {
    i64::try_from(count).unwrap()
}

fn index(seq: i64) -> usize {
    usize::try_from(seq - 1).unwrap()
}

fn edit_of(row: &StoredRow, column: &str, value: Value, damage: Damage) -> Edit {
    let text =
        format!("UPDATE admin_audit_log SET {column} = $2 WHERE scope = '{PLATFORM}' AND seq = $1");
    let statements = vec![(text, vec![row.seq.into(), value])];
    Edit::new(
        format!("{column} of row {}", row.seq),
        statements,
        row.seq,
        damage,
    )
}

/// One of the ten visible columns that are in the record, with a value that it does not have.
fn other_value(row: &StoredRow, column: usize, random: &mut Random) -> (&'static str, Value) {
    let record = &row.record;
    let texts = [
        ("actor_type", &record.actor_type),
        ("action_code", &record.action_code),
        ("action", &record.action),
        ("target_type", &record.target_type),
        ("target_id", &record.target_id),
        ("details", &record.details),
        ("request_id", &record.request_id),
    ];
    match column {
        0 => {
            let by = *random.one_of(&[-86_400_000_000, -1, 1, 1_000]);
            ("created_at", from_micros(record.recorded_at_us + by).into())
        }
        1 => {
            let other = record
                .actor_id
                .map_or(Some(7), |id| (id % 2 == 0).then_some(id + 1));
            ("admin_user_id", other.into())
        }
        2 => {
            let other = record
                .actor_email
                .as_ref()
                .map(|email| other_text(email, random));
            ("admin_email", other.or(Some(String::new())).into())
        }
        column => {
            let (name, text) = texts[column - 3];
            (name, other_text(text, random).into())
        }
    }
}

/// A text that differs by as little as a character.
fn other_text(text: &str, random: &mut Random) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    let at = random.index(characters.len() + 1);
    match (random.index(3), characters.get(at).copied()) {
        (0, Some(_)) => {
            characters.remove(at);
        }
        (1, Some(found)) => characters[at] = if found == 'x' { 'y' } else { 'x' },
        _ => characters.insert(at, *random.one_of(&[' ', 'a', '\u{301}', '\u{200b}', '界'])),
    }
    characters.into_iter().collect()
}

fn flipped(bytes: &[u8], random: &mut Random) -> Value {
    let mut bytes = bytes.to_vec();
    let at = random.index(bytes.len());
    bytes[at] ^= 1 << random.index(8);
    bytes.into()
}

fn deleted(first: i64, last: i64) -> Sql {
    let text =
        format!("DELETE FROM admin_audit_log WHERE scope = '{PLATFORM}' AND seq BETWEEN $1 AND $2");
    (text, vec![first.into(), last.into()])
}

fn moved(from: i64, to: i64) -> Sql {
    let text =
        format!("UPDATE admin_audit_log SET seq = $2 WHERE scope = '{PLATFORM}' AND seq = $1");
    (text, vec![from.into(), to.into()])
}

/// Moves all rows from a place on, by way of places that no row has.
fn shifted(from: i64, by: i64) -> [Sql; 2] {
    let away =
        format!("UPDATE admin_audit_log SET seq = -seq WHERE scope = '{PLATFORM}' AND seq >= $1");
    let back =
        format!("UPDATE admin_audit_log SET seq = $1 - seq WHERE scope = '{PLATFORM}' AND seq < 0");
    [(away, vec![from.into()]), (back, vec![by.into()])]
}

fn head_moved_by(by: i64) -> Sql {
    let text = format!("UPDATE audit_heads SET seq = seq + $1 WHERE scope = '{PLATFORM}'");
    (text, vec![by.into()])
}

/// As an intruder writes a row.
pub(super) fn inserted(row: &StoredRow) -> Sql {
    let record = &row.record;
    let text = "INSERT INTO admin_audit_log (scope, seq, created_at, actor_type, admin_user_id, admin_email, \
        action_code, action, target_type, target_id, details, request_id, canon, leaf, link) \
        VALUES ('platform', $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    let values = vec![
        row.seq.into(),
        from_micros(record.recorded_at_us).into(),
        record.actor_type.clone().into(),
        record.actor_id.into(),
        record.actor_email.clone().into(),
        record.action_code.clone().into(),
        record.action.clone().into(),
        record.target_type.clone().into(),
        record.target_id.clone().into(),
        record.details.clone().into(),
        record.request_id.clone().into(),
        row.canonical.clone().into(),
        row.leaf.clone().into(),
        row.link.clone().into(),
    ];
    (text.to_owned(), values)
}
