//! What a failure means in words: what happened, the code and request id for whoever has to look it
//! up, and what to do next.

use quarterdeck_api::problem::{Code, Problem};

use super::message::Failure;

/// The failure as a toast says it.
pub fn explain(failure: &Failure) -> String {
    match failure {
        Failure::Problem(problem) => explain_problem(problem),
        // Whether a token went out is known to the client alone: it has none left after a refused
        // renewal. So the finding is told with its condition (S000-09).
        Failure::SignedOut(problem) if problem.code.is(Code::MissingAuthorization) => {
            format!(
                "The server got no credential ({}). If you had not been signed out, an intermediary strips Authorization: check the proxy. :login signs in again.",
                problem.code
            )
        }
        Failure::SignedOut(problem) => {
            format!("Signed out ({}). :login signs in again.", problem.code)
        }
        Failure::Unreachable(why) => format!("The server cannot be reached ({why})."),
        Failure::Lost(why) => format!("The connection broke ({why})."),
        Failure::Timeout => "The server did not answer in time.".to_owned(),
        Failure::Undecodable(why) => {
            format!("The answer made no sense ({why}); is the console too old?")
        }
    }
}

fn explain_problem(problem: &Problem) -> String {
    let reference = format!("[{}, request {}]", problem.code, problem.request_id);
    match problem.code.known() {
        Some(Code::AuditUnavailable) => {
            format!("Audit log unavailable; nothing was changed. {reference}")
        }
        // Assumes that a token went out; only the client knows, and does not say so yet (S000-09).
        Some(Code::MissingAuthorization) => {
            format!(
                "The server got no credential, yet one was sent: an intermediary strips Authorization. Check the proxy. {reference}"
            )
        }
        Some(_) | None => format!("{} {reference}", sentence(problem)),
    }
}

/// What the server says of it, and when to try again where it says so.
fn sentence(problem: &Problem) -> String {
    let said = [&problem.detail, &problem.title]
        .into_iter()
        .find(|line| !line.as_str().is_empty());
    let said = said.map_or("The server refused.", |line| line.as_str());
    let mut text = said.to_owned();
    text[..said.chars().next().map_or(0, char::len_utf8)].make_ascii_uppercase();
    if !text.ends_with(['.', '!', '?']) {
        text.push('.');
    }
    match problem.retry_after {
        Some(seconds) => format!("{text} Try again in {seconds} s."),
        None => text,
    }
}

/// The failure of a step of sign-in: shorter, and with the next step.
pub fn explain_sign_in(failure: &Failure) -> String {
    let (Failure::Problem(problem) | Failure::SignedOut(problem)) = failure else {
        return explain(failure);
    };
    match problem.code.known() {
        Some(Code::InvalidCredentials) => {
            "E-mail or password is wrong. Type the password again; a super-admin can reset it.".to_owned()
        }
        Some(Code::MfaCodeInvalid) => {
            "The code is wrong or was used. Wait for the next one; a super-admin can reset the factor.".to_owned()
        }
        Some(Code::GatePasswordWrong) => "The gate password is wrong. Ask whoever runs the server.".to_owned(),
        Some(_) | None => explain_problem(problem),
    }
}
