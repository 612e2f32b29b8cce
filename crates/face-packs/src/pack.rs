//! A pack: a folder with `pack.toml` and the files it names.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::{Digest, Manifest, Network, NetworkError, OnnxRuntime, Recipe, Role, Weights};

/// The manifest's name in a pack's folder.
pub const PACK_FILE: &str = "pack.toml";

/// A pack on disk.
#[derive(Debug, Clone)]
pub struct Pack {
    folder: PathBuf,
    recipe: Recipe,
}

/// Why a pack cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// The folder has no readable, valid `pack.toml`.
    #[error("{folder} is no pack")]
    Manifest {
        /// The folder.
        folder: PathBuf,
        /// What is wrong with its manifest.
        #[source]
        source: crate::ManifestError,
    },
    /// Files are missing or are not those of the manifest.
    #[error("the pack in {folder} is damaged:{}", lines(problems))]
    Files {
        /// The folder.
        folder: PathBuf,
        /// Each file's trouble.
        problems: Vec<FileProblem>,
    },
    /// The pack has no network of this role.
    #[error("the pack in {folder} has no network for {role}")]
    NoNetwork {
        /// The folder.
        folder: PathBuf,
        /// The role asked for.
        role: Role,
    },
    /// ONNX Runtime refuses a network.
    #[error(transparent)]
    Network(#[from] NetworkError),
}

/// What is wrong with a file of a pack.
#[derive(Debug, thiserror::Error)]
pub enum FileProblem {
    /// It is not there.
    #[error("{file} is missing")]
    Missing {
        /// Its name.
        file: String,
    },
    /// It is there and cannot be read.
    #[error("{file} cannot be read: {reason}")]
    Unreadable {
        /// Its name.
        file: String,
        /// What the system says.
        reason: String,
    },
    /// It has another length.
    #[error("{file} has {found} bytes, expected {expected}")]
    Size {
        /// Its name.
        file: String,
        /// The manifest's length.
        expected: u64,
        /// The file's length.
        found: u64,
    },
    /// It has the right length and other bytes.
    #[error("{file} has SHA-256 {found}, expected {expected}")]
    Digest {
        /// Its name.
        file: String,
        /// The manifest's digest.
        expected: Digest,
        /// The file's digest.
        found: Digest,
    },
}

/// Each on a line of its own, begun by a line feed.
pub(crate) fn lines<T: std::fmt::Display>(each: &[T]) -> String {
    each.iter().fold(String::new(), |mut text, one| {
        write!(text, "\n- {one}").expect("writing to a String cannot fail");
        text
    })
}

impl Pack {
    /// Opens the pack in `folder`: reads its manifest and no other file.
    ///
    /// # Errors
    /// [`PackError::Manifest`].
    pub fn open(folder: &Path) -> Result<Self, PackError> {
        match Recipe::read(&folder.join(PACK_FILE)) {
            Ok(recipe) => Ok(Self {
                folder: folder.to_path_buf(),
                recipe,
            }),
            Err(source) => Err(PackError::Manifest {
                folder: folder.to_path_buf(),
                source,
            }),
        }
    }

    /// Checks length and digest of every file.
    ///
    /// # Errors
    /// [`PackError::Files`] with every problem there is.
    pub fn verify(&self) -> Result<(), PackError> {
        let networks = self.manifest().networks();
        let checks = networks
            .iter()
            .map(|(_, weights)| check_file(&self.folder, weights));
        let problems: Vec<_> = checks.filter_map(Result::err).collect();
        if problems.is_empty() {
            Ok(())
        } else {
            Err(self.damaged(problems))
        }
    }

    /// Opens the network of `role` to run on `threads` threads, from bytes whose digest was checked.
    ///
    /// # Errors
    /// [`PackError::NoNetwork`], [`PackError::Files`] and [`PackError::Network`].
    pub fn network(
        &self,
        role: Role,
        runtime: &OnnxRuntime,
        threads: usize,
    ) -> Result<Network, PackError> {
        let no_network = || PackError::NoNetwork {
            folder: self.folder.clone(),
            role,
        };
        let weights = self.manifest().weights(role).ok_or_else(no_network)?;
        let bytes =
            read_file(&self.folder, weights).map_err(|problem| self.damaged(vec![problem]))?;
        Ok(Network::from_bytes(
            runtime,
            &weights.file,
            &bytes,
            threads,
        )?)
    }

    /// Where the network of `role` lies, if the pack has one.
    #[must_use]
    pub fn path(&self, role: Role) -> Option<PathBuf> {
        self.manifest()
            .weights(role)
            .map(|weights| self.folder.join(&weights.file))
    }

    /// The pack's folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The pack's manifest.
    #[must_use]
    pub const fn manifest(&self) -> &Manifest {
        self.recipe.manifest()
    }

    /// The manifest with its text.
    #[must_use]
    pub const fn recipe(&self) -> &Recipe {
        &self.recipe
    }

    fn damaged(&self, problems: Vec<FileProblem>) -> PackError {
        PackError::Files {
            folder: self.folder.clone(),
            problems,
        }
    }
}

/// The length is looked at first, so that a wrong file is not read to its end.
pub(crate) fn check_file(folder: &Path, weights: &Weights) -> Result<(), FileProblem> {
    let path = check_size(folder, weights)?;
    let found = Digest::of_file(&path).map_err(|error| unreadable(weights, &error))?;
    check_digest(weights, found)
}

/// The bytes of a file, checked.
fn read_file(folder: &Path, weights: &Weights) -> Result<Vec<u8>, FileProblem> {
    let path = check_size(folder, weights)?;
    let bytes = std::fs::read(path).map_err(|error| unreadable(weights, &error))?;
    check_digest(weights, Digest::of(&bytes))?;
    Ok(bytes)
}

fn check_size(folder: &Path, weights: &Weights) -> Result<PathBuf, FileProblem> {
    let path = folder.join(&weights.file);
    let file = weights.file.clone();
    match std::fs::metadata(&path) {
        Ok(facts) if facts.len() == weights.bytes => Ok(path),
        Ok(facts) => Err(FileProblem::Size {
            file,
            expected: weights.bytes,
            found: facts.len(),
        }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(FileProblem::Missing { file })
        }
        Err(error) => Err(unreadable(weights, &error)),
    }
}

fn check_digest(weights: &Weights, found: Digest) -> Result<(), FileProblem> {
    if found == weights.sha256 {
        return Ok(());
    }
    Err(FileProblem::Digest {
        file: weights.file.clone(),
        expected: weights.sha256,
        found,
    })
}

fn unreadable(weights: &Weights, error: &std::io::Error) -> FileProblem {
    FileProblem::Unreadable {
        file: weights.file.clone(),
        reason: error.to_string(),
    }
}

#[cfg(test)]
mod tests;
