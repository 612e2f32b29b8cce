//! From a stored crop to the square that a network takes in: one warp, which averages where it shrinks.

use face_types::{Landmarks, Point};
use face_vision::{AlignmentTemplate, SimilarityTransform};

use crate::CropView;

/// Where the content of a crop lands in a network's input.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Placement {
    /// From pixels of the crop to pixels of the output.
    pub transform: SimilarityTransform,
    /// Side of the output in pixels.
    pub side: u32,
    /// Where the five points land, if the crop shows a face whose points are known; in pixels of the output.
    pub landmarks: Option<Landmarks>,
}

impl Placement {
    /// The way from crops aligned to `from` to crops aligned to `to`; `None` when the points span nothing.
    #[must_use]
    pub fn between(from: &AlignmentTemplate, to: &AlignmentTemplate) -> Option<Self> {
        Some(Self {
            transform: SimilarityTransform::fit(&from.points, &to.points)?,
            side: to.size,
            landmarks: Some(Landmarks(to.points)),
        })
    }

    /// A square picture of `side` x `side` where it is.
    #[must_use]
    pub const fn in_place(side: u32) -> Self {
        Self {
            transform: IDENTITY,
            side,
            landmarks: None,
        }
    }

    /// The largest square in the middle of a `width` x `height` picture.
    #[must_use]
    pub fn middle_square(width: u32, height: u32, side: u32) -> Self {
        let scale = side as f32 / width.min(height).max(1) as f32;
        // The middle of the picture, half a pixel before the centre of the pixel that follows it, lands on the middle.
        let shift = |length: u32| (side as f32 - 1.0) / 2.0 - scale * (length as f32 - 1.0) / 2.0;
        let transform = SimilarityTransform {
            a: scale,
            b: 0.0,
            tx: shift(width),
            ty: shift(height),
        };
        Self {
            transform,
            side,
            landmarks: None,
        }
    }

    /// Bytes of the output: three a pixel.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        3 * self.side as usize * self.side as usize
    }

    /// Writes the crop, placed, over the whole of `out`; beyond the crop its border is repeated.
    ///
    /// Bilinear sampling with pixel centres at whole coordinates, as [`face_vision::align`]. Where the crop shrinks, a
    /// pixel of the output is the mean of evenly spread samples, one for each pixel of the crop that it covers along
    /// either axis, so that nothing is skipped and fine texture does not alias.
    ///
    /// # Panics
    /// If `out` does not hold [`Self::bytes`].
    pub fn warp(&self, crop: CropView<'_>, out: &mut [u8]) {
        assert_eq!(out.len(), self.bytes(), "three bytes a pixel of the output");
        let size = (crop.width(), crop.height());
        if self.transform == IDENTITY && size == (self.side, self.side) {
            // Every sample would be the pixel itself.
            out.copy_from_slice(crop.pixels());
            return;
        }
        Sampler::new(crop, &self.transform).fill(self.side as usize, out);
    }
}

const IDENTITY: SimilarityTransform = SimilarityTransform {
    a: 1.0,
    b: 0.0,
    tx: 0.0,
    ty: 0.0,
};

/// Fixed-point places have this many bits after the point.
const FRACTION_BITS: u32 = 16;
/// Samples along either axis at most; a crop shrunk further than that is no training picture.
const MOST_SAMPLES: f32 = 8.0;

struct Sampler<'a> {
    crop: CropView<'a>,
    back: SimilarityTransform,
    /// Samples a pixel of the output along either axis.
    samples: usize,
}

impl<'a> Sampler<'a> {
    fn new(crop: CropView<'a>, transform: &SimilarityTransform) -> Self {
        let back = transform.inverse();
        // A quarter of a pixel more than one is still sampled once: the mean of two would blur more than it would miss.
        let samples = (back.scale() - 0.25).ceil().min(MOST_SAMPLES) as usize;
        Self {
            crop,
            back,
            samples: samples.max(1),
        }
    }

    fn fill(&self, side: usize, out: &mut [u8]) {
        if side == 0 {
            return;
        }
        let mut sums = vec![[0_u32; 3]; side];
        for (y, row) in out.chunks_exact_mut(3 * side).enumerate() {
            sums.fill([0; 3]);
            for part in 0..self.samples * self.samples {
                let offset = |index: usize| (index as f32 + 0.5) / self.samples as f32 - 0.5;
                let start = Point::new(
                    offset(part % self.samples),
                    y as f32 + offset(part / self.samples),
                );
                self.add_row(start, &mut sums);
            }
            self.write_means(&sums, row);
        }
    }

    /// Adds a sample to every pixel of a row; the first is taken where `start` lies in the output.
    fn add_row(&self, start: Point, sums: &mut [[u32; 3]]) {
        let first = self.back.apply(start);
        let (mut x, mut y) = (fixed(first.x), fixed(first.y));
        let (step_x, step_y) = (fixed(self.back.a), fixed(self.back.b));
        for sum in sums {
            self.add_sample(x, y, sum);
            (x, y) = (x + step_x, y + step_y);
        }
    }

    /// Adds the bilinear sample at a fixed-point place, times 65 536.
    #[inline]
    fn add_sample(&self, x: i64, y: i64, sum: &mut [u32; 3]) {
        let pixels = self.crop.pixels();
        let stride = 3 * self.crop.width() as usize;
        let last = (
            i64::from(self.crop.width()) - 1,
            i64::from(self.crop.height()) - 1,
        );
        let (left, top) = (x >> FRACTION_BITS, y >> FRACTION_BITS);
        let column = |at: i64| 3 * at.clamp(0, last.0) as usize;
        let row = |at: i64| stride * at.clamp(0, last.1) as usize;
        let (from_left, from_top) = ((x >> 8 & 255) as u32, (y >> 8 & 255) as u32);
        let taps = [
            (
                row(top) + column(left),
                (256 - from_left) * (256 - from_top),
            ),
            (row(top) + column(left + 1), from_left * (256 - from_top)),
            (row(top + 1) + column(left), (256 - from_left) * from_top),
            (row(top + 1) + column(left + 1), from_left * from_top),
        ];
        for (at, weight) in taps {
            let pixel = &pixels[at..at + 3];
            for (channel, value) in sum.iter_mut().zip(pixel) {
                *channel += weight * u32::from(*value);
            }
        }
    }

    fn write_means(&self, sums: &[[u32; 3]], row: &mut [u8]) {
        let whole = (self.samples * self.samples) as u32 * 65_536;
        for (pixel, sum) in row.as_chunks_mut::<3>().0.iter_mut().zip(sums) {
            *pixel = sum.map(|value| ((value + whole / 2) / whole) as u8);
        }
    }
}

/// Places far beyond any crop are all alike: clamped, so that steps from them do not overflow.
fn fixed(value: f32) -> i64 {
    let value = f64::from(value).clamp(-1e9, 1e9);
    (value * f64::from(1_u32 << FRACTION_BITS)).round() as i64
}

#[cfg(test)]
mod tests;
