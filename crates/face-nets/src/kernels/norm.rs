//! Batch normalisation (Ioffe and Szegedy 2015), an optional short cut and a leaky rectifier as one step over memory.
//!
//! Every pass over the activations costs as much as a good part of a convolution here: forward reads them twice and
//! writes once, backward the same. Activations are rows of channels, `[places, channels]`; sums run over blocks of rows
//! in order, so that results do not depend on the threads.

use std::ops::Range;

use rayon::prelude::*;

use super::norm_passes::{Differentiate, GradientSums, Moments, Normalise};
use super::scratch::take;
use super::vector::vectorise;

/// Rows of a block: the sums of so many are made in 32 bits, those of blocks in 64.
const ROWS: usize = 256;

/// What is fixed for a layer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Settings {
    pub(super) channels: usize,
    pub(super) epsilon: f32,
    /// Factor of negative values: 1 leaves all as they are, 0 is the plain rectifier.
    pub(super) slope: f32,
}

impl Settings {
    const fn block(&self) -> usize {
        ROWS * self.channels
    }

    /// The values of the block `index`, which has `length`.
    const fn values(&self, index: usize, length: usize) -> Range<usize> {
        index * self.block()..index * self.block() + length
    }
}

/// The output and what the backward pass needs of each channel.
#[derive(Debug)]
pub(super) struct Forward {
    pub(super) output: Vec<f32>,
    pub(super) mean: Vec<f32>,
    /// Mean squared distance from the mean (not corrected for the number of values).
    pub(super) variance: Vec<f32>,
}

/// `rectify(gamma * (x - mean) / sqrt(variance + epsilon) + beta + shortcut)` with the statistics of the batch.
pub(super) fn forward(
    x: &[f32],
    shortcut: Option<&[f32]>,
    (gamma, beta): (&[f32], &[f32]),
    s: &Settings,
) -> Forward {
    let (mean, variance) = statistics(x, s);
    let channel = |c: usize| {
        let scale = gamma[c] / (variance[c] + s.epsilon).sqrt();
        (scale, beta[c] - mean[c] * scale)
    };
    let (scale, shift): (Vec<f32>, Vec<f32>) = (0..s.channels).map(channel).unzip();
    let mut output = take(x.len());
    output
        .par_chunks_mut(s.block())
        .enumerate()
        .for_each(|(index, output)| {
            let values = s.values(index, output.len());
            vectorise(Normalise {
                x: &x[values.clone()],
                shortcut: shortcut.map(|shortcut| &shortcut[values]),
                output,
                scale: &scale,
                shift: &shift,
                slope: s.slope,
            });
        });
    Forward {
        output,
        mean,
        variance,
    }
}

/// Mean and variance of each channel.
fn statistics(x: &[f32], s: &Settings) -> (Vec<f32>, Vec<f32>) {
    let sums = totals(x.len(), s, |values, sums| {
        let x = &x[values];
        vectorise(Moments { x, sums });
    });
    let count = (x.len() / s.channels) as f64;
    let moments = sums.into_iter().map(|[sum, squares]| {
        let mean = sum / count;
        let variance = (squares / count - mean * mean).max(0.0);
        (mean as f32, variance as f32)
    });
    moments.unzip()
}

/// Two sums for each channel over `length` values; those of a block are added by `add`.
fn totals(
    length: usize,
    s: &Settings,
    add: impl Fn(Range<usize>, [&mut [f32]; 2]) + Sync,
) -> Vec<[f64; 2]> {
    let each: Vec<Vec<f32>> = (0..length.div_ceil(s.block()))
        .into_par_iter()
        .map(|index| {
            let mut sums = vec![0.0; 2 * s.channels];
            let values = s.values(index, s.block().min(length - index * s.block()));
            add(values, sums.split_at_mut(s.channels).into());
            sums
        })
        .collect();
    let mut totals = vec![[0.0; 2]; s.channels];
    for block in each {
        let (first, second) = block.split_at(s.channels);
        for ((total, a), b) in totals.iter_mut().zip(first).zip(second) {
            *total = [total[0] + f64::from(*a), total[1] + f64::from(*b)];
        }
    }
    totals
}

/// The gradients of a layer.
#[derive(Debug)]
pub(super) struct Backward {
    pub(super) x: Vec<f32>,
    /// Empty without a short cut.
    pub(super) shortcut: Vec<f32>,
    pub(super) gamma: Vec<f32>,
    pub(super) beta: Vec<f32>,
}

/// What the forward pass had, and the gradient of its output.
#[derive(Debug, Clone, Copy)]
pub(super) struct Saved<'s> {
    pub(super) x: &'s [f32],
    pub(super) output: &'s [f32],
    pub(super) gamma: &'s [f32],
    pub(super) mean: &'s [f32],
    pub(super) variance: &'s [f32],
    pub(super) grad: &'s [f32],
}

/// The gradients, with one for the short cut where there was one.
pub(super) fn backward(saved: Saved<'_>, has_shortcut: bool, s: &Settings) -> Backward {
    let Saved {
        x, output, grad, ..
    } = saved;
    let sums = totals(x.len(), s, |values, sums| {
        vectorise(GradientSums {
            x: &x[values.clone()],
            output: &output[values.clone()],
            grad: &grad[values],
            mean: saved.mean,
            slope: s.slope,
            sums,
        });
    });
    let inverse = |c: usize| 1.0 / f64::from(saved.variance[c] + s.epsilon).sqrt();
    let factors = Factors::of(&saved, &sums, s, inverse);
    let mut x_grad = take(x.len());
    let mut shortcut = take(if has_shortcut { x.len() } else { 0 });
    let mut parts: Vec<&mut [f32]> = shortcut.chunks_mut(s.block()).collect();
    parts.resize_with(x.len().div_ceil(s.block()), Default::default);
    x_grad
        .par_chunks_mut(s.block())
        .zip(parts)
        .enumerate()
        .for_each(|(index, (x_grad, shortcut))| {
            let values = s.values(index, x_grad.len());
            vectorise(Differentiate {
                x: &x[values.clone()],
                output: &output[values.clone()],
                grad: &grad[values],
                factors: [&factors.own, &factors.along, &factors.rest],
                slope: s.slope,
                x_grad,
                shortcut,
            });
        });
    let gamma = |(c, [_, along]): (usize, &[f64; 2])| (along * inverse(c)) as f32;
    Backward {
        x: x_grad,
        shortcut,
        gamma: sums.iter().enumerate().map(gamma).collect(),
        beta: sums.iter().map(|[sum, _]| *sum as f32).collect(),
    }
}

/// The input's gradient is `inner * own + x * along + rest`, with these for each channel.
#[derive(Debug, Default)]
struct Factors {
    own: Vec<f32>,
    along: Vec<f32>,
    rest: Vec<f32>,
}

impl Factors {
    /// From the sums of the gradient before the rectifier, and of that times the distance from the mean.
    fn of(
        saved: &Saved<'_>,
        sums: &[[f64; 2]],
        s: &Settings,
        inverse: impl Fn(usize) -> f64,
    ) -> Self {
        let count = (saved.x.len() / s.channels) as f64;
        let mut factors = Self::default();
        for (c, [sum, along]) in sums.iter().enumerate() {
            let (gamma, mean, inverse) = (
                f64::from(saved.gamma[c]),
                f64::from(saved.mean[c]),
                inverse(c),
            );
            let own = gamma * inverse;
            let along = -own * (along / count) * inverse * inverse;
            factors.own.push(own as f32);
            factors.along.push(along as f32);
            factors
                .rest
                .push((-own * (sum / count) - along * mean) as f32);
        }
        factors
    }
}
