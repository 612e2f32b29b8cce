//! From a trained network to an ONNX file (operators of version 17): layers fold and write themselves into a [`Graph`].
//!
//! A network implements [`Export`]; [`Export::to_onnx`] gives the file's bytes. Batch normalisation is folded into the
//! convolution or linear map before it, so that the file holds what runs and nothing that only trains. The batch is
//! always open.

pub mod proto;

mod cost;
mod export;
mod fold;
mod graph;
mod layer;
mod mirrored;
mod operators;
mod read;
mod residual;
#[cfg(test)]
pub(crate) mod testing;

pub use cost::{Cost, CostError, cost};
pub use export::{Dim, Export, ExportOptions, Port, Storage};
pub use fold::Affine;
pub use graph::{Graph, Value};
pub use layer::Layer;
pub use mirrored::Mirrored;
pub use operators::Window;
pub use read::ReadError;
