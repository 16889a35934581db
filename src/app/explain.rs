//! What a failure means in words: what happened, the code and request id for whoever has to look it
//! up, and what to do next.

use quarterdeck_api::problem::{Code, Problem};

use super::message::Failure;

/// The failure as a toast says it.
pub fn explain(failure: &Failure) -> String {
    match failure {
        Failure::Problem(problem) => explain_problem(problem),
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
    match problem.code.known() {
        Some(Code::AuditUnavailable) => {
            let reference = reference(problem);
            format!("Audit log unavailable; nothing was changed. {reference}")
        }
        // Without a credential to send, the session would be over instead (S000-09).
        Some(Code::MissingAuthorization) => {
            let reference = reference(problem);
            format!(
                "The server got no credential, yet one was sent: an intermediary strips Authorization. Check the proxy. {reference}"
            )
        }
        Some(_) | None => refusal(problem),
    }
}

fn refusal(problem: &Problem) -> String {
    format!("{} {}", sentence(problem), reference(problem))
}

fn reference(problem: &Problem) -> String {
    format!("[{}, request {}]", problem.code, problem.request_id)
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
    let problem = match failure {
        Failure::Problem(problem) => problem,
        // Said where sign-in follows anyway.
        Failure::SignedOut(problem) => return refusal(problem),
        Failure::Unreachable(_) | Failure::Lost(_) | Failure::Timeout | Failure::Undecodable(_) => {
            return explain(failure);
        }
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
