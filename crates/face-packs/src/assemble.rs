//! Builds a pack from files that are on the machine, whatever they are called.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::pack::{FileProblem, check_file, lines};
use crate::staging::{Staging, StagingError, is_there};
use crate::{Digest, Recipe, Role, Weights};

/// Why a pack cannot be assembled.
#[derive(Debug, thiserror::Error)]
pub enum AssembleError {
    /// Files of the manifest are in none of the folders.
    #[error("the folders lack files of the pack:{}", lines(.0))]
    Missing(Vec<MissingFile>),
    /// A folder to search cannot be read.
    #[error("cannot read {folder}")]
    Search {
        /// The folder.
        folder: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// A file changed while it was copied.
    #[error("a copy went wrong: {0}")]
    Copy(#[source] FileProblem),
    /// The pack cannot be put in its place.
    #[error(transparent)]
    Staging(#[from] StagingError),
}

/// A file that a pack needs, and where the public finds it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file} for {role}, {bytes} bytes, SHA-256 {sha256}; {}", addresses(.sources))]
pub struct MissingFile {
    /// What the network is for.
    pub role: Role,
    /// The file's name in the pack.
    pub file: String,
    /// Its length.
    pub bytes: u64,
    /// Its digest.
    pub sha256: Digest,
    /// Its public addresses.
    pub sources: Vec<String>,
}

impl MissingFile {
    pub(crate) fn new(role: Role, weights: &Weights) -> Self {
        Self {
            role,
            file: weights.file.clone(),
            bytes: weights.bytes,
            sha256: weights.sha256,
            sources: weights.sources.clone(),
        }
    }
}

fn addresses(sources: &[String]) -> String {
    if sources.is_empty() {
        "it has no public address".to_owned()
    } else {
        format!("from {}", sources.join(" or "))
    }
}

/// Builds in `out` the pack that `recipe` describes, from the files anywhere below the folders `from`: they are matched
/// by digest, their names do not matter. A pack that is there already is checked and left as it is.
///
/// # Errors
/// [`AssembleError`]; nothing is left in `out` then.
pub fn assemble(recipe: &Recipe, from: &[PathBuf], out: &Path) -> Result<(), AssembleError> {
    if is_there(recipe, out)? {
        return Ok(());
    }
    let networks = recipe.manifest().networks();
    let wanted: HashMap<Digest, u64> = networks
        .iter()
        .map(|(_, weights)| (weights.sha256, weights.bytes))
        .collect();
    let found = find(&wanted, from)?;
    let missing = networks
        .iter()
        .filter(|(_, weights)| !found.contains_key(&weights.sha256));
    let missing: Vec<_> = missing
        .map(|(role, weights)| MissingFile::new(*role, weights))
        .collect();
    if !missing.is_empty() {
        return Err(AssembleError::Missing(missing));
    }
    let staging = Staging::begin(out)?;
    let copied = networks
        .iter()
        .try_for_each(|(_, weights)| copy(&found[&weights.sha256], staging.folder(), weights));
    match copied {
        Ok(()) => Ok(staging.finish(recipe)?),
        Err(problem) => {
            staging.discard();
            Err(AssembleError::Copy(problem))
        }
    }
}

fn copy(from: &Path, folder: &Path, weights: &Weights) -> Result<(), FileProblem> {
    let file = weights.file.clone();
    let copied = std::fs::read(from).and_then(|bytes| std::fs::write(folder.join(&file), bytes));
    copied.map_err(|error| FileProblem::Unreadable {
        file,
        reason: error.to_string(),
    })?;
    check_file(folder, weights)
}

/// The first file of each wanted digest below the folders.
pub(crate) fn find(
    wanted: &HashMap<Digest, u64>,
    folders: &[PathBuf],
) -> Result<HashMap<Digest, PathBuf>, AssembleError> {
    let mut found = HashMap::new();
    let mut folders_left: Vec<PathBuf> = folders.iter().rev().cloned().collect();
    while let Some(folder) = folders_left.pop() {
        let failed = |source| AssembleError::Search {
            folder: folder.clone(),
            source,
        };
        for entry in std::fs::read_dir(&folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            // Links to folders are not followed: they may lead in a circle.
            if entry.file_type().map_err(failed)?.is_dir() {
                folders_left.push(entry.path());
            } else if let Some(digest) = digest_if_wanted(wanted, &entry.path()) {
                found.entry(digest).or_insert_with(|| entry.path());
            }
        }
    }
    Ok(found)
}

/// The file's digest when it is wanted; files of other lengths are not read, unreadable ones passed over.
fn digest_if_wanted(wanted: &HashMap<Digest, u64>, path: &Path) -> Option<Digest> {
    let facts = std::fs::metadata(path)
        .ok()
        .filter(std::fs::Metadata::is_file)?;
    if !wanted.values().any(|&bytes| bytes == facts.len()) {
        return None;
    }
    Digest::of_file(path)
        .ok()
        .filter(|digest| wanted.contains_key(digest))
}

#[cfg(test)]
mod tests;
