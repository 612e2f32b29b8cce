//! From settings to a running service.

use std::path::PathBuf;
use std::time::Duration;

use actix_web::middleware::from_fn;
use actix_web::{App, HttpServer, web};
use face_wire::registration::{RegistrationClient, RegistrationError};
use service_kit::drain::{self, Drain};
use service_kit::metrics::{self, Metrics};
use service_kit::{Exposure, ExposureError, Running, ServiceSettings, StartError, request_id};

use crate::admin_login::{AdminLogin, PasswordError};
use crate::ui::Ui;
use crate::{UiSettings, error_pages, headers, routes, sessions};

/// Longest call of the registration service: twenty pictures are analysed one after another.
const CALL_TIMEOUT: Duration = Duration::from_secs(30);
/// Threads that draw pages; one page takes well under a millisecond.
const WORKERS: usize = 2;

/// Why the pages are not served.
#[derive(Debug, thiserror::Error)]
pub enum UiStartError {
    /// Others could reach the service without a key.
    #[error(transparent)]
    Exposure(#[from] ExposureError),
    /// The administrator's login is not safe.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// The secret of the sessions is too short to be one.
    #[error(
        "WHOS_THAT_SESSION_KEY needs at least 32 characters (for example the output of `openssl rand -hex 32`)"
    )]
    SessionKey,
    /// The address of the registration service is no URL.
    #[error("WHOS_THAT_REGISTRATION_URL cannot be used")]
    Registration(#[from] RegistrationError),
    /// There is no such folder of styles and scripts.
    #[error("the folder of static files {0} does not exist")]
    StaticDir(PathBuf),
    /// The port is taken.
    #[error(transparent)]
    Listen(#[from] StartError),
    /// The system gives no sockets or threads.
    #[error("the server cannot start")]
    Server(#[source] std::io::Error),
}

impl UiSettings {
    /// Refuses a secret of the sessions that is too short, and a folder that is not there.
    ///
    /// # Errors
    /// [`UiStartError::SessionKey`], [`UiStartError::StaticDir`].
    pub fn check(&self) -> Result<(), UiStartError> {
        if let Some(dir) = self.static_dir.as_ref().filter(|dir| !dir.is_dir()) {
            return Err(UiStartError::StaticDir(dir.clone()));
        }
        sessions::key(self.session_key.as_ref())
            .map(drop)
            .ok_or(UiStartError::SessionKey)
    }
}

/// Serves the pages; the address that comes back is the real one, also for port 0.
///
/// # Errors
/// [`UiStartError`]; nothing runs then.
pub fn start(service: &ServiceSettings, settings: &UiSettings) -> Result<Running, UiStartError> {
    service.check_exposure()?;
    settings.check()?;
    let admin = AdminLogin::new(settings, service.exposure())?;
    let key = sessions::key(settings.session_key.as_ref()).ok_or(UiStartError::SessionKey)?;
    let registration = RegistrationClient::new(
        &settings.registration_url,
        service.service_key.clone(),
        CALL_TIMEOUT,
    )?;
    let is_secure = settings
        .secure_cookies
        .unwrap_or(service.exposure() == Exposure::Network);
    let needs = routes::needs(registration.clone());
    let metrics = web::Data::new(Metrics::new("ui"));
    let drain = Drain::new(&metrics);
    let shared_drain = web::Data::new(drain.clone());
    let ui = web::Data::new(Ui::new(registration, admin, settings, &metrics));
    let static_dir = settings.static_dir.clone();

    let listener = service_kit::listen("face-ui", service.bind, settings.ui_port)?;
    let address = listener.local_addr().map_err(UiStartError::Server)?;
    let server = HttpServer::new(move || {
        App::new()
            .app_data(ui.clone())
            .app_data(metrics.clone())
            .app_data(shared_drain.clone())
            .wrap(from_fn(error_pages::middleware))
            .wrap(sessions::middleware(key.clone(), is_secure))
            .wrap(from_fn(headers::middleware))
            .wrap(from_fn(metrics::middleware))
            .wrap(from_fn(request_id::middleware))
            .wrap(from_fn(drain::middleware))
            .configure(routes::table(&needs, static_dir.as_deref()))
    })
    .workers(WORKERS)
    .disable_signals()
    .shutdown_timeout(service.grace_seconds.into())
    .listen(listener)
    .map_err(UiStartError::Server)?
    .run();
    Ok(Running::spawn(address, server, drain, service.drain()))
}
