//! Builds a pack from the public addresses and packages in its manifest.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::assemble::{self, MissingFile};
use crate::clients::Clients;
use crate::download::{DownloadError, Downloader, Patience, Pinned};
use crate::import::{ImportError, import};
use crate::pack::{check_file, lines};
use crate::staging::{Staging, StagingError, is_there};
use crate::{Digest, Progress, Recipe, Weights};

/// The record's name in a pack's folder.
pub const ACCEPTANCE_FILE: &str = "acceptance.toml";

/// Why a pack cannot be pulled.
#[derive(Debug, thiserror::Error)]
pub enum PullError {
    /// Networks have terms that must be accepted first.
    #[error("these terms must be accepted first:{}", lines(.0))]
    NotAccepted(Vec<Terms>),
    /// Files of the pack are not public.
    #[error("these files have no public address; assemble the pack from a folder that has them:{}", lines(.0))]
    NoAddress(Vec<MissingFile>),
    /// A file came from none of its addresses.
    #[error("{file} cannot be fetched:{}", lines(errors))]
    Download {
        /// The file.
        file: String,
        /// What each address said.
        errors: Vec<DownloadError>,
    },
    /// A file cannot be made from what its package holds.
    #[error("{file} cannot be made")]
    Import {
        /// The file.
        file: String,
        /// What is wrong.
        #[source]
        source: ImportError,
    },
    /// The pack cannot be put in its place.
    #[error(transparent)]
    Staging(#[from] StagingError),
    /// The record of the acceptance cannot be written.
    #[error("cannot record the acceptance")]
    Record(#[source] std::io::Error),
}

/// What a network asks of whoever uses it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{file} ({licence}): {text}")]
pub struct Terms {
    /// The network's file.
    pub file: String,
    /// Its digest.
    pub sha256: Digest,
    /// Its licence.
    pub licence: String,
    /// What is to be accepted.
    pub text: String,
}

/// That somebody accepted the terms of a pack's networks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acceptance {
    /// Who: a name or an account.
    pub by: String,
    /// When, in seconds since 1970-01-01 UTC.
    pub at_unix_seconds: u64,
}

/// What is written to [`ACCEPTANCE_FILE`].
#[derive(Debug, Serialize, Deserialize)]
struct Record {
    accepted: Acceptance,
    terms: Vec<Terms>,
}

/// The terms that must be accepted before the pack of `recipe` is pulled.
#[must_use]
pub fn terms(recipe: &Recipe) -> Vec<Terms> {
    let networks = recipe.manifest().networks().into_iter();
    let asking =
        networks.filter_map(|(_, weights)| Some((weights, weights.requires_acceptance.clone()?)));
    let terms = asking.map(|(weights, text)| Terms {
        file: weights.file.clone(),
        sha256: weights.sha256,
        licence: weights.licence.clone(),
        text,
    });
    terms.collect()
}

/// Brings into `out` the pack that `recipe` describes, every file pinned by digest: files that lie below the folders
/// `at_hand` are copied, the others fetched or made from packages. Records `acceptance` in the pack where its networks ask
/// for one. A pull that was cut off goes on where it was; a pack that is there already is checked and
/// left as it is.
///
/// # Errors
/// [`PullError`]; nothing is in `out` then.
pub async fn pull(
    recipe: &Recipe,
    at_hand: &[PathBuf],
    out: &Path,
    acceptance: Option<&Acceptance>,
    progress: &dyn Progress,
) -> Result<(), PullError> {
    pull_with(
        &Ways {
            at_hand: at_hand.to_vec(),
            ..Ways::default()
        },
        recipe,
        out,
        acceptance,
        progress,
    )
    .await
}

/// How files come to this machine; tests put others in their places.
pub(crate) struct Ways {
    pub(crate) downloader: Downloader,
    pub(crate) clients: Clients,
    /// Folders below which files may lie already.
    pub(crate) at_hand: Vec<PathBuf>,
}

impl Default for Ways {
    fn default() -> Self {
        Self {
            downloader: Downloader::new(Patience::USUAL),
            clients: Clients::default(),
            at_hand: Vec::new(),
        }
    }
}

async fn pull_with(
    ways: &Ways,
    recipe: &Recipe,
    out: &Path,
    acceptance: Option<&Acceptance>,
    progress: &dyn Progress,
) -> Result<(), PullError> {
    let terms = terms(recipe);
    if !terms.is_empty() && acceptance.is_none() {
        return Err(PullError::NotAccepted(terms));
    }
    if is_there(recipe, out)? {
        return Ok(());
    }
    let found = find(recipe, &ways.at_hand);
    check_addresses(recipe, &found)?;
    let staging = Staging::begin(out)?;
    for (_, weights) in recipe.manifest().networks() {
        if let Some(from) = found.get(&weights.sha256) {
            // Whatever goes wrong, the file is checked below and fetched if it is not whole.
            let _ = std::fs::copy(from, staging.folder().join(&weights.file));
        }
    }
    for (_, weights) in recipe.manifest().networks() {
        if let Err(error) = fetch(ways, weights, staging.folder(), progress).await {
            if !goes_on(&error) {
                staging.discard();
            }
            return Err(error);
        }
    }
    if let Some(accepted) = acceptance.filter(|_| !terms.is_empty()) {
        let record = Record {
            accepted: accepted.clone(),
            terms,
        };
        let text = toml::to_string(&record).expect("texts and numbers can be written as TOML");
        std::fs::write(staging.folder().join(ACCEPTANCE_FILE), text).map_err(PullError::Record)?;
    }
    Ok(staging.finish(recipe)?)
}

/// The files of `recipe` that lie below `folders`; a folder that cannot be read has none.
fn find(recipe: &Recipe, folders: &[PathBuf]) -> HashMap<Digest, PathBuf> {
    let networks = recipe.manifest().networks().into_iter();
    let wanted = networks
        .map(|(_, weights)| (weights.sha256, weights.bytes))
        .collect();
    let each = folders
        .iter()
        .map(|folder| assemble::find(&wanted, std::slice::from_ref(folder)));
    each.filter_map(Result::ok).flatten().collect()
}

/// Where the pack of `recipe` lies in `cache`, the folder for what was fetched; a recipe of other bytes has another place.
#[must_use]
pub fn place_in_cache(recipe: &Recipe, cache: &Path) -> PathBuf {
    let manifest = recipe.manifest();
    let digest = Digest::of(recipe.text().as_bytes()).to_string();
    let name = format!("{}-{}", manifest.name, &digest[..12]);
    cache.join("packs").join(name)
}

fn check_addresses(recipe: &Recipe, found: &HashMap<Digest, PathBuf>) -> Result<(), PullError> {
    let networks = recipe.manifest().networks().into_iter();
    let missing = networks.filter(|(_, weights)| {
        weights.sources.is_empty()
            && weights.import.is_none()
            && !found.contains_key(&weights.sha256)
    });
    let missing: Vec<_> = missing
        .map(|(role, weights)| MissingFile::new(role, weights))
        .collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(PullError::NoAddress(missing))
    }
}

/// Whether another pull can go on from what is there: a connection was cut, or a package came and was not used yet.
fn goes_on(error: &PullError) -> bool {
    match error {
        PullError::Download { errors, .. } => errors
            .iter()
            .any(|error| matches!(error, DownloadError::Unreachable { .. })),
        PullError::Import { source, .. } => matches!(source, ImportError::Fetch { .. }),
        _ => false,
    }
}

async fn fetch(
    ways: &Ways,
    weights: &Weights,
    folder: &Path,
    progress: &dyn Progress,
) -> Result<(), PullError> {
    if check_file(folder, weights).is_ok() {
        return Ok(());
    }
    let file = weights.file.clone();
    match &weights.import {
        Some(from) => import(&ways.clients, weights, from, folder, progress)
            .await
            .map_err(|source| PullError::Import { file, source }),
        None => download(&ways.downloader, weights, folder, progress)
            .await
            .map_err(|errors| PullError::Download { file, errors }),
    }
}

async fn download(
    downloader: &Downloader,
    weights: &Weights,
    folder: &Path,
    progress: &dyn Progress,
) -> Result<(), Vec<DownloadError>> {
    let file = Pinned {
        name: &weights.file,
        sha256: weights.sha256,
        bytes: Some(weights.bytes),
    };
    downloader
        .fetch(
            &file,
            &weights.sources,
            &folder.join(&weights.file),
            progress,
        )
        .await
}

#[cfg(test)]
mod tests;
