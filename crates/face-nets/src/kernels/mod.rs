//! Training kernels for the CPU backend: convolution, and normalisation with a rectifier, each as one operation.
//!
//! The backend's own convolution computes the weights' gradient as a convolution with pictures for kernels, turns every
//! picture inside out on one thread, and normalises in some twenty passes over memory. Pictures lie channels last here:
//! `[n, height, width, channels]`. On other backends [`apply_to`] is false and the layers use the library's operations.

mod columns;
mod conv;
mod geometry;
mod norm;
mod norm_passes;
mod operations;
mod product;
mod scratch;
#[cfg(test)]
mod tests;
mod vector;
mod weights;
mod winograd;

pub(crate) use operations::{apply_to, conv2d, norm_train};
