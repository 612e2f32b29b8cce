//! Weights to begin with: of another run, or of a network that was exported.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::RunFolder;

/// Weights to begin with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// The best ones of a run.
    Run {
        /// The run's recipe, which says of what network they are.
        recipe: String,
        /// Their file.
        weights: PathBuf,
    },
    /// Those of an ONNX file that a run was exported to.
    Exported(PathBuf),
}

impl Start {
    /// The best weights of the run in the folder `path`, or those of the ONNX file `path`.
    ///
    /// # Errors
    /// When the run's recipe cannot be read.
    pub fn at(path: &Path) -> anyhow::Result<Self> {
        if path.is_file() {
            return Ok(Self::Exported(path.to_owned()));
        }
        Ok(Self::Run {
            recipe: RunFolder::recipe(path)?,
            weights: path.join("best/average.bpk"),
        })
    }

    /// What `read` makes of the bytes of the file `path`; an error names the file.
    pub(crate) fn exported<T, E>(
        path: &Path,
        read: impl FnOnce(&[u8]) -> Result<T, E>,
    ) -> anyhow::Result<T>
    where
        Result<T, E>: anyhow::Context<T, E>,
    {
        let context = || format!("cannot begin with {}", path.display());
        let bytes = std::fs::read(path).with_context(context)?;
        read(&bytes).with_context(context)
    }
}
