//! What the queue of reports is filtered by.

use super::{ReportRow, ReportSort, ReportStatus};
use crate::filter::{Context, Datum, Field, Kind, Listed, Shorthand, fields, has, is};

fields! {
    /// What reports are filtered by.
    pub enum ReportField {
        /// Its id.
        Id = "id", Kind::Id, Server, "id:4711";
        /// Where it stands.
        Status = "status", Kind::Choice(ReportStatus::NAMES), Server,
            "status:pending,resolved,dismissed or all";
        /// What it is about.
        Reason = "reason", Kind::Text, Server, "reason:spam*";
        /// Who is reported.
        Reported = "reported" | "user", Kind::Person, Server, "reported:#4711 or reported:ana*";
        /// Who reports.
        Reporter = "reporter", Kind::Person, Server, "reporter:#4711";
        /// How many reports there are about the person.
        Reports = "reports", Kind::Number, Server, "reports>=3";
        /// How long ago it was sent in.
        Age = "age", Kind::Age, Server, "age>2d";
        /// When it was sent in.
        Created = "created", Kind::Past, Server, "created:today or created:2026-09-01..";
        /// When it was settled.
        Decided = "decided", Kind::Past, Locally, "decided:today";
        /// Who settled it.
        By = "by", Kind::Person, Locally, "by:me";
        /// What was noted then.
        Note = "note", Kind::Text, Locally, "note:warned";
        /// The code of the reason for settling it so.
        Code = "code", Kind::Text, Server, "code=duplicate";
        /// Who is at work on it.
        Claim = "claim", Kind::Holder, Wholly, "claim:me, claim:any, claim:none or claim:bob*";
    }
}

impl Field for ReportField {
    type Sort = ReportSort;
    const ID: Self = Self::Id;
    const SEARCHED: &'static [Self] = &[Self::Reason, Self::Reported];
    const SHORTHANDS: &'static [Shorthand] = &[
        is("new", "status=pending"),
        is("open", "status=pending"),
        is("mine", "by:me"),
        has("note", "!note:none"),
    ];
    const SORTS: &'static [(&'static str, ReportSort)] = &[
        ("age-", ReportSort::OldestFirst),
        ("age", ReportSort::NewestFirst),
        ("created", ReportSort::OldestFirst),
        ("created-", ReportSort::NewestFirst),
        ("reports-", ReportSort::MostReportedFirst),
    ];
}

impl Listed for ReportRow {
    type Field = ReportField;

    fn datum(&self, field: ReportField, _context: &Context) -> Datum<'_> {
        match field {
            ReportField::Id => Datum::Number(self.id.0),
            ReportField::Status => Datum::word(&self.status, ReportStatus::as_str),
            ReportField::Reason => Datum::Text(self.reason.as_str()),
            ReportField::Reported => {
                Datum::person(Some(self.reported_user_id), Some(&self.reported))
            }
            ReportField::Reporter => Datum::person(Some(self.reporter_id), Some(&self.reporter)),
            ReportField::Reports => Datum::count(self.report_count),
            ReportField::Age | ReportField::Created => Datum::Time(self.created_at),
            ReportField::Decided => Datum::time(self.reviewed_at),
            ReportField::By => Datum::email(self.reviewed_by.as_ref()),
            ReportField::Note => Datum::text(self.notes.as_ref()),
            ReportField::Code => Datum::text(self.reason_code.as_ref()),
            ReportField::Claim => Datum::email(self.claim.as_ref().map(|claim| &claim.by)),
        }
    }

    fn visible(&self) -> String {
        let Self {
            id,
            status,
            reason,
            reported,
            reporter,
            ..
        } = self;
        format!("{id} {status} {reason} {reported} {reporter}")
    }
}
