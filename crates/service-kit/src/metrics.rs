//! Prometheus metrics: one registry a service, `GET /metrics`, and the counts that every service keeps.

use std::time::Instant;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{HttpResponse, web};
use prometheus::{
    Encoder as _, HistogramOpts, HistogramVec, IntCounterVec, Opts, Registry, TextEncoder,
};

/// A service's metrics; cheap to clone.
#[derive(Clone)]
pub struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    durations: HistogramVec,
}

impl Metrics {
    /// Metrics whose names begin with `prefix`, such as `registration`.
    ///
    /// # Panics
    /// When `prefix` is no valid metric name.
    #[must_use]
    pub fn new(prefix: &str) -> Self {
        let registry = Registry::new_custom(Some(prefix.to_owned()), None)
            .expect("the prefix is a metric name");
        let requests = IntCounterVec::new(
            Opts::new(
                "http_requests_total",
                "HTTP requests answered, by route and status",
            ),
            &["method", "route", "status"],
        )
        .expect("names are valid");
        let durations = HistogramVec::new(
            HistogramOpts::new("http_request_seconds", "Time to answer, by route").buckets(vec![
                0.001, 0.0025, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.0,
                10.0,
            ]),
            &["method", "route"],
        )
        .expect("names are valid");
        registry
            .register(Box::new(requests.clone()))
            .expect("registered once");
        registry
            .register(Box::new(durations.clone()))
            .expect("registered once");
        Self {
            registry,
            requests,
            durations,
        }
    }

    /// Where a service registers metrics of its own.
    #[must_use]
    pub const fn registry(&self) -> &Registry {
        &self.registry
    }

    /// The text exposition format.
    #[must_use]
    pub fn render(&self) -> Vec<u8> {
        let mut text = Vec::new();
        TextEncoder::new()
            .encode(&self.registry.gather(), &mut text)
            .expect("writing to memory does not fail");
        text
    }

    fn observe(&self, method: &str, route: &str, status: u16, started: Instant) {
        self.requests
            .with_label_values(&[method, route, &status.to_string()])
            .inc();
        self.durations
            .with_label_values(&[method, route])
            .observe(started.elapsed().as_secs_f64());
    }
}

/// Adds `GET /metrics`; needs `web::Data<Metrics>`.
pub fn routes(config: &mut web::ServiceConfig) {
    config.route("/metrics", web::get().to(render));
}

async fn render(metrics: web::Data<Metrics>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4")
        .body(metrics.render())
}

/// Middleware: counts each call by the route's pattern, never by the path, which holds people's ids.
///
/// # Errors
/// Those of the handler.
pub async fn middleware<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let started = Instant::now();
    let metrics = request.app_data::<web::Data<Metrics>>().cloned();
    // An extension method is text of the caller's: it must not become a label.
    let method = match request.method().as_str() {
        known @ ("GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS") => {
            known.to_owned()
        }
        _ => "other".to_owned(),
    };
    let answer = next.call(request).await;
    if let Some(metrics) = metrics {
        let (route, status) = match &answer {
            Ok(response) => (
                response.request().match_pattern(),
                response.status().as_u16(),
            ),
            Err(error) => (None, error.as_response_error().status_code().as_u16()),
        };
        metrics.observe(
            &method,
            route.as_deref().unwrap_or("unmatched"),
            status,
            started,
        );
    }
    answer
}

#[cfg(test)]
mod tests {
    use actix_web::App;
    use actix_web::middleware::from_fn;
    use actix_web::test::{TestRequest, call_service, init_service};

    use super::*;

    #[actix_web::test]
    async fn calls_are_counted_by_pattern() {
        let metrics = Metrics::new("test");
        let app = init_service(
            App::new()
                .app_data(web::Data::new(metrics.clone()))
                .wrap(from_fn(middleware))
                .route("/people/{id}", web::get().to(HttpResponse::Ok)),
        )
        .await;
        call_service(&app, TestRequest::get().uri("/people/7").to_request()).await;
        let text = String::from_utf8(metrics.render()).unwrap();
        assert!(
            text.contains(
                r#"test_http_requests_total{method="GET",route="/people/{id}",status="200"} 1"#
            ),
            "{text}"
        );
    }
}
