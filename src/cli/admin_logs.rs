//! `admin-logs`: what administrators asked of the server, by whom and on whom.

use clap::{Args, Subcommand};
use quarterdeck_api::admin_logs::ROUTE_BASE;
use quarterdeck_api::filter::quoted;

use super::common::CommonArguments;
use super::list::RowsArguments;

/// `admin-logs`: a list where nothing else is named.
#[derive(Clone, Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct AdminLogsArguments {
    #[command(subcommand)]
    command: Option<AdminLogsCommand>,
    #[command(flatten)]
    list: AdminLogsListArguments,
}

/// What can be done with the log of requests.
#[derive(Clone, Debug, Subcommand)]
pub enum AdminLogsCommand {
    /// Its rows, newest first
    List(AdminLogsListArguments),
}

impl AdminLogsArguments {
    /// Which rows are listed.
    pub const fn list(&self) -> &AdminLogsListArguments {
        match &self.command {
            Some(AdminLogsCommand::List(list)) => list,
            None => &self.list,
        }
    }
}

/// `admin-logs list`
#[derive(Clone, Debug, Default, Args)]
pub struct AdminLogsListArguments {
    /// Who acted: `#12`, `me` or an e-mail
    #[arg(long, value_name = "WHO")]
    pub by: Option<String>,
    /// The account that the request was on: `#12`
    #[arg(long, value_name = "ID")]
    pub on: Option<String>,
    /// Any of these methods, with commas: `patch,delete`
    #[arg(long, value_name = "METHOD")]
    pub method: Option<String>,
    /// What was answered: `403`, `400..499`
    #[arg(long, value_name = "STATUS")]
    pub status: Option<String>,
    /// The path as it is declared, or its beginning with a star: `/api/v1/admin/users*`
    #[arg(long, value_name = "ROUTE")]
    pub route: Option<String>,
    /// Came at this time or later, UTC: `2026-11-01`, `2026-11-01T10:00`
    #[arg(long, value_name = "TIME")]
    pub from: Option<String>,
    /// Came up to this time, UTC; a day to its end
    #[arg(long, value_name = "TIME")]
    pub to: Option<String>,
    /// Words of path or body, each by its beginning
    #[arg(long = "text", short = 'q', value_name = "WORDS")]
    pub text: Option<String>,
    #[command(flatten)]
    pub rows: RowsArguments,
    #[command(flatten)]
    pub common: CommonArguments,
}

impl AdminLogsListArguments {
    /// The rows as the list takes them: every flag is a term of its filter.
    pub fn rows(&self) -> RowsArguments {
        let who = |text: &str| {
            if text.contains('@') {
                format!("by={}", quoted(text))
            } else {
                format!("by:{text}")
            }
        };
        let of =
            |name: &str, text: &Option<String>| text.as_ref().map(|text| format!("{name}{text}"));
        let terms = [
            self.by.as_deref().map(who),
            of("on:", &self.on),
            of("method:", &self.method),
            of("status:", &self.status),
            self.route.as_deref().map(route),
            of("date>=", &self.from),
            of("date<=", &self.to),
            self.text
                .as_deref()
                .map(|text| format!("text:{}", quoted(text))),
            Some(self.rows.filter.clone()),
        ];
        let terms: Vec<_> = terms
            .into_iter()
            .flatten()
            .filter(|term| !term.is_empty())
            .collect();
        RowsArguments {
            filter: terms.join(" "),
            limit: self.rows.limit,
        }
    }
}

/// A path with or without what every path begins with.
fn route(text: &str) -> String {
    let text = text.strip_prefix(ROUTE_BASE).unwrap_or(text);
    if text.ends_with('*') {
        format!("route:{text}")
    } else {
        format!("route={}", quoted(text))
    }
}

#[cfg(test)]
mod tests {
    use quarterdeck_api::admin_logs::AdminLogField;
    use quarterdeck_api::filter::Filter;

    use super::*;

    #[test]
    fn flags_are_terms_of_the_filter_that_the_server_answers() {
        let some = |text: &str| Some(text.to_owned());
        let arguments = AdminLogsListArguments {
            by: some("ana@example.com"),
            on: some("#12"),
            method: some("patch,delete"),
            status: some("400..499"),
            route: some("/api/v1/admin/users/{id}/ban"),
            from: some("2026-11-01"),
            to: some("2026-11-02T10:00"),
            text: some("charge back"),
            rows: RowsArguments {
                filter: "is:refused".to_owned(),
                limit: Some(5),
            },
            ..AdminLogsListArguments::default()
        };
        let rows = arguments.rows();
        assert_eq!(
            rows.filter,
            "by=\"ana@example.com\" on:#12 method:patch,delete status:400..499 \
             route=\"admin/users/{id}/ban\" date>=2026-11-01 date<=2026-11-02T10:00 \
             text:\"charge back\" is:refused"
        );
        assert_eq!(rows.limit, Some(5));
        let filter = Filter::<AdminLogField>::parse(&rows.filter).unwrap();
        assert_eq!(filter.asked().map(|asked| asked.len()), Ok(9));
        let all = AdminLogsListArguments {
            by: some("me"),
            route: some("/api/v1/admin/users*"),
            ..AdminLogsListArguments::default()
        };
        assert_eq!(all.rows().filter, "by:me route:admin/users*");
        assert_eq!(AdminLogsListArguments::default().rows().filter, "");
    }
}
