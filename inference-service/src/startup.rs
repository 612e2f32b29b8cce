//! Builds the service: opens the networks, starts the workers, listens.

use std::sync::Arc;
use std::time::Duration;

use actix_web::middleware::from_fn;
use actix_web::{App, HttpServer, web};
use face_liveness::{BlinkRule, BlinkRuleError};
use face_packs::{OnnxRuntime, Pack};
use face_pipeline::{Analyzer, OpenError};
use service_kit::drain::{self, Drain};
use service_kit::health::Needs;
use service_kit::keys::RequiredKey;
use service_kit::metrics::Metrics;
use service_kit::{
    ExposureError, Running, ServiceSettings, StartError, listen, metrics, request_id,
};

use crate::InferenceSettings;
use crate::http::pack;
use crate::metrics::{LivenessMetrics, PoolMetrics, tell_model};
use crate::networks::Networks;
use crate::routes::routes;
use crate::worker::Pool;

/// Longer than any client keeps an idle connection, so that no call meets a connection that is being closed.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// Threads that read and write; the work is done by the pool's.
const SERVER_THREADS: usize = 2;

/// Why the service was not started.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// It would be open to the network without a key.
    #[error(transparent)]
    Exposure(#[from] ExposureError),
    /// The networks do not open.
    #[error(transparent)]
    Networks(#[from] OpenError),
    /// The eye threshold is of no use.
    #[error("the eye threshold is of no use: {0}")]
    EyeThreshold(#[from] BlinkRuleError),
    /// The address cannot be listened on.
    #[error(transparent)]
    Listen(#[from] StartError),
    /// The server does not take the listener.
    #[error("the server did not start")]
    Server(#[source] std::io::Error),
}

/// Starts the service; it answers once this returns. Needs a Tokio runtime.
///
/// # Errors
/// [`BuildError`]; nothing is left running then.
pub fn build(
    service: &ServiceSettings,
    settings: &InferenceSettings,
    pack: &Pack,
    runtime: &OnnxRuntime,
) -> Result<Running, BuildError> {
    service.check_exposure()?;
    let eye_threshold = settings
        .eye_threshold
        .or(pack.manifest().calibration.eye_threshold);
    let rule = blink_rule(eye_threshold)?;
    let analyzers = open(settings, pack, runtime)?;
    let listener = listen(
        "the inference service",
        service.bind,
        settings.inference_port,
    )?;
    let address = listener.local_addr().map_err(BuildError::Server)?;

    let metrics = Metrics::new("inference");
    let pool_metrics = PoolMetrics::register(&metrics);
    let liveness_metrics = web::Data::new(LivenessMetrics::register(&metrics));
    tell_model(&metrics, pack.manifest());
    let drain = Drain::new(&metrics);
    let shared_drain = web::Data::new(drain.clone());
    let pool = Arc::new(Pool::start(
        analyzers,
        settings.inference_queue.get(),
        pool_metrics,
    ));
    let needs = Needs::default().with(Arc::clone(&pool) as _);
    let manifest = pack.manifest();
    let networks = Networks {
        pool,
        pack: manifest.name.as_str().into(),
        model: manifest.model_id(),
    };

    let (card, rule) = (
        web::Data::new(pack::card(manifest, eye_threshold)),
        web::Data::new(rule),
    );
    let (networks, metrics) = (web::Data::new(networks), web::Data::new(metrics));
    let key = web::Data::new(RequiredKey(service.service_key.clone()));
    let server = HttpServer::new(move || {
        App::new()
            .app_data(networks.clone())
            .app_data(metrics.clone())
            .app_data(shared_drain.clone())
            .app_data(card.clone())
            .app_data(rule.clone())
            .app_data(liveness_metrics.clone())
            .app_data(key.clone())
            .configure(routes(&needs))
            .wrap(from_fn(metrics::middleware))
            .wrap(from_fn(request_id::middleware))
            .wrap(from_fn(drain::middleware))
    })
    .workers(SERVER_THREADS)
    .keep_alive(KEEP_ALIVE)
    .shutdown_timeout(service.grace_seconds.into())
    // A caller that closes its end has gone: its call is dropped, and its pictures leave the queue.
    .h1_allow_half_closed(false)
    .disable_signals()
    .listen(listener)
    .map_err(BuildError::Server)?
    .run();
    Ok(Running::spawn(address, server, drain, service.drain()))
}

/// The networks once for each worker, opened side by side.
fn open(
    settings: &InferenceSettings,
    pack: &Pack,
    runtime: &OnnxRuntime,
) -> Result<Vec<Analyzer>, OpenError> {
    let threads = settings.inference_threads.get();
    std::thread::scope(|scope| {
        let workers = 0..settings.workers().get();
        let openings: Vec<_> = workers
            .map(|_| scope.spawn(|| Analyzer::open(pack, runtime, threads)))
            .collect();
        let opened = openings
            .into_iter()
            .map(|opening| opening.join().expect("opening a pack does not panic"));
        opened.collect()
    })
}

fn blink_rule(eye_threshold: Option<f32>) -> Result<BlinkRule, BlinkRuleError> {
    eye_threshold.map_or_else(|| Ok(BlinkRule::default()), BlinkRule::around)
}
