//! What a failure means in words: what happened, the code and request id for whoever has to look it
//! up, and what to do next.

use quarterdeck_api::problem::{Code, Problem};

use super::message::{Failed, Failure};

/// The failure as a toast says it, with the ids by which it is found in the logs.
pub fn explain(failed: &Failed) -> String {
    format!("{} {}", happened(&failed.why), reference(failed))
}

/// What happened, without ids.
pub fn happened(failure: &Failure) -> String {
    match failure {
        Failure::Problem(problem) => refused(problem),
        Failure::SignedOut(_) => "Signed out. :login signs in again.".to_owned(),
        Failure::Unreachable(why) => format!("The server cannot be reached ({why})."),
        Failure::Lost(why) => format!("The connection broke ({why})."),
        Failure::Timeout => "The server did not answer in time.".to_owned(),
        Failure::Undecodable(why) => {
            format!("The answer made no sense ({why}); is the console too old?")
        }
    }
}

fn refused(problem: &Problem) -> String {
    match problem.code.known() {
        Some(Code::AuditUnavailable) => "Audit log unavailable; nothing was changed.".to_owned(),
        // Without a credential to send, the session would be over instead (S000-09).
        Some(Code::MissingAuthorization) => "The server got no credential, yet one was sent: an \
             intermediary strips Authorization. Check the proxy."
            .to_owned(),
        Some(_) | None => sentence(problem),
    }
}

/// The ids of a call that failed: the server's, where it answered, and the trace.
pub fn reference(failed: &Failed) -> String {
    let trace = &failed.trace_id;
    match &failed.why {
        Failure::Problem(problem) | Failure::SignedOut(problem) => {
            let (code, request) = (&problem.code, &problem.request_id);
            format!("[{code}, request {request}, trace {trace}]")
        }
        Failure::Unreachable(_) | Failure::Lost(_) | Failure::Timeout | Failure::Undecodable(_) => {
            format!("[trace {trace}]")
        }
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
pub fn explain_sign_in(failed: &Failed) -> String {
    let problem = match &failed.why {
        Failure::Problem(problem) => problem,
        // Said where sign-in follows anyway.
        Failure::SignedOut(problem) => {
            return format!("{} {}", sentence(problem), reference(failed));
        }
        Failure::Unreachable(_) | Failure::Lost(_) | Failure::Timeout | Failure::Undecodable(_) => {
            return explain(failed);
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
        Some(_) | None => explain(failed),
    }
}
