//! What the server says of its health, as findings: which of its components is not well, and what to do.

use quarterdeck_api::call::AnyReply;
use quarterdeck_api::ops::{GetHealth, HealthStatus, HealthView};
use quarterdeck_api::wire_enum::OpenEnum;

use super::finding::{About, Finding};
use super::message::Failed;

const NAME: &str = "Health";

/// What an answer finds.
pub fn answered(result: Result<AnyReply, Failed>) -> Vec<Finding> {
    match result.map(AnyReply::take::<GetHealth>) {
        Ok(Some(view)) => findings(&view),
        // That the server does not answer is said beside the round trip.
        Ok(None) | Err(_) => vec![finding("not told")],
    }
}

/// Each component that is not well; a word where all of them are.
pub fn findings(view: &HealthView) -> Vec<Finding> {
    let is_ill = |status: &OpenEnum<HealthStatus>| !status.is(HealthStatus::Up);
    let ill = view.components.iter().filter(|(_, status)| is_ill(status));
    let mut findings: Vec<_> = ill
        .map(|(component, status)| of_component(component, status))
        .collect();
    if findings.is_empty() {
        findings.push(finding(&view.status.to_string()));
    }
    findings
}

fn of_component(component: &str, status: &OpenEnum<HealthStatus>) -> Finding {
    finding(&format!("{component} is {status}")).advising(advice(component))
}

fn finding(value: &str) -> Finding {
    Finding::new(About::Server, NAME, value)
}

/// What to do about a component that is not well.
fn advice(component: &str) -> &'static str {
    match component {
        "redis" => {
            "Limits are stricter and news of others may come a second late; all else works. Whoever runs the \
             server brings Redis back: it is used again by itself."
        }
        "jobs" => {
            "Bans do not end by themselves and mail may wait. Whoever runs the server looks at its log, or at \
             `jobs.poll_seconds` where it says OFF."
        }
        "audit" => {
            "The audit log cannot be read, so nothing can be decided. Tell whoever runs the server, and retry nothing."
        }
        "db" | "auth" => {
            "The database does not answer. Tell whoever runs the server; what was sent is told by `:journal` after."
        }
        _ => "Tell whoever runs the server.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(components: &[(&str, HealthStatus)], status: HealthStatus) -> HealthView {
        let component =
            |(name, status): &(&str, HealthStatus)| ((*name).to_owned(), (*status).into());
        HealthView {
            status: status.into(),
            components: components.iter().map(component).collect(),
        }
    }

    #[test]
    fn only_what_is_not_well_is_named_and_each_has_its_advice() {
        let well = view(&[("db", HealthStatus::Up)], HealthStatus::Up);
        let [fine] = findings(&well).try_into().unwrap();
        assert_eq!((fine.value.as_str(), fine.advice), ("UP", None));
        let ill = [
            ("db", HealthStatus::Up),
            ("jobs", HealthStatus::Off),
            ("redis", HealthStatus::Degraded),
            ("sonar", HealthStatus::Down),
        ];
        let told = findings(&view(&ill, HealthStatus::Down));
        let values: Vec<_> = told.iter().map(|finding| finding.value.as_str()).collect();
        assert_eq!(
            values,
            ["jobs is OFF", "redis is DEGRADED", "sonar is DOWN"]
        );
        let advice: Vec<_> = told
            .iter()
            .filter_map(|finding| finding.advice.as_ref())
            .collect();
        assert_eq!(advice.len(), 3);
        assert!(advice[1].as_str().contains("brings Redis back"));
    }
}
