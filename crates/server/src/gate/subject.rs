//! Whom the records of requests are searched for, and how a record gives the person away. Pure.

use std::borrow::Cow;
use std::ops::Range;

use serde_json::Value as Json;

/// Shortest name that is looked for, in characters; shorter ones are in everything.
const SHORTEST: usize = 3;

/// Objects of a kind that are about the person.
#[derive(Clone, Debug)]
pub struct Objects {
    /// What the routes of the kind have in common.
    pub route_part: &'static str,
    /// The fields that name objects in bodies.
    pub fields: &'static [&'static str],
    /// Their keys.
    pub ids: Vec<i64>,
}

/// A person who is erased.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The account.
    pub user_id: i64,
    names: Vec<String>,
    objects: Vec<Objects>,
}

/// A request as the action log tells it.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Path and query.
    pub url: &'a str,
    /// The path as it is declared.
    pub route: &'a str,
    /// What was sent.
    pub body: &'a str,
    /// What was answered.
    pub response: &'a str,
}

impl Subject {
    /// A person by account, by what the person is called, and by what is about the person.
    pub fn new(
        user_id: i64,
        names: impl IntoIterator<Item = String>,
        mut objects: Vec<Objects>,
    ) -> Self {
        let mut names: Vec<_> = names
            .into_iter()
            .map(|name| name.trim().to_lowercase())
            .filter(|name| name.chars().count() >= SHORTEST)
            .collect();
        names.sort_unstable();
        names.dedup();
        objects.push(Objects {
            route_part: "user",
            fields: &["user_id", "userId", "user_ids", "userIds"],
            ids: vec![user_id],
        });
        Self {
            user_id,
            names,
            objects,
        }
    }

    /// Whether a request is about the person.
    pub fn is_in(&self, request: &Request<'_>) -> bool {
        self.is_in_path(request)
            || self.is_in_query(request.url)
            || self.is_object_of(request)
            || self.is_named_in(request.body)
            || self.is_named_in(request.response)
    }

    /// The path without its query; the declared one where the path itself names the person.
    pub fn url_without<'a>(&self, request: &Request<'a>) -> &'a str {
        let path = request.url.split('?').next().unwrap_or_default();
        if self.is_called(&percent_decoded(path)) && !self.is_called(request.route) {
            request.route
        } else {
            path
        }
    }

    fn is_in_path(&self, request: &Request<'_>) -> bool {
        let path = request.url.split('?').next().unwrap_or_default();
        let declared: Vec<_> = request.route.split('/').collect();
        let mut segments = path.split('/').map(percent_decoded).peekable();
        while let Some(segment) = segments.next() {
            let is_user = matches!(segment.as_ref(), "users" | "user");
            let id = segments.peek().map(|next| next.trim_start_matches('#'));
            if is_user && id.and_then(|id| id.parse().ok()) == Some(self.user_id) {
                return true;
            }
            if !declared.contains(&segment.as_ref()) && self.is_called(&segment) {
                return true;
            }
        }
        false
    }

    fn is_in_query(&self, url: &str) -> bool {
        let query = url.split_once('?').map_or("", |(_, query)| query);
        query
            .split('&')
            .map(|pair| pair.split_once('=').unwrap_or(("", pair)))
            .any(|(name, value)| {
                let value = percent_decoded(&value.replace('+', " ")).into_owned();
                self.is_called(&value)
                    || (is_search(name) && self.has_part(&value))
                    || (name == FILTER && self.has_part_in(&value))
            })
    }

    fn is_object_of(&self, request: &Request<'_>) -> bool {
        let objects = self
            .objects
            .iter()
            .filter(|objects| request.route.contains(objects.route_part));
        let body = serde_json::from_str::<Json>(request.body).ok();
        objects.into_iter().any(|objects| match &body {
            Some(body) => has_id(body, objects),
            // Cut off at the end, so it cannot be read; numbers can.
            None => request
                .body
                .split(|letter: char| !letter.is_ascii_digit())
                .filter_map(|digits| digits.parse().ok())
                .any(|id| objects.ids.contains(&id)),
        })
    }

    /// Whether a text, JSON or not, has one of the person's names in it.
    pub fn is_named_in(&self, text: &str) -> bool {
        match serde_json::from_str::<Json>(text) {
            Ok(json) => self.is_named_in_json(&json),
            Err(_) => self.is_called(text) || self.is_cut_off_in(text),
        }
    }

    fn is_named_in_json(&self, json: &Json) -> bool {
        match json {
            Json::String(text) => self.is_called(text),
            Json::Array(items) => items.iter().any(|item| self.is_named_in_json(item)),
            Json::Object(fields) => fields.iter().any(|(name, value)| {
                let searched = value.as_str().filter(|_| is_search(name));
                self.is_named_in_json(value) || searched.is_some_and(|text| self.has_part(text))
            }),
            Json::Null | Json::Bool(_) | Json::Number(_) => false,
        }
    }

    /// Whether a text has a name in it that is no part of a longer word.
    fn is_called(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        self.calls(&text).next().is_some()
    }

    /// Where a text in lower case has a name in it that is no part of a longer word.
    fn calls<'a>(&'a self, text: &'a str) -> impl Iterator<Item = Range<usize>> + 'a {
        let is_edge = |letter: Option<char>| letter.is_none_or(|letter| !letter.is_alphanumeric());
        let found = self
            .names
            .iter()
            .flat_map(move |name| text.match_indices(name.as_str()));
        let places = found.map(|(start, found)| start..start + found.len());
        places.filter(move |at| {
            is_edge(text[..at.start].chars().next_back()) && is_edge(text[at.end..].chars().next())
        })
    }

    /// What the person is called, in lower case.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// What is left of a text with each name of the person replaced; none where none is in it.
    pub fn without_names(&self, text: &str, instead: &str) -> Option<String> {
        if !self.is_called(text) {
            return None;
        }
        let lower = Lower::of(text);
        let mut places: Vec<_> = self.calls(&lower.text).map(|at| lower.source(at)).collect();
        places.sort_unstable_by_key(|at| (at.start, at.end));
        if places.is_empty() {
            // Its letters are others in lower case together than one by one.
            return Some(instead.to_owned());
        }
        let (mut left, mut end) = (String::new(), 0);
        for at in places {
            if at.start >= end {
                left.push_str(&text[end..at.start]);
                left.push_str(instead);
            }
            end = end.max(at.end);
        }
        left.push_str(&text[end..]);
        Some(left)
    }

    /// Lists are searched by any part of a name. The domain of an address names nobody.
    fn has_part(&self, searched: &str) -> bool {
        let searched = searched.trim().to_lowercase();
        let is_in = |name: &String| {
            let own = name.find('@').unwrap_or(name.len());
            let mut found = name.match_indices(&searched);
            found.any(|(start, _)| start < own)
        };
        searched.chars().count() >= SHORTEST && self.names.iter().any(is_in)
    }

    /// Whether a filter asks for a part of a name, as `*ana*` and `email:ana` do.
    fn has_part_in(&self, filter: &str) -> bool {
        let is_between = |letter: char| letter.is_whitespace() || "=,()|\"".contains(letter);
        let values = filter
            .split(is_between)
            .map(|word| match word.rsplit_once(':') {
                Some((_, value)) => value,
                None => word,
            });
        values
            .flat_map(|value| value.split('*'))
            .any(|part| self.has_part(part))
    }

    /// Whether the end of a text that was cut is the beginning of a name.
    fn is_cut_off_in(&self, text: &str) -> bool {
        let Some((kept, _)) = text.rsplit_once("… (") else {
            return false;
        };
        let kept = kept.to_lowercase();
        self.names.iter().any(|name| {
            let ends = name.char_indices().skip(SHORTEST).map(|(end, _)| end);
            ends.into_iter().any(|end| kept.ends_with(&name[..end]))
        })
    }
}

/// A text in lower case, letter by letter, and where each of its bytes comes from.
struct Lower {
    text: String,
    from: Vec<usize>,
}

impl Lower {
    fn of(text: &str) -> Self {
        let mut lower = Self {
            text: String::with_capacity(text.len()),
            from: Vec::with_capacity(text.len() + 1),
        };
        for (place, letter) in text.char_indices() {
            lower.text.extend(letter.to_lowercase());
            lower.from.resize(lower.text.len(), place);
        }
        lower.from.push(text.len());
        lower
    }

    /// The stretch of the text that a stretch of this comes from.
    fn source(&self, at: Range<usize>) -> Range<usize> {
        let from = |place: usize| self.from.get(place).copied().unwrap_or_default();
        from(at.start)..from(at.end)
    }
}

/// The parameter of lists that takes a filter.
const FILTER: &str = "filter";

/// Whether a parameter or a field finds people by a part of what they are called.
fn is_search(name: &str) -> bool {
    matches!(name, "q" | "search" | "text" | "username" | "email")
}

fn has_id(json: &Json, objects: &Objects) -> bool {
    match json {
        Json::Object(fields) => fields.iter().any(|(name, value)| {
            (objects.fields.contains(&name.as_str()) && is_one_of(value, &objects.ids))
                || has_id(value, objects)
        }),
        Json::Array(items) => items.iter().any(|item| has_id(item, objects)),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => false,
    }
}

fn is_one_of(value: &Json, ids: &[i64]) -> bool {
    match value {
        Json::Number(number) => number.as_i64().is_some_and(|id| ids.contains(&id)),
        Json::String(text) => {
            let id = text.trim_start_matches('#').parse();
            id.is_ok_and(|id| ids.contains(&id))
        }
        Json::Array(items) => items.iter().any(|item| is_one_of(item, ids)),
        Json::Null | Json::Bool(_) | Json::Object(_) => false,
    }
}

fn percent_decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut place = 0;
    while let Some(byte) = bytes.get(place) {
        let escaped = (*byte == b'%')
            .then(|| text.get(place + 1..place + 3))
            .flatten()
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        decoded.push(escaped.unwrap_or(*byte));
        place += if escaped.is_some() { 3 } else { 1 };
    }
    Cow::Owned(String::from_utf8_lossy(&decoded).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ana() -> Subject {
        let names = ["Ana.Sousa@people.example", "Zoë \"Z\" Ñandú", "anas", "Al"];
        let applications = Objects {
            route_part: "application",
            fields: &["ids"],
            ids: vec![31],
        };
        Subject::new(7, names.map(str::to_owned), vec![applications])
    }

    fn request<'a>(url: &'a str, route: &'a str, body: &'a str, response: &'a str) -> Request<'a> {
        Request {
            url,
            route,
            body,
            response,
        }
    }

    const BAN: &str = "/api/v1/admin/users/{id}/ban";
    const LIST: &str = "/api/v1/admin/users";
    const BULK: &str = "/api/v1/admin/users/bulk-ban";
    const DECIDE: &str = "/api/v1/admin/bulk-applications";

    #[test]
    fn a_request_about_the_person_is_found() {
        let long = format!("{{\"reason\":\"{}ana.sou… (20000 bytes)", "x".repeat(100));
        for (what, request) in [
            ("by path", request("/admin/user/7/ban", BAN, "", "")),
            (
                "by a written id",
                request("/api/v1/admin/users/%237/ban", BAN, "", ""),
            ),
            (
                "by query",
                request(
                    "/api/v1/admin/users?q=ANA.sousa%40people.example",
                    LIST,
                    "",
                    "",
                ),
            ),
            (
                "by the beginning of a name",
                request("/api/v1/admin/users?take=5&q=zo%C3%AB+", LIST, "", ""),
            ),
            (
                "by the beginning of an e-mail",
                request("/api/v1/admin/user-notes?email=ana.sou", LIST, "", ""),
            ),
            (
                "by a filter",
                request("/api/v1/admin/users?filter=!(email%3Aana.s*)", LIST, "", ""),
            ),
            (
                "by a part in a filter",
                request(
                    "/api/v1/admin/users?filter=status:active+*SOUS*",
                    LIST,
                    "",
                    "",
                ),
            ),
            (
                "by a part of an e-mail",
                request("/api/v1/admin/users?filter=email:a.sou", LIST, "", ""),
            ),
            (
                "by a searching body",
                request(LIST, LIST, r#"{"search":"ana.so"}"#, ""),
            ),
            (
                "by an escaped name",
                request(LIST, LIST, r#"{"note":"ask zoë \"z\" ñandú!"}"#, ""),
            ),
            (
                "by the ids of a body",
                request(BULK, BULK, r#"{"userIds":[1,7]}"#, ""),
            ),
            (
                "by a written id in a body",
                request(BULK, BULK, r#"{"user_id":"7"}"#, ""),
            ),
            (
                "by an object",
                request(DECIDE, DECIDE, r#"{"ids":[30,31],"reason":"x"}"#, ""),
            ),
            (
                "by the answer",
                request(
                    DECIDE,
                    DECIDE,
                    "",
                    r#"{"results":[{"email":"ana.sousa@people.example"}]}"#,
                ),
            ),
            (
                "by a refusal",
                request(LIST, LIST, "", "there is no user anas"),
            ),
            ("by what was cut off", request(DECIDE, DECIDE, &long, "")),
            (
                "by a number in what was cut off",
                request(BULK, BULK, r#"{"userIds":[5,7,8… (20000 bytes)"#, ""),
            ),
            (
                "by a path that is no number",
                request("/api/v1/admin/users/anas/ban", BAN, "", ""),
            ),
        ] {
            assert!(ana().is_in(&request), "{what}");
        }
    }

    #[test]
    fn s003_75_each_name_is_taken_out_of_a_text_about_somebody_else() {
        let without = |text: &str| ana().without_names(text, "[gone]");
        for (text, left) in [
            (
                "İS it ANA.Sousa@people.example, or Zoë \"z\" ñandú?",
                "İS it [gone], or [gone]?",
            ),
            ("anas", "[gone]"),
            ("Anas, anas and bananas", "[gone], [gone] and bananas"),
        ] {
            assert_eq!(without(text).as_deref(), Some(left), "{text}");
        }
        assert_eq!(without("bananas of joana"), None);
        let sigma = Subject::new(7, ["ΝΙΚΟΣ".to_owned()], Vec::new());
        assert_eq!(
            sigma.without_names("ask ΝΙΚΟΣ", "[gone]").as_deref(),
            Some("[gone]")
        );
    }

    #[test]
    fn a_request_about_others_is_left_alone() {
        for (what, request) in [
            (
                "another id",
                request("/api/v1/admin/users/77/ban", BAN, "", ""),
            ),
            (
                "a longer word",
                request(
                    LIST,
                    LIST,
                    r#"{"note":"bananas, joana.sousa@people.example"}"#,
                    "",
                ),
            ),
            ("a short name", request(LIST, LIST, r#"{"note":"al"}"#, "")),
            (
                "a short search",
                request("/api/v1/admin/users?q=an", LIST, "", ""),
            ),
            (
                "the domain of an address in a filter",
                request("/api/v1/admin/users?filter=email:example", LIST, "", ""),
            ),
            (
                "a short beginning in a filter",
                request("/api/v1/admin/users?filter=an*+status:banned", LIST, "", ""),
            ),
            (
                "another number",
                request(BULK, BULK, r#"{"userIds":[1],"durationHours":7}"#, ""),
            ),
            (
                "an object of another kind",
                request(BULK, BULK, r#"{"ids":[31]}"#, ""),
            ),
            ("a field's name", request(LIST, LIST, r#"{"anas":"x"}"#, "")),
        ] {
            assert!(!ana().is_in(&request), "{what}");
        }
    }

    #[test]
    fn who_is_called_like_a_part_of_the_path_does_not_empty_the_log() {
        let admin = Subject::new(9, ["admin".to_owned(), "users".to_owned()], Vec::new());
        assert!(!admin.is_in(&request("/api/v1/admin/users", LIST, "", "")));
    }

    #[test]
    fn an_address_keeps_its_path_unless_that_names_the_person() {
        let at = |url| ana().url_without(&request(url, BAN, "", "")).to_owned();
        assert_eq!(
            at("/api/v1/admin/users/7/ban?reason=x"),
            "/api/v1/admin/users/7/ban"
        );
        assert_eq!(at("/api/v1/admin/users/ANAS/ban"), BAN);
        assert_eq!(
            at("/api/v1/admin/users/ana.sousa%40people.example/ban"),
            BAN
        );
    }
}
