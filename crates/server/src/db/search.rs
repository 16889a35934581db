//! The search that every queue has: by the beginning of a text, or by id.

use sea_orm::{ColumnTrait, Condition};

/// What `q` selects: a prefix of any of these columns, which hold lower case, or an id written `#4711`.
/// All rows, where it is blank.
pub fn prefix_or_id<C: ColumnTrait>(q: Option<&str>, id: C, keys: &[C]) -> Condition {
    let text = q.map(str::trim).unwrap_or_default();
    if text.is_empty() {
        return Condition::all();
    }
    let number = text
        .strip_prefix('#')
        .and_then(|digits| digits.parse::<i64>().ok());
    if let Some(number) = number {
        return Condition::all().add(id.eq(number));
    }
    let prefix = text.to_lowercase();
    let end = format!("{prefix}\u{10FFFF}");
    let starts = |key: &C| {
        Condition::all()
            .add(key.gte(prefix.clone()))
            .add(key.lt(end.clone()))
    };
    keys.iter()
        .map(starts)
        .fold(Condition::any(), Condition::add)
}
