//! Prometheus metrics: one registry a service, `GET /metrics`, and the counts that every service keeps.
//!
//! Names begin with `whos_that_` and every series has the label `service`, so that services can be told apart and added up;
//! the process's own have the names that Prometheus gives them everywhere. docs/metrics.md lists all. Labels are of few, fixed
//! values: never a path, an id or a text of a caller's.

use std::time::Instant;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{HttpResponse, web};
use face_wire::problem::ProblemKind;
use prometheus::core::Collector;
use prometheus::{
    Encoder as _, Gauge, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec,
    IntGauge, IntGaugeVec, Opts, PullingGauge, Registry, TextEncoder,
};

const PREFIX: &str = "whos_that";
const VALID: &str = "names, labels and buckets are valid";
/// Buckets of whole calls, in seconds.
const CALL_SECONDS: &[f64] = &[
    0.001, 0.0025, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.0, 10.0,
];
/// Buckets of parts of a call, in seconds.
pub const PART_SECONDS: &[f64] = &[
    0.0005, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.256, 0.512, 1.024,
];

/// A service's metrics; cheap to clone.
#[derive(Clone)]
pub struct Metrics {
    registry: Registry,
    process: Registry,
    requests: IntCounterVec,
    durations: HistogramVec,
    in_flight: IntGauge,
    refusals: IntCounterVec,
}

impl Metrics {
    /// Metrics of the service of this name, such as `registration`.
    #[must_use]
    pub fn new(service: &str) -> Self {
        let labels = [("service".to_owned(), service.to_owned())];
        let labels = Some(labels.into_iter().collect());
        let registry = Registry::new_custom(Some(PREFIX.to_owned()), labels.clone()).expect(VALID);
        let process = Registry::new_custom(None, labels).expect(VALID);
        register_process(&process);
        let refusals = counters(
            &registry,
            "refusals_total",
            "Problems answered, by type (docs/problems.md)",
            &["problem"],
        );
        for kind in ProblemKind::ALL {
            refusals.with_label_values(&[kind.slug()]);
        }
        let build = gauges(
            &registry,
            "build_info",
            "The release that runs",
            &["version"],
        );
        build.with_label_values(&[env!("CARGO_PKG_VERSION")]).set(1);
        Self {
            requests: counters(
                &registry,
                "http_requests_total",
                "HTTP requests answered, by route and status",
                &["method", "route", "status"],
            ),
            durations: histograms(
                &registry,
                "http_request_duration_seconds",
                "Time to answer, by route",
                CALL_SECONDS,
                &["method", "route"],
            ),
            in_flight: gauge(
                &registry,
                "http_requests_in_flight",
                "Requests being answered",
            ),
            refusals,
            registry,
            process,
        }
    }

    /// A counter.
    #[must_use]
    pub fn counter(&self, name: &str, help: &str) -> IntCounter {
        register(&self.registry, IntCounter::new(name, help))
    }

    /// A counter of each of `values` of `label`.
    #[must_use]
    pub fn counters(&self, name: &str, help: &str, label: &str, values: &[&str]) -> IntCounterVec {
        let counters = counters(&self.registry, name, help, &[label]);
        for value in values {
            counters.with_label_values(&[*value]);
        }
        counters
    }

    /// Counters of several labels, whose values appear as they are counted.
    #[must_use]
    pub fn counters_of(&self, name: &str, help: &str, labels: &[&str]) -> IntCounterVec {
        counters(&self.registry, name, help, labels)
    }

    /// A whole number that rises and falls.
    #[must_use]
    pub fn gauge(&self, name: &str, help: &str) -> IntGauge {
        gauge(&self.registry, name, help)
    }

    /// Whole numbers by labels.
    #[must_use]
    pub fn gauges(&self, name: &str, help: &str, labels: &[&str]) -> IntGaugeVec {
        gauges(&self.registry, name, help, labels)
    }

    /// A number that rises and falls.
    #[must_use]
    pub fn number(&self, name: &str, help: &str) -> Gauge {
        register(&self.registry, Gauge::new(name, help))
    }

    /// A number that is looked up when it is asked for.
    pub fn looked_up(
        &self,
        name: &str,
        help: &str,
        number: impl Fn() -> f64 + Send + Sync + 'static,
    ) {
        drop(register(
            &self.registry,
            PullingGauge::new(name, help, Box::new(number)),
        ));
    }

    /// A histogram.
    #[must_use]
    pub fn histogram(&self, name: &str, help: &str, buckets: &[f64]) -> Histogram {
        let options = HistogramOpts::new(name, help).buckets(buckets.to_vec());
        register(&self.registry, Histogram::with_opts(options))
    }

    /// A histogram of times, in seconds, of each of `values` of `label`.
    #[must_use]
    pub fn times(&self, name: &str, help: &str, label: &str, values: &[&str]) -> HistogramVec {
        let times = histograms(&self.registry, name, help, PART_SECONDS, &[label]);
        for value in values {
            times.with_label_values(&[*value]);
        }
        times
    }

    /// The text exposition format.
    #[must_use]
    pub fn render(&self) -> Vec<u8> {
        let mut text = Vec::new();
        for registry in [&self.registry, &self.process] {
            TextEncoder::new()
                .encode(&registry.gather(), &mut text)
                .expect("writing to memory does not fail");
        }
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

/// Processor, memory, file descriptors and start time, where the system tells them.
fn register_process(registry: &Registry) {
    #[cfg(target_os = "linux")]
    {
        let process = prometheus::process_collector::ProcessCollector::for_self();
        registry.register(Box::new(process)).expect(VALID);
    }
    #[cfg(not(target_os = "linux"))]
    let _ = registry;
}

fn register<T: Collector + Clone + 'static>(
    registry: &Registry,
    metric: prometheus::Result<T>,
) -> T {
    let metric = metric.expect(VALID);
    registry
        .register(Box::new(metric.clone()))
        .expect("each name is registered once");
    metric
}

fn counters(registry: &Registry, name: &str, help: &str, labels: &[&str]) -> IntCounterVec {
    register(registry, IntCounterVec::new(Opts::new(name, help), labels))
}

fn gauge(registry: &Registry, name: &str, help: &str) -> IntGauge {
    register(registry, IntGauge::new(name, help))
}

fn gauges(registry: &Registry, name: &str, help: &str, labels: &[&str]) -> IntGaugeVec {
    register(registry, IntGaugeVec::new(Opts::new(name, help), labels))
}

fn histograms(
    registry: &Registry,
    name: &str,
    help: &str,
    buckets: &[f64],
    labels: &[&str],
) -> HistogramVec {
    let options = HistogramOpts::new(name, help).buckets(buckets.to_vec());
    register(registry, HistogramVec::new(options, labels))
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

/// Counts a call as being answered until it is dropped, also when its caller hangs up.
struct InFlight(IntGauge);

impl InFlight {
    fn new(gauge: &IntGauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.dec();
    }
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
    let Some(metrics) = request.app_data::<web::Data<Metrics>>().cloned() else {
        return next.call(request).await;
    };
    let _in_flight = InFlight::new(&metrics.in_flight);
    // An extension method is text of the caller's: it must not become a label.
    let method = match request.method().as_str() {
        known @ ("GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS") => {
            known.to_owned()
        }
        _ => "other".to_owned(),
    };
    let answer = next.call(request).await;
    let (route, status) = match &answer {
        Ok(response) => {
            // `Problem` leaves its kind there, whatever becomes of its body on the way.
            if let Some(kind) = response.response().extensions().get::<ProblemKind>() {
                metrics.refusals.with_label_values(&[kind.slug()]).inc();
            }
            (
                response.request().match_pattern(),
                response.status().as_u16(),
            )
        }
        Err(error) => (None, error.as_response_error().status_code().as_u16()),
    };
    metrics.observe(
        &method,
        route.as_deref().unwrap_or("unmatched"),
        status,
        started,
    );
    answer
}

#[cfg(test)]
mod tests {
    use actix_web::App;
    use actix_web::middleware::from_fn;
    use actix_web::test::{TestRequest, call_service, init_service};

    use super::*;
    use crate::Problem;

    async fn no_face() -> Result<HttpResponse, Problem> {
        Err(Problem::new(ProblemKind::NoFace, "there is none"))
    }

    #[actix_web::test]
    async fn calls_are_counted_by_pattern_and_refusals_by_type() {
        let metrics = Metrics::new("test");
        let app = init_service(
            App::new()
                .app_data(web::Data::new(metrics.clone()))
                .wrap(from_fn(middleware))
                .route("/people/{id}", web::get().to(HttpResponse::Ok))
                .route("/people/{id}", web::post().to(no_face)),
        )
        .await;
        call_service(&app, TestRequest::get().uri("/people/7").to_request()).await;
        call_service(&app, TestRequest::post().uri("/people/7").to_request()).await;
        let text = String::from_utf8(metrics.render()).unwrap();
        for line in [
            r#"whos_that_http_requests_total{method="GET",route="/people/{id}",status="200",service="test"} 1"#,
            r#"whos_that_refusals_total{problem="no-face",service="test"} 1"#,
            r#"whos_that_refusals_total{problem="store-unavailable",service="test"} 0"#,
            r#"whos_that_http_requests_in_flight{service="test"} 0"#,
        ] {
            assert!(text.lines().any(|found| found == line), "{line} in\n{text}");
        }
        #[cfg(target_os = "linux")]
        assert!(text.contains("process_resident_memory_bytes{service=\"test\"} "));
    }
}
