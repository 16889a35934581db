//! Mounting an operation: one generic path from request to answer, so that no route can skip a step.

use std::borrow::Cow;
use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{FromRequestParts, RawPathParams, Request};
use axum::response::Response;
use axum::routing::{MethodFilter, on_service};
use bytes::Bytes;
use http::request::Parts;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use quarterdeck_api::operation::{
    Effect, Method, Operation, Otp, PathArguments, Spec, Streams, Unaudited, Writes,
};
use quarterdeck_api::problem::Code;
use tower::service_fn;

use super::problem::{self, Serialized, answer, replay};
use super::{alias, cors, head};
use crate::claims;
use crate::db::together;
use crate::gate::guard::Denial;
use crate::gate::idempotency::{self, Known};
use crate::gate::{
    Answer, Call, Caller, Committed, Refusal, RequestContext, Services, action_log, guard,
};
use crate::sessions;

/// The router under construction.
pub struct Routes {
    router: Router,
    services: Arc<Services>,
}

impl Routes {
    /// No routes yet.
    pub fn new(services: &Arc<Services>) -> Self {
        Self {
            router: Router::new(),
            services: Arc::clone(services),
        }
    }

    /// Mounts an operation that leaves no audit row: one that reads, or one on the caller's own session.
    #[must_use]
    pub fn answer<O, H, F>(self, handler: H) -> Self
    where
        O: Operation<Kind: Unaudited>,
        H: Fn(Call<O>) -> F + Copy + Send + Sync + 'static,
        F: Future<Output = Result<Answer<O::Reply>, Refusal>> + Send + 'static,
    {
        const {
            assert!(
                matches!(O::SPEC.otp, Otp::Never),
                "a one-time code is spent in the audited transaction; only writes have one"
            );
        }
        self.mount::<O, _, _>(move |call| async move { serialized::<O>(handler(call).await?) })
    }

    /// Mounts an operation that writes: its handler must come back from the gate.
    #[must_use]
    pub fn write<O, H, F>(self, handler: H) -> Self
    where
        O: Operation<Kind = Writes>,
        H: Fn(Call<O>) -> F + Copy + Send + Sync + 'static,
        F: Future<Output = Result<Committed<O::Reply>, Refusal>> + Send + 'static,
    {
        self.mount::<O, _, _>(move |call| async move {
            let committed = handler(call).await?;
            Ok(Serialized {
                status: O::SPEC.success,
                body: committed.into_body(),
                cookies: Vec::new(),
            })
        })
    }

    /// Mounts an operation that answers with a WebSocket.
    #[must_use]
    pub fn stream<O, H, F>(self, handler: H) -> Self
    where
        O: Operation<Kind = Streams>,
        H: Fn(Call<O>, WebSocketUpgrade) -> F + Copy + Send + Sync + 'static,
        F: Future<Output = Result<Response, Refusal>> + Send + 'static,
    {
        self.open::<O, _, _>(move |services, request| open_stream(services, request, handler))
    }

    fn mount<O, H, F>(self, handler: H) -> Self
    where
        O: Operation,
        H: Fn(Call<O>) -> F + Copy + Send + Sync + 'static,
        F: Future<Output = Result<Serialized, Refusal>> + Send + 'static,
    {
        self.open::<O, _, _>(move |services, request| serve::<O, H, F>(services, request, handler))
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that opens a route"
    )]
    fn open<O, H, F>(self, serve: H) -> Self
    where
        O: Operation,
        H: Fn(Arc<Services>, Request) -> F + Copy + Send + Sync + 'static,
        F: Future<Output = Response> + Send + 'static,
    {
        let services = Arc::clone(&self.services);
        let service = service_fn(move |request: Request| {
            let answer = serve(Arc::clone(&services), request);
            async move { Ok::<_, Infallible>(answer.await) }
        });
        let router = self
            .router
            .route(O::SPEC.path, on_service(filter(O::SPEC.method), service));
        Self {
            router,
            services: self.services,
        }
    }

    /// The finished router: aliases before it, honest 404 and 405 behind it.
    pub fn into_router(self) -> Router {
        let not_found = Arc::clone(&self.services);
        let not_allowed = Arc::clone(&self.services);
        let router = self
            .router
            .method_not_allowed_fallback(async move |request: Request| {
                unmatched(&not_allowed, request, Code::MethodNotAllowed)
            })
            .fallback(async move |request: Request| unmatched(&not_found, request, Code::NotFound));
        let router = match cors::layer(&self.services) {
            Some(layer) => router.layer(layer),
            None => router,
        };
        alias::wrap(router)
    }
}

const fn filter(method: Method) -> MethodFilter {
    match method {
        Method::Get => MethodFilter::GET,
        Method::Post => MethodFilter::POST,
        Method::Put => MethodFilter::PUT,
        Method::Patch => MethodFilter::PATCH,
        Method::Delete => MethodFilter::DELETE,
    }
}

fn serialized<O: Operation>(answer: Answer<O::Reply>) -> Result<Serialized, Refusal> {
    Ok(Serialized {
        status: answer.status.unwrap_or(O::SPEC.success),
        body: serde_json::to_string(&answer.reply).map_err(Refusal::internal)?,
        cookies: answer.cookies,
    })
}

fn unmatched(services: &Services, request: Request, code: Code) -> Response {
    let (parts, _) = request.into_parts();
    let spec = Spec {
        id: "http.unmatched",
        path: "unmatched",
        ..Spec::read("", "")
    };
    let context = head::context(services, &parts, spec);
    let detail = format!(
        "{} {} is not an operation of this API",
        parts.method,
        parts.uri.path()
    );
    problem::response(&context, &Refusal::with_detail(code, detail))
}

/// Lets a request in. A credential that is not ours may be the OpenID provider's.
async fn let_in(
    services: &Arc<Services>,
    context: &RequestContext,
) -> Result<Option<Caller>, Denial> {
    match guard::authorize(services, context).await {
        Err(denial) if denial.refusal.code == Code::TokenInvalid => {
            // A client that hangs up must not cancel this half-way either.
            let (kept, request) = (Arc::clone(services), context.clone());
            let admitted =
                tokio::spawn(async move { sessions::oidc::admit(&kept, &request).await });
            let admitted = admitted
                .await
                .unwrap_or_else(|error| Err(Refusal::internal(error)));
            if admitted? {
                guard::authorize(services, context).await
            } else {
                Err(denial)
            }
        }
        decided => decided,
    }
}

async fn serve<O, H, F>(services: Arc<Services>, request: Request, handler: H) -> Response
where
    O: Operation,
    H: Fn(Call<O>) -> F + Copy + Send + Sync + 'static,
    F: Future<Output = Result<Serialized, Refusal>> + Send + 'static,
{
    let (mut parts, body) = request.into_parts();
    let mut context = head::context(&services, &parts, O::SPEC);
    let caller = match let_in(&services, &context).await {
        Ok(caller) => caller,
        Err(denial) => {
            return refused(&services, &context, denial.caller.as_ref(), denial.refusal).await;
        }
    };
    if let Some(caller) = &caller {
        claims::heard(&services, caller.session_id);
    }
    match read_body(&services, body, &O::SPEC).await {
        Ok(bytes) => context.body = bytes,
        Err(refusal) => return refused(&services, &context, caller.as_ref(), refusal).await,
    }
    let call = match parse::<O>(&services, &mut parts, &context, caller.clone()).await {
        Ok(call) => call,
        Err(refusal) => return refused(&services, &context, caller.as_ref(), refusal).await,
    };
    let result = if matches!(O::SPEC.effect, Effect::Read) {
        handler(call).await
    } else {
        // A client that hangs up must not cancel a transaction half-way.
        tokio::spawn(handler(call))
            .await
            .unwrap_or_else(|error| Err(Refusal::internal(error)))
    };
    match result {
        Ok(serialized) => succeeded(&services, &context, caller.as_ref(), serialized).await,
        Err(refusal) => {
            // What was done already is refused when it comes again: its key is taken, its object changed.
            let known = if refusal.code.status() < 500 {
                replayed(&services, &context, caller.as_ref()).await
            } else {
                None
            };
            match known.unwrap_or(Err(refusal)) {
                Ok(response) => response,
                Err(refusal) => refused(&services, &context, caller.as_ref(), refusal).await,
            }
        }
    }
}

/// The way in is the same; then the connection is the handler's.
async fn open_stream<O, H, F>(services: Arc<Services>, request: Request, handler: H) -> Response
where
    O: Operation<Kind = Streams>,
    H: Fn(Call<O>, WebSocketUpgrade) -> F,
    F: Future<Output = Result<Response, Refusal>>,
{
    let (mut parts, _) = request.into_parts();
    let context = head::context(&services, &parts, O::SPEC);
    let caller = match let_in(&services, &context).await {
        Ok(caller) => caller,
        Err(denial) => {
            return refused(&services, &context, denial.caller.as_ref(), denial.refusal).await;
        }
    };
    let opened = async {
        let call = parse::<O>(&services, &mut parts, &context, caller.clone()).await?;
        let upgrade = WebSocketUpgrade::from_request_parts(&mut parts, &()).await;
        let upgrade = upgrade.map_err(|_| {
            Refusal::invalid_field("upgrade", "must be `websocket`, with all that goes with it")
        })?;
        handler(call, upgrade).await
    };
    match opened.await {
        Ok(response) => {
            services.counters.count(&context, O::SPEC.success, "");
            problem::log_success(&context, O::SPEC.success);
            problem::named(&context, response)
        }
        Err(refusal) => refused(&services, &context, caller.as_ref(), refusal).await,
    }
}

async fn succeeded(
    services: &Arc<Services>,
    context: &RequestContext,
    caller: Option<&Caller>,
    serialized: Serialized,
) -> Response {
    services.counters.count(context, serialized.status, "");
    problem::log_success(context, serialized.status);
    if matches!(context.spec.effect, Effect::Session | Effect::RecordedRead) {
        let result = action_log::Result {
            status: serialized.status,
            code: None,
            response: Cow::Borrowed(""),
        };
        record(
            services,
            context,
            caller.map(|caller| caller.user_id),
            result,
        )
        .await;
    }
    answer(context, serialized)
}

async fn refused(
    services: &Arc<Services>,
    context: &RequestContext,
    caller: Option<&Caller>,
    refusal: Refusal,
) -> Response {
    let status = refusal.code.status();
    services
        .counters
        .count(context, status, refusal.code.as_str());
    let user_id = caller.map(|caller| caller.user_id);
    problem::log(context, user_id, &refusal);
    let is_read = matches!(context.spec.effect, Effect::Read | Effect::RecordedRead);
    let is_recorded = if caller.is_some() {
        !is_read || status == 403
    } else {
        matches!(context.spec.effect, Effect::Session)
    };
    if is_recorded {
        let result = action_log::Result {
            status,
            code: Some(refusal.code.as_str()),
            response: Cow::Owned(refusal.detail.clone()),
        };
        record(services, context, user_id, result).await;
    }
    problem::response(context, &refusal)
}

/// A row of its own for what changed nothing; where even that fails, the log says so.
///
/// In a task of its own: a client that hangs up must not leave a transaction half begun.
async fn record(
    services: &Arc<Services>,
    context: &RequestContext,
    user_id: Option<i64>,
    result: action_log::Result<'static>,
) {
    let (services, context) = (Arc::clone(services), context.clone());
    let recorded = tokio::spawn(async move {
        let written = async {
            let tx = services.system_write("action_log").await?;
            let row = action_log::record(&context, user_id, &result);
            together::run(tx.connection(), vec![row]).await?;
            tx.commit().await
        };
        if let Err(error) = written.await {
            tracing::error!(request_id = context.request_id, %error, "the action log could not be written");
        }
    });
    // A panic in there was logged where it happened, and does not change the answer.
    let _ = recorded.await;
}

async fn replayed(
    services: &Services,
    context: &RequestContext,
    caller: Option<&Caller>,
) -> Option<Result<Response, Refusal>> {
    let (caller, key) = (caller?, context.idempotency_key.as_ref()?);
    if !matches!(context.spec.effect, Effect::Write(_)) {
        return None;
    }
    match idempotency::look_up(services.database.reads(), caller.user_id, key, context).await {
        Ok(Known::Free) => None,
        Ok(Known::Answered(stored)) => {
            if let Err(error) = services.database.settle().await {
                return Some(Err(error.into()));
            }
            services.counters.count(context, stored.status, "");
            Some(Ok(replay(context, stored)))
        }
        Ok(Known::Done) => Some(Err(Refusal::with_detail(
            Code::AlreadyDone,
            "this request was carried out; its reply held a secret and was not kept",
        ))),
        Err(refusal) => Some(Err(refusal)),
    }
}

async fn read_body(services: &Services, body: Body, spec: &Spec) -> Result<Bytes, Refusal> {
    let timeout = std::time::Duration::from_secs(services.config.http.body_timeout_seconds.into());
    let read = Limited::new(body, spec.body_limit).collect();
    match tokio::time::timeout(timeout, read).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.downcast_ref::<LengthLimitError>().is_some() => {
            let detail = format!("the body may have {} bytes at most", spec.body_limit);
            Err(Refusal::with_detail(Code::BodyTooLarge, detail))
        }
        Ok(Err(_)) => Err(Refusal::invalid_field("body", "broke off before its end")),
        Err(_) => Err(Refusal::invalid_field("body", "did not arrive in time")),
    }
}

async fn parse<O: Operation>(
    services: &Arc<Services>,
    parts: &mut Parts,
    context: &RequestContext,
    caller: Option<Caller>,
) -> Result<Call<O>, Refusal> {
    let segments = RawPathParams::from_request_parts(parts, &())
        .await
        .map_err(Refusal::internal)?;
    let segments: Vec<(&str, &str)> = segments.iter().collect();
    let path = O::Path::parse(&segments).map_err(|field| Refusal::invalid(vec![field]))?;
    let query = super::connection::parse_query(parts.uri.query().unwrap_or(""))?;
    let entry = quarterdeck_api::operation::entry::<O>();
    let body = super::connection::parse_body(
        &context.body,
        head::header_text(&parts.headers, "content-type").as_deref(),
        &entry,
    )?;
    Ok(Call {
        services: Arc::clone(services),
        caller,
        path,
        query,
        body,
        request: context.clone(),
    })
}
