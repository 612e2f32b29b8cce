//! Spans to a collector: OTLP over HTTP, through the connections that the services use among themselves.

use std::time::Duration;

use face_wire::connections;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{SpanExporter, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tokio::runtime::Handle;

/// Longest wait for the collector.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Either names a collector.
const VARIABLES: [&str; 2] = [
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
    "OTEL_EXPORTER_OTLP_ENDPOINT",
];

/// The provider for the program of this name; `None` when no collector is named.
///
/// # Errors
/// A sentence, when the one that is named cannot be used.
pub(super) fn provider(program: &'static str) -> Result<Option<SdkTracerProvider>, String> {
    let named = VARIABLES.iter().find_map(std::env::var_os);
    let Some(endpoint) = named.filter(|endpoint| !endpoint.is_empty()) else {
        return Ok(None);
    };
    let endpoint = endpoint.to_string_lossy();
    let client = connections(&endpoint, TIMEOUT)
        .map_err(|error| format!("the collector {endpoint} cannot be used: {error}"))?;
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(Sender {
            client,
            runtime: Handle::current(),
        })
        .build()
        .map_err(|error| error.to_string())?;
    let mut resource = Resource::builder();
    // The builder takes the name from OTEL_SERVICE_NAME where it is set.
    if std::env::var_os("OTEL_SERVICE_NAME").is_none() {
        resource = resource.with_service_name(program);
    }
    Ok(Some(
        SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_resource(resource.build())
            .build(),
    ))
}

/// Sends batches. The SDK waits on a thread of its own, which has no runtime; the work is done on the program's.
#[derive(Debug)]
struct Sender {
    client: reqwest::Client,
    runtime: Handle,
}

#[async_trait::async_trait]
impl HttpClient for Sender {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let client = self.client.clone();
        let sent = self.runtime.spawn(async move {
            let answer = client.execute(request.try_into()?).await?;
            let status = answer.status();
            Ok::<_, reqwest::Error>((status, answer.bytes().await?))
        });
        let (status, body) = sent.await??;
        Ok(Response::builder().status(status).body(body)?)
    }
}
