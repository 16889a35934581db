//! A filter as a tab means it: what the server is asked, and what is left to the loaded rows.

use quarterdeck_api::filter::{Context, Filter, FilterError, Listed, Span, Test};

use super::held::Held;
use crate::screens::screen::{FieldOf, Screen};

/// A filter as a tab means it.
///
/// The server is asked its part of the filter; where it has none, what the tab shows by itself, so that a
/// plain word narrows those rows and no others.
pub(super) struct Meant<S: Screen> {
    asked: Filter<FieldOf<S>>,
    local: Filter<FieldOf<S>>,
    sort: Option<Sort>,
    answered: Answered,
}

/// The order that a filter asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sort {
    /// Its place in the screen's orders.
    pub order: usize,
    /// Where it is written.
    pub span: Span,
}

/// Whether what the server is asked is the operator's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answered {
    /// It is a part of the filter.
    ByServer,
    /// It is what the tab shows by itself.
    Locally,
}

impl<S: Screen> Default for Meant<S> {
    /// What the tab shows by itself.
    fn default() -> Self {
        Self {
            asked: Filter::parse(S::DEFAULT_FILTER).unwrap_or_default(),
            local: Filter::default(),
            sort: None,
            answered: Answered::Locally,
        }
    }
}

impl<S: Screen> Meant<S> {
    /// Reads a filter.
    pub fn read(text: &str) -> Result<Self, FilterError> {
        let filter = Filter::<FieldOf<S>>::parse(text)?;
        let order = filter.sort().and_then(|sort| {
            let mut sorts = S::SORTS.iter();
            sorts.position(|known| *known == sort)
        });
        let sort = order.zip(filter.sort_span());
        let (server, local) = filter.split();
        let server = server.without_sort();
        let own = Self::default();
        let (asked, answered) = if server.is_empty() {
            (own.asked, own.answered)
        } else {
            (server, Answered::ByServer)
        };
        Ok(Self {
            asked,
            local,
            sort: sort.map(|(order, span)| Sort { order, span }),
            answered,
        })
    }

    /// What the server is asked, in the spelling that travels.
    pub fn asked(&self) -> String {
        self.asked.to_string()
    }

    /// What is left to the loaded rows; empty where nothing is.
    pub fn local(&self) -> String {
        self.local.to_string()
    }

    /// The order that it asks for.
    pub const fn sort(&self) -> Option<Sort> {
        self.sort
    }

    /// Forgets the order.
    pub const fn drop_sort(&mut self) {
        self.sort = None;
    }

    /// Whether a part of the operator's filter is the server's.
    pub const fn answered(&self) -> Answered {
        self.answered
    }

    /// Whether loaded rows are left to be filtered.
    pub fn is_local(&self) -> bool {
        !self.local.is_empty()
    }

    /// Whether it speaks of who filters.
    pub fn is_about_me(&self) -> bool {
        self.local.terms().any(|term| term.any.contains(&Test::Me))
    }

    /// The texts that it looks for.
    pub fn sought(&self) -> Vec<String> {
        let sought = self.asked.sought().into_iter().chain(self.local.sought());
        sought.map(str::to_owned).collect()
    }

    /// Whether a row passes, whatever rows the server was asked for.
    pub fn holds(&self, held: &Held<S::Row>, context: &Context) -> bool {
        let by_itself = held.row.listed_by();
        by_itself.is_none_or(|name| self.asked.names(name))
            && self.asked.holds(&held.row, &held.visible, context)
            && self.holds_locally(held, context)
    }

    /// The same of a row that the server was asked for so.
    pub fn holds_locally(&self, held: &Held<S::Row>, context: &Context) -> bool {
        self.local.holds(&held.row, &held.visible, context)
    }
}

#[cfg(test)]
mod tests {
    use quarterdeck_api::filter::Field;

    use super::*;
    use crate::screens::admin_logs::AdminLogs;
    use crate::screens::applications::Applications;
    use crate::screens::audit::Audit;
    use crate::screens::dashboard::Dashboard;
    use crate::screens::data_requests::DataRequests;
    use crate::screens::reports::Reports;
    use crate::screens::screen::SortOf;
    use crate::screens::users::Users;
    use crate::screens::withdrawals::Withdrawals;

    fn check<S: Screen>() {
        let own = Filter::<FieldOf<S>>::parse(S::DEFAULT_FILTER).unwrap();
        assert!(own.asked().is_ok(), "{}", S::DEFAULT_FILTER);
        for (text, sort) in <FieldOf<S> as Field>::SORTS {
            assert!(S::SORTS.contains(sort), "sort:{text} is no order");
        }
        let orders = if S::SORTS.is_empty() {
            1
        } else {
            S::SORTS.len()
        };
        assert_eq!(S::ORDERS.len(), orders);
        let sorts: &[SortOf<S>] = S::SORTS;
        let by = |text: String| Meant::<S>::read(&text).ok()?.sort();
        for (text, sort) in <FieldOf<S> as Field>::SORTS {
            let order = by(format!("sort:{text}")).map(|sort| sort.order);
            assert_eq!(order.and_then(|order| sorts.get(order)), Some(sort));
        }
    }

    #[test]
    fn what_a_tab_shows_by_itself_is_the_servers_and_every_order_can_be_written() {
        check::<Dashboard>();
        check::<Applications>();
        check::<Reports>();
        check::<DataRequests>();
        check::<Users>();
        check::<Audit>();
        check::<AdminLogs>();
        check::<Withdrawals>();
    }

    #[test]
    fn what_the_server_answers_nothing_of_narrows_what_the_tab_shows() {
        let cases = [
            ("", "status:PENDING", ""),
            ("ana", "status:PENDING", "ana"),
            ("sort:age", "status:PENDING", ""),
            ("ana* bo", "ana*", "bo"),
            ("status:all by:me", "status:all", "by:me"),
            ("ana* OR status:rej", "status:PENDING", "ana* OR status:rej"),
        ];
        for (text, asked, local) in cases {
            let meant = Meant::<Applications>::read(text).unwrap();
            assert_eq!(
                (meant.asked(), meant.local()),
                (asked.to_owned(), local.to_owned())
            );
        }
    }
}
