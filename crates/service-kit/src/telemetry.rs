//! Logs and traces.
//!
//! Logs go to standard error: readable lines or JSON, filtered by `RUST_LOG`; `info` for this project's crates and `warn` for
//! others. Spans go to a collector over OTLP (HTTP, protobuf) when `OTEL_EXPORTER_OTLP_ENDPOINT` or
//! `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` names one; OpenTelemetry's other variables, such as `OTEL_SERVICE_NAME` and
//! `OTEL_TRACES_SAMPLER`, hold too. Neither holds pictures, templates, scores or people.

mod export;
mod json;
pub mod trace;

use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _, fmt};

use crate::LogFormat;

/// What is logged when `RUST_LOG` is not set.
const DEFAULT_FILTER: &str = "warn,face_gallery=info,face_packs=info,face_pipeline=info,face_store=info,\
    face_store_embedded=info,face_store_mongo=info,face_ui=info,face_wire=info,inference_service=info,\
    registration_service=info,service_kit=info,whos_that=info";

/// Keeps the export of spans going.
#[must_use = "spans that wait are sent by `finish`"]
pub struct Telemetry(Option<SdkTracerProvider>);

impl Telemetry {
    /// Sends the spans that wait, and waits for them.
    pub async fn finish(self) {
        let Some(provider) = self.0 else { return };
        let ended = tokio::task::spawn_blocking(move || provider.shutdown()).await;
        if let Ok(Err(error)) = ended {
            tracing::warn!("the last spans were not sent: {error}");
        }
    }
}

/// Starts logging, and the export of spans where a collector is named, for the program of this name; a second call
/// changes nothing. Needs a Tokio runtime.
pub fn init(program: &'static str, format: LogFormat) -> Telemetry {
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(DEFAULT_FILTER));
    let lines = match format {
        LogFormat::Text => fmt::layer()
            .with_writer(std::io::stderr)
            .with_target(false)
            .boxed(),
        LogFormat::Json => fmt::layer()
            .with_writer(std::io::stderr)
            .fmt_fields(fmt::format::JsonFields::new())
            .event_format(json::Lines)
            .boxed(),
    };
    let (provider, fault) = match export::provider(program) {
        Ok(provider) => (provider, None),
        Err(fault) => (None, Some(fault)),
    };
    let spans = provider.as_ref().map(|provider| {
        tracing_opentelemetry::layer()
            .with_tracer(provider.tracer(program))
            .with_location(false)
            .with_threads(false)
            .with_tracked_inactivity(false)
            .with_target(false)
    });
    let subscriber = tracing_subscriber::registry()
        .with(filter)
        .with(lines)
        .with(spans);
    // A subscriber that is there already (a test's, or another service's in the same process) stays.
    let _ = subscriber.try_init();
    if let Some(fault) = fault {
        tracing::warn!("spans are not sent: {fault}");
    }
    Telemetry(provider)
}
