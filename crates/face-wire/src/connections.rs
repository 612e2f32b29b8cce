//! The connections of both clients, and of programs that speak to the services.

use std::time::Duration;

use reqwest::{Client, ClientBuilder, Url};

/// Longest wait for a TCP connection; the services stand in one network.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// Idle connections are dropped before the service does it, so that no call meets a closed one.
const POOL_IDLE: Duration = Duration::from_secs(30);

/// Why there are no connections to an address.
#[derive(Debug, thiserror::Error)]
pub enum ConnectionsError {
    /// The text is no address.
    #[error("its address is no URL")]
    Url(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The address is of another kind.
    #[error("its address is no http or https URL")]
    Scheme,
    /// TLS or the system fails.
    #[error("connections cannot be set up")]
    SetUp(#[from] reqwest::Error),
}

/// A pool of keep-alive connections to `base_url`, each call bounded by `timeout`. No proxy and no redirect: pictures go
/// to the service and nowhere else.
///
/// # Errors
/// [`ConnectionsError`].
pub fn connections(base_url: &str, timeout: Duration) -> Result<Client, ConnectionsError> {
    Ok(builder(base_url, timeout)?
        .pool_idle_timeout(POOL_IDLE)
        .build()?)
}

/// As [`connections`], with a connection of its own for each call. Behind a name that stands for several replicas, a kept
/// connection leads to the one that it was opened to, whatever has become of that one; a new one to one that takes calls.
///
/// # Errors
/// [`ConnectionsError`].
pub fn single_connections(base_url: &str, timeout: Duration) -> Result<Client, ConnectionsError> {
    Ok(builder(base_url, timeout)?
        .pool_max_idle_per_host(0)
        .build()?)
}

fn builder(base_url: &str, timeout: Duration) -> Result<ClientBuilder, ConnectionsError> {
    let url = Url::parse(base_url).map_err(|error| ConnectionsError::Url(error.into()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(ConnectionsError::Scheme);
    }
    // Fails when a provider is installed already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = Client::builder()
        .connect_timeout(CONNECT_TIMEOUT.min(timeout))
        .timeout(timeout)
        .tcp_nodelay(true)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy();
    if url.scheme() == "http" {
        // The system's certificates are not needed, and a small container has none, which would be an error.
        builder = builder.tls_certs_only([]);
    }
    Ok(builder)
}
