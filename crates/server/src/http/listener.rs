//! The accept loop: header timeouts, a bound on connections, and a drain that lets calls finish.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;
use tower_http::catch_panic::CatchPanicLayer;

use super::metrics;
use crate::config::HttpOptions;

/// Serves until it is told to stop; then lets running calls finish, for a time.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    options: &HttpOptions,
    stop: CancellationToken,
) {
    let router = router.layer(CatchPanicLayer::custom(panicked));
    let all_places = options.max_connections;
    let places = Arc::new(Semaphore::new(
        usize::try_from(all_places).unwrap_or(usize::MAX),
    ));
    let header_timeout = Duration::from_secs(options.header_timeout_seconds.into());
    loop {
        let accepted = tokio::select! {
            biased;
            () = stop.cancelled() => break,
            accepted = accept(&listener, &places) => accepted,
        };
        let Some((stream, address, place)) = accepted else {
            continue;
        };
        let (router, stop) = (router.clone(), stop.clone());
        tokio::spawn(async move {
            // hyper's timer starts with the first byte; who sends none must not hold a place either.
            let first_byte = tokio::time::timeout(header_timeout, stream.readable());
            let is_ready = tokio::select! {
                biased;
                () = stop.cancelled() => false,
                ready = first_byte => ready.is_ok(),
            };
            if !is_ready {
                return;
            }
            let connection = connection(stream, address, router, header_timeout);
            if let Err(error) = carried(connection, &stop).await {
                tracing::debug!(%error, "connection ended");
            }
            drop(place);
        });
    }
    drop(listener);
    let drain = Duration::from_secs(options.drain_seconds.into());
    let all_gone = places.acquire_many(all_places);
    if tokio::time::timeout(drain, all_gone).await.is_err() {
        tracing::warn!(
            seconds = drain.as_secs(),
            "calls were still running when the drain ended"
        );
    }
}

/// Serves a connection to its end, which is near once the server stops. An upgraded one has ended here, and
/// its place is free: realtime connections have places of their own.
async fn carried<S>(
    connection: http1::Connection<TokioIo<TcpStream>, S>,
    stop: &CancellationToken,
) -> hyper::Result<()>
where
    S: hyper::service::Service<hyper::Request<Incoming>, Response = Response, Error = Infallible>,
{
    let mut connection = pin!(connection.with_upgrades());
    tokio::select! {
        biased;
        ended = connection.as_mut() => return ended,
        () = stop.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    connection.await
}

type Accepted = (TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit);

async fn accept(listener: &TcpListener, places: &Arc<Semaphore>) -> Option<Accepted> {
    let place = Arc::clone(places).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, address)) => {
            // Small answers must not wait for more to come.
            let _ = stream.set_nodelay(true);
            Some((stream, address, place))
        }
        Err(error) => {
            tracing::error!(%error, "cannot accept a connection");
            // Out of file descriptors: the next try would fail at once again.
            tokio::time::sleep(Duration::from_millis(100)).await;
            None
        }
    }
}

fn connection(
    stream: TcpStream,
    address: SocketAddr,
    router: Router,
    header_timeout: Duration,
) -> http1::Connection<
    TokioIo<TcpStream>,
    impl hyper::service::Service<
        hyper::Request<Incoming>,
        Response = Response,
        Error = Infallible,
        Future = impl Future<Output = Result<Response, Infallible>> + Send,
    >,
> {
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let router = router.clone();
        async move {
            let (mut parts, body) = request.into_parts();
            parts.extensions.insert(ConnectInfo(address));
            if let Some(response) = metrics_response(parts.uri.path(), address) {
                return Ok(response);
            }
            router
                .oneshot(Request::from_parts(parts, Body::new(body)))
                .await
        }
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(header_timeout)
        .serve_connection(TokioIo::new(stream), service)
}

/// `/metrics` answers on loopback; elsewhere only on an address of its own.
fn metrics_response(path: &str, address: SocketAddr) -> Option<Response> {
    (path == "/metrics" && address.ip().to_canonical().is_loopback()).then(metrics_answer)
}

fn metrics_answer() -> Response {
    let mut response = Response::new(Body::from(metrics::render()));
    let value = http::HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    response
        .headers_mut()
        .insert(http::header::CONTENT_TYPE, value);
    response
}

/// The router of the address that only serves metrics.
#[expect(
    clippy::disallowed_methods,
    reason = "not an operation: the scraper's own listener"
)]
pub fn metrics_router() -> Router {
    Router::new().route("/metrics", axum::routing::get(async || metrics_answer()))
}

fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    tracing::error!("a handler panicked");
    let body = r#"{"type":"urn:quarterdeck:problem:internal","title":"the server failed","status":500,"detail":"the server failed","instance":"","code":"internal","class":"server","surface":"other","request_id":""}"#;
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = http::StatusCode::INTERNAL_SERVER_ERROR;
    let value = http::HeaderValue::from_static(quarterdeck_api::problem::CONTENT_TYPE);
    response
        .headers_mut()
        .insert(http::header::CONTENT_TYPE, value);
    response
}
