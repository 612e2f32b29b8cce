//! One pinned file from the first public address that has it, resumed where it was cut.

use std::path::Path;
use std::time::Duration;

use reqwest::header::{CONTENT_RANGE, RANGE};
use reqwest::{Client, Response, StatusCode};
use tokio::io::AsyncWriteExt as _;

use crate::{Digest, Progress};

/// What to fetch: the bytes are known beforehand, so no address needs to be trusted.
#[derive(Debug, Clone, Copy)]
pub struct Pinned<'a> {
    /// What to call it while it comes.
    pub name: &'a str,
    /// Its digest.
    pub sha256: Digest,
    /// Its length; a file whose length is not known begins anew after a cut.
    pub bytes: Option<u64>,
}

/// Fetches `file` to `path` from the first of `addresses` that has it, for callers that are not asynchronous, such as
/// command lines; it must not be called from a task. What `path` holds is taken for the file's beginning; it stays there
/// when the connection broke, so that another call can go on.
///
/// # Errors
/// One error for each address.
pub fn download_blocking(
    file: &Pinned<'_>,
    addresses: &[String],
    path: &Path,
    progress: &dyn Progress,
) -> Result<(), Vec<DownloadError>> {
    let tasks = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("the system has a poll facility");
    let downloader = Downloader::new(Patience::USUAL);
    tasks.block_on(downloader.fetch(file, addresses, path, progress))
}

/// Why a file did not come from one address.
#[derive(Debug, thiserror::Error)]
pub enum DownloadError {
    /// No connection, or it broke too often.
    #[error("{address} cannot be reached: {reason}")]
    Unreachable {
        /// The address.
        address: String,
        /// What went wrong, down to its cause.
        reason: String,
    },
    /// An answer other than the file.
    #[error("{address} answers {status}")]
    Status {
        /// The address.
        address: String,
        /// The answer's status.
        status: StatusCode,
    },
    /// Another file than the pinned one.
    #[error("{address} has other bytes: {found}, expected {expected}")]
    Content {
        /// The address.
        address: String,
        /// The pinned length and digest.
        expected: String,
        /// What came.
        found: String,
    },
    /// The file cannot be written.
    #[error("cannot write {path}")]
    Write {
        /// The file.
        path: Box<Path>,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
}

/// How long and how often an address is tried.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    /// For a connection.
    pub(crate) connect: Duration,
    /// For the next bytes.
    pub(crate) read: Duration,
    /// Connections to one address that end early before it is given up; a new one goes on where the last was cut.
    pub(crate) cuts: u32,
    /// Between two connections to one address.
    pub(crate) pause: Duration,
}

impl Patience {
    /// Enough for a slow line, little enough to fall back on another source while somebody watches.
    pub(crate) const USUAL: Self = Self {
        connect: Duration::from_secs(10),
        read: Duration::from_secs(30),
        cuts: 5,
        pause: Duration::from_secs(1),
    };
}

/// Fetches files with one connection pool.
pub(crate) struct Downloader {
    client: Client,
    patience: Patience,
}

impl Downloader {
    pub(crate) fn new(patience: Patience) -> Self {
        // Fails only where another part of the program installed a provider before, which serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .user_agent(concat!("whos-that/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(patience.connect)
            .read_timeout(patience.read)
            .build()
            .expect("the settings are constant and a cryptography provider is installed");
        Self { client, patience }
    }

    /// Fetches `file` to `path` from the first of `addresses` that has it. What `path` holds is taken for the file's
    /// beginning; it stays there when the connection broke, so that another call can go on.
    ///
    /// # Errors
    /// One error for each address.
    pub(crate) async fn fetch(
        &self,
        file: &Pinned<'_>,
        addresses: &[String],
        path: &Path,
        progress: &dyn Progress,
    ) -> Result<(), Vec<DownloadError>> {
        progress.started(file.name, file.bytes);
        let mut errors = Vec::new();
        for address in addresses {
            match self.fetch_from(file, address, path, progress).await {
                Ok(()) => {
                    progress.finished();
                    return Ok(());
                }
                Err(error) => errors.push(error),
            }
        }
        progress.finished();
        Err(errors)
    }

    /// Goes on after every cut, until the address has been cut off too often.
    async fn fetch_from(
        &self,
        file: &Pinned<'_>,
        address: &str,
        path: &Path,
        progress: &dyn Progress,
    ) -> Result<(), DownloadError> {
        let mut cuts = 0;
        loop {
            match self.connect_and_append(file, address, path, progress).await {
                Ok(()) => return check(file, address, path).await,
                Err(DownloadError::Unreachable { .. })
                    if cuts < self.patience.cuts && has_begun(path) =>
                {
                    cuts += 1;
                }
                Err(error) => return Err(error),
            }
            tracing::debug!(address, cuts, "connection cut, going on");
            tokio::time::sleep(self.patience.pause).await;
        }
    }

    /// One connection: asks for what is missing and appends it.
    async fn connect_and_append(
        &self,
        file: &Pinned<'_>,
        address: &str,
        path: &Path,
        progress: &dyn Progress,
    ) -> Result<(), DownloadError> {
        let mut there = std::fs::metadata(path).map_or(0, |facts| facts.len());
        if file.bytes == Some(there) {
            return Ok(());
        }
        if file.bytes.is_none_or(|bytes| there > bytes) {
            there = 0;
        }
        let mut request = self.client.get(address);
        if there > 0 {
            request = request.header(RANGE, format!("bytes={there}-"));
        }
        let unreachable = |error: reqwest::Error| unreachable(address, &error);
        let mut response = request.send().await.map_err(unreachable)?;
        let from = beginning(&response, there).ok_or_else(|| status(address, &response))?;
        let written = |source| DownloadError::Write {
            path: path.into(),
            source,
        };
        let mut out = open_at(path, from).await.map_err(written)?;
        let mut length = from;
        progress.reached(length);
        let cut = loop {
            let piece = match response.chunk().await {
                Ok(Some(piece)) => piece,
                Ok(None) => break None,
                Err(error) => break Some(unreachable(error)),
            };
            length += piece.len() as u64;
            if let Some(bytes) = file.bytes.filter(|&bytes| length > bytes) {
                drop(out);
                let _ = tokio::fs::remove_file(path).await;
                return Err(content(file, address, format!("more than {bytes} bytes")));
            }
            out.write_all(&piece).await.map_err(written)?;
            progress.reached(length);
        };
        // Also after a cut: the next connection goes on from what is in the file.
        out.flush().await.map_err(written)?;
        if let Some(cut) = cut {
            return Err(cut);
        }
        if let Some(bytes) = file.bytes.filter(|&bytes| length < bytes) {
            let reason = format!("the connection ended after {length} of {bytes} bytes");
            return Err(DownloadError::Unreachable {
                address: address.to_owned(),
                reason,
            });
        }
        Ok(())
    }
}

/// Where the answer's body begins in the file; `None` when the answer is not the file.
fn beginning(response: &Response, asked: u64) -> Option<u64> {
    let range = || {
        response
            .headers()
            .get(CONTENT_RANGE)?
            .to_str()
            .ok()?
            .strip_prefix("bytes ")?
            .split('-')
            .next()
    };
    match response.status() {
        StatusCode::OK => Some(0),
        StatusCode::PARTIAL_CONTENT => range()?.parse().ok().filter(|&from: &u64| from == asked),
        _ => None,
    }
}

/// The file, cut to `length` bytes and open for appending.
async fn open_at(path: &Path, length: u64) -> std::io::Result<tokio::fs::File> {
    let mut options = tokio::fs::OpenOptions::new();
    let mut out = options
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)
        .await?;
    out.set_len(length).await?;
    tokio::io::AsyncSeekExt::seek(&mut out, std::io::SeekFrom::End(0)).await?;
    Ok(out)
}

/// A complete file of other bytes is removed: it is no beginning of the right one.
async fn check(file: &Pinned<'_>, address: &str, path: &Path) -> Result<(), DownloadError> {
    let owned = path.to_path_buf();
    let digest = tokio::task::spawn_blocking(move || Digest::of_file(&owned))
        .await
        .expect("hashing does not panic");
    let digest = digest.map_err(|source| DownloadError::Write {
        path: path.into(),
        source,
    })?;
    if digest == file.sha256 {
        return Ok(());
    }
    let _ = tokio::fs::remove_file(path).await;
    Err(content(file, address, with_length(file.bytes, digest)))
}

fn has_begun(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|facts| facts.len() > 0)
}

fn content(file: &Pinned<'_>, address: &str, found: String) -> DownloadError {
    DownloadError::Content {
        address: address.to_owned(),
        expected: with_length(file.bytes, file.sha256),
        found,
    }
}

fn with_length(bytes: Option<u64>, digest: Digest) -> String {
    bytes.map_or_else(
        || format!("SHA-256 {digest}"),
        |bytes| format!("{bytes} bytes with SHA-256 {digest}"),
    )
}

fn status(address: &str, response: &Response) -> DownloadError {
    DownloadError::Status {
        address: address.to_owned(),
        status: response.status(),
    }
}

/// reqwest's own message names the address and not the cause.
fn unreachable(address: &str, error: &reqwest::Error) -> DownloadError {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    DownloadError::Unreachable {
        address: address.to_owned(),
        reason: cause.to_string(),
    }
}
