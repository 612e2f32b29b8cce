//! Start and stop: a service binds first, so that its real port is known, and stops by finishing what it has begun.

use std::net::{IpAddr, SocketAddr, TcpListener};
use std::time::Duration;

use actix_web::dev::{Server, ServerHandle};
use tokio::task::JoinHandle;

use crate::drain::Drain;

/// Why a service did not start.
#[derive(Debug, thiserror::Error)]
#[error("{service} cannot listen on {address}: {source}; is another program using the port?")]
pub struct StartError {
    /// Which service.
    pub service: &'static str,
    /// Where it was to listen.
    pub address: SocketAddr,
    /// What the system said.
    pub source: std::io::Error,
}

/// Binds a listener; port 0 takes a free one.
///
/// # Errors
/// [`StartError`] when the address is taken or not ours.
pub fn listen(service: &'static str, bind: IpAddr, port: u16) -> Result<TcpListener, StartError> {
    let address = SocketAddr::new(bind, port);
    let listener = TcpListener::bind(address).map_err(|source| StartError {
        service,
        address,
        source,
    })?;
    listener
        .set_nonblocking(true)
        .map_err(|source| StartError {
            service,
            address,
            source,
        })?;
    Ok(listener)
}

/// A service that runs in this process.
#[derive(Debug)]
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    handle: ServerHandle,
    drain: Drain,
    drain_time: Duration,
    /// `None` once its end was seen: a task's result is given once.
    task: Option<JoinHandle<std::io::Result<()>>>,
}

impl Running {
    /// Runs `server`, which listens on `address`, looks at `drain`, and is to drain for `drain_time` when it is stopped.
    #[must_use]
    pub fn spawn(address: SocketAddr, server: Server, drain: Drain, drain_time: Duration) -> Self {
        let handle = server.handle();
        Self {
            address,
            handle,
            drain,
            drain_time,
            task: Some(tokio::spawn(server)),
        }
    }

    /// The service's address as a URL without a path.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Is not ready any more, and serves on.
    pub fn drain(&self) {
        self.drain.begin();
    }

    /// Drains for its time, then accepts nothing more, finishes what has begun, and returns when all is done.
    ///
    /// # Errors
    /// As [`Self::close`].
    pub async fn stop(self) -> std::io::Result<()> {
        self.drain();
        tokio::time::sleep(self.drain_time).await;
        self.close().await
    }

    /// Accepts nothing more, finishes what has begun, and returns when all is done.
    ///
    /// # Errors
    /// What the server ended with, unless [`Self::finished`] has returned it.
    pub async fn close(mut self) -> std::io::Result<()> {
        self.drain();
        self.handle.stop(true).await;
        self.finished().await
    }

    /// Returns when the server ends by itself.
    ///
    /// # Errors
    /// What the server ended with.
    pub async fn finished(&mut self) -> std::io::Result<()> {
        let Some(task) = &mut self.task else {
            return Ok(());
        };
        let ended = task.await;
        self.task = None;
        ended.unwrap_or_else(|join| Err(std::io::Error::other(join)))
    }
}

/// Says on standard output where a service listens, for whoever started it: a person or a program that waits for it.
#[expect(
    clippy::print_stdout,
    reason = "the address is a service's answer to being started"
)]
pub fn announce(service: &str, url: &str) {
    println!("{service} listens on {url}");
}

/// Is done when the process is asked to stop: Ctrl-C, or SIGTERM where there is such a thing. Needs a Tokio runtime.
#[must_use = "from the call on, Ctrl-C ends the process only through this future"]
pub fn stop_signal() -> impl Future<Output = ()> {
    // Listening begins with the call and not with the first poll: a signal between the two must not end the process.
    #[cfg(unix)]
    let signals = {
        use tokio::signal::unix::{SignalKind, signal};
        [SignalKind::interrupt(), SignalKind::terminate()].map(signal)
    };
    async move {
        #[cfg(unix)]
        if let [Ok(mut interrupt), Ok(mut terminate)] = signals {
            tokio::select! { _ = interrupt.recv() => (), _ = terminate.recv() => () }
            return;
        }
        // Where signals cannot be listened for, only Ctrl-C is left.
        drop(tokio::signal::ctrl_c().await);
    }
}
