//! Builds a pack from the public addresses in its manifest.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::assemble::MissingFile;
use crate::download::{DownloadError, Downloader, Patience, Pinned};
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

/// Fetches into `out` the pack that `recipe` describes, every file pinned by digest; records `acceptance` in it where
/// its networks ask for one. A pull that was cut off goes on where it was; a pack that is there already is checked and
/// left as it is.
///
/// # Errors
/// [`PullError`]; nothing is in `out` then.
pub async fn pull(
    recipe: &Recipe,
    out: &Path,
    acceptance: Option<&Acceptance>,
    progress: &dyn Progress,
) -> Result<(), PullError> {
    pull_with(
        &Downloader::new(Patience::USUAL),
        recipe,
        out,
        acceptance,
        progress,
    )
    .await
}

async fn pull_with(
    downloader: &Downloader,
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
    check_addresses(recipe)?;
    let staging = Staging::begin(out)?;
    for (_, weights) in recipe.manifest().networks() {
        if let Err(errors) = fetch(downloader, weights, staging.folder(), progress).await {
            let was_cut = errors
                .iter()
                .any(|error| matches!(error, DownloadError::Unreachable { .. }));
            if !was_cut {
                staging.discard();
            }
            return Err(PullError::Download {
                file: weights.file.clone(),
                errors,
            });
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

fn check_addresses(recipe: &Recipe) -> Result<(), PullError> {
    let networks = recipe.manifest().networks().into_iter();
    let missing = networks.filter(|(_, weights)| weights.sources.is_empty());
    let missing: Vec<_> = missing
        .map(|(role, weights)| MissingFile::new(role, weights))
        .collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(PullError::NoAddress(missing))
    }
}

async fn fetch(
    downloader: &Downloader,
    weights: &Weights,
    folder: &Path,
    progress: &dyn Progress,
) -> Result<(), Vec<DownloadError>> {
    if check_file(folder, weights).is_ok() {
        return Ok(());
    }
    let file = Pinned {
        name: &weights.file,
        sha256: weights.sha256,
        bytes: weights.bytes,
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
