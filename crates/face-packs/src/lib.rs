//! `face-packs`: packs of networks, verified to the byte and opened in ONNX Runtime.
//!
//! A pack is a folder with a manifest, `pack.toml`, and the files it names. [`assemble`] builds one from files on the
//! machine, [`pull`] from public addresses and packages; [`Pack::network`] opens one of its networks:
//!
//! ```no_run
//! use face_packs::{OnnxRuntime, Pack, Role, Search};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let runtime = OnnxRuntime::locate(&Search::of_this_machine())?;
//! let pack = Pack::open("models/default".as_ref())?;
//! let mut embedder = pack.network(Role::Embedder, &runtime, 1)?;
//! let shape = pack.manifest().embedder.input.shape(1);
//! let face = vec![0.0; shape.iter().product()];
//! let template = embedder.run(&shape, &face)?.at(0)?.values.to_vec();
//! # Ok(())
//! # }
//! ```
//!
//! Deliberately absent: pixels and what the numbers mean; `face-pipeline` turns pictures into inputs and outputs into
//! faces as the manifest says.

mod assemble;
mod clients;
mod digest;
mod download;
mod extract;
mod import;
mod manifest;
mod network;
mod pack;
mod progress;
mod pull;
mod recipe;
mod runtime;
mod staging;
#[cfg(test)]
mod testing;

pub use assemble::{AssembleError, MissingFile, assemble};
pub use clients::Client;
pub use digest::{Digest, DigestError};
pub use download::{DownloadError, Pinned, download_blocking};
pub use import::{Import, ImportError, ImportedNetwork, Package};
pub use manifest::{
    Activation, Alignment, Attack, Calibration, Colour, Decoding, Detector, Embedder, Evidence,
    Eyes, ImpostorPoint, InputSpec, Layout, Manifest, ManifestError, NamedAlignment, PixelSpec,
    QualityNetwork, Raster, Role, SCHEMA, Term, Weights,
};
pub use network::{Network, NetworkError, Output, Outputs};
pub use pack::{FileProblem, PACK_FILE, Pack, PackError};
pub use progress::{Bar, Lines, Progress, Silent, on_standard_error};
pub use pull::{ACCEPTANCE_FILE, Acceptance, PullError, Terms, place_in_cache, pull, terms};
pub use recipe::Recipe;
pub use runtime::{
    Cpu, FETCHED_VERSION, OLDEST_VERSION, OnnxRuntime, RuntimeError, RuntimeRelease, Search,
};
pub use staging::StagingError;
