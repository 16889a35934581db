//! How a command ends: exit codes that never change their meaning, and why it ended early.

use std::process::ExitCode;

use quarterdeck_api::problem::{Class, Code, Problem};
use quarterdeck_api::text::Line;
use serde_json::{Value, json};

use crate::app::explain::explain;
use crate::app::message::Failure;

/// Version of all that is written with `--json`.
pub const JSON_VERSION: u8 = 1;

/// How a command ended (console.md §4.15).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// All of it was done, or was so already.
    Done,
    /// The command line, the input or the configuration is at fault.
    Usage,
    /// There is no session, or a credential or code was refused.
    Auth,
    /// There is no such object.
    NotFound,
    /// Somebody was first, or the state does not allow it.
    Conflict,
    /// The server did not answer, could not, or asks to wait.
    Unreachable,
    /// Some of it was done and some was not.
    Partial,
    /// A right, a rule or a missing confirmation stands against it.
    Refused,
    /// The operator ended it.
    Interrupted,
}

impl Exit {
    /// The exit code.
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Usage => 2,
            Self::Auth => 3,
            Self::NotFound => 4,
            Self::Conflict => 5,
            Self::Unreachable => 6,
            Self::Partial => 7,
            Self::Refused => 8,
            Self::Interrupted => 130,
        }
    }

    /// What a call that failed so ends in.
    pub fn of(failure: &Failure) -> Self {
        match failure {
            Failure::Problem(problem) => Self::of_problem(problem),
            Failure::SignedOut(_) => Self::Auth,
            Failure::Unreachable(_)
            | Failure::Lost(_)
            | Failure::Timeout
            | Failure::Undecodable(_) => Self::Unreachable,
        }
    }

    fn of_problem(problem: &Problem) -> Self {
        let is_one_of = |codes: &[Code]| codes.iter().any(|code| problem.code.is(*code));
        let of_credentials = [
            Code::OtpRequired,
            Code::OtpInvalid,
            Code::OtpReplayed,
            Code::MfaEnrollmentRequired,
            Code::GateRequired,
            Code::GatePasswordWrong,
        ];
        let of_rules = [
            Code::LastAdmin,
            Code::CannotTargetSelf,
            Code::CannotDeleteSelf,
            Code::ConfirmRequired,
        ];
        if is_one_of(&of_credentials) {
            return Self::Auth;
        }
        if is_one_of(&of_rules) {
            return Self::Refused;
        }
        if problem.code.is(Code::IdempotencyMismatch) {
            return Self::Conflict;
        }
        match Class::of(problem.status) {
            Class::Invalid => Self::Usage,
            Class::Unauthenticated => Self::Auth,
            Class::Payment | Class::Forbidden => Self::Refused,
            Class::NotFound => Self::NotFound,
            Class::Conflict => Self::Conflict,
            Class::Throttled | Class::Server => Self::Unreachable,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Why a command ended before it was done.
#[derive(Clone, Debug)]
pub struct Stopped {
    /// How it ends.
    pub exit: Exit,
    /// Why, in words.
    pub message: Line,
    /// What the server said, where it was the server.
    problem: Option<Box<Problem>>,
}

impl Stopped {
    /// An end that is ours.
    pub fn new(exit: Exit, message: &str) -> Self {
        Self {
            exit,
            message: Line::new(message),
            problem: None,
        }
    }

    /// Wrong usage.
    pub fn usage(message: &str) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// The error as `--json` has it.
    pub fn to_json(&self) -> Value {
        let Self {
            exit,
            message,
            problem,
        } = self;
        let mut error = json!({"exit": exit.code(), "message": message});
        if let Some(problem) = problem {
            error["code"] = json!(problem.code);
            error["request_id"] = json!(problem.request_id);
            error["retry_after"] = json!(problem.retry_after);
            error["fields"] = json!(problem.fields);
        }
        json!({"v": JSON_VERSION, "error": error})
    }
}

impl From<Failure> for Stopped {
    fn from(failure: Failure) -> Self {
        let exit = Exit::of(&failure);
        let message = Line::new(&in_words(&failure));
        let problem = match failure {
            Failure::Problem(problem) | Failure::SignedOut(problem) => Some(problem),
            Failure::Unreachable(_)
            | Failure::Lost(_)
            | Failure::Timeout
            | Failure::Undecodable(_) => None,
        };
        Self {
            exit,
            message,
            problem,
        }
    }
}

/// The failure in words, with what to do next on a command line.
pub fn in_words(failure: &Failure) -> String {
    match failure {
        Failure::SignedOut(problem) => {
            format!(
                "The session is over ({}). `quarterdeck login --store` signs in again.",
                problem.code
            )
        }
        Failure::Problem(_)
        | Failure::Unreachable(_)
        | Failure::Lost(_)
        | Failure::Timeout
        | Failure::Undecodable(_) => explain(failure),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(code: Code) -> Failure {
        let problem = json!({
            "type": "t", "title": code.title(), "status": code.status(), "detail": "", "instance": "/",
            "code": code, "class": "c", "surface": "admin", "request_id": "r1",
        });
        Failure::Problem(serde_json::from_value(problem).unwrap())
    }

    #[test]
    fn exit_codes_are_these() {
        let cases = [
            (Code::ValidationFailed, 2),
            (Code::FilterLocalOnly, 2),
            (Code::TokenExpired, 3),
            (Code::OtpInvalid, 3),
            (Code::MfaEnrollmentRequired, 3),
            (Code::NotFound, 4),
            (Code::StaleVersion, 5),
            (Code::AlreadyReviewed, 5),
            (Code::IdempotencyMismatch, 5),
            (Code::RateLimited, 6),
            (Code::AuditUnavailable, 6),
            (Code::Internal, 6),
            (Code::PermissionDenied, 8),
            (Code::SuperadminRequired, 8),
            (Code::CannotTargetSelf, 8),
            (Code::ConfirmRequired, 8),
        ];
        for (code, exit) in cases {
            assert_eq!(Exit::of(&problem(code)).code(), exit, "{code}");
        }
        assert_eq!(Exit::of(&Failure::Timeout).code(), 6);
        assert_eq!(Exit::of(&Failure::Lost(Line::new("reset"))).code(), 6);
        assert_eq!((Exit::Done.code(), Exit::Interrupted.code()), (0, 130));
        assert_eq!(Exit::Partial.code(), 7);
    }

    #[test]
    fn an_error_in_json_has_a_version_and_the_servers_id() {
        let stopped = Stopped::from(problem(Code::StaleVersion));
        let json = stopped.to_json();
        assert_eq!(json["v"], 1);
        assert_eq!(json["error"]["exit"], 5);
        assert_eq!(json["error"]["code"], "stale_version");
        assert_eq!(json["error"]["request_id"], "r1");
    }
}
