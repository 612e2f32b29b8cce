//! Batch normalisation (Ioffe and Szegedy 2015), an optional short cut and a leaky rectifier as one step over memory.
//!
//! Every pass over the activations costs as much as a good part of a convolution here: forward reads them twice and
//! writes once, backward the same. Sums run over images in order, so that results do not depend on the threads.

use rayon::prelude::*;

/// What is fixed for a layer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Settings {
    pub(super) channels: usize,
    /// Values of a channel in one image.
    pub(super) plane: usize,
    pub(super) epsilon: f32,
    /// Factor of negative values: 1 leaves all as they are, 0 is the plain rectifier.
    pub(super) slope: f32,
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
    let image = s.channels * s.plane;
    let mut output = vec![0.0; x.len()];
    let shift_scale: Vec<(f32, f32)> = (0..s.channels)
        .map(|c| {
            let scale = gamma[c] / (variance[c] + s.epsilon).sqrt();
            (beta[c] - mean[c] * scale, scale)
        })
        .collect();
    output
        .par_chunks_mut(image)
        .enumerate()
        .for_each(|(i, out)| {
            let x = &x[i * image..][..image];
            let shortcut = shortcut.map(|all| &all[i * image..][..image]);
            for (c, &(shift, scale)) in shift_scale.iter().enumerate() {
                let range = c * s.plane..(c + 1) * s.plane;
                let out = &mut out[range.clone()];
                let x = &x[range.clone()];
                match shortcut {
                    None => {
                        for (out, x) in out.iter_mut().zip(x) {
                            *out = rectify(x * scale + shift, s.slope);
                        }
                    }
                    Some(shortcut) => {
                        for ((out, x), add) in out.iter_mut().zip(x).zip(&shortcut[range]) {
                            *out = rectify(x * scale + shift + add, s.slope);
                        }
                    }
                }
            }
        });
    Forward {
        output,
        mean,
        variance,
    }
}

fn rectify(value: f32, slope: f32) -> f32 {
    if value > 0.0 { value } else { value * slope }
}

/// Mean and variance of each channel.
fn statistics(x: &[f32], s: &Settings) -> (Vec<f32>, Vec<f32>) {
    let sums = per_channel(x.len() / (s.channels * s.plane), s, |image, c| {
        let start = (image * s.channels + c) * s.plane;
        sum_pairs(s.plane, |i| {
            let x = x[start + i];
            (x, x * x)
        })
    });
    let count = (x.len() / s.channels) as f64;
    let moments = sums.into_iter().map(|(sum, squares)| {
        let mean = sum / count;
        let variance = (squares / count - mean * mean).max(0.0);
        (mean as f32, variance as f32)
    });
    moments.unzip()
}

/// Two sums for each channel, over `images`, each image's by `sums`.
fn per_channel(
    images: usize,
    s: &Settings,
    sums: impl Fn(usize, usize) -> (f32, f32) + Sync,
) -> Vec<(f64, f64)> {
    let each: Vec<Vec<(f32, f32)>> = (0..images)
        .into_par_iter()
        .map(|image| (0..s.channels).map(|c| sums(image, c)).collect())
        .collect();
    let mut totals = vec![(0.0, 0.0); s.channels];
    for image in each {
        for (total, (a, b)) in totals.iter_mut().zip(image) {
            *total = (total.0 + f64::from(a), total.1 + f64::from(b));
        }
    }
    totals
}

/// The sums of pairs 0 to `length`, in eight lanes that the compiler can keep in vector registers.
#[inline(always)]
fn sum_pairs(length: usize, pair: impl Fn(usize) -> (f32, f32)) -> (f32, f32) {
    const LANES: usize = 8;
    let (mut a, mut b) = ([0.0; LANES], [0.0; LANES]);
    let whole = length / LANES * LANES;
    for start in (0..whole).step_by(LANES) {
        for lane in 0..LANES {
            let (x, y) = pair(start + lane);
            a[lane] += x;
            b[lane] += y;
        }
    }
    let mut sums = (a.iter().sum::<f32>(), b.iter().sum::<f32>());
    for i in whole..length {
        let (x, y) = pair(i);
        sums = (sums.0 + x, sums.1 + y);
    }
    sums
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
    let image = s.channels * s.plane;
    let inverse: Vec<f32> = saved
        .variance
        .iter()
        .map(|variance| 1.0 / (variance + s.epsilon).sqrt())
        .collect();
    let sums = per_channel(x.len() / image, s, |index, c| {
        let range = (index * s.channels + c) * s.plane..(index * s.channels + c + 1) * s.plane;
        let (x, output, grad) = (&x[range.clone()], &output[range.clone()], &grad[range]);
        let (mean, inverse) = (saved.mean[c], inverse[c]);
        sum_pairs(s.plane, |i| {
            let inner = through(grad[i], output[i], s.slope);
            (inner, inner * (x[i] - mean) * inverse)
        })
    });
    let count = (x.len() / s.channels) as f64;
    let factors: Vec<Factors> = (0..s.channels)
        .map(|c| {
            let (sum, along) = sums[c];
            Factors::of(saved, &inverse, c, (sum / count, along / count))
        })
        .collect();
    let mut x_grad = vec![0.0; x.len()];
    let mut shortcut = vec![0.0; if has_shortcut { x.len() } else { 0 }];
    let mut parts: Vec<&mut [f32]> = shortcut.chunks_mut(image).collect();
    parts.resize_with(x.len() / image, Default::default);
    x_grad
        .par_chunks_mut(image)
        .zip(parts)
        .enumerate()
        .for_each(|(index, (x_grad, shortcut))| {
            let start = index * image;
            for (c, f) in factors.iter().enumerate() {
                let range = c * s.plane..(c + 1) * s.plane;
                let all = start + range.start..start + range.end;
                let (x, output, grad) = (&x[all.clone()], &output[all.clone()], &grad[all]);
                let x_grad = &mut x_grad[range.clone()];
                if shortcut.is_empty() {
                    for i in 0..s.plane {
                        x_grad[i] = f.x_grad(x[i], through(grad[i], output[i], s.slope));
                    }
                } else {
                    let shortcut = &mut shortcut[range];
                    for i in 0..s.plane {
                        let inner = through(grad[i], output[i], s.slope);
                        shortcut[i] = inner;
                        x_grad[i] = f.x_grad(x[i], inner);
                    }
                }
            }
        });
    let (beta, gamma) = sums.into_iter().map(|(a, b)| (a as f32, b as f32)).unzip();
    Backward {
        x: x_grad,
        shortcut,
        gamma,
        beta,
    }
}

/// The gradient before the rectifier.
#[expect(
    clippy::inline_always,
    reason = "a call for each value would cost more than its arithmetic"
)]
#[inline(always)]
fn through(grad: f32, output: f32, slope: f32) -> f32 {
    if output > 0.0 { grad } else { grad * slope }
}

/// The input's gradient is `inner * own + x * along + rest`, with these for a channel.
#[derive(Debug, Clone, Copy)]
struct Factors {
    own: f32,
    along: f32,
    rest: f32,
}

impl Factors {
    fn of(
        saved: Saved<'_>,
        inverse: &[f32],
        c: usize,
        (mean_grad, mean_along): (f64, f64),
    ) -> Self {
        let (gamma, mean) = (f64::from(saved.gamma[c]), f64::from(saved.mean[c]));
        let inverse = f64::from(inverse[c]);
        let own = gamma * inverse;
        let along = -own * mean_along * inverse;
        Self {
            own: own as f32,
            along: along as f32,
            rest: (-own * mean_grad - along * mean) as f32,
        }
    }

    #[expect(
        clippy::inline_always,
        reason = "a call for each value would cost more than its arithmetic"
    )]
    #[inline(always)]
    fn x_grad(&self, x: f32, inner: f32) -> f32 {
        inner * self.own + x * self.along + self.rest
    }
}
