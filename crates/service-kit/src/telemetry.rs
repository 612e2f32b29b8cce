//! Logs: readable lines or JSON, filtered by `RUST_LOG`; `info` for this project's crates and `warn` for others.

use tracing_subscriber::EnvFilter;

use crate::LogFormat;

/// What is logged when `RUST_LOG` is not set.
const DEFAULT_FILTER: &str = "warn,face_gallery=info,face_packs=info,face_pipeline=info,face_store=info,\
    face_store_embedded=info,face_store_mongo=info,face_ui=info,face_wire=info,inference_service=info,\
    registration_service=info,service_kit=info,whos_that=info";

/// Starts logging to standard error; a second call changes nothing.
pub fn init(format: LogFormat) {
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(DEFAULT_FILTER));
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    // A subscriber that is there already (a test's, or another service's in the same process) stays.
    let _ = match format {
        LogFormat::Text => subscriber.with_target(false).try_init(),
        LogFormat::Json => subscriber.json().flatten_event(true).try_init(),
    };
}
