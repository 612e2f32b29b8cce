//! What every handler shares.

use std::net::IpAddr;
use std::time::Duration;

use face_wire::registration::RegistrationClient;
use prometheus::IntCounterVec;
use service_kit::attempts::Attempts;
use service_kit::metrics::Metrics;
use service_kit::request_id;

use crate::admin_login::AdminLogin;
use crate::sessions::Sessions;

/// The window in which attempts are counted.
const WINDOW: Duration = Duration::from_mins(3);
/// Failed passwords from one address in the window.
const PASSWORD_ATTEMPTS: usize = 5;
/// Failed faces from one address in the window: a kiosk at a door meets many strangers.
const FACE_ATTEMPTS: usize = 30;

/// How somebody signs in.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Method {
    Face,
    Password,
}

/// What came of it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum SignIn {
    Accepted,
    Refused,
    Throttled,
    Unavailable,
}

impl Method {
    const ALL: [Self; 2] = [Self::Face, Self::Password];

    const fn name(self) -> &'static str {
        match self {
            Self::Face => "face",
            Self::Password => "password",
        }
    }
}

impl SignIn {
    const ALL: [Self; 4] = [
        Self::Accepted,
        Self::Refused,
        Self::Throttled,
        Self::Unavailable,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::Throttled => "throttled",
            Self::Unavailable => "unavailable",
        }
    }
}

fn sign_ins(metrics: &Metrics) -> IntCounterVec {
    let counters = metrics.counters_of(
        "sign_ins_total",
        "Sign-ins, by method and outcome",
        &["method", "outcome"],
    );
    for (method, outcome) in Method::ALL
        .into_iter()
        .flat_map(|method| SignIn::ALL.map(|outcome| (method, outcome)))
    {
        counters.with_label_values(&[method.name(), outcome.name()]);
    }
    counters
}

/// The user interface's state, one for all workers.
#[derive(Debug)]
pub(crate) struct Ui {
    registration: RegistrationClient,
    /// Who may administer.
    pub(crate) admin: AdminLogin,
    /// Who has signed in and out.
    pub(crate) sessions: Sessions,
    /// Attempts with a password.
    pub(crate) password_attempts: Attempts<IpAddr>,
    /// Attempts with a face.
    pub(crate) face_attempts: Attempts<IpAddr>,
    /// Path under which styles and scripts are served.
    pub(crate) assets: String,
    sign_ins: IntCounterVec,
    /// The visitor's address is in `X-Forwarded-For`.
    pub(crate) is_behind_proxy: bool,
}

impl Ui {
    pub(crate) fn new(
        registration: RegistrationClient,
        admin: AdminLogin,
        settings: &crate::UiSettings,
        metrics: &Metrics,
    ) -> Self {
        Self {
            registration,
            admin,
            sessions: Sessions::new(settings.session_minutes),
            password_attempts: Attempts::new(PASSWORD_ATTEMPTS, WINDOW),
            face_attempts: Attempts::new(FACE_ATTEMPTS, WINDOW),
            assets: crate::assets::prefix(settings.static_dir.as_deref()),
            sign_ins: sign_ins(metrics),
            is_behind_proxy: settings.behind_proxy,
        }
    }

    /// Counts one sign-in.
    pub(crate) fn count(&self, method: Method, outcome: SignIn) {
        self.sign_ins
            .with_label_values(&[method.name(), outcome.name()])
            .inc();
    }

    /// The registration service, as a part of the call that is being answered.
    pub(crate) fn registration(&self) -> RegistrationClient {
        self.registration.for_request(request_id::context())
    }
}
