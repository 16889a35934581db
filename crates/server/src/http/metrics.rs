//! Prometheus text, on an address of its own or to loopback only.

use std::sync::OnceLock;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

const BUCKETS: &[f64] = &[
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5,
];

static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// Turns the counters on, once for the process.
pub fn install() {
    HANDLE.get_or_init(|| {
        let builder = PrometheusBuilder::new().set_buckets_for_metric(
            Matcher::Full("quarterdeck_request_duration_seconds".to_owned()),
            BUCKETS,
        );
        let recorder = builder.ok()?.build_recorder();
        let handle = recorder.handle();
        metrics::set_global_recorder(recorder).ok()?;
        metrics::describe_counter!(
            "quarterdeck_requests_total",
            "Answers by operation and status."
        );
        metrics::describe_histogram!(
            "quarterdeck_request_duration_seconds",
            metrics::Unit::Seconds,
            "Time to answer, by operation."
        );
        metrics::describe_gauge!("quarterdeck_mails", "Mail in the outbox, by status.");
        metrics::describe_gauge!(
            "quarterdeck_realtime_connections",
            "Realtime connections that are open."
        );
        metrics::describe_gauge!(
            "quarterdeck_degraded",
            "1 while the server does without a component, by stricter limits."
        );
        Some(handle)
    });
}

/// The counters as text.
pub fn render() -> String {
    HANDLE
        .get()
        .and_then(Option::as_ref)
        .map(PrometheusHandle::render)
        .unwrap_or_default()
}
