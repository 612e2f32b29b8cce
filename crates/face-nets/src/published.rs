//! Weights that others published, from the files of `PyTorch` (`.pt`, `.pth`) and from safetensors.

use std::path::{Path, PathBuf};

use burn::store::{
    ApplyResult, KeyRemapper, ModuleSnapshot, ModuleStore, PyTorchToBurnAdapter, PytorchStore,
    SafetensorsStore,
};

/// A network whose weights are published under other names than its parts have here.
pub trait Published: ModuleSnapshot {
    /// Regular expressions over a tensor's name in the file and what each match becomes, applied one after the other.
    const NAMES: &'static [(&'static str, &'static str)];

    /// The part after the template, whose size depends on the classes trained with.
    const HEAD: &'static str;
}

/// What to make of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Head {
    /// Load it too; the file must have it in the network's size.
    Loaded,
    /// Leave it as it is, whatever the file has.
    Fresh,
}

/// Why published weights were not loaded; the network is then partly changed and should be dropped.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// Neither `.pt`, `.pth` nor `.safetensors`.
    #[error("{path} is neither .pt, .pth nor .safetensors")]
    Kind {
        /// The file.
        path: PathBuf,
    },
    /// The file cannot be read, or a tensor in it has another shape than the network's.
    #[error("cannot load weights from {path}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The file lacks tensors that the network needs.
    #[error("{path} lacks {count} tensors of the network, the first of them {first}")]
    Missing {
        /// The file.
        path: PathBuf,
        /// How many are not there.
        count: usize,
        /// The first of them, by its name here.
        first: String,
    },
}

/// What a file gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    /// Tensors that went into the network.
    pub applied: usize,
    /// Tensors of the file that the network has no place for, by their names here, such as counters.
    pub unused: Vec<String>,
}

/// Loads the weights in `path` into `network`; the file's ending tells its kind.
///
/// # Errors
/// [`LoadError`].
pub fn load_published<N: Published>(
    network: &mut N,
    path: &Path,
    head: Head,
) -> Result<Loaded, LoadError> {
    let ending = path.extension().and_then(|ending| ending.to_str());
    let result = match ending.map(str::to_ascii_lowercase).as_deref() {
        Some("pt" | "pth") => apply(network, &mut pytorch::<N>(path), path)?,
        Some("safetensors") => apply(network, &mut safetensors::<N>(path), path)?,
        _ => {
            return Err(LoadError::Kind {
                path: path.to_owned(),
            });
        }
    };
    complete::<N>(result, path, head)
}

fn names<N: Published>() -> KeyRemapper {
    KeyRemapper::from_patterns(N::NAMES.to_vec()).expect("a table of names is tested")
}

/// Indices stay as they are: the tables name them.
fn pytorch<N: Published>(path: &Path) -> PytorchStore {
    PytorchStore::from_file(path)
        .remap(names::<N>())
        .map_indices_contiguous(false)
        .validate(false)
        .allow_partial(true)
}

fn safetensors<N: Published>(path: &Path) -> SafetensorsStore {
    SafetensorsStore::from_file(path)
        .remap(names::<N>())
        .with_from_adapter(PyTorchToBurnAdapter)
        .validate(false)
        .allow_partial(true)
}

fn apply<N: Published, S: ModuleStore>(
    network: &mut N,
    store: &mut S,
    path: &Path,
) -> Result<ApplyResult, LoadError>
where
    S::Error: std::error::Error + Send + Sync + 'static,
{
    store.apply_to(network).map_err(|source| LoadError::Read {
        path: path.to_owned(),
        source: Box::new(source),
    })
}

/// Whether everything but a fresh head came from the file.
fn complete<N: Published>(
    result: ApplyResult,
    path: &Path,
    head: Head,
) -> Result<Loaded, LoadError> {
    let is_fresh = |name: &str| head == Head::Fresh && name.split('.').next() == Some(N::HEAD);
    let error = |error: &&burn::store::ApplyError| !is_fresh(subject(error));
    if let Some(error) = result.errors.iter().find(error) {
        return Err(LoadError::Read {
            path: path.to_owned(),
            source: Box::new(error.clone()),
        });
    }
    let missing = result.missing.iter().filter(|(name, _)| !is_fresh(name));
    let missing: Vec<_> = missing.collect();
    if let Some((first, _)) = missing.first() {
        return Err(LoadError::Missing {
            path: path.to_owned(),
            count: missing.len(),
            first: first.clone(),
        });
    }
    Ok(Loaded {
        applied: result.applied.len(),
        unused: result.unused,
    })
}

/// The tensor that an error is about.
fn subject(error: &burn::store::ApplyError) -> &str {
    use burn::store::ApplyError as E;
    match error {
        E::ShapeMismatch { path, .. }
        | E::DTypeMismatch { path, .. }
        | E::AdapterError { path, .. }
        | E::LoadError { path, .. } => path,
    }
}

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
