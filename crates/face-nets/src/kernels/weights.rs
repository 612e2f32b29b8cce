//! The orders of a convolution's weights that matrix products want, from `[channels_out, channels_in, kernel, kernel]`.

use rayon::prelude::*;

use super::geometry::Geometry;
use super::scratch::Scratch;

/// Output channels that are read side by side: their values fill a line of the cache.
const SIDE_BY_SIDE: usize = 16;

/// `[kernel, kernel, channels_in, channels_out]`.
pub(super) fn outputs_last(weight: &[f32], g: &Geometry) -> Scratch {
    let (places, each) = (g.kernel * g.kernel, g.depth());
    let mut turned = Scratch::of(weight.len());
    turned
        .par_chunks_mut((g.channels_in * g.channels_out).max(1))
        .enumerate()
        .for_each(|(place, turned)| {
            for (block, weight) in weight.chunks(SIDE_BY_SIDE * each).enumerate() {
                let outputs = weight.len() / each;
                for input in 0..g.channels_in {
                    let to = input * g.channels_out + block * SIDE_BY_SIDE;
                    for (output, to) in turned[to..to + outputs].iter_mut().enumerate() {
                        *to = weight[output * each + input * places + place];
                    }
                }
            }
        });
    turned
}

/// `[kernel, kernel, channels_out, channels_in]`.
pub(super) fn inputs_last(weight: &[f32], g: &Geometry) -> Scratch {
    let places = g.kernel * g.kernel;
    let mut turned = Scratch::of(weight.len());
    turned
        .par_chunks_mut((g.channels_in * g.channels_out).max(1))
        .enumerate()
        .for_each(|(place, turned)| {
            let weight = weight[place..].iter().step_by(places);
            turned.iter_mut().zip(weight).for_each(|(to, w)| *to = *w);
        });
    turned
}

/// `[channels_out, kernel, kernel, channels_in]`.
pub(super) fn outputs_first(weight: &[f32], g: &Geometry) -> Scratch {
    let places = g.kernel * g.kernel;
    let mut turned = Scratch::of(weight.len());
    turned
        .par_chunks_mut(g.depth())
        .zip(weight.par_chunks(g.depth()))
        .for_each(|(turned, weight)| {
            for (place, turned) in turned.chunks_mut(g.channels_in).enumerate() {
                let weight = weight[place..].iter().step_by(places);
                turned.iter_mut().zip(weight).for_each(|(to, w)| *to = *w);
            }
        });
    turned
}

/// The sum of `parts` in the order of weights; `at` says where a part has the values of an output channel and a place of
/// the kernel, one for each input channel.
pub(super) fn sum(
    parts: &[Scratch],
    g: &Geometry,
    at: impl Fn(usize, usize) -> usize + Sync,
) -> Vec<f32> {
    let places = g.kernel * g.kernel;
    let mut sum = vec![0.0; g.channels_out * g.depth()];
    sum.par_chunks_mut(g.depth())
        .enumerate()
        .for_each(|(output, sum)| {
            for part in parts {
                for place in 0..places {
                    let part = &part[at(output, place)..][..g.channels_in];
                    let sum = sum[place..].iter_mut().step_by(places);
                    sum.zip(part).for_each(|(sum, part)| *sum += part);
                }
            }
        });
    sum
}
