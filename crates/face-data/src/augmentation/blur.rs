//! Blur by the lens and by motion.

use rand::Rng;
use serde::{Deserialize, Serialize};

use super::canvas::{Canvas, byte};
use super::span::{Chance, Span, signed};

/// Out of focus.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GaussianBlur {
    /// How often.
    pub chance: Chance,
    /// Standard deviations as shares of the side; 0.01 is a pixel of 100.
    pub deviation: Span,
}

impl Default for GaussianBlur {
    fn default() -> Self {
        Self {
            chance: Chance::NEVER,
            deviation: Span::new(0.002, 0.02),
        }
    }
}

impl GaussianBlur {
    pub(super) fn apply(&self, rng: &mut impl Rng, canvas: &mut Canvas<'_>) {
        if !self.chance.happens(rng) {
            return;
        }
        let deviation = self.deviation.draw(rng) * canvas.side as f32;
        let kernel = gaussian(deviation);
        // Below a fifth of a pixel the kernel is its middle alone.
        if kernel.len() > 1 {
            let side = canvas.side;
            let source = canvas.pixels.to_vec();
            let across = convolve_rows(&source, side, &kernel);
            let down = convolve_columns(&across, side, &kernel);
            for (to, from) in canvas.pixels.iter_mut().zip(down) {
                *to = byte(from);
            }
        }
    }
}

/// Weights from the middle outwards, those of one side; with the middle and both sides they sum to one.
fn gaussian(deviation: f32) -> Vec<f32> {
    if deviation < 0.2 {
        return vec![1.0];
    }
    let reach = (3.0 * deviation).ceil() as usize;
    let weight = |at: usize| (-0.5 * (at as f32 / deviation).powi(2)).exp();
    let half: Vec<f32> = (0..=reach).map(weight).collect();
    let sum = half[0] + 2.0 * half[1..].iter().sum::<f32>();
    half.into_iter().map(|weight| weight / sum).collect()
}

fn convolve_rows(pixels: &[u8], side: usize, kernel: &[f32]) -> Vec<f32> {
    let mut out = vec![0.0; pixels.len()];
    let reach = kernel.len() - 1;
    let stride = 3 * side;
    let mut padded = vec![0.0; stride + 6 * reach];
    for (from, to) in pixels
        .chunks_exact(stride)
        .zip(out.chunks_exact_mut(stride))
    {
        pad(from, reach, &mut padded);
        let middle = 3 * reach;
        for (value, centre) in to.iter_mut().zip(&padded[middle..]) {
            *value = kernel[0] * centre;
        }
        for (at, weight) in kernel.iter().enumerate().skip(1) {
            let (before, after) = (&padded[middle - 3 * at..], &padded[middle + 3 * at..]);
            for ((value, left), right) in to.iter_mut().zip(before).zip(after) {
                *value += weight * (left + right);
            }
        }
    }
    out
}

/// The row with its first and last pixel repeated `reach` times.
fn pad(row: &[u8], reach: usize, padded: &mut [f32]) {
    let pixels = row.len() / 3;
    for (index, pixel) in padded.as_chunks_mut::<3>().0.iter_mut().enumerate() {
        let from = 3 * index.saturating_sub(reach).min(pixels - 1);
        *pixel = [row[from], row[from + 1], row[from + 2]].map(f32::from);
    }
}

fn convolve_columns(values: &[f32], side: usize, kernel: &[f32]) -> Vec<f32> {
    let stride = 3 * side;
    let row = |at: isize| &values[stride * at.clamp(0, side as isize - 1) as usize..][..stride];
    let mut out = vec![0.0; values.len()];
    for (y, to) in out.chunks_exact_mut(stride).enumerate() {
        for (at, weight) in kernel.iter().enumerate() {
            let (y, at) = (y as isize, at as isize);
            // The middle row counts once although it is met from both sides.
            let weight = if at == 0 { weight / 2.0 } else { *weight };
            for ((value, above), below) in to.iter_mut().zip(row(y - at)).zip(row(y + at)) {
                *value += weight * (above + below);
            }
        }
    }
    out
}

/// A moving face or camera: the mean along a straight line.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MotionBlur {
    /// How often.
    pub chance: Chance,
    /// Lengths of the line as shares of the side.
    pub length: Span,
}

impl Default for MotionBlur {
    fn default() -> Self {
        Self {
            chance: Chance::NEVER,
            length: Span::new(0.02, 0.08),
        }
    }
}

impl MotionBlur {
    pub(super) fn apply(&self, rng: &mut impl Rng, canvas: &mut Canvas<'_>) {
        if !self.chance.happens(rng) {
            return;
        }
        let length = self.length.draw(rng).max(0.0) * canvas.side as f32;
        let angle = std::f32::consts::PI * signed(rng);
        let count = length.round() as usize + 1;
        let offset = |index: usize| {
            let along = (index as f32 + 0.5) / count as f32 - 0.5;
            let along = along * length;
            [along * angle.cos(), along * angle.sin()].map(|part| part.round() as isize)
        };
        let offsets: Vec<[isize; 2]> = (0..count).map(offset).collect();
        mean_of_shifts(canvas, &offsets);
    }
}

fn mean_of_shifts(canvas: &mut Canvas<'_>, offsets: &[[isize; 2]]) {
    let (side, last) = (canvas.side, canvas.side as isize - 1);
    let mut sums = vec![0_u32; canvas.pixels.len()];
    for &[across, down] in offsets {
        for (index, sum) in sums.as_chunks_mut::<3>().0.iter_mut().enumerate() {
            let x = ((index % side) as isize + across).clamp(0, last) as usize;
            let y = ((index / side) as isize + down).clamp(0, last) as usize;
            let pixel = &canvas.pixels[3 * (y * side + x)..][..3];
            for (value, from) in sum.iter_mut().zip(pixel) {
                *value += u32::from(*from);
            }
        }
    }
    let count = offsets.len() as u32;
    for (to, sum) in canvas.pixels.iter_mut().zip(sums) {
        *to = ((sum + count / 2) / count) as u8;
    }
}
