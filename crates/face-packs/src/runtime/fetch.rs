//! Fetches ONNX Runtime once, from the first source that works.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;

use super::artefacts::{Artefact, FETCHED_VERSION, RELEASES, Source, WHEEL_PYTHON};
use super::{cache, extract};
use crate::download::{Downloader, Patience, Pinned};
use crate::pack::lines;
use crate::{Digest, Progress};

/// Longest that a package client may take: npm's package has 112 MB.
const CLIENT_LIMIT: Duration = Duration::from_mins(15);

/// How fetching is done; tests put other programs in the place of pip and npm.
#[derive(Debug, Clone)]
pub(super) struct Fetcher<'a> {
    /// What to fetch, in order.
    pub(super) artefacts: &'a [Artefact],
    /// The Python whose pip is asked.
    pub(super) python: PathBuf,
    /// npm.
    pub(super) npm: PathBuf,
    /// Where releases lie.
    pub(super) releases: String,
}

impl<'a> Fetcher<'a> {
    /// The usual programs and address.
    pub(super) fn new(artefacts: &'a [Artefact]) -> Self {
        Self {
            artefacts,
            python: "python3".into(),
            npm: "npm".into(),
            releases: RELEASES.to_owned(),
        }
    }

    /// The library in the cache, fetched if it is not there; of several programs that start at once, one fetches.
    ///
    /// # Errors
    /// What each source said, a line each.
    pub(super) async fn library(
        &self,
        cache: &Path,
        progress: &dyn Progress,
    ) -> Result<PathBuf, String> {
        let failed = |error: std::io::Error| {
            format!("\n- the cache {} cannot be used: {error}", cache.display())
        };
        let folder = cache::folder(cache);
        std::fs::create_dir_all(&folder).map_err(failed)?;
        let lock = std::fs::File::create(folder.join("lock")).map_err(failed)?;
        // Waits in a thread of its own: another program may be fetching for minutes.
        let lock = tokio::task::spawn_blocking(move || lock.lock().map(|()| lock));
        let _lock = lock
            .await
            .expect("locking does not panic")
            .map_err(failed)?;
        if let Some(library) = cache::library(cache) {
            return Ok(library);
        }
        let mut tried = Vec::new();
        for artefact in self.artefacts {
            let work = folder.join("fetching");
            let fetched = self.fetch(artefact, &work, progress).await;
            let stored = fetched.and_then(|library| {
                cache::store(cache, &library).map_err(|error| error.to_string())
            });
            let _ = std::fs::remove_dir_all(&work);
            match stored {
                Ok(library) => return Ok(library),
                Err(error) => tried.push(format!("{}: {error}", artefact.source.name())),
            }
        }
        Err(lines(&tried))
    }

    /// The library out of one artefact, in the folder `work`.
    async fn fetch(
        &self,
        artefact: &Artefact,
        work: &Path,
        progress: &dyn Progress,
    ) -> Result<PathBuf, String> {
        let _ = std::fs::remove_dir_all(work);
        std::fs::create_dir_all(work).map_err(|error| error.to_string())?;
        let archive = work.join(artefact.file);
        match artefact.source {
            Source::Release => self.download(artefact, &archive, progress).await?,
            Source::Pip { platform } => run(self.pip(platform, work), artefact, progress).await?,
            Source::Npm => run(self.npm(work), artefact, progress).await?,
        }
        let (artefact, library) = (*artefact, work.join("library"));
        let extracting = tokio::task::spawn_blocking(move || unpack(&artefact, &archive, library));
        extracting.await.expect("extracting does not panic")
    }

    async fn download(
        &self,
        artefact: &Artefact,
        out: &Path,
        progress: &dyn Progress,
    ) -> Result<(), String> {
        let address = format!("{}/v{FETCHED_VERSION}/{}", self.releases, artefact.file);
        let file = Pinned {
            name: artefact.file,
            sha256: artefact.digest(),
            bytes: artefact.bytes,
        };
        let downloader = Downloader::new(Patience::USUAL);
        let fetched = downloader.fetch(&file, &[address], out, progress).await;
        fetched.map_err(|errors| errors.iter().map(ToString::to_string).collect())
    }

    fn pip(&self, platform: &str, work: &Path) -> Command {
        let mut pip = Command::new(&self.python);
        pip.args([
            "-m",
            "pip",
            "download",
            "--no-deps",
            "--only-binary=:all:",
            "--disable-pip-version-check",
        ]);
        pip.args(["--no-input", "--quiet", "--retries", "1", "--timeout", "15"]);
        pip.args(["--platform", platform, "--python-version", WHEEL_PYTHON]);
        pip.arg(format!("onnxruntime=={FETCHED_VERSION}"))
            .arg("-d")
            .arg(work);
        pip
    }

    fn npm(&self, work: &Path) -> Command {
        let mut npm = Command::new(&self.npm);
        npm.args([
            "pack",
            "--loglevel=error",
            "--ignore-scripts",
            "--fetch-retries=1",
        ]);
        npm.arg("--pack-destination").arg(work);
        npm.arg(format!("onnxruntime-node@{FETCHED_VERSION}"));
        npm
    }
}

impl Source {
    /// What messages call it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Pip { .. } => "pip",
            Self::Release => "the project's releases",
            Self::Npm => "npm",
        }
    }
}

/// Runs a package client to its end, its output kept for the error.
async fn run(
    mut client: Command,
    artefact: &Artefact,
    progress: &dyn Progress,
) -> Result<(), String> {
    client.stdin(Stdio::null()).kill_on_drop(true);
    let what = format!(
        "ONNX Runtime {FETCHED_VERSION} through {} ({} MB)",
        artefact.source.name(),
        artefact.bytes >> 20
    );
    progress.started(&what, None);
    let output = tokio::time::timeout(CLIENT_LIMIT, client.output()).await;
    progress.finished();
    let output = output.map_err(|_| format!("took longer than {} s", CLIENT_LIMIT.as_secs()))?;
    let output = output.map_err(|error| format!("cannot be started: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{}: {}", output.status, complaint(&output.stderr)))
}

/// The line of a package client's messages that says why: the last, but for npm's word on its log file.
fn complaint(messages: &[u8]) -> String {
    let messages = String::from_utf8_lossy(messages);
    let is_telling = |line: &&str| !line.is_empty() && !line.contains("complete log of this run");
    messages
        .lines()
        .map(str::trim)
        .rfind(is_telling)
        .unwrap_or("no message")
        .to_owned()
}

/// The library out of the archive, once the archive's digest has been checked.
fn unpack(artefact: &Artefact, archive: &Path, library: PathBuf) -> Result<PathBuf, String> {
    let found = Digest::of_file(archive).map_err(|error| format!("{}: {error}", artefact.file))?;
    if found != artefact.digest() {
        return Err(format!(
            "{} has SHA-256 {found}, expected {}",
            artefact.file, artefact.sha256
        ));
    }
    extract::extract(archive, artefact.member, &library)
        .map_err(|error| format!("{}: {error}", artefact.file))?;
    Ok(library)
}

#[cfg(test)]
mod tests;
