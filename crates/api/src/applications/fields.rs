//! What the queue of applications is filtered by.

use super::{ApplicationRow, ApplicationSort, ApplicationStatus};
use crate::filter::{Context, Datum, Field, Kind, Listed, Shorthand, fields, has, is};

fields! {
    /// What applications are filtered by.
    pub enum ApplicationField {
        /// Its id.
        Id = "id", Kind::Id, Server, "id:4711";
        /// Where it stands.
        Status = "status", Kind::Choice(ApplicationStatus::NAMES), Server,
            "status:PENDING,ACTIVE,REJECTED,WAITLISTED or all";
        /// The applicant's name.
        Name = "name", Kind::Text, Server, "name:ana*";
        /// The applicant's e-mail.
        Email = "email", Kind::Text, Server, "email:ana*";
        /// The applicant's account.
        User = "user", Kind::Person, Locally, "user:#4711";
        /// How long ago it was sent in.
        Age = "age", Kind::Age, Server, "age>2d";
        /// When it was sent in.
        Created = "created" | "submitted", Kind::Past, Server, "created:today or created:2026-09-01..";
        /// When it was decided.
        Decided = "decided", Kind::Past, Locally, "decided:today";
        /// Who decided.
        By = "by", Kind::Person, Locally, "by:me";
        /// The reason given with the decision: its text or its code.
        Reason = "reason", Kind::Text, Locally, "reason:spam";
        /// The code of that reason.
        Code = "code", Kind::Text, Locally, "code=spam";
        /// Who is at work on it.
        Claim = "claim", Kind::Holder, Wholly, "claim:me, claim:any, claim:none or claim:bob*";
    }
}

impl Field for ApplicationField {
    type Sort = ApplicationSort;
    const ID: Self = Self::Id;
    const SEARCHED: &'static [Self] = &[Self::Name, Self::Email];
    const SHORTHANDS: &'static [Shorthand] = &[
        is("new", "status=PENDING"),
        is("open", "status=PENDING,WAITLISTED"),
        is("mine", "by:me"),
        has("reason", "!reason:none"),
    ];
    const SORTS: &'static [(&'static str, ApplicationSort)] = &[
        ("age-", ApplicationSort::OldestFirst),
        ("age", ApplicationSort::NewestFirst),
        ("created", ApplicationSort::OldestFirst),
        ("created-", ApplicationSort::NewestFirst),
    ];
}

impl Listed for ApplicationRow {
    type Field = ApplicationField;

    fn datum(&self, field: ApplicationField, _context: &Context) -> Datum<'_> {
        match field {
            ApplicationField::Id => Datum::Number(self.id.0),
            ApplicationField::Status => Datum::word(&self.status, ApplicationStatus::as_str),
            ApplicationField::Name => Datum::Text(self.name.as_str()),
            ApplicationField::Email => Datum::Text(self.email.as_str()),
            ApplicationField::User => Datum::person(self.user_id, Some(&self.email)),
            ApplicationField::Age | ApplicationField::Created => Datum::Time(self.submitted_at),
            ApplicationField::Decided => Datum::time(self.decided_at),
            ApplicationField::By => Datum::email(self.decided_by.as_ref()),
            ApplicationField::Reason => {
                Datum::texts([self.reason.as_ref(), self.reason_code.as_ref()])
            }
            ApplicationField::Code => Datum::text(self.reason_code.as_ref()),
            ApplicationField::Claim => Datum::email(self.claim.as_ref().map(|claim| &claim.by)),
        }
    }

    fn visible(&self) -> String {
        format!("{} {} {} {}", self.id, self.status, self.name, self.email)
    }
}
