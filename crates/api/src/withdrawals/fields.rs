//! What the queue of withdrawals is filtered by.

use super::{WithdrawalRow, WithdrawalSort, WithdrawalStatus};
use crate::filter::{Context, Datum, Field, Kind, Listed, Shorthand, fields, has, is};

fields! {
    /// What withdrawals are filtered by.
    pub enum WithdrawalField {
        /// Its id.
        Id = "id", Kind::Id, Server, "id:4711";
        /// Where it stands.
        Status = "status", Kind::Choice(WithdrawalStatus::NAMES), Server,
            "status:pending,approved,rejected or all";
        /// Who asks.
        User = "user" | "email", Kind::Person, Server, "user:#4711 or user:ana*";
        /// How much, in the smallest unit of the currency.
        Amount = "amount", Kind::Number, Server, "amount>=10000: in the smallest unit, 100.00";
        /// How long ago it was asked for.
        Age = "age", Kind::Age, Server, "age>2d";
        /// When it was asked for.
        Requested = "requested" | "created", Kind::Past, Server, "requested:today";
        /// Who decided.
        By = "by" | "decider", Kind::Person, Server, "by:me, by:#7 or by:ana*: who decided";
        /// The code of the reason.
        Code = "code", Kind::Text, Server, "code=identity";
        /// The code of the currency.
        Currency = "currency", Kind::Text, Locally, "currency=EUR";
        /// When it was decided.
        Decided = "decided", Kind::Past, Locally, "decided:today";
        /// Why it was rejected: the text of the reason or its code.
        Reason = "reason", Kind::Text, Locally, "reason:identity";
    }
}

impl Field for WithdrawalField {
    type Sort = WithdrawalSort;
    const ID: Self = Self::Id;
    const SEARCHED: &'static [Self] = &[Self::User];
    const SHORTHANDS: &'static [Shorthand] = &[
        is("new", "status=pending"),
        is("open", "status=pending"),
        is("mine", "by:me"),
        has("reason", "!reason:none"),
    ];
    const SORTS: &'static [(&'static str, WithdrawalSort)] = &[
        ("age-", WithdrawalSort::OldestFirst),
        ("age", WithdrawalSort::NewestFirst),
    ];
}

impl Listed for WithdrawalRow {
    type Field = WithdrawalField;

    fn datum(&self, field: WithdrawalField, _context: &Context) -> Datum<'_> {
        match field {
            WithdrawalField::Id => Datum::Number(self.id.0),
            WithdrawalField::Status => Datum::word(&self.status, WithdrawalStatus::as_str),
            WithdrawalField::User => Datum::person(Some(self.user_id), Some(&self.user)),
            WithdrawalField::Amount => Datum::Number(self.amount),
            WithdrawalField::Age | WithdrawalField::Requested => Datum::Time(self.requested_at),
            WithdrawalField::By => Datum::person(self.decided_by_id, self.decided_by.as_ref()),
            WithdrawalField::Code => Datum::text(self.reason_code.as_ref()),
            WithdrawalField::Currency => Datum::Text(self.currency.as_str()),
            WithdrawalField::Decided => Datum::time(self.decided_at),
            WithdrawalField::Reason => {
                Datum::texts([self.reason.as_ref(), self.reason_code.as_ref()])
            }
        }
    }

    fn visible(&self) -> String {
        format!(
            "{} {} {} {}",
            self.id, self.status, self.currency, self.user
        )
    }
}
