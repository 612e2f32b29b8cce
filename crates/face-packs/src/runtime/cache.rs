//! Libraries that were fetched before, each with its digest beside it.

use std::path::{Path, PathBuf};

use super::artefacts::FETCHED_VERSION;
use super::search::LIBRARY_NAME;
use crate::Digest;

/// The cache's folder for the fetched version.
pub(super) fn folder(cache: &Path) -> PathBuf {
    let platform = format!("{}-{}", std::env::consts::OS, std::env::consts::ARCH);
    cache
        .join("onnxruntime")
        .join(FETCHED_VERSION)
        .join(platform)
}

/// The library in the cache, if it is there and whole.
pub(super) fn library(cache: &Path) -> Option<PathBuf> {
    let path = folder(cache).join(LIBRARY_NAME);
    let noted = std::fs::read_to_string(note(&path)).ok()?;
    let is_whole = Digest::of_file(&path).ok()?.to_string() == noted.trim();
    is_whole.then_some(path)
}

/// Moves `library`, a file in the cache's folder, to its place; the note goes first, so that a library without one, or
/// with another's, is never taken for whole.
pub(super) fn store(cache: &Path, library: &Path) -> std::io::Result<PathBuf> {
    let path = folder(cache).join(LIBRARY_NAME);
    let digest = Digest::of_file(library)?;
    std::fs::write(note(&path), digest.to_string())?;
    std::fs::rename(library, &path)?;
    Ok(path)
}

fn note(library: &Path) -> PathBuf {
    library.with_added_extension("sha256")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_library_is_not_taken_from_the_cache() {
        let cache = tempfile::tempdir().unwrap();
        assert_eq!(library(cache.path()), None);
        std::fs::create_dir_all(folder(cache.path())).unwrap();
        let fetched = folder(cache.path()).join("fetched");
        std::fs::write(&fetched, "library").unwrap();
        let stored = store(cache.path(), &fetched).unwrap();
        assert_eq!(library(cache.path()), Some(stored.clone()));
        std::fs::write(&stored, "librarx").unwrap();
        assert_eq!(library(cache.path()), None);
    }
}
