//! One square channel of a picture, not rounded to whole levels.

use image::RgbImage;

/// A square of values, row by row.
pub(super) struct Plane {
    pub(super) side: usize,
    pub(super) values: Vec<f32>,
}

impl Plane {
    /// `value` of each pixel of a square picture.
    pub(super) fn of(picture: &RgbImage, value: impl Fn([u8; 3]) -> f32) -> Self {
        Self {
            side: picture.width() as usize,
            values: picture.pixels().map(|pixel| value(pixel.0)).collect(),
        }
    }

    /// At `side` by `side`: the mean over the area of each new pixel, or, where that is less than an old one, between the old ones.
    pub(super) fn scaled(&self, side: usize) -> Self {
        let weights: Vec<Weights> = (0..side)
            .map(|at| Weights::of(at, side, self.side))
            .collect();
        // Columns first: the rows are in one piece then.
        let mut narrow = Vec::with_capacity(self.side * side);
        for row in self.values.chunks_exact(self.side) {
            narrow.extend(weights.iter().map(|of| of.mean(|at| row[at])));
        }
        let values = weights.iter().flat_map(|of| {
            let narrow = &narrow;
            (0..side).map(move |x| of.mean(|at| narrow[at * side + x]))
        });
        Self {
            side,
            values: values.collect(),
        }
    }

    /// At half the side, which is even.
    pub(super) fn halved(&self) -> Self {
        self.scaled(self.side / 2)
    }

    /// Differences to the right and to the lower neighbour, where there are both.
    pub(super) fn gradients(&self) -> impl Iterator<Item = [f32; 2]> + '_ {
        let (side, values) = (self.side, &self.values);
        (0..side - 1).flat_map(move |y| {
            (0..side - 1).map(move |x| {
                let at = y * side + x;
                [values[at + 1] - values[at], values[at + side] - values[at]]
            })
        })
    }
}

/// The old pixels that one new one is made of.
struct Weights {
    first: usize,
    /// Their sum is 1.
    each: Vec<f32>,
}

impl Weights {
    /// Of the new pixel `at` of `count`, of `from` old ones.
    fn of(at: usize, count: usize, from: usize) -> Self {
        let scale = from as f32 / count as f32;
        // Enlarged, a new pixel lies between the two old ones about its middle.
        let (low, high) = if scale >= 1.0 {
            (at as f32 * scale, (at + 1) as f32 * scale)
        } else {
            let middle = (at as f32 + 0.5) * scale;
            (middle - 0.5, middle + 0.5)
        };
        let (low, high) = (low.max(0.0), high.min(from as f32));
        let first = (low as usize).min(from - 1);
        let last = (high.ceil() as usize).clamp(first + 1, from);
        let mut each: Vec<f32> = (first..last)
            .map(|old| (high.min((old + 1) as f32) - low.max(old as f32)).max(0.0))
            .collect();
        let sum: f32 = each.iter().sum();
        for weight in &mut each {
            *weight /= sum;
        }
        Self { first, each }
    }

    fn mean(&self, value: impl Fn(usize) -> f32) -> f32 {
        let weighted = self.each.iter().zip(self.first..);
        weighted.map(|(weight, at)| weight * value(at)).sum()
    }
}
