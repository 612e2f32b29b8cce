//! Draining: between the signal to stop and the closing of the listener a service says that it is not ready, serves whoever
//! still comes, and closes connections with their answers, so that callers turn to other replicas and no call is lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::ConnectionType;
use actix_web::middleware::Next;
use actix_web::web;
use prometheus::IntGauge;

use crate::metrics::Metrics;

/// Whether a service has been told to stop; cheap to clone, clones share it.
#[derive(Debug, Clone)]
pub struct Drain {
    has_begun: Arc<AtomicBool>,
    gauge: IntGauge,
}

impl Drain {
    /// One that has not begun. To be made once for each `metrics`.
    #[must_use]
    pub fn new(metrics: &Metrics) -> Self {
        Self {
            has_begun: Arc::default(),
            gauge: metrics.gauge("draining", "1 from the signal to stop on, else 0"),
        }
    }

    /// From now on the service is not ready.
    pub fn begin(&self) {
        self.has_begun.store(true, Ordering::Relaxed);
        self.gauge.set(1);
    }

    /// Whether it has begun.
    #[must_use]
    pub fn has_begun(&self) -> bool {
        self.has_begun.load(Ordering::Relaxed)
    }
}

/// Middleware: while draining, each answer closes its connection; needs `web::Data<Drain>`.
///
/// # Errors
/// Those of the handler.
pub async fn middleware<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let drain = request.app_data::<web::Data<Drain>>().cloned();
    let mut response = next.call(request).await?;
    if drain.is_some_and(|drain| drain.has_begun()) {
        let head = response.response_mut().head_mut();
        head.set_connection_type(ConnectionType::Close);
    }
    Ok(response)
}
