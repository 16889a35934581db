//! What the log of requests is filtered by.

use super::{AdminLogRow, HttpMethod};
use crate::filter::{Context, Datum, Field, Kind, Listed, Shorthand, fields, is};

/// What every declared path begins with; the filter leaves it out.
pub const ROUTE_BASE: &str = "/api/v1/";

fields! {
    /// What the log of requests is filtered by.
    pub enum AdminLogField {
        /// Its place in the log.
        Id = "id", Kind::Id, Server, "id:4711";
        /// Who acted.
        By = "by" | "actor", Kind::Person, Exactly, "by:#7, by:me or by=ana@example.org: who acted";
        /// On whom.
        On = "on" | "target", Kind::Target, Server, "on:#4711: the account that path or body names";
        /// How it was made.
        Method = "method", Kind::Choice(HttpMethod::NAMES), Server, "method:patch,delete";
        /// What it was answered with.
        Status = "status", Kind::Number, Server, "status:403, status>=400";
        /// The path as it is declared, behind what all of them begin with: a `/` would begin a pattern.
        Route = "route", Kind::Text, Server, "route:admin/users*";
        /// What was sent, path and body.
        Text = "text" | "q", Kind::Words, Server, "text:chargeback, text:\"ban chargeback\"";
        /// When it came.
        Date = "date" | "created", Kind::Past, Server,
            "date:today, date:2h, date:2026-11-01..2026-11-20 (UTC)";
        /// How long ago.
        Age = "age", Kind::Age, Server, "age<2d";
        /// The code of a refusal.
        Code = "code", Kind::Text, Locally, "code:permission";
        /// Where it came from.
        Ip = "ip", Kind::Text, Locally, "ip:10.0.*";
        /// How long it took, in milliseconds.
        Took = "took", Kind::Number, Locally, "took>500";
        /// The server's or the client's id of it.
        Request = "request", Kind::Text, Locally, "request=r-1";
    }
}

/// The log has one order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdminLogSort {}

impl Field for AdminLogField {
    type Sort = AdminLogSort;
    const ID: Self = Self::Id;
    const SEARCHED: &'static [Self] = &[];
    const SHORTHANDS: &'static [Shorthand] = &[is("mine", "by:me"), is("refused", "status>=400")];
    const SORTS: &'static [(&'static str, AdminLogSort)] = &[];
}

impl Listed for AdminLogRow {
    type Field = AdminLogField;

    fn datum(&self, field: AdminLogField, _context: &Context) -> Datum<'_> {
        match field {
            AdminLogField::Id => Datum::Number(self.id),
            AdminLogField::By => Datum::person(self.user_id, self.user_email.as_ref()),
            AdminLogField::On => Datum::Objects {
                kind: "user",
                ids: self.target_user_ids.iter().map(|id| id.0).collect(),
            },
            AdminLogField::Method => Datum::word(&self.method, HttpMethod::as_str),
            AdminLogField::Status => Datum::Number(self.status.into()),
            AdminLogField::Route => {
                let route = self.route.as_str();
                Datum::Text(route.strip_prefix(ROUTE_BASE).unwrap_or(route))
            }
            AdminLogField::Text => {
                Datum::Searched(vec![self.url.as_str(), self.request_body.as_str()])
            }
            AdminLogField::Date | AdminLogField::Age => Datum::Time(self.created_at),
            AdminLogField::Code => Datum::text(self.code.as_ref()),
            AdminLogField::Ip => Datum::Text(self.ip_address.as_str()),
            AdminLogField::Took => Datum::Number(self.duration_ms),
            AdminLogField::Request => {
                Datum::texts([Some(&self.request_id), self.client_request_id.as_ref()])
            }
        }
    }

    fn visible(&self) -> String {
        let Self {
            id,
            method,
            url,
            status,
            ..
        } = self;
        let by = match &self.user_email {
            Some(email) => email.to_string(),
            None => String::new(),
        };
        let on: Vec<_> = self
            .target_user_ids
            .iter()
            .map(ToString::to_string)
            .collect();
        let (on, code) = (on.join(" "), self.code.clone().unwrap_or_default());
        format!("#{id} {method} {url} {status} {code} {by} {on}")
    }
}
