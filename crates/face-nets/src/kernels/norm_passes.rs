//! The passes of a normalisation over rows of channels.
#![expect(
    clippy::inline_always,
    reason = "wide registers reach only what is inlined into `vectorise`"
)]

use super::vector::Vectorise;

/// Adds each channel's values, and their squares, to `sums`.
pub(super) struct Moments<'s> {
    pub(super) x: &'s [f32],
    pub(super) sums: [&'s mut [f32]; 2],
}

impl Vectorise for Moments<'_> {
    #[inline(always)]
    fn run(self) {
        let [sums, squares] = self.sums;
        for x in self.x.chunks_exact(sums.len()) {
            for ((sum, square), x) in sums.iter_mut().zip(&mut *squares).zip(x) {
                *sum += x;
                *square += x * x;
            }
        }
    }
}

/// Writes `rectify(x * scale + shift + shortcut)`.
pub(super) struct Normalise<'s> {
    pub(super) x: &'s [f32],
    pub(super) shortcut: Option<&'s [f32]>,
    pub(super) output: &'s mut [f32],
    pub(super) scale: &'s [f32],
    pub(super) shift: &'s [f32],
    pub(super) slope: f32,
}

impl Vectorise for Normalise<'_> {
    #[inline(always)]
    fn run(self) {
        let channels = self.scale.len();
        let rows = self.output.chunks_exact_mut(channels);
        let rows = rows.zip(self.x.chunks_exact(channels));
        if let Some(shortcut) = self.shortcut {
            for ((output, x), add) in rows.zip(shortcut.chunks_exact(channels)) {
                let factors = self.scale.iter().zip(self.shift);
                for (((output, x), add), (scale, shift)) in
                    output.iter_mut().zip(x).zip(add).zip(factors)
                {
                    *output = rectify(x * scale + shift + add, self.slope);
                }
            }
        } else {
            for (output, x) in rows {
                let factors = self.scale.iter().zip(self.shift);
                for ((output, x), (scale, shift)) in output.iter_mut().zip(x).zip(factors) {
                    *output = rectify(x * scale + shift, self.slope);
                }
            }
        }
    }
}

/// Adds each channel's gradients before the rectifier, and the same times the distances from the mean, to `sums`.
pub(super) struct GradientSums<'s> {
    pub(super) x: &'s [f32],
    pub(super) output: &'s [f32],
    pub(super) grad: &'s [f32],
    pub(super) mean: &'s [f32],
    pub(super) slope: f32,
    pub(super) sums: [&'s mut [f32]; 2],
}

impl Vectorise for GradientSums<'_> {
    #[inline(always)]
    fn run(self) {
        let channels = self.mean.len();
        let [sums, alongs] = self.sums;
        let rows = self.x.chunks_exact(channels);
        let rows = rows.zip(self.output.chunks_exact(channels));
        for ((x, output), grad) in rows.zip(self.grad.chunks_exact(channels)) {
            let values = x.iter().zip(output).zip(grad).zip(self.mean);
            let sums = sums.iter_mut().zip(&mut *alongs);
            for ((sum, along), (((x, output), grad), mean)) in sums.zip(values) {
                let inner = through(*grad, *output, self.slope);
                *sum += inner;
                *along += inner * (x - mean);
            }
        }
    }
}

/// Writes the gradients of the input and, unless it is empty, of the short cut.
pub(super) struct Differentiate<'s> {
    pub(super) x: &'s [f32],
    pub(super) output: &'s [f32],
    pub(super) grad: &'s [f32],
    /// Of the inner gradient, of the input, and of one, for each channel.
    pub(super) factors: [&'s [f32]; 3],
    pub(super) slope: f32,
    pub(super) x_grad: &'s mut [f32],
    pub(super) shortcut: &'s mut [f32],
}

impl Vectorise for Differentiate<'_> {
    #[inline(always)]
    fn run(self) {
        let [own, along, rest] = self.factors;
        let channels = own.len();
        if !self.shortcut.is_empty() {
            let values = self.shortcut.iter_mut().zip(self.output).zip(self.grad);
            for ((shortcut, output), grad) in values {
                *shortcut = through(*grad, *output, self.slope);
            }
        }
        let rows = self.x_grad.chunks_exact_mut(channels);
        let rows = rows.zip(self.x.chunks_exact(channels));
        let rows = rows.zip(self.output.chunks_exact(channels));
        for (((x_grad, x), output), grad) in rows.zip(self.grad.chunks_exact(channels)) {
            let factors = own.iter().zip(along).zip(rest);
            let values = x_grad.iter_mut().zip(x).zip(output).zip(grad);
            for ((((x_grad, x), output), grad), ((own, along), rest)) in values.zip(factors) {
                let inner = through(*grad, *output, self.slope);
                *x_grad = inner * own + x * along + rest;
            }
        }
    }
}

#[inline(always)]
fn rectify(value: f32, slope: f32) -> f32 {
    if value > 0.0 { value } else { value * slope }
}

/// The gradient before the rectifier.
#[inline(always)]
fn through(grad: f32, output: f32, slope: f32) -> f32 {
    if output > 0.0 { grad } else { grad * slope }
}
