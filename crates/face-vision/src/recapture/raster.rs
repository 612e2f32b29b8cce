//! The raster of a screen, or its beat with the camera's: power in few directions of the spectrum.

use std::f32::consts::TAU;
use std::sync::{Arc, LazyLock};

use rustfft::num_complex::Complex;
use rustfft::{Fft, FftPlanner};

use super::plane::Plane;

/// Side of a tile.
const TILE: usize = 64;
/// Tiles a side at most; they overlap by a quarter or more, or lie further apart in a large face.
const MOST: usize = 6;
/// Pixels from the beginning of one tile to that of the next, if there are few.
const STEP: usize = 48;
/// Frequencies that are looked at, in periods a tile: below lies the face itself, above the corner of what the tile can hold.
const FREQUENCIES: std::ops::RangeInclusive<usize> = 6..=30;

/// Planned once: that costs more than to transform a face.
static FFT: LazyLock<Arc<dyn Fft<f32>>> =
    LazyLock::new(|| FftPlanner::new().plan_fft_forward(TILE));

/// See [`super::Recapture::raster`]; of the pixels as they are, unless there are fewer than a tile.
pub(super) fn directedness(grey: &Plane) -> f32 {
    if grey.side < TILE {
        return directedness(&grey.scaled(TILE));
    }
    let power = mean_power(grey);
    let mut rings = vec![Vec::new(); *FREQUENCIES.end() + 1];
    for (at, power) in power.iter().enumerate() {
        let [x, y] = [at % TILE, at / TILE].map(|step| frequency(step) as f32);
        if let Some(ring) = rings.get_mut(x.hypot(y).round() as usize) {
            ring.push(*power);
        }
    }
    let rings = &rings[FREQUENCIES];
    rings.iter().map(|ring| unevenness(ring)).sum::<f32>() / rings.len() as f32
}

/// Periods a tile at `step` of a transform, negative beyond its middle.
const fn frequency(step: usize) -> i32 {
    let step = step as i32;
    if step < (TILE / 2) as i32 {
        step
    } else {
        step - TILE as i32
    }
}

/// How far the mean lies above the median, in logarithms.
fn unevenness(ring: &[f32]) -> f32 {
    let mean = ring.iter().sum::<f32>() / ring.len() as f32;
    mean.ln() - super::quantile(ring.iter().map(|power| power.ln()).collect(), 0.5)
}

/// Power of the tiles of `grey` at each frequency, the mean over the tiles, and 1 so that logarithms are finite.
fn mean_power(grey: &Plane) -> Vec<f32> {
    let room = grey.side - TILE;
    let tiles = (room.div_ceil(STEP) + 1).min(MOST);
    let start = |tile: usize| (room * tile + (tiles - 1) / 2) / (tiles - 1).max(1);
    let transform = Transform::new();
    let mut power = vec![1.0; TILE * TILE];
    for (x, y) in (0..tiles).flat_map(|y| (0..tiles).map(move |x| (x, y))) {
        let transformed = transform.of_tile(grey, start(x), start(y));
        for (sum, value) in power.iter_mut().zip(transformed) {
            *sum += value.norm_sqr() / (tiles * tiles) as f32;
        }
    }
    power
}

/// The Fourier transform of a tile under a window that ends at 0 (Hann), so that its edges are no stripes.
struct Transform {
    window: Vec<f32>,
}

impl Transform {
    fn new() -> Self {
        let hann = |at: usize| 0.5 - 0.5 * (TAU * at as f32 / TILE as f32).cos();
        Self {
            window: (0..TILE).map(hann).collect(),
        }
    }

    fn of_tile(&self, grey: &Plane, left: usize, top: usize) -> Vec<Complex<f32>> {
        let row = |y: usize| &grey.values[(top + y) * grey.side + left..][..TILE];
        let mean = (0..TILE).flat_map(row).sum::<f32>() / (TILE * TILE) as f32;
        let windowed = (0..TILE).flat_map(|y| {
            let of_row = row(y).iter().zip(&self.window);
            of_row.map(move |(value, window)| (value - mean) * window * self.window[y])
        });
        let mut tile: Vec<_> = windowed.map(|value| Complex::new(value, 0.0)).collect();
        FFT.process(&mut tile);
        // The columns as rows: which of the two comes first is all the same, as is the way in which the plane lies.
        let mut tile: Vec<_> = (0..TILE * TILE)
            .map(|at| tile[at % TILE * TILE + at / TILE])
            .collect();
        FFT.process(&mut tile);
        tile
    }
}
