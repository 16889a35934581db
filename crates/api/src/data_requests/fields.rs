//! What the queue of data requests is filtered by.

use super::{DataRequestKind, DataRequestRow, DataRequestSort, DataRequestStatus};
use crate::filter::{Context, Datum, Field, Kind, Listed, Shorthand, fields, has, is};

fields! {
    /// What data requests are filtered by.
    pub enum DataRequestField {
        /// Its id.
        Id = "id", Kind::Id, Server, "id:4711";
        /// Where it stands.
        Status = "status", Kind::Choice(DataRequestStatus::NAMES), Server,
            "status:pending,completed,failed or all";
        /// What is asked for.
        Kind = "kind", Kind::Choice(DataRequestKind::NAMES), Server, "kind:export,deletion or all";
        /// Who asks.
        User = "user" | "email", Kind::Person, Server, "user:#4711 or user:ana*";
        /// Whether it is late.
        Overdue = "overdue", Kind::Flag, Server, "overdue:yes";
        /// By when it has to be answered.
        Due = "due", Kind::Ahead, Server, "due<3d or due:2026-09-01";
        /// How long ago it was sent in.
        Age = "age", Kind::Age, Locally, "age>2d";
        /// When it was sent in.
        Created = "created", Kind::Past, Locally, "created:today";
        /// When it last changed.
        Updated = "updated", Kind::Past, Locally, "updated:today";
        /// Who changed it last.
        By = "by", Kind::Person, Locally, "by:me";
        /// Why it failed: the text of the reason or its code.
        Error = "error" | "reason", Kind::Text, Locally, "error:mail";
        /// The code of that reason.
        Code = "code", Kind::Text, Server, "code=identity";
        /// Who is at work on it.
        Claim = "claim", Kind::Holder, Wholly, "claim:me, claim:any, claim:none or claim:bob*";
    }
}

impl Field for DataRequestField {
    type Sort = DataRequestSort;
    const ID: Self = Self::Id;
    const SEARCHED: &'static [Self] = &[Self::User];
    const SHORTHANDS: &'static [Shorthand] = &[
        is("new", "status=pending"),
        is("open", "status=pending"),
        is("overdue", "overdue:yes"),
        is("mine", "by:me"),
        has("error", "!error:none"),
    ];
    const SORTS: &'static [(&'static str, DataRequestSort)] = &[
        ("due", DataRequestSort::DueFirst),
        ("due-", DataRequestSort::DueLast),
    ];
}

impl Listed for DataRequestRow {
    type Field = DataRequestField;

    fn datum(&self, field: DataRequestField, context: &Context) -> Datum<'_> {
        match field {
            DataRequestField::Id => Datum::Number(self.id.0),
            DataRequestField::Status => Datum::word(&self.status, DataRequestStatus::as_str),
            DataRequestField::Kind => Datum::word(&self.kind, DataRequestKind::as_str),
            DataRequestField::User => Datum::person(Some(self.user_id), Some(&self.user)),
            DataRequestField::Overdue => Datum::Flag(
                self.status.is(DataRequestStatus::Pending) && self.deadline < context.now,
            ),
            DataRequestField::Due => Datum::Time(self.deadline),
            DataRequestField::Age | DataRequestField::Created => Datum::Time(self.created_at),
            DataRequestField::Updated => Datum::Time(self.updated_at),
            DataRequestField::By => Datum::email(self.handled_by.as_ref()),
            DataRequestField::Error => {
                Datum::texts([self.error.as_ref(), self.reason_code.as_ref()])
            }
            DataRequestField::Code => Datum::text(self.reason_code.as_ref()),
            DataRequestField::Claim => Datum::email(self.claim.as_ref().map(|claim| &claim.by)),
        }
    }

    fn visible(&self) -> String {
        format!("{} {} {} {}", self.id, self.status, self.kind, self.user)
    }
}
