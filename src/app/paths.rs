//! The pages of the admin web site and of its API, and the tab that each stands for.

use quarterdeck_api::filter::beginning;
use quarterdeck_api::text::Line;

use super::tab::Tab;

/// A page.
struct Page {
    /// Its path, without what stands before it.
    path: &'static str,
    /// The resource it shows; there may be no tab for it yet.
    resource: &'static str,
    /// The filter that it always has.
    filter: &'static str,
    /// The parameters that filter, and the filter that each means: its value follows.
    parameters: &'static [(&'static str, &'static str)],
}

const fn page(
    path: &'static str,
    resource: &'static str,
    parameters: &'static [(&'static str, &'static str)],
) -> Page {
    Page {
        path,
        resource,
        filter: "",
        parameters,
    }
}

/// A page of those who are shut out (S003-36).
const fn blocked_page(path: &'static str) -> Page {
    Page {
        filter: BLOCKED,
        ..page(path, "users", SEARCH)
    }
}

/// The users who are shut out, as a filter.
pub const BLOCKED: &str = "status:banned,suspended";

const STATUS: &[(&str, &str)] = &[("status", "status:")];
const SEARCH: &[(&str, &str)] = &[("q", "")];
const ACTOR: &[(&str, &str)] = &[("userId", "by:#")];
/// `userId` is who acted, as the seed has it; on whom is `targetId` (C-19).
const REQUESTS: &[(&str, &str)] = &[
    ("userId", "by:#"),
    ("actorId", "by:#"),
    ("adminUserId", "by:#"),
    ("targetId", "on:#"),
    ("method", "method:"),
    ("status", "status:"),
    ("q", "text:"),
    ("from", "date>="),
    ("to", "date<"),
];

/// Every page, by the names that the seeds give it.
const PAGES: &[Page] = &[
    page("admin", "dashboard", STATUS),
    page("admin-dashboard", "dashboard", STATUS),
    page("admin/dashboard", "dashboard", STATUS),
    page("admin-applications", "applications", STATUS),
    page("admin/applications", "applications", STATUS),
    page("admin-reports", "reports", STATUS),
    page("admin/reports", "reports", STATUS),
    page("admin-data-requests", "data_requests", STATUS),
    page("admin/data-requests", "data_requests", STATUS),
    page("admin-withdrawals", "withdrawals", STATUS),
    page("admin/withdrawals", "withdrawals", STATUS),
    page("admin/payments/withdrawals", "withdrawals", STATUS),
    page("withdrawals", "withdrawals", STATUS),
    page("admin-users", "users", SEARCH),
    page("admin/users", "users", SEARCH),
    page("admin/user", "users", SEARCH),
    blocked_page("admin-blocked"),
    blocked_page("admin/blocked"),
    blocked_page("admin/users/blocked"),
    page("admin-logs", "admin_logs", REQUESTS),
    page("admin/user/admin-audit", "admin_logs", REQUESTS),
    page("admin/users/admin-audit", "admin_logs", REQUESTS),
    page("admin/audit", "audit", ACTOR),
    page("admins", "admins", SEARCH),
    page("admin/admins", "admins", SEARCH),
];

/// What may stand before a path.
const PREFIXES: &[&str] = &["api/v1/", "api/"];

/// The tab of a path and the filter that its id or its parameter means: `/admin-logs?userId=12`,
/// `/api/v1/admin/users/12`.
///
/// # Errors
/// There is no such page, or no tab for it.
pub fn read(text: &str) -> Result<(Tab, Option<String>), Line> {
    let (whole, query) = text.split_once('?').unwrap_or((text, ""));
    let path = whole.trim_matches('/');
    let path = PREFIXES
        .iter()
        .find_map(|prefix| path.strip_prefix(prefix))
        .unwrap_or(path);
    let (path, id) = match path.rsplit_once('/') {
        Some((before, last)) if is_id(last) => (before, Some(last)),
        Some(_) | None => (path, None),
    };
    let page = PAGES.iter().find(|page| page.path == path);
    let page = page.ok_or_else(|| Line::new(&format!("no page `{whole}` here")))?;
    let tab = Tab::ALL.iter().find(|tab| tab.resource() == page.resource);
    let tab = tab.ok_or_else(|| Line::new(&format!("`{whole}` is not here yet")))?;
    let id = id.map(|id| format!("#{id}"));
    Ok((
        *tab,
        id.or_else(|| both(page.filter, &given(page.parameters, query))),
    ))
}

/// The filter that the parameters of a query mean together; others say nothing.
fn given(parameters: &[(&str, &str)], query: &str) -> String {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let terms = pairs
        .filter(|(_, value)| !value.is_empty())
        .filter_map(|(key, value)| {
            let (_, filter) = parameters.iter().find(|(name, _)| *name == key)?;
            Some(match *filter {
                // The site's own search is for what begins so.
                "" => beginning(value),
                filter => format!("{filter}{value}"),
            })
        });
    terms.collect::<Vec<_>>().join(" ")
}

/// Two filters as one, if there is any.
pub fn both(filter: &str, other: &str) -> Option<String> {
    let both = format!("{filter} {other}");
    Some(both.trim().to_owned()).filter(|both| !both.is_empty())
}

/// The tab and the filter of an object: `user#12`, `users#12`, or `#12` on the tab that is shown.
///
/// # Errors
/// It is none.
pub fn object(text: &str, here: Tab) -> Result<(Tab, Option<String>), Line> {
    let unknown = || Line::new("write go #12, go user#12 or go application#4711");
    let (kind, id) = text.split_once('#').unwrap_or(("", text));
    if !is_id(id) {
        return Err(unknown());
    }
    let tab = match kind {
        "" => here,
        kind => of_kind(kind).ok_or_else(unknown)?,
    };
    Ok((tab, Some(format!("#{id}"))))
}

/// The tab of a kind of object, as the audit log names it: `user`, `application`.
pub fn of_kind(kind: &str) -> Option<Tab> {
    let is_it = |tab: &&Tab| {
        let resource = tab.resource();
        resource == kind || resource.strip_suffix('s') == Some(kind)
    };
    Tab::ALL.iter().find(is_it).copied()
}

fn is_id(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|letter| letter.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_paths_of_the_seeds_lead_to_their_tabs() {
        let cases = [
            ("/admin-logs?userId=12", Tab::AdminLogs, "by:#12"),
            ("/admin-logs?targetId=2", Tab::AdminLogs, "on:#2"),
            (
                "/admin-logs?page=2&userId=12&method=PATCH&q=chargeback",
                Tab::AdminLogs,
                "by:#12 method:PATCH text:chargeback",
            ),
            (
                "/api/v1/admin/users/admin-audit?userId=12",
                Tab::AdminLogs,
                "by:#12",
            ),
            ("/admin-logs", Tab::AdminLogs, ""),
            ("/admin-logs?userId=", Tab::AdminLogs, ""),
            ("/withdrawals", Tab::Withdrawals, ""),
            (
                "/admin/payments/withdrawals?status=approved",
                Tab::Withdrawals,
                "status:approved",
            ),
            (
                "/api/v1/admin/payments/withdrawals/7",
                Tab::Withdrawals,
                "#7",
            ),
            ("/admin/audit?userId=12", Tab::Audit, "by:#12"),
            ("/admin/audit", Tab::Audit, ""),
            ("/admin/user/12", Tab::Users, "#12"),
            ("/admin/users/12", Tab::Users, "#12"),
            ("/api/admin/users/12", Tab::Users, "#12"),
            ("/api/v1/admin/users/12/", Tab::Users, "#12"),
            ("/api/v1/admin/users?page=2&q=ana", Tab::Users, "ana*"),
            ("/admin-users", Tab::Users, ""),
            ("/admins", Tab::Admins, ""),
            ("/admin/blocked", Tab::Users, "status:banned,suspended"),
            (
                "/api/v1/admin/blocked?take=20",
                Tab::Users,
                "status:banned,suspended",
            ),
            (
                "/admin/users/blocked?q=ana",
                Tab::Users,
                "status:banned,suspended ana*",
            ),
            ("/admin/applications", Tab::Applications, ""),
            (
                "/admin-applications?status=REJECTED",
                Tab::Applications,
                "status:REJECTED",
            ),
            (
                "/api/v1/admin/applications/4711",
                Tab::Applications,
                "#4711",
            ),
        ];
        for (text, tab, filter) in cases {
            let filter = (!filter.is_empty()).then(|| filter.to_owned());
            assert_eq!(read(text), Ok((tab, filter)), "{text}");
        }
    }

    #[test]
    fn a_page_without_a_tab_is_not_here_yet_and_others_are_unknown() {
        let error = |text: &str| read(text).unwrap_err().to_string();
        assert_eq!(error("/nowhere"), "no page `/nowhere` here");
        assert_eq!(error("/"), "no page `/` here");
        let names = |name: &str| PAGES.iter().filter(|page| page.path == name).count();
        assert!(PAGES.iter().all(|page| names(page.path) == 1));
        for queue in ["/admin/reports", "/admin/data-requests", "/admin"] {
            let read = read(queue).map_err(|error| error.to_string());
            let is_known = read.is_ok() || read == Err(format!("`{queue}` is not here yet"));
            assert!(is_known, "{queue}");
        }
    }

    #[test]
    fn an_object_is_named_by_its_kind_and_id() {
        let go = |text: &str| object(text, Tab::Audit).map_err(|error| error.to_string());
        assert_eq!(go("user#12"), Ok((Tab::Users, Some("#12".to_owned()))));
        assert_eq!(go("#12"), Ok((Tab::Audit, Some("#12".to_owned()))));
        assert_eq!(go("12"), Ok((Tab::Audit, Some("#12".to_owned()))));
        assert!(go("cat#12").is_err() && go("user#x").is_err() && go("").is_err());
    }
}
