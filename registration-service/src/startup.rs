//! Building the service from its settings, and stopping it.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use actix_web::middleware::from_fn;
use actix_web::{App, HttpServer, web};
use async_trait::async_trait;
use face_store::{Store, StoreError};
use face_types::Similarity;
use face_wire::inference::{BreakerState, InferenceClient, InferenceError};
use secrecy::SecretString;
use service_kit::drain::{self, Drain};
use service_kit::health::{Needs, Readiness};
use service_kit::keys::RequiredKey;
use service_kit::metrics::{self, Metrics};
use service_kit::{ExposureError, Running, ServiceSettings, StartError, extract, request_id};
use tokio::task::JoinSet;

use crate::RegistrationSettings;
use crate::adapters::inference::InferenceService;
use crate::adapters::{ObservedStore, open_store};
use crate::cursor::CursorSigner;
use crate::observed::Observed;
use crate::policy::{FraudDetection, FraudReadiness};
use crate::ports::FaceAnalyser;
use crate::replica::{GalleryReadiness, Replica, ThresholdSettings, follow_pack, follow_store};
use crate::routes;
use crate::settings::SettingsError;
use crate::ticket::TicketSigner;
use crate::usecases::challenges::{self, Challenges};
use crate::usecases::enrol::Enrol;
use crate::usecases::find_match::FindMatch;
use crate::usecases::identify::Identify;
use crate::usecases::liveness::Liveness;
use crate::usecases::people::People;
use crate::usecases::samples::Samples;
use crate::usecases::verify::Verify;

/// Longer than any client keeps an idle connection, so that no call meets a connection that is being closed.
const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// Why the service did not start. An inference service or a MongoDB that is down is no reason: it waits for them.
#[derive(Debug, thiserror::Error)]
pub enum StartupError {
    /// Reachable by others without a key.
    #[error(transparent)]
    Exposure(#[from] ExposureError),
    /// Settings that contradict each other.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The address of the inference service is none.
    #[error("the address of the inference service is not usable")]
    Inference(#[from] InferenceError),
    /// The embedded store cannot be opened.
    #[error("the store {file} cannot be opened")]
    EmbeddedStore {
        /// Its file.
        file: PathBuf,
        /// Why.
        source: StoreError,
    },
    /// The MongoDB is named wrongly, or holds data of a newer release.
    #[error("the MongoDB cannot be used")]
    Mongo(#[source] StoreError),
    /// The port is taken.
    #[error(transparent)]
    Listen(#[from] StartError),
    /// The server cannot run.
    #[error("the HTTP server cannot run")]
    Server(#[from] std::io::Error),
}

/// A registration service that runs in this process.
#[derive(Debug)]
pub struct Registration {
    running: Running,
    followers: JoinSet<()>,
}

impl Registration {
    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.running.address
    }

    /// The address as a URL without a path.
    #[must_use]
    pub fn url(&self) -> String {
        self.running.url()
    }

    /// Is not ready any more, and serves on.
    pub fn drain(&self) {
        self.running.drain();
    }

    /// Drains for its time, then closes.
    ///
    /// # Errors
    /// As [`Self::close`].
    pub async fn stop(mut self) -> std::io::Result<()> {
        let ended = self.running.stop().await;
        self.followers.shutdown().await;
        ended
    }

    /// Accepts nothing more, finishes what has begun, and returns when all is done.
    ///
    /// # Errors
    /// What the server ended with.
    pub async fn close(mut self) -> std::io::Result<()> {
        let ended = self.running.close().await;
        self.followers.shutdown().await;
        ended
    }

    /// Returns when the service ends by itself.
    ///
    /// # Errors
    /// What the server ended with.
    pub async fn finished(&mut self) -> std::io::Result<()> {
        self.running.finished().await
    }
}

/// Starts the service on the store that the settings name.
///
/// # Errors
/// [`StartupError`], whose text says how to mend it.
pub async fn start(
    service: &ServiceSettings,
    settings: &RegistrationSettings,
) -> Result<Registration, StartupError> {
    service.check_exposure()?;
    let mut followers = JoinSet::new();
    let store = open_store(settings, &mut followers).await?;
    run(service, settings, store, followers)
}

/// Starts the service on a store that is open already. Needs a Tokio runtime.
///
/// # Errors
/// [`StartupError`], whose text says how to mend it.
pub fn start_with_store(
    service: &ServiceSettings,
    settings: &RegistrationSettings,
    store: Arc<dyn Store>,
) -> Result<Registration, StartupError> {
    service.check_exposure()?;
    run(service, settings, store, JoinSet::new())
}

fn run(
    service: &ServiceSettings,
    settings: &RegistrationSettings,
    store: Arc<dyn Store>,
    mut followers: JoinSet<()>,
) -> Result<Registration, StartupError> {
    let client = InferenceClient::new(
        settings.inference(),
        service.service_key.clone(),
        settings.inference_deadline(),
    )?;
    let listener = service_kit::listen("registration", service.bind, settings.registration_port)?;
    let address = listener.local_addr()?;
    let key = service.service_key.clone();
    let parts = Arc::new(Parts::new(settings, key, client, store));
    followers.spawn(follow_pack(parts.replica.clone(), parts.analyser.clone()));
    followers.spawn(follow_store(parts.replica.clone()));
    let drain = Drain::clone(&parts.drain);
    let body_limit = settings.body_limit_bytes();
    let server = HttpServer::new(move || {
        App::new()
            .wrap(from_fn(metrics::middleware))
            .wrap(from_fn(request_id::middleware))
            .wrap(from_fn(drain::middleware))
            .app_data(extract::json_config(body_limit))
            .app_data(extract::path_config())
            .app_data(extract::query_config())
            .configure(|config| parts.share(config))
            .configure(|config| routes::configure(config, &parts.needs))
    })
    .listen(listener)?
    .keep_alive(KEEP_ALIVE)
    // A caller that closes its end has gone: its call is dropped. What it has begun to store is stored all the same, and
    // comes into the gallery with the store's history.
    .h1_allow_half_closed(false)
    .disable_signals()
    .shutdown_timeout(service.grace_seconds.into())
    .run();
    Ok(Registration {
        running: Running::spawn(address, server, drain, service.drain()),
        followers,
    })
}

/// Everything the handlers work with, built once and shared by the server's threads.
struct Parts {
    analyser: Arc<dyn FaceAnalyser>,
    replica: Arc<Replica>,
    needs: Needs,
    enrol: web::Data<Enrol>,
    identify: web::Data<Identify>,
    find_match: web::Data<FindMatch>,
    verify: web::Data<Verify>,
    challenges: web::Data<Challenges>,
    people: web::Data<People>,
    samples: web::Data<Samples>,
    cursors: web::Data<CursorSigner>,
    fraud: web::Data<FraudDetection>,
    key: web::Data<RequiredKey>,
    metrics: web::Data<Metrics>,
    drain: web::Data<Drain>,
}

impl Parts {
    fn new(
        settings: &RegistrationSettings,
        key: Option<SecretString>,
        client: InferenceClient,
        store: Arc<dyn Store>,
    ) -> Self {
        let metrics = Metrics::new("registration");
        let observed = Observed::new(&metrics);
        let breaker = client.clone();
        metrics.looked_up(
            "inference_breaker_state",
            "Circuit breaker before the inference service: 0 closed, 1 half open, 2 open",
            move || match breaker.breaker() {
                BreakerState::Closed => 0.0,
                BreakerState::HalfOpen => 1.0,
                BreakerState::Open => 2.0,
            },
        );
        let store: Arc<dyn Store> = Arc::new(ObservedStore::new(store, observed.clone()));
        let replica = Arc::new(Replica::new(
            store.clone(),
            thresholds(settings),
            observed.clone(),
        ));
        let needs = Needs::default()
            .with(Arc::new(StoreReadiness(store.clone())))
            .with(Arc::new(InferenceReadiness(client.clone())))
            .with(Arc::new(GalleryReadiness(replica.clone())))
            .with(Arc::new(FraudReadiness {
                policy: settings.fraud_detection,
                replica: replica.clone(),
            }));
        let analyser: Arc<dyn FaceAnalyser> =
            Arc::new(InferenceService::new(client, observed.clone()));
        let identify = Arc::new(Identify::new(
            analyser.clone(),
            replica.clone(),
            observed.clone(),
        ));
        let liveness = Liveness::new(analyser.clone(), replica.clone(), observed.clone());
        let find_match = FindMatch::new(identify.clone(), liveness.clone(), replica.clone());
        let verify = Arc::new(Verify::new(
            analyser.clone(),
            store.clone(),
            replica.clone(),
            observed.clone(),
        ));
        let parts = challenges::Parts {
            identify: identify.clone(),
            verify: verify.clone(),
            liveness,
            replica: replica.clone(),
            store: store.clone(),
            tickets: TicketSigner::new(key.as_ref()),
            observed,
        };
        let challenges = Challenges::new(parts, settings.liveness_actions.clone());
        Self {
            enrol: web::Data::new(Enrol::new(analyser.clone(), store.clone(), replica.clone())),
            identify: web::Data::from(identify),
            find_match: web::Data::new(find_match),
            verify: web::Data::from(verify),
            challenges: web::Data::new(challenges),
            people: web::Data::new(People::new(store.clone(), replica.clone())),
            samples: web::Data::new(Samples::new(store, replica.clone())),
            cursors: web::Data::new(CursorSigner::new(key.as_ref())),
            fraud: web::Data::new(settings.fraud_detection),
            key: web::Data::new(RequiredKey(key)),
            drain: web::Data::new(Drain::new(&metrics)),
            metrics: web::Data::new(metrics),
            analyser,
            replica,
            needs,
        }
    }

    fn share(&self, config: &mut web::ServiceConfig) {
        config
            .app_data(self.enrol.clone())
            .app_data(self.identify.clone())
            .app_data(self.find_match.clone())
            .app_data(self.verify.clone())
            .app_data(self.challenges.clone())
            .app_data(self.people.clone())
            .app_data(self.samples.clone())
            .app_data(self.cursors.clone())
            .app_data(self.fraud.clone())
            .app_data(self.key.clone())
            .app_data(self.metrics.clone())
            .app_data(self.drain.clone());
    }
}

fn thresholds(settings: &RegistrationSettings) -> ThresholdSettings {
    ThresholdSettings {
        fixed: settings
            .login_match_threshold
            .map(Similarity::from_euclidean),
        target_fpir: settings.target_fpir,
        verify_fmr: settings.verify_fmr,
    }
}

/// Ready while the store answers.
struct StoreReadiness(Arc<dyn Store>);

#[async_trait]
impl Readiness for StoreReadiness {
    fn name(&self) -> &'static str {
        "store"
    }

    async fn check(&self) -> Result<(), String> {
        self.0
            .ping()
            .await
            .map_err(|_| "the database does not answer".to_owned())
    }
}

/// Ready while the inference service is.
struct InferenceReadiness(InferenceClient);

#[async_trait]
impl Readiness for InferenceReadiness {
    fn name(&self) -> &'static str {
        "inference"
    }

    async fn check(&self) -> Result<(), String> {
        self.0
            .ready()
            .await
            .map_err(|_| "the inference service is not ready".to_owned())
    }
}
