//! `X-Request-Id` and the trace: taken from the caller or made here, in every log line of the call; the id in its answer too.

use std::future::Future;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use face_wire::CallContext;
use tracing::Instrument as _;
use uuid::Uuid;

use crate::telemetry::trace;

/// The header's name.
pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

tokio::task_local! {
    static REQUEST_ID: String;
}

/// The id of the call that the current task serves.
#[must_use]
pub fn current() -> Option<String> {
    REQUEST_ID.try_with(Clone::clone).ok()
}

/// What calls of other services carry of the call that the current task serves.
#[must_use]
pub fn context() -> CallContext {
    CallContext {
        request_id: current().map(Into::into),
        traceparent: trace::outgoing().map(Into::into),
    }
}

/// Runs `work` as a part of the call `id`.
pub fn scope<F: Future>(id: String, work: F) -> impl Future<Output = F::Output> {
    REQUEST_ID.scope(id, work)
}

/// Middleware: gives each call an id, a trace and a span, and echoes the id.
///
/// # Errors
/// Those of the handler.
pub async fn middleware<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let id = request
        .headers()
        .get(&X_REQUEST_ID)
        .and_then(acceptable)
        .unwrap_or_else(|| Uuid::now_v7().to_string());
    let span = tracing::info_span!(
        "http.request",
        otel.name = tracing::field::Empty,
        otel.kind = "server",
        method = %request.method(),
        request_id = %id,
        trace_id = tracing::field::Empty,
    );
    // The pattern, never the path, which holds people's ids.
    let route = request.match_pattern();
    let route = route.as_deref().unwrap_or("unmatched");
    span.record("otel.name", format!("{} {route}", request.method()));
    let parent = request.headers().get(trace::TRACEPARENT);
    let context = trace::incoming(parent.and_then(|value| value.to_str().ok()));
    let context = trace::enter(&span, context);
    let header = HeaderValue::from_str(&id).expect("an acceptable id has printable ASCII only");
    let work = scope(
        id,
        async move {
            let started = std::time::Instant::now();
            let mut response = next.call(request).await?;
            response.headers_mut().insert(X_REQUEST_ID, header);
            tracing::debug!(
                status = response.status().as_u16(),
                elapsed_ms = started.elapsed().as_millis() as u64,
                "answered"
            );
            Ok(response)
        }
        .instrument(span),
    );
    trace::scope(context, work).await
}

/// A caller's id, if it is short and printable: it is written to logs.
fn acceptable(value: &HeaderValue) -> Option<String> {
    let text = value.to_str().ok()?;
    let is_plain = text
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"-_.:".contains(&b));
    (is_plain && (1..=128).contains(&text.len())).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use actix_web::middleware::from_fn;
    use actix_web::test::{TestRequest, call_service, init_service};
    use actix_web::{App, HttpResponse, web};

    use super::*;

    async fn echo() -> HttpResponse {
        HttpResponse::Ok().body(current().unwrap_or_default())
    }

    #[actix_web::test]
    async fn the_callers_id_is_echoed_and_a_hostile_one_replaced() {
        let app = init_service(
            App::new()
                .wrap(from_fn(middleware))
                .route("/", web::get().to(echo)),
        )
        .await;
        let call = |id: &str| {
            TestRequest::get()
                .uri("/")
                .insert_header(("x-request-id", id))
                .to_request()
        };
        let response = call_service(&app, call("kiosk-7")).await;
        assert_eq!(response.headers().get("x-request-id").unwrap(), "kiosk-7");
        let response = call_service(&app, call("a b <script>")).await;
        assert_eq!(response.headers().get("x-request-id").unwrap().len(), 36);
    }
}
