//! Convolution forward and backward; pictures lie channels last, `[batch, height, width, channels]`.
//!
//! The general convolution of the backend turns pictures inside out on one thread and computes the weights' gradient as
//! a convolution whose kernel is a picture; these are matrix products throughout. With the channels last, the values
//! under a kernel are three runs of memory, and transforms fill vector registers without shuffling.

use super::geometry::Geometry;
use super::{columns, winograd};

/// The convolution of `x`, `[batch, height, width, channels_in]`, with `weight`, `[channels_out, channels_in, kernel,
/// kernel]`: `[batch, out_height, out_width, channels_out]`.
pub(super) fn forward(x: &[f32], weight: &[f32], g: &Geometry) -> Vec<f32> {
    if winograd::applies_to(g) {
        winograd::forward(x, weight, g)
    } else {
        columns::forward(x, weight, g)
    }
}

/// The gradients of the input (empty unless `wants_input`) and of the weights, given that of the output.
pub(super) fn backward(
    x: &[f32],
    weight: &[f32],
    grad: &[f32],
    g: &Geometry,
    wants_input: bool,
) -> (Vec<f32>, Vec<f32>) {
    if winograd::applies_to(g) {
        winograd::backward(x, weight, grad, g, wants_input)
    } else {
        columns::backward(x, weight, grad, g, wants_input)
    }
}
