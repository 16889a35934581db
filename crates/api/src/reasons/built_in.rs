//! The reasons of a server that is configured with none. Codes and digits stay the same for ever: codes are
//! stored with decisions, and the hand must always mean the same reason. What is added comes last.

use super::{FreeText, Reason, ReasonList, ReasonVerb, Reasons};
use crate::text::Line;

/// Code, label, and text for the person.
type Row = (&'static str, &'static str, Option<&'static str>);

const REJECT: &[Row] = &[
    (
        "incomplete",
        "Incomplete application",
        Some(
            "Your application lacks answers that we need. You are welcome to send it again with all of them.",
        ),
    ),
    (
        "criteria",
        "Does not meet the criteria",
        Some("Your application does not meet what we ask of members."),
    ),
    (
        "duplicate",
        "Duplicate application",
        Some("We have another application of yours and go on with that one."),
    ),
    (
        "spam",
        "Spam or automated",
        Some("Your application looks like one that no person wrote."),
    ),
    (
        "identity",
        "Identity could not be verified",
        Some("We could not make sure who you are."),
    ),
    (
        "region",
        "Outside the regions served",
        Some("We do not serve your region yet."),
    ),
];

const RESOLVE: &[Row] = &[
    (
        "content_removed",
        "Content removed",
        Some("Thank you for your report. We removed what you told us of."),
    ),
    (
        "warned",
        "User warned",
        Some("Thank you for your report. We warned the person."),
    ),
    (
        "banned",
        "User banned",
        Some("Thank you for your report. We closed the account."),
    ),
    (
        "elsewhere",
        "Handled elsewhere",
        Some("Thank you for your report. It was taken care of."),
    ),
];

const DISMISS: &[Row] = &[
    (
        "no_violation",
        "No violation found",
        Some("Thank you for your report. We found nothing that our rules forbid."),
    ),
    (
        "too_little",
        "Not enough to act on",
        Some("Thank you for your report. It does not tell us enough to act on."),
    ),
    (
        "duplicate",
        "Duplicate report",
        Some("Thank you for your report. We know of it already."),
    ),
    (
        "bad_faith",
        "Report made in bad faith",
        Some("Please report only what you believe to be against our rules."),
    ),
];

const FAIL: &[Row] = &[
    (
        "identity",
        "Identity could not be verified",
        Some("We could not make sure that the request is yours."),
    ),
    (
        "legal_hold",
        "Must be kept by law",
        Some("The law obliges us to keep this data."),
    ),
    (
        "duplicate",
        "Duplicate request",
        Some("We have another request of yours and go on with that one."),
    ),
    (
        "withdrawn",
        "Withdrawn by the person",
        Some("You have withdrawn your request."),
    ),
    (
        "no_account",
        "No account of this person",
        Some("We found no account of yours."),
    ),
    ("export_failed", "Export failed; to be tried again", None),
];

const REJECT_WITHDRAWAL: &[Row] = &[
    (
        "identity",
        "Identity could not be verified",
        Some("We could not make sure that the withdrawal is yours."),
    ),
    (
        "details",
        "Payment details do not match",
        Some("The account you named is not in your name."),
    ),
    (
        "review",
        "Play or deposits under review",
        Some("We look into your account first. You are welcome to ask again."),
    ),
    (
        "terms",
        "Terms of a bonus are not met",
        Some("The terms of a bonus that you accepted are not met yet."),
    ),
    (
        "balance",
        "More than the wallet holds",
        Some("You asked for more than you have."),
    ),
    (
        "withdrawn",
        "Withdrawn by the person",
        Some("You have taken your request back."),
    ),
];

const BAN: &[Row] = &[
    (
        "spam",
        "Spam or automated",
        Some("Your account was banned for spam."),
    ),
    (
        "harassment",
        "Harassment",
        Some("Your account was banned for harassing others."),
    ),
    (
        "fraud",
        "Fraud or scam",
        Some("Your account was banned for fraud."),
    ),
    (
        "impersonation",
        "Impersonation",
        Some("Your account was banned for posing as somebody else."),
    ),
    (
        "illegal",
        "Illegal content",
        Some("Your account was banned for content that the law forbids."),
    ),
    (
        "evasion",
        "Evades an earlier ban",
        Some("Your account was banned since another one of yours is."),
    ),
];

const UNBAN: &[Row] = &[
    (
        "appeal",
        "Appeal accepted",
        Some("Your appeal was accepted: you may sign in again."),
    ),
    (
        "mistake",
        "Banned by mistake",
        Some("Your ban was our mistake, and we are sorry: you may sign in again."),
    ),
    (
        "replaced",
        "Ban replaced by another measure",
        Some("Your ban has ended: you may sign in again."),
    ),
];

const SUSPEND: &[Row] = &[
    (
        "review",
        "Account under review",
        Some("Your account is on hold while we look into it."),
    ),
    (
        "takeover",
        "Account may be taken over",
        Some("Your account is on hold: somebody else may be using it."),
    ),
    (
        "requested",
        "Asked for by the person",
        Some("Your account is on hold, as you asked."),
    ),
];

const DELETE: &[Row] = &[
    ("requested", "Asked for by the person", None),
    ("authority", "Ordered by an authority", None),
    ("unused", "Test or duplicate account", None),
];

const ANONYMIZE: &[Row] = &[
    ("requested", "Asked for by the person", None),
    ("retention", "Retention period is over", None),
    ("authority", "Ordered by an authority", None),
];

const fn rows(verb: ReasonVerb) -> &'static [Row] {
    match verb {
        ReasonVerb::RejectApplication => REJECT,
        ReasonVerb::ResolveReport => RESOLVE,
        ReasonVerb::DismissReport => DISMISS,
        ReasonVerb::FailDataRequest => FAIL,
        ReasonVerb::RejectWithdrawal => REJECT_WITHDRAWAL,
        ReasonVerb::Ban => BAN,
        ReasonVerb::Unban => UNBAN,
        ReasonVerb::Suspend => SUSPEND,
        ReasonVerb::Delete => DELETE,
        ReasonVerb::Anonymize => ANONYMIZE,
    }
}

fn list(verb: ReasonVerb) -> ReasonList {
    let reason = |((code, label, message), digit): (&Row, u8)| Reason {
        digit,
        code: Line::new(code),
        label: Line::new(label),
        message: message.map(Line::new),
    };
    ReasonList {
        verb: verb.into(),
        free_text: FreeText::Allowed.into(),
        reasons: rows(verb).iter().zip(1..).map(reason).collect(),
    }
}

impl Reasons {
    /// The reasons of a server that is configured with none: a list for every verb, and words of one's own
    /// always.
    pub fn built_in() -> Self {
        Self {
            lists: ReasonVerb::ALL.iter().copied().map(list).collect(),
        }
    }
}
