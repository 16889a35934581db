//! Which rows of the log a list is about.

use std::ops::Bound;

use chrono::{DateTime, Utc};
use quarterdeck_api::admin_logs::{AdminLogField, AdminLogsQuery, HttpMethod, ROUTE_BASE};
use quarterdeck_api::filter::{About, AnyOf, Asked as AskedTerm, Pattern, Test};
use quarterdeck_api::problem::FieldProblem;
use sea_orm::sea_query::{Expr, ExprTrait, Func, LikeExpr};
use sea_orm::{ColumnTrait, Condition, Select};

use super::entities::{Column, Entity};
use super::inverted::Sought;
use crate::db::cursor::{Cursor, SortKey};
use crate::db::filter::{self, Narrowing, anything, nothing};
use crate::db::paging::{Asked, Direction, Paging};
use crate::db::{Dialect, clock};
use crate::gate::searchable::field_word;
use crate::users;

pub(super) const CREATED: SortKey = SortKey::Time("created_at");
/// The first status of a refusal; an index of their own holds the few.
const REFUSED: i64 = 400;
/// The methods that are not the common ones; an index of their own holds the few.
const RARE: [HttpMethod; 3] = [HttpMethod::Get, HttpMethod::Put, HttpMethod::Delete];

/// Most that a row can be asked to have.
const MOST_SOUGHT: usize = 32;

/// Which rows, and which page of them.
#[derive(Clone, Debug)]
pub(super) struct Selection {
    actor: Option<i64>,
    methods: Vec<HttpMethod>,
    status: Option<i64>,
    route: Option<String>,
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
    url_part: Option<String>,
    /// What rows must have that the index of accounts and words knows, under a name of the query or of the filter.
    pub(super) sought: Vec<Sought>,
    narrowing: Narrowing<AdminLogField>,
    pub(super) paging: Paging<Cursor>,
}

impl Selection {
    /// Reads a query, naming the field that is wrong.
    pub fn of(
        query: &AdminLogsQuery,
        narrowing: Narrowing<AdminLogField>,
    ) -> Result<Self, FieldProblem> {
        let asked = Asked {
            page: query.page,
            take: query.take,
            cursor: query.cursor.as_deref(),
            count: query.count,
            ..Asked::default()
        };
        let paging = Paging::of(asked, |text| CREATED.decode(text))?;
        clock::check_range(query.from, query.to)?;
        let actor = query.actor().map_err(|(one, other)| {
            let problem = format!("names {other}, but another name of the actor {one}; give one");
            FieldProblem::new("userId", problem)
        })?;
        let methods = query.method.clone().map(|AnyOf(methods)| methods);
        let of_query = sought(query)?.into_iter();
        let sought: Vec<_> = of_query
            .chain(sought_by_filter(&narrowing))
            .flat_map(Sought::taken_apart)
            .collect();
        if sought.len() > MOST_SOUGHT {
            let problem = format!("looks for more than {MOST_SOUGHT} words together");
            return Err(FieldProblem::new("filter", problem));
        }
        Ok(Self {
            actor: actor.map(i64::from),
            methods: methods.unwrap_or_default(),
            status: query.status.map(i64::from),
            route: written(query.route.as_deref()).map(str::to_owned),
            from: query.from,
            to: query.to,
            url_part: written(query.url_contains.as_deref()).map(str::to_owned),
            sought,
            narrowing,
            paging,
        })
    }

    /// As a condition on the table.
    pub fn condition(&self, dialect: Dialect) -> Condition {
        let methods = self.methods.iter().map(|method| method.as_str());
        let methods = (!self.methods.is_empty()).then(|| Column::Method.is_in(methods));
        let part = self.url_part.as_deref().map(|part| {
            let escaped = part
                .to_lowercase()
                .replace('\\', "\\\\")
                .replace('%', "\\%")
                .replace('_', "\\_");
            let url = Expr::expr(Func::lower(Expr::col(Column::Url)));
            url.like(LikeExpr::new(format!("%{escaped}%")).escape('\\'))
        });
        let found = self.sought.iter().map(|sought| sought.in_row(dialect));
        let found = found.fold(Condition::all(), Condition::add);
        let narrowed = self
            .narrowing
            .condition(|about, test| asked(&self.narrowing, about, test, dialect));
        Condition::all()
            .add_option(self.actor.map(|id| Column::UserId.eq(id)))
            .add_option(methods)
            .add_option(self.status.map(|status| Column::Status.eq(status)))
            .add_option(self.route.clone().map(|route| Column::Route.eq(route)))
            .add(self.range())
            .add_option(part)
            .add(found)
            .add(narrowed)
            // These say nothing new, but they are what the partial indexes are declared with.
            .add_option(self.is_of_refused().then(|| Expr::cust("status >= 400")))
            .add_option(
                self.is_of_rare()
                    .then(|| Expr::cust("method NOT IN ('POST', 'PATCH')")),
            )
    }

    /// From when to when.
    pub fn range(&self) -> Condition {
        Condition::all()
            .add_option(self.from.map(|from| Column::CreatedAt.gte(from)))
            .add_option(self.to.map(|to| Column::CreatedAt.lt(to)))
    }

    /// The rows behind the place where the page begins.
    pub fn begins(&self) -> Condition {
        let created = Expr::col(Column::CreatedAt);
        self.paging
            .begins(&created, Column::Id, Direction::Descending)
    }

    /// The page of what matches, newest first.
    pub fn page_of(&self, matching: Select<Entity>) -> Select<Entity> {
        let created = Expr::col(Column::CreatedAt);
        self.paging
            .select(matching, &created, Column::Id, Direction::Descending)
    }

    /// Whether a row cannot match that is not sorted into the index yet.
    pub fn is_inverted(&self) -> bool {
        let names = |field| self.narrowing.filter.names(field);
        !self.sought.is_empty() || names(AdminLogField::On) || names(AdminLogField::Text)
    }

    fn is_of_refused(&self) -> bool {
        let is_refused = |test: &Test| matches!(test, Test::Number((Bound::Included(least) | Bound::Excluded(least), _)) if *least >= REFUSED);
        self.status.is_some_and(|status| status >= REFUSED)
            || self.all_are(AdminLogField::Status, is_refused)
    }

    fn is_of_rare(&self) -> bool {
        let is_rare = |test: &Test| {
            let rare = |word: &&str| RARE.iter().any(|method| method.as_str() == *word);
            matches!(test, Test::Words(words) if words.iter().all(rare))
        };
        let are_rare = |methods: &[HttpMethod]| methods.iter().all(|one| RARE.contains(one));
        (!self.methods.is_empty() && are_rare(&self.methods))
            || self.all_are(AdminLogField::Method, is_rare)
    }

    /// Whether the filter lets nothing through, under a name, but what passes.
    fn all_are(&self, field: AdminLogField, passes: impl Fn(&Test) -> bool) -> bool {
        let asked = self.narrowing.filter.asked().unwrap_or_default();
        let is_it = |one: &AskedTerm<'_, AdminLogField>| {
            one.about == About::Field(field)
                && !one.is_negated
                && one.any.iter().all(|test| passes(test))
        };
        asked.iter().any(is_it)
    }
}

fn written(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

fn sought(query: &AdminLogsQuery) -> Result<Vec<Sought>, FieldProblem> {
    let mut sought: Vec<_> = query
        .target_id
        .map(|id| Sought::Target(id.0))
        .into_iter()
        .collect();
    for (name, text) in [("q", &query.q), ("url_contains", &query.url_contains)] {
        if let Some(text) = written(text.as_deref()) {
            let words = Sought::words_of(text, MOST_SOUGHT);
            let problem = format!("must have 1 to {MOST_SOUGHT} words to look for");
            sought.push(words.ok_or_else(|| FieldProblem::new(name, problem))?);
        }
    }
    if let Some(text) = written(query.body_field.as_deref()) {
        let pair = text.split_once(':');
        let word = pair.and_then(|(name, value)| field_word(name, value));
        let problem =
            || FieldProblem::new("bodyField", "must be a field and its value: banReason:spam");
        sought.push(Sought::Word(word.ok_or_else(problem)?));
    }
    Ok(sought)
}

fn sought_by_filter(narrowing: &Narrowing<AdminLogField>) -> Vec<Sought> {
    let asked = narrowing.filter.asked().unwrap_or_default();
    let is_of_index = |one: &&AskedTerm<'_, AdminLogField>| {
        let fields = [AdminLogField::On, AdminLogField::Text].map(About::Field);
        fields.contains(&one.about) && !one.is_negated
    };
    let any = |one: &AskedTerm<'_, AdminLogField>| {
        let any = one.any.iter().map(|test| Sought::of_test(test));
        any.collect::<Option<Vec<_>>>().map(one_of)
    };
    asked.iter().filter(is_of_index).filter_map(any).collect()
}

fn asked(
    narrowing: &Narrowing<AdminLogField>,
    about: About<AdminLogField>,
    test: &Test,
    dialect: Dialect,
) -> Condition {
    let field = match about {
        About::Field(field) => field,
        About::Searched | About::Visible => return nothing(),
    };
    let column = |column: Column| Expr::col(column);
    match field {
        AdminLogField::Id => filter::number(&column(Column::Id), test),
        AdminLogField::By => by(narrowing, test),
        AdminLogField::On => on(test, dialect),
        AdminLogField::Method => filter::word(&column(Column::Method), test),
        AdminLogField::Status => filter::number(&column(Column::Status), test),
        AdminLogField::Route => filter::text(&column(Column::Route), &whole_route(test)),
        AdminLogField::Text => text(test, dialect),
        AdminLogField::Date | AdminLogField::Age => {
            filter::time(&column(Column::CreatedAt), test, narrowing.context.now)
        }
        AdminLogField::Code | AdminLogField::Ip | AdminLogField::Took | AdminLogField::Request => {
            nothing()
        }
    }
}

/// The same of a path with what every path begins with.
fn whole_route(test: &Test) -> Test {
    match test.pattern() {
        Some(Pattern::Equals(route)) => Test::Text(Pattern::Equals(format!("{ROUTE_BASE}{route}"))),
        Some(Pattern::Begins(route)) => Test::Text(Pattern::Begins(format!("{ROUTE_BASE}{route}"))),
        Some(_) | None => test.clone(),
    }
}

/// Nobody signed in may have acted, and NULL must pass the contrary.
fn by(narrowing: &Narrowing<AdminLogField>, test: &Test) -> Condition {
    let actor = Expr::col(Column::UserId);
    if *test == Test::Anything {
        return anything();
    }
    let is_it = filter::person(&actor, test, narrowing.me(), users::with_email);
    Condition::all().add(is_it).add(actor.is_not_null())
}

fn on(test: &Test, dialect: Dialect) -> Condition {
    match test {
        Test::Anything => anything(),
        Test::Target { kind, id: None } if kind.as_deref().is_none_or(|kind| kind == "user") => {
            Condition::all().add(Column::Targets.ne(""))
        }
        Test::Target { .. }
        | Test::Missing
        | Test::Present
        | Test::Number(_)
        | Test::Words(_)
        | Test::Flag(_)
        | Test::Text(_)
        | Test::Me
        | Test::Account(_)
        | Test::Time(_) => in_row(test, dialect),
    }
}

fn text(test: &Test, dialect: Dialect) -> Condition {
    if *test == Test::Anything {
        return anything();
    }
    in_row(test, dialect)
}

fn in_row(test: &Test, dialect: Dialect) -> Condition {
    Sought::of_test(test).map_or_else(nothing, |sought| sought.in_row(dialect))
}

fn one_of(mut any: Vec<Sought>) -> Sought {
    match any.len() {
        1 => any.remove(0),
        _ => Sought::Any(any),
    }
}
