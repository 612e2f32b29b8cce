//! Fetches ONNX Runtime once, from the first source that works.

use std::path::{Path, PathBuf};

use super::artefacts::{Artefact, FETCHED_VERSION, RELEASES, Source, WHEEL_PYTHON};
use super::cache;
use crate::Progress;
use crate::clients::{Client, Clients, PackageFile};
use crate::download::{Downloader, Patience, Pinned};
use crate::extract::extract;
use crate::pack::lines;

/// How fetching is done; tests put other programs in the place of pip and npm.
#[derive(Debug, Clone)]
pub(super) struct Fetcher<'a> {
    /// What to fetch, in order.
    pub(super) artefacts: &'a [Artefact],
    /// pip and npm.
    pub(super) clients: Clients,
    /// Where releases lie.
    pub(super) releases: String,
}

impl<'a> Fetcher<'a> {
    /// The usual programs and address.
    pub(super) fn new(artefacts: &'a [Artefact]) -> Self {
        Self {
            artefacts,
            clients: Clients::default(),
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
        let archive = match artefact.package() {
            Some(package) => self.clients.fetch(&package, work, progress).await?,
            None => self.download(artefact, work, progress).await?,
        };
        let (artefact, library) = (*artefact, work.join("library"));
        let extracting = tokio::task::spawn_blocking(move || {
            let extracted = extract(&archive, artefact.member, &library);
            extracted.map_err(|error| format!("{}: {error}", artefact.file))?;
            Ok(library)
        });
        extracting.await.expect("extracting does not panic")
    }

    async fn download(
        &self,
        artefact: &Artefact,
        work: &Path,
        progress: &dyn Progress,
    ) -> Result<PathBuf, String> {
        let out = work.join(artefact.file);
        let address = format!("{}/v{FETCHED_VERSION}/{}", self.releases, artefact.file);
        let file = Pinned {
            name: artefact.file,
            sha256: artefact.digest(),
            bytes: Some(artefact.bytes),
        };
        let downloader = Downloader::new(Patience::USUAL);
        let fetched = downloader.fetch(&file, &[address], &out, progress).await;
        fetched.map_err(|errors| errors.iter().map(ToString::to_string).collect::<String>())?;
        Ok(out)
    }
}

impl Artefact {
    /// The artefact as a file of a package; `None` for a release.
    fn package(&self) -> Option<PackageFile<'static>> {
        let (client, name, wheel) = match self.source {
            Source::Pip { platform } => {
                (Client::Pip, "onnxruntime", Some((platform, WHEEL_PYTHON)))
            }
            Source::Npm => (Client::Npm, "onnxruntime-node", None),
            Source::Release => return None,
        };
        let (file, sha256, bytes) = (self.file, self.digest(), self.bytes);
        Some(PackageFile {
            client,
            name,
            version: FETCHED_VERSION,
            wheel,
            file,
            sha256,
            bytes,
        })
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

#[cfg(test)]
mod tests;
