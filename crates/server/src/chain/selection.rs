//! Which rows of the log a list or an export is about.

use chrono::{DateTime, Utc};
use quarterdeck_api::audit::AuditField;
use quarterdeck_api::filter::{About, Pattern, Test};
use sea_orm::Condition;
use sea_orm::sea_query::{Expr, ExprTrait, Func, Query, SelectStatement};

use crate::db::filter::{self, Narrowing, anything, nothing};

/// Which rows of a scope.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct AuditSelection {
    /// By this account.
    pub actor_id: Option<i64>,
    /// By the account with this e-mail.
    pub actor_email: Option<String>,
    /// With any of these codes; empty for all.
    pub codes: Vec<String>,
    /// On this kind of object.
    pub target_type: Option<String>,
    /// On the object of this id.
    pub target_id: Option<String>,
    /// At this time or later.
    pub from: Option<DateTime<Utc>>,
    /// Before this time.
    pub to: Option<DateTime<Utc>>,
    /// What a filter asks besides.
    pub narrowing: Option<Narrowing<AuditField>>,
}

impl AuditSelection {
    /// These columns of the rows.
    pub(super) fn select(&self, scope: &str, columns: &str) -> SelectStatement {
        Query::select()
            .expr(Expr::cust(columns.to_owned()))
            .from("admin_audit_log")
            .cond_where(self.condition(scope))
            .to_owned()
    }

    fn condition(&self, scope: &str) -> Condition {
        let is = |column: &'static str, value: &Option<String>| {
            value.clone().map(|value| Expr::col(column).eq(value))
        };
        let codes = self.codes.iter().cloned();
        let codes = (!self.codes.is_empty()).then(|| Expr::col("action_code").is_in(codes));
        let narrowed = self
            .narrowing
            .as_ref()
            .map(|narrowing| narrowing.condition(|about, test| asked(narrowing, about, test)));
        Condition::all()
            .add(Expr::col("scope").eq(scope))
            .add_option(self.actor_id.map(|id| Expr::col("admin_user_id").eq(id)))
            .add_option(is("admin_email", &self.actor_email))
            .add_option(is("target_type", &self.target_type))
            .add_option(is("target_id", &self.target_id))
            .add_option(self.from.map(|from| Expr::col("created_at").gte(from)))
            .add_option(self.to.map(|to| Expr::col("created_at").lt(to)))
            .add_option(codes)
            .add_option(narrowed)
    }
}

fn asked(narrowing: &Narrowing<AuditField>, about: About<AuditField>, test: &Test) -> Condition {
    let field = match about {
        About::Field(field) => field,
        About::Searched | About::Visible => return nothing(),
    };
    match field {
        AuditField::Id => filter::number(&Expr::col("seq"), test),
        AuditField::Action => filter::word(&Expr::col("action_code"), test),
        AuditField::On => target(test),
        AuditField::By => actor(narrowing, test),
        AuditField::Date | AuditField::Age => {
            filter::time(&Expr::col("created_at"), test, narrowing.context.now)
        }
        AuditField::Request => request(test),
        AuditField::How | AuditField::Details => nothing(),
    }
}

/// The request by its id, which the server writes in lower case.
fn request(test: &Test) -> Condition {
    filter::text(&Expr::col("request_id"), test)
}

fn target(test: &Test) -> Condition {
    match test {
        Test::Anything => anything(),
        Test::Target { kind, id } => Condition::all()
            .add_option(kind.clone().map(|kind| Expr::col("target_type").eq(kind)))
            .add_option(id.clone().map(|id| Expr::col("target_id").eq(id))),
        Test::Missing
        | Test::Present
        | Test::Number(_)
        | Test::Words(_)
        | Test::Flag(_)
        | Test::Text(_)
        | Test::Me
        | Test::Account(_)
        | Test::Time(_) => nothing(),
    }
}

/// Who acted, as it was written then: an account may have another e-mail now. A job has neither, and NULL
/// must pass the contrary.
fn actor(narrowing: &Narrowing<AuditField>, test: &Test) -> Condition {
    let is = |id: i64| {
        Condition::all()
            .add(Expr::col("admin_user_id").eq(id))
            .add(Expr::col("admin_user_id").is_not_null())
    };
    match test {
        Test::Anything => anything(),
        Test::Me => narrowing.me().map_or_else(nothing, is),
        Test::Account(id) => is(*id),
        Test::Text(Pattern::Equals(email)) => Condition::all()
            .add(Expr::expr(Func::lower(Expr::col("admin_email"))).eq(email.clone()))
            .add(Expr::col("admin_email").is_not_null()),
        Test::Text(_)
        | Test::Missing
        | Test::Present
        | Test::Number(_)
        | Test::Words(_)
        | Test::Flag(_)
        | Test::Time(_)
        | Test::Target { .. } => nothing(),
    }
}
