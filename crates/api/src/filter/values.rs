//! Values as they are written behind a name, read as its kind wants them.

use std::ops::Bound;

use super::field::{Kind, Spec};
use super::moment::{Moment, Period, Time, span};
use super::pattern::Pattern;
use super::term::Test;
use super::tree::{Form, Operator, Written};
use super::words::words;
use super::written::{is_comparison, is_ordered, pattern};
use crate::suggest::suggestion;

/// Lets every row through: `status:all`.
const ALL: &str = "all";
/// Stands for what is not there.
const NONE: &str = "none";
/// Stands for whatever is there.
const ANY: &str = "any";
/// Stands for who filters.
const ME: &str = "me";
/// Most words that an error lists; of more, the nearest is suggested.
const FEW: usize = 8;

/// What a value asks; or what is wrong with it, and what to write.
pub(super) fn test(spec: &Spec, operator: Operator, value: &Written) -> Result<Test, String> {
    if is_comparison(operator) && !is_ordered(spec.kind) {
        return Err(format!("`{}` takes `:`, `=` or `!=`", spec.name));
    }
    let is_keyword = value.form == Form::Word;
    match spec.kind {
        Kind::Text | Kind::Person | Kind::Holder | Kind::Past | Kind::Ahead
            if is_keyword && value.text == NONE =>
        {
            none(spec, operator)
        }
        Kind::Id | Kind::Number => number(spec, operator, value),
        Kind::Choice(words) => choice(spec, operator, value, words),
        Kind::Flag => flag(spec, value),
        Kind::Text => text(operator, value),
        Kind::Words => searched(spec, value),
        Kind::Holder if is_keyword && value.text == ANY => Ok(Test::Present),
        Kind::Person | Kind::Holder => person(operator, value),
        Kind::Age => age(spec, operator, value),
        Kind::Past | Kind::Ahead => time(spec, operator, value),
        Kind::Target => target(spec, value),
    }
}

fn none(spec: &Spec, operator: Operator) -> Result<Test, String> {
    if is_comparison(operator) {
        return Err(format!("`none` is no size; write {}:none", spec.name));
    }
    Ok(Test::Missing)
}

fn wrong(spec: &Spec, value: &Written, what: &str) -> String {
    format!("`{value}` is no {what}; write {}", spec.example)
}

/// What is exactly this number.
pub(super) fn exactly(number: i64) -> Test {
    Test::Number((Bound::Included(number), Bound::Included(number)))
}

/// Everything on one side of a limit, or the limit itself.
fn compared<T: Copy>(operator: Operator, limit: T) -> (Bound<T>, Bound<T>) {
    match operator {
        Operator::Has | Operator::Is | Operator::IsNot => {
            (Bound::Included(limit), Bound::Included(limit))
        }
        Operator::Above => (Bound::Excluded(limit), Bound::Unbounded),
        Operator::AtLeast => (Bound::Included(limit), Bound::Unbounded),
        Operator::Below => (Bound::Unbounded, Bound::Excluded(limit)),
        Operator::AtMost => (Bound::Unbounded, Bound::Included(limit)),
    }
}

/// The two ends of `lo..hi`, either of which may be open.
fn ends<'w>(
    spec: &Spec,
    operator: Operator,
    value: &'w Written,
) -> Result<Option<(&'w str, &'w str)>, String> {
    if value.form != Form::Range {
        return Ok(None);
    }
    if is_comparison(operator) {
        return Err(format!("write {}:{}", spec.name, value.text));
    }
    Ok(value.text.split_once(".."))
}

/// One of them; none where it is open.
fn end<T>(
    text: &str,
    read: impl Fn(&str) -> Option<T>,
    wrong: impl Fn() -> String,
) -> Result<Option<T>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    read(text).map(Some).ok_or_else(wrong)
}

fn number(spec: &Spec, operator: Operator, value: &Written) -> Result<Test, String> {
    let read = |text: &str| {
        let digits = match spec.kind {
            Kind::Id => text.strip_prefix('#').unwrap_or(text),
            Kind::Number
            | Kind::Choice(_)
            | Kind::Flag
            | Kind::Text
            | Kind::Words
            | Kind::Person
            | Kind::Holder
            | Kind::Age
            | Kind::Past
            | Kind::Ahead
            | Kind::Target => text,
        };
        let is_plain = digits.bytes().all(|byte| byte.is_ascii_digit());
        digits.parse::<i64>().ok().filter(|_| is_plain)
    };
    let wrong = || wrong(spec, value, "whole number");
    if let Some((low, high)) = ends(spec, operator, value)? {
        let low = end(low, read, wrong)?;
        let high = end(high, read, wrong)?;
        let inclusive = |bound: Option<i64>| bound.map_or(Bound::Unbounded, Bound::Included);
        return Ok(Test::Number((inclusive(low), inclusive(high))));
    }
    let limit = read(&value.text).ok_or_else(wrong)?;
    Ok(Test::Number(compared(operator, limit)))
}

fn choice(
    spec: &Spec,
    operator: Operator,
    value: &Written,
    words: &'static [&'static str],
) -> Result<Test, String> {
    if value.form == Form::Word && value.text == ALL {
        return Ok(Test::Anything);
    }
    let wanted = match (value.form, operator) {
        (Form::Glob | Form::Regex, _) => pattern(value)?,
        (Form::Word, Operator::Has) => Pattern::Begins(value.text.to_lowercase()),
        (Form::Word | Form::Quoted | Form::Range | Form::Fuzzy, _) => {
            Pattern::Equals(value.text.to_lowercase())
        }
    };
    let named: Vec<_> = words
        .iter()
        .copied()
        .filter(|word| wanted.matches(word))
        .collect();
    if named.is_empty() {
        let near = if words.len() <= FEW {
            format!("; there is {} or {ALL}", words.join(", "))
        } else {
            suggestion(&value.text, words.iter().copied())
        };
        return Err(format!("no {} `{}`{near}", spec.name, value.text));
    }
    Ok(Test::Words(named))
}

fn flag(spec: &Spec, value: &Written) -> Result<Test, String> {
    match value.text.as_str() {
        "yes" | "y" | "true" => Ok(Test::Flag(true)),
        "no" | "n" | "false" => Ok(Test::Flag(false)),
        _ => Err(format!("write {0}:yes or {0}:no", spec.name)),
    }
}

fn text(operator: Operator, value: &Written) -> Result<Test, String> {
    let is_literal = matches!(value.form, Form::Word | Form::Quoted | Form::Range);
    if is_literal && operator != Operator::Has {
        return Ok(Test::Text(Pattern::Equals(value.text.to_lowercase())));
    }
    pattern(value).map(Test::Text)
}

/// What is searched in full knows words and their beginnings, and nothing else.
fn searched(spec: &Spec, value: &Written) -> Result<Test, String> {
    let wanted = words(&value.text);
    match value.form {
        Form::Regex | Form::Fuzzy => Err(wrong(spec, value, "word")),
        Form::Word | Form::Quoted | Form::Range | Form::Glob if wanted.is_empty() => {
            Err(wrong(spec, value, "word"))
        }
        Form::Word | Form::Quoted | Form::Range | Form::Glob => {
            Ok(Test::Text(Pattern::Words(wanted)))
        }
    }
}

fn person(operator: Operator, value: &Written) -> Result<Test, String> {
    if value.form == Form::Word {
        if value.text == ME {
            return Ok(Test::Me);
        }
        let digits = value.text.strip_prefix('#').unwrap_or(&value.text);
        let is_plain = digits.bytes().all(|byte| byte.is_ascii_digit());
        if let Some(id) = digits.parse().ok().filter(|_| is_plain) {
            return Ok(Test::Account(id));
        }
    }
    text(operator, value)
}

fn age(spec: &Spec, operator: Operator, value: &Written) -> Result<Test, String> {
    let wrong = || {
        format!(
            "`{value}` is no span of time; write {0}>2d or {0}<2h, in m, h, d or w",
            spec.name
        )
    };
    if let Some((young, old)) = ends(spec, operator, value)? {
        let young = end(young, span, wrong)?;
        let old = end(old, span, wrong)?;
        let at =
            |age: Option<_>| age.map_or(Bound::Unbounded, |age| Bound::Included(Moment::Ago(age)));
        return Ok(Test::Time((at(old), at(young))));
    }
    let limit = span(&value.text).map(Moment::Ago).ok_or_else(wrong)?;
    match operator {
        Operator::Has | Operator::Is | Operator::IsNot => {
            Err(format!("write {0}>{1} or {0}<{1}", spec.name, value.text))
        }
        // What is older lies before.
        Operator::Above => Ok(Test::Time(compared(Operator::Below, limit))),
        Operator::AtLeast => Ok(Test::Time(compared(Operator::AtMost, limit))),
        Operator::Below => Ok(Test::Time(compared(Operator::Above, limit))),
        Operator::AtMost => Ok(Test::Time(compared(Operator::AtLeast, limit))),
    }
}

fn time(spec: &Spec, operator: Operator, value: &Written) -> Result<Test, String> {
    let wrong = || wrong(spec, value, "date");
    if let Some((from, to)) = ends(spec, operator, value)? {
        let from = end(from, Time::read, wrong)?;
        let to = end(to, Time::read, wrong)?;
        let start = |time| during(spec, time).0;
        let behind = |time| during(spec, time).1;
        return Ok(Test::Time((
            from.map_or(Bound::Unbounded, start),
            to.map_or(Bound::Unbounded, behind),
        )));
    }
    let time = Time::read(&value.text).ok_or_else(wrong)?;
    let (start, end) = during(spec, time);
    Ok(Test::Time(match (operator, time) {
        (Operator::Has | Operator::Is | Operator::IsNot, Time::Span(_)) => {
            if spec.kind == Kind::Ahead {
                (Bound::Unbounded, end)
            } else {
                (start, Bound::Unbounded)
            }
        }
        (Operator::Has | Operator::Is | Operator::IsNot, Time::Day(_) | Time::Instant(_)) => {
            (start, end)
        }
        (Operator::Above, _) => (opposite(end), Bound::Unbounded),
        (Operator::AtLeast, _) => (start, Bound::Unbounded),
        (Operator::Below, _) => (Bound::Unbounded, opposite(start)),
        (Operator::AtMost, _) => (Bound::Unbounded, end),
    }))
}

/// From where to where a time reaches: a day has a beginning and an end, any other is a point.
fn during(spec: &Spec, time: Time) -> Period {
    let point = |moment| (Bound::Included(moment), Bound::Included(moment));
    match time {
        Time::Day(day) => (
            Bound::Included(Moment::StartOf(day)),
            Bound::Excluded(Moment::After(day)),
        ),
        Time::Instant(time) => point(Moment::At(time)),
        Time::Span(span) if spec.kind == Kind::Ahead => point(Moment::Ahead(span)),
        Time::Span(span) => point(Moment::Ago(span)),
    }
}

/// The bound of what lies on the other side.
fn opposite(bound: Bound<Moment>) -> Bound<Moment> {
    match bound {
        Bound::Included(moment) => Bound::Excluded(moment),
        Bound::Excluded(moment) => Bound::Included(moment),
        Bound::Unbounded => Bound::Unbounded,
    }
}

fn target(spec: &Spec, value: &Written) -> Result<Test, String> {
    if !matches!(value.form, Form::Word | Form::Quoted) {
        return Err(wrong(spec, value, "object"));
    }
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let is_number = value.text.bytes().all(|byte| byte.is_ascii_digit());
    let (kind, id) = match value.text.split_once('#') {
        Some((kind, id)) => (some(kind), some(id)),
        None if is_number => (None, some(&value.text)),
        None => (some(&value.text), None),
    };
    if kind.is_none() && id.is_none() {
        return Err(wrong(spec, value, "object"));
    }
    Ok(Test::Target { kind, id })
}
