//! A pack's folder in the making: complete and checked before anybody sees it under its name.

use std::path::{Path, PathBuf};

use crate::pack::PACK_FILE;
use crate::{ACCEPTANCE_FILE, Pack, Recipe};

/// Why a pack cannot be put in its place.
#[derive(Debug, thiserror::Error)]
pub enum StagingError {
    /// The folder holds something else already.
    #[error("{0} exists and is not this pack; remove it or choose another folder")]
    Occupied(PathBuf),
    /// Another run is building the same pack.
    #[error("another run is building {0}; wait for it to end")]
    Busy(PathBuf),
    /// The file system refuses.
    #[error("cannot write the pack to {folder}")]
    Write {
        /// Where the pack was to be.
        folder: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
}

/// A hidden folder beside the pack's, on the same file system, renamed when it is complete.
pub(crate) struct Staging {
    folder: PathBuf,
    out: PathBuf,
    /// Held until the folder is renamed or removed; a run that was killed lets go of it.
    lock: std::fs::File,
}

const LOCK_FILE: &str = ".lock";

impl Staging {
    /// A staging folder for the pack in `out`; what an interrupted run left in it is kept.
    pub(crate) fn begin(out: &Path) -> Result<Self, StagingError> {
        let failed = |source| StagingError::Write {
            folder: out.to_path_buf(),
            source,
        };
        let out = std::path::absolute(out).map_err(failed)?;
        let name = out
            .file_name()
            .ok_or_else(|| StagingError::Occupied(out.clone()))?;
        let folder = out.with_file_name(format!(".{}.partial", name.to_string_lossy()));
        std::fs::create_dir_all(&folder).map_err(failed)?;
        let lock = std::fs::File::create(folder.join(LOCK_FILE)).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { folder, out, lock }),
            Err(std::fs::TryLockError::WouldBlock) => Err(StagingError::Busy(out)),
            Err(std::fs::TryLockError::Error(source)) => Err(failed(source)),
        }
    }

    /// The folder to fill.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes the manifest and gives the folder its name.
    pub(crate) fn finish(self, recipe: &Recipe) -> Result<(), StagingError> {
        let place = || {
            std::fs::write(self.folder.join(PACK_FILE), recipe.text())?;
            std::fs::remove_file(self.folder.join(LOCK_FILE))?;
            for entry in std::fs::read_dir(&self.folder)? {
                let path = entry?.path();
                if belongs(recipe, &path) {
                    std::fs::File::open(path)?.sync_all()?;
                } else {
                    std::fs::remove_file(path)?;
                }
            }
            // Replaces an empty folder and nothing else.
            std::fs::rename(&self.folder, &self.out)
        };
        place().map_err(|source| match source.kind() {
            std::io::ErrorKind::DirectoryNotEmpty | std::io::ErrorKind::NotADirectory => {
                StagingError::Occupied(self.out.clone())
            }
            _ => StagingError::Write {
                folder: self.out.clone(),
                source,
            },
        })
    }

    /// Removes the folder and all in it.
    pub(crate) fn discard(self) {
        if let Err(error) = std::fs::remove_dir_all(&self.folder) {
            tracing::warn!(folder = %self.folder.display(), %error, "a folder of an unfinished pack stays behind");
        }
        drop(self.lock);
    }
}

/// Whether the file at `path` is the pack's, and not left by an interrupted run with another manifest.
fn belongs(recipe: &Recipe, path: &Path) -> bool {
    let name = path
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    let networks = recipe.manifest().networks();
    [PACK_FILE, ACCEPTANCE_FILE].contains(&name)
        || networks.iter().any(|(_, weights)| weights.file == name)
}

/// Whether the pack is in `out` already, complete; an error when something else is.
pub(crate) fn is_there(recipe: &Recipe, out: &Path) -> Result<bool, StagingError> {
    let is_free = match std::fs::read_dir(out) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) => error.kind() == std::io::ErrorKind::NotFound,
    };
    if is_free {
        return Ok(false);
    }
    let pack = Pack::open(out).ok().filter(|pack| pack.recipe() == recipe);
    match pack.map(|pack| pack.verify()) {
        Some(Ok(())) => Ok(true),
        _ => Err(StagingError::Occupied(out.to_path_buf())),
    }
}
